"""Whatever the text: offsets fit, the same text gives the same answer, and the time stays in bounds."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.gazetteer import load_gazetteer
from tasks.entities import EntityFinder

FINDER = EntityFinder(load_gazetteer())
NOW = datetime(2024, 6, 1, tzinfo=UTC)
WORDS = st.sampled_from(
    [
        "Trump",
        "Donald",
        "Kyiv",
        "U.S.",
        "von der Leyen",
        "the",
        "said",
        "(",
        "\n\n",
        "ЗСУ",
        "Київ",
        "F-16",
        "A1234",
        "’s",
        ".",
    ]
)
TEXTS = st.lists(WORDS | st.text(max_size=8), max_size=40).map(" ".join)


@settings(max_examples=60)
@given(TEXTS, st.sampled_from(["en", "uk", "pl", "de", "xx"]), st.data())
def test_any_text_and_any_spans_give_entities_whose_offsets_fit(text, lang, data):
    places = st.integers(0, len(text))
    raw = data.draw(st.lists(st.tuples(places, places, st.sampled_from(["PERSON", "ORG", "GPE", "EVENT", "DATE"]))))
    spans = [(min(a, b), max(a, b), label) for a, b, label in raw if a != b]

    entities = FINDER.find(text[:30], text, lang, NOW, spans)

    assert entities == FINDER.find(text[:30], text, lang, NOW, spans)
    assert len({entity.key for entity in entities}) == len(entities)
    for entity in entities:
        assert entity.count >= 1
        assert all(text[mention.start : mention.end] == mention.text for mention in entity.mentions)


@pytest.mark.parametrize("part", ["Putin said ", "ABCD ", "(", "Nova Kakhovka ", "the ", "x"])
def test_thirty_thousand_characters_take_linear_time(part):
    text = (part * (30_000 // len(part) + 1))[:30_000]
    start = time.process_time()

    FINDER.find("", text, "en", NOW, [])

    assert time.process_time() - start < 10.0
