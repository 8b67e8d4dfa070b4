r"""The small language in which phrases are written, and its compiler.

A language pack says how people put things, in lines a translator can read::

    wants:
      refund: ["{i_want} ... (refund|money back)", "refund me"]

* words stand for themselves (case and accents do not matter, an apostrophe may be missing);
* ``(a|b c)`` one of these, ``[a]`` perhaps this, ``...`` up to five words in between;
* ``{name}`` any phrase of the list ``name``; ``<name>`` the same, and the reader is told which one it was;
* ``<n>``, ``<ref>``, ``<clock>`` and the other slots of ``SLOTS`` stand for shapes rather than words.

Every phrase needs one fixed word. A message is looked at by a phrase only when it holds that word, which is why
hundreds of phrases cost a message a few microseconds: one set intersection, then the few phrases it names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple, get_args

import msgspec

from leeway.core.reading.currencies import CODES
from leeway.core.reading.tokens import fold, words_of
from leeway.core.reading.word_tree import SEPARATOR, tree_regex
from leeway.core.reading.words import REFERENCE_KINDS, Section, Side, WordFile

KNOWN_CHOICES = 4096

DIGIT_WORD = "0"
"""Stands in the words of a message for "there is a digit in it", so that shapes of digits can be asked for."""

_SECTIONS: frozenset[str] = frozenset(get_args(Section))
_SIDE_OF: dict[str, tuple[Side, ...]] = {
    "told": ("customer",),
    "wants": ("customer",),
    "again": ("customer",),
    "answers": ("customer",),
    "times": ("customer", "agent"),
    "asks": ("agent",),
    "promises": ("agent",),
    "offers": ("agent",),
    "offers_made_good": ("agent",),
    "steps": ("agent",),
}

_GAP_WORD = r"(?:[^\s.!?;]|[.](?=\d)){1,40}"
_GAP = rf"(?:{SEPARATOR}{_GAP_WORD}){{0,5}}?"
_ATOM = re.compile(r"\.\.\.|\{\w+\}|<\w+>|[()\[\]|]|[^\s()\[\]|{}<>]+")

SLOTS: dict[str, str] = {
    "ref": r"(?P<ref>#?(?=[a-z/_-]{0,12}\d)[a-z0-9](?:[a-z0-9/_-]{1,30}[a-z0-9]))",
    "code": r"(?P<code>[a-z0-9]{5,8})",
    "last4": r"(?P<last4>[0-9]{4})",
    "rest": r"(?P<rest>[^.!?;\n]{1,120})",
    "few": r"(?P<few>[^\s.,!?;]{1,40}(?: [^\s.,!?;]{1,40}){0,2}?)",
    "some": r"(?P<some>[^\s.,!?;]{1,40}(?: [^\s.,!?;]{1,40}){0,7}?)",
    "name": r"(?P<name>[^\W\d_][\w'-]{0,30}(?: [^\W\d_][\w'-]{0,30}){0,2})",
    "someone": r"(?P<someone>[^\W\d_][\w'-]{1,30}(?: [^\W\d_][\w'-]{1,30})?)",
    "clock": (
        r"(?P<clock>(?:[01]?[0-9]|2[0-3])(?:(?:[:h]|[.](?=[0-9]{2}\s?[ap]\.?m))[0-5][0-9](?:\s?[ap]\.?m\b\.?)?"
        r"|\s?[ap]\.?m\b\.?))"
    ),
    "hour": r"(?P<hour>1[0-2]|0?[1-9])",
    "dom": r"(?P<dom>3[01]|[12][0-9]|0?[1-9])(?:st|nd|rd|th|\.)?",
    "year": r"(?P<year>20[0-9]{2})",
    "isodate": r"(?P<isodate>20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01]))",
    "numdate": r"(?P<numdate>[0-3]?[0-9](?:/[0-3]?[0-9](?:/(?:20)?[0-9]{2})?|[.-][0-3]?[0-9][.-](?:20)?[0-9]{2}))",
    "housenumber": r"(?P<housenumber>[0-9]{1,5}[a-z]?)",
    "ukpostcode": r"(?P<ukpostcode>[a-z]{1,2}[0-9][a-z0-9]? ?[0-9][a-z]{2})",
    "amountish": r"(?P<amountish>[\u20ac\u00a3$]?[0-9][^\s]{0,12})",
    "zip": r"(?P<zip>(?=[a-z0-9 -]{0,4}\d)[a-z0-9]{2,5}(?:[ -][a-z0-9]{3,4})?)",
}
_DIGIT_SLOTS = frozenset(
    {
        "amountish",
        "clock",
        "dom",
        "hour",
        "housenumber",
        "isodate",
        "last4",
        "numdate",
        "ref",
        "ukpostcode",
        "year",
        "zip",
    }
)
_DIGIT_FIRST = frozenset({"clock", "dom", "hour", "housenumber", "isodate", "last4", "numdate", "year"})
# What a reader takes out of a phrase of this kind; () where the words alone say it. A kind not listed is a mistake.
_REFERENCES = dict.fromkeys(REFERENCE_KINDS, ("ref", "code"))
_NEEDED_SLOTS: dict[str, dict[str, tuple[str, ...]]] = {
    "times": {
        **dict.fromkeys(("ahead", "back", "lasting"), ("unit",)),
        **dict.fromkeys(("weekday", "weekday_by", "weekday_next", "weekday_last"), ("weekday",)),
        **{kind: (kind,) for kind in ("day", "numdate", "isodate", "clock", "hour", "daypart")},
        "daypart_joined": ("daypart",),
        "date": ("month",),
        **dict.fromkeys(("working", "noon", "midnight", "vague", "long_ago"), ()),
        **dict.fromkeys(("end_of_day", "end_of_week", "this_week", "next_week"), ()),
        **dict.fromkeys(("this_month", "end_of_month", "next_month"), ()),
    },
    "told": {
        **_REFERENCES,
        "card": ("last4",),
        "name": ("name",),
        "name_if_capital": ("name",),
        "address": ("few",),
        "postcode": ("zip", "ukpostcode"),
        "product": ("product",),
        "product_failing": ("few",),
        **dict.fromkeys(("phone", "attachment", "tried_by_customer"), ()),
        **{f"preferred_contact.{way}": () for way in ("phone", "email", "text", "letter", "no_phone")},
    },
    "steps": dict.fromkeys(
        ("acknowledge", "apologise", "restate", "own_it", "offer", "alternative", "set_a_time", "explain"), ()
    ),
    "promises": dict.fromkeys(
        (
            "self",
            "we",
            "named",
            "you_get",
            "it_will",
            "doing",
            "lesser",
            "have_my_word",
            "and_then",
            "not_one",
        ),
        (),
    ),
    "answers": dict.fromkeys(
        ("accepted", "accepted.bare", "declined", "declined.bare", "unclear", "unless", "because"), ()
    ),
    "again": dict.fromkeys(("said_before", "nth_time", "again"), ()),
}


class PhraseError(ValueError):
    """A phrase of a language pack that cannot be understood: says where it stands and what to write instead."""

    def __init__(self, where: str, phrase: str, problem: str) -> None:
        super().__init__(f"{where}: {phrase!r}: {problem}")
        self.where, self.phrase, self.problem = where, phrase, problem


class Rule:
    """One phrase: what it means (section, kind) and how it looks in folded text.

    The pattern is compiled when it is first wanted: most phrases of a language wait long for their first message,
    and the process should not wait for them when it starts.
    """

    __slots__ = ("_pattern", "firsts", "kind", "order", "regex", "section")

    def __init__(
        self, order: int, section: Section, kind: str, regex: str, firsts: frozenset[str] | None
    ) -> None:
        self.order, self.section, self.kind, self.regex, self.firsts = order, section, kind, regex, firsts
        self._pattern: re.Pattern[str] | None = None

    @property
    def pattern(self) -> re.Pattern[str]:
        return self._pattern or self.compile()

    @property
    def compiled(self) -> bool:
        return self._pattern is not None

    def compile(self) -> re.Pattern[str]:
        self._pattern = re.compile(self.regex)
        return self._pattern


class Phrases:
    """A language's words, compiled. Shared by everybody who reads the language; treat as immutable."""

    __slots__ = (
        "_chosen",
        "_compiler",
        "_lists",
        "_trigger_words",
        "_triggers",
        "currency_words",
        "small_talk",
        "stop_words",
        "suffixes",
        "weak_words",
        "words",
    )

    def __init__(
        self, words: WordFile, compiler: _Compiler, rules: Mapping[Side, Mapping[str, tuple[Rule, ...]]]
    ) -> None:
        self.words = words
        calendar = [
            *words.weekdays,
            *words.months,
            *words.numbers,
            *words.units,
            *words.days,
            *words.dayparts,
        ]
        self.stop_words = frozenset(fold(word) for word in [*words.stop_words, *calendar])
        self.weak_words = frozenset(fold(word) for word in words.weak_words)
        self.small_talk = frozenset(fold(word) for word in words.lists.get("small_talk", ()))
        self.suffixes = tuple(words.suffixes)
        self.currency_words = frozenset({*map(fold, words.currencies), *CODES, "kr", "zł"})
        self._compiler = compiler
        self._lists: dict[str, re.Pattern[str] | None] = {}
        self._triggers = {
            side: {word: {rule.order: rule for rule in found} for word, found in table.items()}
            for side, table in rules.items()
        }
        self._trigger_words = {side: frozenset(table) for side, table in rules.items()}
        # Every second short message ("yes please", "and the order number?") wakes the same rules as one before it.
        self._chosen = lru_cache(maxsize=KNOWN_CHOICES)(self._choose)

    def candidates(self, side: Side, words: frozenset[str]) -> dict[str, list[Rule]]:
        """The rules worth trying on a message with these words, by section, in the order of the file. To read only."""
        return self._chosen(side, self._trigger_words[side] & words)

    def _choose(self, side: Side, words: frozenset[str]) -> dict[str, list[Rule]]:
        triggers = self._triggers[side]
        chosen: dict[int, Rule] = {}
        for word in words:
            chosen.update(triggers[word])
        found: dict[str, list[Rule]] = {}
        for order in sorted(chosen):
            rule = chosen[order]
            found.setdefault(rule.section, []).append(rule)
        return found

    def listed(self, name: str) -> re.Pattern[str] | None:
        """The pattern of any phrase of this list, or None where the language has no such list."""
        if name not in self._lists:
            known = name in self.words.lists
            self._lists[name] = re.compile(self._compiler.list_regex(name)) if known else None
        return self._lists[name]

    def rules(self) -> list[Rule]:
        """Every rule of the language, in the order of the file."""
        chosen = {
            order: rule
            for table in self._triggers.values()
            for rules in table.values()
            for order, rule in rules.items()
        }
        return [chosen[order] for order in sorted(chosen)]


