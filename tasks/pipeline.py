"""The whole flow. Start reading here.

    beat ─ tick ─▶ poll_feed ─ Entry ─▶ fetch_page ─ Page ─▶ read_article ─ Record ─▶ streams
     wakes up       I/O                  I/O                  prefork
                    └─── ledger: one state per entry, one pending set per stage, leases, scripts ───┘

A Celery message carries nothing that may not be lost: it only wakes a drain up. What there is to do, a drain asks the
ledger; what came of it, it tells the ledger in one script. An entry ends as a record, as a duplicate, dropped, or dead
with a reason, and is counted there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar, Protocol
from urllib.parse import urlsplit

from celery import Task, shared_task

from config.feeds import Feed
from config.stored_feed import stored_feed
from tasks.decode import decoded
from tasks.handover import hand_over, published_elsewhere
from tasks.identity import article_id_of_url, canonical_url
from tasks.packing import pack_page
from tasks.polling import place_of, polled_feed
from tasks.ports import Claim, Gathering, PollClaim, Reading, Validators
from tasks.publish import assemble, content_hash, publish
from tasks.reasons import Failed, backoff_seconds
from tasks.records import Article, Entry, Page
from tasks.schedule import after_failure

#: A summary this long is an article of its own in feeds that have no field for the full text.
CONTENT_FROM_WORDS = 150
#: These say that the address itself must not stand in a record.
NEVER_FROM_FEED = frozenset({"blocked-url", "blocked-address", "no-url"})


# poll: a feed's document → entries


async def poll_feed(ports: Gathering, claim: PollClaim) -> None:
    feed, now = stored_feed(claim.config), ports.now()
    try:
        polled = await polled_feed(ports, claim, feed, now)
    except Failed as failed:
        await _poll_failed(ports, claim, failed, feed, now)
        return
    if not polled.whole and not polled.sightings and polled.moved_to is None:
        ports.unchanged(claim, polled)
        ports.saw("polled", feed.id, status=polled.status, new=0, changed=0)
        return
    elsewhere, here = await hand_over(ports, claim, feed, polled)
    admission = await ports.store.do(ports.ledger.admit(claim, here, elsewhere=elsewhere))
    if admission.new or admission.changed:
        ports.wake("fetch")
    new, changed = admission.new + elsewhere, admission.changed
    ports.saw("polled", feed.id, status=polled.status, new=new, changed=changed)


async def _poll_failed(ports: Gathering, claim: PollClaim, failed: Failed, feed: Feed, began: datetime) -> None:
    next_due = after_failure(feed, began, failed, claim.errors_in_a_row, ports.limits.backoff_cap_seconds)
    if ours := ports.network.excuses(failed):
        next_due = ports.network.retry_at(ports.now())
    call = ports.ledger.poll_failed(
        claim,
        next_due=next_due,
        status=failed.reason,
        error=str(failed),
        stop=failed.reason == "gone" and place_of(feed, claim) == feed.url,
        counted=not ours,
    )
    await ports.store.do(call)
    fields = {"reason": failed.reason, "detail": failed.detail, "next_due": next_due, "counted": not ours}
    ports.saw("poll-failed", claim.feed_id, **fields)


# fetch: an entry → its page


async def fetch_page(ports: Gathering, claim: Claim) -> None:
    feed, entry = stored_feed(claim.feed_config), claim.entry
    try:
        page = await _page_of(ports, feed, entry)
    except Failed as failed:
        await _page_failed(ports, claim, failed)
        return
    if page is None:
        await ports.store.do(ports.ledger.release("fetch", [claim]))
    elif waiting := await ports.store.do(ports.ledger.advance(claim, pack_page(page))):
        if waiting <= WAKE_UP_TO:
            ports.wake("enrich")
        ports.saw("fetched", entry.feed, id=claim.id, status=page.status, bytes=len(page.body))


async def _page_of(ports: Gathering, feed: Feed, entry: Entry) -> Page | None:
    """None: an origin's robots.txt was asked for first, and that was this entry's turn at the host."""
    url = canonical_url(entry.url or "")
    if not feed.fulltext:
        return Page(url=url, final_url=url, status=0, fetched_at=ports.now())
    heed = partial(_heed, ports) if ports.respect_robots and feed.respect_robots else None
    try:
        if heed is not None:
            await heed(url)
        answer = ports.web.fetch(url, kind="page", validators=Validators(), heed=heed)
        page = await ports.network.hear(url, answer, ports.now)
    except RobotsLearned:
        return None
    return page.model_copy(update={"robots": "allowed" if heed else "ignored-by-config"})


class RobotsLearned(Exception):
    """It took this entry's turn at the host; with the next one its page can be asked for."""


async def _heed(ports: Gathering, url: str) -> None:
    """`url`: of the page, and of each hop of a redirect."""
    rules = await ports.robots.rules(url)
    if rules is None:
        await ports.network.hear(url, ports.robots.learn(url), ports.now)
        raise RobotsLearned
    if not rules.allows(url, ports.user_agent):
        raise Failed("robots", f"robots.txt of {urlsplit(url).hostname} forbids {urlsplit(url).path}")


