"""Who a verb of saying belongs to: the words before it, or behind it where the order is turned round."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tasks.attribution import phrases
from tasks.attribution.nominal import POSSESSIVE
from tasks.attribution.speaker import Speaker

if TYPE_CHECKING:
    from tasks.attribution.layout import Area
    from tasks.attribution.reading import Reading

_CLAUSE = re.compile(
    r"[;:\"“”„«»()]|,?\s(?:but|while|as|that|which|because|when|where|whether|if|after|although|though|since|"
    r"before|dass|que|что|що|że)\s|,\s(?:and|or|so)\s",
)
#: what parts a sentence beside a comma; the hyphen of a compound word does not
_DASH = re.compile(r"\s[-–—]+\s|—")
_AND_AFTER_COMMA = re.compile(r",\sand\s$")
_RELATIVE = re.compile(r",?\s(?:who|which|der|die|qui|que|который|який|która|który)$")
#: of `former French finance minister Anna Berg`
_TITLE_WORDS = 5


_PREPOSITION_CHARS = 12
#: `indique-t-il`
_JOINED = re.compile(r"-(?:t-)?(\w+)\b")
#: a subject stands no further than this from its verb; it bounds the time that one endless sentence takes
_REACH = 400


def before(reading: Reading, start: int, verb: int) -> Speaker | None:
    """The subject that ends where the verb starts; nothing before `start` belongs to it."""
    text = reading.plain
    start = max(start, verb - _REACH)
    low, high = start, _without_adverbs(reading, start, verb)
    # what follows the mark has to hold a word, else it belongs to the subject
    clauses = (clause.end() for clause in _CLAUSE.finditer(text, start, high))
    lows = [low, *(end for end in clauses if text[end:high].strip(" ,"))]
    relative = _RELATIVE.search(text, lows[-1], high)
    if relative:
        high = relative.start()
    inserted = text[high - 1 : high] in (",", "—", "–", "-") or bool(relative)
    found = _of_segments(reading, lows[-1], high, inserted=inserted)
    if found is None and inserted and len(lows) > 1 and _AND_AFTER_COMMA.search(text, lows[-2], lows[-1]):
        # `Berg, a lawyer in Oslo, and head of the council, said`: the "and" is within what was put in
        return _of_segments(reading, lows[-2], high, inserted=True)
    return found


def around(reading: Reading, sentence: Area, verb: int, verb_end: int) -> Speaker | None:
    """The subject of a verb that no quote stands before; in English it does not follow."""
    if reading.lexicon.lang == "en":
        return before(reading, sentence.start, verb)
    start = max(sentence.start, verb - _REACH)
    lead = reading.plain[start : _without_adverbs(reading, start, verb)].rstrip()
    single = lead.endswith(",") and "," not in lead[:-1]
    # a subject and its verb are parted by two commas or none
    found = None if single else before(reading, sentence.start, verb)
    several = found is not None and found.type == "named" and "," in lead[:-1]
    return found if several else _turned(reading, lead, (verb, verb_end), sentence.end) or found


def _turned(reading: Reading, lead: str, verb: tuple[int, int], limit: int) -> Speaker | None:
    """`The line is closed, a indiqué la préfecture`, `Am Montag teilte die Polizei mit`"""
    lexicon, plain = reading.lexicon, reading.plain
    opens = not lead or lead[-1] in ",–—" or lexicon.turning.search(lead)
    if not opens or plain[slice(*verb)] in lexicon.naming:
        return None
    found = behind(reading, verb[1], limit)
    if found is None or found.pronoun or found.type in ("document", "outlet"):
        return None
    between = plain[verb[1] : found.start].strip()
    # `сообщили в полиции`
    return found if not between or (lexicon.oblique and between in ("в", "у")) else None


def noun(reading: Reading, start: int, verb: int) -> bool:
    """`tiene en cuenta`: behind a preposition stands no verb."""
    words = reading.plain[max(start, verb - _PREPOSITION_CHARS) : verb].split()
    return bool(words) and words[-1].lower() in reading.lexicon.prepositions


def denied(reading: Reading, sentence: Area, verb: int, verb_end: int) -> bool:
    """`did not say`, `bestätigte den Bericht nicht`; not `did not only say`."""
    lexicon, text = reading.lexicon, reading.plain
    words = text[_without_adverbs(reading, max(sentence.start, verb - _REACH), verb) : verb].lower().split()
    if not lexicon.denials.isdisjoint(words):
        return "only" not in words
    return bool(lexicon.denied_behind.match(text, verb_end, sentence.end))


def name_before(reading: Reading, start: int, verb: int) -> Speaker | None:
    """The person whose name ends right where the participle starts: `with Berg saying`."""
    at = verb
    while at > start and reading.plain[at - 1].isspace():
        at -= 1
    for mention in reading.named(max(start, at - 60), at, "person"):
        if mention.end == at:
            return phrases.of_mention(reading, mention)
    return None


def _without_adverbs(reading: Reading, start: int, end: int) -> int:
    """The end of the words before the verb once "also", "on Tuesday", "had", "not" are taken off."""
    text, adverbs = reading.plain, reading.lexicon.adverbs
    while True:
        while end > start and text[end - 1].isspace():
            end -= 1
        word_start = end
        while word_start > start and (text[word_start - 1].isalpha() or text[word_start - 1] in "-'’ʼ"):
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
            return phrases.of_mention(reading, whole[0])
        if (
            not whole
            and phrases.PROPER_START.fullmatch(reading.plain, *last)
            and not phrases.no_name(reading.plain[slice(*last)])
        ):
            return Speaker(reading.body[slice(*last)], "named", None, *last)
        found = [speaker for segment in reversed(segments[:-1]) if (speaker := phrases.phrase(reading, *segment))]
        return next((speaker for speaker in found if speaker.type == "named"), found[0] if found else None)
    return _in_apposition(reading, segments) or phrases.phrase(reading, *segments[-1])


def _in_apposition(reading: Reading, segments: list[tuple[int, int]]) -> Speaker | None:
    """`Anna Berg, a lawyer in Oslo said`: without the comma that should close what was put in."""
    if len(segments) == 1 or not _ONE_OF_A_KIND.match(reading.plain, *segments[-1]):
        return None
    low, high = segments[-2]
    for mention in reading.named(low, high, "person"):
        if mention.start == low and mention.end == high:
            return phrases.of_mention(reading, mention)
    return None


#: "a lawyer", "senior economist at the bank"; not "officials of the bank", who are others
_ONE_OF_A_KIND = re.compile(r"an?\s|(?!the\s)[a-z](?:[\w-]*\s){1,5}?(?<=[^s\s]\s)(?:at|of|for|with)\s")


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
    if text[verb_end : verb_end + 1] == "-":
        joined = _JOINED.match(text, verb_end)
        pronoun = reading.lexicon.pronouns.get(joined[1]) if joined else None
        return Speaker(joined[1], "named", None, *joined.span(1), pronoun) if joined and pronoun else None
    limit = min(limit, verb_end + _REACH)
    told = _behind_told(reading, verb_end, limit)
    if told and (found := behind(reading, told, limit)):
        return found
    end = verb_end
    while (end < limit and text[end] not in '.;:"“”„«»()\n') or (
        text[end : end + 1] == "." and _inside_name(text, end)
    ):
        end += 1
    segments = _segments(text, verb_end, min(end, limit))
    if not segments:
        return None
    first = phrases.phrase(reading, *segments[0], turned=True)
    if len(segments) > 1 and (first is None or first.type != "named"):
        left, right = segments[1]
        whole = [m for m in reading.named(left, right, "person") if m.start == left]
        if whole:
            return phrases.of_mention(reading, whole[0])
        proper = phrases.PROPER_START.match(text, left, right)
        if proper and proper.end() == right and first is not None and not phrases.no_name(proper[0]):
            return Speaker(reading.body[left:right], "named", None, left, right)
    return first


def _behind_told(reading: Reading, start: int, limit: int) -> int | None:
    """Where `рассказал «Интерфаксу» и ТАСС министр` goes on behind those who were told."""
    if not reading.lexicon.oblique:
        return None
    outlets = [one for one in reading.crossing(start, limit) if reading.outlet(one.entity)]
    end = None
    for one in outlets:
        between = reading.plain[end or start : one.start].strip(' «»„“”"').split()
        if any(word not in reading.lexicon.joins and word not in reading.lexicon.kind_words for word in between):
            break
        end = one.end + (reading.plain[one.end : one.end + 1] in '»”"')
    return end if end and reading.plain[end : end + 2].strip().isalpha() else None


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


def sentence_subject(reading: Reading, sentence: Area, before_at: int) -> Speaker | None:
    """Who the sentence is about up to `before_at`: the first person at the head of one of its parts."""
    for low, high in _segments(reading.plain, sentence.start, min(before_at, sentence.start + _REACH)):
        for mention in reading.named(low, high, "person"):
            rest = reading.plain[mention.end : mention.end + 3]
            lead = reading.plain[low : mention.start]
            far = len(lead.split()) > _TITLE_WORDS
            if (
                far
                or POSSESSIVE.match(rest)
                or phrases.DIRECT_PREPOSITION.search(lead)
                or phrases.PREPOSITION_BEFORE.search(lead)
            ):
                break
            return phrases.of_mention(reading, mention)
        first = reading.plain[low:high].split(" ", 1)[0].lower()
        if first in reading.lexicon.pronouns and first not in reading.lexicon.cues.it:
            return Speaker(first, "named", None, low, low + len(first), reading.lexicon.pronouns[first])
    return None
