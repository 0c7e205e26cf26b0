"""Finds the gazetteer's names in a text: one pass over its words, longest name first."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from config.gazetteer import Alias

_WORD = re.compile(r"[^\W_]+")
#: what may stand between two words of a name, and how it is written in the trie
_GAPS = {
    " ": " ", "-": "-", "–": "-", "‑": "-", "’": "'", "'": "'", "ʼ": "'", "`": "'", ".": ".", ". ": ". ", "/": "/",
    ", ": ", ", " & ": " & ", "\n": " ", "\u00a0": " ", "  ": " ", ".-": ".-",
}  # fmt: skip
_LONGEST_ENDING = 3
_END = ""
#: the ending s is a case (`Russlands`), not another word
_GENITIVE_S = frozenset({"de", "sv", "da", "nb", "no"})
_INFLECTED = frozenset({"pl", "cs", "sk", "hr", "sl", "lt", "lv"})

Node = dict[str, Any]


class Match(NamedTuple):
    start: int
    end: int
    aliases: tuple[Alias, ...]


class Matcher:
    def __init__(self, aliases: Iterable[Alias]) -> None:
        self._root: Node = {}
        for alias in aliases:
            self._add(alias)

    def _add(self, alias: Alias) -> None:
        node, last = self._root, 0
        words = list(_WORD.finditer(alias.text))
        if len(words) == 1 and words[0][0].isdecimal():  # of +972 a text keeps the number, which names nobody
            return
        for word in words:
            gap = _GAPS.get(alias.text[last : word.start()], "") if last else ""
            last = word.end()
            stem = alias.text[last : last + 1] == "~"
            last += stem
            node = node.setdefault(f"{gap}{word[0]}{'~' if stem else ''}", {})
        if words:
            node.setdefault(_END, []).append(alias)

    def find(self, text: str, lang: str) -> list[Match]:
        words, plain, odd = _words(text)
        found: list[Match] = []
        after = 0
        for index in self._starts(plain, odd, lang):
            if index < after:
                continue
            match, after = self._longest(text, words, index, lang)
            if match:
                found.append(match)
                if all(alias.key.startswith("event:") for alias in match.aliases):
                    # a war or summit is named with its place: both are there
                    found.extend(self._inside(text, match, lang))
        return found

    def _starts(self, plain: list[str], odd: list[bool], lang: str) -> list[int]:
        """The words that a name may start with; most words of a text are none, so this has to be quick."""
        root = self._root
        if lang in _INFLECTED or lang in _GENITIVE_S:
            return list(range(len(plain)))
        return [index for index, word in enumerate(plain) if odd[index] or word in root]

    def _inside(self, text: str, match: Match, lang: str) -> list[Match]:
        """The places within the name of an event; the event itself starts where it did and is left out."""
        found = []
        words = list(_WORD.finditer(text, match.start, match.end))
        index = 0
        while len(words) > 1 and index < len(words):
            inner, after = self._longest(text, words[: len(words) - (index == 0)], index, lang)
            event = inner is not None and all(alias.key.startswith("event:") for alias in inner.aliases)
            if inner and not event:
                found.append(inner)
            index = index + 1 if event else max(after, index + 1)
        return found

    def _longest(self, text: str, words: list[re.Match[str]], index: int, lang: str) -> tuple[Match | None, int]:
        """The longest name that starts at this word, and the index after it."""
        nodes, at, gap = [self._root], index, ""
        best: Match | None = None
        after = index + 1
        while True:
            word, end = words[at][0], words[at].end()
            nodes = [found for node in nodes for found in _steps(node, gap, word, lang)]
            aliases = [alias for node in nodes for alias in node.get(_END, ()) if alias.lang in (None, lang)]
            if aliases:
                first = words[index].start()
                dotted = text[end : end + 1] == "." and any(alias.text.endswith(".") for alias in aliases)
                best, after = Match(first, end + dotted, tuple(aliases)), at + 1
            at += 1
            if not nodes or at >= len(words):
                return best, after
            between = text[end : words[at].start()]
            if between not in _GAPS:
                return best, after
            gap = _GAPS[between]


@lru_cache(maxsize=4)
def _words(text: str) -> tuple[list[re.Match[str]], list[str], list[bool]]:
    """The words of a text, and which may be a name in another form; one table after the other is asked for them."""
    words = list(_WORD.finditer(text))
    plain = [word[0] for word in words]
    return words, plain, [not word.isascii() or word.isupper() for word in plain]


def _steps(node: Node, gap: str, word: str, lang: str) -> list[Node]:
    exact = node.get(gap + word)
    plain = lang not in _INFLECTED and word.isascii()
    if plain and exact is not None:
        return [exact]
    found = [exact] if exact is not None else []
    if not plain:
        for cut in range(_LONGEST_ENDING + 1):
            stem = f"{gap}{word[: len(word) - cut]}~"
            if stem in node:
                found.append(node[stem])
    if not found and word.endswith("s") and lang in _GENITIVE_S and gap + word[:-1] in node:
        found.append(node[gap + word[:-1]])
    # headlines and datelines in capitals; short ones are acronyms
    if not found and len(word) > _LONGEST_ENDING and word.isupper():
        capitalized = word.capitalize()
        return _steps(node, gap, capitalized, lang) if capitalized != word else []  # `A1234` is both
    return found
