"""Printed articles → a feed document in one of three dialects, and the list of these feeds."""

from __future__ import annotations

import email.utils
import json
from collections.abc import Callable, Sequence
from html import escape
from typing import NamedTuple

from worker.demo.pages import Printed

#: what many publishers hang on the links of their feeds
TRACKING = "?utm_source=rss&utm_medium=feed"


class Channel(NamedTuple):
    id: str
    title: str
    home: str
    #: the feed's own address
    url: str
    dialect: str


def _rss(channel: Channel, entries: Sequence[Printed]) -> str:
    items = "".join(
        f"<item><title>{escape(entry.article.title)}</title><link>{escape(entry.url + TRACKING)}</link>"
        f'<guid isPermaLink="false">{entry.article.publisher}/{entry.article.slug}</guid>'
        f"<pubDate>{email.utils.format_datetime(entry.published, usegmt=True)}</pubDate>"
        f"<category>{escape(entry.article.section)}</category><dc:creator>{escape(entry.article.author)}</dc:creator>"
        f"<description>{escape(entry.article.summary)}</description></item>\n"
        for entry in entries
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<channel><title>{escape(channel.title)}</title><link>{channel.home}/</link><language>en</language>"
        f"<description>{escape(channel.title)}</description>\n{items}</channel></rss>\n"
    )


def _atom(channel: Channel, entries: Sequence[Printed]) -> str:
    items = "".join(
        f"<entry><id>tag:{channel.id}.invalid,2026:{entry.article.slug}</id>"
        f"<title>{escape(entry.article.title)}</title>"
        f'<link rel="alternate" type="text/html" href="{escape(entry.url)}"/>'
        f"<published>{entry.published.isoformat()}</published><updated>{entry.modified.isoformat()}</updated>"
        f"<author><name>{escape(entry.article.author)}</name></author>"
        f'<category term="{escape(entry.article.section)}"/><summary>{escape(entry.article.summary)}</summary>'
        "</entry>\n"
        for entry in entries
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">'
        f"<id>tag:{channel.id}.invalid,2026:feed</id><title>{escape(channel.title)}</title>"
        f'<link href="{channel.home}/"/>'
        f'<link rel="self" href="{channel.url}"/><updated>{max(e.modified for e in entries).isoformat()}</updated>\n'
        f"{items}</feed>\n"
    )


def _json(channel: Channel, entries: Sequence[Printed]) -> str:
    items = []
    for entry in entries:
        article = entry.article
        item = {
            "id": f"{article.publisher}:{article.slug}",
            "url": entry.url,
            "title": article.title,
            "summary": article.summary,
            "date_published": entry.published.isoformat(),
            "date_modified": entry.modified.isoformat(),
            "authors": [{"name": article.author}],
            "tags": [article.section],
            "language": "en",
        }
        if article.content_in_feed:
            item["content_html"] = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in article.paragraphs)
        items.append(item)
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "home_page_url": f"{channel.home}/",
        "feed_url": channel.url,
        "language": "en",
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False, indent=1)


#: dialect → writer; a new dialect is one function and one line here
WRITERS: dict[str, Callable[[Channel, Sequence[Printed]], str]] = {"rss": _rss, "atom": _atom, "json": _json}


def feed_document(channel: Channel, entries: Sequence[Printed]) -> str:
    return WRITERS[channel.dialect](channel, entries)


def feed_list(channels: Sequence[Channel], every_seconds: float) -> str:
    """TOML, with how often to look."""
    rows = "".join(
        f'\n[[feed]]\nid = "{channel.id}"\ntitle = "{channel.title}"\nurl = "{channel.url}"\n' for channel in channels
    )
    return f'schema = 1\n\n[defaults]\nevery = "{every_seconds:g}s"\nlang = "en"\n{rows}'