def compile_phrases(data: Mapping[str, object], *, products: Iterable[str] = ()) -> Phrases:
    """Compile the ``phrases:`` of a language file; its texts may be as they were written.

    ``products`` are the house's own product names, which the reader then recognises like those of the file.
    Raises ``PhraseError`` for a phrase it cannot understand, ``msgspec.ValidationError`` for a wrong shape.
    """
    words = _folded(msgspec.convert(dict(data), WordFile, strict=False))
    own = tuple(fold(product) for product in products if product.strip())
    if own:
        words = msgspec.structs.replace(
            words, lists={**words.lists, "product": [*own, *words.lists.get("product", ())]}
        )
    compiler = _Compiler(words)
    tables: dict[Side, dict[str, list[Rule]]] = {"customer": {}, "agent": {}}
    alike: dict[frozenset[str] | None, frozenset[str] | None] = {}  # one object for rules that begin alike
    for order, (section, kind, phrase) in enumerate(_phrases_of(words)):
        part = compiler.compile(f"{section}.{kind}", phrase)
        _check_kind(section, kind, phrase, part.regex)
        rule = Rule(order, section, kind, part.regex, alike.setdefault(part.firsts, part.firsts))
        for side in _SIDE_OF[section]:
            for word in part.fixed or ():
                tables[side].setdefault(word, []).append(rule)
    frozen = {side: {word: tuple(rules) for word, rules in table.items()} for side, table in tables.items()}
    return Phrases(words, compiler, frozen)


