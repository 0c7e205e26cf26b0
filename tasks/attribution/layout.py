"""Paragraphs, sentences and quotation marks of a body, all by offsets."""

from __future__ import annotations

import re
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_PARAGRAPH = re.compile(r"\n[ \t\r]*\n\s*")
#: opening mark → the marks that close it
_CLOSES = {"“": '”“"', "„": '“”"', "«": "»", "»": "«", '"': '"”', "‘": "’", "'": "'", "‚": "‘"}
_MARKS = frozenset("".join((*_CLOSES, *_CLOSES.values())))
_DOUBLE = frozenset('“„«»"')
_ENDS_WORDS = frozenset(",.!?…’'")
_BEFORE_OPENING = frozenset(" \t\n\u00a0([{—–-:;/…,")
_LONGEST_QUOTE = 4000
#: a mark that closes nothing is tried no further than this, so that a page of opening marks takes linear time
_CLOSERS_TRIED = 24
_MOST_PARAGRAPHS = 12
#: stands for each character inside quotation marks while sentences are looked for
MASK = "\x1a"
_ENDS = re.compile(
    r"(?<![.!?…])[.!?…]++[\"”’»“)\]]*+(?=\s+[\"“„«‘'(\[\x1a—–-]*\s?[A-ZÀ-ÞА-ЯЁІЇЄҐŁŚŻĆŹ0-9\x1a])|[.!?]\x1a*[”\"»“’](?=\s+[A-ZÀ-ÞА-ЯЁІЇЄҐŁŚŻĆŹ])"
    # translating programs leave out the blank
    r"|(?<=[a-zà-ÿ][a-zà-ÿ][a-zà-ÿ])\.(?=[A-Z][a-z]+\s)"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Gen|Lt|Col|Capt|Maj|Sgt|Adm|Sen|Rep|Gov|St|Jr|Sr|No|Nos|vs|etc|Inc|Corp|Ltd|Co|Jan|Feb|"
    r"Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|Ave|Blvd|Rev|Hon|Brig|Cmdr|Messrs|a\.m|p\.m|e\.g|i\.e|bzw|ca|Nr|Abs|usw|Bd|"
    r"M|Mme|г|ул|им|тыс|млн|млрд|р|ст|вул|ім)|\b[A-ZА-ЯІЇЄ]|\b(?:[A-Z]\.)+[A-Z])$"
)


class Area(NamedTuple):
    start: int
    end: int


class Quoted(NamedTuple):
    """The marks stand at start and end - 1; the words between them, without a comma or blank at the edge."""

    start: int
    end: int
    words: Area
    double: bool


def paragraphs(body: str) -> list[Area]:
    found, start = [], 0
    for gap in _PARAGRAPH.finditer(body):
        if gap.start() > start:
            found.append(Area(start, gap.start()))
        start = gap.end()
    if start < len(body):
        found.append(Area(start, len(body)))
    return found


def quoted(body: str, areas: list[Area]) -> list[Quoted]:
    """What stands between quotation marks. One that runs on over paragraphs, each opened again, is one quote."""
    found: list[Quoted] = []
    index = 0
    while index < len(areas):
        area, last = areas[index], index
        at = area.start
        while at < area.end:
            mark = body[at]
            if mark in _CLOSES and _opens(body, at, area):
                close, last = _closing(body, at, areas, index)
                if close >= 0:
                    found.append(_quote(body, at, close))
                    if last != index:
                        at = close
                        break
                    at = close
            at += 1
        if last != index:
            # go on behind the close, in the paragraph where it stands
            areas[last] = Area(at + 1, areas[last].end)
            index = last
        else:
            index += 1
    return found


def _opens(body: str, at: int, area: Area) -> bool:
    mark = body[at]
    before = body[at - 1] if at > area.start else " "
    after = body[at + 1] if at + 1 < area.end else " "
    if after.isspace() and mark not in "«»„":
        return False
    if mark == "»":
        # German books turn the guillemets round
        return before in _BEFORE_OPENING and (after.isalnum() or after == "…")
    if mark in "\"'‘":
        return before in _BEFORE_OPENING or (before in _DOUBLE and mark != '"')
    return True


def _closing(body: str, opened: int, areas: list[Area], index: int) -> tuple[int, int]:
    """(offset, paragraph) of the mark that closes, or (-1, index)."""
    mark = body[opened]
    closers = _CLOSES[mark]
    start, number = opened + 1, index
    while True:
        area = areas[number]
        limit = min(area.end, opened + _LONGEST_QUOTE)
        nested = False
        for at in islice(_any_of(body, closers, start, limit), _CLOSERS_TRIED):
            if _closes(body, at, area, mark) and not (nested and _other_kind(mark, body[at])):
                return at, number
            nested = nested or body[at] == '"'
        if mark in "'‘" or number + 1 >= len(areas) or body[areas[number + 1].start] not in mark + '"“„«':
            return -1, index
        number += 1
        start = areas[number].start + 1
        if start - opened > _LONGEST_QUOTE or number - index > _MOST_PARAGRAPHS:
            return -1, index


