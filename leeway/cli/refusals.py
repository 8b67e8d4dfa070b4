"""Which errors are expected, and what to say about them. Everything else keeps its traceback: it is ours to mend."""

from __future__ import annotations


def in_one_line(error: Exception) -> str | None:
    """The sentence for the person at the terminal; None for a surprise."""
    from leeway.core.refusals import Refusal
    from leeway.desk.ports import Busy, StoreTrouble
    from leeway.languages import UnknownLanguage
    from leeway.packs.reader import Problems
    from leeway.store.address import AddressUnreadable
    from leeway.store.documents import NothingPublished

    if isinstance(error, Refusal):
        return error.sentence
    if isinstance(error, (AddressUnreadable, NothingPublished, Busy, UnknownLanguage, Problems)):
        return str(error)
    if isinstance(error, StoreTrouble):
        return f"The database cannot be used: {_first_line(error)}"
    if isinstance(error, OSError):
        return _of_the_system(error)
    if type(error).__module__.startswith("django.db"):
        return f"The database cannot be used: {_first_line(error)}"
    return None


def _of_the_system(error: OSError) -> str:
    what = error.strerror or str(error)
    return f"{error.filename}: {what}." if error.filename else f"{what}."


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
