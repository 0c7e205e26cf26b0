"""Blocks that do not belong to the article: a table of rules, each names the blocks it would drop."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from tasks.extract import lexicon
from tasks.extract.blocks import Block
from tasks.extract.text import folded, likeness, words

LONG = 18
# lines below a text that is for those who pay
MAX_ASK_WORDS = 40
MAX_LABEL_CHARS = 60
MAX_OFFER_WORDS = 20
MAX_STORY_BLOCKS = 400
_QUOTED = re.compile('["“”„«»「]')
_FINAL_STOP = re.compile(r"[.!?…。！？।؟]['\"”’»«)\]]*$")
_ADDRESS = re.compile(r"\W*(?:https?://|www\.)\S+\W*|\S+@[^\s@]+\.\w+")
_CONTACT = re.compile(r"\w@\w[\w.-]*\.\w{2,}|(?:twitter|x|facebook)\.com/|(?<!\w)@\w{3,}")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_INITIALS = re.compile(r"\(?[\w/ .,&-]{2,24}\)|\[[^\]]{2,24}\]")
# 12, 2024, 14h30, 3rd
_NUMBERED = re.compile(r"\d+(?:h\d*|st|nd|rd|th|am|pm)?")


class Context(NamedTuple):
    #: every reading of the headline
    titles: tuple[list[str], ...]
    #: folded names of the authors
    authors: frozenset[str]
    #: folded captions of the page's pictures, as joined words
    captions: frozenset[str]
    #: as it will be stored
    headline: str = ""


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
        if one.words < 60 and _is_title(folded(one.text), context):
            return [i, *(j for j in range(i) if blocks[j].words < 12)]
    return ()


def _is_title(mine: list[str], context: Context) -> bool:
    # no more words can be common than the shorter has
    near = (title for title in context.titles if 2 * min(len(mine), len(title)) >= 0.8 * (len(mine) + len(title)))
    if any(likeness(mine, title) >= 0.8 for title in near):
        return True
    # kicker and headline in one element, often without a blank between them
    joined = "".join(mine)
    return any(
        len(title) > 3 and "".join(title) in joined and len(joined) < 1.8 * len("".join(title))
        for title in context.titles
    )


def _is_dateline(one: Block) -> bool:
    if not any(c.isdigit() for c in one.text):
        return False
    # "2026年10月5日" is one token, but six words
    names = [word for word in words(one.line.lower) if not _NUMBERED.fullmatch(word)]
    return len(names) <= 12 and sum(word in lexicon.DATE_WORDS for word in names) >= 0.6 * len(names)


def _is_byline(one: Block, context: Context, *, strict: bool = False) -> bool:
    """`strict`: among paragraphs, where a short line may also be part of the story."""
    if one.words > (8 if strict else 25) or (strict and _final(one.text)):
        return False
    mine = " ".join(folded(one.text))
    if any(name and name in mine and len(mine) < 3 * len(name) + 30 for name in context.authors):
        return True
    return bool(lexicon.BYLINE.open(one.line)) and one.words <= 12 and not _final(one.text)


def lead_lines(blocks: list[Block], context: Context) -> Iterable[int]:
    """Above the first long paragraph: bylines, dates, reading times, kickers, link lists; below it the first three."""
    start = _first_long(blocks)
    for i, one in enumerate(blocks[: start + 6]):
        dated = one.words <= 25 and (
            _is_dateline(one) or (lexicon.DATELINE.within(one.line) and any(map(str.isdigit, one.text)))
        )
        if (
            (
                dated
                and (i < start or (one.words <= 10 and (_YEAR.search(one.text) or lexicon.DATELINE.within(one.line))))
            )
            or _is_byline(one, context, strict=i > start)
            or (i < start and _is_top_furniture(one, first=i == 0))
        ):
            yield i


def _is_top_furniture(one: Block, *, first: bool) -> bool:
    if one.kind == "item":
        return one.linked > 0.3
    if one.linked > 0.5 or one.kind == "row" or (one.words <= 6 and not _final(one.text)):
        return True
    # nothing but a kicker and a headline stands above a text as a heading
    return first and one.kind == "head"


def repeats(blocks: list[Block], _context: Context) -> Iterable[int]:
    """Pull quotes: a short block whose words stand in a longer one as well. Long pages are lists, not stories."""
    if len(blocks) > MAX_STORY_BLOCKS:
        return
    wholes = [f" {' '.join(one.line.tokens)} " for one in blocks]
    everything = "|".join(wholes)
    for i, one in enumerate(blocks):
        if (
            12 <= one.words <= 70
            and one.kind in ("quote", "p")
            and everything.count(wholes[i]) > wholes.count(wholes[i])
        ):
            yield i
            if i + 1 < len(blocks) and _names_speaker(blocks[i + 1]):
                yield i + 1


def _names_speaker(one: Block) -> bool:
    """Below a quotation: "Ann Lee, harbour master"."""
    likely = one.words <= 8 and one.kind in ("quote", "p") and one.text[:1].isupper()
    return likely and not _final(one.text) and not any(c.isdigit() or c == ":" for c in one.text)


def addresses(blocks: list[Block], _context: Context) -> Iterable[int]:
    return (i for i, one in enumerate(blocks) if _ADDRESS.fullmatch(one.text))


def linked_headings(blocks: list[Block], _context: Context) -> Iterable[int]:
    """Headings of other stories: where the page's own headings are no links, one that is leads elsewhere."""
    heads = [i for i, one in enumerate(blocks) if one.kind == "head"]
    linked = [i for i in heads if blocks[i].linked >= 0.9]
    return linked if len(linked) <= 0.25 * len(heads) or (len(linked) == 1 and len(heads) > 1) else ()


