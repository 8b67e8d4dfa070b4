from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from leeway.store.address import Sqlite

NewAddress = Callable[[], Sqlite]


@pytest.fixture(scope="session")
def new_address(model_house: str, tmp_path_factory: pytest.TempPathFactory) -> NewAddress:
    """Addresses of fresh, empty houses. A demo keeps to a file of its own, whatever the run is about."""
    if not Path(model_house).is_file():
        pytest.skip("a demo lives on SQLite")

    def another() -> Sqlite:
        file = tmp_path_factory.mktemp("demo") / "leeway.db"
        shutil.copy(model_house, file)
        return Sqlite(str(file))

    return another
