"""Who said it, or nobody: every text is made up."""

from __future__ import annotations

import pytest

BERG = ("Anna Berg", "PERSON")
HILL = ("John Hill", "PERSON")


def speakers(attribution):
    return [(quote.text, quote.speaker) for quote in attribution.quotes]


@pytest.mark.parametrize(
    "body",
    [
        "“The harbour is closed,” Anna Berg said.",
        "“The harbour is closed,” said Anna Berg.",
        "“The harbour is closed,” said harbour chief Anna Berg, who runs the port.",
        "“The harbour is closed”, Anna Berg told reporters on Monday.",
        'Anna Berg said: "The harbour is closed."',
        'Anna Berg, who runs the port, said "the harbour is closed".',
        "Anna Berg - the head of the port - said “the harbour is closed”.",
        "The head of the port, Anna Berg, said “the harbour is closed”.",
        "On Monday, Anna Berg told the council that “the harbour is closed”.",
        "‘The harbour is closed,’ said Anna Berg.",
        "«The harbour is closed», Anna Berg said.",
        "„The harbour is closed“, Anna Berg said.",
        "“The harbour is closed,” according to Anna Berg.",
        "Speaking to sailors, Anna Berg added that “the harbour is closed” for a week.",
        "The council met, with Anna Berg saying “the harbour is closed”.",
    ],
)
def test_the_speaker_stands_before_or_behind_the_words(attribute, body):
    quotes = attribute(body, BERG).quotes

    assert [(quote.text.lower().strip("."), quote.speaker) for quote in quotes] == [
        ("the harbour is closed", "Anna Berg")
    ]
    assert quotes[0].speaker_type == "named"
    assert body[quotes[0].start : quotes[0].end] == quotes[0].text


def test_a_pronoun_is_the_person_last_spoken_of(attribute):
    body = "Anna Berg opened the fair. “It was a long winter,” she said."

    assert speakers(attribute(body, BERG)) == [("It was a long winter", "Anna Berg")]


def test_a_pronoun_of_the_other_gender_is_nobody(attribute):
    body = "Anna Berg opened the fair. “It was a long winter,” he said."

    assert speakers(attribute(body, BERG)) == [("It was a long winter", None)]


def test_two_who_say_it_together_are_no_single_speaker(attribute):
    body = "“We agree on everything here,” Anna Berg and John Hill said."

    assert speakers(attribute(body, BERG, HILL)) == [("We agree on everything here", None)]


def test_a_second_sentence_of_quoted_words_goes_on_with_the_speaker(attribute):
    body = "“We waited all day,” Anna Berg said. “Nobody came to see us.”"

    assert [speaker for _, speaker in speakers(attribute(body, BERG))] == ["Anna Berg", "Anna Berg"]


def test_two_quotes_that_an_and_joins_share_their_speaker(attribute):
    body = "“We waited all day” and “nobody came to see us,” Anna Berg said."

    assert [speaker for _, speaker in speakers(attribute(body, BERG))] == ["Anna Berg", "Anna Berg"]


def test_the_next_paragraphs_words_of_another_are_not_the_first_ones(attribute):
    body = "“We waited all day,” Anna Berg said.\n\n“I came at noon,” John Hill said."

    assert [speaker for _, speaker in speakers(attribute(body, BERG, HILL))] == ["Anna Berg", "John Hill"]


def test_a_quote_over_two_paragraphs_is_one(attribute):
    body = "Anna Berg said: “We waited all day.\n\n“Nobody came to see us.” Then it rained."

    quotes = attribute(body, BERG).quotes

    assert [(quote.text, quote.speaker) for quote in quotes] == [
        ("We waited all day.\n\n“Nobody came to see us.", "Anna Berg")
    ]


@pytest.mark.parametrize(
    "body",
    [
        "The so-called “shadow fleet” sailed on.",
        "The song “Blue Harbour” was played twice.",
        "It is called “trench foot” by doctors.",
        "They met at the “Blue Harbour” inn.",
        "The “grand” hotel had no heating.",
    ],
)
def test_marks_of_distance_and_titles_are_no_quotes(attribute, body):
    assert attribute(body).quotes == ()


def test_words_that_nobody_is_named_for_have_an_unknown_speaker(attribute):
    quotes = attribute("A note on the door read differently. “Nobody may enter before the bell rings.”").quotes

    assert [(quote.speaker, quote.speaker_type) for quote in quotes] == [(None, "unknown")]


@pytest.mark.parametrize(
    ("body", "label", "kind"),
    [
        ("“Both sides were tired,” a senior diplomat said.", "a senior diplomat", "anonymous"),
        ("“Both sides were tired,” the foreign ministry said.", "the foreign ministry", "official"),
        (
            "“Both sides were tired,” said two people familiar with the talks.",
            "two people familiar with the talks",
            "anonymous",
        ),
        ("“Both sides were tired,” NATO said in a statement.", "NATO", "official"),
    ],
)
def test_offices_and_people_without_a_name_speak_too(attribute, body, label, kind):
    quotes = attribute(body).quotes

    assert [(quote.speaker, quote.speaker_type) for quote in quotes] == [(label, kind)]


def test_the_spokesman_of_somebody_is_not_that_somebody(attribute):
    body = "“We have no plans for that,” a spokesman for Anna Berg said."

    assert speakers(attribute(body, BERG)) == [("We have no plans for that", "a spokesman for Anna Berg")]


def test_who_is_named_beside_an_office_of_another_is_the_speaker(attribute):
    body = "“We have no plans for that,” said Trump adviser John Hill."

    assert speakers(attribute(body, HILL)) == [("We have no plans for that", "John Hill")]


def test_the_outlet_that_was_told_stands_in_via(attribute):
    quotes = attribute("“The valve was open,” Anna Berg told Reuters.", BERG).quotes

    assert [(quote.speaker, quote.via, quote.cue) for quote in quotes] == [("Anna Berg", "Reuters", "told")]


def test_whom_a_word_is_about_is_the_object_of_the_calling(attribute):
    quotes = attribute("Anna Berg called John Hill “a careful man of numbers”.", BERG, HILL).quotes

    assert [(quote.speaker, quote.about) for quote in quotes] == [("Anna Berg", "person:john-hill")]


def test_a_name_that_neither_table_nor_model_knows_is_read_from_its_capitals(attribute):
    assert speakers(attribute("“The bridge will hold,” engineer Ulla Tamm said.")) == [
        ("The bridge will hold", "Ulla Tamm")
    ]


def test_inner_quotes_belong_to_the_outer_one(attribute):
    quotes = attribute("“He shouted ‘stop’ and ran,” Anna Berg said.", BERG).quotes

    assert [quote.text for quote in quotes] == ["He shouted ‘stop’ and ran"]


def test_an_apostrophe_opens_no_quote(attribute):
    assert attribute("The sailors' wages and the captain's '90s coat didn't change.").quotes == ()


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ("Anna Berg said that Tom Moss acted “bravely” that day.", "person:tom-moss"),
        ("Anna Berg boasted of “a good friendship” with Tom Moss.", "person:tom-moss"),
        ("Captain Tom Moss is old. Anna Berg said she had “a good name” for the captain.", "person:tom-moss"),
        ("Anna Berg told Tom Moss that the plan was “dead”.", None),
    ],
)
def test_whom_words_are_about_is_said_where_the_sentence_says_it(attribute, body, key):
    names = [(name, "PERSON") for name in ("Anna Berg", "Tom Moss")]

    assert attribute(body, *names).quotes[-1].about == key
