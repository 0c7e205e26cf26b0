"""Claim, work, claim again, until nothing is due: beside one another on a loop, or one after the other in a process."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

import structlog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

T = TypeVar("T")
log = structlog.get_logger("wirebeat")

#: A drain with nothing to do waits this long for more: cheaper than a message for each of a steady trickle.
LINGER_SECONDS = 0.4
#: Between two looks at the ledger while there is nothing due.
PAUSE_SECONDS = 0.05
#: The longest that a wait is slept through inside a drain; what is due later is for a later tick.
PATIENCE_SECONDS = 1.5


class Batch(NamedTuple, Generic[T]):
    claims: Sequence[T]
    next_due_seconds: float | None


class Abreast(Generic[T]):
    """Up to `slots` pieces of work at once on one loop. Ends when nothing is under way and nothing is due soon."""

    def __init__(
        self,
        claim: Callable[[int], Awaitable[Batch[T]]],
        work: Callable[[T], Awaitable[None]],
        *,
        slots: int,
        stopping: Callable[[], bool],
    ) -> None:
        self._claim, self._work, self._slots, self._stopping = claim, work, slots, stopping
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Raises what claiming raises, after what is under way has ended: it would be nobody's otherwise."""
        try:
            await self._until_idle()
        except Exception:
            await asyncio.gather(*self._under_way, return_exceptions=True)
            raise

    async def _until_idle(self) -> None:
        idle_since = time.monotonic()
        while not self._stopping():
            batch: Batch[T] = Batch((), None)
            if free := self._slots - len(self._under_way):
                batch = await self._claim(free)
                self._under_way.update(asyncio.create_task(self._one(claim)) for claim in batch.claims)
            if batch.claims:
                idle_since = time.monotonic()
            due = batch.next_due_seconds
            soon = due is not None and due <= PATIENCE_SECONDS
            if not self._under_way and not soon and time.monotonic() - idle_since > LINGER_SECONDS:
                return
            await self._rest(max(min(due, PATIENCE_SECONDS), 0.005) if soon and due is not None else PAUSE_SECONDS)
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _rest(self, seconds: float) -> None:
        if self._under_way:
            done, self._under_way = await asyncio.wait(
                self._under_way, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                if not task.cancelled() and (fault := task.exception()):
                    log.error("drain-fault", exc_info=fault)
        else:
            await asyncio.sleep(seconds)

    async def _one(self, claim: T) -> None:
        await self._work(claim)


def one_by_one(
    claim: Callable[[], Batch[T]],
    work: Callable[[T, T | None], None],
    give_back: Callable[[Sequence[T]], None],
    *,
    seconds: float,
    stopping: Callable[[], bool],
) -> None:
    """`work` gets a claim and the one that follows it in its batch. On the way out, what was not begun goes back."""
    deadline = time.monotonic() + seconds
    idle_since = time.monotonic()
    while not stopping() and time.monotonic() < deadline:
        batch = claim()
        for number, one in enumerate(batch.claims):
            if stopping():
                give_back(batch.claims[number:])
                return
            following = batch.claims[number + 1] if number + 1 < len(batch.claims) else None
            try:
                work(one, following)
            except BaseException:
                give_back(batch.claims[number:])
                raise
        if batch.claims:
            idle_since = time.monotonic()
        elif time.monotonic() - idle_since > LINGER_SECONDS:
            return
        else:
            time.sleep(PAUSE_SECONDS)
