"""The reference page of the matrix language, made from the lists the loader itself goes by.

python -m leeway.packs.reference docs/reference/matrix.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from leeway.core.handoff import SLOTS
from leeway.core.policy import Span
from leeway.core.situation import COLUMNS, Column
from leeway.packs import units
from leeway.packs.disclosures import KEYS as DISCLOSURE_KEYS
from leeway.packs.disclosures import TURNS
from leeway.packs.messages import BLANKS
from leeway.packs.offers import KEYS as OFFER_KEYS
from leeway.packs.parts import STARTS, STOPS
from leeway.packs.playbooks import GUIDANCE_KEYS, RELIEF_KEYS
from leeway.packs.vocabulary import (
    ALERTING_KEYS,
    CLOCK_KEYS,
    DESK_KEYS,
    INSTRUMENTS,
    KEYS,
    LEVEL_KEYS,
    REASONS,
    REQUIRED,
    RULE_KEYS,
    SEEN,
)

_TESTS = {
    "words": '`a`, `[a, b]` (any of them), `"not [a, b]"` (none of them)',
    "word": '`a`, `[a, b]` (one of them), `"not [a, b]"`',
    "number": '`3`, `">= 3"`, `"> 3"`, `"<= 3"`, `"< 3"`, `"[2..5]"`, `"(2..5)"`',
    "share": '`">= 0.7"`, `"[0.5..0.7)"`: from 0 to 1',
    "duration": '`">= 2 h"`, `"[1 h..1 day]"`: real time',
    "money": '`"> 150 EUR"`, `"(50 EUR..250 EUR]"`, `"> authority"` (more than the present level may decide)',
    "yes_no": "`yes`, `no`",
}

PAGE = """\
# The matrix language

<!-- Made by `python -m leeway.packs.reference docs/reference/matrix.md`; change it there. -->

A matrix is one YAML file, `matrix.yaml`. It says who there is, what sends a case to whom, how long everybody has, and
what customers are told. [How to write a matrix](../how-to/write-a-matrix.md) walks through one.

The file is read strictly. Unknown keys, doubled names, missing units and names that lead nowhere are all reported at
once, each with its line and column, what stands there and what was expected. Words are read as typed: `no`, `on`
and `12:30` mean themselves. Anchors, tags, tabs, several documents and files above 1 MB are refused.

## Sections

{sections}

## Times

`90 s`, `15 min`, `1.5 h`, `1 h 30 min`, `30 days`, `8 weeks` are real time. With `(w)` only open hours count, in the
calendar of whoever the clock is for: `4 h (w)`, `3 days (w)`. A working day is {working_day} unless the file says
`working_day: 7.5 h`; a working week is {working_week} of them. The unit is never left out.

## Levels and desks

    levels:
      - agent:      {{team: frontline, accept: 5 min, resolve: 4 h (w), update: 2 h (w)}}
      - supervisor: {{team: supervisors, accept: 15 min, resolve: 8 h (w), update: 4 h (w)}}

The levels are the rungs of hierarchical escalation, lowest first.

{level_keys}

`desks:` are written the same way and stand beside a rung, for functional escalation. Besides:

{desk_keys}

## Whom to name

A target is a team, a rota or a person: `frontline`, `night_desk`, `ana`. A bare name is looked up in the roster, as a
team, then as a rota, then as a person. Where there is no roster to look in, names that end in `_on_call` or `_desk`
or begin with `duty_` are rotas and all others teams. `team:`, `rota:` and `person:` in front settle it. Besides,
`owner` is whoever is accountable, `asked` whoever is asked to take the case, `manager_of owner` and
`lead_of TEAM` what they say.

## Rules

{rule_keys}

The first rule from the top whose conditions all hold decides. A rule never fires for a case that is already as high
as it leads: a level leads up from every lower level and the desks beside those, a desk from its own rung and those
below. So the rules can not throw a case to and fro.

### Conditions

