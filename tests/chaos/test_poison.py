"""Articles that hang or crash a process in C, and sites that never answer, among innocent ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.poison import Bad, faults, run
from tests.valkey import short_folder

pytestmark = pytest.mark.slow

ENTRIES = 120
BAD = Bad(hanging=frozenset({7, 31, 64}), crashing=frozenset({20, 65}), silent=frozenset({12, 50, 51, 90}))


def test_exactly_the_bad_entries_die_with_their_reasons_and_no_neighbour():
    with short_folder() as folder:
        told = run(Path(folder), ENTRIES, BAD)

    assert faults(told, ENTRIES, BAD) == []
