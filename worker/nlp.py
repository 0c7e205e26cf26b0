"""The named-entity model: loaded once in the parent of the enrich pool, before it forks. Nothing else imports spaCy."""

from __future__ import annotations

import ctypes
import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import spacy
from spacy.attrs import IDS
from thinc.api import NumpyOps

from tasks.records import Nlp
from tasks.tag import Found
from worker.one_pass import OnePass, Unfit

if TYPE_CHECKING:
    from config.settings import Settings

#: Memory grows with the text (1M characters: 2.6 GB), so there is a bound besides the one on tokens.
MAX_CHARS = 50_000
#: spaCy's tokenizer is quadratic in a run of punctuation and in a long chunk without blanks. What goes beyond these
#: lengths becomes blanks, one for one, so that offsets stay right. At 100, the worst 50,000 characters take 0.4 s.
_RUNS = re.compile(r"(?<=[^\w\s]{8})[^\w\s]+|(?<=\S{100})\S+")
_ONE_THREAD = ("scipy_openblas_set_num_threads64_", "scipy_openblas_set_num_threads", "openblas_set_num_threads")
#: Every other component is excluded: the model's `ner` has its own tok2vec, and the shared one costs as much again.
UNUSED = ("tok2vec", "tagger", "parser", "senter", "attribute_ruler", "lemmatizer")
#: The 84,000 strings that a model comes with, 19 MB: a word's own is there once it was met, none else is asked for.
UNREAD = "strings"
#: In a memory zone spaCy's tokenizer keeps nothing of how it cut a word, and takes twice as long. So many strings are
#: learned first, without one: what 300 real English articles bring, of which a half is known to the model: 14 MB.
LEARNED_STRINGS = 40_000
_LEARNED_CUTS = 80_000
#: What the model reads of a word. The other 14 flags (is it like a URL, a currency ...) take most of the time that a
#: new word costs, at the start and in each article, and nothing asks for them.
_READ_OF_A_WORD = frozenset({"NORM", "LOWER", "PREFIX", "SUFFIX", "SHAPE", "IS_SPACE"})
_PROBE = (
    "The foreign minister of Norway told reporters in Oslo on Tuesday that Anna Berg, who leads the Harbour Council, "
    "would travel to Geneva for talks with the United Nations about grain, shipping and a fund of $20 million. "
) * 4


#: (a fresh document, how many of its tokens) → (first token, token after the last, label)
Reader = Callable[[Any, int], list[tuple[int, int, str]]]


class SpacyNlp:
    """`tasks.tag.Nlp`. `info.model` is None where there is no model: rules and gazetteer work alone."""

    def __init__(
        self, language: Any, reader: Reader | None, info: Nlp, max_tokens: int, notes: tuple[str, ...] = ()
    ) -> None:
        self._language, self._reader = language, reader
        self._max_tokens = max_tokens
        self._full_at = len(language.vocab.strings) + LEARNED_STRINGS if language else 0
        self.info = info
        #: what an operator should know: a missing model, BLAS threads, the kernel chosen
        self.notes = notes

    def entities(self, text: str) -> Found:
        if self._reader is None or not self._max_tokens or not text.strip():
            return Found((), None)
        with self._zone():
            doc = self._language.make_doc(tame(text[:MAX_CHARS]))
            read = min(len(doc), self._max_tokens)
            spans = tuple(
                (doc[first].idx, doc[after - 1].idx + len(doc[after - 1]), label)
                for first, after, label in self._reader(doc, read)
            )
            return Found(spans, read if read < len(doc) or len(text) > MAX_CHARS else None)

    def _zone(self) -> AbstractContextManager[Any]:
        """What the first articles teach the tokenizer stays; from then on an article's new words go with it."""
        learning = len(self._language.vocab.strings) < self._full_at
        return nullcontext() if learning else self._language.memory_zone()


def tame(text: str) -> str:
    """The same length, without the runs that the tokenizer is quadratic in."""
    return _RUNS.sub(lambda run: " " * len(run[0]), text)