def link_lines(blocks: list[Block], _context: Context) -> Iterable[int]:
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


def prompts(blocks: list[Block], _context: Context) -> Iterable[int]:
    for i, one in enumerate(blocks):
        late = i >= 0.75 * len(blocks)
        if (
            (one.words <= 25 and lexicon.PROMPT.open(one.line) and (one.linked > 0.3 or not _final(one.text)))
            or (one.words <= (45 if late else 30) and lexicon.FURNITURE.within(one.line))
            or (
                one.words <= 30
                and one.linked > 0.1
                and (one.linked > 0.4 or not _final(one.text))
                and lexicon.WEAK.within(one.line)
            )
        ):
            yield i


def placeholders(blocks: list[Block], _context: Context) -> Iterable[int]:
    return (i for i, one in enumerate(blocks) if one.words <= 8 and lexicon.PLACEHOLDER.whole(one.line))


def picture_credits(blocks: list[Block], _context: Context) -> Iterable[int]:
    for i, one in enumerate(blocks):
        if one.words <= 25 and lexicon.CREDIT.open(one.line) and not (_final(one.text) and one.words > 12):
            yield i


def captions(blocks: list[Block], context: Context) -> Iterable[int]:
    openings = {caption.partition(" ")[0] for caption in context.captions}
    for i, one in enumerate(blocks):
        likely = 3 <= one.words <= 80 and one.kind != "head" and _may_open(one.text, openings)
        if likely and " ".join(folded(one.text)) in context.captions:
            yield i


def _may_open(text: str, words: set[str]) -> bool:
    opening = folded(text[:60])
    return len(opening) < 2 or opening[0] in words


def withheld(blocks: list[Block], _context: Context) -> Iterable[int]:
    """At the end: who says that there is more for those who pay, and the offer below it."""
    start = len(blocks)
    for i in range(len(blocks) - 1, max(len(blocks) - 8, 0), -1):
        if _asks(blocks[i]):
            start = i
        elif blocks[i].words > MAX_OFFER_WORDS:
            break
    return range(start, len(blocks))


def _asks(one: Block) -> bool:
    """A sentence of a story may say it once, too: that a broadcast is for subscribers only."""
    if one.words > MAX_ASK_WORDS or _QUOTED.search(one.text) or not lexicon.WITHHELD.within(one.line):
        return False
    return len(one.text) <= MAX_LABEL_CHARS or one.linked > 0.1 or lexicon.WITHHELD.count(one.line) >= 2


def comments(blocks: list[Block], _context: Context) -> Iterable[int]:
    for i, one in enumerate(blocks):
        if i > 0.25 * len(blocks) and one.words <= 6 and one.kind in ("head", "p") and lexicon.COMMENTS.whole(one.line):
            return range(i, len(blocks))
    return ()


def _is_note(one: Block, context: Context, *, last: bool) -> bool:
    """Who wrote, where it came from, how to write to them."""
    text = one.text
    if one.words <= 30 and (lexicon.AGENCY.open(one.line) or _is_dateline(one) or _is_byline(one, context)):
        return True
    if one.words <= 45 and _CONTACT.search(text):
        return True
    opening = " ".join(folded(text)[:8])
    if one.words <= 90 and (
        any(name and name in opening for name in context.authors) and '"' not in text and "“" not in text
    ):
        return True
    if (
        one.words <= 60
        and lexicon.BIO.within(one.line)
        and any(name.split()[0] in opening for name in context.authors if name)
    ):
        return True
    return last and one.kind == "p" and (bool(_INITIALS.fullmatch(text)) or (one.words <= 5 and not _final(text)))


def tail(blocks: list[Block], context: Context) -> Iterable[int]:
    """Notes after the last paragraph, and headings with nothing under them."""
    dropped: list[int] = []
    for i in range(len(blocks) - 1, max(len(blocks) // 2, 1) - 1, -1):
        one = blocks[i]
        heading = one.kind == "head" or (one.words <= 8 and lexicon.TAIL_HEADING.whole(one.line))
        listed = one.kind == "item" and one.linked > 0.3 and one.words <= 20
        if not (heading or listed or _is_note(one, context, last=i == len(blocks) - 1 - len(dropped))):
            break
        dropped.append(i)
    return dropped


Rule = Callable[[list[Block], Context], Iterable[int]]
RULES: tuple[tuple[str, Rule], ...] = (
    ("title", title_lines),
    ("comments", comments),
    ("withheld", withheld),
    ("placeholder", placeholders),
    ("repeat", repeats),
    ("captions", captions),
    ("address", addresses),
    ("lead", lead_lines),
    ("links", link_lines),
    ("linked-heading", linked_headings),
    ("prompts", prompts),
    ("credits", picture_credits),
    ("tail", tail),
)


def cleaned(blocks: list[Block], context: Context) -> tuple[list[Block], list[Drop]]:
    """What stays, and what each rule took. But for the headline, a rule that would leave nothing is not applied."""
    drops: list[Drop] = []
    for name, rule in RULES:
        gone = set(rule(blocks, context))
        if gone and (len(gone) < len(blocks) or name == "title"):
            drops += [Drop(name, blocks[i].text) for i in sorted(gone)]
            blocks = [one for i, one in enumerate(blocks) if i not in gone]
    return blocks, drops
