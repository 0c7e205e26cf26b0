"""The whole service on a web where most servers mean harm: the good feeds go on, and every harm has a name."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tasks.reasons import REASONS
from tests.end_to_end.hostile_web import ANSWERS, FEEDS, GOOD_ENTRIES, GOOD_FEEDS, LINKS, hostile_web
from tests.end_to_end.storing import astray, but_for_late_ones, dead_letters, markup_stored, odd_lines
from tests.service import Service, account_of, environment, records
from tests.valkey import Valkey

pytestmark = pytest.mark.slow


def test_among_hostile_servers_the_good_feeds_go_on_and_every_harm_has_a_name(folder: Path, server: Valkey):
    with hostile_web() as web:
        listed = folder / "feeds.toml"
        tables = [f'[[feed]]\nid = "{name}"\nurl = "{url}"\n' for name, url in web.feeds().items()]
        listed.write_text("schema = 1\n" + "".join(tables))
        env = environment(
            redis_url=server.url,
            feeds=str(listed),
            allow_origins=web.origin.removeprefix("http://"),
            host_interval="0",
            host_concurrency="8",
            page_timeout_seconds="1.5",
            feed_timeout_seconds="1.5",
            backoff_cap="0.5",
            max_page_bytes=str(1 << 20),
            log_level="debug",
        )
        service = Service(folder, "run", "--until-idle", "--no-web", env=env)
        assert service.wait(400) == 0, service.log[-3000:]

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
    answers, documents, links = ({name: ends for name, (_, ends) in rows.items()} for rows in (ANSWERS, FEEDS, LINKS))
    wrong = (
        astray(failed, answers, "answer")
        | astray(dead, answers, "page")
        | astray(polled | failed, documents, "feed")
        | astray(dead, links, "link")
    )
    assert but_for_late_ones(wrong) == {}
    assert set(dead.values()) | set(failed.values()) <= set(REASONS)
    assert web.asked["/private/1"] == 0
    assert account_of(env)["balance"] == 0
    assert markup_stored(published) == []
    assert odd_lines(service.log) == []
