"""What concerns hosts of other shards goes to them: docs/decisions/0011-shards-by-host.md. One shard keeps all."""

from __future__ import annotations

from urllib.parse import urlsplit

from config.feeds import Feed
from tasks.ports import AsyncStore, Claim, Gathering, PollClaim, Polled, Reading, Sighting
from tasks.records import Page


async def hand_over(ports: Gathering, claim: PollClaim, feed: Feed, polled: Polled) -> tuple[int, Polled]:
    """(new entries that other shards took, what is this one's). Before the validators are stored: until then the feed
    is read anew, and what is handed over twice is known there."""
    away: dict[AsyncStore | None, list[Sighting]] = {}
    home = urlsplit(feed.url).hostname
    for one in polled.sightings:
        away.setdefault(None if one.site == home else ports.elsewhere(one.site), []).append(one)
    ours, new = away.pop(None, []), 0
    for store, sightings in away.items():
        if store is not None:
            new += (await store.do(ports.ledger.receive(claim, sightings)))[0]
    return new, polled._replace(sightings=tuple(ours))


def published_elsewhere(ports: Reading, claim: Claim, page: Page, address: str | None, digest: bytes) -> str:
    """The same article, found by redirect on a host of another shard; "" where there is none."""
    if claim.version or address is None:
        return ""
    store = ports.elsewhere(urlsplit(page.final_url).hostname or "")
    return store.do(ports.ledger.lodge(address, claim.id, digest)) if store else ""
