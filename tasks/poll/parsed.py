"""What feedparser's handlers leave of an item of RSS, RDF or Atom → a draft of the entry."""

from __future__ import annotations

import re
from typing import Any

from tasks.poll.draft import Draft, paragraphs

MAX_TTL_SECONDS = 86_400

_HTML_TYPES = frozenset(("text/html", "application/xhtml+xml", "html", "xhtml"))
_SUMMARIES = ("summary", "itunes_summary", "media_description", "subtitle")
_PERIODS = {"hourly": 3600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
#: of a guid that is a link without its host
_PATH = re.compile(r"(?:\.{0,2}/|www\.)\S+\Z", re.IGNORECASE)
_PICTURE = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)(?:\?|\Z)", re.IGNORECASE)


def draft_of(entry: dict[str, Any], *, is_atom: bool) -> Draft:
    full = _full_text(entry)
    summary = next((text for key in _SUMMARIES if (text := text_of(entry, key).strip())), "")
    published, updated = _dates(entry, is_atom=is_atom)
    credit = entry.get("source") or {}
    return Draft(
        guid=text_of(entry, "id"),
        links=_links(entry),
        stated_link=_stated_link(entry),
        title=text_of(entry, "title"),
        published=published,
        updated=updated,
        authors=tuple(text_of(author, "name") for author in entry.get("authors", ())) or (text_of(entry, "author"),),
        summary="" if summary == text_of(full, "value").strip() else summary,
        content=_as_html(full),
        tags=tuple(text_of(tag, "label") or text_of(tag, "term") for tag in entry.get("tags", ())),
        lang=_lang(entry),
        image=_image(entry),
        base=text_of(full or entry.get("summary_detail") or {}, "base"),
        source_name=text_of(credit, "title"),
        source_url=text_of(credit, "href") or text_of(credit, "link"),
    )


def _dates(entry: dict[str, Any], *, is_atom: bool) -> tuple[str, str]:
    """When it came out and when it was changed, as they stand there."""
    published, modified = text_of(entry, "published") or text_of(entry, "created"), text_of(entry, "dcterms_modified")
    updated = text_of(entry, "updated") if "updated" in entry else ""
    if not is_atom and not published:  # dc:date is when the item came out
        return updated or modified, modified if updated else ""
    return published, modified or updated


def text_of(holder: Any, key: str) -> str:
    value = holder.get(key)
    return value if isinstance(value, str) else ""


def _links(entry: dict[str, Any]) -> tuple[str, ...]:
    # RFC 4287: a relation may be written as its whole IRI
    alternates = [link for link in entry.get("links", ()) if text_of(link, "rel").lower().endswith("alternate")]
    guid, stated = text_of(entry, "id"), _stated_link(entry)
    pages = [text_of(link, "href") for link in alternates if link.get("type") in _HTML_TYPES]
    others = [text_of(link, "href") for link in alternates if link.get("type") not in _HTML_TYPES]
    sources = [text_of(part, "src") for part in entry.get("content", ())]
    return (text_of(entry, "feedburner_origlink"), *pages, stated, guid if _is_http(guid) else "", *others, *sources)


def _stated_link(entry: dict[str, Any]) -> str:
    """A guid is a link unless it says that it is none; but most that do not say so are no links either."""
    link = text_of(entry, "link")
    return "" if link == text_of(entry, "id") and not _is_http(link) and not _PATH.match(link) else link


def _is_http(link: str) -> bool:
    return link.lower().startswith(("http://", "https://"))


def _full_text(entry: dict[str, Any]) -> dict[str, Any]:
    """The longest one; empty where there is none."""
    parts = [part for part in entry.get("content", ()) if text_of(part, "value").strip()]
    texts = [part for part in parts if part.get("type") in _HTML_TYPES or part.get("type") == "text/plain"]
    return max(texts, key=lambda part: len(part["value"]), default={})


def _as_html(part: dict[str, Any]) -> str:
    value = text_of(part, "value")
    return value if part.get("type") in _HTML_TYPES else paragraphs(value)


def _lang(entry: dict[str, Any]) -> str:
    details = [*entry.get("content", ()), entry.get("summary_detail"), entry.get("title_detail")]
    return next((text_of(detail, "language") for detail in details if detail and text_of(detail, "language")), "")


def _image(entry: dict[str, Any]) -> str:
    media = [item for item in entry.get("media_content", ()) if _is_image(item)]
    widest: dict[str, Any] = max(media, key=lambda item: _number(text_of(item, "width")), default={})
    thumbnails = [(item, "url") for item in entry.get("media_thumbnail", ())]
    links = [link for link in entry.get("links", ()) if link.get("rel") == "enclosure" and _is_image(link)]
    places = [(widest, "url"), *thumbnails, *((link, "href") for link in links), (entry.get("image") or {}, "href")]
    return next((url for item, key in places if (url := text_of(item, key))), "")


def _is_image(item: dict[str, Any]) -> bool:
    medium, type_ = text_of(item, "medium"), text_of(item, "type")
    if not medium and not type_:  # of what says nothing of itself, the address does
        return bool(_PICTURE.search(text_of(item, "url") or text_of(item, "href")))
    return medium == "image" or type_.startswith("image/")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def ttl_seconds(feed: dict[str, Any]) -> int | None:
    minutes, times = (_number(text_of(feed, key).strip()) for key in ("ttl", "sy_updatefrequency"))
    seconds = minutes * 60 or _PERIODS.get(text_of(feed, "sy_updateperiod").strip().lower(), 0) // (times or 1)
    return min(seconds, MAX_TTL_SECONDS) if seconds else None
