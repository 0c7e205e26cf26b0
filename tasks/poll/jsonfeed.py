"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import json
import re
from typing import Any

from tasks.poll.draft import Document, Draft, paragraphs
from tasks.reasons import Failed

_ITEMS = re.compile(r'"items"\s*+:\s*+\[')
_BETWEEN = re.compile(r"[\s,]*+(?=\{)")


def read_json(text: str, *, max_entries: int) -> Document:
    """Raises Failed: `parse-error` for broken JSON, `not-a-feed` for JSON of another kind."""
    cut: tuple[str, ...] = ()
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as reason:
        feed, cut = _salvaged(text), (f"broken JSON: {reason}; its whole items taken",)
        if feed is None:
            raise Failed("parse-error", f"broken JSON: {reason}") from None
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise Failed("not-a-feed", f"JSON without a list of items: {_shape(feed)}")
    version = _text(feed, "version")
    if "jsonfeed.org" not in version and not any(
        isinstance(item, dict) and _names_a_text(item) for item in feed["items"]
    ):
        raise Failed("not-a-feed", f"JSON without a JSON Feed version: {_shape(feed)}")
    items = [item for item in feed["items"] if isinstance(item, dict)]
    authors = _authors(feed)
    return Document(
        format="json11" if version.rstrip("/").endswith("1.1") else "json10",
        drafts=[_draft(item, authors) for item in items[:max_entries]],
        title=_text(feed, "title"),
        link=_text(feed, "home_page_url"),
        lang=_text(feed, "language"),
        warnings=cut if version else (*cut, "no version"),
    )


def _salvaged(text: str) -> dict[str, Any] | None:
    """A document that breaks off: what stands before its items, and those of them that are whole."""
    start = _ITEMS.search(text)
    if start is None:
        return None
    try:
        feed = json.loads(text[: start.start()].rstrip().rstrip(",") + "}")
    except (ValueError, RecursionError):
        feed = {}
    decoder, items, place = json.JSONDecoder(), [], start.end()
    while gap := _BETWEEN.match(text, place):
        try:
            item, place = decoder.raw_decode(text, gap.end())
        except (ValueError, RecursionError):
            break
        items.append(item)
    return {**feed, "items": items} if items and isinstance(feed, dict) else None


def _names_a_text(item: dict[str, Any]) -> bool:
    return bool(_text(item, "url")) and any(key in item for key in ("title", "content_html", "content_text", "summary"))


def _shape(value: Any) -> str:
    if isinstance(value, dict):
        return "an object of " + (", ".join(sorted(str(key)[:30] for key in value)[:5]) or "nothing")
    return f"a {type(value).__name__}"


def _draft(item: dict[str, Any], feed_authors: tuple[str, ...]) -> Draft:
    content = _text(item, "content_html") or paragraphs(_text(item, "content_text"))
    guid = _text(item, "id")
    tags = item.get("tags")
    return Draft(
        guid=guid,
        links=(
            _text(item, "url"),
            guid if guid.startswith(("http://", "https://")) else "",
            _text(item, "external_url"),
        ),
        stated_link=_text(item, "url"),
        title=_text(item, "title"),
        published=_text(item, "date_published"),
        updated=_text(item, "date_modified"),
        authors=_authors(item) or feed_authors,
        summary=_text(item, "summary"),
        content=content,
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        lang=_text(item, "language"),
        image=_text(item, "image") or _text(item, "banner_image"),
    )


def _text(holder: dict[str, Any], key: str) -> str:
    value = holder.get(key)
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _authors(holder: dict[str, Any]) -> tuple[str, ...]:
    authors = holder.get("authors")
    people = authors if isinstance(authors, list) and authors else [holder.get("author")]
    return tuple(_text(person, "name") for person in people if isinstance(person, dict) and _text(person, "name"))
