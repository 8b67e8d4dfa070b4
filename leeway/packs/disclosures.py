"""The section ``disclosures``: what must be said, and what must not. Read and written here."""

from __future__ import annotations

import re
from typing import cast, get_args

from leeway.core.disclosure import Disclosure, DisclosureTurn
from leeway.core.reading.phrases import PhraseError, phrase_pattern
from leeway.packs.reader import Fields, Node
from leeway.packs.vocabulary import INSTRUMENTS
from leeway.packs.yaml_text import Written

KEYS: dict[str, str] = {
    "say": "the statement that must be made, as one would write it to the customer",
    "never": "what must not be said, as people of the house read it (instead of `say`)",
    "counts": "wordings that count as saying it; needed for `never`",
    "when": "the turn at which it is owed (first_message)",
    "within": "how many messages of ours may pass from there, such as `2 messages` (1 message)",
    "offers": "for the turn `offer`: only with these",
    "region": "only for customers of these regions",
    "product": "only for these products",
    "channel": "only on these channels",
    "instead": "what may be said in place of what must not",
    "source": "the rule it comes from",
}

TURNS: dict[str, str] = {
    "first_message": "our first answer",
    "offer": "something of value is offered",
    "promise": "something is promised",
    "complaint": "the first clear sign of dissatisfaction",
    "escalated": "the case goes up",
    "final_response": "our final response",
    "before_closing": "any time before the case is resolved",
}

_WITHIN = re.compile(r"([1-9]) messages?")
_ONLY_WHERE = (("region", "regions"), ("product", "products"), ("channel", "channels"))
_DEFAULT = Disclosure(name="")


def read_disclosures(section: Node) -> tuple[Disclosure, ...]:
    """The section's statements; mistakes are noted at their place."""
    return tuple(_read(key.name(), value) for key, value in section.pairs())


def _read(name: str, value: Node) -> Disclosure:
    fields = value.mapping(KEYS)
    _check_kind(value, fields)
    when = fields["when"].word(get_args(DisclosureTurn)) if "when" in fields else _DEFAULT.when
    if "offers" in fields and when != "offer":
        fields["offers"].note("this only with `when: offer`")
    where = {long: _words(fields, short) for short, long in _ONLY_WHERE}
    return Disclosure(
        name=name,
        say=fields["say"].text(longest=1_000) if "say" in fields else "",
        never=fields["never"].text(longest=300) if "never" in fields else "",
        counts=tuple(_wording(item) for item in fields["counts"].one_or_many()) if "counts" in fields else (),
        when=cast("DisclosureTurn", when or _DEFAULT.when),
        within=_messages(fields),
        offers=fields["offers"].words(INSTRUMENTS) if "offers" in fields else (),
        instead=fields["instead"].text(longest=1_000) if "instead" in fields else "",
        source=fields["source"].text(longest=300) if "source" in fields else "",
        **where,
    )


def _check_kind(value: Node, fields: Fields) -> None:
    if ("say" in fields) == ("never" in fields):
        found = "both" if "say" in fields else "a statement without either" * value.is_mapping
        value.note("one of say, never", found=found)
    if "never" in fields:
        if "counts" not in fields:
            value.note("the wordings it is known by, under counts", found="never without counts")
        for key in ("when", "within", "offers"):
            if key in fields:
                fields[key].note("nothing: what must not be said must not be said at any turn", found=key)
    elif "instead" in fields:
        fields["instead"].note("this only with `never`")


def _words(fields: Fields, key: str) -> tuple[str, ...]:
    return tuple(item.text(longest=200) for item in fields[key].one_or_many()) if key in fields else ()


def _wording(node: Node) -> str:
    text = node.text(longest=300)
    if text:
        try:
            phrase_pattern(text)
        except PhraseError as trouble:
            node.note("a phrase such as `(chat|call) ... recorded`", hint=trouble.problem)
    return text


def _messages(fields: Fields) -> int:
    if "within" not in fields:
        return _DEFAULT.within
    return fields["within"].converted(_count, "a count of messages such as `2 messages`, at most 9", 1)


def _count(text: str) -> int:
    found = _WITHIN.fullmatch(text)
    if found is None:
        raise ValueError
    return int(found[1])


def written(disclosures: tuple[Disclosure, ...]) -> list[Written]:
    """The section as its file would say it."""
    return [{one.name: _written(one)} for one in disclosures]


def _written(one: Disclosure) -> dict[str, Written]:
    said: dict[str, Written] = {"say": one.say} if one.compulsory else {"never": one.never}
    if one.counts:
        said["counts"] = list(one.counts)
    if one.compulsory and one.when != _DEFAULT.when:
        said["when"] = one.when
    if one.within != _DEFAULT.within:
        said["within"] = f"{one.within} messages"
    lists = {"offers": one.offers, "region": one.regions, "product": one.products, "channel": one.channels}
    said |= {key: list(values) for key, values in lists.items() if values}
    said |= {key: text for key, text in (("instead", one.instead), ("source", one.source)) if text}
    return said
