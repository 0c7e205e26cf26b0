"""The account as a command tells it."""

from __future__ import annotations

import json

import pytest

from tests.desk import Desk, entry


@pytest.fixture
def desk(store_url, monkeypatch):
    monkeypatch.setenv("WIREBEAT_PREFIX", "test")
    desk = Desk(store_url)
    desk.feeds("first", "second")
    desk.poll(entry(1), entry(2), entry(3))
    one, two, _ = desk.claim("fetch")
    desk.store.do(desk.ledger.fail(one, "fetch", "robots", "", retry_at=None))
    desk.store.do(desk.ledger.advance(two, b"{}\n"))
    yield desk
    desk.store.redis.close()


def test_the_account_is_one_object_that_balances(wirebeat, desk):
    told = json.loads(wirebeat("stats", "--json").out)

    assert told["seen"] == 3
    assert told["dead"] == {"robots": 1}
    assert told["pending"] == {"fetch": 1, "enrich": 1}
    assert told["balance"] == 0
    assert told["streams"] == {"test:articles": 0}
    ends = told["published"] + told["updated"] + told["duplicate"]
    assert told["seen"] == ends + sum(sum(told[kind].values()) for kind in ("dropped", "dead", "pending"))


def test_files_that_became_wrong_are_told_with_the_account(wirebeat, desk):
    assert json.loads(wirebeat("stats", "--json").out)["wrong_files"] == {}
    told = {"topics_trouble": "topics.toml line 4: odd", "feeds_trouble": "", "topics_version": "1+ab"}
    desk.store.redis.hset("test:meta", mapping=told)

    shown = json.loads(wirebeat("stats", "--json").out)
    assert (shown["wrong_files"], shown["topics_version"]) == ({"topics": "topics.toml line 4: odd"}, "1+ab")
    assert wirebeat("stats").lines()[-1].endswith("stay in use: topics.toml line 4: odd")


def test_the_account_in_words_says_what_reasons_mean(wirebeat, desk):
    lines = wirebeat("stats").lines()

    assert "3  entries seen in feeds" in lines[0]
    assert any("1  dead, robots: robots.txt forbids it" in line for line in lines)
    assert any("1  pending, to fetch" in line for line in lines)


def test_the_streams_of_topics_are_counted(wirebeat, desk):
    desk.store.redis.xadd("test:topic:harbours", {"id": "a"})

    assert json.loads(wirebeat("stats", "--json").out)["streams"]["test:topic:harbours"] == 1


def test_an_empty_store_has_an_account_of_noughts(wirebeat, db):
    told = json.loads(wirebeat("stats", "--json").out)

    assert (told["seen"], told["balance"], told["dead"]) == (0, 0, {})


def test_a_version_is_named_for_every_part_that_matters(wirebeat):
    parts = dict(line.split(" ", 1) for line in wirebeat("version").lines())

    assert {"wirebeat", "celery", "trafilatura", "spacy"} <= parts.keys()
    assert all(text[0].isdigit() for text in parts.values())
    assert wirebeat("--version").out == wirebeat("-V").out == wirebeat("version").out


def test_an_unknown_command_is_told_where_to_look(wirebeat):
    done = wirebeat("stat")

    assert done.code == 2
    assert "no command 'stat'" in done.err
