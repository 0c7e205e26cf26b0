"""The words of `rules/*.toml`, to be found in lines. All languages on every page: pages lie about theirs."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).parent / "rules"
_WORD = re.compile(r"\w+")
_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
_EDGES = " \t\n.,:;!?…·•|–—-*'\"„“”«»‹›()[]{}/\\>→▶►"


def tokens(text: str) -> tuple[str, ...]:
    """Words to compare by: without letter case, numbers kept."""
    return tuple(_WORD.findall(text.casefold()))


class Line:
    """A line of text made ready to be searched for many phrases."""

    __slots__ = ("lower", "tokens")

    def __init__(self, text: str) -> None:
        self.lower = text.casefold()
        self.tokens = tuple(_WORD.findall(self.lower))


class Phrases:
    """Phrases of whole words; those with signs in them, or of scripts without blanks, are searched as they stand."""

    def __init__(self, phrases: Sequence[str]) -> None:
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        signs: list[str] = []
        for phrase in phrases:
            folded = phrase.casefold()
            inner = folded.strip()
            if _UNSPACED.search(inner) or not inner[-1].isalnum() or not inner[0].isalnum():
                signs.append(inner)
            else:
                first, *rest = _WORD.findall(inner)
                self._by_first.setdefault(first, []).append(tuple(rest))
        self._signs = tuple(signs)
        self._plain_signs = tuple(sign for sign in signs if sign.isascii())
        self._firsts = frozenset(self._by_first)

    def _signs_for(self, line: Line) -> tuple[str, ...]:
        """Those that may stand in the line: most lines have no character that is not ASCII."""
        return self._plain_signs if line.lower.isascii() else self._signs

    def within(self, line: Line) -> bool:
        return self._counted(line, most=1) > 0 or any(sign in line.lower for sign in self._signs_for(line))

    def count(self, line: Line) -> int:
        """How many different phrases stand in the line."""
        return sum(sign in line.lower for sign in self._signs_for(line)) + self._counted(line, most=1000)

    def _counted(self, line: Line, *, most: int) -> int:
        words, found = line.tokens, set()
        if self._firsts.isdisjoint(words):
            return 0
        for place, word in enumerate(words):
            for rest in self._by_first.get(word, ()):
                if words[place + 1 : place + 1 + len(rest)] == rest:
                    found.add((word, rest))
                    if len(found) >= most:
                        return len(found)
        return len(found)

    def open(self, line: Line) -> int:
        """How many words at the start of the line are a phrase; 0 for none."""
        words = line.tokens
        if not words:
            return 0
        lengths = [len(rest) + 1 for rest in self._by_first.get(words[0], ()) if words[1 : 1 + len(rest)] == rest]
        start, signs = line.lower.lstrip(_EDGES), self._signs_for(line)
        if start.startswith(signs) or line.lower.startswith(signs):
            lengths += [
                len(_WORD.findall(sign)) or 1 for sign in signs if start.startswith(sign) or line.lower.startswith(sign)
            ]
        return max(lengths, default=0)

    def whole(self, line: Line) -> bool:
        """Nothing else stands in the line, but for numbers behind it."""
        words = line.tokens
        while len(words) > 1 and words[-1].isdigit():
            words = words[:-1]
        if words and words[1:] in self._by_first.get(words[0], ()):
            return True
        bare = line.lower.strip()
        return bool(bare) and (bare in self._signs or bare.strip(_EDGES) in self._signs)


def _load() -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for file in sorted(FOLDER.glob("*.toml")):
        for kind, phrases in tomllib.loads(file.read_text(encoding="utf-8")).items():
            found.setdefault(kind, {}).update(dict.fromkeys(unicodedata.normalize("NFC", one) for one in phrases))
    return {kind: tuple(phrases) for kind, phrases in found.items()}


_WORDS = _load()


def _of(*kinds: str) -> Phrases:
    return Phrases([phrase for kind in kinds for phrase in _WORDS[kind]])


PROMPT = _of("prompt")
FURNITURE = _of("furniture")
WEAK = _of("weak")
PLACEHOLDER = _of("placeholder", "social")
COMMENTS = _of("comments")
TAIL_HEADING = _of("tail_heading")
BYLINE = _of("byline")
DATELINE = _of("dateline")
CREDIT = _of("credit")
ROLE = _of("role")
NO_AUTHOR = _of("no_author", "social")
BIO = _of("bio")
AGENCY = _of("agency")
WITHHELD = _of("withheld")
PAYWALL = _of("paywall", "withheld")
CONSENT = _of("consent")
BOT = _of("bot")
NOT_FOUND = _of("not_found")
SCRIPT = _of("script")
LOGIN = _of("login")
LIVE = _of("live")
VIDEO = _of("video")
CUT = _of("cut")
DATE_WORDS = frozenset(word for phrase in _WORDS["date_words"] for word in tokens(phrase))