def compile_apart(
    phrases: Phrases, lists: Mapping[str, list[str]], wanted: Mapping[str, Iterable[str]]
) -> OtherRules:
    """Phrases of another file of the same language, by name; they may use the lists of both files.

    Raises ``PhraseError`` for a phrase it cannot understand.
    """
    compiler = _Compiler(msgspec.structs.replace(phrases.words, lists={**phrases.words.lists, **lists}))
    found: list[tuple[Rule, frozenset[str]]] = []
    for name, lines in wanted.items():
        for line in lines:
            part = compiler.compile(name, line)
            rule = Rule(len(found), "steps", name, part.regex, part.firsts)
            found.append((rule, part.fixed or frozenset()))
    return OtherRules(found)


class OtherRules:
    """Rules that stand beside a language's own. ``Prepared.others`` finds where they match."""

    __slots__ = ("_by_word", "_words")

    def __init__(self, rules: Iterable[tuple[Rule, frozenset[str]]]) -> None:
        self._by_word: dict[str, list[Rule]] = {}
        for rule, words in rules:
            for word in words:
                self._by_word.setdefault(word, []).append(rule)
        self._words = frozenset(self._by_word)

    def rules(self) -> list[Rule]:
        """Every rule, in the order of the file."""
        return self.candidates(self._words)

    def candidates(self, present: frozenset[str]) -> list[Rule]:
        """The rules worth trying on a message with these words, in the order of the file."""
        chosen = {rule.order: rule for word in self._words & present for rule in self._by_word[word]}
        return [chosen[order] for order in sorted(chosen)]


