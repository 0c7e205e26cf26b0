"""What every endpoint works with."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from redis.exceptions import RedisError

from worker.clock import now
from worker.web.health import State, Trouble, read_state, troubles
from worker.web.rhythm import rhythms

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from redis.asyncio import Redis
    from starlette.requests import Request
    from starlette.responses import Response

    from config.settings import Settings
    from worker.web.follow import Follower
    from worker.web.index import Index
    from worker.web.query import Parameter, Query
    from worker.web.rows import EntryId

#: many viewers, one look at the store
STATE_KEPT_SECONDS = 1.0


#: path, query and the form that was asked for → when it was answered, at which entry of the stream, and what
Answers = dict[tuple[str, str], tuple[float, "EntryId", "Response"]]


class Snapshot(NamedTuple):
    state: State
    troubles: list[Trouble]
    at: datetime


@dataclass
class Gateway:
    settings: Settings
    redis: Redis
    follower: Follower
    version: str
    streams_open: int = 0
    #: set while the application runs
    loop: asyncio.AbstractEventLoop | None = None
    answers: Answers = field(default_factory=dict)
    _snapshot: Snapshot | None = None
    _unreachable_since: datetime | None = None
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def index(self) -> Index:
        return self.follower.index

    @property
    def prefix(self) -> str:
        return self.settings.prefix

    def close(self) -> None:
        """Ends all streams, so that a stop need not wait for them. May be called from any thread or signal handler."""
        if self.loop is not None and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.follower.close)

    def now(self) -> datetime:
        return now()

    async def snapshot(self) -> Snapshot:
        """At most a second old. Where the store cannot be reached, that is the one trouble."""
        async with self._looking:
            moment = self.now()
            if self._snapshot and (moment - self._snapshot.at).total_seconds() < STATE_KEPT_SECONDS:
                return self._snapshot
            try:
                state = await read_state(self.redis, self.prefix, moment)
            except (RedisError, OSError) as problem:
                self._unreachable_since = self._unreachable_since or moment
                words = f"the store cannot be reached: {type(problem).__name__}"
                self._snapshot = Snapshot(State(), [Trouble("red", "store", words, self._unreachable_since)], moment)
                return self._snapshot
            self._unreachable_since = None
            known = rhythms(self.index.in_order())
            state = state._replace(feeds=tuple(feed._replace(rhythm=known.get(feed.id)) for feed in state.feeds))
            found = troubles(state, moment)
            if not self.follower.loaded:
                found.insert(0, Trouble("red", "web", "the gateway is still reading the stream", None))
            self._snapshot = Snapshot(state, found, moment)
            return self._snapshot


class Endpoint(NamedTuple):
    path: str
    answer: Callable[[Gateway, Query, Request], Awaitable[Response]]
    summary: str
    parameters: Mapping[str, Parameter]
    #: media types of the answer, the default first
    produces: tuple[str, ...] = ("application/json",)
    #: how long an answer may be given again to the same question: every open page asks the same ones
    kept_seconds: float = 0.0
    #: not when something came meanwhile
    kept_until_news: bool = False
