"""Reads one matrix file, section by section, into a policy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from leeway.core.handoff import SLOTS
from leeway.core.policy import (
    Alerting,
    BeforeStep,
    CaseClocks,
    Condition,
    Level,
    LevelSteps,
    NobodyThere,
    Policy,
    Reason,
    RegulatorClock,
    Rule,
    Span,
    Step,
)
from leeway.core.situation import COLUMNS
from leeway.packs import units
from leeway.packs.authority import read_limits
from leeway.packs.conditions import read_test
from leeway.packs.disclosures import read_disclosures
from leeway.packs.messages import check_message
from leeway.packs.offers import read_offers
from leeway.packs.overlays import Overlay, RightNotNamed, combine
from leeway.packs.parts import (
    read_calendar_span,
    read_clocks,
    read_span,
    read_texts,
    read_warnings,
    read_working_day,
)
from leeway.packs.playbooks import read_guidance, read_relief
from leeway.packs.reader import Fields, Node, Problem
from leeway.packs.sentence import Muddled, Sentence
from leeway.packs.sentences import read_nobody_there, read_step, silent_accepts
from leeway.packs.targets import NAME, Targets
from leeway.packs.vocabulary import (
    ALERTING_KEYS,
    CLOCK_KEYS,
    DESK_KEYS,
    HOUSE_WORDS,
    KEYS,
    LEVEL_KEYS,
    NEEDS,
    REASONS,
    REQUIRED,
    RULE_KEYS,
    SEEN,
    WHO_WORKS_THERE,
)

_TELL_NOTHING = "nothing"


class Reading(msgspec.Struct, frozen=True):
    """A policy and what its author should think about again, although it can be used."""

    policy: Policy
    warnings: tuple[Problem, ...] = ()


class MatrixReader:
    """Reads one matrix file, section by section; what later sections refer to comes first."""

    def __init__(self, root: Node, known_targets: frozenset[str] | None) -> None:
        self.root = root
        self.fields = root.mapping(KEYS, required=REQUIRED)
        self.day = read_working_day(self.fields["working_day"])
        self.currency = self._matching("currency", r"[A-Z]{3}", "a currency code such as EUR", "EUR")
        names = [key.raw for section in ("levels", "desks") for key in _keys(self.fields[section])]
        self.targets = Targets(known_targets, frozenset(names))
        self.levels = self._levels()
        self.desks = self._desks()
        self.values = self._values()
        self.places = tuple(dict.fromkeys(level.name for level in (*self.levels, *self.desks)))
        self.messages = read_texts(self.fields["customer_messages"])
        self.before = tuple(self._before(key, value) for key, value in self.fields["before"].pairs())

    def read(self, overlays: Mapping[str, Overlay]) -> Reading:
        policy = self._policy()
        for node in self.fields["overlays"].one_or_many():
            policy = self._laid_over(policy, node, overlays)
        self.root.finish()
        return Reading(policy, self.root.problems)

    def _policy(self) -> Policy:
        fields, default = self.fields, _DEFAULTS
        return Policy(
            name=fields["matrix"].name(),
            version=fields["version"].whole_number(low=1),
            description=fields["description"].text() if "description" in fields else "",
            language=self._matching(
                "language", r"[a-z]{2,3}(-[A-Z]{2})?", "a language such as en or pt-BR", "en"
            ),
            currency=self.currency,
            zone=self._zone(),
            close_within=read_calendar_span(fields["close_within"]),
            levels=self.levels,
            desks=self.desks,
            nobody_there=self._nobody_there(),
            before=self.before,
            rules=self._rules(),
            steps=self._steps(),
            clocks=self._clocks(),
            regulators=self._regulators(),
            authority=read_limits(self.fields["authority"], places=self.places, currency=self.currency),
            offers=read_offers(self.fields["offers"], currency=self.currency),
            guidance=read_guidance(self.fields["guidance"]),
            relief=read_relief(self.fields["relief"]),
            disclosures=read_disclosures(self.fields["disclosures"]),
            values=self.values,
            left_to_agent=self._left_to_agent(),
            alerting=self._alerting(),
            customer_messages=self.messages,
            default_owner=self._default_owner(),
            same_matter_days=self._days("same_matter_within", default.same_matter_days),
            reopen_days=self._days("reopen_within", default.reopen_days),
            resolved_rating_at_most=_whole(
                fields, "resolved_rating_at_most", default.resolved_rating_at_most, low=1, high=5
            ),
            ping_pong_limit=_whole(fields, "ping_pong_limit", default.ping_pong_limit, low=1, high=100),
            required_slots=fields["packet_needs"].words(SLOTS)
            if "packet_needs" in fields
            else default.required_slots,
            silent_owner_after=self._span("silent_owner_after", default.silent_owner_after),
        )

    # Single values

    def _matching(self, key: str, pattern: str, expected: str, default: str) -> str:
        node = self.fields[key]
        if node.is_missing:
            return default
        if not re.fullmatch(pattern, node.raw):
            node.note(expected)
            return default
        return node.raw

    def _zone(self) -> str:
        node = self.fields["zone"]
        return (
            node.converted(_zone, "a time zone such as Europe/Berlin", "UTC")
            if not node.is_missing
            else "UTC"
        )

    def _span(self, key: str, default: Span) -> Span:
        return read_span(self.fields[key], self.day) if key in self.fields else default

    def _days(self, key: str, default: int) -> int:
        if key not in self.fields:
            return default
        length = read_calendar_span(self.fields[key])
        if length.seconds % units.DAY:
            self.fields[key].note('whole days such as "30 days"')
        return length.seconds // units.DAY

    def _default_owner(self) -> str:
        node = self.fields["default_owner"]
        name = node.name() if not node.is_missing else ""
        if name and self.targets.known is not None and f"person:{name}" not in self.targets.known:
            node.note("a person of the roster")
        return name

    def _values(self) -> dict[str, tuple[str, ...]]:
        """The words the house declares; a rule that compares with any other is a mistake at its place."""
        found = {}
        for key, value in self.fields["values"].entries():
            column = key.word(HOUSE_WORDS, called="a column whose words are the house's own")
            words = [item.text(longest=60) for item in value.one_or_many()]
            if column and words:
                found[column] = tuple(dict.fromkeys(words))
        return found

    def _left_to_agent(self) -> tuple[str, ...]:
        node = self.fields["left_to_agent"]
        return node.words((*NEEDS, *self.values.get("event", ()))) if not node.is_missing else ()

    # Levels and desks

    def _levels(self) -> tuple[Level, ...]:
        pairs = self.fields["levels"].pairs()
        if not pairs:
            self.fields["levels"].note("at least one level")
        names = [key.raw for key, _ in pairs]
        levels = []
        for rank, (key, value) in enumerate(pairs):
            fields = value.mapping(LEVEL_KEYS, required=("accept", "resolve", "update"))
            above = names[rank + 1 :]
            level = self._level(key, value, fields)
            levels.append(replace(level, rank=rank, climbs_to=_climbs_to(fields, above, key.raw)))
        return tuple(levels)

    def _desks(self) -> tuple[Level, ...]:
        rungs = [level.name for level in self.levels]
        desks = []
        for key, value in self.fields["desks"].pairs():
            fields = value.mapping(DESK_KEYS, required=("accept", "resolve", "update"))
            if key.raw in rungs:
                key.note("a name that no level has", found=f'"{key.raw}" again')
            rank = min(1, len(rungs) - 1)
            if "beside" in fields and (beside := fields["beside"].word(rungs, called="a level")):
                rank = rungs.index(beside)
            level = self._level(key, value, fields)
            climbs_to = _climbs_to(fields, rungs[rank + 1 :], key.raw)
            desks.append(replace(level, rank=max(rank, 0), kind="functional", climbs_to=climbs_to))
        return tuple(desks)

    def _level(self, key: Node, value: Node, fields: Fields) -> Level:
        accept = read_span(fields["accept"], self.day)
        resolve = read_span(fields["resolve"], self.day)
        if accept.working == resolve.working and accept.seconds > resolve.seconds:
            fields["accept"].note(f"less than the {fields['resolve'].raw} to resolve", warning=True)
        return Level(
            name=key.name(),
            target=self._target_of(value, fields),
            accept=accept,
            resolve=resolve,
            update=read_span(fields["update"], self.day),
            label=fields["label"].text(longest=60) if "label" in fields else "",
            climb_after_silent_accepts=_silent_accepts(fields["climb_after"]),
            skills=fields["skills"].names() if "skills" in fields else (),
            warn=read_warnings(fields["warnings"], targets=self.targets, working_day=self.day),
        )

    def _target_of(self, value: Node, fields: Fields) -> str:
        """Who works there: exactly one of ``team``, ``rota`` and ``person``."""
        given = [kind for kind in WHO_WORKS_THERE if kind in fields]
        if len(given) != 1:
            found = (
                f"{' and '.join(given)} together" if given else "nobody who works there" * value.is_mapping
            )
            value.note("one of team, rota, person", found=found)
            return ""
        node = fields[given[0]]
        return node.converted(
            lambda text: self.targets.full(f"{given[0]}:{_name(text)}"),
            f"a {given[0]}",
            f"{given[0]}:unknown",
        )

    # Nobody there, before

    def _nobody_there(self) -> tuple[NobodyThere, ...]:
        plans = []
        for key, value in self.fields["nobody_there"].pairs():
            name = key.word(self.places, called="a level or desk")
            plan = (
                read_nobody_there(name, value, lower=self._lower(name), targets=self.targets)
                if name
                else None
            )
            if plan is not None:
                self._check_told(value, plan.tell_customer)
                plans.append(plan)
        return tuple(plans)

    def _lower(self, name: str) -> tuple[str, ...]:
        """The rungs a case can come from when it goes to this level or desk."""
        rank = {
            level.name: level.rank + (level.kind == "functional") for level in (*self.levels, *self.desks)
        }
        return tuple(level.name for level in self.levels if level.rank < rank[name])

    def _check_told(self, value: Node, told: str) -> None:
        if re.fullmatch(NAME, told):
            if told not in self.messages:
                value.note("a message under customer_messages", found=f'the message "{told}"')
        else:
            check_message(value, told, at=value.raw.find(told))

    def _before(self, key: Node, value: Node) -> BeforeStep:
        fields = value.mapping(("ask", "seen_as"), required=("ask",))
        seen_as = fields["seen_as"].words(SEEN) if "seen_as" in fields else ()
        return BeforeStep(name=key.name(), ask=fields["ask"].text(longest=300), seen_as=seen_as)

    # Rules

    def _rules(self) -> tuple[Rule, ...]:
        items = self.fields["rules"].sequence()
        lines: dict[str, int] = {}
        rules = []
        for item in items:
            fields = item.mapping(RULE_KEYS, required=("name", "when", "go", "because"))
            name = fields["name"].text(longest=80)
            if name in lines and name:
                fields["name"].note("a name of its own", hint=f"first in line {lines[name]}")
            lines.setdefault(name, item.line)
            rules.append(self._rule(name, item, fields))
        if any(rule.tell_customer == "escalated" and not rule.consult for rule in rules):
            self._needs_the_message("escalated")
        return tuple(rules)

    def _rule(self, name: str, item: Node, fields: Fields) -> Rule:
        go, consult = self._go(fields["go"])
        steps = tuple(step.name for step in self.before)
        return Rule(
            name=name,
            when=self._when(fields["when"]),
            go=go,
            consult=consult,
            because=cast("Reason", fields["because"].word(REASONS)),
            first=fields["first"].words(steps, called="a step under before") if "first" in fields else (),
            tell=self._tell(fields["tell"]),
            tell_outside=self._outside(fields["tell_outside"]),
            tell_customer=self._message_named(fields["tell_customer"]),
            line=item.line,
        )

    def _go(self, node: Node) -> tuple[str, bool]:
        try:
            sentence = Sentence(node)
            consult = sentence.has("consult") is not None
            go = sentence.one_of(
                self.places,
                f"a level or desk: {', '.join(self.places)}",
                otherwise="a new desk is written under desks",
            )
            sentence.end()
        except Muddled:
            return "", False
        return go, consult

    def _when(self, node: Node) -> tuple[Condition, ...]:
        if node.raw == "always":
            return ()
        if node.is_mapping and not node.lines():
            node.note('at least one column, or "always"', found="no condition")
        conditions = []
        for key, value in node.entries():
            name = key.word(COLUMNS, called="a column")
            if not name:
                continue
            column = COLUMNS[name]
            if name in self.values:
                column = replace(column, values=self.values[name])
            test = read_test(value, column, currency=self.currency, levels=self.places)
            if test is not None:
                conditions.append(Condition(name, test))
        return tuple(conditions)

    def _tell(self, node: Node) -> tuple[str, ...]:
        told = []
        for item in node.one_or_many():
            try:
                sentence = Sentence(item)
                told.append(sentence.target(self.targets))
                sentence.end()
            except Muddled:
                continue
        return tuple(told)

    def _outside(self, node: Node) -> tuple[str, ...]:
        return tuple(
            item.converted(_outside, "a name, an e-mail address or an https address", "")
            for item in node.one_or_many()
        )

    def _message_named(self, node: Node) -> str:
        if node.is_missing:
            return "escalated"
        if node.raw == _TELL_NOTHING:
            return ""
        return node.word((*self.messages, _TELL_NOTHING), called="a message under customer_messages")

    def _needs_the_message(self, name: str) -> None:
        if name not in self.messages and not self.fields["customer_messages"].is_missing:
            self.fields["customer_messages"].note(
                f'the message "{name}"',
                found=f'no message "{name}"',
                hint="the rules tell it to the customer",
            )

    # Steps, clocks, alerting

    def _steps(self) -> tuple[LevelSteps, ...]:
        groups = []
        for key, value in self.fields["steps"].entries():
            name = key.word(self.places, called="a level or desk")
            level = next((level for level in (*self.levels, *self.desks) if level.name == name), None)
            if level is not None:
                groups.append(LevelSteps(name, self._steps_at(level, value)))
        return tuple(groups)

    def _steps_at(self, level: Level, node: Node) -> tuple[Step, ...]:
        steps = []
        for key, value in (item.pair() for item in node.sequence()):
            step = read_step(key, value, level=level, targets=self.targets, working_day=self.day)
            if step is None:
                continue
            steps.append(step)
            if step.after.working == level.resolve.working and step.after.seconds > level.resolve.seconds:
                resolve = units.span_in_words(level.resolve)
                key.note(f"a time before the case climbs from {level.name} after {resolve}", warning=True)
        return tuple(steps)

    def _clocks(self) -> CaseClocks:
        fields = self.fields["clocks"].mapping(CLOCK_KEYS)
        spans = {
            key: read_span(fields[key], self.day)
            for key in CLOCK_KEYS
            if key in fields and key not in {"calendar", "warnings"}
        }
        clocks = CaseClocks()
        if "calendar" in fields:
            calendars = self.targets.calendars()
            calendar = fields["calendar"].word(calendars) if calendars else fields["calendar"].name()
            clocks = replace(clocks, calendar=calendar)
        if "warnings" in fields:
            warn = read_warnings(fields["warnings"], targets=self.targets, working_day=self.day)
            clocks = replace(clocks, warn=warn)
        return replace(clocks, **spans)

    def _regulators(self) -> tuple[RegulatorClock, ...]:
        return tuple(
            clock
            for key, value in self.fields["regulators"].entries()
            for clock in read_clocks(value, key.name(), targets=self.targets, working_day=self.day)
        )

    def _alerting(self) -> Alerting:
        fields, default = self.fields["alerting"].mapping(ALERTING_KEYS), Alerting()
        return Alerting(
            risk=fields["risk"].number(low=0, high=1) if "risk" in fields else default.risk,
            quiet=read_span(fields["quiet"], self.day) if "quiet" in fields else default.quiet,
            per_owner_day=_whole(fields, "per_owner_day", default.per_owner_day, low=0, high=10_000),
        )

    def _laid_over(self, policy: Policy, node: Node, overlays: Mapping[str, Overlay]) -> Policy:
        name = node.word(overlays, called="an overlay")
        if not name:
            return policy
        try:
            return combine(policy, overlays[name])
        except RightNotNamed as trouble:
            node.note(f'"{trouble.words}" in the message "{trouble.message}"', found=f"{name} without it")
            return policy


_DEFAULTS = Policy(name="", version=1, close_within=Span(1), levels=())


def _keys(section: Node) -> list[Node]:
    """The names in a list of ``- name: ...``, without a check: they are checked where they are read."""
    return [key for item in section.items() for key, _ in item.lines()]


def _whole(fields: Fields, key: str, default: int, *, low: int, high: int) -> int:
    return fields[key].whole_number(low=low, high=high) if key in fields else default


def _silent_accepts(node: Node) -> int:
    return 0 if node.is_missing else node.converted(silent_accepts, 'a count such as "2 silent accepts"', 0)


def _climbs_to(fields: Fields, above: list[str], name: str) -> str:
    if "climbs_to" in fields:
        return fields["climbs_to"].word(above, called=f"a level above {name}")
    return above[0] if above else ""


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (OSError, ValueError, KeyError):  # each for another kind of nonsense
        raise ValueError from None
    return text


def _name(text: str) -> str:
    if not re.fullmatch(NAME, text):
        raise ValueError("a name has small letters, digits and _ and starts with a letter")
    return text


def _outside(text: str) -> str:
    if not re.fullmatch(rf"{NAME}|[^\s@]+@[^\s@]+\.[^\s@]+|https://\S+", text):
        raise ValueError
    return text
