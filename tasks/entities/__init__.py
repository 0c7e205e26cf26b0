"""Who and what is in an article: names linked through the gazetteer first, then what the model adds."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from config.gazetteer import Alias, Gazetteer, Item
from config.gazetteer.cues import Cues
from tasks.entities.matcher import Matcher
from tasks.entities.namesakes import told_apart
from tasks.entities.naming import ends_in_title, slug
from tasks.entities.places import stands_for_government
from tasks.entities.press import own_words, press_form, with_press
from tasks.entities.sightings import Names, Sighting, resolved
from tasks.entities.spans import TYPES, Seen, cleaned, merged, overrules, same_first_name, surname
from tasks.records import Entity, Geo, Span

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence
    from datetime import date, datetime

#: salience: what a mention weighs by where it stands; the title says what the article is about
_TITLE, _LEAD, _BODY, _PEOPLE = 3.0, 2.0, 1.0, 0.4
_LEAD_CHARS = 450
_LONGEST_NAME = 150
#: the words of reporting that tell an outlet beside its name are English
_PRESS_LANGUAGE = "en"


class _Mention(NamedTuple):
    zone: str
    start: int
    end: int
    people: bool


class EntityFinder:
    """Made once from a gazetteer; `find` keeps no state."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        self._matcher = Matcher(gazetteer.aliases)
        self._persons = frozenset(item.name for item in gazetteer.items.values() if item.type == "person")
        cues = gazetteer.cues.get(_PRESS_LANGUAGE, Cues())
        self._first_names = frozenset((*cues.he_names, *cues.she_names))

    def find(
        self,
        title: str,
        body: str,
        lang: str,
        published: datetime,
        model_spans: Sequence[tuple[int, int, str]],
    ) -> tuple[Entity, ...]:
        """`model_spans` count characters of `body`. Highest salience first; mentions stand in `body`.

        A word for the people of a country (`Ukrainian`) counts for the country's salience; it is a mention only where
        the country itself is not named.
        """
        lang = lang.partition("-")[0]
        names = Names(self._matcher.find(title, lang), self._matcher.find(body, lang))
        sightings = resolved(names, title, body, self.gazetteer)
        seen = cleaned(body, model_spans, self._first_names)
        if lang == _PRESS_LANGUAGE:
            outlets = [(one.start, one.end) for one in sightings if self._outlet(one)]
            seen = with_press(body, seen, outlets)
            seen, sightings = told_apart(title, body, seen, sightings, self.gazetteer, self._first_names)
        sightings = self._without_overruled(sightings, seen, body)
        mentions: dict[str, list[_Mention]] = defaultdict(list)
        for sighting in sightings:
            mentions[sighting.key].append(_Mention(sighting.zone, sighting.start, sighting.end, sighting.people))
        added = self._added(seen, sightings, title, body, lang, mentions)
        day = published.date()
        items = [(self.gazetteer.items[key], True) for key in mentions if key in self.gazetteer.items]
        items += [(item, False) for item in added if mentions[item.key]]
        weights = {item.key: sum(map(_weight, mentions[item.key])) for item, _ in items}
        top = max(weights.values(), default=1.0)
        entities = [
            _entity(item, mentions[item.key], body, day, linked=linked, salience=round(weights[item.key] / top, 2))
            for item, linked in items
        ]
        return tuple(
            sorted(entities, key=lambda one: (-one.salience, one.mentions[0].start if one.mentions else 0, one.key))
        )

    def _outlet(self, sighting: Sighting) -> bool:
        return sighting.zone == "body" and self.gazetteer.items[sighting.key].outlet

    def _without_overruled(self, sightings: list[Sighting], seen: Sequence[Seen], body: str) -> list[Sighting]:
        kept = []
        longest = sorted(seen, key=lambda one: one.name.start)
        starts = [one.name.start for one in longest]
        for sighting in sightings:
            covering = (
                (one for one in _from(longest, starts, sighting) if sighting.end <= one.name.end)
                if sighting.zone == "body"
                else ()
            )
            if not any(overrules(one, sighting, body, self.gazetteer) for one in covering):
                kept.append(sighting)
        return _without_namesakes(kept, seen, body, self.gazetteer, self._persons)

    def _added(
        self,
        seen: Sequence[Seen],
        sightings: Sequence[Sighting],
        title: str,
        body: str,
        lang: str,
        mentions: dict[str, list[_Mention]],
    ) -> list[Item]:
        """Items for the names that only the model saw; mentions, wherever such a name stands, go to `mentions`."""
        taken = {"title": _covered(sightings, "title"), "body": _covered(sightings, "body")}
        fresh = [one for one in seen if not _overlaps(taken["body"], one.name.start, one.name.end)]
        items, aliases = _model_items(
            merged(fresh), self._people(sightings), self._known(sightings), self.gazetteer.items
        )
        matcher = Matcher(aliases)
        for zone, text in (("title", title), ("body", body)):
            for match in matcher.find(text, lang):
                if not _overlaps(taken[zone], match.start, match.end):
                    key = match.aliases[0].key
                    mentions[key].append(_Mention(zone, match.start, match.end, people=False))
        return items

    def _known(self, sightings: Iterable[Sighting]) -> list[tuple[str, str]]:
        """(name, key) of the gazetteer's persons and organisations in the article."""
        items = [self.gazetteer.items[key] for key in dict.fromkeys(sighting.key for sighting in sightings)]
        return [(item.name, item.key) for item in items if item.type in ("person", "org")]

    def _people(self, sightings: Iterable[Sighting]) -> dict[str, str]:
        """Last name → key of the person of the gazetteer who was named in full."""
        found: dict[str, str] = {}
        for sighting in sightings:
            item = self.gazetteer.items[sighting.key]
            if item.type == "person":
                found.setdefault(item.name.split()[-1], item.key)
        return found


