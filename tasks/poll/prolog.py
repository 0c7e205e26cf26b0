"""What a document is, told by its beginning; and its beginning made harmless for the XML parser behind it."""

from __future__ import annotations

import html
import re
from html.entities import html5
from typing import NamedTuple

from tasks.clean import clean_line, strip_html
from tasks.reasons import Failed

#: comments, instructions and the DOCTYPE together; real ones stay under 4 KB
MAX_PROLOG_CHARS = 64 << 10
MAX_ENTITY_CHARS = 200
#: what declared entities may add to a document, all uses counted
MAX_EXPANSION_CHARS = 1_000_000

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "a gzip file"),
    (b"PK\x03\x04", "a zip archive"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"RIFF", "a RIFF media file"),
    (b"ID3", "an MP3 file"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ", "an xz file"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)
_FEED_ROOT = re.compile(r"<(?:[a-z][\w.-]*:)?(?:rss|rdf|feed|channel|urlset|sitemapindex|opml)[\s>]", re.IGNORECASE)
_ROOT = re.compile(r"<((?:[^\W\d]|_)[\w.-]*(?::[\w.-]+)?)")
_HTML_TITLE = re.compile(r"<title\b[^>]{0,300}>([^<]{0,500})", re.IGNORECASE)
_HTML_SIGNS = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_ENTITY = re.compile(
    r"<!ENTITY\s+(?P<parameter>%\s+)?(?P<name>[\w.:-]{1,64})\s+"
    r"""(?:"(?P<one>[^"]*)"|'(?P<two>[^']*)'|(?P<where>SYSTEM|PUBLIC))"""
)
_XML_NAMES = frozenset(("lt", "gt", "amp", "quot", "apos"))
_REFERENCES = re.compile(
    r"(?P<cdata><!\[CDATA\[.*?(?:\]\]>|\Z))|<!--.*?(?:-->|\Z)"
    r"|&(?:(?P<name>[A-Za-z][\w.-]{0,63});|#(?P<number>[0-9]{1,7}|[xX][0-9A-Fa-f]{1,6});)?",
    re.DOTALL,
)
_BLANKS = re.compile(r"[\s\ufeff\x00]*")
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Opening(NamedTuple):
    #: name of the first element without its prefix, in lower case; "" where the document is not markup
    root: str
    #: the DOCTYPE as written, "" without one
    doctype: str
    #: the document from its first element on
    body: str


def not_text(document: bytes) -> str | None:
    """What the bytes are when they are no text: `a PDF`."""
    if not document.strip():
        return "an empty document"
    return next((what for magic, what in _MAGIC if document.startswith(magic)), None)


def opening(text: str) -> Opening:
    """Raises Failed('parse-error') where the part before the first element is out of all proportion."""
    position, doctype, weight = 0, "", 0
    while True:
        position = _after_blanks(text, position)
        if text.startswith("<!--", position):
            end = _after(text, "-->", position + 4)
        elif text.startswith("<?", position):
            end = _after(text, "?>", position + 2)
        elif text[position : position + 9].upper() == "<!DOCTYPE":
            end = _doctype_end(text, position)
            doctype = doctype or text[position:end]
        else:
            break
        weight += end - position
        position = end
    if weight > MAX_PROLOG_CHARS:
        raise Failed("parse-error", f"{weight} characters of declarations and comments before the first element")
    root = _ROOT.match(text, position)
    if root and _FEED_ROOT.match(text, position):
        return Opening(_local(root[1]), doctype, text[position:])
    # warnings of a server's script and other words before the feed
    later = _FEED_ROOT.search(text, position)
    if later and not _HTML_SIGNS.search(text, position, later.start()):
        return Opening(_local(later[0][1:].rstrip("> \t\r\n")), doctype, text[later.start() :])
    return Opening(_local(root[1]) if root else "", doctype, text[position:])


def is_html(text: str, start: Opening) -> bool:
    signs = (start.doctype, text[:2000])
    return start.root in ("html", "head", "body", "script", "meta") or any(_HTML_SIGNS.search(sign) for sign in signs)


def described(text: str, start: Opening) -> str:
    """What a document that is no feed is, for the one who configured it."""
    if is_html(text, start):
        title = _HTML_TITLE.search(text[:200_000])
        name = clean_line(strip_html(title[1], 100), 100) if title else ""
        return f"an HTML page titled {name!r}" if name else "an HTML page"
    if start.root:
        return f"an XML document <{clean_line(start.root, 40)}>"
    return f"text that begins with {clean_line(text, 60)!r}"


def _after_blanks(text: str, position: int) -> int:
    match = _BLANKS.match(text, position)
    return match.end() if match else position


def _after(text: str, mark: str, position: int) -> int:
    found = text.find(mark, position)
    return len(text) if found < 0 else found + len(mark)


def _doctype_end(text: str, position: int) -> int:
    close, subset = text.find(">", position), text.find("[", position)
    if 0 <= subset < close:
        return _after(text, ">", _after(text, "]", subset) - 1)
    return len(text) if close < 0 else close + 1


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()


def declared_entities(doctype: str) -> dict[str, str]:
    """Short literal values only. Raises Failed('parse-error') for entities that name files or build on each other."""
    entities: dict[str, str] = {}
    for match in _ENTITY.finditer(doctype):
        if match["parameter"]:  # lists of HTML's names, which are known without
            continue
        value = match["one"] if match["one"] is not None else match["two"]
        if match["where"] or value is None:
            raise Failed(
                "parse-error", f"it declares the entity {match['name']!r} that stands for a file or an address"
            )
        value = html.unescape(value) if value.startswith("&#") and value.count("&") == 1 else value
        if "&" in value[:-1] or len(value) > MAX_ENTITY_CHARS:
            raise Failed("parse-error", f"it declares the entity {match['name']!r} that is long or made of others")
        entities[match["name"]] = value
    return entities


def wellformed_text(body: str, entities: dict[str, str]) -> str:
    """The document with what XML parsers stumble over mended: illegal characters and references to them, HTML's and
    the document's own entity names, bare ampersands. Comments go: they are no content, and parsers are slow on them."""
    for name, value in entities.items():
        if body.count(f"&{name};") * len(value) > MAX_EXPANSION_CHARS:
            raise Failed("parse-error", f"the entity {name!r} is used to blow the document up")

    def mended(match: re.Match[str]) -> str:
        if match["cdata"]:
            return match["cdata"]
        if match["name"]:
            return _named(match["name"], entities)
        if match["number"]:
            return match[0] if _is_legal(match["number"]) else ""
        return "&amp;" if match[0] == "&" else ""

    return _REFERENCES.sub(mended, _NOT_XML.sub("", body))


def _named(name: str, entities: dict[str, str]) -> str:
    if name in _XML_NAMES:
        return f"&{name};"
    value = entities.get(name) or html5.get(f"{name};")
    return html.escape(value, quote=True) if value else f"&amp;{name};"


def _is_legal(number: str) -> bool:
    code = int(number[1:], 16) if number[0] in "xX" else int(number)
    return code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code <= 0x10FFFF
