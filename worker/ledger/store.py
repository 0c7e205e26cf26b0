"""Carries a script call to the server, and rides out its restarts: every script may be sent twice."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, NamedTuple, TypeVar

import redis
import redis.asyncio
from redis import exceptions
from redis.backoff import ExponentialWithJitterBackoff
from redis.retry import Retry

from tasks.ports import Call
from worker.cluster import MOVING, pool_options, pool_url

T = TypeVar("T")
Argument = str | bytes | int | float

#: About 20 s in all: a server that restarts or loads its data is waited for, so no entry pays for it.
RETRIES = 45
#: Calls of a process under way at once, each on a connection of its own: redis-py refuses more than 100.
MAX_CALLS = 64
RETRY_ON: list[type[Exception]] = [
    exceptions.ConnectionError,
    exceptions.TimeoutError,
    exceptions.BusyLoadingError,
    exceptions.ReadOnlyError,
    *MOVING,
]


class StoreCannotWrite(exceptions.ResponseError):
    """MISCONF: its disk is full or broken. It refuses whole scripts, and takes them again as soon as it can write."""


#: The server cannot do it now; nothing was changed, nothing is lost, it is asked again later.
StoreUnavailable: tuple[type[Exception], ...] = (*RETRY_ON, exceptions.OutOfMemoryError, StoreCannotWrite)


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except exceptions.ResponseError as reason:  # redis-py has no class of its own for it
        if str(reason).startswith("MISCONF"):
            raise StoreCannotWrite(str(reason)) from None
        raise


class Script(NamedTuple):
    text: str
    sha: str


#: Names of calls whose file has another name: one text, with and without leave to run when memory is full.
_FILES = {"claim_fetch": "claim", "claim_enrich": "claim"}
#: What some scripts share beside the prelude; each file stands on those before it.
_PARTS: dict[str, tuple[str, ...]] = {
    "admit": ("memory", "sightings"),
    "claim": ("hosts", "places", "burial"),
    "claim_polls": ("hosts", "places"),
    "dead_retry": ("memory",),
    "duplicate": ("memory", "ends"),
    "fail": ("burial",),
    "hop": ("hosts",),
    "hop_open": ("hosts",),
    "lodge": ("memory", "twins"),
    "publish": ("memory", "twins", "ends", "copies", "publication"),
    "receive": ("memory", "sightings"),
    "retag": ("memory", "publication"),
    "settle": ("memory", "ends"),
}
#: These bring new work in. With `maxmemory` reached they are refused as a whole; the others finish what is there,
#: which frees memory.
_NEED_MEMORY = frozenset({"admit", "advance", "claim_fetch", "claim_polls", "receive", "retag"})


@cache
def script(name: str) -> Script:
    folder = resources.files("worker.ledger") / "scripts"
    flags = "" if name in _NEED_MEMORY else " flags=allow-oom"
    file = _FILES.get(name, name)
    parts = ("prelude", *_PARTS.get(file, ()), file)
    text = f"#!lua{flags}\n" + "".join(_text(folder, part) for part in parts)
    return Script(text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


def _text(folder: Traversable, part: str) -> str:
    """`burial`: what an entry's end takes, made only when one is buried: 4 of 17 µs of a claim that finds nothing."""
    if part == "burial":
        return f"local function bury(...)\n{_text(folder, 'memory')}{_text(folder, 'ends')}return bury(...)\nend\n"
    return (folder / f"{part}.lua").read_text()


class FailPoints:
    """For tests: ends this process at the n-th call of a script: `publish:after:3,admit:before:2`."""

    def __init__(self, text: str | None) -> None:
        points = [point.rsplit(":", 1) for point in (text or "").split(",") if point]
        self._left = {point: int(count) for point, count in points}

    def passed(self, script_name: str, when: str) -> None:
        point = f"{script_name}:{when}"
        if point in self._left:
            self._left[point] -= 1
            if self._left[point] == 0:
                os._exit(9)


def connection_options() -> dict[str, Any]:
    """For redis-py: bounded waits, and retries that outlast a restart of the server."""
    return {
        "socket_timeout": 5.0,
        "socket_connect_timeout": 2.0,
        "health_check_interval": 5,
        "retry_on_error": RETRY_ON,
    }


class _Store:
    def __init__(self, prefix: str, fail_point: str | None) -> None:
        self.prefix = prefix
        self._fail_point = FailPoints(fail_point)

    def _evalsha(self, call: Call[Any]) -> list[Argument]:
        return ["EVALSHA", script(call.script).sha, *self._rest(call)]

    def _eval(self, call: Call[Any]) -> list[Argument]:
        return ["EVAL", script(call.script).text, *self._rest(call)]

    def _rest(self, call: Call[Any]) -> list[Argument]:
        return [1, f"{self.prefix}:account", self.prefix, *call.arguments]


class SyncStore(_Store):
    def __init__(
        self, url: str, prefix: str = "news", *, fail_point: str | None = None, retries: int = RETRIES
    ) -> None:
        super().__init__(prefix, fail_point)
        #: answers bytes; redis-py's own types unite its two clients and both kinds of answer
        self.redis: Any = redis.Redis.from_url(
            pool_url(url),
            **connection_options(),
            **pool_options(url, prefix),
            retry=Retry(ExponentialWithJitterBackoff(cap=0.5, base=0.05), retries),
        )

    def do(self, call: Call[T]) -> T:
        self._fail_point.passed(call.script, "before")
        with _refusals():
            try:
                reply = self.redis.execute_command(*self._evalsha(call))
            except exceptions.NoScriptError:
                reply = self.redis.execute_command(*self._eval(call))
        self._fail_point.passed(call.script, "after")
        return call.read(reply)


class AsyncStore(_Store):
    def __init__(self, url: str, prefix: str = "news", *, fail_point: str | None = None) -> None:
        super().__init__(prefix, fail_point)
        self.redis: Any = redis.asyncio.Redis.from_url(
            pool_url(url),
            **connection_options(),
            **pool_options(url, prefix, asynchronous=True),
            retry=redis.asyncio.retry.Retry(ExponentialWithJitterBackoff(cap=0.5, base=0.05), RETRIES),
        )
        self._calls = asyncio.Semaphore(MAX_CALLS)

    async def do(self, call: Call[T]) -> T:
        self._fail_point.passed(call.script, "before")
        async with self._calls:
            with _refusals():
                try:
                    reply = await self.redis.execute_command(*self._evalsha(call))
                except exceptions.NoScriptError:
                    reply = await self.redis.execute_command(*self._eval(call))
        self._fail_point.passed(call.script, "after")
        return call.read(reply)
