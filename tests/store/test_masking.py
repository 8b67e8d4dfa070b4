"""What leaves the house on request, or by accident in a log, names nobody."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from leeway.core import facts as f
from leeway.store.exporting import Only, export
from leeway.store.importing.restoring import NotRestored, restore
from leeway.store.logs import MaskedFormatter
from leeway.wiring import House

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
SECRETS = ("4111 1111 1111 1111", "ana.lopez@example.org", "+44 20 7946 0958", "López", "ana-1", "Ana")


def _tell(house: House) -> None:
    customer = f.CustomerRef(
        id="ana-1", name="Ana López", email="ana.lopez@example.org", phone="+44 20 7946 0958"
    )
    text = "I am Ana. Order 10482 never came! My card 4111 1111 1111 1111, call +44 20 7946 0958"
    text += " or ana.lopez@example.org"
    message = f.MessageReceived(
        id="m1", at=NOW, source="api", interaction="i1", author="customer", text=text, customer=customer
    )
    house.desk.handle(message)
    reply = f.MessageReceived(
        id="m2",
        at=NOW,
        source="api",
        interaction="i1",
        author="agent",
        by="priya",
        text="Sorry Ana, I look into it.",
    )
    house.desk.handle(reply)


def _everything(folder: Path) -> str:
    return "".join(file.read_text(encoding="utf-8") for file in sorted(folder.iterdir()))


def test_a_masked_export_names_nobody_and_still_says_what_happened(house: House, tmp_path: Path) -> None:
    _tell(house)
    driver = house.driver()
    export(driver, tmp_path / "plain", Only(), now=NOW)
    manifest = export(driver, tmp_path / "masked", Only(), now=NOW, masked=True)
    plain, masked = _everything(tmp_path / "plain"), _everything(tmp_path / "masked")
    assert all(secret in plain for secret in SECRETS)  # there was something that could leak
    assert not [secret for secret in SECRETS if secret in masked]
    assert "10482" in masked
    assert manifest.files["facts.ndjson"] == 2
    assert "roster.ndjson" not in manifest.files


def test_a_customer_has_one_made_up_id_through_all_files(house: House, tmp_path: Path) -> None:
    _tell(house)
    export(house.driver(), tmp_path / "masked", Only(), now=NOW, masked=True)
    case = json.loads((tmp_path / "masked" / "cases.ndjson").read_text())["case"]
    customer = json.loads((tmp_path / "masked" / "customers.ndjson").read_text())["customer"]
    fact = json.loads((tmp_path / "masked" / "facts.ndjson").read_text().splitlines()[0])["fact"]
    assert case["customer"] == customer["id"] == fact["customer"]["id"]


def test_no_house_can_be_made_of_a_masked_export(house: House, tmp_path: Path) -> None:
    _tell(house)
    export(house.driver(), tmp_path / "masked", Only(), now=NOW, masked=True)
    with pytest.raises(NotRestored, match="masked"):
        restore(house.driver(), tmp_path / "masked", now=NOW)


def test_a_log_line_is_masked_with_its_traceback() -> None:
    def stumble() -> None:
        raise ValueError("cannot read ana@example.org")

    try:
        stumble()
    except ValueError:
        seen = logging.LogRecord("x", logging.ERROR, "", 1, "card %s", ("4111111111111111",), sys.exc_info())
    line = MaskedFormatter().format(seen)
    assert "[card]" in line
    assert "cannot read [email]" in line


def test_the_first_admins_code_is_still_readable_in_the_log() -> None:
    said = "Open /setup/first-admin and use this code, once: 4F7K-92XA-QQ1Z"
    record = logging.LogRecord("x", logging.WARNING, "", 1, said, (), None)
    assert said in MaskedFormatter().format(record)


def test_every_handler_of_the_products_settings_masks() -> None:
    from leeway.store import settings

    logs: Any = settings.LOGGING
    formatters = {name: made["()"] for name, made in logs["formatters"].items()}
    used = {handler["formatter"] for handler in logs["handlers"].values()}
    assert {formatters[name] for name in used} == {"leeway.store.logs.MaskedFormatter"}


def test_what_ends_a_command_by_surprise_is_reported_masked() -> None:
    script = "from leeway.store.logs import mask_tracebacks; mask_tracebacks(); raise ValueError('ana@example.org')"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "ValueError: [email]" in ended.stderr
    assert "ana@example.org'" not in ended.stderr.splitlines()[-1]
