"""The model's spans beside the gazetteer's: which of two that overlap is right, and what the model adds."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from tasks.entities.naming import (
    Name,
    is_title,
    slug,
    trimmed,
    without_headline_verb,
    without_office,
    without_possession,
    without_tail,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.gazetteer import Gazetteer
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
_OFFICE_WORDS = frozenset(
    [
        "president",
        "minister",
        "secretary",
        "general",
        "chief",
        "spokesman",
        "spokeswoman",
        "spokesperson",
        "chairman",
        "director",
        "ambassador",
        "envoy",
        "commissioner",
        "leader",
        "official",
        "officials",
        "troops",
        "forces",
        "soldiers",
        "members",
        "member",
        "allies",
        "ally",
        "summit",
        "army",
        "military",
        "government",
        "state",
        "foreign",
        "prime",
        "deputy",
        "senator",
        "rep",
        "sen",
        "gov",
        "governor",
        "republican",
        "democrat",
        "democrats",
        "republicans",
        "commander",
        "representative",
        "chancellor",
        "premier",
        "former",
        "ex",
        "mr",
        "mrs",
        "ms",
        "dr",
        "election",
        "war",
        "presidential",
        "officer",
        "head",
        "sanctions",
        "embassy",
    ]
)
_JOINERS = frozenset(
    ["of", "for", "the", "and", "in", "on", "de", "la", "le", "al", "del", "der", "von", "van", "&", "bin"]
)
_MOST_WORDS = 9


class Seen(NamedTuple):
    name: Name
    label: str


def cleaned(text: str, spans: Sequence[tuple[int, int, str]]) -> list[Seen]:
    """The spans of wanted labels, trimmed, that look like a name at all."""
    found = []
    for start, end, label in _joined(text, [span for span in spans if span[2] in TYPES]):
        name = trimmed(text, start, end)
        if name and label == "PERSON":
            name = without_tail(without_headline_verb(without_possession(name)))
        elif name:
            name = without_office(name)
        if name and _is_name(name.text, label):
            name = _with_first_name(text, name) if label == "PERSON" else name
            seen = Seen(name, _mended(text, name, label))
            if not _doubtful(text, seen):
                found.append(seen)
    return found


_JOINS = re.compile(r" |[:/&]| & ")
_TAIL = re.compile(r"(?:[-–][^\W\d_][\w’']*)+")
_TOWN_BEFORE = re.compile(r"\b(?:in|from|near|city of|town of|village of|outside|to)\s(?:the\s)?$")
_PLACE_BEFORE = re.compile(r"\b(?:city|town|village|suburb|district|province|municipality|settlement) of\s(?:the\s)?$")
_OFFICE_BEHIND = re.compile(r"\s(?:Minister|Secretary|Adviser|Advisor|Commissioner|Administrator|Spokes\w+|Envoy)\b")
_PARTY_BEFORE = re.compile(r"\b[RDI]-$")
_BARE_NUMBER = re.compile(r"^\S+\s\d+$")
_TITLED_BEFORE = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Dr|Sir|Lady|Lord|Prof|Professor|Sen|Rep|Gov|Gen|Col|Capt|Judge|Mayor|President)\.?\s$"
)
_EVENT_END = re.compile(
    r"(?:Wars?|Games|Cup|Summit|Conference|Olympics|Festival|Forum|Elections?|Crisis|Day|Revolution|Championships?|Open|"
    r"League|Prix|Friday|Congress|Uprising|Massacre|Genocide|Attacks?|Protests|Marathon|Bowl|Series|Awards?|Exhibition|"
    r"Expo|Accords?|Hurricane \w+|Agreement|Treaty)$|^(?:Hurricane|Operation|Battle|Typhoon|Storm)\b"
)


def _joined(text: str, spans: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Names that the model cut in two, or cut off at a hyphen, in one piece."""
    found: list[tuple[int, int, str]] = []
    for start, end, label in sorted(spans):
        tail = _TAIL.match(text, end)
        stop = tail.end() if tail and not text[start:end].isspace() and tail[0][1].isupper() else end
        if found and found[-1][2] == label and _JOINS.fullmatch(text, found[-1][1], start):
            found[-1] = (found[-1][0], stop, label)
        else:
            found.append((start, stop, label))
    return found


_FIRST_NAME = re.compile(r"(?<=[a-z,] )([A-Z][a-z’'-]+)\s$")


def _with_first_name(text: str, name: Name) -> Name:
    """`Mayor Anna Berg` where the model took the last word alone."""
    found = _FIRST_NAME.search(text, max(0, name.start - 24), name.start) if " " not in name.text else None
    if not found or is_title(found[1]) or _COMMON.intersection({found[1].lower()}):
        return name
    return Name(f"{found[1]} {name.text}", found.start(1), name.end)


