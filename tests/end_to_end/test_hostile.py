"""The whole service on a web where most servers mean harm: the good feeds go on, and every harm has a name."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tasks.reasons import REASONS
from tests.end_to_end.hostile_web import ANSWERS, FEEDS, GOOD_ENTRIES, GOOD_FEEDS, LINKS, SECRET, hostile_web
from tests.service import Service, account_of, environment, records
from tests.valkey import Valkey

pytestmark = pytest.mark.slow

#: What a browser would take for a tag, a comment or a declaration.
OPENS_A_TAG = re.compile(r"<[a-zA-Z/!?]")


def dead_letters(url: str) -> dict[str, str]:
    """Feed → reason. A letter holds the page as it came, so the fields are bytes."""
    with redis.Redis.from_url(url) as client:
        return {fields[b"feed"].decode(): fields[b"reason"].decode() for _, fields in client.xrange("news:dead")}


def astray(ends: dict[str, str], expected: dict[str, tuple[object, set[str]]], prefix: str) -> dict[str, str | None]:
    """What ended otherwise than it may."""
    got = {name: ends.get(f"{prefix}-{name}") for name in expected}
    return {name: end for name, end in got.items() if end not in expected[name][1]}


def texts(value: object) -> Iterator[str]:
    """Every string in a record, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def test_among_hostile_servers_the_good_feeds_go_on_and_every_harm_has_a_name(folder: Path, server: Valkey):
    with hostile_web() as web:
        listed = folder / "feeds.toml"
        tables = [f'[[feed]]\nid = "{name}"\nurl = "{url}"\n' for name, url in web.feeds().items()]
        listed.write_text("schema = 1\n" + "".join(tables))
        env = environment(
            redis_url=server.url,
            feeds=str(listed),
            allow_origins=web.origin.removeprefix("http://"),
            host_concurrency="8",
            page_timeout_seconds="1.5",
            feed_timeout_seconds="1.5",
            backoff_cap="0.5",
            max_page_bytes=str(1 << 20),
            log_level="debug",
        )
        service = Service(folder, "run", "--until-idle", "--no-web", env=env)
        assert service.wait(150) == 0, service.log[-3000:]

    published = records(server.url)
    by_feed = Counter(fields["feed"] for fields in published)
    dead = dead_letters(server.url)
    failed = {event["feed"]: event["reason"] for event in service.events("poll-failed")}
    polled = {event["feed"]: event["status"] for event in service.events("polled")}

    assert web.canary_hits == 0
    assert {name: count for name, count in by_feed.items() if name.startswith("good")} == {
        f"good-{n}": GOOD_ENTRIES for n in range(GOOD_FEEDS)
    }
    assert by_feed["markup"] == 2
    assert not astray(failed, ANSWERS, "answer")
    assert not astray(dead, ANSWERS, "page")
    assert not astray(polled | failed, FEEDS, "feed")
    assert not astray(dead, LINKS, "link")
    assert set(dead.values()) | set(failed.values()) <= set(REASONS)
    assert web.asked["/private/1"] == 0
    assert account_of(env)["balance"] == 0
    assert_that_nothing_stored_is_markup(published)
    assert_that_the_log_is_data(service.log)


def assert_that_nothing_stored_is_markup(published: list[dict[str, str]]) -> None:
    for fields in published:
        stored = [*fields.values(), *texts(json.loads(fields["data"]))]
        stored.remove(fields["data"])
        assert not [text for text in stored if OPENS_A_TAG.search(text) or SECRET in text]
        assert not [text for text in stored if text.startswith("javascript:")]


def assert_that_the_log_is_data(log: str) -> None:
    """Each line an object with an event; no traceback of ours and no secret of others in it."""
    lines = [json.loads(line) for line in log.splitlines()]

    assert lines
    assert all(isinstance(line, dict) and line["event"] for line in lines)
    assert not [line for line in lines if "exception" in line]
    assert SECRET not in log
