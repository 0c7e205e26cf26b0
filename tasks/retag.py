"""Published records under other topic rules: what would change, and the version that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tasks.record import SCHEMA, Record, Worker
from tasks.tag import of_feed, tagged_title

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from tasks.topics import TopicResult, TopicTagger

#: a topic's score that moved by less is as it was; scores are rounded to 4 decimals and shown with 2
LEAST_MOVE = 0.005


class Move(NamedTuple):
    topic: str
    before: float
    after: float


class Changes(NamedTuple):
    """`before` and `after` are scores: of what was added or removed, too."""

    added: tuple[Move, ...]
    removed: tuple[Move, ...]
    #: topics that the record keeps, with another score
    moved: tuple[Move, ...]
    #: tags are as the feed allows them
    result: TopicResult

    def matter(self, least_move: float | None) -> bool:
        """Whether a new version is due: another set of topics, or a score that moved so far; None: no score matters."""
        moved = least_move is not None and any(abs(move.after - move.before) >= least_move for move in self.moved)
        return bool(self.added or self.removed or moved)


def changes(record: Record, tagger: TopicTagger, feed_topics: Collection[str] = ()) -> Changes:
    """`feed_topics`: the only ones that its feed is tagged with; empty: all. The record must be a full one."""
    result = tagger.tag(tagged_title(record.title), record.body or "", record.lang)
    result = result._replace(tags=of_feed(result.tags, feed_topics))
    old = {tag.id: tag.score for tag in record.topics}
    new = {tag.id: tag.score for tag in result.tags}
    return Changes(
        tuple(Move(topic, record.topic_scores.get(topic, 0.0), new[topic]) for topic in new if topic not in old),
        tuple(Move(topic, old[topic], result.scores.get(topic, 0.0)) for topic in old if topic not in new),
        tuple(
            Move(topic, old[topic], new[topic])
            for topic in new
            if topic in old and abs(new[topic] - old[topic]) >= LEAST_MOVE
        ),
        result,
    )


def retagged(record: Record, result: TopicResult, rules: str, worker: Worker, now: datetime) -> Record:
    """The next version: the same text under other tags. `rules`: the version of the topic rules."""
    provenance = record.provenance
    return record.model_copy(
        update={
            "schema_": SCHEMA,
            "op": "updated",
            "version": record.version + 1,
            "previous": provenance.content_hash,
            "topics": result.tags,
            "topic_scores": result.scores,
            "untagged": result.untagged,
            "provenance": provenance.model_copy(
                update={
                    "processed_at": now,
                    "rules": provenance.rules.model_copy(update={"topics": rules}),
                    "worker": worker,
                }
            ),
        }
    )
