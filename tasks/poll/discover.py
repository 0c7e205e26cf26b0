"""Where the feeds of a page may be: what the page names, what robots.txt names, and where sites usually have them."""

from __future__ import annotations

import html
import re
from urllib.parse import urljoin, urlsplit

from tasks.clean import clean_line
from tasks.identity import canonical_url
from tasks.poll.charset import decoded_text
from tasks.reasons import Failed

MAX_NAMED = 20
_MAX_HTML_BYTES = 2 << 20
_FEED_TYPE_NAMES = """
application/rss+xml application/atom+xml application/feed+json application/rdf+xml application/json
application/rss application/atom application/xml text/rss text/rss+xml text/atom+xml text/xml
"""
_FEED_TYPES = frozenset(_FEED_TYPE_NAMES.split())
#: in the order in which they are tried; all from the site's root
_PLACES = ("feed/", "rss", "rss.xml", "feed.xml", "atom.xml", "index.xml", "feed.json", "feeds", "news-sitemap.xml")
_TAG = re.compile(r"<(link|a|base)\b((?:[^<>\"']++|\"[^\"]{0,4000}+\"|'[^']{0,4000}+')*+)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-z-]{1,30})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_FEED_LIKE = re.compile(r"(?:^|[/._?=-])(?:rss|atom|feeds?|rdf)(?:[0-9]*)(?:$|[/._?&=-])", re.IGNORECASE)
_SITEMAP = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


def named_feeds(page: bytes, url: str, content_type: str = "") -> list[str]:
    """What `<link rel=alternate>` names comes first, then links that look like feeds; each once, absolute."""
    text, _ = decoded_text(page[:_MAX_HTML_BYTES], content_type)
    base, declared, linked = url, [], []
    for tag in _TAG.finditer(text):
        attributes = {name.lower(): html.unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(tag[2])}
        href = attributes.get("href", "")
        kind = tag[1].lower()
        if kind == "base" and href:
            base = _joined(url, href) or url
        elif kind == "link" and _is_declared(attributes):
            declared.append(href)
        elif kind == "a" and _FEED_LIKE.search(_path_and_query(href)):
            linked.append(href)
    found = _usable([_joined(base, href) for href in (*declared, *linked)])
    # what readers say under the articles is a feed, too, but not the one that was meant
    return sorted(found, key=lambda feed: "comment" in feed.lower())[:MAX_NAMED]


def _path_and_query(href: str) -> str:
    try:
        parts = urlsplit(href)
    except ValueError:
        return ""
    return f"{parts.path}?{parts.query}"


def usual_places(url: str) -> list[str]:
    return _usable([_joined(url, f"/{place}") for place in _PLACES])


def news_sitemaps(robots_txt: str, url: str) -> list[str]:
    """Sitemaps that robots.txt names and that call themselves news."""
    return _usable([_joined(url, place) for place in _SITEMAP.findall(robots_txt) if "news" in place.lower()])[:5]


def _is_declared(attributes: dict[str, str]) -> bool:
    relations = attributes.get("rel", "").lower().split()
    kind = attributes.get("type", "").lower().partition(";")[0].strip()
    return ("alternate" in relations and kind in _FEED_TYPES) or "feed" in relations


def _joined(base: str, href: str) -> str:
    try:
        return urljoin(base, clean_line(href, 2048))
    except ValueError:
        return ""


def _usable(urls: list[str]) -> list[str]:
    kept: dict[str, str] = {}
    for url in urls:
        try:
            kept.setdefault(canonical_url(url), url)
        except Failed:
            continue
    return list(kept.values())
