"""Every half minute: the feed list as it is now, streams trimmed to their bounds, dead heartbeats forgotten."""

from __future__ import annotations

import json
import math
from contextlib import suppress
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import structlog

from config.topics import read_topics
from config.trouble import ConfigError
from tasks.record import SCHEMA
from worker.clock import now
from worker.feedlist import read_feed_list, sync_call
from worker.ledger import milliseconds
from worker.presence import tell_presence

if TYPE_CHECKING:
    from config.feeds import FeedList
    from config.settings import Settings
    from worker.http import Client
    from worker.ledger import AsyncStore, Ledger

log = structlog.get_logger("wirebeat")

DEAD_LETTERS_KEPT = 10_000
#: LONG and SHORT of ledger/scripts/memory.lua, COPIES of copies.lua
SEEN_GENERATION_DAYS = 30
SHOWN_GENERATION_DAYS = 2
COPIES_GENERATION_DAYS = 3
HEARTBEAT_KEPT = timedelta(minutes=10)
#: (milliseconds, number within them)
StreamId = tuple[int, int]


async def maintain(settings: Settings, ledger: Ledger, store: AsyncStore, client: Client) -> None:
    await describe(settings, store)
    await tell_presence(store.redis, store.prefix, now())
    await _reload_feeds(settings, ledger, store, client)
    await _trim(settings, store)
    await _forget_heartbeats(store)


async def describe(settings: Settings, store: AsyncStore) -> None:
    """`news:meta`, the first thing a reader may ask for: which schema, which streams, which topics."""
    told = {
        "schema": SCHEMA,
        "version": version("wirebeat"),
        "canary_interval": str(settings.canary_interval),
        "canary_limit": str(settings.canary_limit),
        "seen_generations": str(math.ceil(settings.seen_days / SEEN_GENERATION_DAYS) + 1),
        "copies_generations": str(math.ceil(settings.copies_days / COPIES_GENERATION_DAYS) + 1),
        "shown_generations": str(math.ceil(settings.seen_details_days / SHOWN_GENERATION_DAYS) + 1),
    }
    with suppress(ConfigError):  # those told before are still those in use; worker.topic_reload says what is wrong
        topics = _topic_ids(settings.topics)
        streams = [f"{store.prefix}:articles", *(f"{store.prefix}:topic:{topic}" for topic in topics)]
        told |= {"streams": ",".join(streams), "topics": ",".join(topics)}
    await store.redis.hset(f"{store.prefix}:meta", mapping=told)


class _Read(NamedTuple):
    ids: tuple[str, ...]
    files: tuple[Path, ...]
    stamps: tuple[int, ...]


#: What was read last; reading it again takes 70 ms of CPU, every half minute.
_read: dict[Path, _Read] = {}


def _topic_ids(path: Path) -> tuple[str, ...]:
    """Raises ConfigError."""
    known = _read.get(path)
    if known is None or _stamps(known.files) != known.stamps:
        rules = read_topics(path)
        known = _read[path] = _Read(tuple(topic.id for topic in rules.topics), rules.files, _stamps(rules.files))
    return known.ids


def _stamps(files: tuple[Path, ...]) -> tuple[int, ...]:
    return tuple(file.stat().st_mtime_ns if file.exists() else 0 for file in files)


#: prefix → the list that the store was found to have, and its digest: 10,000 feeds take 90 ms to compare
_synced: dict[str, tuple[FeedList, bytes]] = {}


async def _reload_feeds(settings: Settings, ledger: Ledger, store: AsyncStore, client: Client) -> None:
    """A list that became wrong changes nothing: the one that works stays."""
    try:
        feed_list = await read_feed_list(settings, client)
    except ConfigError as trouble:
        if await _tell_trouble(store, trouble.in_full):
            log.error("feed-list-refused", reason=str(trouble), mend=trouble.mend)  # noqa: TRY400  (no fault of ours)
        return
    await _tell_trouble(store, "")
    stored = await store.redis.hget(f"{store.prefix}:meta", "feeds_digest")
    known = _synced.get(store.prefix)
    if known is not None and known[0] is feed_list and known[1] == stored:
        return
    digest, call = sync_call(ledger, feed_list, shard=settings.shard, shards=settings.shards)
    if stored != digest.encode():
        added, removed = await store.do(call)
        log.info("feed-list-changed", new=added, gone=removed)
    _synced[store.prefix] = feed_list, digest.encode()


async def _tell_trouble(store: AsyncStore, told: str) -> bool:
    """In `news:meta`, for dashboards. Whether it was not told already."""
    key = f"{store.prefix}:meta"
    if (await store.redis.hget(key, "feeds_trouble") or b"") == told.encode():
        return False
    await store.redis.hset(key, "feeds_trouble", told)
    return True


async def _trim(settings: Settings, store: AsyncStore) -> None:
    """By age and length, never past what a registered group has still to read, unless twice the length is reached."""
    oldest = (milliseconds(now() - timedelta(days=settings.stream_max_age_days)), 0)
    names = [f"{store.prefix}:articles"]
    names += [key.decode() async for key in store.redis.scan_iter(f"{store.prefix}:topic:*")]
    for name in names:
        if not await store.redis.exists(name):
            continue
        unread = await _oldest_unread(store, name)
        await _trim_to_length(store, name, settings.stream_max_entries, unread)
        await store.redis.xtrim(name, minid=_id(oldest if unread is None else min(oldest, unread)), approximate=True)
    await store.redis.xtrim(f"{store.prefix}:dead", maxlen=DEAD_LETTERS_KEPT, approximate=True)


async def _trim_to_length(store: AsyncStore, name: str, most: int, unread: StreamId | None) -> None:
    length = await store.redis.xlen(name)
    if length <= most:
        return
    if unread is None:
        await store.redis.xtrim(name, maxlen=most, approximate=True)
        return
    # no more than are too many, and of these what every group is past
    length -= await store.redis.xtrim(name, minid=_id(unread), approximate=True, limit=length - most)
    if length > 2 * most:
        removed = await store.redis.xtrim(name, maxlen=2 * most, approximate=True)
        await _tell_losses(store, name, removed)


def _id(stream_id: StreamId) -> str:
    return f"{stream_id[0]}-{stream_id[1]}"


async def _oldest_unread(store: AsyncStore, name: str) -> StreamId | None:
    """The first entry that some group was not given or has not said to have handled; None: no group."""
    ids = []
    for group in await store.redis.xinfo_groups(name):
        in_hand = (await store.redis.xpending(name, group["name"]))["min"] if group["pending"] else None
        milliseconds_, _, number = (in_hand or group["last-delivered-id"]).partition(b"-")
        ids.append((int(milliseconds_), int(number)))
    return min(ids, default=None)


async def _tell_losses(store: AsyncStore, name: str, removed: int) -> None:
    """A stream at twice its length is cut whoever has still to read it, but not without a word."""
    info = await store.redis.xinfo_stream(name)
    for group in await store.redis.xinfo_groups(name):
        if (read := group["entries-read"]) is None:
            continue
        lost = min(info["entries-added"] - read - info["length"], removed)
        if lost > 0:
            log.error("trimmed-past-group", stream=name, group=group["name"].decode("utf-8", "replace"), lost=lost)


async def _forget_heartbeats(store: AsyncStore) -> None:
    key, oldest = f"{store.prefix}:heartbeat", milliseconds(now() - HEARTBEAT_KEPT)
    told = await store.redis.hgetall(key)
    if stale := [field for field, value in told.items() if json.loads(value)["at_ms"] < oldest]:
        await store.redis.hdel(key, *stale)