def phrase_pattern(phrase: str) -> str:
    """The pattern of a phrase that stands in a policy and not in a language: it may name no list and no slot of one.

    For folded text, without a boundary on its left. Raises ``PhraseError``.
    """
    return _Compiler(WordFile(language="", stop_words=[])).compile("policy", phrase).regex


def _folded(words: WordFile) -> WordFile:
    """The calendar's and the currencies' words as they will stand in folded text."""
    names = ("numbers", "weekdays", "months", "units", "days", "dayparts", "currencies")
    tables = {name: {fold(word): value for word, value in getattr(words, name).items()} for name in names}
    return msgspec.structs.replace(words, **tables)


def _check_kind(section: Section, kind: str, phrase: str, regex: str) -> None:
    """A reader relies on the kinds and slots it knows; a pack that lacks them is refused, not met while reading."""
    needed = _NEEDED_SLOTS[section].get(kind) if section in _NEEDED_SLOTS else ()
    if needed is None:
        known = ", ".join(sorted(_NEEDED_SLOTS[section]))
        raise PhraseError(f"{section}.{kind}", phrase, f"unknown kind; known are {known}")
    if needed and not any(f"(?P<{slot}>" in regex for slot in needed):
        raise PhraseError(f"{section}.{kind}", phrase, f"needs one of the slots {', '.join(needed)}")


def _phrases_of(words: WordFile) -> Iterable[tuple[Section, str, str]]:
    for section in sorted(_SECTIONS):
        kinds: Mapping[str, list[str]] = getattr(words, section)
        for kind, phrases in kinds.items():
            for phrase in phrases:
                yield section, kind, phrase  # type: ignore[misc]  # a sorted frozenset forgets the Literal


def _named_once(regex: str) -> str:
    """A slot may stand in several alternatives of a phrase; Python allows its name only once."""
    seen: set[str] = set()

    def name_or_not(group: re.Match[str]) -> str:
        if group[1] in seen:
            return "(?:"
        seen.add(group[1])
        return group[0]

    return re.sub(r"\(\?P<(\w+)>", name_or_not, regex)


