"""The ledger on a real server, with a clock that the test moves, and every step of the service as a short call."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from tasks.identity import alias, article_id, fingerprint
from tasks.packing import pack_page
from tasks.ports import Polled, Publication, Sighting, Validators
from tasks.publish import content_hash
from tasks.records import Entry, Page
from worker.ledger import Ledger, Politeness, SyncStore, milliseconds

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
#: all others are requests open there
HOST_FIELDS = frozenset((b"next", b"tail", b"crawl_ms", b"renew"))


PAGE = pack_page(Page(url="http://paper.test/a", final_url="http://paper.test/a", status=200, fetched_at=START))


class Desk:
    """One feed or several, and every step that the service takes with their entries."""

    def __init__(self, url: str) -> None:
        self.store = SyncStore(url, "test")
        self.store.redis.flushall()
        self.ledger = Ledger(Politeness(0, 100), high_water=50)
        self.ledger.now = START

    def later(self, seconds: float) -> None:
        self.ledger.now += timedelta(seconds=seconds)

    def feeds(self, *names: str) -> None:
        rows = [(name, json.dumps({"id": name}), f"{name}.test", f"http://{name}.test/feed") for name in names]
        self.store.do(self.ledger.sync_feeds("digest", rows))

    def poll(self, *entries: Entry, feed: str = "first", etag: str = "e1"):
        claims = self.store.do(self.ledger.claim_polls(10)).claims
        claim = next(claim for claim in claims if claim.feed_id == feed)
        polled = Polled(
            Validators(etag, None, None),
            self.ledger.now + timedelta(seconds=60),
            "working",
            tuple(sighting(entry) for entry in entries),
            whole=True,
        )
        return self.store.do(self.ledger.admit(claim, polled))

    def claim(self, stage: str = "fetch", count: int = 10, by: str = "worker-1"):
        return self.store.do(self.ledger.claim(stage, count, by=by)).claims

    def fetch_all(self) -> None:
        while claims := self.claim("fetch"):
            for claim in claims:
                assert self.store.do(self.ledger.advance(claim, PAGE))

    def publish(self, claim, *, title: str = "Title", body: str = "Body", address: str | None = None, following=None):
        outgoing = Publication(
            version=claim.version + 1,
            content_hash=content_hash(title, body),
            fields={"id": claim.id, "version": claim.version + 1, "title": title},
            data=b"{}",
            partial=b"{}",
            topics=(("harbours", 0.8),),
            address=address,
        )
        return self.store.do(self.ledger.publish(claim, outgoing, following=following))

    def account(self):
        return self.store.do(self.ledger.account())

    def stream(self, name: str = "articles"):
        return self.store.redis.xrange(f"test:{name}")

    def open_at(self, host: str) -> int:
        """Requests whose lease has not run out."""
        fields = self.store.redis.hgetall(f"test:host:{host}")
        leases = [int(until) for name, until in fields.items() if name not in HOST_FIELDS]
        return sum(until > milliseconds(self.ledger.now) for until in leases)

    def keys(self, pattern: str) -> list[bytes]:
        return self.store.redis.keys(f"test:{pattern}")


def entry(number: int = 1, *, feed: str = "first", **changed) -> Entry:
    fields = {
        "feed": feed,
        "guid": f"guid-{number}",
        "url": f"http://paper.test/article-{number}",
        "title": f"Harbour opens, part {number}",
        "published": START - timedelta(hours=number),
    }
    return Entry(**{**fields, **changed})


def sighting(one: Entry) -> Sighting:
    return Sighting(article_id(one), alias(one), fingerprint(one), "paper.test", one.model_dump_json())
