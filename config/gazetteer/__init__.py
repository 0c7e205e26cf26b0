"""People, places, organisations, outlets: their names, in TOML files beside this one, and the loader."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal, NamedTuple

from config.gazetteer.cues import Cues, load_cues
from config.trouble import ConfigError, line_of, read_toml

FOLDER = Path(__file__).parent
IDS_FILE = "ids.toml"

#: always: stands for the item wherever it is read. after: once a full name was read. bare: only next to words of
#: reporting. people: a word for the people of a place.
When = Literal["always", "after", "bare", "people"]

_LISTS: dict[str, When] = {"also": "always", "alone": "always", "after": "after", "bare": "bare", "people": "people"}
#: table → type of the record's entity, and the label where an item names none
_TABLES = {
    "person": ("person", "PERSON"),
    "place": ("place", "GPE"),
    "org": ("org", "ORG"),
    "outlet": ("org", "ORG"),
    "event": ("event", "EVENT"),
    "other": ("other", "PRODUCT"),
}
_KEYS = {*_LISTS, "name", "label", "code", "at", "capital", "house", "weak", "agency", "sites", "she", "kind", "office"}
#: words for people that take an s: Germans, Iraqis, Greeks, Serbs, but not the French, the Swiss, the Chinese
_PLURAL_IN_S = tuple("an i ek rk rb ze at ne ot er ech ane ede ole inn ton ak".split())
_ROMAN = frozenset({"I", "II", "III", "IV", "V", "VI", "XIV", "XVI"})


class Office(NamedTuple):
    name: str
    since: date
    until: date | None


class Alias(NamedTuple):
    """`text` as written, `~` at the end of a word for up to three letters of inflection."""

    text: str
    key: str
    when: When
    #: only in texts of this language; None: in all
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    key: str
    name: str
    type: Literal["person", "org", "place", "event", "other"]
    label: str
    wikidata: str | None = None
    #: ISO 3166-1 alpha-2
    code: str | None = None
    #: latitude, longitude in degrees
    at: tuple[float, float] | None = None
    capital: bool = False
    #: a building that stands for a government
    house: bool = False
    #: also a common word or a name elsewhere: wants its country, or what belongs to it, in the same text
    weak: bool = False
    outlet: bool = False
    agency: bool = False
    sites: tuple[str, ...] = ()
    she: bool = False
    kind: str | None = None
    offices: tuple[Office, ...] = ()

    @property
    def country(self) -> bool:
        return self.type == "place" and self.kind == "country"


@dataclass(frozen=True, eq=False)
class Gazetteer:
    #: changes with every file
    version: str
    items: dict[str, Item]
    aliases: tuple[Alias, ...]
    #: domain → key of the outlet
    sites: dict[str, str] = field(default_factory=dict)
    #: language → words of reporting
    cues: dict[str, Cues] = field(default_factory=dict)


def load_gazetteer(folder: Path = FOLDER) -> Gazetteer:
    """Every TOML file of the folder. Raises ConfigError with file, line and key."""
    release, wikidata = _ids(folder / IDS_FILE)
    items: dict[str, Item] = {}
    aliases: list[Alias] = []
    for file in sorted(folder.glob("*.toml")):
        if file.name == IDS_FILE:
            continue
        text = file.read_text(encoding="utf-8")
        for table, entries in read_toml(text, file=file).items():
            if table not in _TABLES:
                raise ConfigError(f"unknown table [{table}]", file=file, line=line_of(text, f"[{table}"))
            for slug, raw in entries.items():
                place = _Place(file, text, slug)
                item = _item(table, raw, place, wikidata)
                if item.key in items:
                    raise ConfigError(f"{item.key} is named twice", file=file, line=line_of(text, slug))
                items[item.key] = item
                aliases.extend(_aliases(item, raw, place))
    unknown = sorted(set(wikidata) - set(items))
    if unknown:
        raise ConfigError(f"no item has the key {unknown[0]}", file=folder / IDS_FILE)
    return Gazetteer(
        version=f"{release}+{_digest(folder)}",
        items=items,
        aliases=tuple(dict.fromkeys(aliases)),
        sites={site: item.key for item in items.values() for site in item.sites},
        cues=load_cues(folder / "reporting"),
    )


def _digest(folder: Path) -> str:
    files = b"".join(file.read_bytes() for file in sorted(folder.rglob("*.toml")))
    return hashlib.sha256(files).hexdigest()[:10]


class _Place(NamedTuple):
    file: Path
    text: str
    slug: str

    def wrong(self, message: str, mend: str = "") -> ConfigError:
        return ConfigError(
            f"{self.slug}: {message}", file=self.file, line=line_of(self.text, f"{self.slug} "), mend=mend
        )


def _ids(file: Path) -> tuple[str, dict[str, str]]:
    if not file.exists():
        return "local", {}
    raw = read_toml(file.read_text(encoding="utf-8"), file=file)
    return str(raw.get("release", "local")), dict(raw.get("wikidata", {}))


def _item(table: str, raw: dict[str, Any], place: _Place, wikidata: dict[str, str]) -> Item:
    kind, label = _TABLES[table]
    strange = sorted(set(raw) - _KEYS)
    if strange:
        raise place.wrong(f"unknown key {strange[0]!r}", f"known are {', '.join(sorted(_KEYS))}")
    if not isinstance(raw.get("name"), str) or not raw["name"]:
        raise place.wrong("has no name", 'add name = "..."')
    key = f"{kind}:{place.slug}"
    at = raw.get("at")
    if at is not None and not (len(at) == 2 and -90 <= at[0] <= 90 and -180 <= at[1] <= 180):
        raise place.wrong("at is not [latitude, longitude]")
    return Item(
        key=key,
        name=raw["name"],
        type=kind,  # type: ignore[arg-type]  # the table above holds the literals
        label=raw.get("label", label),
        wikidata=wikidata.get(key),
        code=raw.get("code"),
        at=(float(at[0]), float(at[1])) if at else None,
        capital=raw.get("capital", False),
        house=raw.get("house", False),
        weak=raw.get("weak", False),
        outlet=table == "outlet",
        agency=raw.get("agency", False),
        sites=tuple(raw.get("sites", ())),
        she=raw.get("she", False),
        kind=raw.get("kind"),
        offices=tuple(Office(o[0], o[1], o[2] if len(o) > 2 else None) for o in raw.get("office", ())),
    )


def _aliases(item: Item, raw: dict[str, Any], place: _Place) -> list[Alias]:
    found = [] if raw.get("weak") and "bare" in raw else [Alias(item.name, item.key, "always")]
    for key, when in _LISTS.items():
        names = raw.get(key, [])
        if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
            raise place.wrong(f"{key} is not a list of names", f'write {key} = ["..."]')
        for name in names:
            lang, _, bare = name.partition(":") if name[2:3] == ":" else (None, "", name)
            found.append(Alias(bare, item.key, when, lang))
            if when == "people" and bare.endswith(_PLURAL_IN_S) and not bare.endswith(("hman", "woman")):
                found.append(Alias(f"{bare}s", item.key, when, lang))
    if item.type == "person":
        surname = item.name.split()[-1]
        if len(surname) > 2 and surname not in _ROMAN:
            found.append(Alias(surname, item.key, "after"))
    return found
