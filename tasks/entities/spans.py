"""The model's spans beside the gazetteer's: which of two that overlap is right, and what the model adds."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from config.gazetteer.words import WORDS
from tasks.entities.doubts import doubtful, joined, mended, with_first_name
from tasks.entities.naming import (
    Name,
    slug,
    trimmed,
    without_headline_verb,
    without_lead,
    without_office,
    without_owner_firm,
    without_possession,
    without_tail,
)

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from config.gazetteer import Gazetteer, Item
    from tasks.entities.sightings import Sighting
    from tasks.records import EntityType

#: label of the model → type of the record. The others (products, works, laws, groups, numbers) are wrong too often.
TYPES: dict[str, EntityType] = {
    "PERSON": "person",
    "ORG": "org",
    "GPE": "place",
    "LOC": "place",
    "FAC": "place",
    "EVENT": "event",
}
_OFFICE_WORDS = WORDS["office"]
_JOINERS = WORDS["joiners"]
_MOST_WORDS = 9
_WORD = re.compile(r"\w+")
_OWNERS = re.compile(r"(?:['’]s|s['’])\s$")
_OWNS = re.compile(r"['’]s?\s")


class Seen(NamedTuple):
    name: Name
    label: str


def cleaned(text: str, spans: Sequence[tuple[int, int, str]], first_names: Container[str] = ()) -> list[Seen]:
    """The spans of wanted labels, trimmed, that look like a name at all; `first_names` in lower case."""
    found = []
    words = Counter(_WORD.findall(text))
    for start, end, given in joined(text, [span for span in spans if span[2] in TYPES]):
        name = trimmed(text, start, end)
        label = given
        if name and label == "PERSON":
            name = without_lead(without_tail(without_headline_verb(without_possession(name))))
        elif name:
            name = without_owner_firm(without_office(name))
        if name and _is_name(name.text, label):
            name = with_first_name(text, name) if label == "PERSON" else name
            label = mended(text, name, label, first_names)
            if not doubtful(text, words, name, label):
                found.append(Seen(name, label))
    return found


def _is_name(text: str, label: str) -> bool:
    words = text.split()
    letters = sum(map(str.isalpha, text))
    if len(text) < 2 or len(words) > _MOST_WORDS or letters < len(text) * 0.6 or not any(map(str.isupper, text)):
        return False
    if label == "PERSON":
        return words[0][0].isupper() and len(words) <= 5 and not text.isupper()
    if label == "EVENT":
        return len(words) > 1
    return words[0][0].isupper() or words[0][0].isdigit() or len(words) > 1


def overrules(seen: Seen, sighting: Sighting, body: str, gazetteer: Gazetteer) -> bool:
    """True where the model's longer span is the name and the gazetteer's only a part of it (`Bank of America`)."""
    name = seen.name
    if not (name.start <= sighting.start and sighting.end <= name.end) or (name.start, name.end) == sighting[1:3]:
        return False
    if _OWNERS.search(body, name.start, sighting.start) or _OWNS.match(body, sighting.end, name.end):
        # `Norway's Harbour Post`, `Reuters' Anna Berg`: two names
        return False
    rest = f"{body[name.start : sighting.start]} {body[sighting.end : name.end]}".split()
    proper = [word for word in rest if word[:1].isupper() and word.strip(".,").lower() not in _OFFICE_WORDS]
    plain = [word for word in rest if word[:1].islower() and word.lower() not in _JOINERS]
    if not proper or plain or "," in body[name.start : name.end]:
        return False
    return _is_part(seen, sighting, gazetteer.items[sighting.key], len(body[sighting.start : sighting.end].split()))


def _is_part(seen: Seen, sighting: Sighting, item: Item, known_words: int) -> bool:
    name = seen.name
    if seen.label == "PERSON":
        if item.type == "person":
            # another member of the family: the surname stands at the end, and a first name before it
            return sighting.end == name.end and known_words == 1 and not same_first_name(name.text, item.name)
        return item.type == "place" or item.outlet
    if seen.label in ("GPE", "LOC"):
        return False
    if item.type == "org" and not item.outlet:
        # `NATO Parliamentary Assembly`, `Federal Reserve Bank of New York`
        return known_words == 1 or name.start == sighting.start
    return item.type == "place"


def same_first_name(one: str, other: str) -> bool:
    """`Dmitri S. Peskov` is Dmitry Peskov, `Melania Trump` is not Donald."""
    return slug(one)[:3] == slug(other)[:3]


def merged(seen: Sequence[Seen]) -> dict[str, Seen]:
    """slug → its longest-standing form with the label that the model gave it most often (the first, where equal)."""
    votes: dict[str, Counter[str]] = {}
    first: dict[str, Seen] = {}
    for one in seen:
        key = slug(one.name.text)
        if key:
            votes.setdefault(key, Counter())[one.label] += 1
            first.setdefault(key, one)
    return {key: Seen(first[key].name, votes[key].most_common(1)[0][0]) for key in first}


_SURNAME = re.compile(r"[^\W\d_][\w’'-]*$")


def surname(full: str) -> str | None:
    """The last word of a name of two or more."""
    found = _SURNAME.search(full)
    return found[0] if found and " " in full and len(found[0]) > 2 else None