def _mended(text: str, name: Name, label: str) -> str:
    """One word that follows "city of" is no person, whatever the model says."""
    if label == "ORG" and _GATHERING.search(name.text):
        return "EVENT"
    if label == "ORG" and _PLACE_BEFORE.search(text, max(0, name.start - 20), name.start):
        return "GPE"
    one_word = label in ("PERSON", "ORG") and " " not in name.text and not name.text.isupper()
    return "GPE" if one_word and _TOWN_BEFORE.search(text, max(0, name.start - 16), name.start) else label


def _doubtful(text: str, seen: Seen) -> bool:
    """What the model is wrong about too often to be taken at its word once."""
    name = seen.name
    lower = name.text.lower()
    if lower in _COMMON or lower.endswith(("ism", "isms")):
        return True
    if _PARTY_BEFORE.search(text, max(0, name.start - 3), name.start) or _BARE_NUMBER.match(name.text):
        return True
    if seen.label == "ORG" and _OFFICE_BEHIND.match(text, name.end):
        return True
    if seen.label == "PERSON" and (_NO_PERSON.search(name.text) or any(map(str.isdigit, name.text))):
        return True
    if seen.label == "EVENT":
        return not _EVENT_END.search(name.text)
    if " " in name.text:
        return False
    if seen.label == "PERSON":
        titled = _TITLED_BEFORE.search(text, max(0, name.start - 12), name.start)
        return not titled and len(re.findall(rf"\b{re.escape(name.text)}\b", text)) < 2  # noqa: PLR2004 - said twice
    if name.text.isupper():
        # an abbreviation of common words, explained before it: `binge eating disorder (BED)`
        explained = re.search(rf"[a-z] \({re.escape(name.text)}\)", text)
        return name.text.split("-")[0] in _NO_ORGANISATION or explained is not None
    return re.search(rf"\b{re.escape(lower)}\b", text) is not None


_GATHERING = re.compile(r"(?:Summit|Conference|Forum|World Cup|Olympics|Games|Festival)$")
_NO_PERSON = re.compile(
    r"\b(?:Party|Reports?|University|Street|County|School|College|Hospital|Act|Bill|Group|Inc|Ltd|Corp|Church|Cent(?:er|re)|"
    r"News|Times|Post|Awards?|Show|Prize|Road|Avenue|Park|River|Lake|Islands?|Mount|Bridge|Airport|Studios?|Museum|Club|"
    r"Team|Council|Committee|Institute|Foundation|Association|Agency|Company|Bank|Court|Day|War|City|State|Law|Rights|"
    r"Reuters|Getty|Images?|Photo|Read|More|Click|Subscribe|Advertisement|Newsletter|Story|Video|Update|Watch)\b"
)
_NO_ORGANISATION = frozenset(
    "GMT UTC BST EST EDT ET CET USD EUR GBP UAH RUB LLC LTD INC RRP UAV UAVS END USB CEO CFO COO CTO TV DVD AI IT PC PR HR VIP GDP CO2 AIDS HIV DNA "
    "COVID SUV EV EVS ATM PM AM MP MPS MEP GPS PDF FAQ RSS AMP ID OK LGBT LGBTQ NGO NGOS POW POWS ICU PPE IPO ETF ETFS "
    "CCTV VPN API URL HTML WIFI MBA PHD US UK EU UN AND THE FOR NEW MORE READ WATCH LIVE BREAKING".split()
)
_COMMON = frozenset(
    "house trade assembly customs capitol congress parliament court senate cabinet council committee commission state "
    "treasury bank church army navy police union party league board office ministry department government university "
    "school college hospital institute center centre club team group company fund trust press media news radio post mail "
    "times star sun world nation union east west north south spring summer autumn winter law bill act budget deal treaty "
    "medicare medicaid obamacare brexit internet web mail email spam app apps macbook iphone ipad airpods android windows "
    "christmas easter ramadan diwali thanksgiving halloween hanukkah gospel bible quran torah islam christianity judaism "
    "supreme high social national god lord jesus allah democracy communism socialism nazism capitalism liberalism advertisement subscribe newsletter "
    "retina kevlar trek javascript victoria bradley english french german spanish russian chinese arabic hebrew latin cyrillic".split()
)


def _is_name(text: str, label: str) -> bool:
    words = text.split()
    letters = sum(letter.isalpha() for letter in text)
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
    rest = f"{body[name.start : sighting.start]} {body[sighting.end : name.end]}".split()
    proper = [word for word in rest if word[:1].isupper() and word.strip(".,").lower() not in _OFFICE_WORDS]
    plain = [word for word in rest if word[:1].islower() and word.lower() not in _JOINERS]
    if not proper or plain or "," in body[name.start : name.end]:
        return False
    item = gazetteer.items[sighting.key]
    known_words = len(body[sighting.start : sighting.end].split())
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
