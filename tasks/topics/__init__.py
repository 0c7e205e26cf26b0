"""What an article is about, and the words that say so."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

from config.topics import TopicRule, TopicRules
from tasks.records import Evidence, TopicTag
from tasks.topics.matcher import Matcher
from tasks.topics.signals import VALUES, Counted, Hit, Reading, Zone, count, read, supporting

#: spans shown for a tag, those that weigh most
EVIDENCE_SPANS = 8
AGAINST_SPANS = 3
#: topics further below their threshold than this get no evidence unless asked for
NEAR_SCORE = 0.1
#: decimals of scores and weights: enough to tell them apart, few enough to be stable
DECIMALS = 4


class TopicResult(NamedTuple):
    #: over their thresholds, highest score first
    tags: tuple[TopicTag, ...]
    scores: dict[str, float]
    #: no lexicon knows the language
    untagged: Literal["language"] | None
    #: topic id → what spoke for it (weight > 0) and against it (weight < 0), for topics that came near
    near: dict[str, tuple[Evidence, ...]]


class _Part(NamedTuple):
    """What one measure of one signal added to a topic's sum."""

    weight: float
    measure: str
    #: all of the signal, whatever the measure
    counted: Counted


class TopicTagger:
    """Built once, before processes fork; nothing in it changes afterwards."""

    def __init__(self, rules: TopicRules) -> None:
        self.rules = rules
        used = {
            concept for topic in rules.topics for signal in topic.signals for concept in (*signal.every, *signal.none)
        }
        self._matchers = {
            language: Matcher(
                {name: lists[language] for name, lists in rules.concepts.items() if language in lists and name in used},
                language,
            )
            for language in sorted(rules.languages)
        }
        self._topics = {topic.id: topic for topic in rules.topics}

    def matcher(self, lang: str) -> Matcher | None:
        """For the language of a BCP 47 tag; None where no lexicon knows it."""
        return self._matchers.get(lang.partition("-")[0].lower())

    def tag(self, title: str, body: str, lang: str) -> TopicResult:
        """`lang`: a BCP 47 tag, of which the language counts."""
        matcher = self.matcher(lang)
        if matcher is None:
            return TopicResult((), {}, "language", {})
        reading = read(matcher, title, body)
        sums = {topic.id: _sum(topic, reading) for topic in self.rules.topics}
        scores = {topic_id: _logistic(total) for topic_id, (total, _) in sums.items()}
        tags: dict[str, TopicTag] = {}
        near: dict[str, tuple[Evidence, ...]] = {}
        for topic in self.rules.topics:
            score = scores[topic.id]
            if score < NEAR_SCORE and score < topic.threshold:
                continue
            evidence = _evidence(sums[topic.id][1], reading, title, body)
            if score >= topic.threshold and any(item.weight > 0 for item in evidence):
                tags[topic.id] = _tag(topic, score, tuple(item for item in evidence if item.weight > 0))
            else:
                near[topic.id] = evidence
        self._lift_parents(tags, scores)
        ordered = sorted(tags.values(), key=lambda tag: (-tag.score, tag.id))
        first = tuple(
            tag.model_copy(update={"primary": True}) if not index else tag for index, tag in enumerate(ordered)
        )
        return TopicResult(first, scores, None, {name: spans for name, spans in near.items() if name not in tags})

    def explain(self, title: str, body: str, lang: str, topic_id: str) -> tuple[Evidence, ...]:
        """All that spoke for and against one topic, however low its score. KeyError for a topic that is none."""
        topic = self._topics[topic_id]
        matcher = self.matcher(lang)
        if matcher is None:
            return ()
        reading = read(matcher, title, body)
        return _evidence(_sum(topic, reading)[1], reading, title, body)

    def _lift_parents(self, tags: dict[str, TopicTag], scores: dict[str, float]) -> None:
        """An article about a topic is about its parents, on the same evidence."""
        for child in sorted(tags.values(), key=lambda tag: (-tag.score, tag.id)):
            above = list(self._topics[child.id].parents)
            while above:
                parent = self._topics[above.pop(0)]
                above.extend(parent.parents)
                scores[parent.id] = max(scores[parent.id], child.score)
                if parent.id not in tags:
                    spans = tuple(item.model_copy(update={"rule": f"child:{child.id}"}) for item in child.evidence)
                    tags[parent.id] = _tag(parent, scores[parent.id], spans)


def _sum(topic: TopicRule, reading: Reading) -> tuple[float, list[_Part]]:
    total = topic.bias + (0 if reading.titled else topic.untitled) + (topic.brief if reading.brief else 0)
    parts = []
    for signal in topic.signals:
        if not all(map(reading.hits.__contains__, signal.every)):
            continue
        counted = count(signal, reading)
        if not counted.hits and not counted.top:
            continue
        for measure, weight in signal.weights.items():
            part = weight * VALUES[measure](counted, reading)
            if part:
                total += part
                parts.append(_Part(part, measure, counted))
    return total, parts


def _logistic(total: float) -> float:
    return round(1 / (1 + math.exp(-max(-40.0, min(40.0, total)))), DECIMALS)


def _evidence(parts: list[_Part], reading: Reading, title: str, body: str) -> tuple[Evidence, ...]:
    """Each part is shared out over its hits; a place's weight is the sum of what falls to it, from all signals."""
    weights: dict[tuple[Zone, int, int], float] = {}
    hits: dict[tuple[Zone, int, int], Hit] = {}
    for part in parts:
        support = supporting(part.measure, part.counted, reading)
        each = part.weight / len(support)
        for hit in support:
            place = hit.place
            if place in weights:
                weights[place] += each
            else:
                weights[place], hits[place] = each, hit
    whole = sum(weight for weight in weights.values() if weight > 0)
    ranked = sorted(weights, key=lambda place: (-round(weights[place], DECIMALS), place))
    shown = [place for place in ranked if weights[place] > 0][:EVIDENCE_SPANS]
    against = [place for place in reversed(ranked) if weights[place] < 0][:AGAINST_SPANS]
    spans = []
    for place in (*shown, *against):
        weight, hit = weights[place], hits[place]
        text = title if hit.zone == "title" else body
        spans.append(
            Evidence(
                text=text[hit.match.start : hit.match.end],
                start=hit.match.start,
                end=hit.match.end,
                rule=f"term:{hit.match.term.slug}",
                weight=round(weight, DECIMALS),
                zone=hit.zone,
                share=round(weight / whole, DECIMALS) if weight > 0 else None,
            )
        )
    return tuple(spans)


def _tag(topic: TopicRule, score: float, evidence: tuple[Evidence, ...]) -> TopicTag:
    return TopicTag(
        id=topic.id, name=topic.name, score=score, iptc=topic.iptc, wikidata=topic.wikidata, evidence=evidence
    )
