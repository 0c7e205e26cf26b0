"""How the service, with several processes that poll and fetch, treats a few hosts: as their own clocks saw it.

python -m tests.end_to_end.polite [--workers 4] [--pages 12] [--interval 0.25]

Host 1 is plain and slow to answer, host 2 asks for a crawl delay, host 3 says 429 or 503 with Retry-After before each
page, host 4 redirects to host 1. Exit code 1 when any was asked too soon, too much at once, or twice without need.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from email.utils import formatdate
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, Self

import redis
from aiohttp import web

from tests.end_to_end.hostile_web import page
from tests.service import Service, environment
from tests.serving import beside, served
from tests.valkey import Valkey, short_folder

PLAIN, DELAYED, BUSY, MOVED = HOSTS = tuple(f"127.0.0.{number}" for number in range(1, 5))
CRAWL_DELAY_SECONDS = 1.0
RETRY_AFTER_SECONDS = 3
CONCURRENCY = 2
#: The answer takes longer than the interval, so that requests could come to be open at once.
SLOW_SECONDS = 0.6
#: A request is let go by the store's clock and arrives by the host's: two may come closer by what the first lost.
ARRIVAL_SECONDS = 0.2
PATIENCE_SECONDS = 300.0


class Hit(NamedTuple):
    host: str
    path: str
    at: float
    status: int


class PoliteWeb:
    def __init__(self, pages: int) -> None:
        self.pages = pages
        self.hits: list[Hit] = []
        self.open: defaultdict[str, int] = defaultdict(int)
        self.most_open: defaultdict[str, int] = defaultdict(int)
        application = web.Application()
        application.router.add_get("/{path:.*}", self._heard)
        self._serving = beside(served(application, HOSTS))

    def __enter__(self) -> Self:
        self.port = self._serving.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._serving.__exit__(None, None, None)

    @property
    def origins(self) -> str:
        return f"127.0.0.0/29:{self.port}"

    def feed_list(self) -> str:
        return "".join(
            f'[[feed]]\nid = "host-{number}"\nurl = "http://{host}:{self.port}/feed"\nevery = "20s"\n'
            for number, host in enumerate(HOSTS, 1)
        )

    def starts(self, host: str) -> list[float]:
        return sorted(hit.at for hit in self.hits if hit.host == host)

    async def _heard(self, request: web.Request) -> web.Response:
        host, at = request.url.host or "", time.monotonic()
        self.open[host] += 1
        self.most_open[host] = max(self.most_open[host], self.open[host])
        try:
            answer = await self._answer(host, request.path)
            self.hits.append(Hit(host, request.path, at, answer.status))
            return answer
        finally:
            self.open[host] -= 1

    async def _answer(self, host: str, path: str) -> web.Response:
        if path == "/robots.txt":
            delay = f"Crawl-delay: {CRAWL_DELAY_SECONDS:g}\n" if host == DELAYED else ""
            return web.Response(text=f"User-agent: *\n{delay}Disallow: /private\n")
        if path == "/feed":
            return web.Response(body=self._feed(host), content_type="application/rss+xml", headers={"ETag": '"one"'})
        asked_before = any(hit.path == path and hit.host == host for hit in self.hits)
        if host == BUSY and not asked_before:
            return self._later(int(path.rpartition("-")[2]))
        if host == MOVED:
            return web.Response(status=302, headers={"Location": f"http://{PLAIN}:{self.port}/from{path}"})
        await asyncio.sleep(SLOW_SECONDS)
        return web.Response(body=page(f"Of {host} {path}"), content_type="text/html")

    def _later(self, number: int) -> web.Response:
        """In one of its forms: seconds, or a date, which may be half a second short."""
        date = formatdate(time.time() + RETRY_AFTER_SECONDS + 1, usegmt=True)
        after = date if number % 2 else str(RETRY_AFTER_SECONDS)
        return web.Response(status=429 if number % 3 else 503, headers={"Retry-After": after})

    def _feed(self, host: str) -> bytes:
        # one page of host 4 is enough: each takes a place of host 1, too
        count = 3 if host == MOVED else self.pages
        items = "".join(
            f"<item><title>{host} {n}</title><link>http://{host}:{self.port}/page-{n}</link></item>"
            for n in range(count)
        )
        return f'<rss version="2.0"><channel><title>{host}</title>{items}</channel></rss>'.encode()


def run(
    folder: Path, *, workers: int, pages: int, interval: float, arrival_seconds: float = ARRIVAL_SECONDS
) -> dict[str, Any]:
    server = Valkey(folder)
    server.start()
    client = server.client()
    client.config_set("maxmemory-policy", "noeviction")
    try:
        with PoliteWeb(pages) as world:
            (folder / "feeds.toml").write_text("schema = 1\n" + world.feed_list())
            env = environment(
                redis_url=server.url, feeds=str(folder / "feeds.toml"), allow_origins=world.origins,
                host_interval=str(interval), host_concurrency=str(CONCURRENCY), spacy_model="blank",
                heartbeat_file=str(folder / "beat"), enrich_processes="1", log_level="debug",
            )  # fmt: skip
            roles = [["beat"], ["worker", "enrich"], *[["worker", "gather"]] * workers]
            services = [Service(folder, *role, env=env) for role in roles]
            try:
                published = _until_published(client, 3 * pages + 3, services)
            finally:
                for service in services:
                    service.process.terminate()
                for service in services:
                    service.stop()
            fetching = sum(bool(service.events("fetched")) for service in services)
            told = report(world, interval=interval, arrival_seconds=arrival_seconds)
            return {"workers_that_fetched": fetching, "published": published, **told}
    finally:
        client.close()
        server.stop()


def _until_published(client: redis.Redis, wanted: int, services: list[Service]) -> int:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := client.xlen("news:articles")) < wanted and time.monotonic() < deadline:
        assert all(service.process.poll() is None for service in services)
        time.sleep(0.2)
    return found


def report(world: PoliteWeb, *, interval: float, arrival_seconds: float) -> dict[str, Any]:
    gaps = {PLAIN: interval, DELAYED: CRAWL_DELAY_SECONDS, BUSY: interval, MOVED: interval}
    pages = [hit for hit in world.hits if hit.path.startswith("/page") and hit.status == 200]
    robots = [hit.host for hit in world.hits if hit.path == "/robots.txt"]
    early = [
        round(second.at - first.at, 2)
        for first in world.hits
        if first.status in (429, 503)
        for second in world.hits
        if second.path == first.path and second.host == first.host and second.at > first.at
        if second.at - first.at < RETRY_AFTER_SECONDS - 0.1
    ]
    learned = next((hit.at for hit in world.hits if hit.host == DELAYED and hit.path == "/robots.txt"), 0.0)
    since: dict[str, Callable[[float], bool]] = {DELAYED: lambda at: at >= learned}
    return {
        "requests": len(world.hits),
        "most_open": dict(world.most_open),
        "least_gap_seconds": {host: _least_gap(world, host, since.get(host)) for host in HOSTS},
        "too_soon": {
            host: _too_soon(_starts(world, host, since.get(host)), gap, arrival_seconds) for host, gap in gaps.items()
        },
        "before_retry_after": early,
        "fetched_again": len(pages) - len({(hit.host, hit.path) for hit in pages}),
        "robots_asked_again": len(robots) - len(set(robots)),
    }  # fmt: skip


def _starts(world: PoliteWeb, host: str, since: Callable[[float], bool] | None) -> list[float]:
    return [at for at in world.starts(host) if since is None or since(at)]


def _least_gap(world: PoliteWeb, host: str, since: Callable[[float], bool] | None) -> float:
    starts = _starts(world, host, since)
    return round(min((b - a for a, b in pairwise(starts)), default=0.0), 3)


def _too_soon(starts: list[float], gap: float, arrival_seconds: float) -> int:
    """Requests that came with others before them in less time than so many gaps."""
    return sum(
        later - earlier < (last - first) * gap - arrival_seconds
        for first, earlier in enumerate(starts)
        for last, later in enumerate(starts[first + 1 :], first + 1)
    )


def faults(told: dict[str, Any], pages: int) -> list[str]:
    wrong = {
        "published": told["published"] != 3 * pages + 3,
        "most_open": max(told["most_open"].values()) > CONCURRENCY,
        "too_soon": any(told["too_soon"].values()),
        "before_retry_after": bool(told["before_retry_after"]),
        "fetched_again": told["fetched_again"] > 0,
        "robots_asked_again": told["robots_asked_again"] > 0,
    }
    return [name for name, is_wrong in wrong.items() if is_wrong]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--pages", type=int, default=12, help="of each host")
    parser.add_argument("--interval", type=float, default=0.25)
    options = parser.parse_args()
    with short_folder() as folder:
        told = run(Path(folder), **vars(options))
    print(json.dumps(told, indent=1))
    print(f"faults: {faults(told, options.pages)}")
    return 1 if faults(told, options.pages) else 0


if __name__ == "__main__":
    sys.exit(main())