`when:` names columns and what they must hold, all at once. `when: always` has no condition. A test that holds
brackets, `>` or `<` needs quotes. What is not known never matches, not even a `not`: a customer without a rating has
no low rating, and an unknown region is not "not Europe".

{tests}

### Columns

{columns}

### Reasons

{reasons}

## Before going up

    before:
      - restate: {{ask: "Have you said back what went wrong?", seen_as: [restate]}}

A rule asks for steps with `first: [restate]`. They are tried, or overridden with a reason. `seen_as` ticks a step off
when it is seen in the agent's own words: {seen}.

## Nobody there

    nobody_there:
      - supervisor: hand to night_desk; tell the customer "back {{next_open}}"
      - mediator:   wait until {{next_open}}; owner stays manager

What happens outside a level's hours, or when everybody there is absent, full or unreachable. `hand to TARGET`, or
`wait until {{next_open}}`; then, if you like, `owner stays LEVEL` (who is accountable meanwhile: the owner at that
lower level) and `tell the customer` with the name of a message or a text in quotes.

## Steps

    steps:
      supervisor:
        - at once: tell team by [browser, chat]
        - 10 min:  tell on_call by [sms] if not accepted
        - 15 min:  give to next_on_call if not accepted
        - daily:   update customer

What happens at a level, counted from the case's arrival there; leaving the level ends it.

| part | forms |
|---|---|
| when | `at once`, `10 min`, `2 h (w)`, `hourly`, `daily`, `weekly`, `every 2 h, 3 times`, `10 min, then every 2 h` |
| what | `tell TARGET`, `give to TARGET`, `update customer`, `climb` |
| how | `by [browser, sms]`: the channels, in order |
| unless | `if not accepted`, `if not answered`, `if not resolved` |

Here `team` is the level's own team and `on_call` its own rota: at the level `supervisor` that is
`supervisor_on_call`. `next_on_call` is whoever comes after the one on call, `next_of ROTA` the same for another rota.

## Clocks and warnings

{clock_keys}

A warning says when and whom: `80 %: tell owner`, `1 h before: tell [owner, manager_of owner]`.

## Authority

    authority:
      agent: {{refund: 60 EUR per case, credit: 20 EUR per customer per 30 days}}

What a level may decide alone of each instrument: {instruments}. A limit is a half-sentence; several in a list hold
together.

| limit | means |
|---|---|
| `60 EUR per case` | so much in one case, ever |
| `20 EUR per customer per 30 days` | so much to one customer, over all their cases, in any 30 days |
| `500 EUR per person per day` | so much by one person of ours in any 24 hours; `per week` is any 7 days |
| `3 times per customer per 30 days` | so often, whatever the amount |
| `60 EUR per case, 2 times` | both (inside braces that comma needs quotes around the whole) |
| `120 EUR per case for tier [gold]` | in place of the limit counted alike without a tier; `for product` likewise |

    authority:
      agent:
        credit:
          - 20 EUR per customer per 30 days
          - 40 EUR per customer per 30 days for tier [gold, platinum]
          - 3 times per customer per 30 days
      role team_lead: {{credit: 60 EUR per customer per 30 days}}

`role NAME` is for everybody in the roster with that role: where it names an instrument it stands in place of their
level's limit. Of several levels a person works at, the one that leaves most room counts. What was given with an
approval counts on the limits of whoever approved it. An instrument a level does not name needs an approval.

## Offers

{offer_keys}

What is given in a currency other than the policy's is never within a limit unless `rates` says what it is worth.

## Disclosures

    disclosures:
      - recorded:
          say: This chat may be recorded to improve our service.
          counts: ["(chat|call) (is|may be) recorded"]
          channel: [chat, phone]
      - no_guarantee:
          never: Nobody may be told that a day of delivery is certain.
          counts: ["guarantee ... (delivery|arrive|arrives)"]
          instead: It is due on Friday. If it is not there by then, I will look into it myself.

{disclosure_keys}

| turn | comes with |
|---|---|
{disclosure_turns}

