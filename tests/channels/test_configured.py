from __future__ import annotations

import stat

import pytest

from leeway.channels.configured import FILE, ChannelMisconfigured, build, save, settings, usual
from leeway.packs.reader import Problems, read

SMTP = {"LEEWAY_SMTP_URL": "smtp://leeway:s3cret@mail.example.org"}
HOOK = {"kind": "webhook", "url": "https://hooks.example.org/in", "secret": "env:OPS"}
OPS = {"OPS": "whsec_bGVld2F5"}


def written(tmp_path, text):
    (tmp_path / FILE).write_text(text)
    return tmp_path


def test_a_house_that_has_said_nothing_prints_and_shows():
    assert set(usual({})) == {"print", "browser"}
    assert set(build(usual({}), {})) == {"print", "browser"}


def test_a_mail_server_in_the_environment_is_enough_for_e_mail(tmp_path):
    ready = build(settings(tmp_path, SMTP, read), SMTP)
    assert set(ready) == {"print", "browser", "email"}
    assert ready["email"].means.addressed_by == "email"


def test_the_file_says_it_all_once_there_is_one(tmp_path):
    home = written(
        tmp_path,
        "browser:\nops:\n  kind: webhook\n  url: https://hooks.example.org/in\n"
        "  secret: env:OPS\n  timeout_seconds: 3\n",
    )
    found = settings(home, SMTP, read)
    assert found == {"browser": {"kind": "browser"}, "ops": {**HOOK, "timeout_seconds": "3"}}
    assert vars(build(found, OPS)["ops"].channel)["config"].timeout_seconds == 3


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("pigeon:\n", "pigeon"),
        ("ops:\n  kind: webhoook\n", 'did you mean "webhook"?'),
        ("ops:\n  kind: webhook\n  url: https://x.example\n", '"secret"'),
        ("email:\n  sendr: a@b.example\n", 'did you mean "sender"?'),
        ("browser:\nbrowser:\n", "again"),
        ("- browser\n", "a mapping"),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_line(text, says, tmp_path):
    with pytest.raises(Problems) as mistakes:
        settings(written(tmp_path, text), {}, read)
    assert says in str(mistakes.value)
    assert f"{FILE}:" in str(mistakes.value)


def test_an_empty_variable_is_named():
    with pytest.raises(ChannelMisconfigured, match="the variable OPS of the environment is empty"):
        build({"ops": HOOK}, {})


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"kind": "pigeon"}, "there is no kind of channel 'pigeon'"),
        ({**HOOK, "colour": "red"}, "it has no setting 'colour'"),
        ({**HOOK, "timeout_seconds": "long"}, "timeout_seconds"),
        ({**HOOK, "allow_private": "maybe"}, "maybe"),
        ({"kind": "webhook", "url": HOOK["url"]}, "secret"),
        ({**HOOK, "secret": "t0p-s3cret!"}, "whsec_ followed by base64"),
    ],
)
def test_settings_that_cannot_work_are_refused_without_telling_secrets(values, says):
    with pytest.raises(ChannelMisconfigured) as refusal:
        build({"ops": values}, OPS)
    assert says in refusal.value.sentence
    assert "t0p-s3cret!" not in str(refusal.value)


def test_what_is_saved_is_read_again_by_us_alone(tmp_path):
    wanted = {"ops": HOOK, "browser": {"kind": "browser"}}
    save(tmp_path, wanted, OPS)
    assert settings(tmp_path, {}, read) == wanted
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert "whsec_" not in (tmp_path / FILE).read_text()
    assert [file.name for file in tmp_path.iterdir()] == [FILE]


def test_settings_that_cannot_work_leave_the_old_ones(tmp_path):
    save(tmp_path, {"browser": {"kind": "browser"}}, {})
    for wrong in ({"ops": {**HOOK, "url": "ftp://x"}}, {"Not a name": {"kind": "browser"}}):
        with pytest.raises(ChannelMisconfigured):
            save(tmp_path, wrong, OPS)
    assert settings(tmp_path, {}, read) == {"browser": {"kind": "browser"}}
