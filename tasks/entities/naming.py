"""Names as a model or a headline gives them → the name to count by."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from config.gazetteer.words import WORDS

_SLUG_GAPS = re.compile(r"[\W_]+")
_SPACES = re.compile(r"\s+")
_TITLES = "|".join(sorted(map(re.escape, WORDS["titles"]), key=len, reverse=True))
_TITLE_WORDS = frozenset(word for title in WORDS["titles"] for word in title.split()) | WORDS["no_first_name"]
_TITLE = re.compile(rf"^(?:(?:{_TITLES})\.?[\s-]+)+(?=\S)")
#: verbs that headlines write with a capital, which models take for a part of the name before them
_HEADLINE_VERB = re.compile(
    r"\s+(?:Visits?|Says?|Said|Meets?|Met|Calls?|Warns?|Urges?|Vows?|Arrives?|Tells?|Told|Wins?|Signs?|Slams?|Hits?|"
    r"Accuses?|Welcomes?|Hosts?|Holds?|Makes?|Takes?|Gets?|Gives?|Seeks?|Wants?|Will|Would|Could|May|Must|Is|Are|Was|"
    r"Were|Has|Have|Had|To|On|In|At|As|After|Over|Amid|With|For|From|Against|About|Into|Near|By|And|But|Who|That|"
    r"Rejects?|Backs?|Agrees?|Announces?|Claims?|Denies|Asks?|Orders?|Threatens?|Faces?|Plans?|Launches|Attacks?|"
    r"Strikes?|Kills?|Dies|Died|Confirms?|Reveals?|Admits?|Praises?|Blasts?|Condemns?|Demands?|Offers?|Promises|"
    r"Pledges?|Speaks?|Talks?|Returns?|Leaves?|Joins?|Votes?|Approves?|Bans?|Blocks?|Cuts?|Raises?|Ends?|Starts?|"
    r"Begins?|Continues?|Shows?|Sees?|Finds?|Faults?|Expects?|Hopes?|Fears?|Considers?|Discuss(?:es)?|Leads?|"
    r"Advises?|Advised|Under|Not|No|Be|Can|Should|Do|Does|Did|Why|How|What|When|Where)\b.*$"
)
_EDGES = " \t\n\r\u00a0.,;:!?\"'“”‘’«»„()[]{}*#|/\\-–—…•<>=@"
_CAPITALS_LEAD = re.compile(r"(?:[A-Z]{4,}\s)+(?=[A-Z][a-z]+\s[A-Z])")
_FIRM_OWNER = re.compile(r"(.+\s(?:Inc|Corp|Ltd|Co|Group|plc|AG)\.?)['’]s\s")
_OWNER = re.compile(r"(.{3,}?)['’]s\s")
_TAIL = re.compile(r"/.*$|(?<=[a-z])(?:\s(?:[A-Z]{2,}|Reporting|Editing|Writing|Photo))+$")
_OFFICE_END = re.compile(
    r"(?<=\S)\s(?:Speaker|Minister|Secretary|President|Chairman|Chairwoman|Spokesman|Spokeswoman|Chief|Director|Leader)$"
)
_POSSESSIVE = re.compile(r"['’`](?:s|S)?$")


class Name(NamedTuple):
    text: str
    start: int
    end: int


def trimmed(text: str, start: int, end: int) -> Name | None:
    """A model's span without leading titles and articles, possessive, headline verbs, and marks at its edges."""
    raw = text[start:end]
    paragraph = raw.find("\n\n")
    if paragraph >= 0:
        raw = raw[:paragraph]
    left = len(raw) - len(raw.lstrip(_EDGES))
    raw = raw[left:]
    for article in ("the ", "The ", "a ", "an ", "A ", "An "):
        if raw.startswith(article):
            left, raw = left + len(article), raw[len(article) :]
            break
    title = _TITLE.match(raw)
    if title:
        left, raw = left + title.end(), raw[title.end() :]
    raw = raw.rstrip(_EDGES)
    raw = _POSSESSIVE.sub("", raw).rstrip(_EDGES)
    return Name(_SPACES.sub(" ", raw), start + left, start + left + len(raw)) if raw else None


def without_lead(name: Name) -> Name:
    """`INDYCAR DRIVER Anna Berg`: captions start in capitals."""
    lead = _CAPITALS_LEAD.match(name.text)
    return Name(name.text[lead.end() :], name.start + lead.end(), name.end) if lead else name


def without_owner_firm(name: Name) -> Name:
    """`Alphabet Inc’s Google` names the firm it belongs to, and another."""
    owner = _FIRM_OWNER.match(name.text)
    return Name(owner[1], name.start, name.start + len(owner[1])) if owner else name


def without_tail(name: Name) -> Name:
    """`John Hill RRP`, `Anna Berg Reporting`: a name ends where the capitals or the byline's word start."""
    cut = _TAIL.sub("", name.text)
    return Name(cut, name.start, name.start + len(cut))


def without_office(name: Name) -> Name:
    """`House of Commons Speaker` names the House."""
    cut = _OFFICE_END.sub("", name.text)
    return Name(cut, name.start, name.start + len(cut))


def ends_in_title(before: str) -> bool:
    """True for the words before a name that end in an office: `former President `."""
    last = before.rstrip().rpartition(" ")[2]
    return last.rstrip(".") in _TITLE_WORDS and last[:1].isupper() and last not in WORDS["no_first_name"]


def is_title(word: str) -> bool:
    return word.rstrip(".") in _TITLE_WORDS


def without_possession(name: Name) -> Name:
    """`Anna Berg's Studio` names Anna Berg."""
    owner = _OWNER.match(name.text)
    return Name(owner[1], name.start, name.start + len(owner[1])) if owner else name


def without_headline_verb(name: Name) -> Name:
    """`Putin Visits China` is Putin; only for names of persons, and only from their second word on."""
    cut = _HEADLINE_VERB.sub("", name.text)
    return Name(cut, name.start, name.start + len(cut)) if cut and cut != name.text else name


def slug(name: str) -> str:
    """Lower case, no accents, words joined by hyphens; letters of other scripts stay."""
    flat = unicodedata.normalize("NFKD", name.replace("’", "").replace("'", "").casefold())
    flat = "".join(letter for letter in flat if not unicodedata.combining(letter))
    return _SLUG_GAPS.sub("-", flat).strip("-")