What is said counts by one of its wordings, written like the phrases of a language: `(a|b)` one of these, `[a]` perhaps,
`...` up to five words between. What must be said also counts when most of its words stand close together. A denial
before ("this chat is not recorded") says something else. What was said, with its words, what was missed and what should
not have been said stand in the case.

## Guidance and relief

    guidance:
      most: 2
      without: [law_and_regulators, being_heard.rude]
      playbooks:
        - our_own:
            reason: frustration
            plays:
              - tea: {{move: slow_down, when: [our_turn, heated], weight: 90, why: Take your time., say: "One moment."}}

{guidance_keys}

What a playbook may hold is on [its own page](playbooks.md).

    relief: {{heated: 3, within: 2 h}}

{relief_keys}

## Alerting

{alerting_keys}

## Packet

`packet_needs:` lists what has to be known before a case goes up:

{slots}

## Customer messages

Texts by name. A rule tells `escalated` unless its `tell_customer` says otherwise; the product itself uses `update`,
`delayed`, `resolved` and `follow_up` where they are there. Blanks:

{blanks}

## Regulators and overlays

`overlays: [uk_fca]` lays a shipped overlay, or one from the pack's own folder `overlays/`, over the matrix. It adds
clocks, texts and disclosures and shortens `close_within` where the regulator wants that; it never loosens anything.

    overlay: uk_fca
    clocks:
      - fca_final_response: {{within: 8 weeks, from: complaint, until: final_response, source: DISP 1.6.2R}}
    customer_messages:
      final_response: "You have the right to go to the Financial Ombudsman Service."
    must_say:
      final_response: Financial Ombudsman Service

`from` is {starts}; `until` is {stops}. A complaint begins with the first clear sign of dissatisfaction. `must_say` are
words the house's own text has to contain.
"""


def render() -> str:
    """The whole page."""
    return PAGE.format(
        sections=_keys(KEYS, REQUIRED),
        working_day=units.span_in_words(Span(units.WORKING_DAY)),
        working_week=units.WORKING_DAYS_A_WEEK,
        level_keys=_keys(LEVEL_KEYS),
        desk_keys=_keys({key: says for key, says in DESK_KEYS.items() if key not in LEVEL_KEYS}),
        rule_keys=_keys(RULE_KEYS),
        tests=_table(
            ("column holds", "tests"), ((kind.replace("_", " or "), says) for kind, says in _TESTS.items())
        ),
        columns=_table(("column", "holds", "means"), map(_column, COLUMNS.values())),
        reasons=_listed(REASONS),
        seen=_listed(SEEN),
        clock_keys=_keys(CLOCK_KEYS),
        instruments=_listed(INSTRUMENTS),
        alerting_keys=_keys(ALERTING_KEYS),
        guidance_keys=_keys(GUIDANCE_KEYS),
        relief_keys=_keys(RELIEF_KEYS),
        disclosure_keys=_keys(DISCLOSURE_KEYS),
        disclosure_turns="\n".join(f"| `{turn}` | {says} |" for turn, says in TURNS.items()),
        offer_keys=_keys(OFFER_KEYS),
        slots=_table(
            ("slot", "the question that fills it"), ((f"`{slot}`", says) for slot, says in SLOTS.items())
        ),
        blanks=_table(("blank", "becomes"), ((f"`{{{blank}}}`", says) for blank, says in BLANKS.items())),
        starts=_listed(STARTS),
        stops=_listed(STOPS),
    )


def _keys(keys: Mapping[str, str], required: Iterable[str] = ()) -> str:
    must = set(required)
    rows = ((f"`{key}`" + (" (needed)" if key in must else ""), says) for key, says in keys.items())
    return _table(("key", "means"), rows)


def _column(column: Column) -> tuple[str, str, str]:
    holds = column.kind.replace("_", " or ")
    if column.values:
        holds += f": {_listed(column.values)}"
    return f"`{column.name}`", holds, column.says


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(render(), encoding="utf-8")
