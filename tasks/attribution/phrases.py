"""What a noun phrase stands for: a person, an office, an outlet, people without a name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from config.gazetteer.words import WORDS
from tasks.attribution.lexicon import CAPITAL
from tasks.attribution.nominal import POSSESSIVE, end_of_turned, nominal
from tasks.attribution.speaker import Speaker

if TYPE_CHECKING:
    from tasks.attribution.reading import Mention, Reading
    from tasks.attribution.speaker import SpeakerType

PREPOSITION_BEFORE = re.compile(
    r"\b(?:of|for|to|by|with|in|from|at|about|on|against|unlike|like|after|before|over|under|near|between|than|"
    r"against|toward|towards|told|including|despite|regarding|von|für|bei|über|gegen|mit|zum|zur|de|del|para|pour|contre|contra|sobre|від|для|от|про|о|dla|o)\s"
    r"(?:the\s|a\s|an\s)?(?:(?:[a-z]+|[A-Z][a-z]+)\s){0,3}$"
)
DIRECT_PREPOSITION = re.compile(
    r"\b(?i:of|for|to|by|with|in|from|at|about|on|against|unlike|like|than|toward|towards|including|between|told|over)\s"
    r"(?:the\s|then-|former\s)?(?:[A-Z][\w.-]+\s){0,2}$"
)
_POST_MODIFIER = re.compile(r"\s(?:of|in|from|at|who|with|for|on|to)\b")
#: what goes on after a name that stands behind its verb; a noun there would make the name a part of another
_BEHIND_NAME = re.compile(
    r"\s(?:when|as|after|during|while|before|last|this|earlier|later|by|recently|that|about|via|because|through|"
    r"following|told|said|is|was|if|over|under|without|according|upon|amid|ahead|today|yesterday|[A-Z]\w+day|\()"
)
_AND_BEFORE = re.compile(r"\b(?:and|or|und|et|y|и|та|і|oraz)\s$")
_LEADING = re.compile(
    r"^(?:(?:and|but|however|meanwhile|then|also|so|yet|later|earlier|still|instead|now|separately|afterwards?|"
    r"previously|on|in|at|during|when|while|as|that|what|where|who|whom|which|because|although|though|if|since|"
    r"wie|als|während|comme|alors|tandis|como|mientras|jak|gdy|як|как)\b[\s,]*)+",
    re.IGNORECASE,
)
#: a word of a name, and the small words that may follow it within one (`van der`)
_NAME_WORD = (
    rf"[{CAPITAL}][\w’'.-]*[ \u00a0]+(?:(?:de la|de|del|van der|von der|van|von|bin|al|di|da|ben|ibn)[ \u00a0]+)*"
)
_PROPER = re.compile(rf"(?:{_NAME_WORD}){{0,3}}[{CAPITAL}][\w’'-]+$")
PROPER_START = re.compile(rf"(?:{_NAME_WORD}){{1,3}}(?:a[ldnrstz]-|el-)?[{CAPITAL}][\w’'-]+")
#: `мэр города Ирина Лугова`; not `мэр города Нижнего Новгорода`
_ENDS_IN_NAME = re.compile(
    rf"\s[^\W\d_{CAPITAL}]+\s(?!\w+(?:ого|его|ой|ых|их|ої|ому)\s)(?:[{CAPITAL}][\w’'-]+\s){{1,2}}[{CAPITAL}][\w’'-]+$"
)
_SINGLE = re.compile(rf"[{CAPITAL}][^\W\d_]+(?:[-’'][^\W\d_]+)?")
_NO_NAME = WORDS["no_name"]
_TITLED = re.compile(rf"\s[{CAPITAL}]")


def phrase(reading: Reading, low: int, high: int, *, turned: bool = False) -> Speaker | None:
    """Who one noun phrase stands for."""
    leading = _LEADING.match(reading.plain[low:high])
    if leading and leading.end() < high - low:
        low += leading.end()
    text = reading.plain[low:high]
    # `," sagte er im Saal`: behind its verb a pronoun stands first, before it last (`a-t-il`)
    last = text.split(None, 1)[0].lower() if turned and text.strip() else ""
    if last not in reading.lexicon.pronouns:
        last = text.rsplit(None, 1)[-1].rsplit("-", 1)[-1].lower() if text.strip() and not turned else ""
    if last in reading.lexicon.pronouns and (last not in reading.lexicon.cues.it or text.strip().lower() == last):
        start = low + (text.lower().index(last) if turned else text.lower().rindex(last))
        return Speaker(last, "named", None, start, start + len(last), reading.lexicon.pronouns[last])
    person = _person(reading, low, high, turned=turned)
    if person is not None:
        return None if _one_of_several(reading, person, low, high) else of_mention(reading, person)
    if not turned:
        office = nominal(reading, low, high, turned=False)
    else:
        office = nominal(reading, low, end_of_turned(reading, low, high), turned=True)
    if office and not (reading.lexicon.lang not in ("en", "de") and _ENDS_IN_NAME.search(office.name)):
        return office
    return (
        (office and _unknown_name(reading, low, office.end, turned=turned))
        or office
        or _organisation(reading, low, high, turned=turned)
        or _unknown_name(reading, low, high, turned=turned)
    )


def _person(reading: Reading, low: int, high: int, *, turned: bool) -> Mention | None:
    for mention in reading.named(low, high, "person"):
        rest = reading.plain[mention.end : high]
        if POSSESSIVE.match(rest) or governed(reading, low, mention.start):
            continue
        if not rest.strip() or _POST_MODIFIER.match(rest) or rest.lstrip().startswith(("and ", "or ")):
            return mention
        english = reading.lexicon.lang == "en"
        if turned and (_BEHIND_NAME.match(rest) if english else rest[:1].isspace() and rest.lstrip()[:1].islower()):
            return mention
    return None


def governed(reading: Reading, low: int, start: int) -> bool:
    """True behind a preposition: `for Berg`; but not in `envoy to Norway Anna Berg`, where another name is between."""
    if reading.lexicon.governing.search(reading.plain, low, start):
        return True
    found = DIRECT_PREPOSITION.search(reading.plain, low, start)
    return bool(found) and not reading.named(found.start(), start, "place", "org") if found else False


def _one_of_several(reading: Reading, mention: Mention, low: int, high: int) -> bool:
    """`Berg and Hill said`: words of two are nobody's alone."""
    joined_before = _AND_BEFORE.search(reading.plain, low, mention.start)
    rest = reading.plain[mention.end : high]
    return bool(joined_before) or rest.lstrip().startswith(("and ", "or "))


