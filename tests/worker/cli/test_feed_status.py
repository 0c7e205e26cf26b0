"""What the service knows of its feeds, as a command tells it."""

from __future__ import annotations

import json

import pytest

from tests.desk import Desk

LISTED = "https://first.example/rss"


@pytest.fixture
def desk(store_url, monkeypatch):
    monkeypatch.setenv("WIREBEAT_PREFIX", "test")
    desk = Desk(store_url)
    desk.store.do(desk.ledger.sync_feeds("d", [("first", json.dumps({"url": LISTED}), "first.example", LISTED)]))
    yield desk
    desk.store.redis.close()


@pytest.mark.parametrize("elsewhere", [None, "https://new.example/rss"])
def test_a_feed_that_came_back_to_the_address_of_the_list_has_not_moved(wirebeat, desk, elsewhere):
    [told] = map(json.loads, wirebeat("feeds", "status", "--json").lines())
    assert (told["id"], told["status"], told["moved_to"]) == ("first", "not yet polled", None)

    desk.store.redis.hset("test:feed:first", "moved_to", elsewhere or LISTED)

    [told] = map(json.loads, wirebeat("feeds", "status", "--json").lines())
    assert told["moved_to"] == elsewhere
