"""Every kind of mistake in a matrix, with the exact line its author reads: place, what is there, what should be.

Long lists of words that a message repeats are written as <columns>, <cues> and so on.
"""

from __future__ import annotations

import pytest

from leeway.core.situation import COLUMNS
from leeway.packs import units
from leeway.packs.conditions import EXPECTED
from leeway.packs.matrix_file import load_policy
from leeway.packs.messages import BLANKS
from leeway.packs.reader import Problems
from leeway.packs.vocabulary import CLOCK_KEYS, INSTRUMENTS, KEYS, LEVEL_KEYS, REASONS, RULE_KEYS, SEEN
from tests.packs.small_matrix import SMALL, changed

LONG = {
    "<time>": units.A_LENGTH_OF_TIME,
    "<units>": f"the units are {units.UNITS}",
    "<name>": "a name of small letters, digits and _ that starts with a letter",
    "<number test>": EXPECTED["number"],
    "<share test>": EXPECTED["share"],
    "<time test>": EXPECTED["duration"],
    "<money test>": EXPECTED["money"],
    "<words>": EXPECTED["words"],
    "<seen>": ", ".join(SEEN),
    "<cues>": ", ".join(COLUMNS["cue"].values),
    "<columns>": ", ".join(COLUMNS),
    "<keys>": ", ".join(KEYS),
    "<level keys>": ", ".join(LEVEL_KEYS),
    "<rule keys>": ", ".join(RULE_KEYS),
    "<clock keys>": ", ".join(CLOCK_KEYS),
    "<reasons>": ", ".join(REASONS),
    "<instruments>": ", ".join(INSTRUMENTS),
    "<blanks>": ", ".join(BLANKS),
}

ROSTER = frozenset(
    {
        "team:frontline",
        "team:managers",
        "team:specialist_care",
        "team:legal",
        "rota:night_desk",
        "rota:manager_on_call",
        "person:ana",
    }
)


def in_full(message: str) -> list[str]:
    for short, words in LONG.items():
        message = message.replace(short, words)
    return [f"m.yaml:{line}" for line in message.split("\n")]


def mistakes_in(text: str, known_targets: frozenset[str] | None = None) -> list[str]:
    with pytest.raises(Problems) as refused:
        load_policy({"m.yaml": text}, known_targets=known_targets)
    return str(refused.value).split("\n")


