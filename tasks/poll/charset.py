"""Bytes → text, whatever the header, the declaration and the byte order mark say about each other."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

#: marks and, without one, how `<?xm` looks; longer first, since UTF-32's mark begins like UTF-16's
_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
    (b"\x4c\x6f\xa7\x94", "cp037"),
)
#: names that mean more than they say: every byte that the narrow one knows, the wide one reads the same
_WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "iso8859-9": "cp1254",
    "tis-620": "cp874",
}
#: text codecs of Python that no document is written in; some raise what no caller expects
_NO_CHARSETS = frozenset(
    ("undefined", "idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7", "mbcs", "oem")
)
#: of alphabets that are not Latin; those that are Latin cannot be told apart from windows-1252 by so little text
_GUESSED = "cp1251 koi8_r gb18030 big5 cp932 euc_jp cp949 cp1253 cp1255 cp1256".split()
_GUESS_BYTES = 20_000
#: of the letters of a text in another alphabet; Polish and Czech, which use most accents, have an eighth
_FOREIGN_SHARE = 0.25
_FOREIGN_BYTES = 12
_AROUND_TEXT = re.compile(rb"<!\[CDATA\[|\]\]>|<[^<>]*+>|&#?\w{1,10};|https?://[!-~]*+")
_BEYOND_ASCII = bytes(range(0x80, 0x100))
_KANA = re.compile(r"[\u3040-\u30ff]")
_LETTERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DECLARED = re.compile(rb"""\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']\s*([A-Za-z0-9._:-]{1,40})""")
_HEADER = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)


def decoded_text(document: bytes, content_type: str) -> tuple[str, tuple[str, ...]]:
    """The text, and what had to be forgiven; never raises."""
    for mark, charset in _MARKS:
        if document.startswith(mark):
            return document.decode(charset, "replace").lstrip("\ufeff"), ()
    named = _HEADER.search(content_type)
    declared = _DECLARED.match(document)
    charsets = [_charset(named[1]) if named else None, _charset(declared[1].decode()) if declared else None]
    told = next((charset for charset in charsets if charset), None)
    try:
        text = document.decode("utf-8")
    except UnicodeDecodeError:
        return _not_utf8(document, [charset for charset in charsets if charset])
    if text.isascii() and told and told != "utf-8":  # escapes of ISO-2022-JP, or nothing to decide
        return document.decode(told, "replace"), ()
    if text.isascii() or told in (None, "utf-8"):
        return text, ()
    # text in another charset is valid UTF-8 by chance only when it is very short
    return text, (f"declared as {told}, read as utf-8",)


def _charset(name: str) -> str | None:
    try:
        codec = codecs.lookup(name)
        # UTF-16 and EBCDIC show in the first bytes; where they do not, the name is a mistake of the software
        if b"<?xml".decode(codec.name) != "<?xml":
            return None
    except (LookupError, ValueError, UnicodeError):
        return None
    return None if codec.name in _NO_CHARSETS else _WIDER.get(codec.name, codec.name)


def _not_utf8(document: bytes, charsets: list[str]) -> tuple[str, tuple[str, ...]]:
    text = document.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    # a few cut characters in a UTF-8 document: letters of other charsets would break nearly every time, those of
    # windows-1252 more often than not
    rivals = any(charset != "utf-8" for charset in charsets)
    if broken * (20 if rivals else 2) < beyond_ascii:
        return text, ("bytes that are not utf-8 in a utf-8 document",)
    for charset in charsets:
        text = document.decode(charset, "replace")
        broken = text.count("\ufffd")
        if charset != "utf-8" and broken * 20 <= len(text) - len(text.encode("ascii", "ignore")) - broken:
            return text, ("bytes that are not in the declared charset",) if broken else ()
    for charset in (_guessed(document), "cp1252", "latin-1"):
        try:
            text = document.decode(charset)
        except UnicodeDecodeError:
            continue
        return text, (f"declared as {(charsets or ['utf-8'])[0]}, read as {charset}",)
    raise AssertionError  # latin-1 reads every byte


def _guessed(document: bytes) -> str:
    """Where nobody said it: of a text in another alphabet than the Latin one, the likeliest; else windows-1252."""
    # a gap of one blank is the end of no character of two bytes, so that none is cut
    text = _AROUND_TEXT.sub(b" ", document[: 4 * _GUESS_BYTES])[:_GUESS_BYTES].rpartition(b" ")[0]
    foreign = len(text) - len(text.translate(None, _BEYOND_ASCII))
    latin = len(text) - len(text.translate(None, _LETTERS))
    if foreign < _FOREIGN_BYTES or foreign < _FOREIGN_SHARE * (foreign + latin):
        return "cp1252"
    if _is_euc_jp(text):
        return "euc_jp"
    best = from_bytes(text, cp_isolation=_GUESSED).best()
    return best.encoding if best else "cp1252"


def _is_euc_jp(text: bytes) -> bool:
    """Kana, without which no Japanese sentence is, show it; its bytes are Chinese characters in GB 18030, too."""
    try:
        japanese = text.decode("euc_jp")
    except UnicodeDecodeError:
        return False
    return 10 * len(_KANA.findall(japanese)) > len(japanese) - len(japanese.encode("ascii", "ignore"))
