"""Nested attribution, outlets that no table knows, quotes of every kind: `texts.toml` says who is to be found."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

TEXTS = tomllib.loads((Path(__file__).parent / "texts.toml").read_text(encoding="utf-8"))["text"]
NO_QUOTE, NOBODY = "-", ""


@pytest.fixture(scope="module")
def read(attribute):
    done = {}

    def reading(text):
        if text["about"] not in done:
            done[text["about"]] = attribute(
                text["body"],
                *map(tuple, text.get("names", ())),
                title=text.get("title", ""),
                lang=text.get("lang", "en"),
                publisher="Daily Example",
            )
        return done[text["about"]]

    return reading


def having(*keys):
    return pytest.mark.parametrize(
        "text", [text for text in TEXTS if not keys or any(key in text for key in keys)], ids=lambda text: text["about"]
    )


@having()
def test_the_cited_outlets_are_those_that_the_text_names(read, text):
    cited = [source.name for source in read(text).cited_sources if source.type == "outlet"]

    assert sorted(cited) == sorted(text.get("outlets", []))


@having("quotes")
def test_quotes_are_by_who_said_them(read, text):
    found = {quote.text: quote.speaker or NOBODY for quote in read(text).quotes}
    for start, speaker in text["quotes"].items():
        given = [who for words, who in found.items() if words.startswith(start)]
        assert given == ([] if speaker == NO_QUOTE else [speaker])


@having("sources")
def test_officials_documents_and_people_are_sources_of_their_kind(read, text):
    found = {source.name: source.type for source in read(text).cited_sources}

    assert text["sources"].items() <= found.items()


@having("silent")
def test_who_said_nothing_is_no_source(read, text):
    found = [source.name for source in read(text).cited_sources]

    assert [name for name in found if any(word in name for word in text["silent"])] == []


@having("underlying")
def test_under_the_outlets_stand_those_whom_they_have_it_from(read, text):
    labels = [one.label for source in read(text).cited_sources for one in source.underlying]

    assert labels == text["underlying"]


@having()
def test_only_a_credit_makes_a_text_another_houses(read, text):
    origin = read(text).syndicated_from

    assert (origin.name if origin else None) == text.get("syndicated")


@having("outlets", "syndicated")
def test_an_outlet_is_no_person(read, text):
    names = [*text.get("outlets", ()), text.get("syndicated", "-")]
    persons = [entity.name for entity in read(text).entities if entity.type == "person"]

    assert [person for person in persons if any(person in name or name in person for name in names)] == []
