"""Words that Arabic writes as one with the word behind them: the article, *and*, *by*, *to*."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

LANGUAGES = frozenset({"ar"})
ARTICLE = "ال"
#: nothing, and, then, by, like, and by
_BEFORE_ARTICLE = ("", "و", "ف", "ب", "ك", "وب")
#: to the, and to the
_TO_THE = ("لل", "ولل")
_AND = ("و", "ف")
#: of a shorter word the first letter is too often its own: behind *and* a second reading would be another word
LEAST_AFTER_AND = 4


def with_particles(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """All that the words of a term may be written with; behind the first, the article alone. A term that has the
    article is never found without it."""
    return product(_first(words[0]), *((word, *_definite(word)) for word in words[1:]))


def _first(word: str) -> tuple[str, ...]:
    definite = word if word.startswith(ARTICLE) else ARTICLE + word
    bare = definite.removeprefix(ARTICLE)
    forms = [word, *(particle + definite for particle in _BEFORE_ARTICLE), *(to_the + bare for to_the in _TO_THE)]
    if bare.startswith("ل"):
        # of three l, two are written
        forms += [to_the + bare[1:] for to_the in _TO_THE]
    if word != definite and len(word.rstrip("*")) >= LEAST_AFTER_AND:
        forms += [particle + word for particle in _AND]
    return tuple(dict.fromkeys(forms))


def _definite(word: str) -> tuple[str, ...]:
    return () if word.startswith(ARTICLE) else (ARTICLE + word,)
