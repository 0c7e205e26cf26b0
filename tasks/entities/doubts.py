"""Where the model is known to go wrong: names cut in two, towns taken for people, common words for organisations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from config.gazetteer.words import WORDS
from tasks.entities.naming import Name, ends_in_title, is_title

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Container, Sequence

    from tasks.records import EntityType

_NO_ORGANISATION = WORDS["abbreviations"]
_COMMON = WORDS["common"]
_SAID_TWICE = 2
_JOINS = re.compile(r" |[:/&]| & ")
_OF_END = re.compile(r"\w of(?: the)?$")
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


def joined(text: str, spans: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Names that the model cut in two, or cut off at a hyphen, in one piece."""
    found: list[tuple[int, int, str]] = []
    for start, end, label in sorted(spans):
        tail = _TAIL.match(text, end)
        stop = tail.end() if tail and not text[start:end].isspace() and tail[0][1].isupper() else end
        last = found[-1] if found else (0, 0, "")
        same = last[2] == label and _JOINS.fullmatch(text, last[1], start)
        # `National Guard of | Ukraine`
        of_place = (
            last[2] == "ORG" and label == "GPE" and _OF_END.search(text[last[0] : last[1]]) and start == last[1] + 1
        )
        if found and (same or of_place):
            found[-1] = (last[0], stop, last[2])
        else:
            found.append((start, stop, label))
    return found


_FIRST_NAME = re.compile(r"(?<=[a-z,] )([A-Z][a-z’'-]+) $")


def with_first_name(text: str, name: Name) -> Name:
    """`Mayor Anna Berg` where the model took the last word alone."""
    found = _FIRST_NAME.search(text, max(0, name.start - 24), name.start) if " " not in name.text else None
    if not found or is_title(found[1]) or _COMMON.intersection({found[1].lower()}):
        return name
    return Name(f"{found[1]} {name.text}", found.start(1), name.end)


def mended(text: str, name: Name, label: str, first_names: Container[str] = ()) -> str:
    """One word that follows "city of" is no person, whatever the model says; `first_names` in lower case."""
    if label == "ORG" and _GATHERING.search(name.text):
        return "EVENT"
    if label == "PERSON" and _COMPANY_END.search(name.text):
        return "ORG"
    if label == "ORG" and _is_person(text, name, first_names):
        return "PERSON"
    if label == "ORG" and _PLACE_BEFORE.search(text, max(0, name.start - 20), name.start):
        return "GPE"
    one_word = label in ("PERSON", "ORG") and " " not in name.text and not name.text.isupper()
    return "GPE" if one_word and _TOWN_BEFORE.search(text, max(0, name.start - 16), name.start) else label


def _is_person(text: str, name: Name, first_names: Container[str]) -> bool:
    """`Admiral Pavel Orlov`, `Ruben Castillo, the leader of the union`, which the model takes for organisations."""
    if not _TWO_NAMES.fullmatch(name.text) or _NO_PERSON.search(name.text):
        return False
    if ends_in_title(text[max(0, name.start - 24) : name.start]):
        return True
    return name.text.split()[0].lower() in first_names and bool(_PERSON_BEHIND.match(text, name.end))


_COMPANY_END = re.compile(
    r"\w\s(?:Racing|Motors|Records|Airlines|Airways|Holdings|Labs|Technologies|Systems|Partners|Energy|Pharma|"
    r"Pharmaceuticals|Entertainment|Foods|Industries|Logistics|Shipping|Securities|Insurance|Ventures|Properties|Steel)$"
)
_TWO_NAMES = re.compile(r"[A-ZÀ-Þ][a-zà-ÿ’'-]+(?:\s[A-Z]\.)?\s[A-ZÀ-Þ][\w’'-]+")
_PERSON_BEHIND = re.compile(
    r",\s(?:who|whose|\d\d,|an?|the|a\s\w+|former|his|her)\s|,\s\d\d,|\s(?:said|says|told|tells|wrote|added|who)\b"
)


def doubtful(text: str, words: Counter[str], name: Name, label: str) -> bool:
    """What the model is wrong about too often to be taken at its word once."""
    lower = name.text.lower()
    never = (
        lower in _COMMON
        or is_title(name.text)
        or (label == "ORG" and name.text[0].isdigit() and " " in name.text)
        or lower.endswith(("ism", "isms"))
        or _PARTY_BEFORE.search(text, max(0, name.start - 3), name.start)
        or _BARE_NUMBER.match(name.text)
        or (label == "ORG" and _OFFICE_BEHIND.match(text, name.end))
        or (label == "PERSON" and (_NO_PERSON.search(name.text) or any(map(str.isdigit, name.text))))
        or (label == "EVENT" and not _EVENT_END.search(name.text))
    )
    if never or " " in name.text:
        return bool(never)
    if label in ("ORG", "GPE") and named_after(text, name.end, "org" if label == "ORG" else "place"):
        return True
    return _doubtful_word(text, words, name, label)


def _doubtful_word(text: str, words: Counter[str], name: Name, label: str) -> bool:
    if label == "PERSON":
        titled = _TITLED_BEFORE.search(text, max(0, name.start - 12), name.start)
        # `Border agents` of a text that speaks of the border
        common = words[name.text.lower()] >= words[name.text]
        return not titled and (words[name.text] < _SAID_TWICE or common)
    if name.text.isupper():
        # an abbreviation of common words, explained before it: `binge eating disorder (BED)`
        at = text.find(f" ({name.text})")
        return name.text.split("-")[0] in _NO_ORGANISATION or (at > 0 and text[at - 1].islower())
    return name.text.lower() in words


#: `the Amazon basin`, `the Jordan river`
_WATER = re.compile(r"\s(?:[Rr]ivers?|[Rr]iverbanks?|[Bb]asin|[Rr]ainforest|[Dd]elta|[Ee]stuary)\b")
#: `the Ford family`
_FAMILY = re.compile(r"\s(?:family|dynasty|clan|brothers|sisters|siblings|heirs)\b")


def named_after(text: str, end: int, kind: EntityType) -> bool:
    """True where the name that ends here is a river's or a family's, not the firm's or country's of the same name."""
    return bool(_WATER.match(text, end) or (kind == "org" and _FAMILY.match(text, end)))


def no_person(name: str) -> bool:
    """`Times`, `River`, `Park`: words of firms, places and offices."""
    return bool(_NO_PERSON.search(name))


_GATHERING = re.compile(r"(?:Summit|Conference|Forum|World Cup|Olympics|Games|Festival)$")
_NO_PERSON = re.compile(
    r"\b(?:Jews|Muslims|Christians|Catholics|Space|Region|Zone|Sea|Ocean|Peninsula|Party|Reports?|University|Street|County|School|College|Hospital|Act|Bill|Group|Inc|Ltd|Corp|Church|Cent(?:er|re)|"
    r"News|Times|Post|Awards?|Show|Prize|Road|Avenue|Park|River|Lake|Islands?|Mount|Bridge|Airport|Studios?|Museum|Club|"
    r"Team|Council|Committee|Institute|Foundation|Association|Agency|Company|Bank|Court|Day|War|City|State|Law|Rights|"
    r"Reuters|Getty|Images?|Photo|Read|More|Click|Subscribe|Advertisement|Newsletter|Story|Video|Update|Watch)\b"
)
