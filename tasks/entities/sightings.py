"""Which item a name in the text stands for: context decides, and what context does not decide is left out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from tasks.entities.doubts import named_after

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.gazetteer import Alias, Gazetteer, Item
    from tasks.entities.matcher import Match

Zone = Literal["title", "body"]

_TELLS_BEFORE = re.compile(
    r"(?:\b(?:told|tells|telling|to|citing|cites|cited by|reported by|quoted by|published (?:in|by)|according to|per|"
    r"(?:interviews?|spoke|speaking|speaks) (?:with|in|for|on)|reports? (?:in|by|from)|"
    r"(?:write|writes|wrote|writing) (?:in|for)|magazine|newspaper|daily|"
    r"agency|outlet|broadcaster|by|issue of|in \w+day['’]s|"
    # as much for the other languages that have words of reporting
    r"laut|gegenüber|mit\sde[mr](?:\s\w+en)?|wie|bei|dem|der|selon|comme|rapporte|révèle|à|au|según|como|reportó|informó|reveló|publicó|dijo|al|według|jak|dla|podaje)\s)$",
    re.IGNORECASE,
)
_TELLS_AFTER = re.compile(
    r"\s(?:(?:first|also|previously|has|had|earlier)\s)?(?:report(?:s|ed|ing)?|said|says|wrote|writes|cited|cites|"
    r"quoted|quotes|revealed|reveals|noted|notes|adds|added|explains|explained|claims|claimed|"
    r"published|publishes|disclosed|broke|is reporting|are reporting|has learned|"
    r"berichtet|berichtete|meldet|schreibt|schrieb|"
    r"rapporte|révèle|affirme|l['’]a révélé|informa|informó|publica|publicó|asegura|revela|reveló|podaje|donosi|pisze|"
    r"newspaper|magazine|daily|news agency|correspondent|journalist|reporter|cover story|profile|interview|podcast|"
    r"investigation|editorial|op-ed)\b"
)
#: `Ministry of Foreign Affairs said` is not the magazine
_PART_OF_OFFICE = re.compile(
    r"\b(?:Ministry|Minister|Department|Secretary|Committee|Council|Office|Institute|Bureau|School|Centre|Center)\s"
    r"(?:\w+\s)?(?:of|for|on)\s(?:\w+\sand\s)?$"
)


class Sighting(NamedTuple):
    zone: Zone
    start: int
    end: int
    key: str
    #: a word for its people (`Ukrainian`), not its name
    people: bool = False
    #: read as the full name or an unmistakable one, not as a surname
    full: bool = True
    #: of two words or more
    long: bool = False


class Names(NamedTuple):
    """What the gazetteer's names in title and body give, before and after context was asked."""

    title: Sequence[Match]
    body: Sequence[Match]


def resolved(names: Names, title: str, body: str, gazetteer: Gazetteer) -> list[Sighting]:
    """In the order of the text, the title first."""
    codes = _codes_named(names, gazetteer)
    known: dict[str, int] = {}
    for match in (*names.title, *names.body):
        for alias in match.aliases:
            if alias.when == "always" and not gazetteer.items[alias.key].weak:
                known.setdefault(alias.key, len(known))
    found: list[Sighting] = []
    last: dict[str, int] = {}
    zones: tuple[tuple[Zone, str, Sequence[Match]], ...] = (("title", title, names.title), ("body", body, names.body))
    for zone, text, matches in zones:
        for match in matches:
            chosen = _chosen(match, text, gazetteer, codes, known, last)
            if chosen and not _namesake(match, text, gazetteer.items[chosen.key]):
                last[chosen.key] = len(found)
                found.append(
                    Sighting(
                        zone,
                        match.start,
                        match.end,
                        chosen.key,
                        chosen.when == "people",
                        chosen.when == "always",
                        " " in chosen.text,
                    )
                )
    return found


def _namesake(match: Match, text: str, item: Item) -> bool:
    one_word = " " not in text[match.start : match.end]
    return one_word and (item.type == "org" or item.kind == "country") and named_after(text, match.end, item.type)


def _codes_named(names: Names, gazetteer: Gazetteer) -> dict[str, set[str]]:
    """Country code → keys of the items that name it."""
    codes: dict[str, set[str]] = {}
    for match in (*names.title, *names.body):
        for alias in match.aliases:
            item = gazetteer.items[alias.key]
            if any("United States" in office.name for office in item.offices):
                codes.setdefault("US", set()).add(alias.key)
            if item.code and (not item.weak or alias.when == "people"):
                codes.setdefault(item.code, set()).add(f"{alias.key}{alias.when if item.weak else ''}")
    return codes


def _chosen(
    match: Match,
    text: str,
    gazetteer: Gazetteer,
    codes: dict[str, set[str]],
    known: dict[str, int],
    last: dict[str, int],
) -> Alias | None:
    best: tuple[int, int, Alias] | None = None
    for alias in match.aliases:
        rank = _rank(alias, match, text, gazetteer.items[alias.key], codes, known)
        if rank and (best is None or (rank, last.get(alias.key, -1)) > best[:2]):
            best = (rank, last.get(alias.key, -1), alias)
    return best[2] if best else None


def _rank(alias: Alias, match: Match, text: str, item: Item, codes: dict[str, set[str]], known: dict[str, int]) -> int:
    """0: not this one. A weak name with its context goes before a name that needs none."""
    if alias.when == "people":
        return 2
    if alias.when == "after":
        # a paper's short name is rather that of the one already read than another's of the same name
        return 0 if item.key not in known else 3 if item.outlet else 1
    if alias.when == "bare" or (item.weak and item.outlet):
        return 2 if reporting(text, match.start, match.end) else 0
    if item.weak and item.type == "org" and item.code:
        return 3 if item.code in codes or not codes else 0
    if item.weak:
        return 4 if item.type == "place" and codes.get(item.code or "") else 0
    return 3


def reporting(text: str, start: int, end: int) -> bool:
    """True where words of reporting stand right beside the name at text[start:end]."""
    before = bool(_TELLS_BEFORE.search(text, max(0, start - 30), start)) or bool(_TELLS_AFTER.match(text, end))
    return before and not _PART_OF_OFFICE.search(text, max(0, start - 40), start)
