"""A published record under other rules: what changes of it, and what does not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from config.topics import load_topics
from tasks.record import Record, Worker
from tasks.retag import changes, retagged
from tasks.topics import TopicTagger
from tests import newsroom

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WORKER = Worker(name="wirebeat", version="0", task_id="t", attempt=1)
BODY = "The harbour is closed. A ferry waits outside, and the harbour master asks for patience."
BEFORE = '[topics.harbour]\nname = "Harbours"\nterms = ["harbour"]\n'
AFTER = """
[topics.harbour]
name = "Harbours"
terms = ["harbour", "ferry"]
[topics.weather]
name = "Weather"
terms = ["closed", "patience"]
"""
NEITHER = '[topics.storm]\nname = "Storms"\nterms = ["storm"]\n'


def tagger(rules: str) -> TopicTagger:
    return TopicTagger(load_topics(rules, file="topics.toml"))


@pytest.fixture
def record() -> Record:
    plain = next(newsroom.records(1, now=NOW))
    found = tagger(BEFORE).tag("Harbour closed", BODY, "en")
    return plain.model_copy(
        update={
            "title": "Harbour closed", "body": BODY, "lang": "en", "topics": found.tags, "topic_scores": found.scores,
        }
    )  # fmt: skip


def test_the_same_rules_change_nothing(record):
    found = changes(record, tagger(BEFORE), ())
    assert found[:3] == ((), (), ())
    assert not found.matter(0.01)


def test_a_topic_that_is_new_and_a_score_that_moved_are_told_apart(record):
    found = changes(record, tagger(AFTER), ())
    assert [move.topic for move in found.added] == ["weather"]
    assert found.added[0].before == 0.0
    assert found.added[0].after > 0.5
    assert [move.topic for move in found.moved] == ["harbour"]
    assert found.removed == ()


def test_a_topic_that_is_no_more_is_removed_with_the_score_it_had(record):
    found = changes(record, tagger(NEITHER), ())
    assert [(move.topic, move.after) for move in found.removed] == [("harbour", 0.0)]
    assert found.removed[0].before == record.topics[0].score


def test_a_score_matters_only_when_it_is_asked_for(record):
    found = changes(record, tagger(BEFORE.replace('"]', '", "ferry"]')), ())
    (move,) = found.moved
    assert not found.matter(None)
    assert found.matter(move.after - move.before)
    assert not found.matter(move.after - move.before + 0.01)


def test_a_feed_that_names_its_topics_is_given_no_others(record):
    found = changes(record, tagger(AFTER), ("harbour",))
    assert found.added == ()
    assert [tag.id for tag in found.result.tags] == ["harbour"]
    assert found.result.tags[0].primary


def test_the_update_is_the_same_text_with_other_tags(record):
    found = changes(record, tagger(AFTER), ())
    update = retagged(record, found.result, "rules-2", WORKER, NOW)

    assert (update.id, update.version, update.op) == (record.id, record.version + 1, "updated")
    assert update.previous == record.provenance.content_hash == update.provenance.content_hash
    assert {tag.id for tag in update.topics} == {"harbour", "weather"}
    assert update.topic_scores.keys() == {"harbour", "weather"}
    assert update.provenance.rules.topics == "rules-2"
    assert update.provenance.rules.gazetteer == record.provenance.rules.gazetteer
    for tag in update.topics:
        for one in tag.evidence:
            assert (update.title if one.zone == "title" else update.body)[one.start : one.end] == one.text
    assert Record.model_validate_json(update.model_dump_json()) == update
    changed = {"op", "version", "previous", "topics", "topic_scores", "provenance"}
    assert update.model_dump(exclude=changed) == record.model_dump(exclude=changed)


def test_the_update_needs_no_further_one(record):
    found = changes(record, tagger(AFTER), ())
    update = retagged(record, found.result, "rules-2", WORKER, NOW)
    assert changes(update, tagger(AFTER), ())[:3] == ((), (), ())


def test_a_language_that_gained_words_is_no_longer_untagged(record):
    record = record.model_copy(update={"lang": "de", "topics": (), "topic_scores": {}, "untagged": "language"})
    rules = BEFORE.replace('["harbour"]', '{ de = ["ferry"] }')
    update = retagged(record, changes(record, tagger(rules), ()).result, "r", WORKER, NOW)
    assert update.untagged is None
    assert [tag.id for tag in update.topics] == ["harbour"]
