"""Whose text it is: every text is made up."""

from __future__ import annotations

import pytest

from tasks.records import SourceCredit

BODY = "The ferry stopped at noon. Nobody knew why. " * 5


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (f"OSLO (Reuters) - {BODY}", "Reuters"),
        (f"OSLO, May 3 (Reuters) – {BODY}", "Reuters"),
        (f"HAYWARD, Calif. (AP) — {BODY}", "Associated Press"),
        (f"May 3 (Reuters) - {BODY}", "Reuters"),
        (f"OSLO (Kyodo) -- A video game about ferries. {BODY}", "Kyodo News"),
        (f"{BODY}The captain kept his cap.--AFP", "Agence France-Presse"),
        (
            f"{BODY}\n\nAnna Berg is a reporter for The Canadian Press. Video and pictures by others.",
            "The Canadian Press",
        ),
        (f"{BODY}\n\n(AFP)", "Agence France-Presse"),
        (f"{BODY}\n\n— AFP", "Agence France-Presse"),
        (f"{BODY}\n\nSource: AFP", "Agence France-Presse"),
        (f"{BODY}\n\n© Reuters", "Reuters"),
        (f"{BODY}\n\n© 2024 The Associated Press. All rights reserved.", "Associated Press"),
        (f"{BODY}\n\nThis article was originally published by Harbour Weekly. Read the original.", "Harbour Weekly"),
        (f"{BODY}\n\nThis story first appeared in the Washington Post.", "The Washington Post"),
    ],
)
def test_a_credit_in_the_text_names_the_origin(attribute, body, name):
    syndicated = attribute(body).syndicated_from

    assert (syndicated.name, syndicated.evidence) == (name, "credit_line")
    assert syndicated.text


@pytest.mark.parametrize(
    "body",
    [
        BODY,
        f"{BODY}\n\nPhoto: Reuters",
        f"A photo taken on May 3 (Reuters) shows it. {BODY}",
        f"{BODY}\n\nAnna Berg is a reporter for the Harbour Weekly.",
        "\n\n".join(f"{BODY}({house})" for house in ("Reuters", "AFP", "BBC")),
        f"{BODY}\n\n(Photo by Anna Berg/AFP)",
        f"{BODY}\n\nThe Associated Press contributed to this report.",
        f"{BODY}\n\nOriginally published in March 2022.",
        f"{BODY}\n\nThis article was originally published in German and adapted.",
        f"The owner told Reuters. {BODY}",
        f"Reuters reported that the ferry stopped. {BODY}",
    ],
)
def test_what_credits_a_picture_a_helper_or_a_date_is_no_origin(attribute, body):
    assert attribute(body).syndicated_from is None


@pytest.mark.parametrize(
    ("authors", "name"),
    [
        (("Reuters",), "Reuters"),
        (("Reuters Staff",), "Reuters"),
        (("Anna Berg, Associated Press",), "Associated Press"),
        (("By AFP",), "Agence France-Presse"),
        (("dpa",), "dpa"),
    ],
)
def test_an_agency_in_the_byline_is_the_origin(attribute, authors, name):
    syndicated = attribute(BODY, authors=authors).syndicated_from

    assert (syndicated.name, syndicated.evidence) == (name, "byline")


def test_a_byline_with_the_house_itself_is_its_own_text(attribute):
    assert attribute(BODY, authors=("Daily Example and AFP",), publisher="Daily Example").syndicated_from is None
    assert attribute(BODY, authors=("Anna Berg",)).syndicated_from is None


def test_the_feeds_source_goes_before_all(attribute):
    credit = SourceCredit(name="Harbour Weekly", url="https://harbour.example/")

    syndicated = attribute(f"OSLO (Reuters) - {BODY}", credit=credit).syndicated_from

    assert (syndicated.name, syndicated.evidence) == ("Harbour Weekly", "feed_source")


def test_a_feed_that_names_its_own_house_says_nothing(attribute):
    for credit in (SourceCredit(name="Elsewhere", url="https://daily.example/rss"), SourceCredit(name="The Daily")):
        assert attribute(BODY, credit=credit, publisher="The Daily").syndicated_from is None


def test_a_canonical_address_on_another_site_names_the_origin(attribute):
    elsewhere = attribute(BODY, canonical_url="https://www.reuters.com/world/ferry").syndicated_from

    assert (elsewhere.name, elsewhere.evidence) == ("Reuters", "canonical_url")
    assert attribute(BODY, canonical_url="https://m.daily.example/a").syndicated_from is None


def test_an_agencys_own_dateline_is_no_syndication(attribute):
    assert attribute(f"OSLO (Reuters) - {BODY}", url="https://www.reuters.com/a").syndicated_from is None