async def _page_failed(ports: Gathering, claim: Claim, failed: Failed) -> None:
    if ports.network.excuses(failed):
        not_before = ports.network.retry_at(ports.now())
        await ports.store.do(ports.ledger.release("fetch", [claim], not_before=not_before))
        ports.saw("put-off", claim.entry.feed, id=claim.id, stage="fetch", reason=failed.reason, detail=failed.detail)
        return
    wait = backoff_seconds(failed.reason, claim.attempt, failed.retry_after_seconds)
    if wait is None and failed.reason not in NEVER_FROM_FEED and has_own_content(claim.entry):
        url = canonical_url(claim.entry.url or "")
        page = Page(url=url, final_url=url, status=0, fetched_at=ports.now(), failed=failed.reason)
        await ports.store.do(ports.ledger.advance(claim, pack_page(page)))
        ports.wake("enrich")
        return
    retry_at = None
    if wait is not None:
        cap = max(ports.limits.backoff_cap_seconds, failed.retry_after_seconds or 0)
        retry_at = ports.now() + timedelta(seconds=min(wait, cap))
    end = await ports.store.do(ports.ledger.fail(claim, "fetch", failed.reason, failed.detail, retry_at=retry_at))
    ports.saw(end, claim.entry.feed, id=claim.id, stage="fetch", reason=failed.reason, detail=failed.detail)


def has_own_content(entry: Entry) -> bool:
    return bool(entry.content) or len(entry.summary.split()) >= CONTENT_FROM_WORDS


# enrich: a page → the record


def read_article(ports: Reading, claim: Claim, following: Claim | None = None) -> None:
    """`following`: what this process takes up next, so that only what is worked on is suspect when it dies."""
    try:
        end, fields = _read(ports, claim, following)
    except Failed as failed:
        end = ports.store.do(
            ports.ledger.fail(claim, "enrich", failed.reason, failed.detail, retry_at=None, following=following)
        )
        fields = {"reason": failed.reason, "detail": failed.detail, "stage": "enrich"}
    ports.saw(end, claim.entry.feed, id=claim.id, **fields)


def _read(ports: Reading, claim: Claim, following: Claim | None) -> tuple[str, dict[str, Any]]:
    now, entry, feed = ports.now(), claim.entry, stored_feed(claim.feed_config)
    if (page := claim.page) is None:
        raise Failed("error", "the page is missing from the store")
    article = _article(ports, page, entry, now)
    digest = content_hash(article.title, article.body)
    if claim.version and digest == claim.content_hash:
        held = ports.store.do(ports.ledger.settle(claim, "enrich", "unchanged", following=following))
        return ("dropped" if held else "stale"), {"reason": "unchanged"}
    story = ports.tagger.tag(article, entry, feed)
    record = assemble(claim, feed, page, article, story, ports.tagger.rules, ports.worker(claim.attempt), now)
    address = _other_address(claim.id, page)
    if twin := published_elsewhere(ports, claim, page, address, digest):
        held = ports.store.do(ports.ledger.duplicate(claim, digest, following=following))
        return ("duplicate" if held else "stale"), {"stream_id": twin}
    end, where = publish(ports, claim, record, address=address, following=following)
    if end == "published" and claim.version:
        end = "updated"
    return end, {"stream_id": where, "topics": [topic.id for topic in record.topics], "body": record.body_status}


def _article(ports: Reading, page: Page, entry: Entry, now: datetime) -> Article:
    """What the page says; what the feed says where there is no page, or none that can be read."""
    from tasks.extract import extract, from_feed  # noqa: PLC0415  (trafilatura is not for the roles that only wait)

    url, most = page.final_url, ports.limits.max_body_chars
    if page.status and not page.failed:
        try:
            html = decoded(page.body, page.content_encoding, ports.limits.max_page_bytes)
            return extract(html, url=url, now=now, entry=entry, content_type=page.content_type, max_body_chars=most)
        except Failed:
            if not has_own_content(entry):
                raise
    return from_feed(entry, url=url, now=now, max_body_chars=most)


def _other_address(id_: str, page: Page) -> str | None:
    try:
        address = article_id_of_url(page.final_url)
    except Failed:
        return None
    return address if address != id_ else None


# the tasks: a wake-up → a drain

#: A fetch wakes the readers of articles only while so few pages wait that some may be asleep.
WAKE_UP_TO = 8


class Drains(Protocol):
    """worker.wiring gives them: each runs until nothing is due any more, or its time is up."""

    def tick(self) -> None: ...
    def maintain(self) -> None: ...
    def polls(self, work: Callable[[Gathering, PollClaim], Awaitable[None]]) -> None: ...
    def fetches(self, work: Callable[[Gathering, Claim], Awaitable[None]]) -> None: ...
    def articles(self, work: Callable[[Reading, Claim, Claim | None], None]) -> None: ...


class Wired(Task):  # type: ignore[type-arg]
    abstract = True
    ignore_result = True
    drains: ClassVar[Drains]


@shared_task(base=Wired, bind=True, name="wirebeat.tick")
def tick(self: Wired) -> None:
    self.drains.tick()


@shared_task(base=Wired, bind=True, name="wirebeat.maintain")
def maintain(self: Wired) -> None:
    self.drains.maintain()


@shared_task(base=Wired, bind=True, name="wirebeat.drain_poll")
def drain_poll(self: Wired) -> None:
    self.drains.polls(poll_feed)


@shared_task(base=Wired, bind=True, name="wirebeat.drain_fetch")
def drain_fetch(self: Wired) -> None:
    self.drains.fetches(fetch_page)


@shared_task(base=Wired, bind=True, name="wirebeat.drain_enrich")
def drain_enrich(self: Wired) -> None:
    self.drains.articles(read_article)
