"""trafilatura's tree as a list of blocks: the pieces that rules keep or drop."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from lxml.etree import _Element

from tasks.extract.lexicon import Line
from tasks.extract.text import clean, words

Kind = Literal["p", "head", "item", "quote", "row", "code"]
_KINDS: dict[str, Kind] = {"head": "head", "quote": "quote", "code": "code", "item": "item", "row": "row"}
MAX_BLOCKS = 4000
#: parted from what stands beside them: the heading of an item, the paragraphs of a box
_INNER = ("p", "head")


class Block(NamedTuple):
    kind: Kind
    text: str
    words: int
    #: share of the characters that are linked, 0 to 1
    linked: float
    #: number of the list or table that it stands in, from 1; 0 for none
    group: int = 0
    #: (words, address) of its links
    links: tuple[tuple[str, str], ...] = ()

    @property
    def line(self) -> Line:
        return _line(self.text)


@lru_cache(maxsize=2048)
def _line(text: str) -> Line:
    return Line(text)


def block(
    kind: Kind, text: str, *, linked: float = 0.0, group: int = 0, links: tuple[tuple[str, str], ...] = ()
) -> Block:
    return Block(kind, text, len(words(text)), linked, group, links)


def blocks_of(body: _Element) -> list[Block]:
    found: list[Block] = []
    for number, element in enumerate(body, start=1):
        found.extend(_from(element, number))
        if element.tail and element.tail.strip():
            found.append(block("p", clean(element.tail)))
        if len(found) > MAX_BLOCKS:
            break
    return [one for one in found if one.words]


def _from(element: _Element, number: int) -> Iterator[Block]:
    tag = element.tag
    if tag == "list":
        for item in element.iter("item"):
            yield _one("item", item, number, skip=("list",))
    elif tag == "table":
        for row in element.iter("row"):
            cells = [clean(" ".join(cell.itertext())) for cell in row.iter("cell")]
            yield block("row", " ".join(cell for cell in cells if cell), group=number)
    elif tag == "quote" and any(child.tag in ("p", "list") for child in element):
        yield from _quote(element, number)
    else:
        yield _one(_KINDS.get(tag, "p"), element, 0)


def _quote(element: _Element, number: int) -> Iterator[Block]:
    """A quotation of several paragraphs."""
    yield block("quote", clean(element.text or ""))
    for child in element:
        if child.tag == "list":
            yield from _from(child, number)
        else:
            yield _one("quote", child, 0)
        yield block("quote", clean(child.tail or ""))


def _one(kind: Kind, element: _Element, group: int, skip: tuple[str, ...] = ()) -> Block:
    text = clean("".join(_text(element, skip)))
    links, linked = [], 0
    for ref in element.iter("ref"):
        words_of = " ".join("".join(ref.itertext()).split())
        linked += len(words_of)
        links.append((words_of, ref.get("target") or ""))
    return block(kind, text, linked=min(linked / max(len(text), 1), 1.0), group=group, links=tuple(links))


def _text(element: _Element, skip: tuple[str, ...]) -> Iterator[str]:
    """Text with line breaks where `lb` and inner paragraphs stand; nested `skip` elements give theirs as blocks."""
    if element.text:
        yield element.text
    for child in element:
        if child.tag == "lb":
            yield "\n"
        elif child.tag in _INNER:
            yield "\n"
            yield from _text(child, skip)
            yield "\n"
        elif child.tag not in skip:
            yield from _text(child, skip)
        if child.tail:
            yield child.tail


def text_of(blocks: list[Block]) -> str:
    return "\n\n".join(one.text for one in blocks)
