"""An article of our own, polled, fetched, read and written like any other: when it does not come, nothing would.

It stands on a site that each role that fetches serves to itself, on one port of 127.0.0.1, and ends in a stream of its
own, `news:canary`: no reader of news ever sees it.
"""

from __future__ import annotations

import email.utils
import re
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from config.feeds import Feed
from worker.clock import now
from worker.loopback import listener

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiohttp import web

    from config.settings import Settings

log = structlog.get_logger("wirebeat")

#: scripts/publish.lua knows it, too
FEED_ID = "wirebeat-canary"
ADDRESS = "127.0.0.1"
PAGE = re.compile(r"/article-(\d{1,15})\.html")
TEXT = """\
This is the canary of Wirebeat, article number {number}. It was printed for one reader only, which is the
service itself, and it says nothing that anybody needs to know.

Miners once carried a small bird into the pit, because it noticed bad air before they did. This article does
the same work without the bird: it is announced in a feed, asked for over HTTP, taken out of its page, read
for names and topics, and written into a stream.

As long as it arrives in time, so does everything else. When it is late, the service says so at its health
check, in a metric and on its page, and somebody goes to look.

The text is long enough to be an article by every measure that the service has, and plain enough to belong to
no topic at all. It ends here."""


def canary_feed(settings: Settings) -> Feed:
    return Feed(
        id=FEED_ID,
        url=f"http://{ADDRESS}:{settings.canary_port}/feed.xml",
        title="Wirebeat canary",
        every_seconds=settings.canary_interval,
        lang="en",
    )


@asynccontextmanager
async def canary_site(settings: Settings) -> AsyncIterator[Settings]:
    """While it serves the site, the settings with that exact origin allowed; without a canary, those as they are."""
    runner = await _served(settings) if settings.canary_interval else None
    if runner is None:
        yield settings
        return
    origin = f"{ADDRESS}:{settings.canary_port}"
    log.info("canary", origin=origin, every_seconds=settings.canary_interval)
    try:
        yield settings.model_copy(update={"allow_origins": [*settings.allow_origins, origin]})
    finally:
        await runner.cleanup()


async def _served(settings: Settings) -> web.AppRunner | None:
    """None where the port is another program's: then nobody may ask it for anything."""
    try:
        # the polling and the fetching role of one machine serve the same site; the system lets in nobody else's process
        own = listener(ADDRESS, settings.canary_port, socket.SO_REUSEPORT)
    except OSError as reason:
        log.error(  # noqa: TRY400  (no fault of ours, and the trace says no more)
            "canary-port-taken", port=settings.canary_port, reason=str(reason), mend="set WIREBEAT_CANARY_PORT"
        )
        return None
    from aiohttp import web  # noqa: PLC0415  (a server is for those who asked for it)

    application = web.Application()
    application.router.add_get("/{path:.*}", _answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.SockSite(runner, own).start()
    return runner


async def _answer(request: web.Request) -> web.Response:
    from aiohttp import web  # noqa: PLC0415  (as above)

    if request.path == "/feed.xml":
        moment = now()
        number = round(moment.timestamp() * 1000)
        document = feed_document(f"http://{request.host}", number, email.utils.format_datetime(moment, usegmt=True))
        return web.Response(text=document, content_type="application/rss+xml")
    if page := PAGE.fullmatch(request.path):
        return web.Response(text=article_page(int(page[1])), content_type="text/html")
    return web.Response(status=404, text="There is no such page.\n")


def feed_document(home: str, number: int, published: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>Wirebeat canary</title>'
        f"<link>{home}/</link><description>One article at a time</description><item><title>Canary {number}</title>"
        f"<link>{home}/article-{number}.html</link><guid>canary-{number}</guid><pubDate>{published}</pubDate></item>"
        "</channel></rss>\n"
    )


def article_page(number: int) -> str:
    body = "\n".join(f"<p>{paragraph}</p>" for paragraph in TEXT.format(number=number).split("\n\n"))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Canary {number}</title></head>'
        f"<body><main><article><h1>Canary {number}</h1>\n{body}\n</article></main></body></html>\n"
    )
