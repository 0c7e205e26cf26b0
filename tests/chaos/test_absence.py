"""A server that comes back finds the service there, and soon at work."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.absence import faults, measure
from tests.valkey import short_folder

pytestmark = pytest.mark.slow

ENTRIES = 80


@pytest.mark.parametrize(("trouble", "seconds"), [("down", 20.0), ("frozen", 12.0)])
def test_every_stage_asks_for_work_soon_after_the_servers_return(trouble: str, seconds: float):
    with short_folder() as folder:
        told = measure(Path(folder), trouble=trouble, seconds=seconds, entries=ENTRIES)

    assert faults(told, ENTRIES, bar_seconds=45.0) == [], told
