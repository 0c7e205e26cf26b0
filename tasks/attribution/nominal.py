"""Sources without a name: offices, people whom nobody names, documents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tasks.attribution.lexicon import CAPITAL
from tasks.attribution.speaker import Speaker

if TYPE_CHECKING:
    from tasks.attribution.reading import Reading
    from tasks.attribution.speaker import SpeakerType

POSSESSIVE = re.compile(r"(?:['’]s?\b|['’](?=\s))")
#: a sentence, not a noun with what belongs to it
_VERB_BEFORE = re.compile(
    r"\b(?:will|would|has|have|had|is|are|was|were|can|could|may|might|must|should|been|be|did|does|do|not|gets?)\s"
)
_PASSED_ON = re.compile(
    r"\s(?:cited|seen|quoted|reviewed|obtained|published|verified|reported)\s(?:by|in|on)\b.*$", re.DOTALL
)
_UNFINISHED = re.compile(r"\b(?:the|a|an|this|that|these|those|his|her|its|their|of|on|in|to|for|with|mit|ab|an|auf)$")
_JOINED = re.compile(r"\s(?:and|or|but|then)$")
_WORD = re.compile(r"[^\W\d_][\w.’'&-]*")
_UNNAMED_FOR_SURE = re.compile(
    r"\b(?:familiar with|knowledge of|condition of anonymity|anonymity|briefed on|close to|unnamed|anonymous|"
    r"not authori[sz]ed|asked not to be|declined to be|unidentified|sources?)\b"
)
_LONGEST_LABEL = 160
_LONGEST_NAME = 40
_MOST_ADJECTIVES = 3
_OF_ANOTHER = re.compile(rf"[{CAPITAL}]\w+\s(?:der|des)$")
#: `В полиции сообщили`
_PLACE = re.compile(r"\s*[ВвУу]о?\s")
_GOVERNS = frozenset(
    {"of", "in", "from", "with", "to", "at", "by", "on", "against", "between", "into", "during", "under"}
)
#: what may go on after a noun: nothing, its own complement, another office beside it
_FOLLOWS = re.compile(
    r"\s*$|\s*[(\[]|,?\s(?:of|in|from|for|at|with|who|whom|which|that|familiar|close|briefed|on|to|and|or|but|then|speaking|"
    r"working|involved|based|near|about|by|inside|within|present|not|cited|seen|quoted|reviewed|obtained|published|"
    r"verified|reported|[A-ZÀ-Þ]\w*)\b"
)
_ENDS_A_NOUN = _GOVERNS | {"for", "and", "or", "who", "which", "that", "familiar", "close", "briefed", "about", "near"}
#: German: what belongs to an office stands behind it in the genitive; all else is the sentence going on
_GENITIVES = re.compile(rf"(?:\s(?:(?:der|des|für)(?:\s[a-zäöüß]+)?|von|vom)(?:\s[{CAPITAL}][\w’'-]*)+)*")
_BESIDES = re.compile(rf"{_GENITIVES.pattern}(?:\s(?:in|im|aus|am)(?:\s[a-zäöüß]+)?(?:\s[{CAPITAL}][\w’'-]*)+)?\s*")


def end_of_turned(reading: Reading, low: int, high: int) -> int:
    """Behind its verb a subject ends where it is said where, when and to whom: `la préfecture dans un communiqué`."""
    if reading.lexicon.lang == "en":
        return high
    place = _PLACE.match(reading.plain, low, high)
    ends = reading.lexicon.behind_subject.search(reading.plain, place.end() if place else low, high)
    high = ends.start() if ends else high
    told = next((one.start for one in reading.crossing(low, high) if reading.outlet(one.entity)), high)
    text = reading.plain[low:told].rstrip()
    while text:
        last = text.rsplit(None, 1)[-1]
        of_what_ends = last in reading.lexicon.articles and (ends or told < high)
        if last not in reading.lexicon.kind_words and not of_what_ends:
            return low + len(text)
        text = text[: -len(last)].rstrip()
    return high


def nominal(reading: Reading, low: int, high: int, *, turned: bool) -> Speaker | None:
    """`two people familiar with the matter`, `the defence ministry`, `a spokesman for the bank`."""
    if reading.lexicon.lang != "en":
        return _elsewhere(reading, low, high, turned=turned)
    text = reading.plain[low:high]
    head = _head(reading, text, low)
    if head is None or _VERB_BEFORE.search(text, 0, head.start()) or not _a_noun(text, head):
        return None
    label = _PASSED_ON.sub("", text.strip())
    if _JOINED.search(label):
        # `the federation abstained and argued`: the words behind the head are another verb's
        label = text[: head.end()].strip()
    return _labelled(reading, low + text.index(label), label, head[0].lower())


def _labelled(reading: Reading, start: int, label: str, head: str, *, oblique: bool = False) -> Speaker | None:
    if _UNFINISHED.search(label) or len(label) > _LONGEST_LABEL:
        return None
    kind = _nominal_type(reading, label, reading.lexicon.head(head, oblique=oblique))
    return Speaker(reading.body[start : start + len(label)], kind, None, start, start + len(label))


def _elsewhere(reading: Reading, low: int, high: int, *, turned: bool) -> Speaker | None:
    """In languages whose sentences open with much else than their subject, and inflect it."""
    place = _PLACE.match(reading.plain, low, high) if reading.lexicon.oblique else None
    oblique = bool(place or reading.lexicon.according_end.search(reading.plain, max(0, low - _LONGEST_NAME), low))
    low = place.end() if place else low
    text = reading.plain[low:high]
    head = _head(reading, text, low, oblique=oblique)
    start = _start(reading, text, head) if head else None
    if head is None or start is None:
        return None
    if reading.lexicon.lang == "de":
        belongs = (_GENITIVES if turned else _BESIDES).match(text, head.end())
        if belongs and not turned and belongs.end() < len(text):
            return None
        text = text[: belongs.end() if belongs else None]
    if oblique and not place and reading.lexicon.lang == "pl":
        # `według policji kierowca uciekł`: no comma where the sentence goes on
        text = text[: head.end()]
    return _labelled(reading, low + start, text[start:].rstrip(), head[0].lower(), oblique=oblique)


def _start(reading: Reading, text: str, head: re.Match[str]) -> int | None:
    """Where the noun's own words begin: at its article, or behind the day and what else opens the sentence."""
    lexicon, start = reading.lexicon, head.start()
    words = list(_WORD.finditer(text, 0, start))
    for count, word in enumerate(reversed(words)):
        lower = word[0].lower()
        if lower in lexicon.articles or lower in lexicon.quantities:
            # `Kunden der Bank`
            return None if _OF_ANOTHER.search(text, 0, word.end()) else word.start()
        if lower in lexicon.adverbs or lower in lexicon.verbs or text[word.end() : start].strip():
            return start
        if count >= _MOST_ADJECTIVES or not (word[0].islower() or word is words[0] or lexicon.lang == "de"):
            return None
        start = word.start()
    return start


