"""Outlets that one word of reporting cites together: `told Reuters and the BBC`, `laut NDR und „Nordbote“`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.attribution import citing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tasks.attribution.outlets import Cited
    from tasks.attribution.reading import Mention, Press, Reading
    from tasks.records import Entity

_REACH = 60
_MARKS = "\"“”„«»’‘' \u00a0\u202f"
_MOST_WORDS = 3


def beside(reading: Reading, mention: Mention, found: list[Cited]) -> Cited | None:
    """The second of two is cited with the first."""
    if not found or not _joins(reading, found[-1].at[1], mention.start):
        return None
    return _with(found[-1], mention.start, mention.end, mention.entity)


def behind_others(reading: Reading, found: list[Cited], mentions: Iterable[Mention], press: Iterable[Press]) -> None:
    """Adds to `found` those of the names that stand behind one that is in it."""
    names = [(one.start, one.end, one.entity) for one in mentions] + [(one.start, one.end, None) for one in press]
    for start, end, entity in sorted(names, key=lambda name: name[:2]):
        if any(one.at[0] < end and start < one.at[1] for one in found):
            continue
        joins = _joins if entity else _joins_by_word
        first = next(
            (one for one in found if 0 < start - one.at[1] < _REACH and joins(reading, one.at[1], start)), None
        )
        if first:
            joined = _with(first, start, end, entity)
            found.append(joined if entity else joined._replace(name=reading.body[start:end]))


def before_and(reading: Reading, found: list[Cited], mentions: Iterable[Mention]) -> list[Cited]:
    """`The Northern Times and Radio Selva both reported`: the first of two is cited with the second."""
    starts = {one.at[0]: one for one in found}
    more = []
    for mention in mentions:
        joined = citing.AND.match(reading.plain, mention.end)
        second = None
        if joined and mention.start not in starts:
            second = next(
                (starts[at] for at in (joined.end(), joined.end() - 4, joined.end() + 4) if at in starts), None
            )
        if second is not None and not second.told:
            more.append(_with(second, mention.start, mention.end, mention.entity)._replace(start=mention.start))
    return more


def _joins(reading: Reading, start: int, end: int) -> bool:
    return bool(citing.AND.fullmatch(reading.plain, start, end)) or _joins_by_word(reading, start, end)


def _joins_by_word(reading: Reading, start: int, end: int) -> bool:
    lexicon = reading.lexicon
    words = reading.plain[start:end].strip(_MARKS).split()
    if not words or words[0] not in lexicon.joins or len(words) > 1 + _MOST_WORDS:
        return False
    return all(word[0].islower() or word in lexicon.kind_words for word in words[1:])


def _with(one: Cited, start: int, end: int, entity: Entity | None) -> Cited:
    key, wikidata = (entity.key, entity.wikidata) if entity else (None, None)
    name = entity.name if entity else ""
    return one._replace(name=name, key=key, wikidata=wikidata, end=max(end, one.end), at=(start, end))