def of_mention(reading: Reading, mention: Mention) -> Speaker:
    entity = mention.entity
    item = reading.gazetteer.items.get(entity.key)
    kind: SpeakerType = "named"
    if item is not None and item.outlet:
        kind = "outlet"
    elif entity.type != "person" and item is not None and (item.kind or item.house or item.type == "place"):
        kind = "official"
    return Speaker(entity.name, kind, entity.key, mention.start, mention.end)


def _organisation(reading: Reading, low: int, high: int, *, turned: bool) -> Speaker | None:
    for mention in reading.named(low, high, "org", "place"):
        if mention.entity.label == "NORP":
            # `a Republican`: one of them, nobody knows who
            continue
        rest = reading.plain[mention.end : high]
        if POSSESSIVE.match(rest) or DIRECT_PREPOSITION.search(reading.plain, low, mention.start):
            continue
        if _AND_BEFORE.search(reading.plain, low, mention.start):
            return None
        starts = not reading.plain[low : mention.start].replace("the", "").replace("The", "").strip()
        if turned and _TITLED.match(rest):
            # `Hamburgs Polizeipräsident`
            continue
        if reading.lexicon.governing.search(reading.plain, low, mention.start):
            continue
        if starts if turned else not rest.strip():
            return of_mention(reading, mention)
    return None


def _unknown_name(reading: Reading, low: int, high: int, *, turned: bool) -> Speaker | None:
    """A name that neither gazetteer nor model knows: two capitalised words or more, or one after a title."""
    text = reading.plain[low:high]
    found = PROPER_START.search(text) if turned else _PROPER.search(text.rstrip())
    if not found:
        return _single_name(reading, low, high)
    if turned and PREPOSITION_BEFORE.search(text, 0, found.start()):
        return None
    words = found[0].split()
    while words and words[0] in _NO_NAME:
        words = words[1:]
    words = _without_office(reading, words)
    name = " ".join(words)
    if len(words) == 1 and text.strip() == name:
        return _single_name(reading, low, high)
    if len(words) < 2 or no_name(name) or DIRECT_PREPOSITION.search(text, 0, found.end() - len(name)):
        return None
    start = low + found.end() - len(name)
    if reading.named(start, start + len(name)) or reading.lexicon.governing.search(reading.plain, low, start):
        return None
    return Speaker(name, "named", None, start, start + len(name))


def _without_office(reading: Reading, words: list[str]) -> list[str]:
    """`Bürgermeisterin Inga Voss` is Inga Voss."""
    offices = [number for number, word in enumerate(words[:-2]) if reading.lexicon.head(word.lower())]
    return words[offices[-1] + 1 :] if offices else words


def _single_name(reading: Reading, low: int, high: int) -> Speaker | None:
    """A last name that stood with its first name earlier in the text, though neither table nor model knew it."""
    text = reading.plain[low:high].strip()
    if not _SINGLE.fullmatch(text) or text in _NO_NAME or reading.named(low, high):
        return None
    start = reading.plain.index(text, low)
    full = reading.in_full(text, low)
    if not full:
        return None
    return Speaker(full, "named", None, start, start + len(text))


def no_name(name: str) -> bool:
    return any(word in _NO_NAME for word in name.split()) or name.isupper()
