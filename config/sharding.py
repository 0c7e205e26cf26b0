"""Which shard a host belongs to, and the hash tag that keeps a shard's keys in one slot of a cluster."""

from __future__ import annotations

import binascii
import hashlib
import re
from itertools import count
from urllib.parse import urlsplit

#: slots of a cluster, whatever the number of its nodes
SLOTS = 16_384

_TAGGED = re.compile(r"\{(.+?)(?:-\d+(?:\.\d+)?)?\}")


def shard_of(host: str, shards: int) -> int:
    """The same for a host with and without `www.`: both are one site to `tasks.identity`."""
    site = host.lower().removeprefix("www.")
    return int.from_bytes(hashlib.sha256(site.encode()).digest()[:8]) % shards


def is_of_shard(url: str, shard: int, shards: int) -> bool:
    """A feed is polled by the shard that has its host."""
    return shard_of(urlsplit(url).hostname or "", shards) == shard


def slot_of(key: str) -> int:
    """As a cluster counts: CRC-16 of what stands in the first pair of braces, else of the whole key."""
    _, _, behind = key.partition("{")
    tag, closed, _ = behind.partition("}")
    return binascii.crc_hqx((tag if closed and tag else key).encode(), 0) % SLOTS


def shard_prefix(prefix: str, shard: int, shards: int) -> str:
    """`news` → `{news-1}`: one slot for all keys of a shard, and the shards spread evenly over all slots.

    Nodes hold ranges of slots, and numbers alone do not spread: a tag that falls outside its shard's part of the slots
    gets a second number. `prefix` may be that of any shard."""
    if shards == 1:
        return prefix
    tagged = _TAGGED.fullmatch(prefix)
    name = tagged[1] if tagged else prefix
    part = SLOTS / shards
    for more in count():
        found = f"{{{name}-{shard}.{more}}}" if more else f"{{{name}-{shard}}}"
        if shard * part <= slot_of(found) < (shard + 1) * part:
            return found
    raise AssertionError  # there are tags for every slot
