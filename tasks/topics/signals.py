"""Matches → what a topic's weights are multiplied with, each number with the matches that made it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal, NamedTuple

from config.topics import Signal
from tasks.topics.matcher import Match, Matcher

#: newsrooms put the news into the first two or three sentences
LEAD_CHARS = 450
#: beyond it an article rarely says anything about its topic that it has not said
READ_CHARS = 6000
#: a summary under a headline; zones of such an item overlap
BRIEF_WORDS = 60
#: a text of a few words has no density worth the name
LEAST_WORDS = 100
TITLE_HITS = 2
LEAD_HITS = 3
DENSITY_CAP = 3.0
#: a text may name a word a thousand times; so many places are enough to show why
SHOWN = 40

Zone = Literal["title", "lead", "body"]
#: the number of the title among the sentences
TITLE = -1


class Hit(NamedTuple):
    zone: Zone
    match: Match
    #: zone, start, end: hits of several concepts may share it
    place: tuple[Zone, int, int]


class Reading(NamedTuple):
    """One article as the topics see it."""

    #: concept → hits in order: title first, then body
    hits: dict[str, list[Hit]]
    #: concept → numbers of the sentences that name it; the title is one sentence of its own, TITLE
    sentences: dict[str, set[int]]
    words: int
    titled: bool
    brief: bool


def read(matcher: Matcher, title: str, body: str) -> Reading:
    hits: dict[str, list[Hit]] = {}
    for match in matcher.matches(title)[0]:
        hit = Hit("title", match._replace(sentence=TITLE), ("title", match.start, match.end))
        hits.setdefault(match.concept, []).append(hit)
    found, words = matcher.matches(body[:READ_CHARS])
    for match in found:
        zone: Zone = "lead" if match.start < LEAD_CHARS else "body"
        hits.setdefault(match.concept, []).append(Hit(zone, match, (zone, match.start, match.end)))
    sentences = {concept: {hit.match.sentence for hit in those} for concept, those in hits.items()}
    return Reading(hits, sentences, words, bool(title.strip()), words < BRIEF_WORDS)


class Counted(NamedTuple):
    """How often a signal was found, by zone; of a sentence that has it, every hit that takes part is kept."""

    title: int
    lead: int
    body: int
    hits: list[Hit]


def count(signal: Signal, reading: Reading) -> Counted:
    if len(signal.every) == 1 and not signal.none:
        hits = reading.hits.get(signal.every[0], [])
        zones = [hit.zone for hit in hits]
        title, lead = zones.count("title"), zones.count("lead")
        return Counted(title, lead, len(zones) - title, hits)
    return _in_sentences(signal, reading)


def _in_sentences(signal: Signal, reading: Reading) -> Counted:
    concepts = tuple(dict.fromkeys(signal.every))
    together = set.intersection(*(reading.sentences.get(concept, set()) for concept in concepts))
    for concept in signal.none:
        together = together - reading.sentences.get(concept, set())
    for concept in concepts if together and len(concepts) < len(signal.every) else ():
        together = {
            sentence for sentence in together if _terms_in(concept, sentence, reading) >= signal.every.count(concept)
        }
    if not together:
        return Counted(0, 0, 0, [])
    hits = [hit for concept in concepts for hit in reading.hits[concept] if hit.match.sentence in together]
    leading = {hit.match.sentence for hit in hits if hit.zone == "lead"}
    title = int(TITLE in together)
    return Counted(title, len(leading), len(together) - title, hits)


def _terms_in(concept: str, sentence: int, reading: Reading) -> int:
    """Different ones: two countries are two, and one named twice is one."""
    return len({hit.match.term.number for hit in reading.hits[concept] if hit.match.sentence == sentence})


def _density(counted: Counted, reading: Reading) -> float:
    return min(DENSITY_CAP, 100 * counted.body / max(reading.words, LEAST_WORDS))


def _distinct_terms(counted: Counted, _: Reading) -> float:
    return math.log1p(len({(hit.match.concept, hit.match.term.number) for hit in counted.hits}))


#: measure → its number for one signal in one article
VALUES: dict[str, Callable[[Counted, Reading], float]] = {
    "title": lambda counted, _: min(counted.title, TITLE_HITS),
    "lead": lambda counted, _: min(counted.lead, LEAD_HITS),
    "body": lambda counted, _: math.log1p(counted.body),
    "density": _density,
    "any": lambda counted, _: float(bool(counted.hits)),
    "distinct": _distinct_terms,
}


def supporting(measure: str, hits: list[Hit]) -> list[Hit]:
    """The hits that a measure's number was made of, the first SHOWN of them."""
    if measure in ("title", "lead"):
        found = [hit for hit in hits if hit.zone == measure]
    elif measure in ("body", "density"):
        found = [hit for hit in hits if hit.zone != "title"]
    else:
        found = list({(hit.match.concept, hit.match.term.number): hit for hit in reversed(hits)}.values())[::-1]
        found = found[:1] if measure == "any" else found
    return (found or hits)[:SHOWN]
