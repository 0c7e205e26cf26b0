"""Different articles are nobody's copies: on research data, where it is there."""

from __future__ import annotations

import json
from collections import defaultdict
from itertools import combinations
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tasks.copies import SHARED_AT_LEAST, shared, sketch

DATA = Path(__file__).parents[4] / "shared" / "data"
FILES = ("topics/dev.jsonl", "topics/multilingual.jsonl", "articles/gold.jsonl")


def address(url: str | None) -> str:
    parts = urlsplit(url or "")
    return f"{(parts.hostname or '').removeprefix('www.')}{parts.path.rstrip('/')}"


@pytest.mark.quality
@pytest.mark.skipif(not DATA.exists(), reason="research data is not here")
def test_of_all_texts_only_those_of_one_address_are_copies():
    texts: dict[str, bytes] = {}
    names: dict[str, str] = {}
    found_by: defaultdict[bytes, set[str]] = defaultdict(set)
    for file in FILES:
        for line in (DATA / file).read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            # fixtures of parsers are variants of one dummy text
            made = sketch(row.get("text") or "") if row.get("tier") != "snapshot" else None
            if made and made.runs:
                name = f"{file} {row['id']}"
                texts[name], names[name] = made.runs, address(row["url"])
                for at in range(0, len(made.asked), 4):
                    found_by[made.asked[at : at + 4]].add(name)
    pairs = {pair for group in found_by.values() for pair in combinations(sorted(group), 2)}
    copies = [pair for pair in pairs if shared(texts[pair[0]], texts[pair[1]]) >= SHARED_AT_LEAST]

    assert len(texts) > 700
    assert [pair for pair in copies if names[pair[0]] != names[pair[1]]] == []
    assert len(copies) > 20, "articles that stand in two collections are found"
