"""Who a verb of saying belongs to: the words before it, or behind it where the order is turned round."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from tasks.attribution.layout import Area
    from tasks.attribution.reading import Mention, Reading

SpeakerType = Literal["named", "anonymous", "official", "outlet", "document"]

_POSSESSIVE = re.compile(r"(?:['’]s?\b|['’](?=\s))")
_PREPOSITION_BEFORE = re.compile(
    r"\b(?:of|for|to|by|with|in|from|at|about|on|against|unlike|like|after|before|over|under|near|between|than|"
    r"against|toward|towards|told|including|despite|regarding|von|für|bei|de|del|para|pour|від|для|от|dla)\s"
    r"(?:the\s|a\s|an\s)?(?:(?:[a-z]+|[A-Z][a-z]+)\s){0,3}$"
)
_DIRECT_PREPOSITION = re.compile(
    r"\b(?i:of|for|to|by|with|in|from|at|about|on|against|unlike|like|than|toward|towards|including|between|told|over)\s"
    r"(?:the\s|then-|former\s)?(?:[A-Z][\w.-]+\s){0,2}$"
)
_CLAUSE = re.compile(
    r"[;:—–\"“”„«»()]|\s-\s|,?\s(?:but|while|as|that|which|because|when|where|whether|if|after|although|though|since|"
    r"before|dass|que|что|що|że)\s|,\s(?:and|or|so)\s",
)
_POST_MODIFIER = re.compile(r"\s(?:of|in|from|at|who|with|for|on|to)\b")
_AND_BEFORE = re.compile(r"\b(?:and|or|und|et|y|и|та|і|oraz)\s$")
_RELATIVE = re.compile(r",?\s(?:who|which|der|die|qui|que|который|який|która|który)$")
_LEADING = re.compile(
    r"^(?:(?:and|but|however|meanwhile|then|also|so|yet|later|earlier|still|instead|now|separately|afterwards?|"
    r"previously|on|in|at|during|when|while|as|that|what|where|because|although|if|since)\b[\s,]*)+",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_][\w.’'&-]*")
_PROPER = re.compile(
    r"(?:[A-ZÀ-ÞА-ЯЁІЇЄҐŁŚŻĆŹ][\w’'.-]*\s+(?:(?:de|del|van|von|der|bin|al|el|la|di|da|ben|ibn)\s+)*){0,3}"
    r"[A-ZÀ-ÞА-ЯЁІЇЄҐŁŚŻĆŹ][\w’'-]+$"
)
_PROPER_START = re.compile(
    r"(?:[A-ZÀ-ÞА-ЯЁІЇЄҐŁŚŻĆŹ][\w’'.-]*\s+(?:(?:de|del|van|von|der|bin|al|el|la|di|da|ben|ibn)\s+)*){1,3}"
    r"[A-ZÀ-ÞА-ЯЁІЇЄҐŁŚŻĆŹ][\w’'-]+"
)
_NO_NAME = frozenset(
    [
        "The",
        "This",
        "That",
        "These",
        "Those",
        "It",
        "He",
        "She",
        "They",
        "We",
        "You",
        "I",
        "But",
        "And",
        "So",
        "Then",
        "There",
        "Here",
        "What",
        "Who",
        "When",
        "Where",
        "Why",
        "How",
        "In",
        "On",
        "At",
        "By",
        "For",
        "From",
        "With",
        "As",
        "If",
        "After",
        "Before",
        "While",
        "However",
        "Meanwhile",
        "Also",
        "Now",
        "Still",
        "Yet",
        "Some",
        "Many",
        "Most",
        "Both",
        "One",
        "Two",
        "Three",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
        "Today",
        "Yesterday",
        "Later",
        "Earlier",
        "Asked",
        "Speaking",
        "Another",
        "Others",
        "Critics",
        "His",
        "Her",
        "Their",
        "Our",
        "My",
        "Its",
        "Not",
        "No",
        "Yes",
        "Such",
        "Story",
        "Read",
        "More",
        "Image",
        "Photo",
        "Video",
        "Even",
        "Just",
        "Only",
        "Because",
        "Although",
        "Since",
        "Officials",
        "Mr",
        "Mrs",
        "Ms",
        "Dr",
        "All",
        "Next",
        "Last",
        "First",
    ]
)
_UNNAMED_FOR_SURE = re.compile(
    r"\b(?:familiar with|knowledge of|condition of anonymity|anonymity|briefed on|close to|unnamed|anonymous|"
    r"not authori[sz]ed|asked not to be|declined to be|unidentified|sources?)\b"
)
_PEOPLE_IN_GENERAL = frozenset({"people", "person", "members", "member", "residents", "resident"})
_LONGEST_LABEL = 160


class Speaker(NamedTuple):
    #: the entity's name, or the words as they stand
    name: str
    type: SpeakerType
    entity: str | None
    start: int
    end: int
    #: a pronoun to be resolved, instead of a name
    pronoun: str | None = None


def before(reading: Reading, start: int, verb: int) -> Speaker | None:
    """The subject that ends where the verb starts; nothing before `start` belongs to it."""
    text = reading.plain
    low, high = start, _without_adverbs(reading, start, verb)
    for clause in _CLAUSE.finditer(text, start, high):
        # what follows the mark has to hold a word, else it belongs to the subject
        if text[clause.end() : high].strip(" ,"):
            low = clause.end()
    relative = _RELATIVE.search(text, low, high)
    if relative:
        high = relative.start()
    return _of_segments(reading, low, high, inserted=text[high - 1 : high] == "," or bool(relative))


def _without_adverbs(reading: Reading, start: int, end: int) -> int:
    """The end of the words before the verb once "also", "on Tuesday", "had" are taken off."""
    text, adverbs = reading.plain, reading.lexicon.adverbs
    while True:
        while end > start and text[end - 1].isspace():
            end -= 1
        word_start = end
        while word_start > start and (text[word_start - 1].isalpha() or text[word_start - 1] in "-"):
            word_start -= 1
        word = text[word_start:end]
        if not word or not (word.lower() in adverbs or (word.islower() and word.endswith("ly") and len(word) > 4)):
            return end
        end = word_start


def _of_segments(reading: Reading, low: int, high: int, *, inserted: bool) -> Speaker | None:
    segments = _segments(reading.plain, low, high)
    if not segments:
        return None
    if inserted and len(segments) > 1:
        last = segments[-1]
        whole = [m for m in reading.named(*last, "person") if not reading.plain[last[0] : m.start].strip()]
        if whole and not reading.plain[whole[0].end : last[1]].strip():
            return _of_mention(reading, whole[0])
        for segment in reversed(segments[:-1]):
            found = phrase(reading, *segment)
            if found:
                return found
        return None
    return phrase(reading, *segments[-1])


def _segments(text: str, low: int, high: int) -> list[tuple[int, int]]:
    """The parts between commas that hold anything; a comma inside a number is none."""
    found, start = [], low
    for at in range(low, high + 1):
        if at == high or (text[at] == "," and not text[at + 1 : at + 2].isdigit()):
            left, right = start, at
            while left < right and text[left].isspace():
                left += 1
            while right > left and text[right - 1].isspace():
                right -= 1
            if right > left:
                found.append((left, right))
            start = at + 1
    return found


def behind(reading: Reading, verb_end: int, limit: int) -> Speaker | None:
    """The subject that starts where the verb ends: `," said Anna Berg, who ...`."""
    text = reading.plain
    end = verb_end
    while (end < limit and text[end] not in '.;:"“”„«»()\n') or (
        text[end : end + 1] == "." and _inside_name(text, end)
    ):
        end += 1
    segments = _segments(text, verb_end, min(end, limit))
    if not segments:
        return None
    first = phrase(reading, *segments[0], turned=True)
    if len(segments) > 1 and (first is None or first.type != "named"):
        left, right = segments[1]
        whole = [m for m in reading.named(left, right, "person") if m.start == left]
        if whole:
            return _of_mention(reading, whole[0])
        proper = _PROPER_START.match(text, left, right)
        if proper and proper.end() == right and first is not None and not _no_name(proper[0]):
            return Speaker(reading.body[left:right], "named", None, left, right)
    return first


def _inside_name(text: str, at: int) -> bool:
    """A point that ends no sentence: an initial, `Gen.`, `U.S.`"""
    word = re.search(r"[\w.]*$", text[max(0, at - 8) : at])
    return bool(
        word
        and (
            len(word[0].split(".")[-1]) <= 1
            or word[0]
            in (
                "Mr",
                "Mrs",
                "Ms",
                "Dr",
                "Gen",
                "Lt",
                "Col",
                "Sen",
                "Rep",
                "Gov",
                "St",
                "Prof",
                "Adm",
                "Sgt",
                "Capt",
                "Maj",
            )
        )
    )


def phrase(reading: Reading, low: int, high: int, *, turned: bool = False) -> Speaker | None:
    """Who one noun phrase stands for."""
    leading = _LEADING.match(reading.plain[low:high])
    if leading and leading.end() < high - low:
        low += leading.end()
    text = reading.plain[low:high]
    if text.strip().lower() in reading.lexicon.pronouns:
        return Speaker(text.strip(), "named", None, low, high, reading.lexicon.pronouns[text.strip().lower()])
    person = _person(reading, low, high, turned=turned)
    if person is not None:
        return None if _one_of_several(reading, person, low, high) else _of_mention(reading, person)
    return (
        _nominal(reading, low, high)
        or _organisation(reading, low, high, turned=turned)
        or _unknown_name(reading, low, high, turned=turned)
    )


def _person(reading: Reading, low: int, high: int, *, turned: bool) -> Mention | None:
    for mention in reading.named(low, high, "person"):
        rest = reading.plain[mention.end : high]
        if _POSSESSIVE.match(rest) or _DIRECT_PREPOSITION.search(reading.plain, low, mention.start):
            continue
        if not rest.strip() or _POST_MODIFIER.match(rest) or rest.lstrip().startswith(("and ", "or ")) or turned:
            return mention
    return None


def _one_of_several(reading: Reading, mention: Mention, low: int, high: int) -> bool:
    """`Berg and Hill said`: words of two are nobody's alone."""
    joined_before = _AND_BEFORE.search(reading.plain, low, mention.start)
    rest = reading.plain[mention.end : high]
    return bool(joined_before) or rest.lstrip().startswith(("and ", "or "))


