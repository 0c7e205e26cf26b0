from __future__ import annotations

import textwrap
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.normalise import normalise

PARAGRAPHS = (
    "The ministers of both countries met in the harbour town on Tuesday; the full-scale review was put on the table.",
    "Two people familiar with the talks said the draft had been read aloud, twice, before anybody asked a question.",
    "Nothing was signed. A second round is planned for the autumn, when the harvest figures will be known.",
)
ARTICLE = "\n\n".join(PARAGRAPHS)


def wrapped(text: str, columns: int) -> str:
    return "\n\n".join("\n".join(textwrap.wrap(paragraph, columns)) for paragraph in text.split("\n\n"))


@pytest.mark.parametrize("columns", [40, 57, 72, 80, 100])
def test_a_hard_wrapped_text_reads_as_written(columns):
    assert normalise(wrapped(ARTICLE, columns)).text == ARTICLE


def test_lines_that_are_paragraphs_stay_paragraphs():
    assert normalise("\n".join(PARAGRAPHS)).text == ARTICLE


def test_a_list_of_headlines_is_not_joined_into_one_sentence():
    lines = [
        "Ministers Meet for Fourth Time in Harbour Town on Tuesday",
        "Wheat Prices Fall as Rain Reaches the Plains",
    ] * 2
    assert normalise("\n".join(lines)).text == "\n\n".join(lines)


def test_a_hyphen_at_a_line_end_stays_in_a_compound_and_goes_from_a_broken_word():
    text = "The report on the full-\nscale review said that the govern-\nment of the island had read it\nand liked it."
    assert normalise(text).text == (
        "The report on the full-scale review said that the government of the island had read it and liked it."
    )


def test_a_bare_url_inside_a_sentence_is_moved_to_the_links():
    found = normalise(
        "It was read by two people\n\nhttps://paper.example/2024/11/harbour-talks/\n\nfamiliar with the talks."
    )
    assert found.text == "It was read by two people familiar with the talks."
    assert [(link.rel, link.url) for link in found.links] == [
        ("source", "https://paper.example/2024/11/harbour-talks/")
    ]
    assert [notice.code for notice in found.notices] == ["inline-url-removed"]


def test_a_url_broken_over_two_lines_is_one_url():
    text = wrapped(ARTICLE, 70).replace(
        "\n\nTwo", "\nhttps://paper.example/2024/11/harbour-\ntalks-in-autumn/\n\nTwo", 1
    )
    found = normalise(text)
    assert found.text == ARTICLE
    assert found.links[0].url == "https://paper.example/2024/11/harbour-talks-in-autumn/"


def test_the_links_of_a_text_made_of_links_are_bounded():
    found = normalise(
        " ".join(f"Word https://paper.example/{number}" for number in range(1000)) + " https://" + "a" * 9000
    )
    assert len(found.links) == 200
    assert "https" not in found.text


@pytest.mark.parametrize("name", ["www.harbour.example", "harbour.example", "and/or", "km/h", "U.S./Canada", "a.b/c"])
def test_a_name_of_a_site_in_a_sentence_is_part_of_the_sentence(name):
    text = f"They wrote {name} on the wall of the harbour."
    assert normalise(text) == (text, (), ())


def test_headings_in_capitals_of_a_long_guide_stay():
    text = "\n\n".join(
        f"WHAT TO DO IN HARBOUR NUMBER {number}\n\nGo for a walk and look at the ships." for number in range(9)
    )
    assert normalise(text).text == text


def test_a_link_to_the_article_itself_is_no_source():
    found = normalise("Read it at https://paper.example/a/ today.", url="https://paper.example/a")
    assert found.text == "Read it at today."
    assert found.links == ()


def test_a_full_stop_after_a_url_stays():
    assert normalise("The list is at https://paper.example/list. It is long.").text == "The list is at. It is long."


@pytest.mark.parametrize(
    "line",
    [
        "Related article: Island Officials Hope for Rain",
        "READ MORE: Island Officials Hope for Rain",
        "Lesen Sie auch: Island Officials Hope for Rain",
        "Lire aussi : Island Officials Hope for Rain",
        "Lea también: Island Officials Hope for Rain",
        "Czytaj także: Island Officials Hope for Rain",
        "Читайте також: Island Officials Hope for Rain",
        "Читайте также: Island Officials Hope for Rain",
        "Island Officials Hope for Rain Read more",
    ],
)
def test_a_line_that_points_to_another_article_is_moved_to_the_links(line):
    found = normalise(f"{PARAGRAPHS[0]}\n\n{line}\n\n{PARAGRAPHS[1]}")
    assert found.text == f"{PARAGRAPHS[0]}\n\n{PARAGRAPHS[1]}"
    assert [(link.rel, link.text) for link in found.links] == [("related", "Island Officials Hope for Rain")]


