"""Text that stands in a page without paragraphs gets them: trafilatura loses blanks and order where it has none."""

from __future__ import annotations

import re
from itertools import pairwise

from lxml.etree import XPath
from lxml.html import HtmlElement

from tasks.extract.names import Answers

_INLINE_NAMES = """
a abbr acronym b bdi bdo big br cite code data del dfn em font i ins kbd label mark nobr q s samp small span strike
strong sub sup time tt u var wbr
"""
_INLINE = frozenset(_INLINE_NAMES.split())
_BLOCKS = """
address article aside blockquote div dl fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre
section table ul
""".split()
MIN_CHARS = 80


def _inline(element: HtmlElement) -> bool:
    return element.tag in _INLINE and next(element.iterdescendants(*_BLOCKS), None) is None


def _own_text(element: HtmlElement) -> int:
    own = len((element.text or "").strip())
    return own + sum(len((child.tail or "").strip()) for child in element)


_WITH_TEXT = XPath(
    "descendant-or-self::*[self::div or self::section or self::article or self::td or self::main or self::center]"
    "[text()[normalize-space()]]"
)
#: around a whole text
_DRESSED = XPath("descendant::*[self::font or self::span][br][not(ancestor::p)]")


def _has_empty_line(element: HtmlElement) -> bool:
    return any(one.tag == two.tag == "br" and not (one.tail or "").strip() for one, two in pairwise(element))


def paragraphs(body: HtmlElement) -> None:
    """Wraps each run of text and inline elements that stands in a container in a <p>; two <br> end a run."""
    for element in _DRESSED(body):
        if _own_text(element) >= MIN_CHARS and _has_empty_line(element):
            element.tag = "div"
    for element in _WITH_TEXT(body):
        if _own_text(element) >= MIN_CHARS and any(child.tag == "br" or not _inline(child) for child in element):
            _wrap(element)


_SUBHEADING = re.compile(
    r"(?:^|[\s_-])(?:sub-?head(?:line|ing)?s?|cross-?head(?:ing)?|inter-?title|zwischen(?:titel|überschrift)|ladillo|mellemrubrik|mellomtittel|mellanrubrik)(?:$|[\s_-])"
)


_IS_SUBHEADING = Answers(lambda name: _SUBHEADING.search(name.lower()) is not None)


def subheadings(body: HtmlElement) -> None:
    """Short elements that are named as subheadings become ones."""
    for element in list(body.iter("div", "p", "span")):
        name = element.get("class")
        if (
            name
            and _IS_SUBHEADING[name]
            and 3 < len("".join(element.itertext()).strip()) < 160
            and next(element.iterdescendants("p", "div", "h1", "h2", "h3"), None) is None
        ):
            element.tag = "h3"


def _wrap(element: HtmlElement) -> None:
    children, made = list(element), []
    run = element.makeelement("p")
    run.text, element.text = element.text, None
    breaks = 0
    for child in children:
        breaks = breaks + 1 if child.tag == "br" else 0
        if not _inline(child):
            tail, child.tail = child.tail, None
            made += [run, child]
            run = element.makeelement("p")
            run.text = tail
        elif breaks == 2:
            made.append(run)
            run = element.makeelement("p")
            run.text, child.tail, breaks = child.tail, None, 1
        else:
            run.append(child)
        if child.tail and child.tail.strip():
            breaks = 0
    made.append(run)
    element[:] = [one for one in made if one.tag != "p" or len(one) or (one.text and one.text.strip())]
