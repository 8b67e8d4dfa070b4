"""How well a reader finds what the example files say is there: precision and recall, counted finding by finding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from leeway import languages
from leeway.core.reading.matter import NOTHING_YET, Matter, same_matter, update
from leeway.core.reading.offers import answer_to_offer, find_offers
from leeway.core.reading.phrases import Phrases, compile_phrases
from leeway.core.reading.prepared import prepare
from leeway.core.reading.promise_words import PromiseFound, find_promises
from leeway.core.reading.questions import find_asks
from leeway.core.reading.told import find_told
from leeway.core.reading.wants import find_wants, latest_want

HERE = Path(__file__).parent
AT = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def load_phrases(language: str) -> Phrases:
    return compile_phrases(languages.load(language).phrases)


def examples(name: str, half: str) -> Any:
    return yaml.safe_load((HERE / "examples" / f"{name}.yaml").read_text("utf-8"))[half]


@dataclass
class Score:
    right: int = 0
    missed: int = 0
    wrong: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    def count(
        self,
        text: str,
        expected: Iterable[Any],
        found: Iterable[Any],
        *,
        alike=lambda one, other: one == other,
    ):
        left = list(found)
        for one in expected:
            match = next((other for other in left if alike(one, other)), None)
            if match is None:
                self.missed += 1
                self.notes.append(f"missed {one} in {text!r}")
            else:
                self.right += 1
                left.remove(match)
        self.wrong += len(left)
        self.notes += [f"wrongly found {one} in {text!r}" for one in left]


def score_promises(phrases: Phrases, cases: list[dict[str, Any]]) -> Score:
    score = Score()
    for case in cases:
        found = find_promises(prepare(case["text"], phrases, "agent"), at=AT, zone=BERLIN)
        score.count(case["text"], case["promises"], found, alike=_is_that_promise)
    return score


def _is_that_promise(expected: dict[str, Any], found: PromiseFound) -> bool:
    local = found.by.astimezone(BERLIN).strftime("%Y-%m-%d %H:%M") if found.by else ""
    return (
        expected["what"] in found.quote
        and local.startswith(expected.get("by", ""))
        and bool(local) == bool(expected.get("by"))
        and found.working_days == expected.get("days", 0)
        and expected.get("who", found.who) == found.who
        and found.conditional == expected.get("conditional", False)
    )


def score_told(phrases: Phrases, cases: list[dict[str, Any]]) -> Score:
    score = Score()
    for case in cases:
        told = find_told(prepare(case["text"], phrases, "customer"), at=AT, zone=BERLIN)
        expected = [next(iter(one.items())) for one in case["tells"]]
        score.count(case["text"], expected, [(one.kind, one.value) for one in told], alike=_is_that_fact)
    return score


def _is_that_fact(expected: tuple[str, str], found: tuple[str, str]) -> bool:
    if expected[0] != found[0]:
        return False
    if expected[0] in {"tried_by_customer", "address", "attachment"}:
        return expected[1] in found[1]
    return expected[1] == found[1]


def score_wants(phrases: Phrases, cases: list[dict[str, Any]]) -> Score:
    score = Score()
    for case in cases:
        want = latest_want(find_wants(prepare(case["text"], phrases, "customer"), at=AT, zone=BERLIN))
        by = want.by.astimezone(BERLIN).strftime("%Y-%m-%d") if want and want.by else None
        expected = [] if case["want"] == "none" else [(case["want"], case.get("amount"), case.get("by", by))]
        score.count(case["text"], expected, [(want.kind, want.amount, by)] if want else [])
    return score


def score_asks(phrases: Phrases, cases: list[dict[str, Any]]) -> Score:
    score = Score()
    for case in cases:
        score.count(
            case["text"],
            case["asks"],
            [one.slot for one in find_asks(prepare(case["text"], phrases, "agent"))],
        )
    return score


def score_offers(phrases: Phrases, cases: list[dict[str, Any]]) -> Score:
    score = Score()
    for case in cases:
        found = find_offers(prepare(case["text"], phrases, "agent"))
        shown = [(one.kind, one.made_good, one.amount, one.percent) for one in found]
        expected = [
            (one["kind"], one.get("made_good", False), one.get("amount"), one.get("percent"))
            for one in case["offers"]
        ]
        score.count(case["text"], expected, shown)
    return score


def score_answers(phrases: Phrases, cases: list[dict[str, Any]]) -> Score:
    score = Score()
    for case in cases:
        answer = answer_to_offer(prepare(case["text"], phrases, "customer"))
        reason = answer.reason if answer and "reason" in case else None
        expected = [] if case["answer"] == "nothing" else [(case["answer"], case.get("reason"))]
        score.count(case["text"], expected, [(answer.outcome, reason)] if answer else [])
    return score


def matter_of(phrases: Phrases, *texts: str) -> Matter:
    matter = NOTHING_YET
    for number, text in enumerate(texts):
        message = prepare(text, phrases, "customer")
        told = find_told(message, at=AT, zone=BERLIN)
        matter = update(
            matter, message, told, find_wants(message, at=AT, zone=BERLIN), message_id=f"m{number}"
        )
    return matter


def score_matters(phrases: Phrases, cases: list[dict[str, Any]]) -> Score:
    score = Score()
    for case in cases:
        likeness = same_matter(matter_of(phrases, case["one"]), matter_of(phrases, case["other"]))
        verdict = "unknown" if likeness is None else "yes" if likeness >= 0.5 else "no"
        score.count(f"{case['one']} | {case['other']} ({likeness})", [case["same"]], [verdict])
    return score


SCORERS = {
    "promises": score_promises,
    "told": score_told,
    "wants": score_wants,
    "asks": score_asks,
    "matters": score_matters,
}
OFFER_SCORERS = {"offers": score_offers, "answers": score_answers}


def scores(phrases: Phrases, half: str) -> dict[str, Score]:
    """Every reader's score on one half of the English examples."""
    found = {name: scorer(phrases, examples(name, half)) for name, scorer in SCORERS.items()}
    offers = examples("offers", half)
    return found | {name: scorer(phrases, offers[name]) for name, scorer in OFFER_SCORERS.items()}


if __name__ == "__main__":
    import sys

    half = sys.argv[1] if len(sys.argv) > 1 else "seen"
    for name, score in scores(load_phrases("en"), half).items():
        sys.stdout.write(
            f"{name:10} right {score.right:3} missed {score.missed:3} wrong {score.wrong:3}"
            f"  precision {score.precision:.2f} recall {score.recall:.2f}\n"
        )
        if "-v" in sys.argv:
            sys.stdout.writelines(f"    {note}\n" for note in score.notes)
