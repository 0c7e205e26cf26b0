"""A feed's turn: from the question to what its answer brings. Each rung of the ladder costs a tenth of the next: not
modified, the same bytes, the same items, new items among known ones, a whole document."""

from __future__ import annotations

import hashlib
from datetime import datetime

from config.feeds import Feed
from tasks.decode import decoded
from tasks.documents import KeptDocuments, ReadDocument
from tasks.identity import alias, article_id, fingerprint, host_of, shared_dates
from tasks.ports import Gathering, PollClaim, Polled, Sighting, Validators
from tasks.records import Entry, Page
from tasks.schedule import after_success, may_skip_known, must_read_whole


async def polled_feed(ports: Gathering, claim: PollClaim, feed: Feed, began: datetime) -> Polled:
    """Raises Failed."""
    url = place_of(feed, claim)
    is_back = claim.moved_to not in (None, url)
    asked_with = Validators() if is_back or must_read_whole(claim.read_whole_at, began) else claim.validators
    answer = ports.web.fetch(url, kind="feed", validators=asked_with, timeout_seconds=feed.timeout_seconds)
    page = await ports.network.hear(url, answer, ports.now)
    now, moved_to = ports.now(), page.moved_to or (url if is_back else None)
    if page.status == 304:
        return Polled(claim.validators, after_success(feed, now), "not modified", moved_to=moved_to)
    body = decoded(page.body, page.content_encoding, ports.limits.max_feed_bytes)
    body_hash = hashlib.sha256(body).hexdigest()[:32]
    validators = Validators(page.etag, page.last_modified, body_hash)
    if body_hash == asked_with.body_hash:
        return Polled(validators, after_success(feed, now), "same document", moved_to=moved_to)
    before = ports.documents.of(feed.id, asked_with.body_hash) if may_skip_known(claim.read_whole_at, now) else ""
    document = await _read(ports, feed, page, body, now, before)
    ports.documents.keep(feed.id, body_hash, document.remembered)
    return Polled(
        validators,
        after_success(feed, now, ttl_seconds=document.ttl_seconds),
        "same entries" if document.unchanged and not document.entries else "working",
        sightings=sightings(feed, document, ports.documents),
        whole=not document.unchanged,
        moved_to=moved_to,
    )


def place_of(feed: Feed, claim: PollClaim) -> str:
    """Where it moved to; while that fails, every other time where the list says: it may lead elsewhere by now."""
    return claim.moved_to if claim.moved_to and claim.errors_in_a_row % 2 == 0 else feed.url


async def _read(ports: Gathering, feed: Feed, page: Page, body: bytes, now: datetime, before: str) -> ReadDocument:
    return await ports.reader.read_feed(
        body,
        feed=feed.id,
        url=page.final_url,
        content_type=page.content_type,
        now=now,
        max_entries=ports.limits.max_entries_per_poll,
        before=before,
    )


def sightings(feed: Feed, document: ReadDocument, documents: KeptDocuments) -> tuple[Sighting, ...]:
    """Of entries that are the same article, the first one in the document."""
    found: dict[str, Entry] = {}
    for entry in document.entries:
        found.setdefault(article_id(entry), entry)
    shared = {} if document.unchanged else shared_dates(list(found.values()))
    clocks = documents.clocks(feed.id, {name: dict(zip(found, dates, strict=True)) for name, dates in shared.items()})
    # each poll would show each of them as changed
    undated = dict.fromkeys((*clocks, "ahead") if clocks else ())
    return tuple(_sighting(feed, id_, entry, undated) for id_, entry in found.items())


def sighting(feed: Feed, entry: Entry) -> Sighting:
    return _sighting(feed, article_id(entry), entry, {})


def _sighting(feed: Feed, id_: str, entry: Entry, undated: dict[str, None]) -> Sighting:
    """`undated`: the fields by which it is not compared."""
    site = host_of(entry)
    host_to_ask = site if feed.fulltext else ""
    compared = entry.model_copy(update=undated) if undated else entry
    return Sighting(id_, alias(entry), fingerprint(compared), host_to_ask, entry.model_dump_json(), site)
