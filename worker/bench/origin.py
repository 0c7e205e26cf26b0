"""A web server on loopback, in a process of its own: feeds that stay empty until told, then show everything at once."""

from __future__ import annotations

import asyncio
import gzip
import multiprocessing
from html import escape
from typing import TYPE_CHECKING, Any, Self

from aiohttp import web

from worker.clock import now
from worker.leashed import die_with_parent

if TYPE_CHECKING:
    from worker.bench.pages import GeneratedPage

_FORK = multiprocessing.get_context("fork")


class Origin:
    """`delay_seconds` is waited before every page, as a network would make one wait."""

    def __init__(self, pages: list[GeneratedPage], *, feeds: int, delay_seconds: float = 0.0) -> None:
        self._pages, self.feeds, self._delay = pages, feeds, delay_seconds
        self._published: Any = _FORK.Value("d", 0.0)
        self._ours, theirs = _FORK.Pipe()
        self._process = _FORK.Process(target=self._serve, args=(theirs,), daemon=True)

    def __enter__(self) -> Self:
        self._process.start()
        self.port: int = self._ours.recv()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.join()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def publish(self) -> float:
        """From now on the feeds show their entries. Returns the moment, in seconds since 1970."""
        moment = now().timestamp()
        self._published.value = moment
        return moment

    def feed_document(self, feed: int) -> bytes:
        """RSS 2.0."""
        shown = self._published.value > 0
        items = "".join(
            f"<item><title>{escape(page.title)}</title><link>{self.base}/a/{n}</link><guid>{self.base}/a/{n}</guid>"
            "<pubDate>Sun, 01 Mar 2026 09:30:00 GMT</pubDate></item>"
            for n, page in enumerate(self._pages)
            if shown and n % self.feeds == feed
        )
        head = f"<title>Feed {feed}</title><link>{self.base}/</link><description>made up</description>"
        return f"<?xml version='1.0'?><rss version='2.0'><channel>{head}{items}</channel></rss>".encode()

    def feed_list(self) -> str:
        return "".join(
            f'[[feed]]\nid = "bench-{n}"\nurl = "{self.base}/feed/{n}"\nevery = "10m"\n' for n in range(self.feeds)
        )

    def _serve(self, pipe: Any) -> None:
        die_with_parent()
        asyncio.run(self._answer(pipe))

    async def _answer(self, pipe: Any) -> None:
        packed = [gzip.compress(page.html, 6) for page in self._pages]

        async def feed(request: web.Request) -> web.Response:
            etag = f'"{self._published.value}"'
            if request.headers.get("If-None-Match") == etag:
                return web.Response(status=304, headers={"ETag": etag})
            body = self.feed_document(int(request.match_info["n"]))
            return web.Response(body=body, content_type="application/rss+xml", headers={"ETag": etag})

        async def page(request: web.Request) -> web.Response:
            await asyncio.sleep(self._delay)
            body = packed[int(request.match_info["n"])]
            return web.Response(body=body, content_type="text/html", headers={"Content-Encoding": "gzip"})

        async def robots(_request: web.Request) -> web.Response:
            return web.Response(text="User-agent: *\nAllow: /\n")

        application = web.Application()
        application.router.add_get("/feed/{n}", feed)
        application.router.add_get("/a/{n}", page)
        application.router.add_get("/robots.txt", robots)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = runner.addresses[0][1]
        pipe.send(self.port)
        await asyncio.sleep(3600)
