"""What a first call makes is made before the pool forks: the article after it finds everything there."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime

import justext.core
import pytest
import trafilatura.external

from config.gazetteer import load_gazetteer
from config.settings import load_settings
from config.topics import read_topics
from tasks.extract import warm
from tasks.tag import Tagger
from worker.nlp import load_nlp
from worker.offline import read_page
from worker.warden import resident_bytes
from worker.warming import give_back_free_memory, keep_stop_words_once, read_one_article

NOW = datetime(2026, 3, 4, 8, tzinfo=UTC)
SENTENCES = "<p>The mayor told the Eastport Post on Friday that the fair will open on 4 May. “Come,” she said.</p>" * 9
PAGE = (
    "<html lang='en'><head><title>A fair in town</title><link rel='canonical' href='https://abc.invalid/fair/1'></head>"
    f"<body><article>{SENTENCES}</article></body></html>"
)


def first_calls(work) -> list[str]:
    """Functions that compile patterns or read lists, as often as `work` calls them."""
    seen = []

    def note(frame, event, _argument):
        code = frame.f_code
        if event == "call" and (code.co_name in ("_parse_sub", "get_stoplist") or code.co_filename.endswith("trie.py")):
            seen.append(code.co_name)

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return seen


@pytest.fixture(scope="module")
def tagger():
    settings = load_settings(spacy_model="blank")
    return Tagger(read_topics(settings.topics), load_gazetteer(), load_nlp(settings))


@pytest.mark.slow  # a gazetteer, and patterns of all its outlets: two seconds
def test_after_the_warming_an_article_compiles_nothing_and_reads_no_list(tagger):
    assert "_parse_sub" in first_calls(lambda: read_one_article(tagger))

    warm()
    assert first_calls(lambda: read_page(tagger, url="https://abc.invalid/fair/1", now=NOW, html=PAGE)) == []


def test_stop_words_are_kept_once_and_are_those_that_justext_would_make():
    words = trafilatura.external.jt_stoplist_init()
    theirs = frozenset(word.lower() for word in words)

    keep_stop_words_once()

    ours = trafilatura.external.JT_STOPLIST
    assert ours == theirs
    assert justext.core.define_stoplist(ours) is ours


@pytest.mark.skipif(sys.platform != "linux", reason="of another malloc")
def test_free_memory_is_given_back():
    kept = [bytes(1000) for _ in range(100_000)][::1000]  # the last stands above what is free
    before = resident_bytes(os.getpid())

    give_back_free_memory()

    assert before - resident_bytes(os.getpid()) > 50_000_000
    assert kept
