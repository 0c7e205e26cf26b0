"""Where the terms of all concepts stand in a text: one pass over its words, no model, linear time."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from config.topic_file import spellings
from tasks.topics.particles import LANGUAGES, with_particles
from tasks.topics.splitting import Words, slug, splitter, term_words

#: what may stand between two words of one term
GAP = re.compile(r"[^\S\n]*\n?[^\S\n]*|[^\S\n]?['’ʼ`\-‐‑–/&\"“”«»„][^\S\n]?|['’]?[\"”»]?[^\S\n]")
#: and behind an initial, as in U.S.
INITIAL_GAP = re.compile(r"\.[^\S\n]?|\.['’]")
#: behind the full stop of Chinese stands no blank
SENTENCE_END = re.compile(r"[.!?…؟۔।。！？｡](?:[\"'”’»)\]]*\s+|(?<=[。！？｡])[”’」』）]*)|\n\s*\n")
#: a shared stem is looked for only behind its first letters
HEAD_CHARS = 3


class Term(NamedTuple):
    concept: str
    #: the number of the line in the lexicon; its spellings share it
    number: int
    #: `war-in-ukraine`, for evidence
    slug: str
    words: tuple[str, ...]
    #: hides what its concept finds inside it, and counts for nothing
    exception: bool
    #: (place among the words, word) of what must stand in capitals, as US; empty for nearly all
    capitals: tuple[tuple[int, str], ...]

    def fits(self, text: str) -> bool:
        words = term_words(text)
        return all(words[place].rstrip("*") == word for place, word in self.capitals)


class Match(NamedTuple):
    concept: str
    term: Term
    start: int
    end: int
    sentence: int


class _Node:
    """After some words of a term: which may follow, and which terms end here."""

    __slots__ = ("stems", "terms", "words")

    def __init__(self) -> None:
        self.words: dict[str, _Node] = {}
        #: first letters → stems; a stem shorter than those stands under ""
        self.stems: dict[str, list[tuple[str, _Node]]] = {}
        self.terms: list[Term] = []

    def add(self, word: str) -> _Node:
        if not word.endswith("*"):
            return self.words.setdefault(word, _Node())
        stem = word[:-1]
        same_head = self.stems.setdefault(stem[:HEAD_CHARS] if len(stem) >= HEAD_CHARS else "", [])
        for known, node in same_head:
            if known == stem:
                return node
        same_head.append((stem, _Node()))
        return same_head[-1][1]

    def after(self, word: str) -> list[_Node]:
        exact = self.words.get(word)
        nodes = [exact] if exact else []
        return nodes + self.by_stem(word) if self.stems else nodes

    def by_stem(self, word: str) -> list[_Node]:
        same_head = (*self.stems.get(word[:HEAD_CHARS], ()), *self.stems.get("", ()))
        return [node for stem, node in same_head if word.startswith(stem)]


class Matcher:
    """Of one language. Built once; holds no state of a text."""

    def __init__(self, lexicon: dict[str, tuple[str, ...]], language: str = "") -> None:
        self._root = _Node()
        self._split = splitter(_composed(" ".join(line for lines in lexicon.values() for line in lines)))
        for term in _terms(lexicon):
            for words in with_particles(term.words) if language in LANGUAGES else (term.words,):
                node = self._root
                for word in words:
                    node = node.add(word)
                node.terms.append(term)

    def matches(self, text: str) -> tuple[list[Match], int]:
        """The matches in the order of the text, longest first, none inside another of its concept; how many words."""
        lowered = _lowered(text)
        words = self._split(lowered)
        cuts = [match.end() for match in SENTENCE_END.finditer(lowered) if _ends_sentence(text, match)]
        found: list[tuple[int, int, Term]] = []
        exact, heads, anything = self._root.words.get, self._root.stems, "" in self._root.stems
        followers = [*words.tokens[1:], ""]
        for index, word in enumerate(words.tokens):
            node = exact(word)
            # nearly every word that may start a term starts none: *the* and *to* are looked at no further
            if node and (node.terms or node.stems or followers[index] in node.words):
                self._collect(node, words, index, words.ends[index] - len(word), found)
            if word[:HEAD_CHARS] in heads or anything:
                for deeper in self._root.by_stem(word):
                    self._collect(deeper, words, index, words.ends[index] - len(word), found)
        found = [item for item in found if not item[2].capitals or item[2].fits(text[item[0] : item[1]])]
        return _longest(found, cuts), len(words.tokens) - words.tokens.count("")

    def _collect(self, node: _Node, words: Words, index: int, start: int, found: list[tuple[int, int, Term]]) -> None:
        if node.terms:
            found += [(start, words.ends[index], term) for term in node.terms]
        if index + 1 == len(words.tokens) or not (node.words or node.stems):
            return
        deeper = node.after(words.tokens[index + 1])
        if not deeper:
            return
        gap = words.gaps[index]
        if gap == " " or _side_by_side(gap, len(words.tokens[index])):
            for next_node in deeper:
                self._collect(next_node, words, index + 1, start, found)


def _side_by_side(gap: str, length: int) -> bool:
    """Whether a word of this length in front of the gap and the one behind it may belong to one term."""
    return bool(length == 1 and INITIAL_GAP.fullmatch(gap)) or bool(GAP.fullmatch(gap))


def _terms(lexicon: dict[str, tuple[str, ...]]) -> Iterator[Term]:
    for concept, lines in lexicon.items():
        for number, line in enumerate(lines):
            ways = {_words(spelling): _capitals(spelling) for spelling in spellings(line)}
            for words, capitals in ways.items():
                yield Term(concept, number, slug(words), words, line.startswith("!"), capitals)


def _words(spelling: str) -> tuple[str, ...]:
    return term_words(_lowered(_composed(spelling)))


def _composed(text: str) -> str:
    """As `tasks.clean` leaves the texts."""
    return unicodedata.normalize("NFC", text)


def _capitals(spelling: str) -> tuple[tuple[int, str], ...]:
    if spelling.islower():
        return ()
    words = (word.rstrip("*") for word in term_words(spelling))
    return tuple((place, word) for place, word in enumerate(words) if len(word) > 1 and word.isupper())


def _lowered(text: str) -> str:
    """Small letters, as long as `text`: offsets in one are offsets in the other."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(small if len(small := char.lower()) == 1 else char for char in text)
    return lowered.replace("ё", "е")


def _ends_sentence(text: str, match: re.Match[str]) -> bool:
    """Not behind an initial or an abbreviation such as U.S., and not where the next word starts small."""
    if match.group()[0] == "\n":
        return True
    start, end = match.span()
    if end < len(text) and text[end].islower():
        return False
    return not (text[start] == "." and start and text[start - 1].isupper() and not text[max(0, start - 2)].isalnum())


def _longest(found: list[tuple[int, int, Term]], cuts: list[int]) -> list[Match]:
    """Per concept, the leftmost longest matches that do not overlap; exceptions hide, and are left out themselves."""
    found.sort(key=lambda item: (item[0], -item[1], not item[2].exception, item[2].number))
    reached: dict[str, int] = {}
    matches: list[Match] = []
    for start, end, term in found:
        if start >= reached.get(term.concept, 0):
            reached[term.concept] = end
            if not term.exception:
                matches.append(Match(term.concept, term, start, end, bisect_right(cuts, start)))
    return matches
