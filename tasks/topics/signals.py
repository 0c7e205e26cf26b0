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
#: newsrooms say in the first sentence what the headline says
FIRST = 0


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
    #: concepts that the title or the lead names
    top: frozenset[str]
    words: int
    titled: bool
    brief: bool
    #: the sentence that counts as title: of an article without one, its first
    headline: int


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
    top = frozenset(concept for concept, those in hits.items() if those[0].zone != "body")
    titled = bool(title.strip())
    return Reading(hits, sentences, top, words, titled, words < BRIEF_WORDS, TITLE if titled else FIRST)


class Counted(NamedTuple):
    """How often a signal was found, by zone; of a sentence that has it, every hit that takes part is kept."""

    title: int
    lead: int
    body: int
    hits: list[Hit]
    #: where title and lead have all of the signal, in one sentence or in several; empty where none asks
    top: list[Hit]


def count(signal: Signal, reading: Reading) -> Counted:
    top = _at_the_top(signal, reading) if "top" in signal.weights else []
    if len(signal.every) == 1 and not signal.none:
        hits = reading.hits.get(signal.every[0], [])
        title = lead = named = 0
        for hit in hits:
            title += hit.match.sentence == reading.headline
            lead += hit.zone == "lead"
            named += hit.zone == "title"
        return Counted(title, lead, len(hits) - named, hits, top)
    return _in_sentences(signal, reading)._replace(top=top)


def _at_the_top(signal: Signal, reading: Reading) -> list[Hit]:
    """Headline and first lines are read as one: what stands in the one is what the other speaks of."""
    if not reading.top.issuperset(signal.every) or not reading.top.isdisjoint(signal.none):
        return []
    hits: list[Hit] = []
    for concept in dict.fromkeys(signal.every):
        leading = [hit for hit in reading.hits[concept] if hit.zone != "body"]
        if len({hit.match.term.number for hit in leading}) < signal.every.count(concept):
            return []
        hits += leading
    return hits


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
        return Counted(0, 0, 0, [], [])
    hits = [hit for concept in concepts for hit in reading.hits[concept] if hit.match.sentence in together]
    leading = {hit.match.sentence for hit in hits if hit.zone == "lead"}
    return Counted(int(reading.headline in together), len(leading), len(together - {TITLE}), hits, [])


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
    "top": lambda counted, _: float(bool(counted.top)),
}


def supporting(measure: str, counted: Counted, reading: Reading) -> list[Hit]:
    """The hits that a measure's number was made of, the first SHOWN of them."""
    hits = counted.hits
    if measure == "top":
        found = counted.top
    elif measure == "title":
        found = [hit for hit in hits if hit.match.sentence == reading.headline]
    elif measure == "lead":
        found = [hit for hit in hits if hit.zone == "lead"]
    elif measure in ("body", "density"):
        found = [hit for hit in hits if hit.zone != "title"]
    else:
        found = list({(hit.match.concept, hit.match.term.number): hit for hit in reversed(hits)}.values())[::-1]
        found = found[:1] if measure == "any" else found
    return (found or hits)[:SHOWN]
