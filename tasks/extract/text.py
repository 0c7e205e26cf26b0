"""Characters and words: what may stand in a stored field, and how alike two lines are."""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter

from tasks.clean import defused

# C1 controls are what is left of windows-1252 punctuation that was declared as Latin-1 (WHATWG decodes it so too)
_FROM_1252 = {code: bytes([code]).decode("cp1252", errors="ignore") or None for code in range(0x80, 0xA0)}
_FORBIDDEN: dict[int, str | None] = {
    **dict.fromkeys(range(0x20)),
    **_FROM_1252,
    # bidi overrides and isolates can make a line read as something else than it says
    **dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C]),
    **dict.fromkeys(range(0xD800, 0xE000)),
    **dict.fromkeys([0x7F, 0x00AD, 0x200B, 0x2060, 0xFEFF, 0xFFFE, 0xFFFF, 0xFFFC]),
    0x09: " ",
    0x0A: "\n",
    0x0B: "\n",
    0x0C: "\n",
    0x0D: "\n",
    0x85: "…",
    0x2028: "\n",
    0x2029: "\n\n",
}
# a line feed stays one
_UNCLEAN = re.compile("[" + "".join(re.escape(chr(code)) for code in _FORBIDDEN if code != 0x0A) + "]")
# all blanks but a single space, which stays as it is
_BLANKS = re.compile(r"[^\S\n]{2,}|[^\S\n ]")
_LINE_ENDS = re.compile(r" *\n *")
_MANY_ENDS = re.compile(r"\n{3,}")
_TAG = re.compile(r"<(?:/?[a-zA-Z][^<>]{0,2000}|!--.{0,2000}?--)>", re.DOTALL)
# scripts that are written without blanks: a character counts as a word
_NO_SPACE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(f"[{_NO_SPACE}]|(?:(?![{_NO_SPACE}])\\w)+")
_SPACED_WORD = re.compile(r"\w+")
_UNSPACED = re.compile(f"[{_NO_SPACE}]")


_NEW_WINDOW = re.compile(
    r"\s?[(\[](?:opens? in (?:a )?new (?:window|tab)|öffnet in?m? neue[mns] (?:fenster|tab)"
    r"|(?:s'ouvre dans une |)nouvelle fenêtre|se abre en (?:una )?nueva ventana"
    r"|si apre in (?:una )?nuova finestra|abre em nova janela)[)\]]",
    re.IGNORECASE,
)


def clean(text: str) -> str:
    """NFC, no control characters, surrogates or bidi overrides; single blanks, at most one empty line; no tags."""
    if not (text.isascii() and text.isprintable()):
        if _UNCLEAN.search(text):
            text = text.translate(_FORBIDDEN)
        text = unicodedata.normalize("NFC", text)
    if "(" in text:
        text = _NEW_WINDOW.sub("", text)
    text = defused(text)
    # of all blanks only the space is printable
    if "  " in text or not text.isprintable():
        text = _BLANKS.sub(" ", text)
        text = _MANY_ENDS.sub("\n\n", _LINE_ENDS.sub("\n", text)) if "\n" in text else text
    return text.strip()


def one_line(text: str) -> str:
    return " ".join(clean(text).split())


def plain(text: str) -> str:
    """One line out of a value that may hold HTML, also escaped twice, as titles and names in metadata do."""
    for _ in range(2):
        text = html.unescape(text)
    return one_line(_TAG.sub(" ", text) if "<" in text else text)


def words(text: str) -> list[str]:
    spaced = text.isascii() or not _UNSPACED.search(text)
    return (_SPACED_WORD if spaced else _WORD).findall(text)


def folded(text: str) -> list[str]:
    """Words without letter case and accents, to compare by."""
    text = text.casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        for accent in filter(unicodedata.combining, set(text)):
            text = text.replace(accent, "")
    return words(text)


def likeness(one: list[str], other: list[str]) -> float:
    """Word F1 of two folded lines, 0 to 1."""
    common = sum((Counter(one) & Counter(other)).values())
    return 2 * common / (len(one) + len(other)) if common else 0.0


def share_in(part: list[str], whole: list[str]) -> float:
    """How much of `part` stands in `whole`, 0 to 1."""
    return sum((Counter(part) & Counter(whole)).values()) / len(part) if part else 0.0
