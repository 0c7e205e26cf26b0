"""The reference: the same stages over the same pages, one process per core, no queue, no HTTP, no server."""

from __future__ import annotations

import gzip
import multiprocessing
import resource
import time
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from config.feeds import Feed
from tasks.decode import decoded
from tasks.extract import extract
from tasks.poll import read_feed
from tasks.polling import sighting
from tasks.ports import Claim
from tasks.publish import alone, assemble, publication
from tasks.record import Worker
from tasks.records import Page
from worker.clock import now

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tasks.record import Record, Rules
    from tasks.records import Article, Entry, Story
    from tasks.tag import Tagger

_FORK = multiprocessing.get_context("fork")
MAX_BYTES = 50 << 20
FEED = Feed(id="bench", url="http://bench.invalid/", every_seconds=900.0)
WORKER = Worker(name="wirebeat", version="0", task_id="00000000-0000-4000-8000-000000000000", attempt=1)


class Spent(NamedTuple):
    articles: int
    wall_seconds: float
    cpu_seconds: float

    @property
    def per_cpu_second(self) -> float:
        return self.articles / self.cpu_seconds

    @property
    def per_second(self) -> float:
        return self.articles / self.wall_seconds


def plain_loop(tagger: Tagger, feeds: list[bytes], pages: dict[str, bytes], processes: int) -> Spent:
    """`pages`: URL → gzip, as a server would have sent it."""
    packed = {url: gzip.compress(html, 6) for url, html in pages.items()}
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    members = [_FORK.Process(target=_work, args=(tagger, feeds, packed, n, processes)) for n in range(processes)]
    for member in members:
        member.start()
    for member in members:
        member.join()
    wall = time.monotonic() - started
    if any(member.exitcode for member in members):
        raise RuntimeError("a process of the plain loop failed")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(len(packed), wall, cpu)


def answer_of(url: str, packed: bytes, moment: datetime) -> Page:
    """`packed`: gzip."""
    return Page(
        url=url,
        final_url=url,
        status=200,
        content_type="text/html",
        content_encoding="gzip",
        fetched_at=moment,
        body=packed,
    )


def record_of(tag: Callable[[Article], Story], rules: Rules, entry: Entry, page: Page) -> Record:
    """What an article process does with a page, up to the fields of a stream entry."""
    html = decoded(page.body, page.content_encoding, MAX_BYTES)
    article = extract(html, url=page.url, now=page.fetched_at, entry=entry, content_type=page.content_type)
    claim = Claim(sighting(FEED, entry).id, "", 1, entry, page.fetched_at, 0, None, "", page)
    made = alone(assemble(claim, FEED, page, article, tag(article), rules, WORKER, page.fetched_at))
    publication(made, page.fetched_at)
    return made


def _work(tagger: Tagger, feeds: list[bytes], pages: dict[str, bytes], member: int, members: int) -> None:
    entries: dict[str, Entry] = {}
    for document in feeds[member::members]:
        for entry in read_feed(document, feed=FEED.id, url=FEED.url, now=now()).entries:
            entries[entry.url or ""] = entry
    for url, entry in entries.items():
        record_of(partial(tagger.tag, entry=entry, feed=FEED), tagger.rules, entry, answer_of(url, pages[url], now()))
