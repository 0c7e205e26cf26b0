"""Consumer groups of the streams: how far behind each is, and whether it was trimmed past."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from redis.exceptions import ResponseError

from worker.web.rows import EntryId, entry_id_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from redis.asyncio import Redis

    from worker.web.index import Index


class Group(NamedTuple):
    stream: str
    group: str
    consumers: int
    pending: int
    #: entries that it can still read
    behind: int | None
    #: entries trimmed away that it will never read, as far as the server still knows; see `group_of`
    lost: int | None
    last_delivered: str


async def read_groups(redis: Redis, prefix: str, topics: Iterable[str], index: Index) -> list[Group]:
    """Groups of the main stream and of the topic streams. Raises what redis-py raises."""
    main = f"{prefix}:articles"
    streams = [main, *(f"{prefix}:topic:{topic}" for topic in topics)]
    pipe = redis.pipeline(transaction=False)
    for stream in streams:
        pipe.xinfo_stream(stream)
        pipe.xinfo_groups(stream)
    replies = await pipe.execute(raise_on_error=False)
    found = []
    for place, stream in enumerate(streams):
        info, groups = replies[2 * place : 2 * place + 2]
        if isinstance(info, ResponseError) or isinstance(groups, ResponseError):
            continue  # no such stream yet
        found += [group_of(stream, info, group, index if stream == main else None) for group in groups]
    return found


def group_of(stream: str, info: dict[str, Any], group: dict[str, Any], index: Index | None) -> Group:
    """The server's own `lag` is wrong after a trim: it goes on counting entries that are no longer there."""
    delivered = entry_id_of(_str(group["last-delivered-id"]))
    first = entry_id_of(_str(info["first-entry"][0])) if info["first-entry"] else None
    read, added, length = group["entries-read"], info["entries-added"], info["length"]
    if first is None or delivered < first:
        behind: int | None = length
        lost = max(0, added - length - read) if read is not None else None
    else:
        behind = _behind(delivered, index, added - read if read is not None else None)
        # Valkey mends its count when a group goes on after a gap; Redis 7 does not, and there the past shows
        lost = max(0, added - read) if read is not None and delivered == _last(info) else 0
    return Group(
        stream=stream,
        group=_str(group["name"]),
        consumers=group["consumers"],
        pending=group["pending"],
        behind=behind,
        lost=lost,
        last_delivered=_str(group["last-delivered-id"]),
    )


def _behind(delivered: EntryId, index: Index | None, counted: int | None) -> int | None:
    if index is not None and index.first <= delivered:
        return index.behind(delivered)
    return counted


def _last(info: dict[str, Any]) -> EntryId:
    return entry_id_of(_str(info["last-generated-id"]))


def _str(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
