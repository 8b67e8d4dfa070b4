"""``POST /api/v1/facts``: facts one by one or as NDJSON, acknowledged when they are on the disk.

Native ASGI beside Django: this path is the busiest of the product and needs none of it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import msgspec

from leeway.core.facts import INTERNAL_FACTS, Fact
from leeway.core.refusals import Refusal
from leeway.desk.handle import Answer, Done, Failed, Refused
from leeway.desk.ports import Busy, Closed, Item
from leeway.desk.refusals import MadeByUsOnly
from leeway.store.writer.writer import Unavailable, Writer
from leeway.web.http import (
    Gone,
    Receive,
    Scope,
    Send,
    TooLarge,
    answer,
    answer_problem,
    chunks,
    header,
    whole_body,
)
from leeway.web.problem import Problem, problem
from leeway.web.tokens import Gate, challenge

SCOPE = "facts:write"
LARGEST_FACT = 1_000_000
"""Bytes of one fact, alone or as a line. The longest text a message may have is 100,000 characters."""

FIRST_YEAR = 1970

BATCH_FACTS = 256
BATCH_BYTES = 1_000_000
BATCHES_UNDER_WAY = 4
"""Of one request: enough that the writer never waits for us, few enough that memory stays flat."""

REPORTED_LINES = 1_000
"""Refused lines that are named in a report; more are counted."""

_decoder = msgspec.json.Decoder(Fact)
_HALF_A_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")
"""Written in JSON as an escape; alone it stands for nothing, and it is refused by every decoder of text."""

_PATH = re.compile(r"^(?P<detail>.*?)(?: - at `(?P<field>.*)`)?$", re.DOTALL)

STATUS_OF = {"unknown_case": 404, "moved_on": 409}
"""Refusals that have a status of their own; the others are 422: understood, and not done."""


# --- reading what was sent


def read_fact(data: bytes) -> Fact | Problem:
    """One fact from its JSON, or what is wrong with it and where."""
    try:
        fact = _decoder.decode(data)
    except (ValueError, RecursionError) as error:
        return _unreadable(error, data)
    return _not_ours_to_take(fact, data) or fact


def _unreadable(error: ValueError | RecursionError, data: bytes) -> Problem:
    match error:
        case msgspec.ValidationError():
            return _not_valid(str(error))
        case UnicodeDecodeError():
            return problem(422, "not_unicode", "The text is not valid UTF-8.", field="$")
        case RecursionError():
            return problem(400, "not_json", "This JSON is nested too deeply.")
        case _ if _HALF_A_CHARACTER.search(data):
            return problem(
                422, "not_unicode", "The text holds half of a character (a lone surrogate).", field="$"
            )
        case _:
            return problem(400, "not_json", f"This is not JSON: {error}.")


def _not_ours_to_take(fact: Fact, data: bytes) -> Problem | None:
    """What the types alone do not say."""
    if isinstance(fact, INTERNAL_FACTS):
        return _refused(MadeByUsOnly(str(fact.__struct_config__.tag)))
    if fact.at.year < FIRST_YEAR:
        return problem(422, "not_valid", f"Nothing is recorded from before {FIRST_YEAR}.", field="$.at")
    if b"\\u0000" in data and (path := _nul(msgspec.to_builtins(fact), "$")):
        return problem(422, "not_valid", "Text may not hold the character NUL.", field=path)
    return None


def _not_valid(sentence: str) -> Problem:
    found = _PATH.match(sentence)
    detail, where = (found["detail"], found["field"]) if found else (sentence, None)
    return problem(422, "not_valid", detail, field=where or "$")


def _nul(value: object, path: str) -> str:
    """Where a NUL is in free-form parts that no pattern guards; databases cannot keep one. Empty when nowhere."""
    match value:
        case str():
            return path if "\x00" in value else ""
        case dict():
            return next((at for key, inner in value.items() if (at := _nul(inner, f"{path}.{key}"))), "")
        case list() | tuple():
            return next(
                (at for place, inner in enumerate(value) if (at := _nul(inner, f"{path}[{place}]"))), ""
            )
        case _:
            return ""


def _refused(refusal: Refusal) -> Problem:
    where = f"$.{refusal.field}" if refusal.field else ""
    return problem(STATUS_OF.get(refusal.code, 422), refusal.code, refusal.sentence, field=where)


def _trouble(error: Exception) -> Problem:
    if isinstance(error, Busy):
        return problem(429, "busy", str(error))
    if isinstance(error, (Closed, Unavailable)):
        return problem(503, "unavailable", f"{error} Nothing was recorded; send it again.")
    return problem(500, "failed", "A mistake of ours; it is in the server's log. Nothing was recorded.")


# --- handing in


class Mailbox:
    """Hands facts to the writer and brings its answers back to the event loop, those of a whole group at once.

    Waking a loop from another thread costs more than settling a future: the two threads then compete for the
    interpreter while the writer still has answers to give.
    """

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._answered: list[_Settled] = []
        writer.after_group(self._deliver)

    def place(self, items: Sequence[Item], size: int) -> Answering:
        """Puts facts in the writer's queue; the future has their answers once they are committed.

        Raises ``Busy`` and ``Closed`` at once.
        """
        future: Answering = asyncio.get_running_loop().create_future()
        self._writer.submit(items, size, lambda answers: self._answered.append((future, answers)))
        return future

    def _deliver(self) -> None:
        """In the writing thread, which is the only one that fills and empties the list."""
        settled, self._answered = self._answered, []
        for loop in {future.get_loop() for future, _ in settled}:
            loop.call_soon_threadsafe(_settle, [one for one in settled if one[0].get_loop() is loop])


Answering = asyncio.Future[tuple[Answer, ...]]
_Settled = tuple[Answering, tuple[Answer, ...]]


def _settle(settled: list[_Settled]) -> None:
    for future, answers in settled:
        if not future.done():  # the client may have gone away meanwhile
            future.set_result(answers)


# --- one fact


class Accepted(msgspec.Struct, frozen=True):
    """``events`` is empty for a duplicate: it led to nothing now."""

    case: int
    fact: int
    events: tuple[str, ...]
    duplicate: bool


async def one_fact(mailbox: Mailbox, body: bytes) -> tuple[int, Accepted | Problem]:
    fact = read_fact(body)
    if isinstance(fact, Problem):
        return fact.status, fact
    try:
        (settled,) = await mailbox.place((Item(fact),), len(body))
    except (Busy, Closed) as error:
        trouble = _trouble(error)
        return trouble.status, trouble
    match settled:
        case Done():
            accepted = Accepted(settled.case, settled.fact, settled.events, settled.duplicate)
            return (200 if settled.duplicate else 201), accepted
        case Refused(refusal=refusal):
            what = _refused(refusal)
        case Failed(error=cause):
            what = _trouble(cause)
    return what.status, what


# --- many facts


class RefusedLine(msgspec.Struct, frozen=True):
    line: int
    field: str
    detail: str


class Report(msgspec.Struct, omit_defaults=True):
    """What became of an NDJSON stream. ``more_refused`` counts refused lines beyond those named."""

    accepted: int
    duplicates: int
    refused: list[RefusedLine]
    more_refused: int = 0


@dataclass(slots=True)
class _Batch:
    lines: list[int] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    size: int = 0

    @property
    def full(self) -> bool:
        return len(self.items) >= BATCH_FACTS or self.size >= BATCH_BYTES


class _Stream:
    """One NDJSON request under way."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self.report = Report(0, 0, [])
        self.trouble: Exception | None = None
        self._under_way: list[asyncio.Task[None]] = []

    def refuse(self, line: int, where: str, detail: str) -> None:
        if len(self.report.refused) < REPORTED_LINES:
            self.report.refused.append(RefusedLine(line, where, detail))
        else:
            self.report.more_refused += 1

    async def read(self, receive: Receive) -> None:
        """Takes the stream line by line; hands in full batches while the next ones are still arriving."""
        batch = _Batch()
        number = 0
        async for line in lines(receive):
            number += 1
            if line is None:
                self.refuse(number, "$", f"The line is longer than {LARGEST_FACT:,} bytes.")
                continue
            if not line.strip():
                continue
            fact = read_fact(line)
            if isinstance(fact, Problem):
                self.refuse(number, fact.errors[0].field if fact.errors else "$", fact.detail)
                continue
            batch.lines.append(number)
            batch.items.append(Item(fact))
            batch.size += len(line)
            if batch.full:
                await self._send(batch)
                batch = _Batch()
            if self.trouble is not None:
                break
        if batch.items and self.trouble is None:
            await self._send(batch)
        await asyncio.gather(*self._under_way)

    async def _send(self, batch: _Batch) -> None:
        if len(self._under_way) >= BATCHES_UNDER_WAY:
            await self._under_way.pop(0)
        settled = await self._place(batch)
        if settled is not None:
            self._under_way.append(asyncio.ensure_future(self._note(batch, settled)))

    async def _place(self, batch: _Batch) -> Answering | None:
        """Puts a batch in the writer's queue, in the order of the stream; waits its turn when the queue is full."""
        while True:
            try:
                return self._mailbox.place(batch.items, batch.size)
            except Busy as busy:
                if not self._under_way and not self.report.accepted:
                    self.trouble = busy  # nothing of it was taken: the sender can simply come again
                    return None
                await asyncio.sleep(0.05)
            except Closed as closed:
                self.trouble = closed
                return None

    async def _note(self, batch: _Batch, settled: Answering) -> None:
        for line, outcome in zip(batch.lines, await settled, strict=True):
            match outcome:
                case Done(duplicate=True):
                    self.report.duplicates += 1
                case Done():
                    self.report.accepted += 1
                case Refused(refusal=refusal):
                    self.refuse(line, f"$.{refusal.field}" if refusal.field else "$", refusal.sentence)
                case Failed(error=error):
                    self.refuse(line, "$", _trouble(error).detail)
                    if isinstance(error, Unavailable):
                        self.trouble = error


