from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.topics.matcher import Matcher

WORDS = ["sea", "seas", "ship", "storm", "at"]
TERMS = ["sea", "ship at sea", "storm", "sea*", "at", "ship at", "storm at sea"]


def fits(term: str, words: list[str], start: int) -> bool:
    wanted = term.split()
    here = words[start : start + len(wanted)]
    return len(here) == len(wanted) and all(
        word.startswith(want[:-1]) if want.endswith("*") else word == want
        for want, word in zip(wanted, here, strict=True)
    )


@given(st.lists(st.sampled_from(WORDS), max_size=12), st.lists(st.sampled_from(TERMS), min_size=1, unique=True))
def test_every_term_is_found_wherever_it_stands(words, terms):
    """Each term a concept of its own, against a search that tries every place."""
    text = " ".join(words)
    matches, count = Matcher({term: (term,) for term in terms}).matches(text)
    expected = set()
    for term in terms:
        reached = 0
        for start in range(len(words)):
            if start >= reached and fits(term, words, start):
                reached = start + len(term.split())
                offset = len(" ".join(words[:start])) + (start > 0)
                expected.add((term, offset, offset + len(" ".join(words[start:reached]))))
    assert {(match.concept, match.start, match.end) for match in matches} == expected
    assert count == len(words)


@given(st.text(max_size=80))
def test_matches_slice_back_to_words_of_the_text(text):
    matcher = Matcher({"any": ("a*", "b*", "i*", "0*", "к*")})
    for match in matcher.matches(text)[0]:
        assert text[match.start : match.end].strip() == text[match.start : match.end] != ""


def test_sentences_are_told_apart_but_not_at_initials():
    matcher = Matcher({"ship": ("ship",)})
    found = matcher.matches("The U.S. Navy ship left. A ship came! “One ship,” he said. the ship\n\nShip")[0]
    assert [match.sentence for match in found] == [0, 1, 2, 2, 3]


def test_the_longest_term_of_a_concept_wins():
    (match,) = Matcher({"ship": ("ship", "ship of the line")}).matches("A ship of the line")[0]
    assert match.term.slug == "ship-of-the-line"


def test_an_exception_over_the_same_words_wins():
    assert Matcher({"ship": ("ship", "!ship")}).matches("A ship")[0] == []


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        ("天然气", "中国今年的天然气进口量增加了。", ["天然气"]),
        ("天然气", "天然的气", []),
        ("電力(不足|危機)", "電力不足が続き、電力危機とも言われる", ["電力不足", "電力危機"]),
        ("天然ガス", "政府は天然ガスの輸入が増えたと発表した", ["天然ガス"]),
        ("ก๊าซธรรมชาติ", "การนำเข้าก๊าซธรรมชาติเพิ่มขึ้น", ["ก๊าซธรรมชาติ"]),
        ("यूक्रेन युद्ध*", "यूक्रेन युद्ध पर बातचीत और यूक्रेन युद्धों", ["यूक्रेन युद्ध", "यूक्रेन युद्धों"]),
        ("विद्युत", "विद्युतीकरण", []),
        ("می‌شود", "این کار می‌شود", ["می‌شود"]),
        ("cafe\u0301", "Le café", ["café"]),
        ("US大使", "新任US大使と us大使", ["US大使"]),
        ("가스*", "천연 가스를 수입", ["가스를"]),
    ],
)
def test_terms_are_found_in_scripts_without_blanks_and_with_marks_inside_words(term, text, found):
    assert [text[match.start : match.end] for match in Matcher({"any": (term,)}).matches(text)[0]] == found


def test_evidence_names_terms_of_all_scripts_as_they_are_written():
    matcher = Matcher({"gas": ("天然气", "LNG 进口", "gas storage")})
    found = matcher.matches("天然气, LNG进口, gas storage")[0]
    assert [match.term.slug for match in found] == ["天然气", "lng-进口", "gas-storage"]


def test_sentences_end_without_a_blank_in_chinese():
    found = Matcher({"gas": ("天然气",)}).matches("天然气涨价。专家说：“天然气不足。”天然气进口增加")[0]
    assert [match.sentence for match in found] == [0, 1, 2]


@given(st.text(alphabet="天然气 ガสสู์कि。a*́\u200c\n.", max_size=40))
def test_matches_in_other_scripts_slice_back_to_the_text(text):
    matcher = Matcher({"any": ("天", "ガ*", "สู", "कि", "a*")})
    for match in matcher.matches(text)[0]:
        assert text[match.start : match.end].strip() == text[match.start : match.end] != ""


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        ("مهاجر*", "وصل مهاجرون", ["مهاجرون"]),
        ("مهاجر*", "قال المهاجرون", ["المهاجرون"]),
        ("مهاجر*", "والمهاجرين ومهاجرات", ["والمهاجرين", "ومهاجرات"]),
        ("لاجئ*", "مخيم للاجئين", ["للاجئين"]),
        ("الهجرة", "قانون للهجرة وبالهجرة", ["للهجرة", "وبالهجرة"]),
        ("لاجئ* سوري*", "عودة اللاجئين السوريين", ["اللاجئين السوريين"]),
        ("الهجرة", "هجرة الطيور", []),
        ("حر", "في البحر وحر", []),
    ],
)
def test_arabic_words_are_found_with_what_is_written_as_one_with_them(term, text, found):
    assert [text[match.start : match.end] for match in Matcher({"any": (term,)}, "ar").matches(text)[0]] == found


def test_particles_of_arabic_are_no_part_of_words_of_other_languages():
    assert Matcher({"any": ("کتاب",)}, "fa").matches("الکتاب")[0] == []