# What stands in the small matrix, what is written instead, and what the author is told.
MISTAKES = [
    (
        "matrix: small",
        "matrix: Small Shop",
        '1:9: found "Small Shop", expected <name>',
    ),
    (
        "version: 1",
        "version: 0",
        '2:10: found "0", expected a whole number of 1 or more',
    ),
    (
        "version: 1",
        "version: one",
        '2:10: found "one", expected a whole number of 1 or more',
    ),
    (
        "currency: EUR",
        "currency: euro",
        '3:11: found "euro", expected a currency code such as EUR',
    ),
    (
        "zone: Europe/Berlin",
        "zone: Europe/Berlyn",
        '4:7: found "Europe/Berlyn", expected a time zone such as Europe/Berlin',
    ),
    (
        "zone: Europe/Berlin",
        "zone: ../../etc/passwd",
        '4:7: found "../../etc/passwd", expected a time zone such as Europe/Berlin',
    ),
    (
        "zone: Europe/Berlin",
        "zone: [x]",
        "4:7: found a list, expected a time zone such as Europe/Berlin",
    ),
    (
        "close_within: 30 days",
        "close_within: 30",
        '5:15: found "30", expected <time> (the unit is missing)',
    ),
    (
        "close_within: 30 days",
        "close_within: 30 days (w)",
        '5:15: found "30 days (w)", expected real time such as "30 days", without (w)',
    ),
    (
        "close_within: 30 days",
        "close_within: 30 dyas",
        '5:15: found "30 dyas", expected <time> (<units>)',
    ),
    (
        "close_within: 30 days",
        "close_in: 30 days",
        (
            '1:1: found a mapping without "close_within", expected the key "close_within"\n'
            '5:1: found the key "close_in", expected one of <keys> (did you mean "close_within"?)'
        ),
    ),
    (
        "zone: Europe/Berlin",
        "language: english",
        '4:11: found "english", expected a language such as en or pt-BR',
    ),
    (
        "zone: Europe/Berlin",
        "working_day: 25 h",
        '4:14: found "25 h", expected the hours of one working day such as "7.5 h"',
    ),
    (
        "zone: Europe/Berlin",
        "same_matter_within: 36 h",
        '4:21: found "36 h", expected whole days such as "30 days"',
    ),
    (
        "zone: Europe/Berlin",
        "resolved_rating_at_most: 9",
        '4:26: found "9", expected a whole number from 1 to 5',
    ),
    (
        "zone: Europe/Berlin",
        "packet_needs: [mater]",
        (
            '4:16: found "mater", expected one of matter, wants, feeling, told, tried, promises, why (did you'
            ' mean "matter"?)'
        ),
    ),
    (
        "zone: Europe/Berlin",
        "overlays: [uk_fcc]",
        (
            '4:12: found "uk_fcc", expected an overlay: au_asic, au_asic_super, uk_fca, us_cfpb (did you mean'
            ' "uk_fca"?)'
        ),
    ),
    (
        "zone: Europe/Berlin",
        "default_owner: team:frontline",
        '4:16: found "team:frontline", expected <name>',
    ),
    (
        "accept: 5 min, resolve: 4 h (w)",
        "accept: 5, resolve: 4 h (w)",
        '7:40: found "5", expected <time> (the unit is missing)',
    ),
    (
        "accept: 5 min, resolve: 4 h (w)",
        "accept: 0 min, resolve: 4 h (w)",
        '7:40: found "0 min", expected <time> (longer than nothing and at most ten years)',
    ),
    (
        "accept: 5 min, resolve: 4 h (w)",
        "acept: 5 min, resolve: 4 h (w)",
        (
            '7:14: found a mapping without "accept", expected the key "accept"\n'
            '7:32: found the key "acept", expected one of <level keys> (did you mean "accept"?)'
        ),
    ),
    (
        "resolve: 4 h (w), update: 2 h (w)}",
        "resolve: 4 h (w)}",
        '7:14: found a mapping without "update", expected the key "update"',
    ),
    (
        "{team: frontline, ",
        "{",
        "7:14: found nobody who works there, expected one of team, rota, person",
    ),
    (
        "{team: frontline, ",
        "{team: frontline, rota: night_desk, ",
        "7:14: found team and rota together, expected one of team, rota, person",
    ),
    (
        "{team: frontline, ",
        "{team: Front Line, ",
        (
            '7:21: found "Front Line", expected a team (a name has small letters, digits and _ and starts with a'
            " letter)"
        ),
    ),
    (
        "climb_after: 2 silent accepts",
        "climb_after: 2",
        '8:93: found "2", expected a count such as "2 silent accepts"',
    ),
    (
        "climb_after: 2 silent accepts",
        "climbs_to: agent",
        '8:91: found "agent", expected a level above manager: there are none',
    ),
    (
        "  - manager: {team",
        "  - agent: {team",
        (
            '8:5: found "agent" again, expected each key once (first in line 7)\n'
            '12:5: found "manager", expected a level or desk: agent, care\n'
            '18:9: found "manager", expected a level or desk: agent, care (a new desk is written under desks)\n'
            '28:17: found "manager", expected a level or desk: agent, care (a new desk is written under desks)\n'
            '31:3: found "manager", expected a level or desk: agent, care'
        ),
    ),
    (
        "  - care:    {team",
        "  - agent: {team",
        (
            '10:5: found "agent" again, expected a name that no level has\n'
            '23:9: found "care", expected a level or desk: agent, manager (a new desk is written under desks)'
        ),
    ),
    (
        "beside: agent",
        "beside: agnet",
        '10:98: found "agnet", expected a level: agent, manager (did you mean "agent"?)',
    ),
    (
        "  - manager: hand to",
        "  - manger: hand to",
        '12:5: found "manger", expected a level or desk: agent, manager, care (did you mean "manager"?)',
    ),
    (
        "hand to night_desk; tell",
        "hand over to night_desk; tell",
        (
            '12:14: found "hand over to night_desk; tell the customer "back {next_open…", expected "hand to ..."'
            ' or "wait until {next_open}"'
        ),
    ),
    (
        "hand to night_desk; tell",
        "hand to manager; tell",
        '12:22: found "manager", expected a team, rota or person (manager is a level; name who works there)',
    ),
    (
        "hand to night_desk; tell",
        "wait until {next_open}; owner stays manager; tell",
        '12:50: found "manager", expected a level below manager',
    ),
    (
        "hand to night_desk; tell",
        "hand to night_desk, tell",
        '12:32: found ", tell the customer "back {next_open}"", expected the end of the sentence',
    ),
    (
        'tell the customer "back {next_open}"',
        'tell the customer "back {next_opening}"',
        '12:58: found "{next_opening}", expected a blank: <blanks> (did you mean "next_open"?)',
    ),
    (
        'tell the customer "back {next_open}"',
        "tell the customer delayed",
        '12:14: found the message "delayed", expected a message under customer_messages',
    ),
    (
        'tell the customer "back {next_open}"',
        'tell the customer "back {next_open}',
        '12:52: found ""back {next_open}", expected the name of a message, or a text in quotes',
    ),
    (
        "seen_as: [restate]",
        "seen_as: [paraphrase]",
        '14:56: found "paraphrase", expected one of <seen>',
    ),
    (
        'restate: {ask: "Have you said it back?", seen_as: [restate]}',
        "restate: Have you said it back?",
        '14:14: found "Have you said it back?", expected a mapping',
    ),
    (
        "  - name: vulnerable\n",
        "  - name: legal\n",
        '21:11: found "legal", expected a name of its own (first in line 16)',
    ),
    (
        "    when: {cue: vulnerable}",
        "    when: {cue: vulnerabel}",
        '22:17: found "vulnerabel", expected one of <cues> (did you mean "vulnerable"?)',
    ),
    (
        "    when: {cue: vulnerable}",
        "    when: {cues: vulnerable}",
        '22:12: found "cues", expected a column: <columns> (did you mean "cue"?)',
    ),
    (
        "    when: {cue: vulnerable}",
        "    when: {}",
        '22:11: found no condition, expected at least one column, or "always"',
    ),
    (
        "    when: {cue: vulnerable}",
        "    when:",
        "22:10: found nothing, expected a mapping",
    ),
    (
        "    when: {cue: vulnerable}",
        "    when: {cue: []}",
        "22:17: found an empty list, expected at least one word",
    ),
    (
        "    when: {cue: vulnerable}",
        "    when: {cue: [vulnerable, vulnerable]}",
        '22:17: found "vulnerable" twice, expected each of them once',
    ),
    (
        "    when: {cue: vulnerable}",
        '    when: {cue: ">= 2"}',
        '22:17: found ">= 2", expected one of <cues>',
    ),
    (
        "    when: {cue: vulnerable}",
        '    when: {tier: ">= gold"}',
        '22:18: found ">= gold", expected <words> (tier holds words, which have no order)',
    ),
    (
        "    when: {cue: vulnerable}",
        '    when: {tier: "not []"}',
        '22:18: found "not []", expected <words>',
    ),
    (
        "    when: {cue: vulnerable}",
        "    when: {level: superviser}",
        '22:19: found "superviser", expected one of agent, manager, care',
    ),
    (
        "    when: {cue: vulnerable}",
        '    when: {contacts_30d: ">= three"}',
        '22:26: found ">= three", expected <number test> ("three" is not a number)',
    ),
    (
        "    when: {cue: vulnerable}",
        '    when: {contacts_30d: ">= 1.5"}',
        '22:26: found ">= 1.5", expected <number test> (contacts_30d is a whole number)',
    ),
    (
        "    when: {cue: vulnerable}",
        '    when: {contacts_30d: ">= 0"}',
        '22:26: found ">= 0", expected <number test> (contacts_30d is never below 1)',
    ),
    (
        "    when: {cue: vulnerable}",
        "    when: {contacts_30d: [3, 4]}",
        "22:26: found a list, expected <number test>",
    ),
    (
        "    when: {cue: vulnerable}",
        '    when: {contacts_30d: "(3..3]"}',
        '22:26: found "(3..3]", expected <number test> (nothing lies in this range)',
    ),
    (
        "    when: {cue: vulnerable}",
        '    when: {contacts_30d: "> authority"}',
        '22:26: found "> authority", expected <number test> (authority is an amount, contacts_30d is not)',
    ),
    (
        "    when: {cue: vulnerable}",
        '    when: {contacts_30d: "not 3"}',
        '22:26: found "not 3", expected <number test> ("not 3" is not a number)',
    ),
    (
        "    when: {cue: vulnerable}",
        "    when: {first_contact: maybe}",
        '22:27: found "maybe", expected yes or no',
    ),
    (
        "    when: {cue: vulnerable}",
        '    when: {waiting: ">= 2"}',
        '22:21: found ">= 2", expected <time test> (the unit is missing)',
    ),
    (
        "    when: {cue: vulnerable}",
        '    when: {waiting: ">= 2 h (w)"}',
        '22:21: found ">= 2 h (w)", expected <time test> (here time is real time, without (w))',
    ),
    (
        "    when: {cue: vulnerable}",
        '    when: {offer_needed: "> 150"}',
        '22:26: found "> 150", expected <money test> (write the amount with its currency, as in 60 EUR)',
    ),
    (
        "    when: {cue: vulnerable}",
        '    when: {offer_needed: "> 150 USD"}',
        '22:26: found "> 150 USD", expected <money test> (this policy counts in EUR)',
    ),
    (
        "    when: {cue: vulnerable}",
        '    when: {offer_needed: ">= authority"}',
        '22:26: found ">= authority", expected <money test> (the only test with authority is "> authority")',
    ),
    (
        '{risk: ">= 0.7"',
        '{risk: ">= 70"',
        '26:18: found ">= 70", expected <share test> (risk is never above 1)',
    ),
    (
        '{risk: ">= 0.7"',
        '{risk: ">= 70 %"',
        '26:18: found ">= 70 %", expected <share test> ("70 %" is not a number)',
    ),
    (
        "same_matter: yes",
        "same_matter: yes, same_matter: no",
        '26:46: found "same_matter" again, expected each key once (first in line 26)',
    ),
    (
        "    go: care",
        "    go: specialist_care",
        (
            '23:9: found "specialist_care", expected a level or desk: agent, manager, care (a new desk is'
            " written under desks)"
        ),
    ),
    (
        "    go: care",
        "    go: carre",
        '23:9: found "carre", expected a level or desk: agent, manager, care (did you mean "care"?)',
    ),
    (
        "    go: care",
        "    go: consult",
        "23:16: found nothing more, expected a level or desk: agent, manager, care",
    ),
    (
        "    go: care",
        "    go: [care]",
        "23:9: found a list, expected a sentence",
    ),
    (
        "    because: vulnerable_customer",
        "    because: vulnerable",
        '24:14: found "vulnerable", expected one of <reasons> (did you mean "vulnerable_customer"?)',
    ),
    (
        "    because: vulnerable_customer\n",
        "",
        '21:5: found a mapping without "because", expected the key "because"',
    ),
    (
        "    because: vulnerable_customer",
        ("    because: vulnerable_customer\n    frist: [restate]"),
        '25:5: found the key "frist", expected one of <rule keys> (did you mean "first"?)',
    ),
    (
        "    because: vulnerable_customer",
        ("    because: vulnerable_customer\n    tell_customer: delayed"),
        (
            '25:20: found "delayed", expected a message under customer_messages: escalated, nothing (did you'
            ' mean "escalated"?)'
        ),
    ),
    (
        "    because: vulnerable_customer",
        ("    because: vulnerable_customer\n    tell_outside: [not an address]"),
        '25:20: found "not an address", expected a name, an e-mail address or an https address',
    ),
    (
        "first: [restate]",
        "first: [restat]",
        '27:13: found "restat", expected a step under before: restate (did you mean "restate"?)',
    ),
    (
        "    tell: [legal]",
        "    tell: [Legal]",
        '20:12: found "Legal", expected a team, rota or person',
    ),
    (
        ("  manager:\n    - at once"),
        ("  manger:\n    - at once"),
        '31:3: found "manger", expected a level or desk: agent, manager, care (did you mean "manager"?)',
    ),
    (
        "at once: tell",
        "soon: tell",
        '32:7: found "soon", expected "at once", a time such as "10 min", "every 2 h", hourly, daily or weekly',
    ),
    (
        "at once: tell",
        "every day: tell",
        '32:13: found "day", expected <time> (<units>)',
    ),
    (
        "at once: tell",
        "10 minutes: tell",
        '32:7: found "10 minutes", expected <time> (<units>)',
    ),
    (
        "at once: tell",
        "at once, 3 times: tell",
        '32:14: found ", 3 times", expected the end of the sentence',
    ),
    (
        "at once: tell",
        '"at once, then often": tell',
        '32:22: found "often", expected "every ...", hourly, daily or weekly',
    ),
    (
        "tell team by [browser, chat]",
        "inform team by [browser, chat]",
        '32:16: found "inform team by [browser, chat]", expected one of tell, give to, update customer, climb',
    ),
    (
        "tell team by [browser, chat]",
        "tell team by [browser, chat",
        '32:43: found nothing more, expected a closing "]"',
    ),
    (
        "tell team by [browser, chat]",
        "tell team by browser and chat",
        '32:37: found "and chat", expected the end of the sentence',
    ),
    (
        "tell team by [browser, chat]",
        "tell",
        "32:20: found nothing more, expected a team, rota or person",
    ),
    (
        "10 min: tell on_call by [sms] if not accepted",
        "10 min: tell on_call by [sms] unless accepted",
        '33:37: found "unless accepted", expected the end of the sentence',
    ),
    (
        "10 min: tell on_call by [sms] if not accepted",
        "10 min: tell on_call by [sms] if not acepted",
        '33:44: found "acepted", expected accepted, answered or resolved (did you mean "accepted"?)',
    ),
    (
        "10 min: tell on_call by [sms] if not accepted",
        "10 min",
        '33:7: found "10 min", expected one "name: value" per list item',
    ),
    (
        "first_response: 1 h (w)",
        "first_responce: 1 h (w)",
        '35:3: found the key "first_responce", expected one of <clock keys> (did you mean "first_response"?)',
    ),
    (
        "80 %: tell owner",
        "120 %: tell owner",
        '37:7: found "120 %", expected <time> (<units>)',
    ),
    (
        "80 %: tell owner",
        "1 h after: tell owner",
        '37:11: found "after", expected "before"',
    ),
    (
        "80 %: tell owner",
        "80 %: owner",
        '37:13: found "owner", expected "tell ..."',
    ),
    (
        "  agent: {refund",
        "  agents: {refund",
        '39:3: found "agents", expected a level or desk: agent, manager, care (did you mean "agent"?)',
    ),
    (
        "refund: 60 EUR per case",
        "refnud: 60 EUR per case",
        '39:11: found "refnud", expected one of <instruments> (did you mean "refund"?)',
    ),
    (
        "refund: 60 EUR per case",
        "refund: 60 per case",
        '39:19: found "60 per case", expected an amount such as 60 EUR',
    ),
    (
        "refund: 60 EUR per case",
        "refund: 60 USD per case",
        '39:19: found "60 USD", expected an amount such as 60 EUR (this policy counts in EUR)',
    ),
    (
        "refund: 60 EUR per case",
        "refund: 60 EUR per order",
        '39:26: found "per order", expected "per case", "per customer" or "per person"',
    ),
    (
        "refund: 60 EUR per case",
        "refund: 60 EUR per case, twice",
        ('39:36: found "twice", expected one of <instruments>\n39:41: found nothing, expected a sentence'),
    ),
    (
        "refund: 60 EUR per case",
        "refund: twice per case",
        '39:19: found "twice per case", expected an amount such as "60 EUR" or a count such as "3 times"',
    ),
    (
        "refund: 60 EUR per case",
        "refund: 3 times per customer per 8 h (w)",
        '39:51: found "(w)", expected a length of real time (a limit counts in days of the calendar)',
    ),
    (
        "refund: 60 EUR per case",
        "refund: 60 EUR per case for gold",
        '39:39: found "gold", expected tier or product, as in "for tier [gold]"',
    ),
    (
        "refund: 60 EUR per case",
        "refund: [60 EUR per case, 80 EUR per case]",
        ("39:19: found 80 EUR per case beside another like it, expected limits that are counted differently"),
    ),
    (
        "  agent: {refund",
        "  'role ': {refund",
        '39:3: found "role", expected the name of a role, as in "role team_lead"',
    ),
    (
        "alerting: {",
        "offers: {fault: {ours: 40 %}}\nalerting: {",
        '40:24: found "40 %", expected a share for ours that is not smaller than the one for shared',
    ),
    (
        "alerting: {",
        "offers: {of_amount: 10}\nalerting: {",
        '40:21: found "10", expected a share from 0 % to 100 % (whole percents, as in "10 %")',
    ),
    (
        "alerting: {",
        "offers: {band: 110 % to 150 %}\nalerting: {",
        '40:16: found "110 % to 150 %", expected a band around 100 %, such as "60 % to 150 %"',
    ),
    (
        "alerting: {",
        "offers: {rates: {EUR: 1 EUR}}\nalerting: {",
        '40:18: found "EUR", expected another currency than EUR, such as USD',
    ),
    (
        "alerting: {",
        "offers: {of_yearly_spend: 9 %}\nalerting: {",
        '40:27: found "9 %", expected a share at risk that is not smaller than the ordinary one',
    ),
    (
        "risk: 0.6,",
        "risk: 60,",
        '40:18: found "60", expected a number from 0 to 1',
    ),
    (
        "{update_due}",
        "{update_de}",
        '42:59: found "{update_de}", expected a blank: <blanks> (did you mean "update_due"?)',
    ),
    (
        "Next news by {update_due}.",
        "Next news by {update_due.",
        '42:59: found "{", expected a blank: <blanks>',
    ),
    (
        '  escalated: "',
        '  escaladed: "',
        '42:3: found no message "escalated", expected the message "escalated" (the rules tell it to the customer)',
    ),
]

