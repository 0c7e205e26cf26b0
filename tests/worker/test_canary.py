"""The service's own test article: served to itself alone, read like any other, and no news."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime

import pytest
import structlog

from config.origins import parse_origin
from config.settings import Settings
from tasks.extract import extract
from tasks.poll import read_feed
from tasks.ports import Validators
from tasks.reasons import Failed
from tests.ports import free_port
from worker.canary import FEED_ID, article_page, canary_feed, canary_site, feed_document
from worker.feedlist import read_feed_list
from worker.http import Client

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LIST = '[[feed]]\nid = "paper"\nurl = "https://paper.test/feed"\n'


@pytest.fixture
def settings(tmp_path):
    port = free_port()
    tmp_path.joinpath("feeds.toml").write_text(LIST)
    return Settings(feeds=str(tmp_path / "feeds.toml"), canary_interval=5, canary_port=port)


async def entered(settings):
    async with canary_site(settings) as allowed:
        return allowed


def test_the_feed_has_one_article_that_is_whole_and_has_a_title_of_its_own():
    document = feed_document("http://127.0.0.1:6391", 1795348800000, "Mon, 23 Nov 2026 12:00:00 GMT")
    feed = read_feed(
        document.encode(), feed=FEED_ID, url="http://127.0.0.1:6391/feed.xml", content_type="application/rss+xml",
        now=NOW, max_entries=5,
    )  # fmt: skip
    (entry,) = feed.entries
    assert (entry.url, entry.published) == ("http://127.0.0.1:6391/article-1795348800000.html", NOW)
    article = extract(article_page(1795348800000).encode(), url=entry.url, now=NOW, entry=entry)
    assert article.title == "Canary 1795348800000"
    assert article.body_status == "full"
    assert article.body.count("\n\n") == 3


def test_a_service_with_a_canary_has_a_feed_more_and_one_without_has_none(settings):
    async def ids(chosen):
        async with Client(chosen) as client:
            return [feed.id for feed in await read_feed_list(chosen, client)]

    assert asyncio.run(ids(settings)) == ["paper", FEED_ID]
    assert asyncio.run(ids(settings.model_copy(update={"canary_interval": 0.0}))) == ["paper"]


def test_who_serves_it_may_reach_that_address_and_port_and_no_other(settings):
    async def serving():
        async with canary_site(settings) as allowed, Client(allowed) as client:
            page = await client.fetch(canary_feed(settings).url, kind="feed", validators=Validators())
            assert b"<title>Canary " in page.body
            for other in (f"http://127.0.0.2:{settings.canary_port}/", f"http://127.0.0.1:{settings.canary_port - 1}/"):
                with pytest.raises(Failed, match="blocked"):
                    await client.fetch(other, kind="page", validators=Validators())
            return allowed

    (origin,) = (parse_origin(origin) for origin in asyncio.run(serving()).allow_origins)
    assert (str(origin.network), origin.port) == ("127.0.0.1/32", settings.canary_port)


def test_two_roles_of_one_machine_serve_the_same_site(settings):
    async def both():
        async with canary_site(settings) as first, canary_site(settings) as second:
            return first.allow_origins + second.allow_origins

    assert len(asyncio.run(both())) == 2


def test_a_port_that_is_another_programs_is_not_allowed_and_it_is_said(settings):
    with (
        socket.create_server(("127.0.0.1", settings.canary_port)),
        structlog.testing.capture_logs() as logs,
    ):
        assert asyncio.run(entered(settings)).allow_origins == []
    assert [line["event"] for line in logs] == ["canary-port-taken"]


def test_without_one_nothing_is_served_and_nothing_allowed(settings):
    off = settings.model_copy(update={"canary_interval": 0.0})
    assert asyncio.run(entered(off)) is off
