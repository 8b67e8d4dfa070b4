"""Settings: who may change what, and that each change is a new version of the roster in force."""

from __future__ import annotations

import itertools
import os

import pytest
from django.contrib.auth.models import User
from django.test import Client

from leeway.channels import configured
from leeway.core import facts as f
from leeway.core.roster import Absence
from leeway.packs.reader import read
from leeway.store import accounts, tokens
from leeway.store.home import home
from leeway.store.queries import cases, documents
from leeway.web import house as pages
from leeway.worker.leavers import Leavers

pytest_plugins = ["tests.web.console"]

_numbers = itertools.count(1)


def as_(role: str, username: str) -> Client:
    if not User.objects.filter(username=username).exists():
        accounts.make(username, roles=[role] if role else [], password="four calm words here")
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def handle(house, kind: type, **fields):
    return house.desk.handle(kind(id=f"s{next(_numbers)}", source="play", at=house.clock(), **fields))


def case_of(house, owner: str, chat: str) -> int:
    """A case that this person owns."""
    who = f.CustomerRef(id=f"customer-{chat}")
    number = handle(
        house, f.MessageReceived, author="customer", text="My parcel is late.", interaction=chat, customer=who
    ).case
    if cases.case(number).owner != owner:
        handle(house, f.HandedOver, case=number, by=cases.case(number).owner, to=owner, reason="knows it")
        handle(house, f.HandoffAccepted, case=number, by=owner)
    assert cases.case(number).owner == owner
    return number


ADMINS_ONLY = [
    "settings/accounts",
    "settings/tokens",
    "settings/channels",
    "settings/channels/browser",
    "settings/customers",
    "settings/about",
]
FOR_ALL = [
    "settings",
    "settings/people",
    "settings/teams",
    "settings/rotas",
    "settings/absences",
    "settings/calendars",
]


@pytest.mark.parametrize("path", ADMINS_ONLY)
def test_what_sets_the_house_up_is_for_admins(django_house, path):
    for role, who in (
        ("agent", "sam"),
        ("supervisor", "priya"),
        ("operations", "marta"),
        ("quality", "clara"),
    ):
        assert as_(role, who).get(f"/{path}").status_code == 403, role
    assert as_("admin", "ingrid").get(f"/{path}").status_code == 200


def test_everybody_sees_who_works_here_and_when(django_house):
    for path in FOR_ALL:
        assert as_("agent", "sam").get(f"/{path}").status_code == 200, path


def test_the_people_page_asks_as_little_for_many_as_for_few(django_house, django_assert_max_num_queries):
    client = as_("agent", "sam")
    client.get("/settings/people")
    with django_assert_max_num_queries(7):
        client.get("/settings/people")


# --- look


def test_theme_and_language_are_kept_in_the_browser(django_house):
    client = as_("agent", "sam")
    client.post("/settings/look", {"theme": "dark", "language": "es"})
    page = client.get("/settings").content.decode()
    assert 'data-theme="dark"' in page
    assert '<html lang="es"' in page
    client.post("/settings/look", {"theme": "", "language": "en"})
    assert "data-theme" not in client.get("/settings").content.decode()


# --- people


def form_of(**changes) -> dict[str, object]:
    usual = {
        "name": "Sam Duarte",
        "email": "sam@example.org",
        "role": "agent",
        "teams": ["frontline"],
        "capacity": 8,
        "skills": "orders, billing",
        "languages": "en, pt",
        "contacts": "browser: sam",
        "active": "on",
    }
    return {**usual, **changes}


def test_capacity_and_skills_change_with_a_new_version_of_the_roster(django_house):
    before = pages.world().roster.version
    answer = as_("operations", "marta").post(
        "/settings/people/sam", form_of(capacity=3, skills="orders, jewellery")
    )
    assert answer.status_code == 302
    sam = pages.world().roster.person("sam")
    assert (sam.capacity, sam.skills) == (3, ("orders", "jewellery"))
    assert pages.world().roster.version == before + 1
    assert documents.versions("roster")[0].by == "marta"


def test_what_no_roster_could_hold_is_refused_beside_the_form(django_house):
    answer = as_("operations", "marta").post("/settings/people/sam", form_of(skills="Orders & Co"))
    assert answer.status_code == 422
    assert pages.world().roster.version == 1


