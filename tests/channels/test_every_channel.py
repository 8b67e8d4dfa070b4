"""The contract of channels: every file in the room is held to it, found by looking in the folder."""

from __future__ import annotations

import logging
import socket
import sys
import types
from typing import Literal, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit, urlunsplit

import msgspec
import pytest

from leeway import channels
from leeway.channels.base import Accepted, Delivered, Failed, Info, Outgoing, Secret, told

MODULES = list(channels.installed())
every_channel = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.INFO.kind)

MESSAGE = Outgoing(
    key="7:asked:ana:3:ana",
    to="ana",
    subject="Case C-7 needs you",
    body="The customer asks for a supervisor.",
    urgency="now",
    kind="asked",
    case=7,
)


def examples(module) -> dict[str, str]:
    return {field.name: field.example for field in module.INFO.fields if field.example}


def nobody_listens() -> int:
    """A port of this machine at which nobody answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def at_home(value: str) -> str:
    """An address of the same form, pointing at this machine: a contract test calls nobody."""
    parts = urlsplit(value)
    if not parts.netloc:
        return value
    before = parts.netloc.rpartition("@")[0]
    here = f"127.0.0.1:{nobody_listens()}"
    return urlunsplit(parts._replace(netloc=f"{before}@{here}" if before else here))


def secrets_of(module) -> list[str]:
    """What must never be seen: the secret values, and a password inside of one."""
    values = [field.example for field in module.INFO.fields if field.kind == "secret"]
    return values + [password for value in values if (password := urlsplit(value).password)]


def test_the_channels_that_ship_are_there():
    assert {"print", "email", "webhook", "browser"} <= set(channels.kinds())


def test_the_page_about_adding_one_shows_one_that_works(repository, monkeypatch):
    page = (repository / "docs" / "how-to" / "add-a-channel.md").read_text()
    shown = types.ModuleType("leeway.channels.pigeon")
    monkeypatch.setitem(sys.modules, shown.__name__, shown)
    exec(page.partition("```python\n")[2].partition("```")[0], vars(shown))  # noqa: S102 - a page of ours
    for contract in (
        test_it_says_what_it_is,
        test_it_is_configured_by_exactly_the_fields_it_declares,
        test_the_form_can_draw_each_field,
        test_one_attempt_gives_a_result_and_no_exception,
    ):
        contract(shown)


def test_no_two_channels_are_of_one_kind():
    assert len(channels.kinds()) == len(MODULES)


@every_channel
def test_it_says_what_it_is(module):
    assert isinstance(module.INFO, Info)
    assert module.__doc__
    assert module.INFO.kind == module.__name__.rpartition(".")[2]
    assert module.INFO.label


@every_channel
def test_it_is_configured_by_exactly_the_fields_it_declares(module):
    declared = [field.name for field in module.INFO.fields]
    assert sorted(module.Config.__struct_fields__) == sorted(declared)
    required = {info.encode_name for info in msgspec.structs.fields(module.Config) if info.required}
    assert required == {field.name for field in module.INFO.fields if field.required}


@every_channel
def test_the_form_can_draw_each_field(module):
    hints = get_type_hints(module.Config)
    for field in module.INFO.fields:
        hint = hints[field.name]
        assert field.label
        assert (hint is Secret) == (field.kind == "secret"), f"{field.name}: secrets are of type Secret"
        assert (hint in (int, float)) == (field.kind == "number")
        assert (get_origin(hint) is Literal) == (field.kind == "choice")
        assert field.choices == (get_args(hint) if field.kind == "choice" else ())
        assert field.example or not field.required, f"{field.name}: the form shows an example"


@every_channel
def test_the_examples_would_do(module):
    assert module.Channel(told(examples(module), module.Config))


@every_channel
def test_secrets_are_seen_nowhere(module, caplog):
    caplog.set_level(logging.DEBUG)
    config = told({name: at_home(value) for name, value in examples(module).items()}, module.Config)
    channel = module.Channel(config)
    result = channel.send(msgspec.structs.replace(MESSAGE, address="ana@example.org"))
    seen = " ".join(map(repr, (config, channel, vars(channel), result))) + str(config) + caplog.text
    for secret in secrets_of(module):
        assert secret not in seen


@every_channel
def test_a_refusal_of_settings_does_not_repeat_a_secret(module):
    for field in module.INFO.fields:
        if field.kind == "secret":
            wrong = {**examples(module), field.name: "!not-what-it-should-be!"}
            try:
                told(wrong, module.Config)
            except msgspec.ValidationError as refusal:
                assert "not-what-it-should-be" not in str(refusal)  # noqa: PT017 - free text is refused by nobody


@every_channel
def test_one_attempt_gives_a_result_and_no_exception(module):
    channel = module.Channel(
        told({name: at_home(value) for name, value in examples(module).items()}, module.Config)
    )
    for address in ("", "ana@example.org", "x\r\nBcc: evil@example.org", "http://127.0.0.1:1/", "🙂" * 500):
        result = channel.send(msgspec.structs.replace(MESSAGE, address=address))
        assert isinstance(result, Delivered | Accepted | Failed)
        assert not isinstance(result, Delivered) or module.INFO.receipts
        if isinstance(result, Failed):
            assert "\n" not in result.why
            assert 0 < len(result.why) <= 300
