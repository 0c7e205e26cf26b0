"""The demonstration's web server: one loopback address for each publisher, feeds with validators, a bounded life."""

from __future__ import annotations

import asyncio
import contextlib
import email.utils
import hashlib
import socket
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from aiohttp import web

from worker.demo.developing import telling
from worker.demo.feeds import Channel, feed_document, feed_list
from worker.demo.news import Article, Newsstand, Publisher, load
from worker.demo.pages import FEED_PATHS, FEED_TYPES, Printed, article_page, front_page, picture
from worker.loopback import listener

ROBOTS = "User-agent: *\nDisallow: /private/\n"
OTHERS_SHOWN = 5
#: newer ones push older ones out of a feed, as everywhere
FEED_ENTRIES = 40


class DemoSite:
    """`started` is the moment that all publication times count from."""

    def __init__(
        self,
        newsstand: Newsstand,
        addresses: dict[str, str],
        started: datetime,
        *,
        change_after_seconds: float,
        poll_every_seconds: float,
    ) -> None:
        self.newsstand = newsstand
        #: publisher → address:port
        self.addresses = addresses
        self.started = started.replace(microsecond=0)
        self.change_after_seconds = change_after_seconds
        self.poll_every_seconds = poll_every_seconds
        #: (publisher, path, status) → how often it was answered so
        self.answered: Counter[tuple[str, str, int]] = Counter()
        self._first_read: dict[str, float] = {}
        self._up_since = asyncio.get_running_loop().time()
        #: slug → what was told since `tell_news`, and when
        self._told: dict[str, tuple[Article, datetime]] = {}
        self._telling: tuple[float, float] | None = None

    @property
    def _up_seconds(self) -> float:
        return asyncio.get_running_loop().time() - self._up_since

    def tell_news(self, every_seconds: float) -> None:
        """From now on there is something new so often, at each publisher in turn."""
        self._telling = (self._up_seconds, every_seconds)

    def _catch_up(self) -> None:
        """Between two requests nobody can see when exactly something was told, so no task need wait for it."""
        if self._telling is None:
            return
        began, every_seconds = self._telling
        publishers = list(self.newsstand.publishers)
        while began + len(self._told) * every_seconds <= self._up_seconds:
            moment = self.started + timedelta(seconds=round(began + len(self._told) * every_seconds))
            article = telling(len(self._told), publishers)
            self._told[article.slug] = article, moment

    def _of(self, publisher: str) -> list[Article]:
        """Newest first."""
        told = [article for article, _ in reversed(self._told.values()) if article.publisher == publisher]
        return told + self.newsstand.of(publisher)

    @property
    def origins(self) -> list[str]:
        """For WIREBEAT_ALLOW_ORIGINS."""
        return sorted(set(self.addresses.values()))

    @property
    def feeds_url(self) -> str:
        return f"{self.home('harrow')}/feeds.toml"

    @property
    def expected(self) -> dict[str, int]:
        """URL → the versions that a reader should end up with."""
        return {
            self.url(article): 2 if article.later else 1
            for article in self.newsstand.articles.values()
            if article.becomes_record
        }

    def home(self, publisher: str) -> str:
        return f"http://{self.addresses[publisher]}"

    def url(self, article: Article) -> str:
        return f"{self.home(article.publisher)}{article.path}"

    def channels(self) -> list[Channel]:
        main = [self._channel(publisher) for publisher in self.newsstand.publishers.values()]
        return main + [self._section_channel(*feed) for feed in self.newsstand.section_feeds]

    def printed(self, article: Article) -> Printed:
        told = self._told.get(article.slug)
        published = told[1] if told else self.started - timedelta(minutes=article.minutes_ago)
        if not self._has_changed(article):
            return Printed(article, self.url(article), published, published)
        changed = max(published, self.started) + timedelta(seconds=1)
        return Printed(article.changed(), self.url(article), published, changed)

    def _has_changed(self, article: Article) -> bool:
        first_read = self._first_read.get(article.slug)
        if article.later is None or first_read is None:
            return False
        return asyncio.get_running_loop().time() - first_read >= self.change_after_seconds

    def _channel(self, publisher: Publisher) -> Channel:
        home = self.home(publisher.id)
        return Channel(publisher.id, publisher.name, home, home + FEED_PATHS[publisher.feed], publisher.feed)

    def _section_channel(self, publisher: str, section: str) -> Channel:
        main, name = self._channel(self.newsstand.publishers[publisher]), section.lower()
        return main._replace(
            id=f"{publisher}-{name}", title=f"{main.title}: {section}", url=f"{main.home}/{name}{FEED_PATHS['rss']}"
        )

    async def answer(self, request: web.Request) -> web.Response:
        if request.transport is None:
            raise web.HTTPBadRequest
        address, port = request.transport.get_extra_info("sockname")[:2]
        self._catch_up()
        publisher = next(id_ for id_, origin in self.addresses.items() if origin == f"{address}:{port}")
        response = self._page(publisher, request) or web.Response(status=404, text="There is no such page.\n")
        self.answered[publisher, request.path, response.status] += 1
        return response

    def _page(self, publisher: str, request: web.Request) -> web.Response | None:
        path = request.path
        if path.startswith("/image/"):
            return web.Response(text=picture(path), content_type="image/svg+xml")
        for channel in self.channels():
            if channel.url == f"{self.home(publisher)}{path}":
                return self._feed(channel, publisher, request)
        newsstand = self.newsstand
        documents: dict[str, tuple[str, Callable[[], str]]] = {
            "/": ("text/html", lambda: front_page(newsstand.publishers[publisher], self._of(publisher))),
            "/robots.txt": ("text/plain", lambda: ROBOTS),
            "/feeds.toml": ("application/toml", lambda: feed_list(self.channels(), self.poll_every_seconds)),
        }
        if path in documents:
            kind, document = documents[path]
            return web.Response(text=document(), content_type=kind)
        return self._article(publisher, path)

    def _article(self, publisher: str, path: str) -> web.Response | None:
        articles = self._of(publisher)
        article = next((article for article in articles if article.path == path), None)
        if article is None:
            return None
        if article.status != 200:
            return web.Response(status=article.status, text="This page has been taken down.\n")
        self._first_read.setdefault(article.slug, asyncio.get_running_loop().time())
        others = [other for other in articles if other.slug != article.slug and other.becomes_record]
        page = article_page(
            self.newsstand.publishers[publisher],
            self.printed(article),
            home=self.home(publisher),
            others=others[:OTHERS_SHOWN],
        )
        return web.Response(text=page, content_type="text/html")

    def _feed(self, channel: Channel, publisher: str, request: web.Request) -> web.Response:
        section = dict(self.newsstand.section_feeds).get(publisher) if channel.id != publisher else None
        entries = [
            self.printed(article) for article in self._of(publisher) if section is None or article.section == section
        ][:FEED_ENTRIES]
        document = feed_document(channel, entries)
        etag = f'"{hashlib.sha256(document.encode()).hexdigest()[:16]}"'
        modified = email.utils.format_datetime(max(entry.modified for entry in entries), usegmt=True)
        headers = {"ETag": etag, "Last-Modified": modified, "Cache-Control": "max-age=0"}
        asked = request.headers.get("If-None-Match")
        if asked == etag or (asked is None and request.headers.get("If-Modified-Since") == modified):
            return web.Response(status=304, headers=headers)
        return web.Response(text=document, content_type=FEED_TYPES[channel.dialect], headers=headers)


