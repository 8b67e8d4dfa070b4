"""Delivering what is to be told: when, by which way, in how many messages, how often again, and when no more.

All of it is decided here from plain values; ``leeway.worker.outbox`` only carries it out.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import chain

import msgspec

from leeway.core.case import Case
from leeway.core.events import Urgency
from leeway.core.people import person as find_person
from leeway.core.policy import Policy, Step
from leeway.core.roster import Person, Roster, Rota, UnknownName, back_at, calendar_of, on_call
from leeway.core.worktime import open_intervals

AFTER_HOURS = timedelta(minutes=30)
"""What is to be known soon still reaches somebody who closed the door this short a while ago."""

BACK_OFF = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
)
"""The waits after the first, second, ... failed attempt; after the last of them the next failure is final."""

JITTER_PERCENT = 10
"""By how much a wait is longer or shorter, so that what failed together does not come back together."""

LONGEST_ASKED_WAIT = timedelta(hours=6)
"""A receiver may ask for a longer wait than ours, but not for ever."""

PER_MINUTE = 6
"""Messages to one person by one channel within a minute; what is more travels in one of them."""

MINUTE = timedelta(minutes=1)
BUNDLE_WINDOW = timedelta(minutes=2)
"""After a message that is not urgent, the next such ones are gathered for this long and become one."""

URGENCIES: tuple[Urgency, ...] = ("now", "soon", "whenever")
OUTSIDE = "outside"


# When


def deliver_at(roster: Roster, who: str, urgency: Urgency, now: datetime) -> datetime:
    """The earliest instant, from ``now`` on, at which this may reach a person.

    ``now`` at any hour; ``soon`` while they work or have only just stopped; ``whenever`` while they work.
    Somebody on call is always reached. Nobody's hours are known for those who are not in the roster, and
    nobody comes back by waiting who is away without end: they are tried at once.
    """
    someone = find_person(roster, who)
    if urgency == "now" or someone is None or not someone.active:
        return now
    try:
        back = back_at(roster, who, now)
        if back is None or back <= now or has_duty(roster, who, now):
            return now
        return now if urgency == "soon" and _just_left(roster, who, now) else back
    except UnknownName:  # a calendar or team the roster has lost must not silence anybody
        return now


def has_duty(roster: Roster, who: str, at: datetime) -> bool:
    """Whether the person is on call in any rota."""
    return any(
        who in _people_of(rota) and on_call(roster, rota.id, at).person == who for rota in roster.rotas
    )


def _people_of(rota: Rota) -> frozenset[str]:
    in_turn = rota.turns.people if rota.turns else ()
    on_shift = (shift.person for shift in rota.shifts)
    return frozenset(chain(in_turn, on_shift, (override.person for override in rota.overrides)))


def _just_left(roster: Roster, who: str, now: datetime) -> bool:
    if any(absence.covers(now) for absence in roster.absences_of(who)):
        return False
    return bool(open_intervals(calendar_of(roster, who), now - AFTER_HOURS, now))


# Again


def back_off(key: str, failures: int, asked: timedelta | None = None) -> timedelta | None:
    """How long to wait after so many failures (1 or more); None: that was the last try.

    ``asked`` is what the receiver wants us to wait. The same key and number give the same wait.
    """
    if failures > len(BACK_OFF):
        return None
    spread = zlib.crc32(f"{key}#{failures}".encode()) % (2 * JITTER_PERCENT + 1) - JITTER_PERCENT
    ours = BACK_OFF[failures - 1] * (100 + spread) / 100
    return max(ours, min(asked or timedelta(), LONGEST_ASKED_WAIT))


# By which way


class Means(msgspec.Struct, frozen=True):
    """A channel of the house, as far as choosing among them goes.

    ``addressed_by`` says what the channel needs to know of a person: an ``email`` or ``url`` of theirs, their
    ``person`` id, or nothing (empty: where it goes is said in its own settings, as it may be with ``url``).
    A ``stand_in`` takes over for channels that the house has not set up. ``urgent`` wakes people.
    """

    name: str
    addressed_by: str = ""
    urgent: bool = True
    stand_in: bool = False


class Way(msgspec.Struct, frozen=True):
    """A channel, and the address on it."""

    channel: str
    address: str


def ways_to_tell(
    roster: Roster, who: str, by: tuple[str, ...], urgency: Urgency, means: tuple[Means, ...]
) -> tuple[Way, ...]:
    """The ways to try, in order: those the notice names, the person's own, e-mail. Empty: they can't be reached.

    What is urgent goes by the person's own ways that wake them first. Where none of them is set up in this house, the
    stand-ins take it; a way that is set up and fails is not replaced by them, because that would call a
    lost notice sent.
    """
    if OUTSIDE in by:
        return _ways_outside(roster, who, urgency, means)
    someone = find_person(roster, who)
    if someone is None:
        return ()
    wanted = _wanted(someone, by)
    installed = {channel.name: channel for channel in means}
    found = [way for name in wanted if name in installed for way in _way(someone, installed[name])]
    if found or not wanted:
        return _waking_first(found, by, urgency, installed)
    return _stand_ins(who, means)


def _wanted(someone: Person, by: tuple[str, ...]) -> tuple[str, ...]:
    own = tuple(contact.channel for contact in someone.contacts if contact.address)
    email = ("email",) if someone.email else ()
    return tuple(dict.fromkeys((*by, *own, *email)))


def _way(someone: Person, channel: Means) -> tuple[Way, ...]:
    own = next((contact.address for contact in someone.contacts if contact.channel == channel.name), "")
    match channel.addressed_by:
        case "person":
            return (Way(channel.name, someone.id),)
        case "email":
            address = own or someone.email
            return (Way(channel.name, address),) if address else ()
        case _:
            return (Way(channel.name, own),)


def _waking_first(
    ways: list[Way], by: tuple[str, ...], urgency: Urgency, installed: dict[str, Means]
) -> tuple[Way, ...]:
    """The order of ``by`` is the matrix's own and stays."""
    if urgency != "now":
        return tuple(ways)
    return tuple(sorted(ways, key=lambda way: way.channel not in by and not installed[way.channel].urgent))


