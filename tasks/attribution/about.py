"""Whom quoted words are about, where the sentence says it outright."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tasks.attribution import subjects
from tasks.attribution.described import described
from tasks.attribution.speaker import Speaker

if TYPE_CHECKING:
    from tasks.attribution.layout import Quoted
    from tasks.attribution.reading import Reading

#: `said that Berg acted "bravely"`: the subject of what was said, and no more than a verb between
_THAT = re.compile(r"\bthat\s(?:[A-Z][\w.]*\s){0,2}$")
_VERB_AND_WORDS = re.compile(r"\s(?!to\b)[a-z][\w’'-]*(?:\s[a-z][\w’'-]*){0,2}\s$")
_WITH = re.compile(r"\s(?:with|of|about|for|towards?)\s(?:[A-Z][\w.]*\s){0,2}")
#: `with the Russian leader`
_OFFICE = re.compile(r"the\s(?:[\w’'-]+\s){0,2}[a-z]+\b(?=[.,;]|\s(?:and|but|after|since|in|on)\b)")
_SHORT_CHARS = 60


def about(reading: Reading, quoted: Quoted, speaker: Speaker | None, cue: str | None) -> str | None:
    """The object of a naming verb, the subject of the words, or that of the sentence others speak about."""
    if speaker is None:
        return None
    if cue in reading.lexicon.naming and speaker.end <= quoted.start:
        objects = reading.named(speaker.end, quoted.start, "person")
        return objects[0].entity.key if objects else None
    if speaker.start >= quoted.end:
        subject = subjects.sentence_subject(reading, reading.sentence(quoted.start), quoted.start)
        return subject.entity if subject and subject.entity != speaker.entity else None
    if reading.lexicon.lang != "en" or quoted.end - quoted.start > _SHORT_CHARS:
        return None
    return _within(reading, quoted, speaker)


def _within(reading: Reading, quoted: Quoted, speaker: Speaker) -> str | None:
    """`that Berg acted "bravely"`, and `"a good friend" of Berg`."""
    plain = reading.plain
    for mention in reading.named(speaker.end, quoted.start, "person"):
        subject = _THAT.search(plain, speaker.end, mention.start)
        if (
            subject
            and mention.entity.key != speaker.entity
            and _VERB_AND_WORDS.fullmatch(plain, mention.end, quoted.start)
        ):
            return mention.entity.key
    behind = _WITH.match(plain, quoted.end)
    if behind:
        for mention in reading.named(behind.start(), behind.end() + _SHORT_CHARS, "person"):
            if mention.start <= behind.end() and mention.entity.key != speaker.entity:
                return mention.entity.key
        office = _OFFICE.match(plain, behind.end())
        if office:
            holder = described(reading, Speaker(office[0], "official", None, *office.span()), None)
            return holder.entity if holder.entity != speaker.entity else None
    return None
