"""When is a feed asked again? Its own rhythm, bounded; after failures ever later, but never never."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from tasks.reasons import REASONS, Failed, backoff_seconds

if TYPE_CHECKING:
    from config.feeds import Feed

#: A feed that always fails is still asked once a day: origins come back, and nobody has to remember it.
LONGEST_SECONDS = 86_400.0
#: An unchanged feed is asked for without validators and read in full this often: what it says is remembered for two
#: days at the least (docs/decisions/0012-two-memories.md), and some servers say 304 whatever has changed.
READ_WHOLE_EVERY = timedelta(hours=36)
#: So long, what stands in a document as it stood in the one before is not told to the ledger again.
READ_KNOWN_EVERY = timedelta(days=1)
#: A publisher's ttl is heeded up to here: some say a week and publish every minute.
LONGEST_TTL_SECONDS = 3600
JITTER_SHARE = 0.1


def _jitter(feed_id: str, now: datetime) -> float:
    """-1 to 1, the same for the same feed and moment, so that feeds added together drift apart."""
    digest = sha256(f"{feed_id} {now.timestamp():.0f}".encode()).digest()
    return int.from_bytes(digest[:4]) / 0x7FFFFFFF - 1


def after_success(feed: Feed, now: datetime, *, ttl_seconds: int | None = None) -> datetime:
    """The feed's own interval, with a little jitter, and not before its ttl where it states a sensible one."""
    every = max(feed.every_seconds, min(ttl_seconds or 0, LONGEST_TTL_SECONDS))
    return now + timedelta(seconds=every * (1 + JITTER_SHARE * _jitter(feed.id, now)))


def after_failure(
    feed: Feed, now: datetime, failed: Failed, errors_before: int, backoff_cap_seconds: float
) -> datetime:
    """First soon, as for a page; then the feed's interval, doubling to a day."""
    soon = backoff_seconds(failed.reason, errors_before + 1, failed.retry_after_seconds)
    if soon is not None:
        return now + timedelta(seconds=min(soon, max(backoff_cap_seconds, failed.retry_after_seconds or 0)))
    doublings = min(errors_before + 1 - REASONS[failed.reason].attempts, 12)
    wait = min(max(feed.every_seconds, 60.0) * 2.0**doublings, LONGEST_SECONDS)
    return now + timedelta(seconds=max(wait, min(failed.retry_after_seconds or 0, LONGEST_SECONDS)))


def may_skip_known(read_whole_at: datetime, now: datetime) -> bool:
    return now - read_whole_at < READ_KNOWN_EVERY


def must_read_whole(read_whole_at: datetime, now: datetime) -> bool:
    return now - read_whole_at > READ_WHOLE_EVERY
