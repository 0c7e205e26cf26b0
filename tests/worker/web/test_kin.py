"""Copies of a text, found by the words."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.web.kin import FEWEST_WORDS, KEPT_HASHES, Kin, sketch

CHANCE = random.Random(4)
VOCABULARY = ["".join(CHANCE.choices("abcdefghijklmnop", k=CHANCE.randint(3, 9))) for _ in range(2000)]


def text(seed: int, words: int = 240) -> str:
    return " ".join(random.Random(seed).choices(VOCABULARY, k=words))


def told(*articles: tuple[str, str, str]) -> list[str]:
    kin = Kin()
    return [kin.original_of(article, source, sketch(body)) for article, source, body in articles]


def test_the_first_to_come_is_the_original_and_all_others_are_its_copies():
    body = text(1)
    assert told(("a", "one", body), ("b", "two", body), ("c", "three", body)) == ["", "a", "a"]


def test_a_new_beginning_and_another_ending_make_no_new_text():
    body = text(1)
    assert told(("a", "one", body), ("b", "two", f"{text(2, 20)} {body} {text(3, 20)}")) == ["", "a"]


def test_texts_of_their_own_are_nobodys_copies():
    assert not any(told(*((str(seed), f"outlet-{seed}", text(seed)) for seed in range(200))))


def test_a_quotation_in_common_makes_no_copy():
    quoted = text(9, 50)
    assert told(("a", "one", f"{text(1)} {quoted}"), ("b", "two", f"{text(2)} {quoted}")) == ["", ""]


def test_an_outlet_does_not_copy_itself():
    body = text(1)
    assert told(("a", "one", body), ("b", "one", body)) == ["", ""]


def test_a_later_version_stays_what_the_article_was():
    body = text(1)
    assert told(("a", "one", body), ("b", "two", body), ("b", "two", text(2)), ("a", "one", text(3))) == [
        "",
        "a",
        "a",
        "",
    ]


def test_short_texts_are_not_compared():
    short = text(1, FEWEST_WORDS - 1)
    assert sketch(short) == ()
    assert told(("a", "one", short), ("b", "two", short)) == ["", ""]


def test_what_is_forgotten_is_no_longer_copied():
    kin, body = Kin(), sketch(text(1))
    kin.original_of("a", "one", body)
    kin.forget(["a"])
    assert kin.original_of("b", "two", body) == ""
    assert kin.original_of("c", "three", body) == "b"


@given(st.text(max_size=2000))
@settings(max_examples=50)
def test_any_text_has_a_sketch_of_bounded_size_that_is_its_own(body):
    assert len(sketch(body)) <= KEPT_HASHES
    assert sketch(body) == sketch(f"  {body.upper().lower()}\n") or body.lower() != body.upper().lower()


@pytest.mark.parametrize("share", [0.9, 0.95])
def test_a_text_with_some_words_changed_is_mostly_still_found(share):
    found = 0
    for seed in range(60):
        words = text(seed).split()
        # an editor changes sentences, not every tenth word
        cut = int(len(words) * (1 - share))
        at = random.Random(seed).randrange(len(words) - cut)
        changed = [*words[:at], *text(seed + 1000, cut).split(), *words[at + cut :]]
        found += told(("a", "one", " ".join(words)), ("b", "two", " ".join(changed)))[1] == "a"
    assert found >= 54
