"""Names in running text, whatever the words look like."""

from __future__ import annotations

from config.gazetteer import load_gazetteer
from tasks.entities.matcher import Matcher


def test_a_letter_with_digits_is_a_word_like_any_other():
    matcher = Matcher(load_gazetteer().aliases)

    found = matcher.find("Order A12345 went from KYIV to D2024X.", "en")

    assert [("Order A12345 went from KYIV to D2024X.")[match.start : match.end] for match in found] == ["KYIV"]


def test_a_number_names_nobody():
    matcher = Matcher(load_gazetteer().aliases)
    text = "The number 972 and the year 1843 stand in +972 Magazine."

    assert [text[match.start : match.end] for match in matcher.find(text, "en")] == ["972 Magazine"]
