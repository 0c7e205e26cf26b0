"""Blocks that do not belong to the article: a table of rules, each names the blocks it would drop."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from tasks.extract import lexicon
from tasks.extract.blocks import Block
from tasks.extract.text import folded, likeness

LONG = 18
_FINAL_STOP = re.compile(r"[.!?…。！？।؟]['\"”’»«)\]]*$")
_NUMBERS = re.compile(r"[\d:./-]+")


class Context(NamedTuple):
    #: every reading of the headline
    titles: tuple[list[str], ...]
    #: folded names of the authors
    authors: frozenset[str]
    #: folded captions of the page's pictures, as joined words
    captions: frozenset[str]


class Drop(NamedTuple):
    rule: str
    text: str


def _long(one: Block) -> bool:
    return one.words >= LONG and one.linked < 0.5 and one.kind in ("p", "quote")


def _first_long(blocks: list[Block]) -> int:
    return next((i for i, one in enumerate(blocks) if _long(one)), 0)


def _final(text: str) -> bool:
    return bool(_FINAL_STOP.search(text))


def title_lines(blocks: list[Block], context: Context) -> Iterable[int]:
    for i, one in enumerate(blocks[:8]):
        mine = folded(one.text)
        if one.words < 60 and any(likeness(mine, title) >= 0.8 for title in context.titles):
            return [i, *(j for j in range(i) if blocks[j].words < 12)]
    return ()


def _is_dateline(text: str) -> bool:
    names = [word for word in folded(text) if not _NUMBERS.fullmatch(word)]
    if not any(c.isdigit() for c in text) or len(names) > 12:
        return False
    known = sum(word in _DATE_WORDS for word in names)
    return known >= 0.6 * len(names) if names else True


_DATE_WORDS = frozenset(word for phrase in lexicon.DATE_WORD for word in folded(phrase))


def _is_byline(one: Block, context: Context) -> bool:
    if one.words > 25:
        return False
    mine = " ".join(folded(one.text))
    if any(name and name in mine and len(mine) < 3 * len(name) + 30 for name in context.authors):
        return True
    return bool(lexicon.BYLINE_OPENING.match(one.text)) and one.words <= 12 and not _final(one.text)


def lead_lines(blocks: list[Block], context: Context) -> Iterable[int]:
    """Above the first long paragraph: bylines, dates, reading times, kickers, link lists."""
    for i in range(_first_long(blocks)):
        one = blocks[i]
        furniture = one.linked > 0.5 or one.kind == "row" or one.kind == "item" and one.linked > 0.3
        short = one.words <= 6 and not _final(one.text)
        dated = one.words <= 25 and (
            _is_dateline(one.text) or (lexicon.DATELINE.search(one.text) and any(c.isdigit() for c in one.text))
        )
        if furniture or short or dated or _is_byline(one, context):
            yield i


def link_lines(blocks: list[Block], context: Context) -> Iterable[int]:
    groups: dict[int, list[int]] = {}
    for i, one in enumerate(blocks):
        if one.kind == "item":
            groups.setdefault(one.group, []).append(i)
        elif one.kind in ("p", "quote") and one.words <= 30 and one.linked >= 0.85:
            yield i
    for members in groups.values():
        linked = sum(blocks[i].linked >= 0.6 for i in members)
        size = sum(blocks[i].words for i in members) / len(members)
        if linked >= 0.5 * len(members) and size <= 16:
            yield from members


def prompts(blocks: list[Block], context: Context) -> Iterable[int]:
    for i, one in enumerate(blocks):
        late = i >= 0.75 * len(blocks)
        if one.words <= 25 and lexicon.PROMPT.match(one.text) and (one.linked > 0.3 or not _final(one.text)):
            yield i
        elif one.words <= (45 if late else 30) and lexicon.FURNITURE.search(one.text):
            yield i
        elif one.words <= 30 and one.linked > 0.1 and lexicon.WEAK.search(one.text):
            yield i


def placeholders(blocks: list[Block], context: Context) -> Iterable[int]:
    return (i for i, one in enumerate(blocks) if one.words <= 8 and lexicon.PLACEHOLDER.fullmatch(one.text))


def credits(blocks: list[Block], context: Context) -> Iterable[int]:
    for i, one in enumerate(blocks):
        if one.words <= 25 and lexicon.CREDIT.match(one.text) and not (_final(one.text) and one.words > 12):
            yield i


def captions(blocks: list[Block], context: Context) -> Iterable[int]:
    for i, one in enumerate(blocks):
        if 3 <= one.words <= 80 and one.kind != "head" and " ".join(folded(one.text)) in context.captions:
            yield i


def comments(blocks: list[Block], context: Context) -> Iterable[int]:
    for i, one in enumerate(blocks):
        if (
            i > 0.25 * len(blocks)
            and one.words <= 6
            and one.kind in ("head", "p")
            and lexicon.COMMENTS.fullmatch(one.text)
        ):
            return range(i, len(blocks))
    return ()


def tail(blocks: list[Block], context: Context) -> Iterable[int]:
    """Agency notes and credits after the last paragraphs, and headings with nothing under them."""
    dropped: list[int] = []
    for i in range(len(blocks) - 1, max(len(blocks) // 2, 1) - 1, -1):
        one = blocks[i]
        heading = one.kind == "head" or (one.words <= 8 and lexicon.TAIL_HEADING_WHOLE.fullmatch(one.text))
        note = one.words <= 25 and (
            lexicon.AGENCY.match(one.text) or _is_byline(one, context) or _is_dateline(one.text)
        )
        if not (heading or note):
            break
        dropped.append(i)
    return dropped


Rule = Callable[[list[Block], Context], Iterable[int]]
RULES: tuple[tuple[str, Rule], ...] = (
    ("title", title_lines),
    ("comments", comments),
    ("placeholder", placeholders),
    ("captions", captions),
    ("lead", lead_lines),
    ("links", link_lines),
    ("prompts", prompts),
    ("credits", credits),
    ("tail", tail),
)


def cleaned(blocks: list[Block], context: Context) -> tuple[list[Block], list[Drop]]:
    """What stays, and what each rule took. A rule that would leave nothing is not applied."""
    drops: list[Drop] = []
    for name, rule in RULES:
        gone = set(rule(blocks, context))
        if gone and len(gone) < len(blocks):
            drops += [Drop(name, blocks[i].text) for i in sorted(gone)]
            blocks = [one for i, one in enumerate(blocks) if i not in gone]
    return blocks, drops
