"""An article → the HTML page of its publisher, with all that stands around a text on the web."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from html import escape
from string import Template
from typing import NamedTuple

from worker.demo.news import FOLDER, Article, Publisher

FEED_TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}
FEED_PATHS = {"rss": "/feed.xml", "atom": "/atom.xml", "json": "/feed.json"}


class Printed(NamedTuple):
    """An article as it stands at a moment, with its address and times."""

    article: Article
    url: str
    published: datetime
    modified: datetime


def _look(name: str) -> Template:
    return Template(FOLDER.joinpath(f"looks/{name}.html").read_text("utf-8"))


def _paragraph(text: str) -> str:
    if text.startswith("## "):
        return f"<h2>{escape(text[3:])}</h2>"
    label, colon, rest = text.partition(": ")
    if colon and label == "Related article":
        return f'<p>{label}: <a href="/">{escape(rest)}</a></p>'
    return f"<p>{escape(text)}</p>"


def _wall(article: Article) -> str:
    if article.shown_paragraphs is None:
        return ""
    return (
        '<div class="inset wall"><h3>Read on with a subscription</h3>'
        '<p>You have reached the end of the free part of this article. Subscribers read all of it.</p><a href="/">'
        "See our offers</a></div>"
    )


def _json_ld(publisher: Publisher, printed: Printed) -> str:
    article = printed.article
    facts = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.title,
        "description": article.summary,
        "url": printed.url,
        "datePublished": printed.published.isoformat(),
        "dateModified": printed.modified.isoformat(),
        "articleSection": article.section,
        "author": {"@type": "Organization" if article.credit else "Person", "name": article.author},
        "publisher": {"@type": "NewsMediaOrganization", "name": publisher.name},
    }
    return json.dumps(facts, ensure_ascii=False).replace("</", "<\\/")


def article_page(publisher: Publisher, printed: Printed, *, home: str, others: Sequence[Article]) -> str:
    article = printed.article
    paragraphs = article.paragraphs[: article.shown_paragraphs]
    if article.credit:
        paragraphs.append(f"Reporting by {article.credit}")
    body = [_paragraph(paragraph) for paragraph in paragraphs]
    links = [f'<a href="{escape(other.path)}">{escape(other.title)}</a>' for other in others]
    return _look(publisher.look).substitute(
        site=escape(publisher.name),
        tagline=escape(publisher.tagline),
        home=home,
        feed_type=FEED_TYPES[publisher.feed],
        feed_url=FEED_PATHS[publisher.feed],
        title=escape(article.title),
        summary=escape(article.summary),
        section=escape(article.section),
        author=escape(article.author),
        url=escape(printed.url),
        image=f"{home}/image/{article.slug}.svg",
        published=printed.published.isoformat(timespec="seconds"),
        modified=printed.modified.isoformat(timespec="seconds"),
        day=f"{printed.published:%d %B %Y}",
        tier="locked" if article.shown_paragraphs else "free",
        json_ld=_json_ld(publisher, printed),
        body="\n".join(body),
        body_first="\n".join(body[:2]),
        body_rest="\n".join(body[2:]),
        body_breaks="<br><br>\n".join(escape(paragraph) for paragraph in paragraphs),
        wall=_wall(article),
        others="".join(f"<li>{link}</li>" for link in links),
        others_boxes="".join(f"<div>{link}</div>" for link in links),
        others_lines="".join(f"<br>&raquo; {link}" for link in links),
        others_cards="".join(f'<div class="card"><h4>{link}</h4></div>' for link in links),
    )


def front_page(publisher: Publisher, articles: Sequence[Article]) -> str:
    links = (f'<li><a href="{escape(article.path)}">{escape(article.title)}</a></li>' for article in articles)
    return _look("front").substitute(
        site=escape(publisher.name),
        tagline=escape(publisher.tagline),
        feed_type=FEED_TYPES[publisher.feed],
        feed_url=FEED_PATHS[publisher.feed],
        others="".join(links),
    )


def picture(slug: str) -> str:
    """A strip of colour that is the article's own."""
    hue = sum(slug.encode()) * 37 % 360
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 6"><defs><linearGradient id="g">'
        f'<stop stop-color="hsl({hue},40%,35%)"/><stop offset="1" stop-color="hsl({(hue + 60) % 360},45%,65%)"/>'
        '</linearGradient></defs><rect width="16" height="6" fill="url(#g)"/></svg>'
    )
