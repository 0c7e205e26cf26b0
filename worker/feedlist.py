"""The feed list as configured, a file or a URL → the ledger, whenever it changes."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from config.feeds import Feed, FeedList, load_feeds
from config.sharding import is_of_shard
from config.trouble import ConfigError, read_text, text_of
from tasks.decode import decoded
from tasks.ports import Call, Validators
from tasks.reasons import Failed
from worker.canary import FEED_ID, canary_feed

if TYPE_CHECKING:
    from collections.abc import Collection

    from config.settings import Settings
    from worker.http import Client
    from worker.ledger import Ledger


MEND = "name another with --feeds or WIREBEAT_FEEDS, or start one with: wirebeat feeds add URL"


def is_url(place: str) -> bool:
    return place.startswith(("http://", "https://"))


async def read_feed_list(settings: Settings, client: Client, *, topics: Collection[str] | None = None) -> FeedList:
    """Raises ConfigError with the place and the mend."""
    if is_url(settings.feeds):
        text = await _fetched(settings, client)
    else:
        text = read_text(settings.feeds, what="the feed list", mend=MEND)
    canary = canary_feed(settings) if settings.canary_interval else None
    known = None if topics is None else frozenset(topics)
    return _feeds_of(text, settings.feeds, settings.poll_interval, known, canary)


@lru_cache(1)
def _feeds_of(
    text: str, file: str, poll_interval_seconds: float, topics: frozenset[str] | None, canary: Feed | None
) -> FeedList:
    """The list is looked at every half minute, on the loop that polls, and is nearly always the same."""
    feeds = load_feeds(text, file=file, poll_interval_seconds=poll_interval_seconds, topics=topics)
    if canary is None:
        return feeds
    return FeedList((*(feed for feed in feeds if feed.id != FEED_ID), canary), feeds.problems)


async def _fetched(settings: Settings, client: Client) -> str:
    try:
        page = await client.fetch(settings.feeds, kind="feed", validators=Validators())
        return text_of(decoded(page.body, page.content_encoding, settings.max_feed_bytes))
    except Failed as failed:
        raise ConfigError(
            f"the feed list cannot be fetched: {failed}",
            file=settings.feeds,
            mend="an address off the public internet must stand in WIREBEAT_ALLOW_ORIGINS"
            if failed.reason.startswith("blocked")
            else "check the address, or name a file with --feeds",
        ) from failed
    except UnicodeDecodeError as reason:
        raise ConfigError("the feed list is not UTF-8", file=settings.feeds) from reason


def sync_call(
    ledger: Ledger, feed_list: FeedList, *, shard: int = 0, shards: int = 1
) -> tuple[str, Call[tuple[int, int]]]:
    """(digest, the call): the digest tells whether there is anything to sync. Feeds of other shards are left out; each
    has a canary."""
    rows = [
        (feed.id, feed.model_dump_json(), urlsplit(feed.url).hostname or "", feed.url)
        for feed in feed_list
        if feed.enabled and (feed.id == FEED_ID or is_of_shard(feed.url, shard, shards))
    ]
    digest = hashlib.sha256(repr(rows).encode()).hexdigest()
    return digest, ledger.sync_feeds(digest, rows)
