"""Other stories on the page: what readers who scroll on get, in articles beside the one that holds the headline."""

from __future__ import annotations

from lxml.html import HtmlElement

from tasks.extract.page import text_of
from tasks.extract.text import folded, likeness

# less is a teaser, or an update of a live blog
MIN_STORY_CHARS = 300


def beside(tree: HtmlElement, title: str) -> list[HtmlElement]:
    """Articles with a headline and a text of their own. Not so with other elements: guides have a div and an h1 for
    each of their chapters."""
    headings = list(tree.iter("h1"))
    own = next((one for one in headings if _is(one, title)), None) if len(headings) > 1 else None
    story = None if own is None else next(own.iterancestors("article"), None)
    if story is None or _chars(story) < MIN_STORY_CHARS:
        return []
    others = (*story.itersiblings("article", preceding=True), *story.itersiblings("article"))
    return [one for one in others if _is_other(one, title)]


def _is(heading: HtmlElement, title: str) -> bool:
    return likeness(folded(text_of(heading)), folded(title)) >= 0.8


def _is_other(article: HtmlElement, title: str) -> bool:
    headings = list(article.iter("h1"))
    return len(headings) == 1 and not _is(headings[0], title) and _chars(article) >= MIN_STORY_CHARS


def _chars(element: HtmlElement) -> int:
    return sum(len("".join(paragraph.itertext()).strip()) for paragraph in element.iter("p"))
