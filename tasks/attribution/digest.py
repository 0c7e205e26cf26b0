"""Digests of other houses' news: each item ends in whose it is, as `(Harbour Post)` or `- Anna Berg, Harbour Post`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tasks.entities.press import press_form

if TYPE_CHECKING:
    from tasks.attribution.reading import Reading
    from tasks.records import Entity

#: at the end of a line and behind a sentence; `(Harbour Post, in Dutch), external` has the name in front
_CREDIT = re.compile(
    r"[.!?”\"’…]\)?\s(?:\((?P<brackets>[^()\n]{2,80})\)|[–—-]\s[A-ZÀ-Þ][\w.’'-]+(?:\s[A-ZÀ-Þ][\w.’'-]+){1,2},\s(?P<behind>[^,\n]{2,40}))"
    r"\.?(?:,\s[a-z]{1,12})?[ \t]*$",
    re.MULTILINE,
)
_PARTED = re.compile(r",?\s(?:via|and|through)\s|[,;/]\s?|\s[-–—]\s")
_NAME = re.compile(
    r"(?:[Tt]he\s)?[A-ZÀ-Þ0-9][\w’'&.+!-]*"
    r"(?:\s(?:of|the|and|&|de|du|della|dello|for|in)?\s?[A-ZÀ-Þ0-9][\w’'&.+-]*){0,4}"
)
_PICTURE = re.compile(r"(?i)/|\b(?:photo|picture|image|credit|courtesy|getty|file|flickr|video|screenshot)")
#: fewer are remarks, captions, or one credit to whom the text is
_FEWEST_CREDITS = 3
_FEWEST_KNOWN = 2
#: headings of a digest are no items
_SHORTEST_ITEM = 40


class Credited(NamedTuple):
    start: int
    end: int
    entity: Entity | None


def digest(reading: Reading) -> list[Credited]:
    """The outlets that items are credited to. Several lines end so, and some in a name that is an outlet's for sure."""
    found: list[Credited] = []
    lines = 0
    for credit in _CREDIT.finditer(reading.body):
        group = "brackets" if credit["brackets"] else "behind"
        if _PICTURE.search(credit[group]):
            # the captions of a page, and who took its pictures
            return []
        names = _names(credit[group], credit.start(group))
        lines += bool(names)
        found += [_credited(reading, start, end) for start, end in names if not reading.named(start, end, "person")]
    sure = {one.entity.key if one.entity else reading.body[one.start : one.end] for one in found if _sure(reading, one)}
    items = sum(area.end - area.start >= _SHORTEST_ITEM for area in reading.paragraphs)
    return found if lines >= max(_FEWEST_CREDITS, items / 2) and len(sure) >= _FEWEST_KNOWN else []


def is_digest(body: str) -> bool:
    """Whether so many lines end in a bracket of their own that none of them says whose the whole text is."""
    brackets = {
        found["brackets"] for found in _CREDIT.finditer(body) if found["brackets"] and _NAME.match(found["brackets"])
    }
    return len(brackets) >= _FEWEST_CREDITS


def _names(text: str, offset: int) -> list[tuple[int, int]]:
    spans = []
    start = 0
    for end, following in [*((cut.start(), cut.end()) for cut in _PARTED.finditer(text)), (len(text), len(text))]:
        if _NAME.fullmatch(text, start, end):
            spans.append((offset + start, offset + end))
        start = following
    return spans


def _credited(reading: Reading, start: int, end: int) -> Credited:
    for mention in reading.named(start, end):
        if reading.outlet(mention.entity):
            return Credited(start, end, mention.entity)
    return Credited(start, end, None)


def _sure(reading: Reading, one: Credited) -> bool:
    return one.entity is not None or press_form(reading.body[one.start : one.end]) == "sure"
