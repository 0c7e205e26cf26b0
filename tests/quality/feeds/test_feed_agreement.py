"""Feed documents of other software's tests: nothing they hold may break the reader, and what they state must agree."""

from pathlib import Path

import pytest

from benchmarks.quality_feeds import measured

DATA = Path(__file__).parents[4] / "shared" / "data" / "feeds"

pytestmark = [pytest.mark.quality, pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data/feeds is not there")]


@pytest.fixture(scope="module")
def shares():
    rows = measured(DATA, show=False)
    return {name: sum(agreed) / len(agreed) for name, agreed in rows.items()}


def test_every_document_gives_entries_or_one_clear_error(shares):
    assert shares["entries or one clear error"] == 1


@pytest.mark.parametrize("measure", ["link", "title", "date"])
def test_entries_of_real_feeds_have_their_fields(shares, measure):
    assert shares[f"real: {measure}"] >= 0.99


STATED = {
    "gofeed": ("count", "title", "link"),
    "rss-parser": ("count", "title", "link", "date"),
    "feedparser": ("feed title", "link", "text"),
}


@pytest.mark.parametrize("measure", [f"{source}: {what}" for source, whats in STATED.items() for what in whats])
def test_what_sources_state_of_their_documents_agrees(shares, measure):
    assert shares[measure] >= 0.98