def _listeners(count: int, port: int) -> list[socket.socket]:
    """127.0.0.1 to 127.0.0.N on one port; where only 127.0.0.1 is set up (macOS), other ports of that one."""
    listeners = [listener("127.0.0.1", port)]
    for number in range(2, count + 1):
        try:
            listeners.append(listener(f"127.0.0.{number}", listeners[0].getsockname()[1]))
        except OSError:
            listeners.append(listener("127.0.0.1", 0))
    return listeners


@asynccontextmanager
async def serve(
    port: int = 0,
    *,
    started: datetime,
    seconds: float = 600.0,
    change_after_seconds: float = 3.0,
    poll_every_seconds: float = 3.0,
) -> AsyncIterator[DemoSite]:
    """The site is gone when the context ends, and after `seconds` in any case. Port 0: one that is free."""
    newsstand = load()
    listeners = _listeners(len(newsstand.publishers), port)
    addresses = {
        publisher: "{}:{}".format(*listener.getsockname())
        for publisher, listener in zip(newsstand.publishers, listeners, strict=True)
    }
    site = DemoSite(
        newsstand,
        addresses,
        started,
        change_after_seconds=change_after_seconds,
        poll_every_seconds=poll_every_seconds,
    )
    application = web.Application()
    application.router.add_get("/{path:.*}", site.answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    for one in listeners:
        await web.SockSite(runner, one).start()
    ending = asyncio.create_task(_end_after(seconds, runner))
    try:
        yield site
    finally:
        ending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await ending
        await runner.cleanup()


async def _end_after(seconds: float, runner: web.AppRunner) -> None:
    await asyncio.sleep(seconds)
    await runner.cleanup()
