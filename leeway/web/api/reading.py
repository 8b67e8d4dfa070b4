"""What programs read: cases and everything about them."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from leeway.core import disclosures
from leeway.core.case import Case
from leeway.core.customer import Customer
from leeway.core.handoff import Packet, packet
from leeway.store.queries import cases, customers, lines, story
from leeway.web import house
from leeway.web.api import shapes
from leeway.web.api.answers import JSON, Told, answer, missing, says
from leeway.web.api.gate import READ_CASES
from leeway.web.assist import guidance
from leeway.web.problem import problem

router = Router(tags=["cases"], auth=READ_CASES)

Size = Annotated[int, Query(ge=1, le=lines.MOST_PAGE, description="Lines on a page.")]
After = Annotated[str, Query(max_length=200, description="Where the page begins: `next` of the one before.")]
Word = Annotated[str, Query(max_length=200)]

Status = Literal["", "open", "paused", "resolved", "closed", "merged"]
LARGEST_NUMBER = 2**63 - 1

_read_case = msgspec.json.Decoder(Case)


class _Everything:
    """A token sees all cases."""

    sees_everything = True
    colleagues: frozenset[str] = frozenset()


def line(kind: type[Any], row: Any, **other: Any) -> Any:
    """A row as one of our shapes: fields of the same name, and those given."""
    names = [name for name in kind.__struct_fields__ if name not in other]
    return kind(**{name: getattr(row, name) for name in names}, **other)


def the_case(number: int) -> Case:
    return _read_case.decode(the_state(number))


def the_state(number: int) -> str:
    state = lines.state_of(number) if number <= LARGEST_NUMBER else None
    if state is None:
        raise missing("case", number)
    return state


def there(number: int) -> None:
    """An empty answer about a case there is not would be a lie."""
    if number > LARGEST_NUMBER or not lines.case_there(number):
        raise missing("case", number)


@router.get("/cases", summary="List cases", openapi_extra=says(shapes.CasePage))
def list_cases(
    request: HttpRequest,
    status: Status = "",
    owner: Word = "",
    level: Word = "",
    channel: Word = "",
    customer: Word = "",
    escalated: bool | None = None,
    risk_at_least: Annotated[float, Query(ge=0, le=1)] = 0.0,
    q: Annotated[
        str, Query(max_length=200, description="A case number, a customer, words of the subject.")
    ] = "",
    order: Literal["recent", "due"] = "recent",
    after: After = "",
    size: Size = 50,
) -> HttpResponse:
    """The latest message first, or with `order=due` the earliest deadline."""
    wanted = cases.Wanted(
        status=status,
        owner=owner,
        level=level,
        channel=channel,
        customer=customer,
        escalated=escalated,
        risk_at_least=risk_at_least,
        q=q,
    )
    rows = cases.narrowed(cases.visible_cases(_Everything()).defer("state"), wanted)
    page = cases.page(rows, order=order, after=after, size=size)
    return answer(shapes.CasePage([line(shapes.CaseLine, row) for row in page.rows], page.next))


@router.get("/cases/{int:number}", summary="One case", openapi_extra=says(Case))
def one_case(request: HttpRequest, number: int) -> HttpResponse:
    """The whole case as decisions see it. `merged_into` names the case it went on in, if it did."""
    return HttpResponse(the_state(number), content_type=JSON)


@router.get("/cases/{int:number}/log", summary="Its log", openapi_extra=says(shapes.LogPage))
def case_log(
    request: HttpRequest, number: int, after: Annotated[int, Query(ge=0, le=2**31)] = 0, size: Size = 100
) -> HttpResponse:
    """Every fact of the case and the events it led to, in order; `after` is a place in the case (`seq`)."""
    found = lines.log(number, after=after, size=size) if number <= LARGEST_NUMBER else []
    if not found:
        there(number)
    entries = [_log_entry(item) for item in found]
    following = str(entries[-1].seq) if len(entries) == size else ""
    return answer(shapes.LogPage(entries, following))


def _log_entry(item: lines.Logged) -> shapes.LogEntry:
    fact = item.fact
    return line(
        shapes.LogEntry,
        fact,
        number=fact.pk,
        fact=msgspec.Raw(fact.body.encode()),
        events=[msgspec.Raw(body.encode()) for body in item.events],
    )


@router.get("/cases/{int:number}/packet", summary="Its hand-off packet", openapi_extra=says(Packet))
def case_packet(request: HttpRequest, number: int) -> HttpResponse:
    """Everything the next person needs, each statement with the message it came from."""
    case = the_case(number)
    policy = house.world().policy_for(case.policy_version)
    return answer(packet(case, policy, customers.customer(case.customer), house.now()))


@router.get("/cases/{int:number}/guidance", summary="What to say next", openapi_extra=says(shapes.Guidance))
def case_guidance(request: HttpRequest, number: int) -> HttpResponse:
    """Up to three suggestions for the moment its conversation is in, the best first, each with why and with the
    messages it stands on; and the matter in short. Empty where silence is best.
    """
    case = the_case(number)
    suggestions = tuple(shown.suggestion for shown in guidance.panel(case))
    return answer(shapes.Guidance(suggestions, guidance.in_short(case)))


@router.get("/cases/{int:number}/clocks", summary="Its clocks", openapi_extra=says(shapes.Clocks))
def case_clocks(request: HttpRequest, number: int) -> HttpResponse:
    """Running and paused clocks, the earliest deadline first."""
    clocks = sorted(
        the_case(number).clocks.values(), key=lambda one: (one.due is None, one.due or one.started_at)
    )
    return answer(shapes.Clocks(clocks))


@router.get(
    "/cases/{int:number}/disclosures", summary="What must be said", openapi_extra=says(shapes.Disclosures)
)
def case_disclosures(request: HttpRequest, number: int) -> HttpResponse:
    """Compulsory statements of the case with what became of each, and forbidden ones that were made."""
    case = the_case(number)
    lines_ = disclosures.checklist(house.world().policy_for(case.policy_version), case)
    told = [shapes.DisclosureLine(one.disclosure, one.standing, one.record) for one in lines_]
    return answer(shapes.Disclosures(told, case.forbidden))


@router.get("/cases/{int:number}/messages", summary="Its messages", openapi_extra=says(shapes.MessagePage))
def case_messages(
    request: HttpRequest,
    number: int,
    before: Annotated[int, Query(ge=0, le=LARGEST_NUMBER)] = 0,
    size: Size = 100,
) -> HttpResponse:
    """The latest messages with the cues seen in them, oldest first; `before` leads to earlier ones."""
    turns = story.turns(number, before=before, most=size) if number <= LARGEST_NUMBER else []
    if not turns:
        there(number)
    earlier = turns[0].fact if len(turns) == size else 0
    return answer(shapes.MessagePage([_message(turn) for turn in turns], earlier))


def _message(turn: story.Turn) -> shapes.MessageLine:
    return line(shapes.MessageLine, turn.message, number=turn.fact, cues=list(turn.cues))


@router.get("/escalations", summary="List escalations", openapi_extra=says(shapes.EscalationPage))
def list_escalations(
    request: HttpRequest,
    state: Literal["", "open", "requested", "escalated", "declined", "closed"] = "",
    level: Word = "",
    owner: Word = "",
    customer: Word = "",
    after: After = "",
    size: Size = 50,
) -> HttpResponse:
    """The latest first. `state=open` are those requested or escalated."""
    page = lines.escalations(state=state, level=level, owner=owner, customer=customer, after=after, size=size)
    found = [line(shapes.EscalationLine, row, case=row.case_id) for row in page.rows]
    return answer(shapes.EscalationPage(found, page.next))


@router.get("/promises", summary="List promises", openapi_extra=says(shapes.PromisePage))
def list_promises(
    request: HttpRequest,
    state: Literal["", "open", "found", "pending", "approaching", "kept", "broken", "released"] = "",
    by: Word = "",
    after: After = "",
    size: Size = 50,
) -> HttpResponse:
    """Promises with a time, the earliest first. `state=open` are those not settled."""
    page = lines.promises(state=state, by=by, after=after, size=size)
    found = [line(shapes.PromiseLine, row, case=row.case_id) for row in page.rows]
    return answer(shapes.PromisePage(found, page.next))


@router.get("/clocks", summary="What is due soon", openapi_extra=says(shapes.DuePage))
def due_soon(
    request: HttpRequest,
    within: Annotated[int, Query(ge=0, le=31_536_000, description="Seconds from now.")] = 3_600,
    owner: Word = "",
    after: After = "",
    size: Size = 50,
) -> HttpResponse:
    """The next deadline of every case that has one before then, the overdue ones first."""
    until = house.now() + timedelta(seconds=within)
    page = lines.due_cases(until=until, owner=owner, after=after, size=size)
    found = [
        line(shapes.DueLine, row, case=row.pk, clock=row.next_clock, due=row.next_due) for row in page.rows
    ]
    return answer(shapes.DuePage(found, page.next))


@router.get("/customers/{path:number}", summary="One customer", openapi_extra=says(Customer))
def one_customer(request: HttpRequest, number: str) -> HttpResponse:
    """What the source told us of them, and our own history with them."""
    found = customers.customer(number)
    if found is None:
        raise missing("customer", number)
    return answer(found)


@router.get("/outbox", summary="What is to be told", openapi_extra=says(shapes.OutboxPage))
def list_outbox(
    request: HttpRequest,
    state: Literal["", "pending", "sending", "sent", "delivered", "failed", "dead", "suppressed"] = "",
    case: Annotated[int, Query(ge=0, le=LARGEST_NUMBER)] = 0,
    after: After = "",
    size: Size = 50,
) -> HttpResponse:
    """Notices, messages to customers and webhooks, the latest first, with how far they got."""
    page = lines.outbox(state=state, case=case, after=after, size=size)
    found = [line(shapes.OutboxLine, row, case=row.case_id) for row in page.rows]
    return answer(shapes.OutboxPage(found, page.next))


def bad_cursor() -> Told:
    return Told(problem(422, "bad_cursor", "This cursor was not made by this list.", field="after"))
