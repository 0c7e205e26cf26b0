"""Names that are a newspaper's, an agency's or a broadcaster's by their form: `Harbour Post`, `Radio Kestrel`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from config.gazetteer.words import WORDS
from tasks.entities.naming import Name
from tasks.entities.sightings import reporting
from tasks.entities.spans import Seen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_CAPITAL = "A-ZÀ-ÞА-ЯЁІЇЄҐŁŚŻĆŹČŠŽ"
_CAP = rf"[{_CAPITAL}][\w’'&-]*"
_JOINER = r"(?:of|&|de|del|della|du|des|la|le|les|di|do|da)"
_GAP = "[ \u00a0]"


def _any(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word))))


_AGENCY = (
    r"(?:(?:News|Press|Wire) (?:Agency|Service|Network)|Broadcasting (?:Corporation|Service|Company|Network|Authority))"
)
_ENDS_IN_AGENCY = re.compile(rf"{_AGENCY}$")
_SELLS = re.compile(
    r"(?:\b(?:Wire|Newswires?|Press|Presse|Prensa|(?:News|Press) Agency|(?:News|Wire|Press) Service|"
    r"Press Association)$)"
    r"|^(?:Agence|Agencia|Agencja|Agenzia|Agência)\s"
)
_ENDS, _WEAK_ENDS = WORDS["press_ends"], WORDS["press_weak"]
_COMPOUNDS = tuple(sorted(WORDS["press_compounds"]))
_SHORTEST_COMPOUND = 9
_GENERIC = WORDS["press_generic"]
#: a capitalised word; looked through one by one, which is faster than a pattern of all that a name may end in
_WORD = re.compile(rf"(?<![\w’'])[{_CAPITAL}]\w*(?![’'-]\w{{2}})")
_SITE = re.compile(r"[A-Z][A-Za-z0-9-]{1,62}\.(?:com|net|org|news|[a-z]{2})\b(?!\.\w)")
#: `WXYZ`, `KXYZ-TV`: stations of the United States
_CALL_SIGN = re.compile(r"[KW][A-Z]{3}(?:-(?:TV|FM|AM))?\b|[KW][A-Z]{2}-(?:TV|FM|AM)\b")
#: `HarbourPost`
_CAMEL = re.compile(
    r"[A-Z][a-z]+(?:Post|Times|News|Wire|Desk|Daily|Report|Crunch|Herald|Tribune|Rumors|Gazette|Insider|Journal|Radar)"
)
_NO_CALL_SIGN = WORDS["no_call_sign"]
_LAST = _ENDS | _WEAK_ENDS | {"Service", "Corporation", "Company", "Authority"}
_ALONE = WORDS["press_alone"]
_THE = ("the ", "The ")
#: not "Journal of", which learned societies call theirs
_FIRST = WORDS["press_starts"] | {"Times", "Post", "Herald", "Voice", "Echo", "Chronicle", "Gazette"}
_START = re.compile(
    rf"(?:{_any(WORDS['press_starts'])}){_GAP}(?:(?:{_JOINER}|der|de l[’']){_GAP}?){{0,2}}{_CAP}(?:{_GAP}{_CAP})?"
    rf"|(?:Times|Post|Herald|Voice|Echo|Chronicle|Gazette) of (?:the )?{_CAP}"
)
#: the capitalised words that end where a head starts
_BACK = re.compile(rf"(?<![\w’'])(?:{_CAP}{_GAP}(?:{_JOINER}{_GAP}){{0,2}}){{1,4}}$")
_REACH = 60
_AFTER_INNER = re.compile(
    rf" (?!(?:{_any(WORDS['no_press'])}|[A-Z]\w+day)\b)([{_CAPITAL}][a-zà-ÿ]+)(?!\s?[{_CAPITAL}])"
)
#: `Argus Leader`, `Star Tribune`: two heads in a row
_MORE = re.compile(rf"[ -](?:{_any(_ENDS | _WEAK_ENDS)})\b")
#: `Post-Dispatch`
_FIRST_HALF = re.compile(rf"(?<![\w’'-])[{_CAPITAL}]\w*-$")
#: `Post and Courier`: two heads that one paper has
_PAIRED = re.compile(rf"(?<=[Tt]he )(?:{_any(_ENDS | _WEAK_ENDS)}) and $")
_INNER = frozenset({"News"})
_NO_PRESS = WORDS["no_press"]
_LEADS = WORDS["no_name"] | WORDS["press_leads"]
_STARTS_SENTENCE = {word for word in _LEADS if not word.endswith("day")}
_NOT_NAMES = frozenset(("Fake", "Breaking", "Latest"))
_NOT_FIRST = WORDS["no_press_first"] | _STARTS_SENTENCE
_POSSESSIVE = ("'s", "’s")
_OWNER_IN_NAME = re.compile(r".*['’]s?\s")

#: alone: one word that needs an article and words of telling beside it
Form = Literal["sure", "weak", "alone", ""]


def press_form(name: str) -> Form:
    """What the words of a name say of it being an outlet's; context has to say the rest."""
    words = name.removeprefix("The ").removeprefix("the ").split()
    if not words:
        return ""
    if (len(words) > 2 and _ENDS_IN_AGENCY.search(name)) or _compound(words[-1]):
        return "sure"
    if len(words) == 1:
        return _form_of_one(words[0])
    if _NO_PRESS.intersection(words) or words[0] in _NOT_NAMES or (len(words) == 2 and words[0] in _NOT_FIRST):
        return ""
    last = words[-1].rpartition("-")[2]
    two_heads = words[-1] in _WEAK_ENDS and words[-2] in _ENDS
    inner = not _INNER.isdisjoint(words[1:-1])
    if last in _ENDS or two_heads or inner or _START.fullmatch(" ".join(words)):
        return "sure"
    return "weak" if words[-1] in _WEAK_ENDS else ""