def _stand_ins(who: str, means: tuple[Means, ...]) -> tuple[Way, ...]:
    return tuple(Way(channel.name, who) for channel in means if channel.stand_in)


def _ways_outside(roster: Roster, who: str, urgency: Urgency, means: tuple[Means, ...]) -> tuple[Way, ...]:
    """Whom the matrix names outside the house: an e-mail address, a web address, a channel, or one of ours."""
    by_name = next((channel for channel in means if channel.name == who), None)
    if by_name is not None:
        return (Way(who, ""),)
    if "@" not in who and "://" not in who:
        return ways_to_tell(roster, who, (), urgency, means)
    form = "email" if "://" not in who else "url"
    found = tuple(Way(channel.name, who) for channel in means if channel.addressed_by == form)
    return found[:1] or _stand_ins(who, means)


# In how many messages


class Waiting(msgspec.Struct, frozen=True, omit_defaults=True):
    """A notice that waits to be sent to one person. ``since`` is when it was decided.

    ``tied`` is the key of the message it was part of in an earlier attempt: nobody knows for sure whether
    that one arrived, so it is only ever repeated as it was.
    """

    id: int
    key: str
    subject: str
    body: str
    urgency: Urgency
    since: datetime
    tied: str = ""


class Parcel(msgspec.Struct, frozen=True):
    """Notices that travel as one message. ``key`` stays the same in every attempt."""

    key: str
    notices: tuple[Waiting, ...]

    @property
    def urgency(self) -> Urgency:
        return min((notice.urgency for notice in self.notices), key=URGENCIES.index)

    @property
    def subject(self) -> str:
        first, *others = self.notices
        return f"{first.subject} (and {len(others)} more)" if others else first.subject

    @property
    def body(self) -> str:
        if len(self.notices) == 1:
            return self.notices[0].body
        parts = (
            f"{number}. {notice.subject}\n\n{notice.body}" for number, notice in enumerate(self.notices, 1)
        )
        return "\n\n\n".join(part.rstrip() for part in parts)


class Lately(msgspec.Struct, frozen=True):
    """What a person got by a channel: the messages of the last minute, and the last one that was not urgent."""

    sent: tuple[datetime, ...] = ()
    calm: datetime | None = None


class Plan(msgspec.Struct, frozen=True):
    """What goes out now, and what is ``held`` until ``until``, to be looked at again then."""

    parcels: tuple[Parcel, ...] = ()
    held: tuple[Waiting, ...] = ()
    until: datetime | None = None


def plan(waiting: Iterable[Waiting], lately: Lately, now: datetime) -> Plan:
    """Put one person's due notices into messages, the first alarm first.

    Each urgent one is a message, the others are one message together; none of them is ever dropped. The
    first goes at once and those that follow closely are gathered. Above ``PER_MINUTE`` all the rest is one.
    """
    due = tuple(sorted(waiting, key=_alarm_order))
    recent = tuple(at for at in lately.sent if at > now - MINUTE)
    free = PER_MINUTE - len(recent)
    if free <= 0:
        return Plan(held=due, until=min(recent) + MINUTE)
    gathering = lately.calm is not None and now < lately.calm + BUNDLE_WINDOW
    held = tuple(notice for notice in due if gathering and not notice.tied and notice.urgency != "now")
    groups = _groups([notice for notice in due if notice not in held])
    until = lately.calm + BUNDLE_WINDOW if held and lately.calm else None
    tied = [parcel for parcel in groups if parcel.notices[0].tied]
    loose = [parcel for parcel in groups if not parcel.notices[0].tied]
    room = max(1, free - len(tied))  # at least the newest alarm is not made to wait for old repeats
    return Plan((*tied, *_at_most(room, loose)), held, until)


def _alarm_order(notice: Waiting) -> tuple[int, datetime, int]:
    return URGENCIES.index(notice.urgency), notice.since, notice.id


def _groups(due: list[Waiting]) -> list[Parcel]:
    groups: dict[str, list[Waiting]] = {}
    for notice in due:
        alone = notice.key if notice.urgency == "now" else "calm"
        groups.setdefault(f"tied {notice.tied}" if notice.tied else f"loose {alone}", []).append(notice)
    return [_parcel(tuple(notices)) for notices in groups.values()]


