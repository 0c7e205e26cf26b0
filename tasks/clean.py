"""One cleaner for every text that strangers send: what comes out is plain, bounded, printable and opens no tag."""

from __future__ import annotations

import html
import re
import unicodedata

#: read at most this much of a fragment, however little of it is kept
MAX_FRAGMENT_CHARS = 1_000_000

_INVISIBLE = (
    *range(0x20),  # C0: terminal escapes, NUL
    *range(0x7F, 0xA0),  # DEL and C1
    0x00AD,  # soft hyphen: breaks words for every matcher
    0x061C,  # Arabic letter mark and, below, all that turns the direction of what follows
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
    0x200B,
    0x2060,
    0xFEFF,
    0xFFFE,
    0xFFFF,
    *range(0xFFF9, 0xFFFC),  # interlinear annotation
    *range(0xD800, 0xE000),  # lone surrogates: UTF-8 cannot hold them
    *range(0xE0000, 0xE0080),  # tags: text that only machines see
)
_LINE_TABLE: dict[int, str | None] = {
    **dict.fromkeys(_INVISIBLE),
    **dict.fromkeys(map(ord, "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029"), " "),
}
_TEXT_TABLE: dict[int, str | None] = {**_LINE_TABLE, **dict.fromkeys(map(ord, "\n\v\f\r\x85\u2028\u2029"), "\n")}
_URL_TABLE = {**dict.fromkeys(_INVISIBLE), **{ord(char): f"%{ord(char):02X}" for char in ' <>"`'}}
_BLANK_LINES = re.compile(r"\n{3,}")

_BLOCK_NAMES = """
address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form
h1 h2 h3 h4 h5 h6 header hr html main nav ol p pre section summary table ul
"""
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_LINES = frozenset(("br", "li", "option", "tr"))
_CELLS = frozenset(("td", "th"))
# possessive and bounded throughout: however the fragment is broken, no character is looked at again by the same match,
# nor by thousands of matches that each begin at a tag without an end
_MARKUP = re.compile(
    r"""<!--.*?(?:-->|\Z)
      | <!\[CDATA\[ | \]\]>
      | <(?P<raw>script|style)\b[^>]{0,1000}+>.*?(?:</(?P=raw)\b[^>]{0,200}+>|\Z)
      | <(?P<end>/?)(?P<name>[a-z][a-z0-9:_-]*+)(?:[^<>"']++|"[^"]{0,2000}+"|'[^']{0,2000}+')*+>
      | <(?P<loose>/?[a-z][a-z0-9]*+)[^<>]*+(?:>|(?=<)|\Z)
      | <[/!?][^<>]*+(?:>|(?=<)|\Z)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_STILL_MARKUP = re.compile(r"<(?=[a-zA-Z/!?])")


def clean_line(text: str, max_chars: int) -> str:
    """One line: no control, direction or invisible characters, whitespace folded, NFC."""
    line = " ".join(defused(_shortened(text, max_chars).translate(_LINE_TABLE)).split())
    return unicodedata.normalize("NFC", line)[:max_chars].rstrip()


def clean_text(text: str, max_chars: int) -> str:
    """As `clean_line`, but lines stay lines, and a blank line parts paragraphs."""
    text = _shortened(text, max_chars).replace("\r\n", "\n").translate(_TEXT_TABLE)
    text = defused(text)
    lines = "\n".join(" ".join(line.split()) for line in text.split("\n"))
    return unicodedata.normalize("NFC", _BLANK_LINES.sub("\n\n", lines)).strip()[:max_chars].rstrip()


def defused(text: str) -> str:
    """Text that shows a tag, as pages about HTML do, is not one: a blank stands where a browser would begin it.
    To be called after what is invisible is gone, since that may stand between a `<` and a name."""
    return _STILL_MARKUP.sub("< ", text) if "<" in text else text


def escaped_url(url: str) -> str:
    """A URL with what may stand in none of it as %XX, as browsers send it: so it ends no attribute and opens no tag."""
    return url.translate(_URL_TABLE)


def strip_html(html_text: str, max_chars: int) -> str:
    """An HTML fragment as plain text with its paragraphs. Text that reads as markup once its entities are resolved
    is markup too: nothing that comes out opens a tag."""
    text = html_text[:MAX_FRAGMENT_CHARS]
    for _ in range(3):  # `&amp;lt;b&amp;gt;`: escaped twice over is common, thrice is an attack
        bare = html.unescape(_MARKUP.sub(_whitespace_of, text)) if "<" in text or "&" in text else text
        if bare == text:
            break
        text = bare
    return clean_text(text, max_chars)


def _shortened(text: str, max_chars: int) -> str:
    # what is dropped and folded may be many times what is kept, but not without bound
    return text[: max_chars * 8 + 1000]


def _whitespace_of(match: re.Match[str]) -> str:
    name = (match["name"] or (match["loose"] or "").lstrip("/")).lower()
    if name in _BLOCKS:
        return "\n\n"
    if name in _LINES:
        return "\n"
    if name in _CELLS:
        return " "
    return ""
