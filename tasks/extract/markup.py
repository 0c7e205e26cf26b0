"""Bytes → tree: what they are, in which charset, and without what makes a parser slow or lose the page."""

from __future__ import annotations

import codecs
import re

import lxml.etree
from charset_normalizer import from_bytes
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from tasks.reasons import Failed

MAX_CHARS = 6_000_000
# a page of news has some thousand elements; trafilatura takes over 10 s for 100,000 links (docs/extraction.md)
MAX_ELEMENTS = 30_000
MAX_HEAD_ELEMENTS = 2000
# twice and three times what is stored of a body
MAX_NODE_CHARS = 400_000
MAX_TEXT_CHARS = 600_000
MAX_ATTRIBUTES = 5000
MAX_SPAN = 50

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"7z\xbc\xaf", "7z"),
    (b"Rar!", "rar"),
    (b"OggS", "Ogg"),
    (b"ID3", "MP3"),
    (b"\x1aE\xdf\xa3", "Matroska"),
    (b"\x00\x00\x01\x00", "icon"),
    (b"\x7fELF", "ELF"),
    (b"wOFF", "font"),
    (b"wOF2", "font"),
    (b"{\\rtf", "RTF"),
    (b"\xd0\xcf\x11\xe0", "OLE document"),
    (b"%!PS", "PostScript"),
    (b"SQLite format 3", "SQLite"),
)
_AT_FOUR: tuple[tuple[bytes, str], ...] = ((b"ftyp", "MP4"),)
_RIFF = re.compile(rb"RIFF.{4}(WEBP|WAVE|AVI )", re.DOTALL)
# possessive: a run of comments can be cut in 2^n ways, and each would be tried
_XML_ROOT = re.compile(rb"\s*+(?:(?:<!--.*?-->|<!DOCTYPE[^>]*+>|<\?[^>]*+>)\s*+)*+<([a-zA-Z:]+)", re.DOTALL)
_FEED_ROOTS = {b"rss", b"feed", b"rdf:rdf", b"urlset", b"sitemapindex", b"opml", b"svg", b"channel"}
_MARKUP = re.compile(
    rb"<\s*(?:!doctype|html|head|body|div|p|article|main|section|span|a|h[1-6]|br|table|meta|title|script)\b",
    re.IGNORECASE,
)

_META_CHARSET = re.compile(rb"""<meta[^>]{0,500}?charset\s*+=\s*+["']?\s*+([a-zA-Z0-9_:.-]{2,40})""", re.IGNORECASE)
_HEADER_CHARSET = re.compile(r"""charset\s*+=\s*+["']?\s*+([a-zA-Z0-9_:.-]{2,40})""", re.IGNORECASE)
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# WHATWG: these labels stand for a larger charset than their name says
_WIDER = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    # a page that says UTF-16 in its own bytes was readable as ASCII so far: it cannot be
    "utf-16": "utf-8",
    "utf-16-le": "utf-8",
    "utf-16-be": "utf-8",
    "utf-7": "cp1252",
}

_CONTROL_REFERENCE = re.compile(
    r"&#(?:0*(?:[0-8]|1[124-9]|2[0-9]|3[01]|5529[6-9]|55[3-9]\d\d|5[67]\d{3}|6553[45])(?!\d)"
    r"|[xX]0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]|[dD][89a-fA-F][0-9a-fA-F]{2}|[fF]{3}[eEfF])(?![0-9a-fA-F]));?"
)
# bytes that UTF-8 uses for nothing else
_CONTROLS = bytes([*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])
_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,500}\?>")

# huge_tree: libxml2 stops reading at a depth of 256 else, and drops what is deeper; with it at 2,048
_PARSER = HTMLParser(
    encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False, default_doctype=False, huge_tree=True
)
# lxml.html looks up a class for each element in Python; one class for all is looked up in C
_PARSER.set_element_class_lookup(lxml.etree.ElementDefaultClassLookup(element=HtmlElement))


_TEXTS = lxml.etree.XPath("descendant::text()[not(parent::script or parent::style)]", smart_strings=False)


def check_is_markup(data: bytes) -> None:
    """Raises Failed('unsupported-type') for what is certainly something else than HTML, whatever the header says."""
    head = data[:64].lstrip()
    kind = next((name for magic, name in _MAGIC if head.startswith(magic)), None)
    kind = kind or next((name for magic, name in _AT_FOUR if data[4:8] == magic), None)
    kind = kind or ("RIFF" if _RIFF.match(data) else None)
    if kind is None and head[:1] in (b"{", b"["):
        kind = None if _MARKUP.search(data[:2000]) else "JSON"
    if kind is None:
        root = _XML_ROOT.match(data[3:3000] if data.startswith(b"\xef\xbb\xbf") else data[:3000])
        if root and root.group(1).lower() in _FEED_ROOTS:
            kind = f"XML <{root.group(1).decode().lower()}>"
    if kind is None and data[:4096].count(0) > len(data[:4096]) // 20 and not _looks_like_utf16(data):
        kind = "binary"
    if kind is not None:
        raise Failed("unsupported-type", f"the bytes are {kind}, not HTML")


