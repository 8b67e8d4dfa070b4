"""One moment of a conversation: the signs that can be seen in it, each with the words that show it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import cached_property

from leeway.core.authority import most_of_level
from leeway.core.case import Attempt, Escalation, Linked, Promise
from leeway.core.cue import CueKind
from leeway.core.cues import read
from leeway.core.cues.weigh import distress
from leeway.core.guidance.needs import Need, needed
from leeway.core.guidance.signs import OUR_WORD_LISTS, WORD_LISTS
from leeway.core.guidance.strain import strain_signs
from leeway.core.guidance.telling import Telling, feeling_weight, tellings
from leeway.core.guidance.view import Turn, View, recent
from leeway.core.handoff import missing
from leeway.core.journey import trend
from leeway.core.policy import Level
from leeway.core.reading.matter import is_content
from leeway.core.reading.questions import asked_again, find_asks

SEEN_WITHOUT_WORDS = Linked("")

SIGN_OF_CUE: dict[CueKind, tuple[str, float]] = {
    "anger": ("angry", 0.4),
    "frustration": ("frustrated", 0.35),
    "disappointment": ("disappointed", 0.45),
    "anxiety": ("anxious", 0.35),
    "shouting": ("shouting", 0.6),
    "profanity": ("swearing", 0.4),
    "sarcasm": ("sarcastic", 0.4),
    "asks_for_supervisor": ("asks_for_supervisor", 0.5),
    "churn_threat": ("may_leave", 0.5),
    "legal_threat": ("legal", 0.5),
    "regulator_threat": ("regulator", 0.5),
    "public_threat": ("public", 0.5),
    "vulnerable": ("vulnerable", 0.5),
    "repeats_self": ("repeats", 0.4),
    "refuses_solution": ("refuses", 0.4),
    "urgency": ("urgent", 0.4),
    "broken_promise": ("says_promise_broken", 0.7),
    "long_wait": ("waited_long", 0.4),
    "satisfied": ("satisfied", 0.35),
    "thanks": ("thanks", 0.3),
}
"""From which strength a cue is a sign to act on. A mild word is heard, and answered by a good answer."""

UPSETTING = frozenset(
    {
        "angry",
        "frustrated",
        "disappointed",
        "anxious",
        "shouting",
        "swearing",
        "sarcastic",
        "asks_for_supervisor",
        "may_leave",
        "legal",
        "regulator",
        "public",
        "vulnerable",
        "repeats",
        "says_promise_broken",
        "waited_long",
        "not_answered",
        "pushes_back",
    }
)
HEATED_FROM = 0.45
"""Distress of their newest words from which the moment is heated."""
FELT_EARLIER = 0.2
"""Weight of a turn's strongest feeling from which they were upset then."""
LITTLE_PATIENCE = 45
GREETING_WORDS = 9
TAKEN_UP = frozenset(
    {
        "we_acknowledged",
        "we_paraphrased",
        "we_owned_it",
        "we_offered",
        "we_gave_choices",
        "we_set_a_time",
        "we_explained",
        "we_asked",
        "we_made_good",
    }
)
"""A message of ours that did none of these did not take the matter up."""
FALLS_SHORT = frozenset({"we_brushed_off", "we_refused", "we_were_unsure", "we_only_greeted", "asked_again"})
UPSET_TONE = 0.2
WORDS_WITH_A_TONE = 6
SHOUTED_WORDS = 0.3
"""Words in capitals are meant to be loud; a row of exclamation marks is often only a habit."""
FEW_WORDS = 5
OFTEN = 2
THIRD = 3
SILENT_AFTER = timedelta(hours=4)
VALUE = frozenset(
    {"refund", "replacement", "credit", "compensation", "discount", "repair", "fee_waiver", "redelivery"}
)
REMEDIES = frozenset({"refund", "replacement", "credit", "discount", "voucher", "fee_waiver"})

_STEP_SIGNS = {
    "acknowledge": "we_acknowledged",
    "apologise": "we_acknowledged",
    "restate": "we_paraphrased",
    "own_it": "we_owned_it",
    "alternative": "we_gave_choices",
    "set_a_time": "we_set_a_time",
    "explain": "we_explained",
    "offer": "we_offered",
}


