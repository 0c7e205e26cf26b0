"""What one shard carries: server CPU, network and memory of an article's way through the ledger; no page is read.

    python -m benchmarks.shard [--set articles=4000]

The server works in one thread, so one second divided by its CPU time for an article is the most that a shard can do.
Records, topic copies and waiting pages have the sizes that docs/operations.md measured."""

from __future__ import annotations

import os
import random
import tempfile
from collections import defaultdict
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.frame import Options, Result, Row, alone
from config.feeds import Feed
from tasks.packing import pack_page
from tasks.polling import sighting
from tasks.ports import Claim, PollClaim, Polled, Publication, Validators
from tasks.records import Entry, Page
from worker.clock import now
from worker.embedded import EmbeddedServer
from worker.ledger import Ledger, Politeness, SyncStore

#: what an article weighs: bytes of its page as sent, of its record, of a topic stream's copy, and in how many topics
PAGE_BYTES, RECORD_BYTES, PARTIAL_BYTES, TOPICS = 40_000, 13_000, 5_000, 1
#: new entries that a poll finds, and those that it shows again
NEW, KNOWN = 2, 18
CLAIMED = {"fetch": 16, "enrich": 4}
FEEDS, MANY_FEEDS = 50, 20_000
TICK = os.sysconf("SC_CLK_TCK")


class Spent(NamedTuple):
    server_seconds: float
    client_seconds: float
    bytes_in: int
    bytes_out: int
    memory: int

    def since(self, before: Spent) -> Spent:
        return Spent(*(now_ - then for now_, then in zip(self, before, strict=True)))


