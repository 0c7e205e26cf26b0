"""The ways to an article's text, and the choice between them."""

from __future__ import annotations

import html as html_entities
import re
from collections.abc import Iterator
from typing import NamedTuple

from lxml.etree import XPath
from lxml.html import HtmlElement

from tasks.extract import markup, pruning, states, structured
from tasks.extract.blocks import Block, block, blocks_of
from tasks.extract.cleaning import Context, Drop, cleaned
from tasks.extract.maintext import main_text
from tasks.extract.page import Facts
from tasks.extract.text import clean

MAX_CHARS = 400_000
# another way must have this much to be asked at all, and the first way under this share of it
MIN_OTHER_CHARS = 600
MAX_FIRST_SHARE = 0.6
# and this much where the first way has no text at all: a teaser is as long
MIN_ALONE_CHARS = 300
FAST_SHARE = 0.5
# headline, byline, date and some menu
MAX_AROUND_CHARS = 250
# a line of a menu has no more words and no full stop; an ellipsis is what a page shows while it loads
LABEL_WORDS = 3
_STOPS = (".", "!", "?", "。", "！", "？", "।", "؟", '"', "”", "»")

_BREAK = re.compile(r"<\s*(?:br|/p|/div|/li|/h\d)\b[^>]*>", re.IGNORECASE)


_TEXT = XPath("string()", smart_strings=False)


class Body(NamedTuple):
    method: str
    blocks: list[Block]
    drops: list[Drop]

    @property
    def chars(self) -> int:
        return sum(len(one.text) for one in self.blocks)


def from_tree(tree: HtmlElement, *, context: Context, method: str = "trafilatura") -> Body:
    """trafilatura's own rules first; its comparison with two other readers only where they leave much of the page.
    Takes the readers' comments out of the tree."""
    chars = paragraph_chars(tree)
    body = _extracted(tree, context=context, method=method, compared=False)
    if body.chars < FAST_SHARE * chars:
        body = _extracted(tree, context=context, method=method, compared=True)
    return body


def _extracted(tree: HtmlElement, *, context: Context, method: str, compared: bool) -> Body:
    try:
        found = main_text(tree, compared=compared)
        blocks = [] if found is None else blocks_of(found)
    except Exception:  # noqa: BLE001  (lists in lists in lists end its recursion; there are other ways to the text)
        blocks = []
    return Body(method, *cleaned(blocks, context)) if blocks else Body(method, [], [])


def paragraph_chars(tree: HtmlElement) -> int:
    """Of nested paragraphs each counts its text."""
    return sum(len(_TEXT(paragraph)) for paragraph in tree.iter("p"))


def from_string(text: str, method: str, context: Context) -> Body:
    """Text or HTML out of a string value, paragraph by paragraph."""
    if "&lt;p" in text or "&lt;br" in text:
        text = html_entities.unescape(text)
    if "<" in text:
        text = states.TAG.sub(" ", _BREAK.sub("\n", text))
    lines = [clean(html_entities.unescape(line)) for line in text.split("\n")]
    return Body(method, *cleaned([block("p", line) for line in lines if line], context))


def _data_text(facts: Facts) -> str:
    return structured.text_value(structured.first(facts.data, "articleBody"))[:MAX_CHARS]


def from_markup(content: str, method: str, context: Context) -> Body:
    """A piece of HTML, or plain text, that is nothing but the article."""
    if not content.strip():
        return Body(method, [], [])
    plain = from_string(content, method, context)
    tree = markup.parse(f"<html><body><article>{content}</article></body></html>") if "<" in content else None
    if tree is None:
        return plain
    body = from_tree(pruning.pruned(tree), context=context, method=method)
    return body if body.chars >= MAX_FIRST_SHARE * plain.chars else plain


def from_state(tree: HtmlElement, context: Context) -> Body:
    """The longest text in what a page hands to its scripts: pages that are drawn in the browser have no other."""
    best = max(states.texts(tree), key=len, default="")
    return from_markup(best[:MAX_CHARS], "script-state", context)


