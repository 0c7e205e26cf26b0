"""Addresses → the feeds behind them, fetched and read once, for the one who keeps the feed list."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin, urlsplit

from tasks.decode import decoded
from tasks.poll import read_feed
from tasks.poll.discover import named_feeds, news_sitemaps, usual_places
from tasks.reasons import Failed
from worker import clock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from config.feeds import Feed
    from config.settings import Settings
    from tasks.records import FeedDocument, Page
    from worker.http import Client

#: requests that one search may cost the site
MAX_TRIES = 12


class Found(NamedTuple):
    url: str
    document: FeedDocument


class Health(NamedTuple):
    feed: Feed
    #: None where it cannot be had or read
    document: FeedDocument | None
    #: "" where all is well
    trouble: str
    #: where the feed has moved for good; "" where it has not
    moved_to: str = ""


async def discovered(url: str, client: Client, settings: Settings) -> list[Found]:
    """The feed at the address itself; else those that the page names; else what stands in the usual places.

    Raises Failed where the address itself cannot be fetched."""
    page, body = await _fetched(url, client, settings)
    try:
        return [Found(page.moved_to or url, _read(page, body))]
    except Failed as failed:
        if failed.reason != "not-a-feed":
            raise
    named = named_feeds(body, page.final_url, page.content_type)
    tries = _Tries(client, settings)
    return await tries.all_of(named) or await tries.first_of(
        [*await tries.sitemaps(page.final_url), *usual_places(page.final_url)]
    )


async def read_at(url: str, client: Client, settings: Settings) -> Found:
    """Raises Failed."""
    page, body = await _fetched(url, client, settings)
    return Found(page.moved_to or url, _read(page, body))


async def examined(feeds: Sequence[Feed], client: Client, settings: Settings) -> AsyncIterator[Health]:
    """Each feed fetched and read once, as they come in; feeds of one host one after the other."""
    hosts: dict[str, list[Feed]] = {}
    for feed in feeds:
        hosts.setdefault(urlsplit(feed.url).hostname or "", []).append(feed)
    healths: asyncio.Queue[Health] = asyncio.Queue()
    slots = asyncio.Semaphore(settings.fetch_concurrency)

    async def of_one_host(members: list[Feed]) -> None:
        for number, feed in enumerate(members):
            await asyncio.sleep(settings.host_interval if number else 0)
            async with slots:
                healths.put_nowait(await _health(feed, client, settings))

    async with asyncio.TaskGroup() as group:
        for members in hosts.values():
            group.create_task(of_one_host(members))
        for _ in feeds:
            yield await healths.get()


async def _health(feed: Feed, client: Client, settings: Settings) -> Health:
    try:
        found = await read_at(feed.url, client, settings)
    except Failed as failed:
        return Health(feed, None, str(failed))
    trouble = "" if found.document.entries else "it has no entries"
    return Health(feed, found.document, trouble, "" if found.url == feed.url else found.url)


async def _fetched(url: str, client: Client, settings: Settings) -> tuple[Page, bytes]:
    page = await client.fetch(url, kind="feed")
    return page, decoded(page.body, page.content_encoding, settings.max_feed_bytes)


def _read(page: Page, body: bytes) -> FeedDocument:
    return read_feed(body, feed="found", url=page.final_url, content_type=page.content_type, now=clock.now())


class _Tries:
    """One request at a time, at the pace that the service itself keeps."""

    def __init__(self, client: Client, settings: Settings) -> None:
        self._client = client
        self._settings = settings
        self._left = MAX_TRIES

    async def all_of(self, urls: list[str]) -> list[Found]:
        return [found for url in urls if (found := await self._tried(url))]

    async def first_of(self, urls: list[str]) -> list[Found]:
        for url in urls:
            if found := await self._tried(url):
                return [found]
        return []

    async def sitemaps(self, url: str) -> list[str]:
        try:
            page = await self._client.fetch(urljoin(url, "/robots.txt"), kind="robots")
        except Failed:
            return []
        return news_sitemaps(page.body.decode("utf-8", "replace"), url) if page.status == 200 else []

    async def _tried(self, url: str) -> Found | None:
        if not self._left:
            return None
        self._left -= 1
        await asyncio.sleep(self._settings.host_interval)
        try:
            found = await read_at(url, self._client, self._settings)
        except Failed:
            return None
        return found if found.document.entries else None
