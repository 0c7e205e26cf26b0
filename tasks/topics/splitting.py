"""Text → its words, in scripts that part them with blanks and in those that do not."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import accumulate, pairwise
from typing import NamedTuple

BETWEEN = re.compile(r"([\W_]+)")
#: Thai and Lao, Burmese, Khmer, kana, Chinese characters: no blank between words, so that each character is one
_UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u1000-\u1049\u1050-\u109f\u1780-\u17d3\u3005\u3041-\u309f"
    "\u30a1-\u30fa\u30fc-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
#: what `\w` leaves out though it stands inside words: accents, points, the vowel signs of Indian scripts, joiners
_MARKS = "\u0300-\u036f\u05b0-\u05bd\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff\u200c\u200d"
_WORD = rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}_])[\w{_MARKS}])+"
_ANY_WORD = re.compile(_WORD)
_ANY_WORD_OR_STEM = re.compile(rf"(?:{_WORD})\*?")
_WORD_OR_STEM = re.compile(r"[^\W_]+\*?")
_OTHER_SCRIPT = re.compile(rf"[{_UNSPACED}{_MARKS}]")


class Words(NamedTuple):
    """A token may be empty where the text does not begin or end with a word."""

    tokens: list[str]
    #: where each token ends
    ends: list[int]
    #: what stands behind each token but the last
    gaps: list[str]


def splitter(terms: str) -> Callable[[str], Words]:
    """For texts in the script of these terms: the way that knows all scripts takes several times as long."""
    return _by_character if _OTHER_SCRIPT.search(terms) else _at_blanks


def term_words(spelling: str) -> tuple[str, ...]:
    """Read as a text is read, so that any mark in a term falls where it falls in a text; `*` stays on its word."""
    words = _ANY_WORD_OR_STEM if _OTHER_SCRIPT.search(spelling) else _WORD_OR_STEM
    return tuple(words.findall(spelling))


def slug(words: tuple[str, ...]) -> str:
    """`war-in-ukraine`; characters that are written side by side stay so."""
    joined = "-".join(words).replace("*", "").replace("-s-", "s-")
    return re.sub(rf"(?<=[{_UNSPACED}])-(?=[{_UNSPACED}])", "", joined) if _OTHER_SCRIPT.search(joined) else joined


def _at_blanks(lowered: str) -> Words:
    """By one split and sums of lengths: a match for each word costs twice as much."""
    parts = BETWEEN.split(lowered)
    return Words(parts[::2], list(accumulate(map(len, parts)))[::2], parts[1::2])


def _by_character(lowered: str) -> Words:
    found = list(_ANY_WORD.finditer(lowered))
    gaps = [lowered[before.end() : after.start()] for before, after in pairwise(found)]
    return Words([match.group() for match in found], [match.end() for match in found], gaps)