async def lines(receive: Receive) -> AsyncIterator[bytes | None]:
    """The lines of the body as they arrive; None in place of a line that is too long to be kept."""
    rest = bytearray()
    too_long = False
    async for chunk in chunks(receive):
        *ended, tail = chunk.split(b"\n")
        for piece in ended:
            rest += piece
            yield None if too_long or len(rest) > LARGEST_FACT else bytes(rest)
            rest.clear()
            too_long = False
        if too_long or len(rest) + len(tail) > LARGEST_FACT:
            too_long = True
            rest.clear()
        else:
            rest += tail
    if rest or too_long:
        yield None if too_long else bytes(rest)


# --- the path


class Ingest:
    def __init__(self, writer: Writer, gate: Gate) -> None:
        self._mailbox = Mailbox(writer)
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            await answer_problem(
                send,
                problem(405, "method", "Facts are sent with POST."),
                headers=[(b"allow", b"POST")],
            )
            return
        token = await self._gate.admit(scope, SCOPE)
        if isinstance(token, Problem):
            await answer_problem(send, token, headers=challenge(token))
            return
        kind = header(scope, b"content-type").partition(b";")[0].strip().lower()
        try:
            if kind == b"application/json":
                await self._one(scope, receive, send)
            elif kind == b"application/x-ndjson":
                await self._many(receive, send)
            else:
                expected = "Send application/json, or application/x-ndjson for many facts, one a line."
                await answer_problem(send, problem(415, "media_type", expected))
        except TooLarge:
            await answer_problem(
                send, problem(413, "too_large", f"A fact may have {LARGEST_FACT:,} bytes."), headers=CLOSE
            )
        except Gone:
            return

    async def _one(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await whole_body(scope, receive, LARGEST_FACT)
        status, told = await one_fact(self._mailbox, body)
        if isinstance(told, Problem):
            await answer_problem(send, told, headers=_come_again(told))
        else:
            await answer(send, status, told)

    async def _many(self, receive: Receive, send: Send) -> None:
        stream = _Stream(self._mailbox)
        await stream.read(receive)
        if stream.trouble is None:
            await answer(send, 200, stream.report)
            return
        what = _trouble(stream.trouble)
        await answer_problem(send, what, headers=_come_again(what))


CLOSE = ((b"connection", b"close"),)


def _come_again(what: Problem) -> list[tuple[bytes, bytes]]:
    return [(b"retry-after", b"1")] if what.status in (429, 503) else []
