"""``check``: the proof of a policy with a roster, over every case and every minute of the coming year."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from leeway.core.policy import Policy
from leeway.core.roster import Roster
from leeway.core.situation import COLUMNS
from leeway.prove import authority, needs, paths, people, reach, rules, telling, texts, waits
from leeway.prove.findings import Finding, Places, Proof, Unproved
from leeway.prove.ground import READ_CUES, YEAR, Ground

PARTS = (rules, needs, reach, telling, paths, waits, authority, texts, people)

CLAIMS = {
    "rules": "Every rule decides some case; no two ask for the same cases; no test is one that nothing passes.",
    "needs": "Every case that needs somebody is answered by a rule, and what must not wait is not overtaken.",
    "reach": "A case that arrives at any level or desk, at any minute, has a named person who is there and can be "
    "reached: of the level, by its plan, or after a wait that ends in time.",
    "telling": "Everybody the matrix tells, gives to or asks for advice is a person who can be reached, at any minute.",
    "paths": "No way up is a circle or ends in nothing; nobody stands in for each other in a circle.",
    "waits": "Accepts, updates, steps, approvals and consults fit into the time at their level; the whole way up fits "
    "into close_within and every regulator's clock, in the worst real time of the year.",
    "authority": "Limits grow upwards, a rule about the limit leads to more, and nobody has to approve their own.",
    "texts": "Every message to a customer can fill its blanks when it is sent, and none is missing.",
    "people": "Everybody in the roster can be reached and has a place; no team is empty, no calendar always shut.",
}


def prove(
    policy: Policy,
    roster: Roster,
    *,
    start: datetime,
    length: timedelta = YEAR,
    places: Places | None = None,
    cues: Collection[str] = READ_CUES,
    public_address: bool | None = None,
) -> Proof:
    """Every hole of this policy with this roster from ``start`` on.

    ``places`` say where the parts stand in their files. ``cues`` are those that can be read at all.
    ``public_address``: whether customers can be given a link; None when that is not known.
    """
    ground = Ground(
        policy, roster, start=start, length=length, places=places, cues=cues, public_address=public_address
    )
    found = [(part.__name__.rpartition(".")[2], tuple(part.check(ground))) for part in PARTS]
    findings = tuple(finding for _, part in found for finding in part)
    clean = [name for name, part in found if not part]
    return Proof(
        proved=not findings,
        findings=tuple(sorted(findings, key=_order)),
        claims=tuple(CLAIMS[name] for name in clean),
        not_proved=tuple(_not_proved(ground)),
        worst_case={
            "somebody_is_asked": reach.worst_wait(ground),
            "has_to_answer": waits.worst_answer(ground),
            "unsolved_to_the_top": waits.worst_way(ground),
        },
        period=(ground.start, ground.end),
    )


def _order(finding: Finding) -> tuple[str, int]:
    return finding.where.file, finding.where.line


def _not_proved(ground: Ground) -> list[Unproved]:
    found = [
        Unproved(
            "that nobody is full", "how many cases come at once is not in a matrix; `leeway staff` answers it"
        ),
        Unproved(
            "that a person answers",
            "people may stay silent; then the next is asked, and in the end the case climbs",
        ),
        Unproved("that a notice arrives", "networks outside deliver it; the outbox retries and falls back"),
        Unproved(
            "when the customer answers",
            "clocks that wait for the customer stand still for as long as they like",
        ),
        Unproved(
            "that a sign is read",
            "which words are which cue is measured, not proved (`leeway evaluate cues`)",
        ),
        Unproved(
            "what a regulator's text demands", "the clocks of the overlays are taken as they are written"
        ),
        Unproved(
            "that two columns go together",
            "the proof lets every column take every value; some of these cases may never happen",
        ),
    ]
    found += [
        Unproved(
            f"the words of {column}",
            f"{', '.join(named)}: the matrix does not declare which there are (`values`)",
        )
        for column in ("tier", "region", "product", "channel", "language", "brand", "event")
        if not ground.policy_values(column) and (named := _named(ground, column))
    ]
    top = authority.top_limits(ground)
    if top:
        found.append(
            Unproved("that nobody asks for more than anybody may grant", "the most is " + ", ".join(top))
        )
    left = getattr(ground.policy, "left_to_agent", ())
    if left:
        found.append(
            Unproved("somebody above for " + ", ".join(left), "the matrix leaves these to the agent")
        )
    if ground.public_address is None and any(
        "{link}" in text for text in ground.policy.customer_messages.values()
    ):
        found.append(
            Unproved(
                "that {link} can be filled", "whether the house has a public address is not in the files"
            )
        )
    if any("{customer" in text for text in ground.policy.customer_messages.values()):
        found.append(
            Unproved("that the customer's name is known", "it comes from the channel the case came by")
        )
    return found


def _named(ground: Ground, column: str) -> list[str]:
    kind = COLUMNS[column].kind
    conditions = (one for rule in ground.policy.rules for one in rule.when if one.column == column)
    return sorted({word for one in conditions for word in getattr(one.test, "values", ())}) if kind else []
