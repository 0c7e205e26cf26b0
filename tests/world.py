"""The pipeline with a web of the test's own making around it, a real ledger and real readers of feeds and pages."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from config.feeds import Feed
from tasks.documents import KeptDocuments
from tasks.network import NetworkWatch
from tasks.pipeline import fetch_page, poll_feed, read_article
from tasks.poll import read_feed
from tasks.ports import Gathering, Limits, Reading, Validators
from tasks.record import Rules, Worker
from tasks.records import Nlp, Page, Story, TopicTag
from tasks.robots import RobotsRules
from worker.ledger import Ledger, Politeness, SyncStore

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
AGENT = "Wirebeat/0 (+https://wirebeat.example/bot)"
LIMITS = Limits(
    max_feed_bytes=1 << 20,
    max_page_bytes=1 << 20,
    max_entries_per_poll=50,
    max_body_chars=20_000,
    backoff_cap_seconds=21_600.0,
)
SENTENCES = (
    "The harbour council voted on Monday to reopen the eastern quay after two winters of repairs. ",
    "Fishing crews had waited for the decision, which a storm delayed in November. ",
    "Engineers said that the new wall would stand for sixty years if it was looked after. ",
    "The first ferry is expected to leave before the end of the week. ",
)


def body(about: str = "quay", times: int = 4) -> str:
    paragraphs = ["".join(SENTENCES).replace("quay", f"{about} {number}") for number in range(times)]
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


def html(title: str = "Harbour reopens", text: str | None = None) -> bytes:
    inner = body() if text is None else text
    page = f"<!doctype html><html lang=en><head><title>{title}</title></head>"
    return f"{page}<body><article><h1>{title}</h1>{inner}</article></body></html>".encode()


def rss(*items: dict[str, str], ttl_minutes: int | None = None) -> bytes:
    rows = "".join(
        "<item>" + "".join(f"<{name}>{value}</{name}>" for name, value in item.items()) + "</item>" for item in items
    )
    ttl = f"<ttl>{ttl_minutes}</ttl>" if ttl_minutes else ""
    return f'<rss version="2.0"><channel><title>Harbour Post</title>{ttl}{rows}</channel></rss>'.encode()


def item(number: int = 1, **more: str) -> dict[str, str]:
    plain = {"title": f"Harbour news {number}", "link": f"http://paper.test/{number}", "guid": f"guid-{number}"}
    return {**plain, "pubDate": "Sun, 01 Mar 2026 09:00:00 GMT", **more}


def page(content: bytes = b"", status: int = 200, **more: Any) -> Page:
    return Page(url="", status=status, fetched_at=START, body=content, **{"final_url": "", **more})


class Web:
    """URL → a Page, a Failed, or several of these, one for each request; `asked` is what was asked for."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.answers: dict[str, Any] = {}
        self.asked: list[tuple[str, str, Validators]] = []
        self.timeouts: list[float | None] = []
        #: to a request with the ETag that stands with the answer
        self.not_modified = False

    async def fetch(
        self, url: str, *, kind: str, validators: Validators, timeout_seconds: float | None = None, heed: Any = None
    ) -> Page:
        self.asked.append((kind, url, validators))
        self.timeouts.append(timeout_seconds)
        answer = self.answers[url]
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if isinstance(answer, Exception):
            raise answer
        if self.not_modified and answer.etag and answer.etag == validators.etag:
            answer = page(status=304)
        if heed is not None and answer.final_url:
            await heed(answer.final_url)
        return answer.model_copy(
            update={"url": url, "final_url": answer.final_url or url, "fetched_at": self._world.now}
        )

    def pages(self) -> list[str]:
        return [url for kind, url, _ in self.asked if kind == "page"]


class Reader:
    """`read`: how many entries each document gave."""

    def __init__(self) -> None:
        self.read: list[int] = []

    async def read_feed(self, document, **more):
        found = read_feed(document, **more)
        self.read.append(len(found.entries))
        return found


