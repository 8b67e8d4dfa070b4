"""Where the database is, as people write it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from leeway.store.address import AddressUnreadable, Postgres, Sqlite, address, from_url
from leeway.store.home import home, secret_key


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgres://ana:secret@db.example:5433/leeway",
            Postgres("db.example", "5433", "ana", "secret", "leeway"),
        ),
        ("postgresql://db.example/leeway", Postgres("db.example", "", "", "", "leeway")),
        ("postgres://ana:p%40ss@db/leeway", Postgres("db", "", "ana", "p@ss", "leeway")),
        ("postgres://ana@%2Frun%2FPostgreSQL/leeway", Postgres("/run/PostgreSQL", "", "ana", "", "leeway")),
        ("postgres:///leeway?host=/run/postgresql", Postgres("/run/postgresql", "", "", "", "leeway")),
        ("postgres://[::1]:5432/leeway", Postgres("::1", "5432", "", "", "leeway")),
        (
            "postgres://db/leeway?sslmode=require",
            Postgres("db", "", "", "", "leeway", {"sslmode": "require"}),
        ),
        ("sqlite:////var/lib/leeway.db", Sqlite("/var/lib/leeway.db")),
    ],
)
def test_an_address_is_read(url: str, expected: Postgres | Sqlite):
    assert from_url(url) == expected


@pytest.mark.parametrize("url", ["mysql://db/leeway", "leeway.db", "postgres://db:port/leeway"])
def test_an_address_of_another_kind_is_refused_with_what_is_expected(url: str):
    with pytest.raises(AddressUnreadable):
        from_url(url)


def test_without_an_address_the_database_is_a_file_in_the_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert address(tmp_path) == Sqlite(str(tmp_path / "leeway.db"))


def test_the_data_folder_is_made_for_us_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LEEWAY_HOME", str(tmp_path / "new" / "home"))
    assert stat.S_IMODE(home().stat().st_mode) == 0o700


def test_the_secret_key_is_made_once_and_readable_by_us_alone(tmp_path: Path):
    key = secret_key(tmp_path)
    assert len(key) >= 50
    assert secret_key(tmp_path) == key
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["secret-key"]