def _form_of_one(word: str) -> Form:
    if is_call_sign(word) or _CAMEL.fullmatch(word):
        return "sure"
    return "alone" if word in _ALONE or _SITE.fullmatch(word) else ""


def _compound(word: str) -> bool:
    return len(word) > _SHORTEST_COMPOUND and word.endswith(_COMPOUNDS) and word not in _GENERIC


def is_call_sign(name: str) -> bool:
    return bool(_CALL_SIGN.fullmatch(name)) and name not in _NO_CALL_SIGN


def is_agency(name: str) -> bool:
    """Whether the form of a name is that of a house that sells its texts: `Tallis Wire`, `Nordic News Agency`."""
    return bool(_SELLS.search(name)) and press_form(name) == "sure"


@lru_cache(maxsize=4)
def press_names(text: str) -> tuple[Name, ...]:
    """In the order of the text, none within another; without an article."""
    found = [name for word in _WORD.finditer(text) for name in _at_word(text, word) if press_form(name.text)]
    kept: list[Name] = []
    for name in sorted(found, key=lambda name: (name.start, -name.end)):
        if not kept or name.start >= kept[-1].end:
            kept.append(name)
        elif name.end > kept[-1].end:
            # `the broadcaster Radio Kestrel`: the name starts with the word that another could have ended in
            kept[-1] = name
    return tuple(kept)


def _at_word(text: str, word: re.Match[str]) -> list[Name]:
    """The names that start or end with this word."""
    found = []
    sign = _CALL_SIGN.match(text, word.start()) if word[0][0] in "KW" else None
    if sign and is_call_sign(sign[0]):
        found.append(Name(sign[0], *sign.span()))
    site = _SITE.match(text, word.start())
    if site:
        found.append(Name(site[0], *site.span()))
    if word[0] in _FIRST:
        start = _START.match(text, word.start())
        if start:
            found.append(Name(start[0], *start.span()))
    if word[0] in _LAST:
        found += _with_head(text, word)
    elif word[0].endswith(_COMPOUNDS) or (not word[0][1:].islower() and _CAMEL.fullmatch(word[0])):
        found.append(Name(word[0], *word.span()))
    return found


