"""Matches → what a topic's weights are multiplied with, each number with the matches that made it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
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

Zone = Literal["title", "lead", "body"]


class Hit(NamedTuple):
    zone: Zone
    match: Match

    @property
    def place(self) -> tuple[Zone, int, int]:
        return self.zone, self.match.start, self.match.end


class Reading(NamedTuple):
    """One article as the topics see it."""

    #: concept → hits in order: title first, then body
    hits: dict[str, list[Hit]]
    #: (part, sentence) → concepts named in it; the title is one sentence of its own
    sentences: dict[tuple[bool, int], set[str]]
    words: int
    titled: bool
    brief: bool


def read(matcher: Matcher, title: str, body: str) -> Reading:
    body = body[:READ_CHARS]
    hits: dict[str, list[Hit]] = {}
    sentences: dict[tuple[bool, int], set[str]] = {}
    for match in matcher.matches(title)[0]:
        hits.setdefault(match.concept, []).append(Hit("title", match._replace(sentence=0)))
        sentences.setdefault((True, 0), set()).add(match.concept)
    found, words, _ = matcher.matches(body)
    for match in found:
        zone: Zone = "lead" if match.start < LEAD_CHARS else "body"
        hits.setdefault(match.concept, []).append(Hit(zone, match))
        sentences.setdefault((False, match.sentence), set()).add(match.concept)
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
    wanted, unwanted = set(signal.every), set(signal.none)
    together = {
        sentence
        for sentence, concepts in reading.sentences.items()
        if wanted <= concepts and not unwanted & concepts and _distinct(signal.every, sentence, reading)
    }
    if not together:
        return Counted(0, 0, 0, [])
    hits = [
        hit
        for concept in dict.fromkeys(signal.every)
        for hit in reading.hits[concept]
        if (hit.zone == "title", hit.match.sentence) in together
    ]
    leading = {hit.match.sentence for hit in hits if hit.zone == "lead"}
    title = sum(1 for in_title, _ in together if in_title)
    return Counted(title, len(leading), len(together) - title, hits)


def _distinct(every: Sequence[str], sentence: tuple[bool, int], reading: Reading) -> bool:
    """For `a + a`: two different terms of a, so that two countries are two, and one named twice is one."""
    for concept in {one for one, other in pairwise(sorted(every)) if one == other}:
        terms = {
            hit.match.term.number
            for hit in reading.hits[concept]
            if (hit.zone == "title", hit.match.sentence) == sentence
        }
        if len(terms) < every.count(concept):
            return False
    return True


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
    """The hits that a measure's number was made of."""
    if measure in ("title", "lead"):
        return [hit for hit in hits if hit.zone == measure] or hits
    if measure in ("body", "density"):
        return [hit for hit in hits if hit.zone != "title"] or hits
    if measure == "any":
        return hits[:1]
    return list({hit.match.term.number: hit for hit in reversed(hits)}.values())