class _Part(NamedTuple):
    """A piece of a phrase: its regex, and the words of which any message that matches holds at least one."""

    regex: str
    fixed: frozenset[str] | None
    firsts: frozenset[str] | None
    """The words a match can begin with (``DIGIT_WORD`` for any that begins with a digit); None for any word."""
    needed: bool = True
    plain: str = ""
    """The phrase itself where it is only words; such alternatives are joined into a tree."""


class _Compiler:
    """Turns phrases of one language pack into patterns and trigger words."""

    def __init__(self, words: WordFile) -> None:
        self._words = words
        self._common = frozenset(fold(word) for word in words.stop_words)
        self._number = _number_slot(words)
        self._open: list[str] = []
        self._parts: dict[str, _Part] = {}

    def compile(self, where: str, phrase: str) -> _Part:
        """A phrase ready for use: it has a fixed word, and its regex ends between words."""
        part = self.parse(where, phrase)
        if not part.fixed:
            raise PhraseError(
                where, phrase, "needs at least one fixed word, otherwise every message would be searched"
            )
        # No left boundary: the reader tries a pattern only where one of its first words begins.
        return part._replace(regex=rf"{_named_once(part.regex)}(?!\w)")

    def list_regex(self, name: str) -> str:
        """The regex of any phrase of a list."""
        return rf"(?<!\w){_named_once(self._list(name, f'lists.{name}', name).regex)}(?!\w)"

    def parse(self, where: str, phrase: str) -> _Part:
        """A whole phrase."""
        tokens = _ATOM.findall(fold(phrase))
        part, rest = self._alternatives(tokens, where, phrase)
        if rest:
            raise PhraseError(where, phrase, f"did not expect {rest[0]!r} here")
        return part

    def _alternatives(self, tokens: list[str], where: str, phrase: str) -> tuple[_Part, list[str]]:
        options = []
        while True:
            part, tokens = self._sequence(tokens, where, phrase)
            options.append(part)
            if not tokens or tokens[0] != "|":
                break
            tokens = tokens[1:]
        if len(options) == 1:
            return options[0], tokens
        return _any_part(options), tokens

    def _sequence(self, tokens: list[str], where: str, phrase: str) -> tuple[_Part, list[str]]:
        parts: list[_Part] = []
        while tokens and tokens[0] not in "|)]":
            part, tokens = self._item(tokens, where, phrase)
            parts.append(part)
        if not any(part.needed for part in parts):
            raise PhraseError(where, phrase, "every alternative needs at least one part that is not optional")
        plain = " ".join(part.plain for part in parts) if all(part.plain for part in parts) else ""
        return _Part(_joined(parts), self._rarest(parts), _firsts_of(parts), plain=plain), tokens

    def _item(self, tokens: list[str], where: str, phrase: str) -> tuple[_Part, list[str]]:
        head, rest = tokens[0], tokens[1:]
        if head in "([":
            part, rest = self._alternatives(rest, where, phrase)
            closing = ")" if head == "(" else "]"
            if not rest or rest[0] != closing:
                raise PhraseError(where, phrase, f"a {head!r} is not closed by {closing!r}")
            return part._replace(regex=f"(?:{part.regex})", needed=head == "(", plain=""), rest[1:]
        if head == "...":
            return _Part(_GAP, None, None, needed=False), rest
        if head[0] == "{":
            return self._list(head[1:-1], where, phrase), rest
        if head[0] == "<":
            return self._slot(head[1:-1], where, phrase), rest
        return _Part(
            re.escape(head).replace("'", "'?"), _spellings(head, -1), _spellings(head, 0), plain=head
        ), rest

    def _list(self, name: str, where: str, phrase: str) -> _Part:
        if name not in self._words.lists:
            raise PhraseError(where, phrase, f"there is no list {name!r}")
        if name in self._parts:
            return self._parts[name]
        if name in self._open:
            raise PhraseError(where, phrase, f"the list {name!r} contains itself")
        self._open.append(name)
        parts = [self.parse(f"lists.{name}", line) for line in self._words.lists[name]]
        self._open.pop()
        if not parts:
            raise PhraseError(where, phrase, f"the list {name!r} is empty")
        self._parts[name] = _any_part(parts)
        return self._parts[name]

    def _slot(self, name: str, where: str, phrase: str) -> _Part:
        table = self._words.table(name)
        if table is not None:
            return _Part(
                f"(?P<{name}>{tree_regex(map(fold, table))})", _edge_words(table, -1), _edge_words(table, 0)
            )
        if name == "n":
            return _Part(self._number, None, _edge_words(self._words.numbers, 0) | {DIGIT_WORD})
        if name in SLOTS:
            digit = frozenset({DIGIT_WORD})
            fixed = digit if name in _DIGIT_SLOTS else None
            return _Part(SLOTS[name], fixed, digit if name in _DIGIT_FIRST else None)
        if name in self._words.lists:
            part = self._list(name, where, phrase)
            return _Part(f"(?P<{name}>{part.regex})", part.fixed, part.firsts)
        raise PhraseError(where, phrase, f"there is no slot or list {name!r}")

    def _rarest(self, parts: list[_Part]) -> frozenset[str] | None:
        """The trigger of a sequence: of its needed parts the one whose words are least common."""
        usable = [part.fixed for part in parts if part.needed and part.fixed]
        return max(usable, key=self._rarity, default=None)

    def _rarity(self, fixed: frozenset[str]) -> tuple[bool, bool, int]:
        return (not fixed & self._common, DIGIT_WORD not in fixed, min(map(len, fixed)))