def _of_mention(reading: Reading, mention: Mention) -> Speaker:
    entity = mention.entity
    item = reading.gazetteer.items.get(entity.key)
    kind: SpeakerType = "named"
    if item is not None and item.outlet:
        kind = "outlet"
    elif entity.type != "person" and item is not None and (item.kind or item.house or item.type == "place"):
        kind = "official"
    return Speaker(entity.name, kind, entity.key, mention.start, mention.end)


def _nominal(reading: Reading, low: int, high: int) -> Speaker | None:
    """`two people familiar with the matter`, `the defence ministry`, `a spokesman for the bank`."""
    text = reading.plain[low:high]
    heads = reading.lexicon.heads
    for word in _WORD.finditer(text):
        lower = word[0].lower()
        if lower in ("of", "in", "from", "with", "to", "at", "by", "on", "against") and word.start() > 0:
            first = text[: word.start()].split()
            if not (len(first) <= 2 and (first[0].lower() in reading.lexicon.quantities or lower == "of")):
                return None
        possessive = _POSSESSIVE.match(text, word.end()) or word[0].endswith(("'s", "’s"))
        if lower in heads and not possessive and not word[0].isupper():
            if text[word.end() :].strip()[:1].isupper():
                # `spokesman John Hill`: a title before a name that nobody knows
                continue
            label = text.strip()
            if len(label) > _LONGEST_LABEL:
                return None
            start = low + text.index(label)
            return Speaker(
                reading.body[start : start + len(label)],
                _nominal_type(reading, text, lower),
                None,
                start,
                start + len(label),
            )
    return None