def test_somebody_new_gets_cases_from_then_on(django_house):
    as_("operations", "marta").post("/settings/people/new", form_of(id="ada", name="Ada Whitlock"))
    assert "ada" in pages.world().roster.members("frontline")


def test_agents_change_nobody(django_house):
    client = as_("agent", "sam")
    assert client.post("/settings/people/sam", form_of(capacity=0)).status_code == 403
    assert client.post("/settings/rotas", {"act": "swap"}).status_code == 403
    assert client.get("/settings/roster").status_code == 403
    assert pages.world().roster.version == 1


# --- rotas


def test_a_swap_wins_over_the_rota_and_can_be_taken_back(django_house):
    client = as_("supervisor", "priya")
    before = pages.world().roster.rota("duty_manager").overrides
    client.post(
        "/settings/rotas",
        {
            "act": "swap",
            "rota": "duty_manager",
            "person": "marta",
            "start": "2026-03-02T12:00",
            "end": "2026-03-02T18:00",
        },
    )
    (override,) = set(pages.world().roster.rota("duty_manager").overrides) - set(before)
    assert override.person == "marta"
    client.post(
        "/settings/rotas",
        {"act": "remove", "rota": "duty_manager", "start": override.start.isoformat(), "person": "marta"},
    )
    assert pages.world().roster.rota("duty_manager").overrides == before


# --- absences


def test_an_absence_that_has_begun_passes_the_persons_cases_on_at_once(django_house):
    number = case_of(django_house, "sam", "chat-1")
    day = django_house.clock().date().isoformat()
    as_("agent", "sam").post(
        "/settings/absences", {"act": "report", "person": "sam", "start": day, "end": day}
    )
    case = cases.case(number)
    assert case.asked is not None or case.owner != "sam"
    assert (case.asked.person if case.asked else case.owner) != "sam"


def test_an_absence_to_come_passes_cases_on_when_it_begins(django_house, watch):
    number = case_of(django_house, "sam", "chat-1")
    as_("agent", "sam").post(
        "/settings/absences", {"act": "report", "person": "sam", "start": "2026-03-03", "end": "2026-03-04"}
    )
    assert cases.case(number).owner == "sam"
    leavers = Leavers(django_house.driver(), django_house.writer.call, django_house.clock)
    assert leavers.look() == 0
    watch.forward(days=1)
    assert leavers.look() == 1
    assert leavers.look() == 0, "once is enough"
    case = cases.case(number)
    assert (case.asked.person if case.asked else case.owner) != "sam"


def test_another_process_does_not_pass_them_on_a_second_time(django_house, watch):
    number = case_of(django_house, "sam", "chat-1")
    as_("agent", "sam").post(
        "/settings/absences", {"act": "report", "person": "sam", "start": "2026-03-03", "end": "2026-03-04"}
    )
    watch.forward(days=1)
    first, second = (
        Leavers(django_house.driver(), django_house.writer.call, django_house.clock) for _ in range(2)
    )
    first.look()
    version = cases.case(number).version
    second.look()
    assert cases.case(number).version == version


def test_agents_report_their_own_absence_and_leads_that_of_others(django_house):
    wanted = {
        "act": "report",
        "person": "tom",
        "start": "2026-03-09",
        "end": "2026-03-10",
        "substitute": "sam",
    }
    assert as_("agent", "sam").post("/settings/absences", wanted).status_code == 422
    assert pages.world().roster.absences_of("tom") == ()
    assert as_("supervisor", "priya").post("/settings/absences", wanted).status_code == 302
    (away,) = pages.world().roster.absences_of("tom")
    assert isinstance(away, Absence)
    assert away.substitute == "sam"
    name = f"tom:{away.start.isoformat()}"
    assert (
        as_("agent", "sam").post("/settings/absences", {"act": "cancel", "absence": name}).status_code == 403
    )
    as_("supervisor", "priya").post("/settings/absences", {"act": "cancel", "absence": name})
    assert pages.world().roster.absences_of("tom") == ()


# --- the roster as text