def _parcel(notices: tuple[Waiting, ...]) -> Parcel:
    first = notices[0]
    if first.tied:
        return Parcel(first.tied, notices)
    if len(notices) == 1:
        return Parcel(first.key, notices)
    digest = hashlib.sha256("\n".join(sorted(notice.key for notice in notices)).encode()).hexdigest()
    return Parcel(f"bundle:{digest[:32]}", notices)


def _at_most(room: int, parcels: list[Parcel]) -> tuple[Parcel, ...]:
    if len(parcels) <= room:
        return tuple(parcels)
    rest = tuple(chain.from_iterable(parcel.notices for parcel in parcels[room - 1 :]))
    return (*parcels[: room - 1], _parcel(rest))


# No more


def overtaken(case: Case, kind: str, key: str, policy: Policy | None = None) -> str:
    """Why a notice that has not been sent need not be sent any more; empty when it is still true.

    Only notices that ask for something can be overtaken. What tells of something that happened is always
    true, and so is a kind this function has never heard of: better once too often than swallowed.
    """
    judge = _OVERTAKEN.get(kind)
    return judge(case, key, policy) if judge else ""


def still_true(case: Case, kind: str, key: str, policy: Policy | None = None) -> bool:
    """Whether a notice still tells what is so; see ``overtaken``."""
    return not overtaken(case, kind, key, policy)


def _asked(case: Case, key: str, _policy: Policy | None) -> str:
    """``asked:WHO:VERSION``. Whose id may hold a colon."""
    who = key.removeprefix("asked:").rpartition(":")[0]
    if not case.live:
        return "the case is over"
    if case.asked is None:
        return "somebody has taken the case"
    return "" if case.asked.person == who else "somebody else is asked now"


def _step(case: Case, key: str, policy: Policy | None) -> str:
    """``step:LEVEL:INDEX:...``. A later step of the same level does not overtake an earlier one."""
    _, level, index, *_ = (*key.split(":"), "", "", "")
    if not case.live:
        return "the case is over"
    if case.level != level:
        return "the case has gone to another level"
    step = _step_of(policy, level, index)
    return _what_it_waited_for(case, step) if step else ""


def _step_of(policy: Policy | None, level: str, index: str) -> Step | None:
    steps = policy.steps_of(level) if policy else ()
    return steps[int(index)] if index.isdigit() and int(index) < len(steps) else None


def _what_it_waited_for(case: Case, step: Step) -> str:
    escalation, since = case.escalation, case.level_since
    if step.if_not == "accepted" and escalation is not None and escalation.accepted_at is not None:
        return "somebody has accepted the case"
    if step.if_not == "answered" and since and case.last_answer_at and case.last_answer_at >= since:
        return "the customer has been answered"
    return ""


def _clock_warning(case: Case, key: str, _policy: Policy | None) -> str:
    """``warn:CLOCK:INDEX:STARTED``. A clock that stands still may go on; its warning comes only once."""
    name, _index, started = (*key.removeprefix("warn:").rsplit(":", 2), "", "")[:3]
    clock = case.clocks.get(name)
    if clock is None:
        return "the clock has been stopped"
    if f"{clock.started_at:%Y%m%dT%H%M%S}" != started:
        return "the clock has been started anew"
    return "it has run out since" if clock.breached_at is not None else ""


def _promise_approaching(case: Case, key: str, _policy: Policy | None) -> str:
    """``promise_approaching:NUMBER:DUE``."""
    _, number, due = (*key.split(":"), "", "")[:3]
    promise = case.promise(int(number)) if number.isdigit() else None
    if promise is None:
        return ""  # older than what a case keeps at hand
    if promise.state not in ("pending", "approaching"):
        return f"the promise is {promise.state}"
    moved = promise.due is not None and f"{promise.due:%Y%m%d%H%M}" != due
    return "the promise has another time now" if moved else ""


def _promise_found(case: Case, key: str, _policy: Policy | None) -> str:
    """``promise_found:NUMBER``."""
    number = key.removeprefix("promise_found:")
    promise = case.promise(int(number)) if number.isdigit() else None
    return "" if promise is None or promise.state == "found" else f"the promise is {promise.state}"


def _alert(case: Case, _key: str, _policy: Policy | None) -> str:
    if not case.live:
        return "the case is over"
    return "the case has been escalated" if case.escalation is not None else ""


def _nothing_planned(case: Case, _key: str, _policy: Policy | None) -> str:
    return "" if case.live else "the case is over"


_OVERTAKEN: dict[str, Callable[[Case, str, Policy | None], str]] = {
    "asked": _asked,
    "step": _step,
    "clock_warning": _clock_warning,
    "promise_approaching": _promise_approaching,
    "promise_found": _promise_found,
    "alert": _alert,
    "nothing_planned": _nothing_planned,
}


# The customer


def answers_by_email(case_channel: str, address: str) -> bool:
    """Whether a message to the customer goes by e-mail: they wrote by e-mail, and we know where to."""
    return case_channel == "email" and "@" in address