# The same with a roster to look names up in.
MISTAKES_IN_NAMES = [
    (
        "{team: frontline, ",
        "{team: frontlin, ",
        '7:21: found "frontlin", expected a team (did you mean "frontline"?)',
    ),
    (
        "hand to night_desk",
        "hand to nigth_desk",
        '12:22: found "nigth_desk", expected a team, rota or person (did you mean "night_desk"?)',
    ),
    (
        "hand to night_desk",
        "hand to team:night_desk",
        '12:22: found "team:night_desk", expected a team, rota or person (did you mean "night_desk"?)',
    ),
    (
        "tell: [legal]",
        "tell: [lawyers]",
        '20:12: found "lawyers", expected a team, rota or person (the roster has none of that name)',
    ),
    (
        "tell: [legal]",
        "tell: [agent]",
        '20:12: found "agent", expected a team, rota or person (agent is a level; name who works there)',
    ),
    (
        "steps:\n",
        ("steps:\n  care:\n    - at once: tell on_call\n"),
        (
            '32:21: found "on_call", expected a team, rota or person (here it means rota:care_on_call, which the'
            " roster does not have)"
        ),
    ),
    (
        "10 min: tell on_call",
        "10 min: give to next_of legal_on_call",
        '33:31: found "legal_on_call", expected a rota (did you mean "manager_on_call"?)',
    ),
    (
        "zone: Europe/Berlin",
        "default_owner: bob",
        '4:16: found "bob", expected a person of the roster',
    ),
    (
        "80 %: tell owner",
        "80 %: tell lead_of laegl",
        '37:26: found "laegl", expected a team (did you mean "legal"?)',
    ),
]


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES)
def test_a_mistake_is_told_at_its_place(old, new, message):
    assert mistakes_in(changed(old, new)) == in_full(message)


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES_IN_NAMES)
def test_a_name_the_roster_does_not_have_is_told_at_its_place(old, new, message):
    assert mistakes_in(changed(old, new), ROSTER) == in_full(message)


def test_the_small_matrix_itself_has_no_mistake():
    assert load_policy({"m.yaml": SMALL}) == load_policy({"m.yaml": SMALL}, known_targets=ROSTER)


def test_mistakes_of_all_sections_come_together():
    text = (
        SMALL.replace("risk: 0.6", "risk: 6")
        .replace("accept: 1 h", "accept: 1")
        .replace("go: care", "go: cure")
    )
    assert [message.split(": ")[0] for message in mistakes_in(text)] == [
        "m.yaml:8:39",
        "m.yaml:23:9",
        "m.yaml:40:18",
    ]


def test_a_test_with_brackets_needs_quotes_inside_braces_and_the_message_says_so():
    [message] = mistakes_in(changed("when: {cue: vulnerable}", "when: {tier: not [bronze]}"))
    assert message.startswith("m.yaml:22:22: found text that is not YAML")
    assert message.endswith("(a text with : # [ ] { } or a leading > needs quotes)")