def test_a_related_line_over_two_lines_leaves_no_orphan():
    text = wrapped(ARTICLE, 44) + "\n\nRelated article: Island Officials Hope for\nRain and Wind"
    found = normalise(text)
    assert found.text == ARTICLE
    assert found.links[0].text == "Island Officials Hope for Rain and Wind"


def test_a_related_sentence_inside_a_paragraph_is_cut_out():
    found = normalise("The talks went on. READ MORE: Rain reaches the plains. Nobody spoke of wheat.")
    assert found.text == "The talks went on. Nobody spoke of wheat."


def test_a_paragraph_that_begins_with_such_a_word_but_is_long_stays():
    text = "Watch: " + "the old clockmaker of the harbour has repaired every one of them by hand, " * 5 + "he says."
    assert normalise(text).text == text


def test_a_run_of_capitals_between_sentences_is_taken_out():
    found = normalise(
        "The vote was close. ISLAND OFFICIALS HOPE FOR RAIN AND WIND The mayor thanked all. Then they left."
    )
    assert found.text == "The vote was close. The mayor thanked all. Then they left."
    assert [notice.code for notice in found.notices] == ["ticker-removed"]


def test_a_text_all_in_capitals_stays():
    text = "THE MAYOR THANKED ALL WHO CAME TO THE HARBOUR. THEN THEY LEFT."
    assert normalise(text).text == text


def test_a_call_to_click_in_capitals_is_no_link():
    found = normalise("The vote was close. CLICK HERE TO GET THE APP The mayor thanked all. Then they left.")
    assert found.text == "The vote was close. The mayor thanked all. Then they left."
    assert found.links == ()


@pytest.mark.parametrize(
    "text",
    [
        "The ministry wrote: one line. دانت وزارة الخارجية بأشد العبارات إطلاق النار تجاه الوفد. It said no more.",
        "He wrote: one line. הממשלה אישרה את הצעתי יחד עם השרה. He said no more.",
        "She wrote it in three scripts. 東京 で 会談 が 行われ た。 That was all.",
    ],
)
def test_a_script_without_capitals_is_not_taken_for_capitals(text):
    assert normalise(text).text == text


@pytest.mark.parametrize("ticker", ["(NYSE: HRB)", "(NASDAQ:HRBR)", "[LSE: HRB]", "(HRB.L)", "<HRBR.OQ>"])
def test_an_exchange_ticker_is_taken_out(ticker):
    assert normalise(f"Harbour Lines {ticker} rose on Monday.").text == "Harbour Lines rose on Monday."


def test_brackets_that_are_no_ticker_stay():
    text = "The union (IG Hafen) and the port (see map) agreed, the agency (AFP) said."
    assert normalise(text).text == text


def test_odd_spaces_and_invisible_characters_go():
    assert (
        normalise("A\u00a0sen\u00adtence\u200b with\tblanks.\r\n\r\nAnother\u2029").text
        == "A sentence with blanks.\n\nAnother"
    )


def test_decomposed_letters_are_composed():
    assert normalise("Kyi\u0308v und Mu\u0308nchen").text == "Kyïv und München"


PIECES = st.sampled_from(
    ["The talks went on.", "Related: Rain", "Read more", "https://a.example/b-c/", "www.a.example/", "wheat-", "scale",
     "and so on,", "NYSE: AB", "(NYSE: AB)", "RAIN REACHES THE WIDE PLAINS", "Page 1 of 2",
     "…", "ß", "İ", "й", "a.b/c", "MORE: x. Y"]
)  # fmt: skip


@given(st.lists(st.tuples(PIECES, st.sampled_from([" ", "\n", "\n\n", ""])), max_size=12))
def test_normalising_twice_is_normalising_once(pieces):
    once = normalise("".join(piece + gap for piece, gap in pieces)).text
    assert normalise(once).text == once


@given(st.text(max_size=200))
def test_any_text_can_be_normalised_and_stays_so(text):
    once = normalise(text).text
    assert normalise(once).text == once


@pytest.mark.parametrize(
    "unit", ["A", "war ", "https://", "http://a.b/ ", "a-\n", "MORE: ", "A B C D E ", "(NYSE:", "a.", "www."]
)
def test_time_grows_with_the_length_of_the_text(unit):
    def seconds(size: int) -> float:
        text = (unit * (size // len(unit) + 1))[:size]
        started = time.process_time()
        normalise(text)
        return time.process_time() - started

    seconds(1000)
    assert seconds(60_000) < 5.0


@pytest.mark.parametrize(
    "address", ["http://[removed]/story", "https://a[.]example/story-of-it", "http://a\u2100b.example/"]
)
def test_an_address_that_cannot_be_split_is_taken_out_and_links_nowhere(address):
    found = normalise(f"Nothing was signed. See {address} for more of it.")
    assert (found.text, found.links) == ("Nothing was signed. See for more of it.", ())
