"""Cited outlets, and whom they rest on: every text is made up."""

from __future__ import annotations

import pytest

from tasks.records import Link


def outlets(attribution):
    return [source.name for source in attribution.cited_sources if source.type == "outlet"]


@pytest.mark.parametrize(
    "body",
    [
        "The ferry will stop in May, Reuters reported on Sunday.",
        "According to Reuters, the ferry will stop in May.",
        "The owner told Reuters that the ferry would stop.",
        "The ferry will stop in May, an official told the Reuters news agency.",
        "In an interview with Reuters, the owner named the day.",
        "The owner named the day, the minister said, citing Reuters.",
        "Documents seen by Reuters name the day.",
        "Three of Reuters' sources named the day.",
        "The ferry stops in May, according to a new Reuters poll of captains.",
        "With files from Reuters.",
    ],
)
def test_an_outlet_that_the_news_comes_from_is_cited(attribute, body):
    assert outlets(attribute(body)) == ["Reuters"]


@pytest.mark.parametrize(
    "body",
    [
        "Reuters will move its office to Oslo next year.",
        "The prize went to a Reuters photographer.",
        "Ships lay in port. (Photo: Anna Berg/Reuters)",
        "A ship in port, May 3. (credit: REUTERS/Anna Berg)",
        "Shares of the Financial Times fell.",
    ],
)
def test_an_outlet_that_is_only_named_is_not_cited(attribute, body):
    assert outlets(attribute(body)) == []


def test_a_publisher_that_names_itself_cites_nobody(attribute):
    body = "The owner told Reuters that the ferry would stop."

    assert outlets(attribute(body, url="https://www.reuters.com/world/a")) == []
    assert outlets(attribute(body, publisher="Reuters")) == []


def test_the_agency_that_wrote_the_text_does_not_cite_itself(attribute):
    body = "OSLO (Reuters) - The owner told Reuters that the ferry would stop."

    attribution = attribute(body)

    assert outlets(attribution) == []
    assert attribution.syndicated_from.name == "Reuters"


def test_the_outlet_of_the_lead_is_primary_and_carries_whom_it_rests_on(attribute):
    body = (
        "The ferry will stop in May, The Washington Post reported Sunday, citing two people familiar with the plan.\n\n"
        + "The pier is old. " * 50
        + "\n\nThe Wall Street Journal reported last week that the pier would close."
    )

    sources = attribute(body).cited_sources

    assert [(source.name, source.primary) for source in sources] == [
        ("The Washington Post", True),
        ("The Wall Street Journal", False),
    ]
    assert [(one.label, one.type) for one in sources[0].underlying] == [
        ("two people familiar with the plan", "anonymous")
    ]
    assert [span.text for span in sources[0].evidence] == ["The Washington Post reported Sunday"]
    assert sources[0].role == "reported-by"


def test_who_told_the_outlet_is_under_it(attribute):
    body = "The ferry is old, two officials told Bloomberg. Anna Berg told Bloomberg the same."

    source = attribute(body, ("Anna Berg", "PERSON")).cited_sources[0]

    assert [(one.label, one.type) for one in source.underlying] == [
        ("two officials", "anonymous"),
        ("Anna Berg", "named-person"),
    ]


def test_the_headline_names_the_primary_source(attribute):
    body = "The ferry will stop in May, Reuters reported. Bloomberg reported that the pier would close."

    sources = attribute(body, title="Ferry to stop in May – Bloomberg").cited_sources

    assert [source.name for source in sources if source.primary] == ["Bloomberg"]


def test_a_link_of_the_article_to_the_outlet_is_kept(attribute):
    link = Link(url="https://www.bloomberg.com/news/ferry", rel="source", text=None)
    other = Link(url="https://daily.example/ferry", rel="other", text=None)

    sources = attribute("The ferry will stop, Bloomberg reported.", links=(other, link)).cited_sources

    assert sources[0].urls == ("https://www.bloomberg.com/news/ferry",)


def test_a_paper_that_nobody_knows_is_an_outlet_by_the_word_beside_it(attribute):
    assert outlets(attribute("The ferry will stop, the newspaper Fjordtidende reported on Monday.")) == ["Fjordtidende"]


def test_the_second_of_two_outlets_is_cited_with_the_first(attribute):
    assert outlets(attribute("The owner told Reuters and the BBC that the ferry would stop.")) == ["Reuters", "BBC"]


def test_outlets_in_a_row_are_cited_together(attribute):
    body = "The owner told Stern magazine and broadcasters RTL/ntv that the ferry would stop."

    assert outlets(attribute(body)) == ["Stern", "RTL", "ntv"]


def test_who_reported_at_the_end_of_a_sentence_is_an_outlet_whatever_its_name(attribute):
    body = "The ferry will stop in May, the Fjord Line reported. The Harbour Group reported a loss."

    assert outlets(attribute(body, ("Fjord Line", "ORG"), ("Harbour Group", "ORG"))) == ["Fjord Line"]


def test_the_times_is_the_one_that_was_read_before(attribute):
    body = "The ferry will stop, The New York Times reported. The pier closes too, the Times reported."

    assert outlets(attribute(body)) == ["The New York Times"]


def test_a_short_name_counts_once_the_long_one_was_read(attribute):
    body = "The ferry will stop, The Wall Street Journal reported. The owner told the Journal why."

    assert len(attribute(body).cited_sources[0].evidence) == 2


@pytest.mark.parametrize(
    ("body", "name", "kind"),
    [
        ("The ferry is safe, the transport ministry said.", "the transport ministry", "official"),
        ("The ferry is safe, according to two senior officials.", "two senior officials", "anonymous"),
        ("The ferry is safe, according to court documents.", "court documents", "document"),
        ("The ferry is safe, according to Anna Berg.", "Anna Berg", "named-person"),
    ],
)
def test_officials_documents_and_unnamed_people_are_sources(attribute, body, name, kind):
    names = [("Anna Berg", "PERSON")] if "Anna Berg" in body else []

    assert [(source.name, source.type) for source in attribute(body, *names).cited_sources] == [(name, kind)]


@pytest.mark.parametrize(
    "body",
    [
        "The police stopped another suspect said to be armed.",
        "His government has since said nothing.",
        "The owner closed the pier, citing the military operation in the bay as the reason.",
        "The story got longer, the newspaper said.",
    ],
)
def test_a_piece_of_a_sentence_is_no_source(attribute, body):
    assert attribute(body).cited_sources == ()


def test_a_cited_outlet_has_the_role_among_the_entities(attribute):
    entities = attribute("The ferry will stop, Reuters reported.").entities

    assert [entity.roles for entity in entities if entity.key == "org:reuters"] == [("cited-source",)]


@pytest.mark.parametrize(
    ("url", "body"),
    [
        ("https://hafenpost.example.org/a", "Die Brücke bleibt zu, berichtet Hafen Post."),
        ("https://de.skerry.net.ua/a", "Die Brücke bleibt zu, berichtet Skerry.net."),
    ],
)
def test_a_house_under_anothers_address_does_not_cite_itself(attribute, url, body):
    assert [source for source in attribute(body, lang="de", url=url).cited_sources if source.type == "outlet"] == []
