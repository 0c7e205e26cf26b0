"""The ways to an article's text, and the choice between them."""

from __future__ import annotations

import html as html_entities
import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from lxml.etree import XPath
from lxml.html import HtmlElement

from tasks.extract import markup, pruning, structured
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
MAX_STATE_CHARS = 3_000_000
FAST_SHARE = 0.5
# headline, byline, date and some menu
MAX_AROUND_CHARS = 250
# a line of a menu has no more words and no full stop; an ellipsis is what a page shows while it loads
LABEL_WORDS = 3
_STOPS = (".", "!", "?", "。", "！", "？", "।", "؟", '"', "”", "»")

_BREAK = re.compile(r"<\s*(?:br|/p|/div|/li|/h\d)\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{1,2000}>")
_STATE_ID = ("__NEXT_DATA__", "__NUXT_DATA__", "__UNIVERSAL_DATA__")
_STATE = re.compile(
    r"(?:window\.)?(?:__\w+__|\w*(?:initial|preloaded|app)_?state\w*|Fusion\.globalContent)\s*=\s*(?=[{\[])",
    re.IGNORECASE,
)
_LITERAL = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_TEXT_KEYS = re.compile(r"body|content|text|html|article|paragraph|value|story", re.IGNORECASE)


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
        text = _TAG.sub(" ", _BREAK.sub("\n", text))
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
    best = ""
    for script in tree.iter("script"):
        text = script.text or ""
        if not MIN_OTHER_CHARS < len(text) < MAX_STATE_CHARS or "ld+json" in (script.get("type") or ""):
            continue
        found = [_longest(value) for value in _states(script, text)]
        best = max((best, *found, *_literals(text)), key=len)
    return from_markup(best[:MAX_CHARS], "script-state", context)


def _literals(text: str) -> Iterator[str]:
    """Long string literals that read as prose, wherever a script has them."""
    for match in _LITERAL.finditer(text):
        if match.end() - match.start() > MIN_OTHER_CHARS:
            try:
                value = json.loads(match.group(), strict=False)
            except ValueError:
                continue
            if _reads(value):
                yield value


def _states(script: HtmlElement, text: str) -> Iterator[Any]:
    if script.get("id") in _STATE_ID or "json" in (script.get("type") or ""):
        yield structured.read_json(text)
        return
    for match in list(_STATE.finditer(text))[:3]:
        try:
            yield json.JSONDecoder(strict=False).raw_decode(text, match.end())[0]
        except (ValueError, RecursionError):
            continue


def _longest(value: Any) -> str:
    """The longest string, or list of paragraphs, under a key that names a text."""
    best, stack, seen = "", [("", value, 0)], 0
    while stack and seen < 20_000:
        key, node, depth = stack.pop()
        seen += 1
        if isinstance(node, dict) and depth < 30:
            stack += [(str(name), inner, depth + 1) for name, inner in node.items()]
        elif isinstance(node, list) and depth < 30:
            joined = "\n".join(text for one in node if (text := _paragraph(one)))
            best = joined if _reads(joined) and len(joined) > len(best) else best
            stack += [(key, inner, depth + 1) for inner in node]
        elif isinstance(node, str) and len(node) > len(best) and _TEXT_KEYS.search(key) and _reads(node):
            best = node
    return best


def _paragraph(node: Any) -> str:
    if isinstance(node, str):
        return node if " " in node else ""
    if isinstance(node, dict):
        for key in ("text", "content", "html", "value", "body"):
            if isinstance(node.get(key), str) and " " in node[key]:
                return str(node[key])
    return ""


def _reads(text: str) -> bool:
    """Prose, not code, addresses or base64: blanks and full stops, few braces."""
    if len(text) < MIN_OTHER_CHARS:
        return False
    sample = _TAG.sub(" ", text[:4000])
    signs = sum(sample.count(sign) for sign in "{}[];=<>\\")
    return sample.count(" ") > len(sample) / 20 and signs < len(sample) / 60


def from_density(tree: HtmlElement, context: Context) -> Body:
    """A second opinion: the element whose own paragraphs hold the most text, read as it stands. Uses the tree up."""
    pruning.pruned(tree)
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
    return from_tree(pruning.pruned(tree), context=context, method="noscript")


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