def _with_head(text: str, word: re.Match[str]) -> list[Name]:
    """The name that ends in this word, or goes on behind it."""
    half = _FIRST_HALF.search(text, max(0, word.start() - _REACH), word.start())
    head = half.start() if half else word.start()
    paired = _PAIRED.search(text, max(0, head - _REACH), head) if word[0] not in WORDS["press_starts"] else None
    head = paired.start() if paired else head
    before = _BACK.search(text, max(0, head - _REACH), head)
    if before:
        stop = word.end()
        more = _MORE.match(text, stop) or (_AFTER_INNER.match(text, stop) if word[0] in _INNER else None)
        return [_named(text, before.start(), more.end() if more else stop)]
    if paired or (word[0] in _ALONE and text.endswith(_THE, 0, head)):
        return [Name(text[head : word.end()], head, word.end())]
    return []


def _named(text: str, start: int, end: int) -> Name:
    """Without what has a capital of its own before the name: an article, an owner, the sentence's first word."""
    owner = _OWNER_IN_NAME.match(text, start, end)
    start = owner.end() if owner else start
    words = text[start:end].split()
    while len(words) > 1 and (words[0] in (_LEADS if len(words) > 2 else _STARTS_SENTENCE) or words[0][:1].islower()):
        words = words[1:]
        start = text.index(words[0], start + 1)
    return Name(text[start:end], start, end)


def with_press(text: str, seen: Sequence[Seen], named: Sequence[tuple[int, int]]) -> list[Seen]:
    """The model's spans, and the outlets that it took for something else or overlooked.

    A name counts as an outlet's where words of reporting or an article stand beside it; `named`: where the gazetteer's
    outlets are. A span that such a name overlaps goes, but for what it holds of a person (`the Post's Anna Berg`).
    """
    found = list(seen)
    for name in press_names(text):
        if any(start < name.end and name.start < end for start, end in named):
            continue
        beside = [one for one in found if one.name.start < name.end and name.start < one.name.end]
        if any(one.label == "ORG" and _covers(text, one.name, name) for one in beside):
            continue
        if press_form(name.text) == "alone" or not _is_outlet(text, name, beside):
            continue
        found = [one for one in found if one not in beside] + [Seen(name, "ORG")]
        found += [rest for one in beside if (rest := _journalist(text, name, one))]
    return sorted(found)


def _covers(text: str, longer: Name, name: Name) -> bool:
    """The model's name is the outlet's, or a longer one that has it within; not `the Post's Anna Berg`."""
    return longer.start <= name.start and name.end <= longer.end and text[name.end : name.end + 1] not in ("'", "’")


def _is_outlet(text: str, name: Name, beside: Sequence[Seen]) -> bool:
    credited = text.startswith("(", max(0, name.start - 1)) and text.startswith(")", name.end)
    told = credited or reporting(text, name.start, name.end)
    told = told or bool(_WITH_ARTICLE.search(text, max(0, name.start - 40), name.start))
    if press_form(name.text) == "weak":
        return told and text.endswith(_THE, 0, name.start) and not beside
    return told or text.endswith(_THE, 0, name.start)


_WITH_ARTICLE = re.compile(
    r"\b(?:told|tells|telling|to|citing|cites|cited|quoting|(?:reported|quoted|published|obtained|seen|reviewed|carried|"
    r"broadcast|aired) (?:by|in|on)|according to|per|interview (?:with|in)|reports? (?:in|by|from)|wrote in|for|"
    r"broadcaster|newspaper|agency|station|magazine|\w+day['’]s)\s(?:the\s)?$"
)


def _journalist(text: str, name: Name, seen: Seen) -> Seen | None:
    """The person in `the Capital Observer's Nina Falk`, which the model took for one name."""
    found = _OWN_PERSON.match(text, name.end, seen.name.end)
    return Seen(Name(found[1], *found.span(1)), "PERSON") if found else None


_OWN_PERSON = re.compile(rf"[’']s?\s({_CAP}\s{_CAP})")


def own_words(name: str) -> list[str]:
    """The words of an outlet's name that are its own: `Kestrel` of `Radio Kestrel`."""
    return [word for word in name.split() if word[0].isupper() and word not in _COMMON_WORDS]


_COMMON_WORDS = _ENDS | _WEAK_ENDS | WORDS["press_starts"] | _NOT_FIRST
