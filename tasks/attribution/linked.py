"""Outlets that the article links where it says what they report: `as [Nordwind](https://nordwind.example/) reports`."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tasks.attribution.reading import Press
from tasks.attribution.syndication import registered
from tasks.attribution.unheard import may_publish
from tasks.entities.naming import slug

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tasks.attribution.reading import Reading
    from tasks.records import Link

_MOST_LINKS = 60
_LONGEST_TEXT = 120
#: from the linked words to the name: `the site Nordwind [reports that]`
_AROUND = 50
_REACH = 60
_CAP = r"[A-ZÀ-Þ0-9][\w’'&.+-]*[\w+]"
_NAME = re.compile(rf"(?<![\w’'.-]){_CAP}(?:\s(?:of\s|the\s|and\s|&\s|de\s)?{_CAP}){{0,4}}")
_OWNS = ("'s", "’s")
#: firms and authorities say and find things, too; what they do not do is to report, to be told, to be interviewed for
_REPORTS = re.compile(
    r"(?:['’]s)?\s(?:(?:first|also|has|had|originally|previously|separately|exclusively|newspaper|magazine)\s)*"
    r"(?:report(?:s|ed|ing)|writes|wrote|berichtete?t?|meldete?t?|schreibt|schrieb|rapporte|révèle|informa|informó|publicó)\b"
)
_REPORTED = re.compile(
    r"(?i:\b(?:told|tells|reported\s(?:by|in|on)|interviewed\sby|(?:writes|wrote|writing)\s(?:in|for|at)|"
    r"(?:report|story|interview|article|piece|scoop|investigation)\s(?:by|from|in|with|for|on|at)|"
    r"(?:seen|spotted|noticed|published|broken)\s(?:by|at|on|in)))\s(?:[Tt]he\s)?$"
)
_SHORTEST_LABEL = 3


def linked(reading: Reading, links: Sequence[Link]) -> list[Press]:
    """Names whose letters are those of the site that the words beside them lead to, where they report or are told."""
    spans: dict[tuple[int, int], None] = {}
    for link in islice((one for one in links if one.text and one.url), _MOST_LINKS):
        text, labels = link.text or "", _labels(link.url or "")
        if labels and len(text) <= _LONGEST_TEXT:
            at = reading.body.find(text)
            if at >= 0:
                spans |= dict.fromkeys(_named(reading, at, at + len(text), labels))
    return [Press(*span, reading.body[slice(*span)], "sure") for span in spans if may_publish(reading, *span)]


def _labels(url: str) -> frozenset[str]:
    """`nordwind`, `thenordwind` and `nordwindcouk` of `https://www.nordwind.co.uk/a`"""
    site = registered(urlsplit(url).hostname or "").replace("-", "")
    label = site.split(".")[0]
    if len(label) < _SHORTEST_LABEL:
        return frozenset()
    return frozenset({label, label.removeprefix("the"), site.replace(".", "")})


def _named(reading: Reading, start: int, end: int, labels: frozenset[str]) -> Iterator[tuple[int, int]]:
    plain, sentence = reading.plain, reading.sentence(start)
    for name in _NAME.finditer(plain, max(sentence.start, start - _AROUND), min(sentence.end, end + _AROUND)):
        begin, stop = name.span()
        begin += 4 * name[0].startswith("The ")
        stop -= 2 * name[0].endswith(_OWNS)
        if slug(plain[begin:stop]).replace("-", "") not in labels:
            continue
        if _REPORTS.match(plain, stop) or _REPORTED.search(plain, max(sentence.start, begin - _REACH), begin):
            yield begin, stop
