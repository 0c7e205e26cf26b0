"""Claim, work, claim again, until nothing is due: beside one another on a loop, or one after the other in a process."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

import structlog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Sequence

T = TypeVar("T")
log = structlog.get_logger("wirebeat")

#: A drain with nothing to do waits this long for more: cheaper than a message for each of a steady trickle.
LINGER_SECONDS = 0.4
#: Between two looks at the ledger while there is nothing due.
PAUSE_SECONDS = 0.05
#: A drain waits for what is due within this time; what is due later is for a later tick.
PATIENCE_SECONDS = 15.0
#: With no slot free it still asks, for nothing, as a sign that it is not deaf.
SIGN_SECONDS = 5.0
#: Between two tries to give leases back to a store that is away.
GIVE_BACK_SECONDS = 2.0
#: The longest that it sleeps at once without being told of work.
NAP_SECONDS = 4.0


class Batch(NamedTuple, Generic[T]):
    claims: Sequence[T]
    next_due_seconds: float | None


class Abreast(Generic[T]):
    """Up to `slots` pieces of work at once on one loop. Ends when nothing is under way and nothing is due soon."""

    def __init__(
        self,
        claim: Callable[[int], Awaitable[Batch[T]]],
        work: Callable[[T], Coroutine[Any, Any, None]],
        *,
        slots: int,
        stopping: Callable[[], bool],
        pace_seconds: float = 0.0,
        hurried_seconds: float | None = None,
        linger_seconds: float = LINGER_SECONDS,
        sign_seconds: float = SIGN_SECONDS,
    ) -> None:
        """`pace_seconds`: from one claim to the next at least, so that many short pieces of work share one;
        `hurried_seconds`: after one that filled all slots, for there may be more."""
        self._claim, self._work, self._slots, self._stopping = claim, work, slots, stopping
        self._pace_seconds, self._linger_seconds = pace_seconds, linger_seconds
        self._hurried_seconds = pace_seconds if hurried_seconds is None else hurried_seconds
        self._sign_seconds = sign_seconds
        self._under_way: set[asyncio.Task[None]] = set()
        self._stirred = asyncio.Event()

    def poke(self) -> None:
        """From the loop: there may be work, or reason to stop, before the one that is waited for."""
        self._stirred.set()

    async def run(self) -> None:
        """Raises what claiming raises, after what is under way has ended: it would be nobody's otherwise."""
        try:
            await self._until_idle()
        except Exception:
            await asyncio.gather(*self._under_way, return_exceptions=True)
            raise

    async def _until_idle(self) -> None:
        idle_since = asked_at = time.monotonic()
        while not self._stopping():
            batch: Batch[T] = Batch((), None)
            free = self._slots - len(self._under_way)
            if free or time.monotonic() - asked_at > self._sign_seconds:
                asked_at = time.monotonic()
                batch = await self._claim(free)
                for claim in batch.claims:
                    task = asyncio.create_task(self._work(claim))
                    self._under_way.add(task)
                    task.add_done_callback(self._ended)
            if batch.claims:
                idle_since = time.monotonic()
            due = batch.next_due_seconds
            soon = due is not None and due <= PATIENCE_SECONDS
            if not self._under_way and not soon and time.monotonic() - idle_since > self._linger_seconds:
                return
            pace = self._hurried_seconds if len(batch.claims) >= free else self._pace_seconds
            await self._rest(max(min(due, NAP_SECONDS), 0.005) if soon and due is not None else PAUSE_SECONDS, pace)
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _rest(self, seconds: float, pace_seconds: float) -> None:
        """As long, unless a piece of work ends or something is to be seen to before."""
        if pace_seconds:
            await asyncio.sleep(pace_seconds)
        with suppress(TimeoutError):
            async with asyncio.timeout(max(seconds - pace_seconds, 0.0)):
                await self._stirred.wait()
        self._stirred.clear()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._stirred.set()
        if not task.cancelled() and (fault := task.exception()):
            log.error("drain-fault", exc_info=fault)


def one_by_one(
    claim: Callable[[], Batch[T]],
    work: Callable[[T, T | None], None],
    give_back: Callable[[Sequence[T]], None],
    *,
    seconds: float,
    stopping: Callable[[], bool],
) -> bool:
    """`work` gets a claim and the one that follows it in its batch. On the way out, what was not begun goes back.
    True: time was up, and there may be more to do."""
    deadline = time.monotonic() + seconds
    idle_since = time.monotonic()
    while not stopping() and time.monotonic() < deadline:
        batch = claim()
        for number, one in enumerate(batch.claims):
            if stopping():
                give_back(batch.claims[number:])
                return False
            following = batch.claims[number + 1] if number + 1 < len(batch.claims) else None
            try:
                work(one, following)
            except BaseException:
                give_back(batch.claims[number:])
                raise
        if batch.claims:
            idle_since = time.monotonic()
        elif time.monotonic() - idle_since > LINGER_SECONDS:
            return False
        else:
            time.sleep(PAUSE_SECONDS)
    return not stopping()