def _looks_like_utf16(data: bytes) -> str | None:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16-le" if data.startswith(b"\xff\xfe") else "utf-16-be"
    sample = data[:400]
    half = max(len(sample) // 2, 1)
    if sample[1::2].count(0) > 0.8 * half:
        return "utf-16-le"
    return "utf-16-be" if sample[0::2].count(0) > 0.8 * half else None


def _codec(label: str) -> str | None:
    try:
        name = codecs.lookup(label.strip().lower().replace("x-sjis", "shift_jis").replace("x-gbk", "gbk")).name
    except LookupError:
        return None
    return _WIDER.get(name, name)


def _nearly_utf8(data: bytes) -> bool:
    """Some broken bytes in a text that is UTF-8 all the same: a cut, or a quoted part in another charset."""
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    good = len(data) - len(text) - 2 * broken
    return good > 20 * broken


def _broken_bytes(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", errors="replace"), error.end


codecs.register_error("wirebeat-1252", _broken_bytes)


def decode(data: bytes, content_type: str = "") -> str:
    """As WHATWG says (BOM, HTTP, meta), but bytes that prove a label wrong are believed before it."""
    data = data[: MAX_CHARS * 2]
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(encoding, errors="replace")
    if wide := _looks_like_utf16(data):
        return data.decode(wide, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if _nearly_utf8(data):
        return data.decode("utf-8", errors="wirebeat-1252")
    header, meta = _HEADER_CHARSET.search(content_type), _META_CHARSET.search(data[:8192])
    labels = [header.group(1) if header else "", meta.group(1).decode("ascii") if meta else ""]
    codec_names = [codec for label in labels if (codec := _codec(label)) and codec != "utf-8"]
    for codec in codec_names:
        try:
            return data.decode(codec)
        except UnicodeDecodeError:
            continue
    guess = from_bytes(data[:20_000]).best()
    names = [*codec_names, guess.encoding if guess else "cp1252"]
    return min((data.decode(name, errors="replace") for name in names), key=lambda text: text.count("\ufffd"))


def _shorter_tags(text: str) -> str:
    """Takes the attributes from tags that have thousands: the parser's time grows with their square."""
    if not _has_long_tag(text):
        return text
    parts = text.split("<")
    long = [number for number, part in enumerate(parts) if len(part) > 2 * MAX_ATTRIBUTES and part[0].isalpha()]
    for number in long:
        tag = parts[number].partition(">")[0]
        if len(tag) > 2 * MAX_ATTRIBUTES and len(tag.split(None, MAX_ATTRIBUTES)) > MAX_ATTRIBUTES:
            parts[number] = tag.split(maxsplit=1)[0] + parts[number][len(tag) :]
    return "<".join(parts) if long else text


def _has_long_tag(text: str) -> bool:
    """Whether a tag may have MAX_ATTRIBUTES: then so many characters in a row, from one multiple on, hold no `<`."""
    place = 0
    while place < len(text):
        if text.find("<", place, place + MAX_ATTRIBUTES) >= 0:
            place += MAX_ATTRIBUTES
            continue
        opens = max(text.rfind("<", 0, place), 0)
        if text.find(">", opens, opens + 2 * MAX_ATTRIBUTES) < 0:
            return True
        place = text.find("<", place)
        if place < 0:
            break
    return False


def parse(text: str) -> HtmlElement | None:
    """None where there is nothing to parse. The tree is bounded: see MAX_ELEMENTS."""
    text = text[:MAX_CHARS]
    if declaration := _DECLARATION.match(text):
        text = text[declaration.end() :]
    text = _shorter_tags(_CONTROL_REFERENCE.sub("", text))
    data = text.encode("utf-8", errors="ignore").translate(None, _CONTROLS)
    if not data.strip():
        return None
    try:
        tree = document_fromstring(data, parser=_PARSER)
    except lxml.etree.LxmlError:
        return None
    _bound(tree, tags=text.count("<"), chars=len(text))
    return tree


def _bound(tree: HtmlElement, *, tags: int, chars: int) -> None:
    """Takes out what would make reading slow: spans of cells, and all elements and text past what an article needs."""
    for cell in tree.iter("td", "th"):
        for name in ("colspan", "rowspan"):
            value = cell.get(name)
            if value is not None and (len(value) > 2 or not value.isdigit() or int(value) > MAX_SPAN):
                del cell.attrib[name]
    if tags > MAX_HEAD_ELEMENTS:
        for meta in list(tree.iter("meta", "link"))[MAX_HEAD_ELEMENTS:]:
            meta.getparent().remove(meta)
    body = next(tree.iter("body"), None) if tags > MAX_ELEMENTS or chars > MAX_NODE_CHARS else None
    if body is not None and (tags > MAX_ELEMENTS or sum(map(len, _TEXTS(body))) > MAX_NODE_CHARS):
        _bound_text(body)


def _bound_text(body: HtmlElement) -> None:
    chars = 0
    for number, element in enumerate(body.iter("*")):
        if number > MAX_ELEMENTS or chars > MAX_TEXT_CHARS:
            _cut_from(element, body)
            return
        chars += len(element.tail or "")
        if element.tail and len(element.tail) > MAX_NODE_CHARS:
            element.tail = element.tail[:MAX_NODE_CHARS]
        if element.text and element.tag not in ("script", "style"):
            chars += len(element.text)
            if len(element.text) > MAX_NODE_CHARS:
                element.text = element.text[:MAX_NODE_CHARS]


def _cut_from(element: HtmlElement, body: HtmlElement) -> None:
    """Takes out the element and all that comes after it in the body."""
    after = 0
    while element is not body and element is not None:
        parent = element.getparent()
        del parent[parent.index(element) + after :]
        element, after = parent, 1
