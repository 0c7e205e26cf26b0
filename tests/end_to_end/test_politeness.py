"""Four processes that poll and fetch are one guest to each host."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end_to_end.polite import faults, run

pytestmark = pytest.mark.slow

PAGES = 7
#: On a machine that is busy a request may arrive so late that the next ones seem to follow too soon. Twice as many
#: requests as allowed, in all of the seven seconds that these take at the least, would still be seen.
ARRIVAL_SECONDS = 2.0


def test_four_workers_together_keep_to_the_limits_of_every_host(folder: Path):
    told = run(folder, workers=4, pages=PAGES, interval=0.25, arrival_seconds=ARRIVAL_SECONDS)

    assert faults(told, PAGES) == [], told
    assert told["workers_that_fetched"] > 1, told
