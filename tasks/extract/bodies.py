"""The ways to an article's text, and the choice between them."""

from __future__ import annotations

import copy
import html as html_entities
import re
from typing import NamedTuple

import trafilatura
from lxml.html import HtmlElement

from tasks.extract import markup, structured
from tasks.extract.blocks import Block, block, blocks_of
from tasks.extract.cleaning import Context, Drop, cleaned
from tasks.extract.page import Facts
from tasks.extract.text import clean

MAX_CHARS = 200_000


class Body(NamedTuple):
    method: str
    blocks: list[Block]
    drops: list[Drop] = []

    @property
    def chars(self) -> int:
        return sum(len(one.text) for one in self.blocks)


def from_tree(tree: HtmlElement, *, url: str, context: Context) -> Body:
    document = trafilatura.bare_extraction(
        tree, url=url, include_comments=False, include_links=True, with_metadata=False
    )
    if document is None or document.body is None:
        return Body("trafilatura", [])
    return Body("trafilatura", *cleaned(blocks_of(document.body), context))


_BREAK = re.compile(r"<\s*(?:br|/p|/div|/li|/h\d)\b[^>]*>", re.IGNORECASE)


def from_markup(text: str, method: str) -> Body:
    """Text or HTML out of a string value, paragraph by paragraph."""
    if "<" in text or "&lt;" in text:
        text = html_entities.unescape(text) if "&lt;" in text and "<p" not in text else text
        text = re.sub(r"<[^<>]{1,2000}>", " ", _BREAK.sub("\n", text))
    lines = [clean(html_entities.unescape(line)) for line in text.split("\n")]
    return Body(method, [block("p", line) for line in lines if line])


def from_data(facts: Facts) -> Body:
    found = structured.first(facts.data, "articleBody")
    return from_markup(structured.text_value(found), "json-ld") if found else Body("json-ld", [])


def from_feed(content: str, context: Context) -> Body:
    tree = (
        markup.parse(f"<html><body><article><div>{content}</div></article></body></html>") if content.strip() else None
    )
    if tree is None:
        return Body("feed", [])
    body = from_tree(copy.copy(tree), url="", context=context)
    if body.chars > 100:
        return body._replace(method="feed")
    return from_markup(content, "feed")


def chosen(first: Body, others: list[Body]) -> Body:
    """The first way, unless it gives under 60 % of what another one has."""
    best = first
    for other in others:
        if other.chars > 600 and best.chars < 0.6 * other.chars:
            best = other
    return best