def _any_of(body: str, marks: str, start: int, end: int) -> Iterator[int]:
    """Where one of the marks stands, in order."""
    places = {mark: place for mark in marks if (place := body.find(mark, start, end)) >= 0}
    while places:
        mark, at = min(places.items(), key=itemgetter(1))
        yield at
        following = body.find(mark, at + 1, end)
        if following < 0:
            del places[mark]
        else:
            places[mark] = following


def _closes(body: str, at: int, area: Area, opening: str) -> bool:
    before = body[at - 1]
    after = body[at + 1] if at + 1 < area.end else " "
    if opening in "'‘":
        return not after.isalnum() and not before.isspace()
    if opening == '"' and body[at] == "”":
        # programs turn one mark of a pair round and leave the other
        return not after.isalnum() and not before.isspace()
    if opening == "“" and body[at] == '"' and before not in _ENDS_WORDS:
        return False
    if body[at] == '"' or (opening == "“" and body[at] == "“"):
        return not after.isalnum() and (not before.isspace() or after.isspace())
    return True


def _other_kind(opening: str, closing: str) -> bool:
    """A straight mark that closes a curly one: within such a quote it may as well belong to another straight one."""
    return opening == "“" and closing == '"'


def _quote(body: str, opened: int, close: int) -> Quoted:
    return _between(body, opened, close)._replace(double=body[opened] in _DOUBLE)


def _between(body: str, opened: int, close: int) -> Quoted:
    start, end = opened + 1, close
    while start < end and (body[start].isspace()):
        start += 1
    while end > start and (body[end - 1].isspace() or body[end - 1] == ","):
        end -= 1
    return Quoted(opened, close + 1, Area(start, end), double=True)


#: who speaks stands within the marks, between dashes (`«Мы ждём, — сказал он. — Долго»`) or, in French, commas
_INSERTED = re.compile(
    r"(?P<shut>\s|(?<=[,!?…]))[—–-]\s?(?P<verb>[^\W\d_]+)[^—–\n]{0,120}?[\w)][.,]?\s?(?P<open>[—–-])\s"
    r"|,(?P<shut_by_comma>\s)(?:s['’]|a-t-(?:il|elle)\s)?(?P<verb_by_comma>[^\W\d_]+)"
    r"(?:-(?:t-)?(?:il|elle)|\s(?=[A-ZÀ-Þ]|l[ea]\s|l['’]|une?\s))[^,\n]{0,100},(?P<open_by_comma>\s)"
)


def divided(body: str, quotes: list[Quoted], verbs: Collection[str]) -> list[Quoted]:
    """The same, each without the words between that only say who speaks; a blank stands for each missing mark."""
    found = []
    for one in quotes:
        rest = one
        for inserted in _INSERTED.finditer(body, one.words.start, one.words.end) if one.double else ():
            kind = "_by_comma" if inserted["shut"] is None else ""
            if inserted[f"verb{kind}"] in verbs and inserted.start() >= rest.words.start:
                found.append(_between(body, rest.start, inserted.start(f"shut{kind}")))
                rest = _between(body, inserted.start(f"open{kind}"), one.end - 1)
        found.append(rest)
    return found


def masked(body: str, quotes: list[Quoted]) -> str:
    """The body with every quoted character but the last mark of a sentence blotted out; lengths stay."""
    parts, at = [], 0
    for quote in quotes:
        inside = body[quote.start + 1 : quote.end - 1]
        tail = inside[-1:] if inside[-1:] in ".!?," else ""
        opening, closing = body[quote.start], body[quote.end - 1]
        parts += [body[at : quote.start], opening if opening in _MARKS else "«", MASK * (len(inside) - len(tail)), tail]
        parts.append(closing if closing in _MARKS else "»")
        at = quote.end
    parts.append(body[at:])
    return "".join(parts)


def sentences(text: str, area: Area) -> list[Area]:
    """`text` is masked, so that no sentence ends inside a quote, unless with it."""
    found, start = [], area.start
    for end in _ENDS.finditer(text, area.start, area.end):
        if (
            _ABBREVIATION.search(text, max(start, end.start() - 12), end.start())
            and text[end.start()] == "."
            and end[0] == "."
        ):
            continue
        found.append(Area(start, end.end()))
        start = end.end()
        while start < area.end and text[start].isspace():
            start += 1
    if start < area.end:
        found.append(Area(start, area.end))
    return found
