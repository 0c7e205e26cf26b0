"""Parts of a page that are no article, known by how the page names them: taken out before its text is looked for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import NamedTuple

from lxml.etree import XPath
from lxml.html import HtmlElement

from tasks.extract import layout, lexicon, neighbours
from tasks.extract.names import Answers, dashed
from tasks.extract.text import folded, one_line

# a part that holds more than this share of the page's text is the article, whatever it is called
MAX_SHARE = 0.2
MAX_CAPTIONS = 200
MAX_SHOWN_CHARS = 200
# a link around whole headings and paragraphs is the card of another article
_CARD = ("h2", "h3", "h4", "h5", "h6", "p", "div", "figure")
MAX_CARD_CHARS = 900
MAX_BOX_CHARS = 350
_AROUND_TEXT = ("html", "body", "main", "article")

_SILENT = "script style noscript template svg iframe select object embed canvas input textarea".split()
_START, _END = r"(?:^|[\s_-])", r"(?:$|[\s_-])"
_NAMES = tomllib.loads(Path(__file__).with_name("parts.toml").read_text(encoding="utf-8"))


class Part(NamedTuple):
    """An element that was taken out of the page."""

    #: `menu` (also buttons and dialogs), `card` (a link around a block), `box` (around a field for an address),
    #: `story` (another one) or `named` (by its class or id, or a caption)
    why: str
    #: tag, id and classes
    element: str
    chars: int
    #: how its text begins
    text: str


def _named_by(kind: str) -> re.Pattern[str]:
    return re.compile(f"{_START}(?:{'|'.join(_NAMES[kind])}){_END}")


_STRONG_PART = _named_by("strong")
_WEAK_PART = _named_by("weak")
MAX_WEAK_CHARS = 350
MAX_NAMED_CHARS = 1_000_000
# in this order, so that what one makes is not joined again
_JOINTS = ("--", "__", "_", ":")


def _allowed(name: str) -> int:
    """How many characters a part of such a name may have; 0 where it says nothing."""
    plain = dashed(name)
    for joint in _JOINTS:
        plain = plain.replace(joint, "-")
    return MAX_NAMED_CHARS if _STRONG_PART.search(plain) else MAX_WEAK_CHARS if _WEAK_PART.search(plain) else 0


def captions(tree: HtmlElement) -> frozenset[str]:
    """What pictures are said to show: the words of figcaptions and alt texts, folded."""
    found: set[str] = set()
    for element in tree.iter("figcaption"):
        found.update(" ".join(part.itertext())[:600] for part in element.iter("*"))
        if len(found) > MAX_CAPTIONS:
            break
    for image in tree.iter("img"):
        for text in (image.get("alt"), image.get("title")):
            if text and 20 < len(text) < 600 and len(found) < 2 * MAX_CAPTIONS:
                found.add(text)
    return frozenset(" ".join(line) for text in found if len(line := folded(text)) >= 3)


_BOUND = Answers(_allowed)
_TEXT = XPath("string()", smart_strings=False)
_LINKS_AROUND = XPath("descendant::a[*]")
_NAMED = XPath("descendant::*[@class or @id or self::figcaption]")


def _length(element: HtmlElement) -> int:
    return len("".join(_TEXT(element).split()))


def _without_cards(body: HtmlElement, parts: list[Part] | None) -> None:
    for link in _LINKS_AROUND(body):
        is_card = next(link.iterdescendants(*_CARD), None) is not None
        if is_card and _length(link) <= MAX_CARD_CHARS and next(link.iterdescendants("h1"), None) is None:
            _note(parts, "card", link)
            _remove(link)


def _without_named(body: HtmlElement, most: float, parts: list[Part] | None) -> None:
    gone: dict[HtmlElement, None] = {}
    for element in _NAMED(body):
        caption = element.tag == "figcaption"
        bound = 0 if caption else _BOUND[f"{element.get('class') or ''} {element.get('id') or ''}"[:400]]
        if not (bound or caption) or any(parent in gone for parent in element.iterancestors()):
            continue
        if caption or (_length(element) <= min(bound, most) and next(element.iterdescendants("h1"), None) is None):
            gone[element] = None
            _note(parts, "named", element)
    for element in gone:
        _remove(element)


_MAIL_FORMS = XPath(
    "descendant::form[descendant::input[@type='email' or contains(@name, 'mail') or contains(@id, 'mail')]]"
)


def _without_mail_boxes(forms: list[HtmlElement], most: float, parts: list[Part] | None) -> None:
    """The offer of a newsletter around a field for an address, whatever it is called. A paywall has such fields, too:
    its words are needed to know it by."""
    for form in forms:
        box = None
        for one in (form, *form.iterancestors()):
            if one.tag in _AROUND_TEXT or _length(one) > min(MAX_BOX_CHARS, most):
                break
            if next(one.iter("h1"), None) is not None:
                break
            box = one
        if box is not None and box.getparent() is not None and not lexicon.PAYWALL.within(_line(box)):
            _note(parts, "box", box)
            _remove(box)


def _line(element: HtmlElement) -> lexicon.Line:
    return lexicon.Line(_TEXT(element))


def pruned(tree: HtmlElement, parts: list[Part] | None = None, *, headline: str = "") -> HtmlElement:
    """The same tree without its silent and named parts; those that had text are added to `parts`."""
    forms = _MAIL_FORMS(tree)
    for element in list(tree.iter(*_SILENT)):
        _remove(element)
    body = next(tree.iter("body"), None)
    if body is None:
        return tree
    for story in neighbours.beside(body, headline):
        _note(parts, "story", story)
        _remove(story)
    most = MAX_SHARE * _length(body)
    _without_mail_boxes(forms, most, parts)
    for element in list(body.iter("nav", "button", "dialog")):
        # parsers let a button or nav that nobody closed swallow the page
        if _length(element) <= most and next(element.iterdescendants("h1"), None) is None:
            _note(parts, "menu", element)
            _remove(element)
        else:
            element.tag = "div"
    _without_cards(body, parts)
    _without_named(body, most, parts)
    layout.subheadings(body)
    layout.paragraphs(body)
    return tree


def _note(parts: list[Part] | None, why: str, element: HtmlElement) -> None:
    if parts is None or not (text := one_line(" ".join(element.itertext()))):
        return
    names = [name for name in (element.get("id"), *(element.get("class") or "").split()) if name]
    parts.append(Part(why, ".".join([str(element.tag), *names])[:MAX_SHOWN_CHARS], len(text), text[:MAX_SHOWN_CHARS]))


def _remove(element: HtmlElement) -> None:
    """Takes an element out, but leaves the text behind it."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail and element.tail.strip():
        previous = element.getprevious()
        if previous is None:
            parent.text = (parent.text or "") + " " + element.tail
        else:
            previous.tail = (previous.tail or "") + " " + element.tail
    parent.remove(element)
