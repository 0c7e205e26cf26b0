"""The lesser fields of an article: summary, section, tags, picture, addresses, links; each with its source."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import courlan

from tasks.extract import structured
from tasks.extract.blocks import Block
from tasks.extract.page import Facts, joined
from tasks.extract.text import folded, one_line, plain
from tasks.identity import canonical_url
from tasks.reasons import Failed
from tasks.records import Entry, Link

MAX_TAGS = 30
MAX_TAG_CHARS = 80
MAX_LINKS = 50
MAX_SUMMARY_CHARS = 1000
_SECTION_SKIP = frozenset(
    "home homepage startseite start news inicio portada accueil главная ホーム 홈 index articles".split()
)
_NO_PICTURE = re.compile(
    r"(?:^data:|blank|spacer|pixel|1x1|placeholder|logo|default[-_]?(?:image|share|social))", re.IGNORECASE
)


def shown_url(url: str) -> str:
    try:
        return canonical_url(url)
    except Failed:
        return url


def canonical(facts: Facts) -> tuple[str | None, str]:
    """What the page calls its own address, where that is on the same registrable site and no mere front page."""
    own = _site(facts.url)
    for source, address in _own_names(facts):
        if _site(address) == own:
            return shown_url(address), source
    return None, ""


def original(facts: Facts) -> tuple[Link, ...]:
    """The page of another site that this one, having no canonical address of its own, calls its canonical one."""
    named = [address for source, address in _own_names(facts) if source == "link"]
    if not named or any(_site(address) == _site(facts.url) for address in named):
        return ()
    return (Link(url=shown_url(named[0]), rel="canonical", text=None),)


def _own_names(facts: Facts) -> list[tuple[str, str]]:
    """(source, address) of what the page says it is called; a front page is nobody's name but its own."""
    given = [("link", value) for value in facts.links.get("canonical", ())]
    named = ((source, joined(facts.url, value)) for source, value in (*given, ("og", facts.meta("og:url"))) if value)
    at_front = not urlsplit(facts.url).path.strip("/")
    return [(source, one) for source, one in named if one and (at_front or urlsplit(one).path.strip("/"))]


def _site(url: str) -> str | None:
    """Of the address as it is shown: a host in letters of another script is the same as its ASCII form."""
    return courlan.extract_domain(shown_url(url), fast=True)


def summary(facts: Facts, entry: Entry | None, blocks: list[Block]) -> tuple[str, str]:
    """(text, source): the feed's, the page's standfirst or description, else the first paragraph."""
    if entry and entry.summary.strip():
        return one_line(entry.summary)[:MAX_SUMMARY_CHARS], "feed"
    ways = {
        "standfirst": facts.standfirst,
        "json-ld": plain(structured.text_value(structured.first(facts.data, "description"))),
        "meta": facts.meta("og:description", "description", "twitter:description"),
    }
    for source, text in ways.items():
        if len(folded(text)) >= 4:
            return text[:MAX_SUMMARY_CHARS], source
    lead = next((one.text for one in blocks if one.kind == "p" and one.words >= 8), "")
    return one_line(lead)[:MAX_SUMMARY_CHARS], "lead"


def section(facts: Facts) -> tuple[str | None, str]:
    named = [
        ("json-ld", plain(structured.text_value(structured.first(facts.data, "articleSection")))),
        ("meta", facts.meta("article:section", "section", "parsely-section", "cxenseparse:section", "dc.subject")),
    ]
    for source, value in [*named, *(("breadcrumb", crumb) for crumb in reversed(_crumbs(facts)))]:
        text = one_line(value.split(">")[-1])
        if 1 < len(text) <= 60 and text.lower() not in _SECTION_SKIP:
            return text, source
    return None, ""


def _crumbs(facts: Facts) -> list[str]:
    """The breadcrumb without its first and last step, home and the article itself."""
    for node in facts.data.breadcrumbs:
        names = []
        for item in structured.as_list(node.get("itemListElement")):
            if isinstance(item, dict):
                inner = item.get("item")
                names.append(
                    plain(
                        structured.text_value(
                            item.get("name") or (inner.get("name") if isinstance(inner, dict) else "")
                        )
                    )
                )
        steps = [name for name in names if name and name.lower() not in _SECTION_SKIP]
        if len(names) > 2:
            return steps[:-1] if len(steps) > 1 else steps
    return []


def tags(facts: Facts, entry: Entry | None) -> tuple[tuple[str, ...], str]:
    """Of all sources together; the keywords of meta tags, written for search engines, only where there is no other."""
    given = [("feed", tag) for tag in entry.tags] if entry else []
    for value in structured.as_list(structured.first(facts.data, "keywords")):
        text = value if isinstance(value, str) else structured.text_value(value)
        given += [("json-ld", one) for one in text.split(",")]
    given += [("meta", tag) for tag in facts.metas.get("article:tag", [])]
    if not given:
        for value in facts.metas.get("news_keywords", []) or facts.metas.get("keywords", []):
            given += [("keywords", one) for one in re.split(r"[,;]", value)]
    kept: dict[str, tuple[str, str]] = {}
    for source, one in given:
        text = plain(one)
        if 1 < len(text) <= MAX_TAG_CHARS and ":" not in text[:14]:
            kept.setdefault(text.casefold(), (text, source))
    found = list(kept.values())[:MAX_TAGS]
    return tuple(text for text, _ in found), "+".join(dict.fromkeys(source for _, source in found))


def image(facts: Facts, entry: Entry | None) -> tuple[str | None, str]:
    given = [
        ("og", facts.meta("og:image:secure_url", "og:image", "og:image:url")),
        ("json-ld", _picture(structured.first(facts.data, "image"))),
        ("twitter", facts.meta("twitter:image", "twitter:image:src")),
        *(("link", value) for value in facts.links.get("image_src", ())),
    ]
    for source, value in given:
        address = joined(facts.url, value) if value else ""
        if address and len(address) < 2048 and not _NO_PICTURE.search(address):
            return address, source
    return (entry.image, "feed") if entry and entry.image else (None, "")


def _picture(value: Any) -> str:
    for one in structured.as_list(value):
        if isinstance(one, str):
            return one
        if isinstance(one, dict):
            address = one.get("url") or one.get("contentUrl")
            if isinstance(address, str):
                return address
    return ""


def publisher(facts: Facts) -> tuple[str | None, str]:
    name = plain(facts.site_name)[:120]
    if not name:
        return None, ""
    return name, "og" if facts.meta("og:site_name") else "json-ld" if facts.data.publisher else "meta"


def links(facts: Facts, blocks: list[Block]) -> tuple[Link, ...]:
    """What the article's own text links to, in order; the page itself and its anchors are left out."""
    found: dict[str, Link] = {}
    own = shown_url(facts.url)
    for one in blocks:
        for text, href in one.links:
            address = joined(facts.url, href) if href and not href.startswith("#") else ""
            if address and len(address) < 2048 and shown_url(address) != own and address not in found:
                found[address] = Link(url=address, rel="other", text=one_line(text)[:200] or None)
    return tuple(found.values())[:MAX_LINKS]
