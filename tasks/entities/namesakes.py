"""People who share a name with a place: `Israel Cole`, and `Poland replaces him` of Sydney Poland."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from config.gazetteer.words import WORDS
from tasks.entities.doubts import no_person
from tasks.entities.naming import Name, ends_in_title
from tasks.entities.places import is_local
from tasks.entities.spans import Seen

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from config.gazetteer import Gazetteer
    from tasks.entities.sightings import Sighting

_GIVEN = WORDS["given_places"]
_NO_SURNAME = WORDS["common"] | WORDS["office"]
_NO_NAME = WORDS["no_name"]
#: the word behind the place; a third name behind it makes an office or a firm (`Israel Defense Forces`)
_SURNAME_BEHIND = re.compile(r" ([A-Z][a-zà-ÿ’-]{2,})(?! [A-Z]|[-\w])")
_FULL_NAME = re.compile(r"(?:[A-ZÀ-Þ][\w’'.-]* )+[A-ZÀ-Þ][a-zà-ÿ][\w’'-]*")
_PERSON_DOES = (
    r"(?=['’]s?\s|,?\s(?:[a-z]+ed|sa(?:ys|id)|told|wrote|won|lost|has|had|is|was|will|would|who|beat|made|took|went|wore|ran|"
    r"came|led|left|spoke|gave|held)\b)"
)


class Told(NamedTuple):
    seen: list[Seen]
    sightings: list[Sighting]


def told_apart(
    title: str,
    body: str,
    seen: Sequence[Seen],
    sightings: Sequence[Sighting],
    gazetteer: Gazetteer,
    first_names: Container[str],
) -> Told:
    """Without the places that are people; those people are in `seen`. `first_names` in lower case."""
    places = [one for one in sightings if gazetteer.items[one.key].type == "place" and not one.long and not one.people]
    if not places:
        return Told(list(seen), list(sightings))
    persons = [one for one in sightings if gazetteer.items[one.key].type == "person"]
    known = {one.start for one in sightings if one.zone == "body"}
    people = _with_given(body, _relabelled(body, seen, places, first_names), places, known)
    full = [one.name for one in people if _full_name(body, one, first_names) and not _within(one, persons)]
    if not full:
        return Told(list(seen), list(sightings))
    surnames = _surnames(body, full, places)
    gone = {one for one in places if _is_person(one, title if one.zone == "title" else body, full, surnames)}
    kept = [one for one in people if one.label == "PERSON" or one.name.text not in surnames]
    return Told(kept, [one for one in sightings if one not in gone])


def _relabelled(
    body: str, seen: Iterable[Seen], places: Iterable[Sighting], first_names: Container[str]
) -> Iterable[Seen]:
    """`Irving Berlin`, whom the model takes for a place."""
    ends = {one.end: one.start for one in places if one.zone == "body"}
    for one in seen:
        first, _, last = one.name.text.partition(" ")
        place = body[ends.get(one.name.end, one.name.end) : one.name.end]
        is_person = one.label in ("ORG", "GPE") and first.lower() in first_names and last == place != ""
        yield one._replace(label="PERSON") if is_person else one


def _full_name(body: str, one: Seen, first_names: Container[str]) -> bool:
    """A person's, by more than the word of the model, to whom `Little America` and `Virginia Democrats` are people."""
    words = one.name.text.split()
    if one.label != "PERSON" or not _FULL_NAME.fullmatch(one.name.text) or words[-1].lower() in _NO_SURNAME:
        return False
    first = words[0]
    given = first in _GIVEN or first.lower() in first_names
    return given or ends_in_title(body[max(0, one.name.start - 24) : one.name.start])


def _with_given(body: str, seen: Iterable[Seen], places: Iterable[Sighting], known: Container[int]) -> list[Seen]:
    """`Israel Cole`, where the text goes on with `Cole said`. `known`: where names of the gazetteer start."""
    found = []
    for place in places:
        given = body[place.start : place.end]
        behind = _SURNAME_BEHIND.match(body, place.end) if place.zone == "body" and given in _GIVEN else None
        if behind and behind.start(1) not in known and _goes_on_alone(body, given, behind[1]):
            found.append(Seen(Name(f"{given} {behind[1]}", place.start, behind.end()), "PERSON"))
    others = [
        one for one in seen if not any(one.name.start < new.name.end and new.name.start < one.name.end for new in found)
    ]
    return [*others, *found]


def _goes_on_alone(body: str, given: str, last: str) -> bool:
    lower = last.lower()
    if lower in _NO_SURNAME or last in _NO_NAME or no_person(last) or re.search(rf"\b{re.escape(lower)}\b", body):
        return False
    alone = rf"(?<!\b{re.escape(given)} )(?<![Tt]he )(?<![A-Z]\. )\b{re.escape(last)}{_PERSON_DOES}"
    return bool(re.search(alone, body))


def _surnames(body: str, full: Iterable[Name], places: Iterable[Sighting]) -> set[str]:
    """Last names of people that are places' names, too, and never stand where only a place can (`in Berlin`)."""
    last = {name.text.split()[-1] for name in full}
    local = {
        body[one.start : one.end]
        for one in places
        if one.zone == "body" and not _inside(one, full) and is_local(body, one.start)
    }
    return last - local


def _is_person(place: Sighting, text: str, full: Sequence[Name], surnames: Container[str]) -> bool:
    word = text[place.start : place.end]
    if place.zone == "body":
        return _inside(place, full) or word in surnames
    return word in surnames or any(
        at <= place.start and place.end <= at + len(name.text)
        for name in full
        if word in name.text.split() and (at := text.find(name.text)) >= 0
    )


def _inside(place: Sighting, names: Iterable[Name]) -> bool:
    return any(name.start <= place.start and place.end <= name.end for name in names)


def _within(one: Seen, persons: Iterable[Sighting]) -> bool:
    """A known person and the place behind him in one span are the model's mistake: `Putin Moscow`."""
    return any(
        person.zone == "body" and one.name.start <= person.start and person.end <= one.name.end for person in persons
    )
