"""Masking: what of a text must not leave the house, and the text without it.

Cards, bank accounts, e-mail addresses, phone and identity numbers, passwords and keys are taken out of everything that
goes to a model, into a log, into a masked export or an error report. Order, case and tracking numbers, dates and
prices stay: they say what it is about and who can help. Made for text people write, in time that grows with its length.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from leeway.core.reading.tokens import fold
from leeway.core.redact_numbers import Found, Kind, ibans, identities, numbers

__all__ = ["MASKS", "Found", "Kind", "find", "mask"]

MASKS: dict[Kind, str] = {
    "card": "[card]",
    "bank_account": "[bank account]",
    "phone": "[phone]",
    "email": "[email]",
    "secret": "[secret]",
    "national_id": "[id number]",
}

_ODD = {
    **{ord(dash): "-" for dash in "\u2010\u2011\u2012\u2013\u2014\u2212\u00ad"},
    **{ord(blank): " " for blank in "\u200b\u2060\ufeff\u2002\u2003\u2005\u3000\t"},
}
_DIGIT = re.compile(r"[0-9]")
_MAY_HOLD = re.compile(r"[0-9]|@|\bat\b|arroba|pass|pwd|contrase|clave|kennwort|secret|token|key|bearer|://")

_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+%'-]{1,64}(?:@|\s?[(\[]\s?(?:at|@|arroba)\s?[)\]]\s?)"
    r"(?:[\w-]{1,63}(?:\.|\s?[(\[]\s?(?:dot|punto)\s?[)\]]\s?)){1,6}[^\W\d_]{2,24}(?![\w@])"
)
_SPOKEN_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64} (?:at|arroba) [\w-]{1,63}(?: (?:dot|punto) [\w-]{2,24}){1,3}\b"
    r"|(?<![\w.+-])[\w.+-]{1,64} at (?:gmail|hotmail|outlook|yahoo|icloud|proton|gmx)\.(?:com|co\.uk|es|de|net|me)\b"
)
_PLAIN_KEY = re.compile(
    r"(?<![\w-])(?:sk-[\w-]{16,200}|(?:sk|pk|rk)_(?:live|test)_\w{10,200}|gh[pousr]_\w{20,200}|github_pat_\w{20,200}"
    r"|glpat-[\w-]{16,100}|xox[abprs]-[\w-]{10,200}|akia[0-9a-z]{16}|aiza[\w-]{30,50}|whsec_[\w+/=]{16,200}"
    r"|lw_[\w-]{20,100}|eyj[\w-]{8,2000}\.[\w-]{8,4000}(?:\.[\w-]{0,2000})?)"
)
_PRIVATE_KEY = re.compile(
    r"-----begin [a-z ]{0,30}private key-----[^-]{0,8000}"
    r"(?:-----end [a-z ]{0,30}private key-----)?"
)
_BEARER = re.compile(r"\b(?:bearer|basic) (?P<secret>[\w.~+/=-]{16,2000})")
_IN_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/@:]{0,100}:(?P<secret>[^\s/@]{1,200})@")
_IN_QUERY = re.compile(
    r"[?&](?:token|key|api_?key|access_token|auth|password|pwd|secret|sig|signature)=(?P<secret>[^\s&#\"']{6,500})"
)
_NAMED = re.compile(
    r"\b(?P<name>pass(?:word|code|phrase|wd)?|pwd|contrasena|kennwort|passwort|api[ _-]?key|secret(?:[ _-]key)?"
    r"|access[ _-]?(?:key|token)|auth[ _-]?token|client[ _-]secret|login|clave)\b['\"]?"
    r"(?P<by>\s?[:=]\s?|(?:\s+(?:is|was|es|ist|lautet|to|still))?\s+(?:is|was|es|ist|lautet|to)\s*:?\s+)"
    r"['\"“‘]?(?P<secret>[^\s'\"“”’,;]{4,200})"
)
_CODE = re.compile(
    r"\b(?P<name>verification|security|one[ -]?time|otp|2fa|mfa|login|access|sms|confirmation|authentication"
    r"|cvv2?|cvc2?|pin"
    r"|codigo de (?:verificacion|seguridad))\b"
    r"(?P<words>(?:\s(?:code|number|password|passcode|pin|de|numero))?)\s*(?:is|was|es|:|=|on (?:the|my) card is)?\s*"
    r"(?P<secret>[0-9]{3,8})(?![0-9.,:/-]*[0-9])"
)
_SHORT_CODES = ("cvv", "cvv2", "cvc", "cvc2", "security")


def find(text: str) -> tuple[Found, ...]:
    """What must not leave the house, in the order of the text, nothing of it twice."""
    folded = _comparable(text)
    if not _MAY_HOLD.search(folded):
        return ()
    found = sorted(_all(folded, text), key=lambda one: (one.start, -one.end))
    kept: list[Found] = []
    for one in found:
        if kept and one.start < kept[-1].end:
            if one.end > kept[-1].end:
                kept[-1] = kept[-1]._replace(end=one.end)
            continue
        kept.append(one)
    return tuple(kept)


def mask(text: str) -> str:
    """The text with a word in square brackets for each thing that must not leave the house."""
    parts, at = [], 0
    for kind, start, end in find(text):
        parts += [text[at:start], MASKS[kind]]
        at = end
    return "".join((*parts, text[at:])) if parts else text


def _comparable(text: str) -> str:
    """Folded, with every blank, dash and digit the one we look for; exactly as long as the text."""
    folded = fold(text)
    if folded.isascii():
        return folded.replace("\t", " ")
    folded = folded.translate(_ODD)
    return "".join(_digit(char) if not char.isascii() and char.isdecimal() else char for char in folded)


@lru_cache(maxsize=256)
def _digit(char: str) -> str:
    return str(unicodedata.decimal(char))


def _all(folded: str, text: str) -> Iterator[Found]:
    if "@" in folded or "at" in folded or "arroba" in folded:
        yield from (Found("email", m.start(), m.end()) for m in _EMAIL.finditer(folded))
        yield from (Found("email", m.start(), m.end()) for m in _SPOKEN_EMAIL.finditer(folded))
    yield from _secrets(folded, text)
    if _DIGIT.search(folded):
        yield from ibans(folded)
        yield from identities(folded)
        yield from numbers(folded)


def _secrets(folded: str, text: str) -> Iterator[Found]:
    for pattern in (_PLAIN_KEY, _PRIVATE_KEY):
        yield from (Found("secret", m.start(), m.end()) for m in pattern.finditer(folded))
    for pattern in (_BEARER, _IN_ADDRESS, _IN_QUERY):
        yield from (Found("secret", *m.span("secret")) for m in pattern.finditer(folded))
    for match in _NAMED.finditer(folded):
        start, end = match.span("secret")
        shown = text[start:end].rstrip(".?)")
        if _looks_made_up(shown, told_by_sign=match["by"].strip() in {":", "="}):
            yield Found("secret", start, start + len(shown))
    for match in _CODE.finditer(folded):
        if _is_code(match):
            yield Found("secret", *match.span("secret"))


def _looks_made_up(shown: str, *, told_by_sign: bool) -> bool:
    """A password, not a word of the sentence: "hunter2", "Blue-Sky!", but not "wrong" in "my password is wrong"."""
    if len(shown) < 4 or shown.startswith("["):
        return False
    kinds = [any(char.isdigit() for char in shown), any(not char.isalnum() for char in shown[:-1])]
    mixed = (
        any(char.isupper() for char in shown[1:]) and not shown.isupper() and any(c.islower() for c in shown)
    )
    plain_word = shown.replace("-", "").replace("/", "").replace("'", "").isalpha() and not mixed
    if plain_word or shown.startswith(("http://", "https://")):
        return False
    return kinds[0] or mixed or (kinds[1] and (told_by_sign or any(char in "!$%&*#@^~" for char in shown)))


def _is_code(match: re.Match[str]) -> bool:
    """A code that opens something. A postcode is called a PIN code in some countries, and is no secret."""
    name, words, digits = match["name"], match["words"].strip(), match["secret"]
    if name == "pin":
        return len(digits) in {4, 5, 6} and not (words == "code" and len(digits) == 6)
    if len(digits) == 3:
        return name in _SHORT_CODES
    if name in {"confirmation", "access", "login", "sms"}:
        return words == "code" and name != "confirmation"
    return True