class Moment:
    """The view, read. Signs and tellings are found once; nothing here decides."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.case = view.case
        self.turns = recent(view.turns, view.language)
        self.fresh = self._fresh()
        self.last_ours = next((turn for turn in reversed(self.turns) if _colleague(turn)), None)

    def _fresh(self) -> tuple[Turn, ...]:
        """What they wrote since a colleague of ours last did. A bot's words do not count as an answer."""
        found: list[Turn] = []
        for turn in reversed(self.turns):
            if _colleague(turn) and (found or not self._only_greets(turn)):
                break
            if not turn.ours:
                found.append(turn)
        return tuple(reversed(found))

    def _only_greets(self, turn: Turn) -> bool:
        """A greeting answers nothing: the customer is still the one who spoke last."""
        text = turn.spoken.text
        if "?" in text or len(text.split()) > GREETING_WORDS:
            return False
        return self._listed_plainly("we_only_greeted", turn) is not None

    @cached_property
    def signs(self) -> dict[str, Linked]:
        """Every sign seen now, with the words that show it and the message they stand in."""
        seen = _first_of_each(self._all())
        return {**_first_of_each(strain_signs(self, seen)), **seen}

    @cached_property
    def told(self) -> tuple[Telling, ...]:
        """What the customer's turns tell, ready to be said back."""
        return tellings(self.turns, self.view.wording)

    @cached_property
    def need(self) -> Need | None:
        """The one thing worth asking now, if any."""
        return needed(self.view, self.turns)

    # --- what is seen -------------------------------------------------------------------------------------------------

    def _all(self) -> Iterator[tuple[str, Linked]]:
        felt = _first_of_each(self._felt())
        done = self._summed_up(_first_of_each(self._done()))
        yield from felt.items()
        yield from done.items()
        yield from self._weighed(felt, done)
        yield from self._said(felt)
        yield from self._stands(felt)

    def _felt(self) -> Iterator[tuple[str, Linked]]:
        """From their newest words: the cues, then the phrases of the playbooks' own lists."""
        seen: set[str] = set()
        for turn in reversed(self.fresh):
            for cue in sorted(turn.cues, key=lambda cue: -cue.strength):
                sign, least = SIGN_OF_CUE.get(cue.kind, ("", 2.0))
                if cue.kind == "shouting" and cue.quote.isupper() and " " in cue.quote:
                    least = SHOUTED_WORDS
                if cue.strength >= least and sign not in seen:
                    seen.add(sign)
                    yield sign, Linked(cue.quote, turn.spoken.id)
            for name in WORD_LISTS:
                if name not in seen and (link := self._listed(name, turn)):
                    seen.add(name)
                    yield name, link

    def _listed(self, name: str, turn: Turn) -> Linked | None:
        pattern = self.view.wording.listed(name)
        if pattern is None:
            return None
        for found in pattern.finditer(turn.message.fold):
            if not turn.message.is_denied(found.start()):
                return Linked(turn.message.quote(*found.span()), turn.spoken.id)
        return None

    def _weighed(self, felt: dict[str, Linked], done: dict[str, Linked]) -> Iterator[tuple[str, Linked]]:
        """How much it weighs: now, before, and where it is heading."""
        upset = next((link for name, link in felt.items() if name in UPSETTING), None)
        if upset is not None:
            yield "upset", upset
        heat = max((distress(turn.cues) for turn in self.fresh), default=0.0)
        if upset is not None and (heat >= HEATED_FROM or sum(name in UPSETTING for name in felt) >= THIRD):
            yield "heated", upset
        earlier = max(self.turns, key=feeling_weight, default=None)
        if earlier is not None and feeling_weight(earlier) >= FELT_EARLIER:
            yield "was_upset", Linked("", earlier.spoken.id)
        trouble = _first_of_each(self._trouble(felt))
        yield from trouble.items()
        if self.fresh and "trouble" in trouble:
            tense = upset or self._tense(done)
            if tense is not None:
                yield "tense", tense
        journey = self.case.journey
        if journey and journey[-1].patience < LITTLE_PATIENCE:
            yield "patience_low", Linked(journey[-1].why, journey[-1].message)
        if journey and trend(journey) == "declining":
            yield "getting_worse", Linked(journey[-1].why, journey[-1].message)
        if "asks_for_supervisor" in self.case.cues:
            tally = self.case.cues["asks_for_supervisor"]
            yield "asked_for_supervisor", Linked(tally.quote, tally.message)

    def _trouble(self, felt: dict[str, Linked]) -> Iterator[tuple[str, Linked]]:
        """Something went wrong: said now or in any earlier turn, or shown by what they want."""
        here = next(
            (felt[name] for name in ("something_wrong", "asks_what_now", *UPSETTING) if name in felt), None
        )
        if here is not None:
            yield "trouble", here
        for turn in self.turns:
            if turn.ours:
                continue
            link = self._listed("something_wrong", turn)
            if link is not None or feeling_weight(turn) >= FELT_EARLIER:
                yield "trouble", link or Linked("", turn.spoken.id)
        wish = self.case.wish
        if wish is not None and wish.want.kind in VALUE:
            yield "trouble", Linked(wish.want.quote, wish.message)
        if any(not item.message or item.kind in REMEDIES for item in self.case.attempts):
            yield "trouble", SEEN_WITHOUT_WORDS
        if any("own_it" in turn.steps for turn in self.turns if _colleague(turn)):
            yield "trouble", SEEN_WITHOUT_WORDS
        if any(item.told.kind == "tried_by_customer" for item in self.case.told):
            yield "third_try", SEEN_WITHOUT_WORDS

    def _tense(self, done: dict[str, Linked]) -> Linked | None:
        """Their newest words sound upset though no single one says so, or our last message did not take it up."""
        if "not_taken_up" in done or not FALLS_SHORT.isdisjoint(done):
            return Linked("", self.fresh[-1].spoken.id)
        pack = self.view.language.cues
        for turn in reversed(self.fresh):
            text = turn.spoken.text
            if "!" in text or (
                len(text.split()) >= WORDS_WITH_A_TONE and read(pack, text).tone >= UPSET_TONE
            ):
                return Linked("", turn.spoken.id)
        return None

    def _said(self, felt: dict[str, Linked]) -> Iterator[tuple[str, Linked]]:
        for turn in self.fresh:
            place = turn.message.fold.find("?")
            if place >= 0:
                start, end = turn.message.sentence(max(place - 1, 0))
                yield "asks_question", Linked(turn.message.quote(start, end).strip(), turn.spoken.id)
        last = self.fresh[-1] if self.fresh else None
        if last is None:
            return
        if not any(is_content(turn.message) or turn.message.has_digit for turn in self.fresh):
            yield "small_talk", Linked(last.spoken.text, last.spoken.id)
        if sum(len(turn.message.words) for turn in self.fresh) < FEW_WORDS:
            yield "says_little", Linked(last.spoken.text, last.spoken.id)
        asked = self.last_ours
        if asked is not None and find_asks(asked.message) and not ({*UPSETTING, "refuses"} & felt.keys()):
            yield "answers_us", Linked(last.spoken.text, last.spoken.id)

    def _done(self) -> Iterator[tuple[str, Linked]]:
        """What our own last message did; what was done before in this conversation."""
        last = self.last_ours
        for turn in self.turns:
            if not _colleague(turn):
                continue
            for step in turn.steps.values():
                sign = _STEP_SIGNS.get(step.step, "")
                link = Linked(step.quote, turn.spoken.id)
                if turn is last and sign:
                    yield sign, link
                if sign in ("we_paraphrased", "we_acknowledged"):
                    yield sign.removeprefix("we_") + "_before", link
        if last is None:
            return
        for name in OUR_WORD_LISTS:
            if (found := self._listed_plainly(name, last)) is not None:
                yield name, found
                if name in ("we_paraphrased", "we_acknowledged"):
                    yield name.removeprefix("we_") + "_before", found
        yield from self._in_the_case(last)

    def _summed_up(self, done: dict[str, Linked]) -> dict[str, Linked]:
        """With what follows from all of it: a message of ours that did nothing of use took nothing up."""
        if self.last_ours is not None and TAKEN_UP.isdisjoint(done):
            done["not_taken_up"] = Linked("", self.last_ours.spoken.id)
        return done

    def _listed_plainly(self, name: str, turn: Turn) -> Linked | None:
        pattern = self.view.wording.listed(name)
        found = pattern.search(turn.message.fold) if pattern is not None else None
        return Linked(turn.message.quote(*found.span()), turn.spoken.id) if found else None

    def _in_the_case(self, last: Turn) -> Iterator[tuple[str, Linked]]:
        case, spoken = self.case, last.spoken
        asks = find_asks(last.message)
        if asks or spoken.text.rstrip().endswith("?"):
            yield "we_asked", Linked(spoken.text, spoken.id)
        before = [item.told for item in case.told if item.at <= spoken.at]
        if again := asked_again(asks, before, case.matter if case.explained.times else None):
            yield "asked_again", Linked(again[0].quote, spoken.id)
        if any(attempt.message == spoken.id for attempt in case.attempts):
            yield "we_offered", Linked(spoken.text, spoken.id)
        if any(promise.message == spoken.id and promise.due for promise in case.promises):
            yield "we_set_a_time", Linked(spoken.text, spoken.id)

    def _stands(self, felt: dict[str, Linked]) -> Iterator[tuple[str, Linked]]:
        case = self.case
        yield from self._whose_turn()
        yield from self._attempts(felt)
        yield from self._promises()
        yield from self._wants(felt)
        if case.explained.times >= OFTEN:
            yield "explained_often", Linked(f"{case.explained.times}")
        if len(case.contacts) >= THIRD:
            yield "third_contact", Linked(f"{len(case.contacts)}")
        if self.told or case.summary:
            yield "matter_known", case.summary or Linked(self.told[0].quote, self.told[0].message)
        yield from self._upwards()

    def _whose_turn(self) -> Iterator[tuple[str, Linked]]:
        case = self.case
        if not case.live:
            yield "over", Linked(case.resolution)
        if not self.fresh:
            yield "their_turn", SEEN_WITHOUT_WORDS
            at = self.turns[-1].spoken.at if self.turns else None
            if at is not None and self.view.now - at >= SILENT_AFTER:
                yield "silent_long", Linked("", self.turns[-1].spoken.id)
            return
        yield "our_turn", Linked("", self.fresh[-1].spoken.id)
        if len(self.fresh) >= OFTEN and sum(is_content(turn.message) for turn in self.fresh) >= 1:
            yield "unanswered", Linked(self.fresh[0].spoken.text, self.fresh[0].spoken.id)
        clock = case.clocks.get("next_response") or case.clocks.get("first_response")
        if clock is not None and clock.due is not None and clock.due < self.view.now:
            yield "overdue", Linked("", self.fresh[0].spoken.id)
        if self.last_ours is None or not any(_substance(turn) for turn in self.turns if _colleague(turn)):
            yield "opening", SEEN_WITHOUT_WORDS

    def _attempts(self, felt: dict[str, Linked]) -> Iterator[tuple[str, Linked]]:
        attempts = self.case.attempts
        if not attempts:
            yield "nothing_offered", SEEN_WITHOUT_WORDS
            return
        last = attempts[-1]
        fresh = {turn.spoken.id for turn in self.fresh}
        declined = [item for item in attempts if item.answer == "declined"]
        if not last.answer:
            yield "offer_open", _offered(last)
        if not last.answer and "accepts" in felt:
            yield "accepted", felt["accepts"]
        if last.answer == "accepted" and (not last.answer_message or last.answer_message in fresh):
            yield "accepted", Linked(last.reason or last.offer, last.answer_message or last.message)
        if declined and declined[-1] is last:
            if last.answer_message in fresh or "refuses" in felt or not last.answer_message:
                yield "declined_now", Linked(last.reason or last.offer, last.answer_message or last.message)
            yield ("declined_twice" if len(declined) >= OFTEN else "declined_once"), _offered(last)
        elif len(declined) >= OFTEN:
            yield "declined_twice", _offered(declined[-1])

    def _promises(self) -> Iterator[tuple[str, Linked]]:
        broken = [item for item in self.case.promises if item.state == "broken" or self._overdue(item)]
        if broken:
            yield "promise_broken", Linked(broken[-1].what, broken[-1].message)
        running = [
            item
            for item in self.case.promises
            if item.due and item.state in ("found", "pending", "approaching")
        ]
        if running and not broken:
            yield "promise_open", Linked(running[-1].what, running[-1].message)

    def _overdue(self, promise: Promise) -> bool:
        """A promise nobody confirmed was perhaps none: that one is broken when the case says so."""
        late = promise.due is not None and promise.due < self.view.now
        return late and promise.state in ("pending", "approaching")

    def _wants(self, felt: dict[str, Linked]) -> Iterator[tuple[str, Linked]]:
        wish = self.case.wish
        if self.need is not None:
            yield "needs_fact", Linked(self.need.ask)
        if wish is None:
            return
        kind, link = wish.want.kind, Linked(wish.want.quote, wish.message)
        yield "wants_known", link
        if kind in VALUE:
            yield "wants_value", link
            room = self.room(instrument_of(kind))
            amount = wish.want.amount or 0
            within = room is None or (room > 0 and room >= amount)
            yield ("within_authority" if within else "above_authority"), link
        if self.view.due or (kind == "refund" and "something_wrong" in felt):
            yield "refund_due", link

    def room(self, instrument: str) -> int | None:
        """What may be decided alone, in minor units; None without limit, 0 for nothing."""
        if self.view.room:
            return self.view.room.get(instrument, 0)
        customer, policy = self.view.customer, self.view.policy
        tier = customer.tier if customer else "standard"
        return most_of_level(policy, self.level.name, instrument, tier, self.case.product)

    @cached_property
    def level(self) -> Level:
        """The level of whoever speaks now. Sent up in this very moment, the case is still theirs to explain."""
        record = self.case.escalation
        name = record.from_level if record is not None and self._just_sent_up(record) else self.case.level
        policy = self.view.policy
        return next((one for one in (*policy.levels, *policy.desks) if one.name == name), policy.levels[0])

    def _just_sent_up(self, record: Escalation) -> bool:
        begins = self.fresh[0].spoken.at if self.fresh else self.view.now
        return record.state == "escalated" and record.accepted_at is None and record.requested_at >= begins

    def _upwards(self) -> Iterator[tuple[str, Linked]]:
        case, policy = self.case, self.view.policy
        if self.level.climbs_to:
            yield "can_go_up", Linked(self.level.climbs_to)
        record = case.escalation
        if record is None:
            return
        if record.state == "escalated":
            yield ("going_up" if self._just_sent_up(record) else "escalated"), Linked(record.why)
        if record.state == "requested":
            left = [step for step in record.untried if step not in case.steps]
            yield ("steps_left" if left or missing(case, policy) else "steps_taken"), Linked(", ".join(left))
        if record.rule and not (record.state == "escalated" and not self._just_sent_up(record)):
            yield "rule_sends_up", Linked(record.rule)


def _first_of_each(found: Iterator[tuple[str, Linked]]) -> dict[str, Linked]:
    first: dict[str, Linked] = {}
    for name, link in found:
        first.setdefault(name, link)
    return first


def instrument_of(want: str) -> str:
    """The instrument of the policy's authority that gives what is wanted."""
    return {"compensation": "credit", "redelivery": "replacement", "repair": "replacement"}.get(want, want)


def _colleague(turn: Turn) -> bool:
    return turn.spoken.author == "agent"


def _substance(turn: Turn) -> bool:
    """Whether a message of ours says more than a greeting."""
    return is_content(turn.message) and len(turn.spoken.text.split()) > 6


def _offered(attempt: Attempt) -> Linked:
    return Linked(attempt.offer, attempt.message, attempt.at)