class Robots:
    """`known`: origin → the text of its robots.txt; of the others it must be asked for first."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {"http://paper.test": ""}
        self.trouble: Exception | None = None
        self.learned: list[str] = []

    async def rules(self, url):
        text = self.known.get("/".join(url.split("/")[:3]))
        return None if text is None else RobotsRules.read(200, text.encode(), AGENT)

    async def learn(self, url):
        self.learned.append(url)
        if self.trouble:
            raise self.trouble
        self.known["/".join(url.split("/")[:3])] = ""


class Tagger:
    rules = Rules(topics="t", gazetteer="g")

    def tag(self, article, entry, feed) -> Story:
        topics = (TopicTag(id="harbours", name="Harbours", score=0.9, primary=True),) if "quay" in article.body else ()
        nlp = Nlp(library="none", version="0", model=None, model_version=None)
        return Story(topics=topics, topic_scores={topic.id: topic.score for topic in topics}, nlp=nlp)


class Doing:
    """A store for the gathering side; `trouble` is raised instead of the next call of a script."""

    def __init__(self, store: SyncStore) -> None:
        self._store = store
        self.trouble: dict[str, Exception] = {}

    def _troubled(self, call) -> None:
        if call.script in self.trouble:
            raise self.trouble.pop(call.script)

    async def do(self, call):
        self._troubled(call)
        return self._store.do(call)


class DoingAtOnce(Doing):
    def do(self, call):
        self._troubled(call)
        return self._store.do(call)


class World:
    def __init__(self, url: str) -> None:
        self.now = START
        self.store = SyncStore(url, "test")
        self.store.redis.flushall()
        self.ledger = Ledger(Politeness(0, 100))
        self.ledger.now = self.now
        self.web, self.robots, self.reader = Web(self), Robots(), Reader()
        self.network, self.documents = NetworkWatch(), KeptDocuments()
        self.gathering_store, self.reading_store = Doing(self.store), DoingAtOnce(self.store)
        self.woken: list[str] = []
        self.events: list[tuple[str, str, dict[str, Any]]] = []
        self.respect_robots = True

    def close(self) -> None:
        self.store.redis.close()

    # what there is

    def feed(self, id_: str = "paper", **more: Any) -> Feed:
        feed = Feed.model_validate({"id": id_, "url": f"http://{id_}.test/feed", "every": 900, **more})
        self.store.do(self.ledger.sync_feeds(id_, [(feed.id, feed.model_dump_json(), f"{id_}.test", feed.url)]))
        return feed

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.ledger.now = self.now

    # what is done

    @property
    def gathering(self) -> Gathering:
        return Gathering(
            ledger=self.ledger,
            store=self.gathering_store,
            web=self.web,
            reader=self.reader,
            robots=self.robots,
            network=self.network,
            documents=self.documents,
            limits=LIMITS,
            user_agent=AGENT,
            respect_robots=self.respect_robots,
            now=lambda: self.now,
            unchanged=self._unchanged,
            wake=self.woken.append,
            saw=self._saw,
        )

    @property
    def reading(self) -> Reading:
        return Reading(
            ledger=self.ledger,
            store=self.reading_store,
            tagger=Tagger(),
            limits=LIMITS,
            worker=lambda attempt: Worker(name="test", version="0", task_id="0", attempt=attempt),
            now=lambda: self.now,
            saw=self._saw,
        )

    def _unchanged(self, claim, polled) -> None:
        self.store.do(self.ledger.claim_polls(0, quiet=[(claim, polled)]))

    def _saw(self, event: str, feed: str, **fields: Any) -> None:
        self.events.append((event, feed, fields))

    def poll(self) -> None:
        for claim in self.store.do(self.ledger.claim_polls(10)).claims:
            asyncio.run(poll_feed(self.gathering, claim))

    def fetch(self) -> None:
        for claim in self.store.do(self.ledger.claim("fetch", 50, by="w")).claims:
            asyncio.run(fetch_page(self.gathering, claim))

    def read(self) -> None:
        for claim in self.store.do(self.ledger.claim("enrich", 50, by="w")).claims:
            read_article(self.reading, claim)

    def round(self) -> None:
        """Everything that is due, from feed to stream."""
        self.poll()
        self.fetch()
        self.read()

    # what came of it

    def records(self) -> list[dict[str, Any]]:
        return [json.loads(fields[b"data"]) for _, fields in self.store.redis.xrange("test:articles")]

    def dead(self) -> list[dict[str, str]]:
        letters = self.store.redis.xrange("test:dead")
        return [{k.decode(): v.decode("utf-8", "replace") for k, v in fields.items()} for _, fields in letters]

    def account(self):
        account = self.store.do(self.ledger.account())
        assert account.balance() == 0
        return account

    def of_feed(self, field: str, feed: str = "paper") -> str:
        return (self.store.redis.hget(f"test:feed:{feed}", field) or b"").decode()

    def seconds_until_due(self, feed: str = "paper") -> float:
        return self.store.redis.zscore("test:pending:poll", feed) / 1000 - self.now.timestamp()