def from_density(tree: HtmlElement, context: Context) -> Body:
    """A second opinion: the element whose own paragraphs hold the most text, read as it stands. Uses the tree up."""
    pruning.pruned(tree, headline=context.headline)
    scores: dict[HtmlElement, float] = {}
    for paragraph in tree.iter("p"):
        size = len("".join(paragraph.itertext()).strip())
        if size < 40:
            continue
        share = 1.0
        for parent in list(paragraph.iterancestors())[:3]:
            scores[parent] = scores.get(parent, 0.0) + share * size
            share *= 0.6
    if not scores:
        return Body("density", [], [])
    best = max(scores, key=lambda element: scores[element])
    found = [
        block("head" if element.tag[0] == "h" else "p", clean(" ".join(element.itertext())))
        for element in best.iter("p", "h2", "h3", "h4", "li", "blockquote")
        if not any(inner.tag == "p" for inner in element.iterdescendants("p"))
    ]
    return Body("density", *cleaned([one for one in found if one.words], context))


def from_unseen(html: str, context: Context) -> Body:
    """What is shown where no scripts run, and the roots that components bring along."""
    tree = markup.parse(html)
    if tree is None:
        return Body("noscript", [], [])
    for element in tree.iter("noscript", "template"):
        if element.tag == "noscript" or element.get("shadowrootmode"):
            element.tag = "div"
    return from_tree(pruning.pruned(tree, headline=context.headline), context=context, method="noscript")


class Choice(NamedTuple):
    body: Body
    #: how sure, 0 to 1
    score: float
    #: (method, characters) of every way that was tried
    ways: tuple[tuple[str, int], ...]


def chosen(first: Body, others: Iterator[Body]) -> Choice:
    """The first way, unless it gives under 60 % of what another one has."""
    best, score = first, 0.9 if first.chars >= MIN_OTHER_CHARS else 0.6
    ways = [(first.method, first.chars)]
    for other in others:
        ways.append((other.method, other.chars))
        least = MIN_OTHER_CHARS if _says_anything(best) else MIN_ALONE_CHARS
        if other.chars > least and best.chars < MAX_FIRST_SHARE * other.chars:
            best, score = other, 0.7
        elif _parts(other, best):
            best = other
    if not _says_anything(best):
        best = Body(best.method, [], best.drops)
    return Choice(best, score, tuple(ways))


def _parts(other: Body, whole: Body) -> bool:
    """Whether this is the text of the other as paragraphs: the library's last resort runs an element together, with
    headline, byline and date."""
    if len(whole.blocks) != 1 or not 0 < whole.chars - other.chars <= MAX_AROUND_CHARS:
        return False
    text = whole.blocks[0].text
    return other.chars >= FAST_SHARE * whole.chars and all(one.text in text for one in other.blocks)


def _says_anything(body: Body) -> bool:
    """Not where there are but labels: of a menu, of a page that waits for its scripts."""
    return any(one.words > LABEL_WORDS or one.text.endswith(_STOPS) for one in body.blocks)


def second_ways(facts: Facts, html: str, first: Body, context: Context) -> Iterator[Body]:
    """What stands in JSON-LD costs little to ask; the page is read again only where the first way left it empty or in
    one piece."""
    text = _data_text(facts)
    if first.chars < MAX_FIRST_SHARE * len(text):
        yield from_string(text, "json-ld", context)
    else:  # too short whatever is cleaned away
        yield Body("json-ld", [Block("p", text, words=0, linked=0.0)], [])
    short = first.chars < MIN_OTHER_CHARS
    if (short or len(first.blocks) == 1) and (tree := markup.parse(html)) is not None:
        if short:
            yield from_state(tree, context)
        yield from_density(tree, context)
    if short and ("<noscript" in html or "shadowrootmode" in html):
        yield from_unseen(html, context)
