"""The model behind an address: what it answers, and that whatever it does ends in time and tells no secret."""

from __future__ import annotations

import io
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leeway.connectors.openai_compatible import settings as s
from leeway.connectors.openai_compatible.model import Model
from leeway.connectors.openai_compatible.printing import PrintingModel
from leeway.connectors.openai_compatible.settings import ModelMisconfigured, ModelSettings
from leeway.desk.rewording import ModelTrouble, TextModel
from leeway.packs.reader import Problems, read
from tests.connectors import model_servers
from tests.connectors.model_servers import Scripted

pytest_plugins = ["tests.connectors.model_servers"]

KEY = "sk-test-0123456789abcdef"


def model_at(url: str, seconds: float = 5.0) -> Model:
    return Model(ModelSettings(url=url, model="a-small-one", key=KEY, timeout_seconds=seconds))


# --- what every model does


@pytest.fixture(params=["printing twin", "scripted", "real"])
def any_model(request: pytest.FixtureRequest) -> TextModel:
    if request.param == "printing twin":
        return PrintingModel(io.StringIO())
    if request.param == "scripted":
        return model_at(request.getfixturevalue("scripted").url)
    return model_at(request.getfixturevalue("real_model_url"), 20.0)


def test_a_question_gets_words_for_an_answer(any_model: TextModel) -> None:
    answer = any_model.complete("You word texts.", "TEXT:\nI am sorry.", most_tokens=16)
    assert isinstance(answer, str)
    assert answer.strip()
    assert any_model.name


def test_it_can_be_asked_again_and_side_by_side(any_model: TextModel) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(3) as hands:
        asked = [hands.submit(any_model.complete, "s", "TEXT:\nHello.", most_tokens=8) for _ in range(3)]
        assert all(one.result(timeout=30).strip() for one in asked)


# --- what a bad one does


def test_the_question_and_the_key_arrive(scripted: Scripted) -> None:
    model_at(scripted.url).complete("system words", "prompt words", most_tokens=7)
    (heard,) = scripted.heard
    assert [one["content"] for one in heard["messages"]] == ["system words", "prompt words"]
    assert (heard["model"], heard["max_tokens"]) == ("a-small-one", 7)
    assert scripted.headers[0]["authorization"] == f"Bearer {KEY}"


BAD: dict[str, Any] = {
    "500": 500,
    "401": 401,
    "429": 429,
    "redirect": 302,
    "empty": "",
    "garbage": model_servers.garbage,
    "not a completion": model_servers.not_a_completion,
    "endless": model_servers.endless,
}


@pytest.mark.parametrize("how", BAD)
def test_a_bad_answer_is_trouble_that_tells_no_secret(scripted: Scripted, how: str) -> None:
    scripted.says = BAD[how]
    with pytest.raises(ModelTrouble) as trouble:
        model_at(scripted.url).complete("system", "the customer's card", most_tokens=7)
    assert KEY not in trouble.value.why
    assert "card" not in trouble.value.why
    assert trouble.value.__cause__ is None


@pytest.mark.parametrize("how", [model_servers.trickle, model_servers.hang], ids=["trickles", "hangs"])
def test_a_slow_server_is_left_at_the_deadline(scripted: Scripted, how: Callable[[Any], None]) -> None:
    scripted.says = how
    began = time.monotonic()
    with pytest.raises(ModelTrouble, match="no answer"):
        model_at(scripted.url, 0.5).complete("s", "p", most_tokens=7)
    assert time.monotonic() - began < 4  # it would take 100 s or 5 s


def test_a_server_that_is_not_there_is_trouble(scripted: Scripted) -> None:
    scripted.close()
    with pytest.raises(ModelTrouble, match="cannot be reached"):
        model_at(scripted.url, 1.0).complete("s", "p", most_tokens=7)


def test_a_house_without_a_model_never_loads_the_client() -> None:
    script = (
        "import leeway.connectors.openai_compatible.model as m, leeway.connectors.openai_compatible.settings as s, sys;"
        "m.Model(s.ModelSettings(url='http://127.0.0.1:1/v1', model='m')); print('openai' in sys.modules)"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "False"


# --- settings


def test_without_settings_there_is_no_model(tmp_path: Path) -> None:
    assert s.settings(tmp_path, {}, read) is None


def test_settings_are_kept_readable_by_us_alone_and_the_environment_wins(tmp_path: Path) -> None:
    s.save(tmp_path, {"url": "http://127.0.0.1:8080/v1", "model": "m", "key": "env:MY_KEY"}, {"MY_KEY": KEY})
    assert (tmp_path / s.FILE).stat().st_mode & 0o077 == 0
    assert KEY not in (tmp_path / s.FILE).read_text()
    told = s.settings(tmp_path, {"MY_KEY": KEY}, read)
    assert told is not None
    assert (told.key, told.timeout_seconds) == (KEY, 8.0)
    there = s.settings(tmp_path, {"MY_KEY": KEY, "LEEWAY_MODEL": "other"}, read)
    assert there is not None
    assert there.model == "other"
    s.save(tmp_path, {"url": ""}, {})
    assert s.settings(tmp_path, {}, read) is None


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("url", {"url": "ftp://x", "model": "m"}),
        ("url", {"url": "http://user:pw@x/v1", "model": "m"}),
        ("model", {"url": "http://x/v1", "model": "a b"}),
        ("key", {"url": "http://x/v1", "model": "m", "key": "env:NOT_THERE"}),
        ("timeout_seconds", {"url": "http://x/v1", "model": "m", "timeout_seconds": "900"}),
        ("", {"url": "http://x/v1", "model": "m", "per_day": "many"}),
    ],
)
def test_settings_that_cannot_work_are_refused_and_nothing_is_written(
    tmp_path: Path, field: str, told: dict
) -> None:
    with pytest.raises(ModelMisconfigured) as refused:
        s.save(tmp_path, told, {})
    assert refused.value.field == field
    assert not (tmp_path / s.FILE).exists()


def test_a_mistake_in_the_file_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / s.FILE).write_text("url: http://x/v1\nmodell: m\n")
    with pytest.raises(Problems, match=r"model\.yaml:2"):
        s.settings(tmp_path, {}, read)


def test_settings_show_their_key_to_nobody() -> None:
    assert KEY not in repr(ModelSettings(url="http://x", model="m", key=KEY))