def _any_part(options: list[_Part]) -> _Part:
    """One part for several alternatives: plain words as a tree, then the rest, the longest first."""
    if len(options) == 1:
        return options[0]
    plain = [option.plain for option in options if option.plain]
    others = sorted((option.regex for option in options if not option.plain), key=len, reverse=True)
    regexes = [*others, *([tree_regex(plain)] if plain else [])]
    return _Part(
        f"(?:{'|'.join(regexes)})",
        _any_of(option.fixed for option in options),
        _any_of(option.firsts for option in options),
    )


def _firsts_of(parts: list[_Part]) -> frozenset[str] | None:
    """With which words a sequence can begin: those of its leading optional parts and of its first needed one."""
    leading: list[_Part] = []
    for part in parts:
        leading.append(part)
        if part.needed:
            break
    return _any_of(part.firsts for part in leading)


def _any_of(options: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    """One trigger set for alternatives: any of their words; None when some alternative has no fixed word."""
    together: set[str] = set()
    for fixed in options:
        if not fixed:
            return None
        together |= fixed
    return frozenset(together)


def _joined(parts: list[_Part]) -> str:
    """The parts with what stands between words; an optional part brings its own separator."""
    regex, started = "", False
    for part in parts:
        if part.regex is _GAP:
            regex += part.regex
        elif part.needed:
            regex += (SEPARATOR if started else "") + part.regex
        else:
            regex += f"(?:{SEPARATOR}{part.regex})?" if started else f"(?:{part.regex}{SEPARATOR})?"
        started = started or part.needed
    return regex


def _spellings(word: str, which: int) -> frozenset[str]:
    """The first (0) or last (-1) part of a word as the tokenizer will see it, with the apostrophe and without."""
    seen = words_of(word)
    if not seen:
        return frozenset()
    return frozenset({seen[which], seen[which].replace("'", "")})


def _edge_words(phrases: Iterable[str], which: int) -> frozenset[str]:
    """The first (0) or last (-1) words of phrases."""
    return frozenset().union(*(_spellings(fold(phrase), which) for phrase in phrases))


def _number_slot(words: WordFile) -> str:
    """A count in digits or words, perhaps a range: "3", "three", "3-5", "3 to 5"."""
    spelled = sorted(map(re.escape, words.numbers), key=len, reverse=True)
    between = "|".join(["-", "\u2013", *(re.escape(word) for word in words.range_words)])
    one = "|".join(["[0-9]{1,4}", *spelled])
    return rf"(?P<n>(?:(?:{one})\s?(?:{between})\s?)?(?:{one}))"