def _a_noun(text: str, head: re.Match[str]) -> bool:
    """False for a piece of a sentence: a verb or noun behind the head, a preposition before it, a bare singular."""
    first = text.split(None, 1)[0].lower()
    behind = _FOLLOWS.match(text, head.end())
    bare = text.strip() == head[0] and not head[0].lower().endswith(("s", "people", "police"))
    return behind is not None and first not in _GOVERNS and first not in ("for", "as", "between") and not bare


def _head(reading: Reading, text: str, low: int, *, oblique: bool = False) -> re.Match[str] | None:
    """The noun that says who or what: the last one before a preposition (`court documents on the ferry`)."""
    found: re.Match[str] | None = None
    english = reading.lexicon.lang == "en"
    for word in _WORD.finditer(text):
        lower = word[0].lower()
        if found is not None and (lower in _ENDS_A_NOUN or text[found.end() : word.start()].strip()):
            break
        if lower in reading.lexicon.prepositions and word.start() > 0:
            return found
        if lower in _GOVERNS and word.start() > 0:
            first = text[: word.start()].split()
            if not (len(first) <= 2 and (first[0].lower() in reading.lexicon.quantities or lower == "of")):
                return None
        if (
            reading.lexicon.head(lower, oblique=oblique)
            and not (english and word[0].isupper())
            and not _beside_name(reading, text, word, low)
        ):
            found = word
    return found


def _beside_name(reading: Reading, text: str, word: re.Match[str], low: int) -> bool:
    """A possessive, a title before an unknown name (`spokesman John Hill`), a part of a name (`European Union`)."""
    if POSSESSIVE.match(text, word.end()) or word[0].endswith(("'s", "’s")):
        return True
    titled = text[word.end() :].lstrip()[:1].isupper()
    if word[0][0].isupper() and word.start() and reading.lexicon.lang not in ("en", "de"):
        # `El Banco Central Europeo`: before a name, an office has a small letter
        titled = False
    if titled and reading.lexicon.lang != "en":
        # `Polizei Kiel`
        behind = low + word.end() + 1
        titled = not any(one.start == behind for one in reading.named(behind, behind + _LONGEST_NAME, "place"))
    at = low + word.start(), low + word.end()
    inside = (one for one in reading.named(low, at[1] + _LONGEST_NAME) if one.start < at[1] and at[0] < one.end)
    return titled or bool(word[0][0].isupper() and word.start() and any(inside))


def _nominal_type(reading: Reading, text: str, kind: str | None) -> SpeakerType:
    if _UNNAMED_FOR_SURE.search(text):
        return "anonymous"
    if kind == "either":
        words = text.lower().split()
        return "anonymous" if words and words[0] in reading.lexicon.quantities else "official"
    if kind == "official":
        return "official"
    return "document" if kind == "document" else "anonymous"
