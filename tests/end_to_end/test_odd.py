"""The service on a web of odd answers: each has a name, none holds up the good feeds, none opens the way inside."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tasks.reasons import REASONS
from tests.end_to_end import odd_documents
from tests.end_to_end.hostile_web import GOOD_ENTRIES, GOOD_FEEDS, hostile_web
from tests.end_to_end.odd_web import ODD_ANSWERS, ODD_FEEDS, ODD_ROBOTS, OddWeb
from tests.end_to_end.storing import astray, but_for_late_ones, dead_letters, markup_stored, odd_lines
from tests.service import Service, account_of, environment, records
from tests.valkey import Valkey

pytestmark = pytest.mark.slow

LIMIT_SECONDS = 1.5


def test_odd_answers_have_a_name_each_and_the_good_feeds_go_on(folder: Path, server: Valkey):
    with hostile_web(OddWeb()) as web:
        tables = [f'[[feed]]\nid = "{name}"\nurl = "{url}"\n' for name, url in web.feeds().items()]
        (folder / "feeds.toml").write_text("schema = 1\n" + "".join(tables))
        env = environment(
            redis_url=server.url,
            feeds=str(folder / "feeds.toml"),
            allow_origins=web.origins,
            host_interval="0",
            host_concurrency="16",
            page_timeout_seconds=str(LIMIT_SECONDS),
            feed_timeout_seconds=str(LIMIT_SECONDS),
            backoff_cap="0.5",
            max_page_bytes=str(2 << 20),
            article_seconds="10",
            log_level="debug",
        )
        service = Service(folder, "run", "--until-idle", "--no-web", env=env)
        try:
            assert service.wait(500) == 0, service.log[-3000:]
        finally:
            service.end()

    published = records(server.url)
    by_feed = Counter(fields["feed"] for fields in published)
    dead = dead_letters(server.url)
    failed = {event["feed"]: event["reason"] for event in service.events("poll-failed")}
    polled = {event["feed"]: event["status"] for event in service.events("polled")}
    put_off = {event["feed"]: event["reason"] for event in service.events("retry")}
    pages = put_off | dead | dict.fromkeys(by_feed, "record")
    documents = {name: ends for name, (_, ends) in odd_documents.PAGES.items()}
    feeds = {name: ends for name, (_, ends) in (ODD_FEEDS | odd_documents.FEEDS).items()}
    wrong = (
        astray(pages, documents | {name: row.as_page for name, row in ODD_ANSWERS.items()}, "page")
        | astray(polled | failed, {name: row.as_feed for name, row in ODD_ANSWERS.items()}, "answer")
        | astray(polled | failed, feeds, "feed")
        | astray(pages, {name: ends for name, (_, ends) in ODD_ROBOTS.items()}, "robots")
    )

    assert web.canary_hits == 0
    assert {name: count for name, count in by_feed.items() if name.startswith("good")} == {
        f"good-{n}": GOOD_ENTRIES for n in range(GOOD_FEEDS)
    }
    assert but_for_late_ones(wrong) == {}
    assert max(web.held_seconds.values()) < LIMIT_SECONDS + 30, web.held_seconds
    assert {*dead.values(), *failed.values()} <= set(REASONS)
    assert account_of(env)["balance"] == 0
    assert markup_stored(published) == []
    assert odd_lines(service.log) == []
    assert not [fields["url"] for fields in published if urlsplit(fields["url"]).netloc == web.canary]
    assert not [fields["id"] for fields in published if "root:x:0" in fields["data"]]
    assert all(json.loads(fields["data"])["body"] for fields in published)
