"""Many small articles on several loopback hosts, in feeds that grow; some never answer, some hold the word POISON."""

from __future__ import annotations

import asyncio
import json
import random
import time
from typing import TYPE_CHECKING, Self

from aiohttp import web

from tests.serving import beside, served

if TYPE_CHECKING:
    from collections.abc import Mapping

WHEN = "2026-03-01T09:00:00Z"
WORDS = "harbour council bridge winter grain tram night market river school lantern treaty storm orchard signal".split()


class World:
    """`shown`: how many articles its feeds show by now. Article `n` stands in feed `n % feeds`."""

    def __init__(
        self,
        articles: int,
        *,
        feeds: int = 20,
        hosts: int = 4,
        silent: frozenset[int] = frozenset(),
        poisoned: Mapping[int, str] | None = None,
    ) -> None:
        self.articles, self.feeds, self.hosts, self.silent = articles, feeds, hosts, silent
        #: article → a word in its text
        self.poisoned = poisoned or {}
        self.shown = 0
        self.fetched = [0] * articles
        #: feed → when it was polled, by time.monotonic()
        self.polled: list[list[float]] = [[] for _ in range(feeds)]
        application = web.Application()
        application.router.add_get("/feed/{n}", self._feed)
        application.router.add_get("/a/{n}", self._article)
        self._serving = beside(served(application, [f"127.0.0.{1 + number}" for number in range(hosts)]))

    def __enter__(self) -> Self:
        self.port = self._serving.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._serving.__exit__(None, None, None)

    @property
    def origins(self) -> str:
        return f"127.0.0.0/8:{self.port}"

    def host(self, number: int) -> str:
        return f"http://127.0.0.{1 + number % self.hosts}:{self.port}"

    def feed_list(self, every: str = "1s") -> str:
        return "".join(
            f'[[feed]]\nid = "feed-{n}"\nurl = "{self.host(n)}/feed/{n}"\nevery = "{every}"\n'
            for n in range(self.feeds)
        )

    async def _feed(self, request: web.Request) -> web.Response:
        feed = int(request.match_info["n"])
        self.polled[feed].append(time.monotonic())
        numbers = range(feed, self.shown, self.feeds)
        etag = f'"{len(numbers)}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        items = [
            {"id": f"item-{n}", "url": f"{self.host(feed)}/a/{n}", "title": f"Report {n}", "date_published": WHEN}
            for n in numbers
        ]
        document = {"version": "https://jsonfeed.org/version/1.1", "title": f"Feed {feed}", "items": items}
        return web.Response(
            body=json.dumps(document).encode(), content_type="application/feed+json", headers={"ETag": etag}
        )

    async def _article(self, request: web.Request) -> web.Response:
        number = int(request.match_info["n"])
        self.fetched[number] += 1
        if number in self.silent:
            await asyncio.sleep(3600)
        rng = random.Random(number)
        paragraphs = "".join(
            f"<p>The {' '.join(rng.choices(WORDS, k=18))} was told of on day {number} by the town's clerk.</p>"
            for _ in range(5)
        )
        if number in self.poisoned:
            word = self.poisoned[number]
            paragraphs += f"<p>The clerk then wrote {word} on the wall of the hall for all the town to see.</p>"
        html = (
            f"<html lang=en><head><title>Report {number}</title></head>"
            f"<body><article><h1>Report {number}</h1>{paragraphs}</article></body></html>"
        )
        return web.Response(text=html, content_type="text/html")