def _nominal_type(reading: Reading, text: str, head: str) -> SpeakerType:
    kind = reading.lexicon.heads[head]
    if _UNNAMED_FOR_SURE.search(text):
        return "anonymous"
    if kind == "either":
        words = text.lower().split()
        return "anonymous" if words and words[0] in reading.lexicon.quantities else "official"
    if kind == "official":
        return "official"
    return "document" if kind == "document" else "anonymous"


def _organisation(reading: Reading, low: int, high: int, *, turned: bool) -> Speaker | None:
    for mention in reading.named(low, high, "org", "place"):
        rest = reading.plain[mention.end : high]
        if _POSSESSIVE.match(rest) or _DIRECT_PREPOSITION.search(reading.plain, low, mention.start):
            continue
        starts = not reading.plain[low : mention.start].replace("the", "").replace("The", "").strip()
        if not rest.strip() or (turned and starts):
            return _of_mention(reading, mention)
    return None


def _unknown_name(reading: Reading, low: int, high: int, *, turned: bool) -> Speaker | None:
    """A name that neither gazetteer nor model knows: two capitalised words or more, or one after a title."""
    text = reading.plain[low:high]
    found = _PROPER_START.search(text) if turned else _PROPER.search(text.rstrip())
    if not found:
        return None
    if turned and _PREPOSITION_BEFORE.search(text, 0, found.start()):
        return None
    words = found[0].split()
    while words and words[0] in _NO_NAME:
        words = words[1:]
    name = " ".join(words)
    if len(words) < 2 or _no_name(name) or _DIRECT_PREPOSITION.search(text, 0, found.end() - len(name)):
        return None
    start = low + found.end() - len(name)
    if reading.named(start, start + len(name)):
        return None
    return Speaker(name, "named", None, start, start + len(name))


def _no_name(name: str) -> bool:
    return any(word in _NO_NAME for word in name.split()) or name.isupper()


def sentence_subject(reading: Reading, sentence: Area, before_at: int) -> Speaker | None:
    """Who the sentence is about up to `before_at`: the first person at the head of one of its parts."""
    for low, high in _segments(reading.plain, sentence.start, before_at):
        for mention in reading.named(low, high, "person"):
            rest = reading.plain[mention.end : mention.end + 3]
            lead = reading.plain[low : mention.start]
            if _POSSESSIVE.match(rest) or _DIRECT_PREPOSITION.search(lead) or _PREPOSITION_BEFORE.search(lead):
                continue
            return _of_mention(reading, mention)
        first = reading.plain[low:high].split(" ", 1)[0].lower()
        if first in reading.lexicon.pronouns and first not in reading.lexicon.cues.it:
            return Speaker(first, "named", None, low, low + len(first), reading.lexicon.pronouns[first])
    return None