def _from(seen: Sequence[Seen], starts: Sequence[int], sighting: Sighting) -> Sequence[Seen]:
    """Those that start where the sighting does, or up to the length of a name before it."""
    return seen[bisect_left(starts, sighting.start - _LONGEST_NAME) : bisect_left(starts, sighting.start + 1)]


def _without_namesakes(
    sightings: list[Sighting], seen: Sequence[Seen], body: str, gazetteer: Gazetteer, known: Container[str]
) -> list[Sighting]:
    """A surname is not the gazetteer's person's where the text names another in full, and him never.

    `President Berg` is him all the same, and so is `Berg` beside one of his family who is in the gazetteer, too.
    """
    others: dict[str, set[str]] = defaultdict(set)
    for one in seen:
        last = surname(one.name.text) if one.label == "PERSON" else None
        if last and one.name.text not in known:
            others[last].add(one.name.text)
    named = {
        sighting.key
        for sighting in sightings
        if sighting.long
        or sighting.zone == "title"
        or ends_in_title(body[max(0, sighting.start - 24) : sighting.start])
    }
    kept = []
    for sighting in sightings:
        item = gazetteer.items[sighting.key]
        namesakes = others.get(item.name.split()[-1], set()) if item.type == "person" else set()
        if sighting.key in named or not namesakes or any(same_first_name(one, item.name) for one in namesakes):
            kept.append(sighting)
    return kept


def _model_items(
    seen: dict[str, Seen], people: dict[str, str], named: Sequence[tuple[str, str]], known: Container[str]
) -> tuple[list[Item], list[Alias]]:
    full = {key: one for key, one in seen.items() if one.label == "PERSON" and surname(one.name.text)}
    by_surname = dict(people)
    for key, one in full.items():
        by_surname.setdefault(surname(one.name.text) or "", f"person:{key}")
    by_head = {name.removeprefix("The ").split()[0]: key for name, key in named if key.startswith("org:")}
    by_press = {
        word: f"org:{key}"
        for key, one in seen.items()
        if one.label == "ORG" and press_form(one.name.text)
        for word in own_words(one.name.text)
    }
    by_first = _first_names([*named, *((one.name.text, f"person:{key}") for key, one in full.items())])
    items: dict[str, Item] = {}
    aliases: list[Alias] = []
    for key, one in seen.items():
        text = one.name.text
        linked = _first_of(text, by_surname, by_first, by_head, by_press) if " " not in text else None
        item_key = linked or f"{TYPES[one.label]}:{key}"
        aliases.append(Alias(text, item_key, "always"))
        if linked or item_key in known:
            # a weak name of the gazetteer, which the model confirms: `Apple`
            continue
        items[item_key] = Item(key=item_key, name=text, type=TYPES[one.label], label=one.label)
        last = surname(text) if one.label == "PERSON" else None
        if last and by_surname.get(last) == item_key:
            aliases.append(Alias(last, item_key, "after"))
    return list(items.values()), aliases


def _first_of(name: str, *keys: dict[str, str]) -> str | None:
    return next((found for known in keys if (found := known.get(name))), None)


def _first_names(names: Iterable[tuple[str, str]]) -> dict[str, str]:
    """First name → key, where only one person of the article has it (`Sir Keir`); `names`: (full name, key)."""
    keys: dict[str, set[str]] = defaultdict(set)
    for name, key in names:
        if " " in name and key.startswith("person:"):
            keys[name.split()[0]].add(key)
    return {first: next(iter(found)) for first, found in keys.items() if len(found) == 1}


def _covered(sightings: Iterable[Sighting], zone: str) -> list[tuple[int, int]]:
    return sorted((sighting.start, sighting.end) for sighting in sightings if sighting.zone == zone)


def _overlaps(taken: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """`taken` in order; what overlaps there lies within what starts before it."""
    at = bisect_left(taken, (end, 0))
    return any(start < right for _, right in taken[max(0, at - 3) : at])


def _entity(item: Item, mentions: Sequence[_Mention], body: str, day: date, *, linked: bool, salience: float) -> Entity:
    named = [mention for mention in mentions if not mention.people] or mentions
    in_body = sorted({(mention.start, mention.end) for mention in named if mention.zone == "body"})
    roles = []
    if item.house or (item.capital and any(stands_for_government(body, start, end) for start, end in in_body)):
        roles.append("metonym:government")
    if all(mention.people for mention in mentions):
        roles.append("demonym")
    roles += [
        f"office:{slug(office.name)}"
        for office in item.offices
        if office.since <= day and (office.until is None or day < office.until)
    ]
    return Entity(
        key=item.key,
        name=item.name,
        type=item.type,
        label=item.label,
        wikidata=item.wikidata,
        link="gazetteer" if linked else "model",
        salience=salience,
        count=len(in_body) or len(named),
        mentions=tuple(Span(text=body[start:end], start=start, end=end) for start, end in in_body),
        roles=tuple(roles),
        geo=Geo(country=item.code, lat=item.at[0], lon=item.at[1]) if item.at else None,
    )


def _weight(mention: _Mention) -> float:
    if mention.people:
        return _PEOPLE
    if mention.zone == "title":
        return _TITLE
    return _LEAD if mention.start < _LEAD_CHARS else _BODY
