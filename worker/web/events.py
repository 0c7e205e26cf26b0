"""The stream as server-sent events. `id` is the stream's entry id, so that a browser resumes where it was cut off."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from redis.exceptions import RedisError
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.exceptions import HTTPException

from worker.web.answers import bodies, view_of
from worker.web.index import NOTHING
from worker.web.query import BadQuery
from worker.web.rows import EntryId, Row, entry_id_of, row_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from worker.web.gateway import Gateway
    from worker.web.query import Query

PING_SECONDS = 15
RETRY_MS = 2000
BATCH = 100
STORE_AWAY_SECONDS = 1.0
MAX_STREAMS = 500
LAST_NUMBER = 2**64 - 1


async def stream(gateway: Gateway, query: Query, request: Request) -> Response:
    if gateway.streams_open >= MAX_STREAMS:
        raise HTTPException(503, f"{MAX_STREAMS} readers are connected; more are not taken", {"Retry-After": "10"})
    start = _start(query, request.headers.get("last-event-id", ""))
    # nginx would hold events back
    return EventSourceResponse(
        _events(gateway, query, start),
        ping=PING_SECONDS,
        # a comment would do for proxies; a page sees only events, and has to know that it is still connected
        ping_message_factory=lambda: ServerSentEvent(event="ping", data="{}"),
        headers={"X-Accel-Buffering": "no", "Cache-Control": "no-store"},
    )


def _start(query: Query, last_event_id: str) -> EntryId | None:
    """None: only what is new."""
    if last_event_id:
        try:
            return entry_id_of(last_event_id)
        except ValueError:
            raise BadQuery("Last-Event-ID: an entry id is expected") from None
    if "after" in query.values:
        after: EntryId = query.values["after"]
        return after
    if query.filters.since_ms is not None:
        return query.filters.since_ms - 1, LAST_NUMBER
    return None


async def _events(gateway: Gateway, query: Query, start: EntryId | None) -> AsyncIterator[ServerSentEvent]:
    gateway.streams_open += 1
    follower = gateway.follower
    view, fits = view_of(query), query.filters.fit()
    try:
        yield ServerSentEvent(event="hello", data=json.dumps({"version": gateway.version}), retry=RETRY_MS)
        while not follower.loaded and not follower.closing:
            await follower.news(PING_SECONDS)
        cursor = gateway.index.last if start is None else start
        if gap := await _gap(gateway, cursor):
            yield ServerSentEvent(event="gap", data=json.dumps(gap))
        while not follower.closing:
            try:
                rows, end = await _after(gateway, cursor)
                wanted = [row for row in rows if fits(row)]
                bodies_ = await _data(gateway, wanted, view)
            except (RedisError, OSError):
                await follower.news(STORE_AWAY_SECONDS)
                continue
            for row, data in zip(wanted, bodies_, strict=True):
                if data is not None:
                    yield ServerSentEvent(event="article", id=row.entry_id, data=data.decode())
            if end == cursor:
                await follower.news(PING_SECONDS)
            cursor = end
            await asyncio.sleep(0)
    finally:
        gateway.streams_open -= 1


async def _data(gateway: Gateway, rows: list[Row], view: str) -> Sequence[bytes | None]:
    if view == "full":
        return await gateway.follower.records([row.entry for row in rows])
    return await bodies(gateway, rows, view)


async def _gap(gateway: Gateway, cursor: EntryId) -> dict[str, str] | None:
    """What to say to a reader that was away for so long that the stream no longer reaches back to where it was."""
    if cursor == NOTHING or cursor >= gateway.index.first:
        return None
    try:
        first = await gateway.follower.first_after_trim()
    except (RedisError, OSError):
        return None
    if first is None or cursor >= first:
        return None
    return {"after": f"{cursor[0]}-{cursor[1]}", "first": f"{first[0]}-{first[1]}"}


async def _after(gateway: Gateway, cursor: EntryId) -> tuple[Sequence[Row], EntryId]:
    """The next rows and where they end: from the store where the index does not reach back that far."""
    index = gateway.index
    if len(index) > 0 and cursor < index.first:
        older = await gateway.follower.older(cursor, index.first, BATCH)
        if older:
            rows = [row for raw_id, fields in older if (row := row_of(raw_id, fields, index.names))]
            return rows, entry_id_of(older[-1][0].decode())
    kept = index.after(cursor, BATCH)
    return kept, kept[-1].entry if kept else cursor
