"""OPML 1.0 to 2.0 → outlines, and back. What other readers export is forgiven much; what cannot be used is named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from xml.etree import ElementTree as ET
from xml.sax.saxutils import quoteattr

from config.trouble import ConfigError

_BEGINNING = re.compile(
    r"\ufeff?\s*(?:<\?xml[^>]*>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[[^\]]*\]\s*)?>|\s)*<opml\b", re.DOTALL | re.IGNORECASE
)
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*(\[[^\]]*\]\s*)?>", re.IGNORECASE)
_BARE_AMPERSAND = re.compile(r"&(?!(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|lt|gt|amp|quot|apos);)")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MAX_DEPTH = 50


class Outline(NamedTuple):
    """One subscription. `url` is as it stands in the file, unchecked; "" where the outline names none."""

    title: str
    url: str
    #: titles of the folders around it, outermost first
    folders: tuple[str, ...] = ()
    lang: str = ""


def is_opml(source_text: str) -> bool:
    return _BEGINNING.match(source_text) is not None


def read_opml(source_text: str, *, file: str) -> tuple[Outline, ...]:
    """Raises ConfigError where it is no OPML at all."""
    text = _BARE_AMPERSAND.sub(
        "&amp;", _CONTROL.sub("", _DOCTYPE.sub("", source_text.lstrip("\ufeff \t\r\n"), count=1))
    )
    text = re.sub(r"\A<\?xml[^>]*\?>", "", text)  # its charset is that of bytes that are text by now
    try:
        root = ET.fromstring(text)  # noqa: S314 - without a DOCTYPE there are no entities to blow up or to fetch
    except ET.ParseError as reason:
        raise ConfigError(
            f"broken OPML: {reason}", file=file, line=reason.position[0], mend="export it again"
        ) from None
    body = next((child for child in root if _local(child) == "body"), None)
    if _local(root) != "opml" or body is None:
        raise ConfigError("OPML without a body", file=file, mend="a subscription list has <opml><body><outline …>")
    return tuple(_outlines(body, ()))


def _outlines(parent: ET.Element, folders: tuple[str, ...]) -> Iterator[Outline]:
    for element in parent:
        if _local(element) != "outline":
            continue
        values = {name.lower(): " ".join(value.split()) for name, value in element.attrib.items()}
        title = values.get("title") or values.get("text") or ""
        if "xmlurl" in values or values.get("type", "").lower() in ("rss", "atom", "feed"):
            yield Outline(title, values.get("xmlurl", ""), folders, values.get("language", ""))
        if len(folders) < _MAX_DEPTH:
            yield from _outlines(element, (*folders, title) if title else folders)


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2].lower()


def write_opml(outlines: Iterable[Outline], *, title: str) -> str:
    """OPML 2.0; outlines of the same outermost folder stand together, in the order in which folders appear."""
    folders: dict[str, list[str]] = {}
    for outline in outlines:
        name = outline.title or outline.url
        lang = f" language={quoteattr(outline.lang)}" if outline.lang else ""
        names = f"text={quoteattr(name)} title={quoteattr(name)}"
        line = f'<outline type="rss" {names} xmlUrl={quoteattr(outline.url)}{lang}/>'
        folders.setdefault(outline.folders[0] if outline.folders else "", []).append(line)
    lines = [f"    {line}" for line in folders.pop("", [])]
    for folder, members in folders.items():
        lines += [f"    <outline text={quoteattr(folder)} title={quoteattr(folder)}>"]
        lines += [f"      {line}" for line in members]
        lines += ["    </outline>"]
    head = f"  <head><title>{_escaped(title)}</title></head>"
    begin = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">', head, "  <body>"]
    return "\n".join([*begin, *lines, "  </body>", "</opml>", ""])


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
