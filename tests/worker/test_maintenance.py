"""Every half minute: the list as it is now, streams within bounds, and no reader passed over in silence."""

from __future__ import annotations

import asyncio
import json
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import redis
import structlog

from config.settings import Settings
from worker.clock import now
from worker.http import Client
from worker.ledger import AsyncStore, Ledger, milliseconds
from worker.maintenance import maintain

LIST = '[[feed]]\nid = "paper"\nurl = "https://paper.test/feed"\n'
OTHER = LIST + '[[feed]]\nid = "post"\nurl = "https://post.test/feed"\n'


class Shop:
    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.list = url, folder / "feeds.toml"
        self.list.write_text(LIST)
        self.db = redis.Redis.from_url(url, decode_responses=True)
        self.db.flushall()

    def maintain(self, **more) -> list[dict]:
        """What was logged."""
        settings = Settings(redis_url=self.url, feeds=str(self.list), prefix="test", stream_max_entries=100, **more)

        async def once() -> None:
            store = AsyncStore(self.url, "test")
            async with Client(settings) as client:
                await maintain(settings, Ledger(), store, client)
            await store.redis.aclose()

        with structlog.testing.capture_logs() as logs:
            asyncio.run(once())
        return logs

    def publish(self, count: int, *, age: timedelta = timedelta(0), stream: str = "test:articles") -> None:
        start = milliseconds(now() - age)
        pipe = self.db.pipeline()
        for number in range(count):
            pipe.xadd(stream, {"id": "a" * 200}, id=f"{start}-{number + 1}")
        pipe.execute()

    def feeds(self) -> set[str]:
        return set(self.db.hkeys("test:feeds"))


@pytest.fixture
def shop(valkey_url, tmp_path):
    shop = Shop(valkey_url, tmp_path)
    yield shop
    shop.db.close()


@contextmanager
def group(shop: Shop, name: str, *, read: int, ack: bool = True, stream: str = "test:articles"):
    shop.db.xgroup_create(stream, name, "0", mkstream=True)
    yield
    if read:
        ((_, entries),) = shop.db.xreadgroup(name, "one", {stream: ">"}, count=read)
        if ack:
            shop.db.xack(stream, name, *(id_ for id_, _ in entries))


# the list


def test_a_list_that_changed_is_taken_in(shop: Shop):
    shop.maintain()
    assert shop.feeds() == {"paper"}
    shop.list.write_text(OTHER)

    (event,) = shop.maintain()

    assert shop.feeds() == {"paper", "post"}
    assert (event["event"], event["new"], event["gone"]) == ("feed-list-changed", 1, 0)


def test_a_wrong_topic_file_keeps_nothing_else_from_being_done(shop: Shop, tmp_path):
    topics = tmp_path / "topics.toml"
    topics.write_text('[topics.quay]\nname = "Quays"\nterms = ["quay"]\n')
    shop.maintain(topics=topics)
    topics.write_text("[topics.quay]\n")
    shop.list.write_text(OTHER)

    shop.maintain(topics=topics)

    assert shop.feeds() == {"paper", "post"}
    assert shop.db.hget("test:meta", "topics") == "quay"


def test_a_list_that_did_not_change_is_not_told_of(shop: Shop):
    shop.maintain()

    assert shop.maintain() == []


@pytest.mark.parametrize("wrong", ["[[feed]\n", '[[feed]]\nid = "paper"\n', '[[feed]]\nid = "A B"\nurl = "x"\n', None])
def test_a_list_that_became_wrong_changes_nothing(shop: Shop, wrong: str | None):
    shop.list.write_text(OTHER)
    shop.maintain()
    if wrong is None:
        shop.list.unlink()
    else:
        shop.list.write_text(wrong)

    (event,) = shop.maintain()

    assert shop.feeds() == {"paper", "post"}
    assert event["event"] == "feed-list-refused"
    assert event["reason"] in shop.db.hget("test:meta", "feeds_trouble")
    assert str(shop.list) in event["reason"]


def test_a_wrong_list_is_told_of_once_and_no_more_when_it_is_right_again(shop: Shop):
    shop.list.write_text("[[feed]\n")
    told = [len(shop.maintain()) for _ in range(3)]
    shop.list.write_text(OTHER)
    shop.maintain()

    assert told == [1, 0, 0]
    assert shop.db.hget("test:meta", "feeds_trouble") == ""