class Shard:
    def __init__(self, store: SyncStore, server_pid: int, seed: int) -> None:
        self.store, self.ledger = store, Ledger(Politeness(0, 1000), high_water=10**9)
        self._pid, self._rng = server_pid, random.Random(seed)
        self._shown: dict[str, list[Entry]] = defaultdict(list)
        self._body = self._rng.randbytes(PAGE_BYTES)

    def add_feeds(self, first: int, end: int) -> None:
        feeds = [Feed(id=f"feed-{n}", url=f"http://p{n}.example/feed", every_seconds=900.0) for n in range(first, end)]
        rows = [(feed.id, feed.model_dump_json(), f"p{feed.id}.example", feed.url) for feed in feeds]
        self.store.do(self.ledger.sync_feeds("d", rows))

    def poll_unchanged(self) -> int:
        polls = 0
        while claims := self.store.do(self.ledger.claim_polls(32)).claims:
            for claim in claims:
                polled = Polled(Validators('"etag"'), now() + timedelta(hours=1), "not modified")
                self.store.do(self.ledger.admit(claim, polled))
                polls += 1
        return polls

    def spent(self) -> Spent:
        fields = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()
        info: Any = self.store.redis.info()
        of_us = os.times()
        return Spent(
            (int(fields[11]) + int(fields[12])) / TICK,
            of_us.user + of_us.system,
            info["total_net_input_bytes"],
            info["total_net_output_bytes"],
            info["used_memory"],
        )

    def poll(self, articles: int) -> int:
        """Polls until so many new entries wait; the number of polls."""
        found = polls = 0
        while found < articles:
            self.store.do(self.ledger.poll_now())
            for claim in self.store.do(self.ledger.claim_polls(32)).claims:
                found += self._poll(claim)
                polls += 1
        return polls

    def _poll(self, claim: PollClaim) -> int:
        feed = Feed.model_validate_json(claim.config)
        shown = self._shown[feed.id]
        for _ in range(NEW):
            number = self._rng.getrandbits(48)
            url = f"http://paper{self._rng.randrange(2000)}.example/2026/03/01/{number:x}/what-was-said-about-it"
            shown.append(Entry(feed=feed.id, guid=url, url=url, title="What was said about it", summary="word " * 60))
        del shown[: -NEW - KNOWN]
        sightings = tuple(sighting(feed, entry) for entry in shown)
        polled = Polled(Validators('"etag"'), now() + timedelta(hours=1), "working", sightings, whole=True)
        return self.store.do(self.ledger.admit(claim, polled)).new

    def fetch(self) -> None:
        while claims := self.store.do(self.ledger.claim("fetch", CLAIMED["fetch"], by="bench")).claims:
            for claim in claims:
                page = Page(
                    url=claim.entry.url, final_url=claim.entry.url, status=200, fetched_at=now(), body=self._body
                )
                self.store.do(self.ledger.advance(claim, pack_page(page)))

    def publish(self) -> int:
        published = 0
        while claims := self.store.do(self.ledger.claim("enrich", CLAIMED["enrich"], by="bench")).claims:
            for claim in claims:
                published += self.store.do(self.ledger.publish(claim, self._record(claim)))[0] == "published"
        return published

    def _record(self, claim: Claim) -> Publication:
        text = self._rng.randbytes(RECORD_BYTES // 2).hex().encode()
        fields = {
            "schema": "1",
            "op": "created",
            "id": claim.id,
            "version": 1,
            "title": "What was said",
            "url": "u" * 80,
        }
        topics = tuple((f"topic-{self._rng.randrange(8)}", 0.9) for _ in range(TOPICS))
        return Publication(1, self._rng.randbytes(32), fields, text, text[:PARTIAL_BYTES], topics)


def run(options: Options) -> Result:
    articles = options.number("articles", full=4000, quick=400)
    with tempfile.TemporaryDirectory(prefix="wb-shard-") as folder:
        server = EmbeddedServer(Path(folder), port=0, prefix="news")
        server.start()
        store = SyncStore(server.url)
        try:
            assert server.process
            return _measured(Shard(store, server.process.pid, options.seed), articles)
        finally:
            store.redis.close()
            server.stop()


def _measured(shard: Shard, articles: int) -> Result:
    at = [shard.spent()]
    shard.add_feeds(FEEDS, FEEDS + MANY_FEEDS)
    at.append(shard.spent())
    unchanged = shard.poll_unchanged()
    at.append(shard.spent())
    of_feeds, of_unchanged = at[2].since(at[0]), at[2].since(at[1])
    shard.add_feeds(0, FEEDS)
    at = [shard.spent()]
    polls = shard.poll(articles)
    at.append(shard.spent())
    shard.fetch()
    at.append(shard.spent())
    published = shard.publish()
    at.append(shard.spent())
    steps = [after.since(before) for before, after in pairwise(at)]
    whole = at[-1].since(at[0])
    each = 1 / published
    rows = [
        Row(f"server CPU, {name}", 1e6 * step.server_seconds * each, "µs/article")
        for name, step in zip(("polls", "fetching", "publishing"), steps, strict=True)
    ]
    rows += [
        Row("server CPU, a poll that brings nothing", 1e6 * of_unchanged.server_seconds / unchanged, "µs/poll"),
        Row("memory of a feed", of_feeds.memory / MANY_FEEDS, "B"),
        Row("server CPU, all", 1e6 * whole.server_seconds * each, "µs/article"),
        Row("the most that one shard can do", published / whole.server_seconds, "articles/s"),
        Row("clients' CPU", 1e6 * whole.client_seconds * each, "µs/article"),
        Row("to the server", whole.bytes_in * each / 1000, "kB/article"),
        Row("from the server", whole.bytes_out * each / 1000, "kB/article"),
        Row("memory of an entry that waits to be fetched", steps[0].memory * each, "B"),
        Row("memory of a page that waits to be read", steps[1].memory * each, "B"),
        Row(
            "memory of a published article", whole.memory * each, "B", note="record, topic copy and what is remembered"
        ),
    ]
    shown = f"{published} articles from {polls} polls that showed {NEW} new and {KNOWN} known entries each"
    sizes = f"page {PAGE_BYTES}, record {RECORD_BYTES}, copy in {TOPICS} topic stream {PARTIAL_BYTES} bytes"
    notes = (f"{shown}; {sizes}; append-only file, fsync each second",)
    return Result("shard", tuple(rows), notes)


if __name__ == "__main__":
    alone(run)
