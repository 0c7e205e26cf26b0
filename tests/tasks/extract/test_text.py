import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.extract.names import MAX_KEPT, MAX_KEPT_CHARS, Answers
from tasks.extract.text import clean, folded, one_line, words


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a  b", "a b"),
        ("a\t b", "a b"),
        ("a \tb", "a b"),
        ("a\u00a0b", "a b"),
        ("a\u00a0 b", "a b"),
        ("a \n b", "a\nb"),
        ("a\n\n\n\nb", "a\n\nb"),
        ("a\u200bb\u00adc", "abc"),
        ("a\ufffcb", "ab"),
        ("e\u0301 e\u0301", "é é"),
        ("Bridge (opens in new window) closed", "Bridge closed"),
        ("if a <b and", "if a < b and"),
        (" a ", "a"),
    ],
)
def test_blanks_and_what_nobody_sees_are_cleaned(text, cleaned):
    assert clean(text) == cleaned


@given(st.text(alphabet="ab é\u0301\u00a0\t\n\r\u2028\u200b\ufffc\ud800<(", max_size=40))
def test_a_cleaned_text_is_clean(text):
    found = clean(text)
    assert found == found.strip()
    assert found == unicodedata.normalize("NFC", found)
    assert not any(sign in found for sign in ("  ", "\t", "\r", "\u00a0", " \n", "\n ", "\n\n\n", "\u200b", "\ufffc"))
    assert one_line(found) == " ".join(found.split())


def test_words_are_folded_to_compare_by():
    assert folded("Große ÜBERRASCHUNG, naïve Café-Gäste") == ["grosse", "uberraschung", "naive", "cafe", "gaste"]
    assert folded("Ferry to close") == ["ferry", "to", "close"]


def test_a_character_counts_as_a_word_where_none_are_parted():
    assert words("東京 2026") == ["東", "京", "2026"]
    assert words("Überfahrt nach Oslo") == ["Überfahrt", "nach", "Oslo"]


def test_a_name_is_asked_about_once_unless_it_is_long():
    asked = []
    answers = Answers(lambda name: asked.append(name) or len(name))
    long = "x" * (MAX_KEPT_CHARS + 1)
    assert [answers[name] for name in ("menu", "menu", long, long)] == [4, 4, len(long), len(long)]
    assert asked == ["menu", long, long]


def test_the_names_that_are_known_are_bounded():
    answers = Answers(len)
    for number in range(3 * MAX_KEPT):
        assert answers[f"name-{number}"] == len(f"name-{number}")
        assert len(answers) <= MAX_KEPT