def test_a_feed_that_is_turned_off_is_polled_no_more(shop: Shop):
    shop.maintain()
    shop.list.write_text(LIST + "enabled = false\n")
    shop.maintain()

    assert shop.feeds() == set()
    assert shop.db.zcard("test:pending:poll") == 0


# the streams


def test_a_stream_is_cut_to_its_length(shop: Shop):
    shop.publish(1000)
    shop.maintain()

    assert 100 <= shop.db.xlen("test:articles") < 300


def test_records_that_are_too_old_are_trimmed(shop: Shop):
    shop.publish(60, age=timedelta(days=9))
    shop.publish(20, age=timedelta(days=1))
    shop.maintain(stream_max_age_days=7)

    assert 20 <= shop.db.xlen("test:articles") < 80


def test_streams_of_topics_are_trimmed_as_well(shop: Shop):
    shop.publish(1000, stream="test:topic:harbours")
    shop.maintain()

    assert shop.db.xlen("test:topic:harbours") < 300


def test_a_group_that_has_still_to_read_is_waited_for(shop: Shop):
    shop.publish(190, age=timedelta(days=9))
    with group(shop, "slow", read=0):
        pass
    logs = shop.maintain()

    assert shop.db.xlen("test:articles") == 190
    assert [event["event"] for event in logs] == ["feed-list-changed"]


def test_a_record_that_a_group_was_given_but_has_not_handled_is_kept(shop: Shop):
    shop.publish(100, age=timedelta(days=9))
    shop.publish(90, age=timedelta(days=8))
    with group(shop, "broken", read=190, ack=False):
        pass
    shop.maintain()

    assert shop.db.xlen("test:articles") == 190


def test_a_group_that_has_read_all_holds_nothing_back(shop: Shop):
    shop.publish(100, age=timedelta(days=9))
    shop.publish(90, age=timedelta(days=8))
    with group(shop, "quick", read=190):
        pass
    shop.maintain()

    assert shop.db.xlen("test:articles") < 190


def test_a_stream_whose_groups_are_past_it_is_cut_to_its_length(shop: Shop):
    shop.publish(1000, age=timedelta(hours=1))
    with group(shop, "quick", read=1000), group(shop, "other", read=1000):
        pass

    logs = shop.maintain()

    assert 100 <= shop.db.xlen("test:articles") < 200
    assert [event["event"] for event in logs] == ["feed-list-changed"]


@pytest.mark.parametrize("ack", [True, False])
def test_a_stream_is_cut_as_far_as_its_slowest_group_is_past_it(shop: Shop, ack):
    shop.publish(120, age=timedelta(hours=3))
    shop.publish(70, age=timedelta(hours=2))
    shop.publish(5, age=timedelta(hours=1))
    with group(shop, "quick", read=195), group(shop, "slow", read=120):
        pass
    if not ack:  # given out, but not said to have been handled
        shop.db.xgroup_setid("test:articles", "slow", "0")
        shop.db.xreadgroup("slow", "one", {"test:articles": ">"}, count=10)

    shop.maintain()

    assert shop.db.xlen("test:articles") in (range(100, 195) if ack else [195])


def test_at_twice_its_length_a_stream_is_cut_and_the_group_passed_over_is_named_with_its_loss(shop: Shop):
    shop.publish(1000)
    with group(shop, "slow", read=50), group(shop, "quick", read=1000):
        pass

    logs = shop.maintain()

    left = shop.db.xlen("test:articles")
    assert 200 <= left < 400
    told = [event for event in logs if event["event"] == "trimmed-past-group"]
    assert [(event["group"], event["lost"]) for event in told] == [("slow", 1000 - 50 - left)]
    assert told[0]["log_level"] == "error"
    assert not [event for event in shop.maintain() if event["event"] == "trimmed-past-group"]


# the rest


def test_heartbeats_of_the_long_dead_are_forgotten(shop: Shop):
    for field, minutes in (("old", 11), ("fresh", 9)):
        at_ms = milliseconds(now() - timedelta(minutes=minutes))
        shop.db.hset("test:heartbeat", field, json.dumps({"at_ms": at_ms}))
    shop.maintain()

    assert shop.db.hkeys("test:heartbeat") == ["fresh"]


def test_a_store_with_nothing_in_it_is_maintained_without_a_word_but_for_the_list(shop: Shop):
    assert [event["event"] for event in shop.maintain()] == ["feed-list-changed"]
    assert not shop.db.exists("test:articles")
