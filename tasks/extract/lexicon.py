"""The words of `rules/*.toml` as patterns. Every language is looked for on every page: pages lie about theirs."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from pathlib import Path

FOLDER = Path(__file__).parent / "rules"
_NO_SPACE = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")


def _load() -> dict[str, tuple[str, ...]]:
    words: dict[str, dict[str, None]] = {}
    for file in sorted(FOLDER.glob("*.toml")):
        for kind, phrases in tomllib.loads(file.read_text(encoding="utf-8")).items():
            words.setdefault(kind, {}).update(dict.fromkeys(unicodedata.normalize("NFC", one) for one in phrases))
    return {kind: tuple(sorted(phrases, key=len, reverse=True)) for kind, phrases in words.items()}


WORDS = _load()


def _phrase(phrase: str) -> str:
    """A phrase as words: blanks stretch, quotes may be curly, and it neither starts nor ends inside a word."""
    text = re.escape(phrase).replace(r"\ ", r"\s+").replace("'", "['’]")
    free = _NO_SPACE.search(phrase)
    before = "" if free or not phrase[0].isalnum() else r"(?<!\w)"
    after = "" if free or not phrase[-1].isalnum() else r"(?!\w)"
    return before + text + after


def _any(*kinds: str) -> str:
    return "|".join(_phrase(phrase) for kind in kinds for phrase in WORDS.get(kind, ()))


def opening(*kinds: str) -> re.Pattern[str]:
    return re.compile(rf"\W*(?:{_any(*kinds)})", re.IGNORECASE)


def anywhere(*kinds: str) -> re.Pattern[str]:
    return re.compile(_any(*kinds), re.IGNORECASE)


def whole(*kinds: str) -> re.Pattern[str]:
    return re.compile(rf"[^\w#×|]*(?:{_any(*kinds)})\W*(?:\d+\W*)?", re.IGNORECASE)


PROMPT = opening("prompt")
FURNITURE = anywhere("furniture")
WEAK = anywhere("weak")
PLACEHOLDER = whole("placeholder", "social")
COMMENTS = whole("comments")
TAIL_HEADING = opening("tail_heading")
TAIL_HEADING_WHOLE = whole("tail_heading")
BYLINE_OPENING = re.compile(rf"^\W*(?:{_any('byline')})(?:\s*:\s*|\s+|$)", re.IGNORECASE)
DATELINE = anywhere("dateline")
CREDIT = opening("credit")
ROLE = whole("role")
NO_AUTHOR = whole("no_author", "social")
BIO = anywhere("bio")
AGENCY = opening("agency")
PAYWALL = anywhere("paywall")
CONSENT = anywhere("consent")
BOT = anywhere("bot")
NOT_FOUND = anywhere("not_found")
LIVE = anywhere("live")
VIDEO = anywhere("video")
CUT = whole("cut")
DATE_WORD = frozenset(WORDS["date_words"])
