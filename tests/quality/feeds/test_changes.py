"""Real documents, as if items of theirs were new: what is read of them is what reading them whole gives."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tasks.poll import changes, read_feed
from tasks.poll.charset import decoded_text
from tasks.poll.prolog import opening
from tasks.reasons import Failed

DATA = Path(__file__).parents[4] / "shared" / "data" / "feeds"
NOW = datetime(2026, 3, 1, tzinfo=UTC)
MAX_BYTES = 500_000

pytestmark = [pytest.mark.quality, pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data/feeds is not there")]


def read(document: str, before: str = ""):
    content = document.encode("utf-8", "replace")
    return read_feed(content, feed="paper", url="https://paper.test/feed", now=NOW, before=before)


def parted(file: Path) -> changes.Cut | None:
    text, _ = decoded_text(file.read_bytes(), "")
    try:
        start = opening(text)
        parted = changes.cut(start, most=500)
        return parted if parted and read(parted.body).remembered else None
    except Failed:
        return None


def test_of_real_documents_the_items_that_are_new_come_out_as_ever():
    chance, compared = random.Random(1), 0
    for file in sorted(DATA.rglob("*")):
        if not file.is_file() or file.stat().st_size > MAX_BYTES or (document := parted(file)) is None:
            continue
        taken = {digest for digest in document.digests if chance.random() < 0.2}
        before, whole = read(document.without(taken)), read(document.body)
        found = read(document.body, before.remembered)
        new = [entry for entry, digest in zip(whole.entries, document.digests, strict=True) if digest in taken]
        if found.unchanged:
            compared += 1
            assert list(found.entries) == new, file
            assert found.remembered == whole.remembered, file
            assert found.model_copy(update={"entries": whole.entries, "unchanged": 0}) == whole, file

    assert compared > 500