def test_a_mistake_in_the_roster_is_shown_at_its_line(django_house):
    client = as_("operations", "marta")
    page = client.get("/settings/roster").content.decode()
    assert "Who works here, when they are there" in page
    text = documents.source("roster", 1).replace("lead: june", "lead: jone")
    answer = client.post("/settings/roster", {"text": text, "seen": "1", "note": "x", "act": "publish"})
    assert answer.status_code == 422
    assert "jone" in answer.content.decode()
    assert "Line " in answer.content.decode()
    good = documents.source("roster", 1).replace("lead: june", "lead: sam")
    client.post("/settings/roster", {"text": good, "seen": "1", "note": "Sam leads now", "act": "publish"})
    assert pages.world().roster.team("frontline").lead == "sam"


# --- tokens


def test_a_token_is_shown_once_works_and_ends(django_house):
    client = as_("admin", "ingrid")
    page = client.post("/settings/tokens", {"name": "shop", "scopes": ["facts:write"]}).content.decode()
    secret = page.split('<code class="mono">')[1].split("<")[0]
    live = tokens.live(django_house.driver())
    token = live[tokens.hashed(secret)]
    assert token.scopes == {"facts:write"}
    assert secret not in client.get("/settings/tokens").content.decode()
    client.post(f"/settings/tokens/{token.id}/revoke")
    assert tokens.live(django_house.driver()) == {}


def test_only_admins_make_and_end_tokens(django_house):
    for role, who in (("agent", "sam"), ("operations", "marta")):
        client = as_(role, who)
        assert client.post("/settings/tokens", {"name": "x", "scopes": ["admin"]}).status_code == 403
        assert client.post("/settings/tokens/1/revoke").status_code == 403
    assert tokens.live(django_house.driver()) == {}


# --- accounts


def test_an_admin_makes_an_account_and_hands_over_its_one_time_password(django_house):
    client = as_("admin", "ingrid")
    page = client.post("/settings/accounts", {"username": "sam", "roles": ["agent"]}).content.decode()
    once = page.split('<code class="mono">')[1].split("<")[0]
    assert User.objects.get(username="sam").check_password(once)
    assert User.objects.get(username="sam").email == "sam@example.org"
    assert client.post("/settings/accounts", {"username": "sam", "roles": ["agent"]}).status_code == 422


def test_an_admin_changes_roles_resets_and_shuts(django_house):
    client = as_("admin", "ingrid")
    as_("agent", "sam")
    client.post("/settings/accounts/sam", {"act": "roles", "roles": ["supervisor", "quality"]})
    assert set(User.objects.get(username="sam").groups.values_list("name", flat=True)) == {
        "supervisor",
        "quality",
    }
    page = client.post("/settings/accounts/sam", {"act": "reset"}).content.decode()
    assert User.objects.get(username="sam").check_password(page.split('<code class="mono">')[1].split("<")[0])
    client.post("/settings/accounts/sam", {"act": "deactivate"})
    assert not User.objects.get(username="sam").is_active
    assert client.post("/settings/accounts/ingrid", {"act": "deactivate"}).status_code == 409


# --- channels


@pytest.fixture
def own_channels(tmp_path, monkeypatch):
    """The file of channels is this test's own."""
    monkeypatch.setenv("LEEWAY_HOME", str(tmp_path))


def test_a_channel_is_added_its_secret_never_shown_again_and_removed(django_house, own_channels):
    client = as_("admin", "ingrid")
    wanted = {
        "channel_name": "ops",
        "url": "https://hooks.example.org/leeway",
        "secret": "whsec_" + "c2VjcmV0" * 4,
    }
    answer = client.post("/settings/channels/new-webhook", wanted)
    assert answer.status_code == 302, answer.content.decode()
    page = client.get("/settings/channels/ops").content.decode()
    assert "hooks.example.org" in page
    assert wanted["secret"] not in page
    client.post("/settings/channels/ops", {"url": "https://hooks.example.org/other", "secret": "••••••••"})
    kept = configured.settings(home(), os.environ, read)["ops"]
    assert (kept["url"], kept["secret"]) == ("https://hooks.example.org/other", wanted["secret"])
    client.post("/settings/channels/ops", {"act": "remove"})
    assert "ops" not in configured.settings(home(), os.environ, read)


def test_the_test_button_says_what_came_of_it(django_house, own_channels):
    client = as_("admin", "ingrid")
    answer = client.post("/settings/channels/print/test", follow=True)
    assert "print: it" in answer.content.decode()
    assert client.post("/settings/channels/nothing/test").status_code == 404
