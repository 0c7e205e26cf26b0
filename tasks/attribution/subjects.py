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
    r"[;:\"“”„«»()]|,?\s(?:but|while|as|that|which|because|when|where|whether|if|after|although|though|since|"
    r"before|dass|que|что|що|że)\s|,\s(?:and|or|so)\s",
)
#: what parts a sentence beside a comma; the hyphen of a compound word does not
_DASH = re.compile(r"\s[-–—]+\s|—")
_AND_AFTER_COMMA = re.compile(r",\sand\s$")
_POST_MODIFIER = re.compile(r"\s(?:of|in|from|at|who|with|for|on|to)\b")
#: what goes on after a name that stands behind its verb; a noun there would make the name a part of another
_BEHIND_NAME = re.compile(
    r"\s(?:when|as|after|during|while|before|last|this|earlier|later|by|recently|that|about|via|because|through|"
    r"following|told|said|is|was|if|over|under|without|according|upon|amid|ahead|today|yesterday|[A-Z]\w+day|\()"
)
_AND_BEFORE = re.compile(r"\b(?:and|or|und|et|y|и|та|і|oraz)\s$")
#: a sentence, not a noun with what belongs to it
_VERB_BEFORE = re.compile(
    r"\b(?:will|would|has|have|had|is|are|was|were|can|could|may|might|must|should|been|be|did|does|do|not|gets?)\s"
)
_PASSED_ON = re.compile(
    r"\s(?:cited|seen|quoted|reviewed|obtained|published|verified|reported)\s(?:by|in|on)\b.*$", re.DOTALL
)
_JOINED = re.compile(r"\s(?:and|or|but|then)$")
_RELATIVE = re.compile(r",?\s(?:who|which|der|die|qui|que|который|який|która|który)$")
_LEADING = re.compile(
    r"^(?:(?:and|but|however|meanwhile|then|also|so|yet|later|earlier|still|instead|now|separately|afterwards?|"
    r"previously|on|in|at|during|when|while|as|that|what|where|who|whom|which|because|although|though|if|since)\b[\s,]*)+",
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
_SINGLE = re.compile(r"[A-ZÀ-ÞА-ЯЁІЇЄҐŁŚŻĆŹ][^\W\d_]+(?:[-’'][^\W\d_]+)?")
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
#: of `former French finance minister Anna Berg`
_TITLE_WORDS = 5


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
    lows = [low]
    for clause in _CLAUSE.finditer(text, start, high):
        # what follows the mark has to hold a word, else it belongs to the subject
        if text[clause.end() : high].strip(" ,"):
            lows.append(clause.end())
    relative = _RELATIVE.search(text, lows[-1], high)
    if relative:
        high = relative.start()
    inserted = text[high - 1 : high] in (",", "—", "–", "-") or bool(relative)
    found = _of_segments(reading, lows[-1], high, inserted=inserted)
    if found is None and inserted and len(lows) > 1 and _AND_AFTER_COMMA.search(text, lows[-2], lows[-1]):
        # `Berg, a lawyer in Oslo, and head of the council, said`: the "and" is within what was put in
        return _of_segments(reading, lows[-2], high, inserted=True)
    return found


def name_before(reading: Reading, start: int, verb: int) -> Speaker | None:
    """The person whose name ends right where the participle starts: `with Berg saying`."""
    at = verb
    while at > start and reading.plain[at - 1].isspace():
        at -= 1
    for mention in reading.named(max(start, at - 60), at, "person"):
        if mention.end == at:
            return _of_mention(reading, mention)
    return None


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
        if not whole and _PROPER_START.fullmatch(reading.plain, *last) and not _no_name(reading.plain[slice(*last)]):
            return Speaker(reading.body[slice(*last)], "named", None, *last)
        found = [speaker for segment in reversed(segments[:-1]) if (speaker := phrase(reading, *segment))]
        return next((speaker for speaker in found if speaker.type == "named"), found[0] if found else None)
    return phrase(reading, *segments[-1])


def _segments(text: str, low: int, high: int) -> list[tuple[int, int]]:
    """The parts between commas or dashes that hold anything; a comma inside a number is none."""
    cuts = [(at, at + 1) for at in range(low, high) if text[at] == "," and not text[at + 1 : at + 2].isdigit()]
    cuts += [dash.span() for dash in _DASH.finditer(text, low, high)]
    found, start = [], low
    for left, right in [*sorted(cuts), (high, high)]:
        part = text[start:left]
        if part.strip():
            found.append((start + len(part) - len(part.lstrip()), left - len(part) + len(part.rstrip())))
        start = right
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
    last = text.rsplit(None, 1)[-1].lower() if text.strip() else ""
    if last in reading.lexicon.pronouns and (last not in reading.lexicon.cues.it or text.strip().lower() == last):
        start = low + text.lower().rindex(last)
        return Speaker(last, "named", None, start, start + len(last), reading.lexicon.pronouns[last])
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
        if _POSSESSIVE.match(rest) or _governed(reading, low, mention.start):
            continue
        if not rest.strip() or _POST_MODIFIER.match(rest) or rest.lstrip().startswith(("and ", "or ")):
            return mention
        english = reading.lexicon.lang == "en"
        if turned and (_BEHIND_NAME.match(rest) if english else rest[:1].isspace() and rest.lstrip()[:1].islower()):
            return mention
    return None


def _governed(reading: Reading, low: int, start: int) -> bool:
    """True behind a preposition: `for Berg`; but not in `envoy to Norway Anna Berg`, where another name is between."""
    found = _DIRECT_PREPOSITION.search(reading.plain, low, start)
    return bool(found) and not reading.named(found.start(), start, "place", "org") if found else False


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
            if word[0][0].isupper() and reading.named(low, low + word.end() + 40) and word.start():
                # a part of a proper name: European Union
                continue
            if text[word.end() :].strip()[:1].isupper():
                # `spokesman John Hill`: a title before a name that nobody knows
                continue
            if _VERB_BEFORE.search(text, 0, word.start()):
                return None
            label = _PASSED_ON.sub("", text.strip())
            if _JOINED.search(label):
                # `the federation abstained and argued`: the words behind the head are another verb's
                label = text[: word.end()].strip()
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
        if mention.entity.label == "NORP":
            # `a Republican`: one of them, nobody knows who
            continue
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
        return _single_name(reading, low, high)
    if turned and _PREPOSITION_BEFORE.search(text, 0, found.start()):
        return None
    words = found[0].split()
    while words and words[0] in _NO_NAME:
        words = words[1:]
    name = " ".join(words)
    if len(words) == 1 and text.strip() == name:
        return _single_name(reading, low, high)
    if len(words) < 2 or _no_name(name) or _DIRECT_PREPOSITION.search(text, 0, found.end() - len(name)):
        return None
    start = low + found.end() - len(name)
    if reading.named(start, start + len(name)):
        return None
    return Speaker(name, "named", None, start, start + len(name))


def _single_name(reading: Reading, low: int, high: int) -> Speaker | None:
    """A last name that stood with its first name earlier in the text, though neither table nor model knew it."""
    text = reading.plain[low:high].strip()
    if not _SINGLE.fullmatch(text) or text in _NO_NAME or reading.named(low, high):
        return None
    full = re.compile(rf"\b([A-ZÀ-ÞА-ЯЁІЇЄҐ][\w’'-]+)\s(?:[A-Z]\.\s)?{re.escape(text)}\b").search(reading.body, 0, low)
    start = reading.plain.index(text, low)
    if not full or full[1] in _NO_NAME:
        return None
    return Speaker(full[0], "named", None, start, start + len(text))


def _no_name(name: str) -> bool:
    return any(word in _NO_NAME for word in name.split()) or name.isupper()


def sentence_subject(reading: Reading, sentence: Area, before_at: int) -> Speaker | None:
    """Who the sentence is about up to `before_at`: the first person at the head of one of its parts."""
    for low, high in _segments(reading.plain, sentence.start, before_at):
        for mention in reading.named(low, high, "person"):
            rest = reading.plain[mention.end : mention.end + 3]
            lead = reading.plain[low : mention.start]
            far = len(lead.split()) > _TITLE_WORDS
            if far or _POSSESSIVE.match(rest) or _DIRECT_PREPOSITION.search(lead) or _PREPOSITION_BEFORE.search(lead):
                break
            return _of_mention(reading, mention)
        first = reading.plain[low:high].split(" ", 1)[0].lower()
        if first in reading.lexicon.pronouns and first not in reading.lexicon.cues.it:
            return Speaker(first, "named", None, low, low + len(first), reading.lexicon.pronouns[first])
    return None
