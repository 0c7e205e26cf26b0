"""Carries a script call to the server, and rides out its restarts: every script may be sent twice."""

from __future__ import annotations

import hashlib
import os
from functools import cache
from importlib import resources
from typing import Any, NamedTuple, TypeVar

import redis
import redis.asyncio
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import BusyLoadingError, ConnectionError, NoScriptError, ReadOnlyError, TimeoutError  # noqa: A004
from redis.retry import Retry

from tasks.ports import Call

T = TypeVar("T")
Argument = str | bytes | int | float

#: About 20 s in all: a server that restarts or loads its data is waited for, so no entry pays for it.
RETRIES = 45
RETRY_ON = [ConnectionError, TimeoutError, BusyLoadingError, ReadOnlyError]
StoreUnavailable = (ConnectionError, TimeoutError, BusyLoadingError, ReadOnlyError)


class Script(NamedTuple):
    text: str
    sha: str


@cache
def script(name: str) -> Script:
    folder = resources.files("worker.ledger") / "scripts"
    text = (folder / "prelude.lua").read_text() + (folder / f"{name}.lua").read_text()
    return Script(text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


class FailPoint:
    """For tests: ends this process at the n-th call of a script, before or after it: `publish:after:3`."""

    def __init__(self, text: str | None) -> None:
        self.script, self.when, count = (text or "::0").split(":")
        self.left = int(count)

    def passed(self, script_name: str, when: str) -> None:
        if script_name == self.script and when == self.when:
            self.left -= 1
            if self.left == 0:
                os._exit(9)


def connection_options(*, socket_timeout_seconds: float = 5.0) -> dict[str, Any]:
    """For redis-py: bounded waits, and retries that outlast a restart of the server."""
    return {
        "socket_timeout": socket_timeout_seconds,
        "socket_connect_timeout": 2.0,
        "health_check_interval": 5,
        "retry_on_error": RETRY_ON,
    }


class _Store:
    def __init__(self, prefix: str, fail_point: str | None) -> None:
        self.prefix = prefix
        self._fail_point = FailPoint(fail_point)

    def _evalsha(self, call: Call[Any]) -> list[Argument]:
        return ["EVALSHA", script(call.script).sha, *self._rest(call)]

    def _eval(self, call: Call[Any]) -> list[Argument]:
        return ["EVAL", script(call.script).text, *self._rest(call)]

    def _rest(self, call: Call[Any]) -> list[Argument]:
        return [1, f"{self.prefix}:account", self.prefix, *call.arguments]


class SyncStore(_Store):
    def __init__(self, url: str, prefix: str = "news", *, fail_point: str | None = None) -> None:
        super().__init__(prefix, fail_point)
        #: answers bytes; redis-py's own types unite its two clients and both kinds of answer
        self.redis: Any = redis.Redis.from_url(
            url, **connection_options(), retry=Retry(ExponentialWithJitterBackoff(cap=0.5, base=0.05), RETRIES)
        )

    def do(self, call: Call[T]) -> T:
        self._fail_point.passed(call.script, "before")
        try:
            reply = self.redis.execute_command(*self._evalsha(call))
        except NoScriptError:
            reply = self.redis.execute_command(*self._eval(call))
        self._fail_point.passed(call.script, "after")
        return call.read(reply)


class AsyncStore(_Store):
    def __init__(self, url: str, prefix: str = "news", *, fail_point: str | None = None) -> None:
        super().__init__(prefix, fail_point)
        self.redis: Any = redis.asyncio.Redis.from_url(
            url,
            **connection_options(),
            retry=redis.asyncio.retry.Retry(ExponentialWithJitterBackoff(cap=0.5, base=0.05), RETRIES),
        )

    async def do(self, call: Call[T]) -> T:
        self._fail_point.passed(call.script, "before")
        try:
            reply = await self.redis.execute_command(*self._evalsha(call))
        except NoScriptError:
            reply = await self.redis.execute_command(*self._eval(call))
        self._fail_point.passed(call.script, "after")
        return call.read(reply)