def load_nlp(settings: Settings) -> SpacyNlp:
    notes: list[str] = []
    language = _model(settings.spacy_model, notes)
    info = Nlp(library="spacy", version=version("spacy"), model=None, model_version=None)
    if language is None:
        return SpacyNlp(None, None, info, 0, tuple(notes))
    info = info.model_copy(update={"model": settings.spacy_model, "model_version": language.meta.get("version")})
    if not one_blas_thread():
        notes.append("BLAS threads could not be set to 1: set OPENBLAS_NUM_THREADS=1 before the start")
    reader = _reader(language, notes) if language.has_pipe("ner") else None
    _leave_out_what_nothing_reads(language)
    language.tokenizer.max_cache_size = _LEARNED_CUTS
    return SpacyNlp(language, reader, info, settings.ner_max_tokens, tuple(notes))


def _model(name: str, notes: list[str]) -> Any:
    if name == "blank":
        notes.append("no model is wanted (blank): names come from rules and gazetteer alone")
        return None
    try:
        return spacy.load(name, exclude=[*UNUSED, UNREAD])
    except (OSError, ImportError, PackageNotFoundError, ValueError) as error:
        reason = f"{type(error).__name__}: {str(error)[:160]}"
        notes.append(f"model {name} cannot be loaded: names come from rules and gazetteer alone ({reason})")
        return None


def one_blas_thread() -> bool:
    """True when numpy's BLAS runs one thread: more of them make the small products of the model twice as dear."""
    folder = Path(import_module("numpy").__file__ or "").parent.parent / "numpy.libs"
    for library in sorted(folder.glob("*openblas*")):
        loaded = ctypes.CDLL(str(library))
        for symbol in _ONE_THREAD:
            if hasattr(loaded, symbol):
                getattr(loaded, symbol)(1)
                getter = getattr(loaded, symbol.replace("_set_", "_get_"), None)
                return getter is None or getter() == 1
    return False


def _reader(language: Any, notes: list[str]) -> Reader:
    """All tokens in one pass, where that gives the names that the model's own component gives."""
    ner = language.get_pipe("ner")
    notes.append(take_the_faster_gemm(ner, language.make_doc(_PROBE)))
    doc = language.make_doc(_PROBE)
    try:
        one_pass = OnePass(ner)
        same = one_pass.spans(doc, len(doc)) == spans_of(ner, doc.copy(), len(doc))
    except (Unfit, AttributeError, KeyError, IndexError, TypeError, ValueError) as reason:
        notes.append(f"ner: token by token, since the model cannot be read in one pass ({reason})")
        return lambda doc, tokens: spans_of(ner, doc, tokens)
    if not same:
        notes.append("ner: token by token, since one pass gave other names")
        return lambda doc, tokens: spans_of(ner, doc, tokens)
    return one_pass.spans


def spans_of(ner: Any, doc: Any, tokens: int) -> list[tuple[int, int, str]]:
    if len(doc) > tokens:
        doc = doc[:tokens].as_doc()
    return [(ent.start, ent.end, str(ent.label_)) for ent in ner(doc).ents]


def take_the_faster_gemm(ner: Any, doc: Any) -> str:
    """BLIS falls back to a generic kernel on CPUs newer than it; numpy's BLAS is then 1.4 times as fast."""
    with_blis = _seconds(ner, doc)
    try:
        ner.model._to_ops(NumpyOps(use_blis=False))  # noqa: SLF001 - thinc has no public way to change ops in place
        with_numpy = _seconds(ner, doc)
        if with_numpy > with_blis:
            ner.model._to_ops(NumpyOps(use_blis=True))  # noqa: SLF001 - see above
    except (AttributeError, TypeError) as error:
        return f"gemm: blis, numpy could not be tried ({error})"
    return f"gemm: {'numpy' if with_numpy <= with_blis else 'blis'} ({with_blis / with_numpy:.2f} times numpy's time)"


def _seconds(ner: Any, doc: Any) -> float:
    """Of processor, the best of four, the first of which also warms up: at a start others want the machine, too."""
    best = float("inf")
    for _ in range(4):
        copy = doc.copy()
        start = time.thread_time()
        ner(copy)
        best = min(best, time.thread_time() - start)
    return best


def _leave_out_what_nothing_reads(language: Any) -> None:
    getters = language.vocab.lex_attr_getters
    for attribute in set(getters) - {IDS[name] for name in _READ_OF_A_WORD}:
        del getters[attribute]
