from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import leeway
from leeway.core.policy import Policy
from leeway.core.roster import Roster
from leeway.packs.matrix_file import load_pack
from leeway.packs.overlays import combine, shipped_overlays
from leeway.packs.roster_file import load_roster

SHIPPED = Path(leeway.__file__).parent / "packs" / "shipped"
START = datetime(2026, 11, 22, 1, tzinfo=UTC)


@cache
def sample_roster() -> Roster:
    text = (SHIPPED / "roster.example.yaml").read_text()
    return load_roster(text, name="roster.example.yaml", years=range(2026, 2029))


@cache
def shipped(pack: str, overlay: str = "") -> Policy:
    policy = load_pack(SHIPPED / pack)
    return combine(policy, shipped_overlays()[overlay]) if overlay else policy
