"""An outlet that nobody knows is told by the article's own link, where the words say that it reports."""

from __future__ import annotations

import pytest

from tasks.records import Link


def cited(attribution):
    return [source.name for source in attribution.cited_sources if source.type == "outlet"]


def link(text, url):
    return Link(url=url, rel="other", text=text)


@pytest.mark.parametrize(
    ("body", "text", "url", "outlets"),
    [
        ("The bridge is closed, Halyard reported earlier.", "Halyard", "https://www.halyard.example/a", ["Halyard"]),
        ("The bridge is closed, Halyard Wind reported.", "reported", "https://halyard-wind.co.uk/a", ["Halyard Wind"]),
        ("The Halyard writes that the bridge is closed.", "The Halyard writes", "https://thehalyard.com/", ["Halyard"]),
        ("It is closed, a foreman told Halyard.", "told Halyard", "https://halyard.net/2024/b", ["Halyard"]),
        ("A story in Halyard has the details of it.", "story", "https://halyard.org/", ["Halyard"]),
        # firms say things on their own sites, and are no outlets
        ("Sales will double, according to Halyard.", "Halyard", "https://halyard.com/", []),
        ("A Halyard survey found the bridge too narrow.", "Halyard survey", "https://halyard.com/", []),
        # the link leads elsewhere
        ("The bridge is closed, Halyard reported earlier.", "Halyard", "https://rimfax.example/a", []),
        # it is no word of reporting that stands beside the name
        ("The bridge that Halyard built is closed.", "Halyard", "https://halyard.com/", []),
        ("Facebook reported a loss, and Halyard a gain.", "Facebook", "https://facebook.com/x", []),
    ],
)
def test_a_name_is_an_outlets_where_it_reports_and_its_link_has_its_letters(attribute, body, text, url, outlets):
    assert cited(attribute(body, links=(link(text, url),))) == outlets


def test_without_the_link_nothing_says_that_it_is_an_outlet(attribute):
    assert cited(attribute("The bridge is closed, a foreman told Halyard.")) == []


def test_the_link_stands_with_the_outlet(attribute):
    address = "https://halyard.example/bridge"
    found = attribute("The bridge is closed, a foreman told Halyard.", links=(link("Halyard", address),))

    assert [source.urls for source in found.cited_sources if source.type == "outlet"] == [(address,)]


def test_links_without_words_or_address_are_passed_over(attribute):
    links = (
        Link(url=None, rel="other", text="Halyard"),
        Link(url="https://halyard.example/", rel="other", text=None),
        link("Halyard", "https:///"),
        link("Halyard", "mailto:a@halyard.example"),
        link("nowhere in the text", "https://halyard.example/"),
    )

    assert cited(attribute("The bridge is closed, a foreman told Halyard.", links=links)) == []
