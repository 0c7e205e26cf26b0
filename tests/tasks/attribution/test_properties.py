"""Whatever the text: offsets fit, the same text gives the same answer, and the time stays in bounds."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.gazetteer import load_gazetteer
from tasks.attribution import Attributor, Origin
from tasks.entities import EntityFinder

GAZETTEER = load_gazetteer()
FINDER, ATTRIBUTOR = EntityFinder(GAZETTEER), Attributor(GAZETTEER)
ORIGIN = Origin(datetime(2024, 6, 1, tzinfo=UTC), "https://daily.example/a")
PARTS = st.sampled_from(
    [
        "“",
        "”",
        '"',
        "«",
        "»",
        "„",
        "‘",
        "’",
        "'",
        "\n\n",
        ". ",
        ", ",
        "Putin",
        "said",
        "he",
        "told Reuters",
        "(Reuters) -",
        "according to",
        "citing",
        "Anna Berg",
        "the ministry",
        "on Monday",
        "May 5",
        "—",
        "and",
        "who",
        ":",
        "say",
        "«Bild»",
        "the Harbour Post",
        "Radio Kestrel",
        "газета «Волна»",
        "(Tallis Wire) - ",
        "HAVN",
        ", Daily Ledger\n",
        "was quoted as saying",
        "the minister",
        "Minister Anna Berg",
        ", a newspaper",
        "yesterday",
        "вчера",
        "Sky News Arabia reported",
    ]
)
TEXTS = st.lists(PARTS | st.text(max_size=6), max_size=50).map(" ".join)


@settings(max_examples=120)
@given(TEXTS, st.sampled_from(["en", "de", "ru", "xx"]))
def test_any_text_gives_offsets_that_fit_and_the_same_twice(body, lang):
    entities = FINDER.find("", body, lang, ORIGIN.published, [])

    attribution = ATTRIBUTOR.attribute("", body, lang, entities, ORIGIN)

    assert attribution == ATTRIBUTOR.attribute("", body, lang, entities, ORIGIN)
    spans = [span for source in attribution.cited_sources for span in source.evidence]
    mentions = [span for entity in attribution.entities for span in entity.mentions]
    for span in (*attribution.quotes, *attribution.dates, *spans, *mentions):
        assert body[span.start : span.end] == span.text
    assert sum(source.primary for source in attribution.cited_sources) <= 1


@pytest.mark.parametrize(
    "part",
    [
        "“a",
        ' "a',
        "\n\n“a",
        '“a" ',
        "said ",
        ", saying ",
        "Putin said ",
        "told Reuters ",
        "'a ",
        "(",
        "May 5 ",
        "the Harbour Post said ",
        "News ",
        "Times of ",
        ", a newspaper ",
        "quoted Berg as saying ",
        "the minister said ",
        "” Anna Berg, ",
        "HAVN (",
    ],
)
def test_thirty_thousand_characters_of_anything_end_in_time(part):
    body = (part * (30_000 // len(part) + 1))[:30_000]
    entities = FINDER.find("", body, "en", ORIGIN.published, [])
    start = time.process_time()

    ATTRIBUTOR.attribute("", body, "en", entities, ORIGIN)

    assert time.process_time() - start < 10.0
