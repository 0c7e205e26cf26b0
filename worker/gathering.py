"""Polls and fetches, many at once on one loop in a thread of its own."""

from __future__ import annotations

import asyncio
import os
import threading
import uuid
from contextlib import suppress
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import structlog
from redis.exceptions import RedisError

from tasks.documents import KeptDocuments
from tasks.network import NetworkWatch
from tasks.ports import Gathering
from worker.canary import canary_site
from worker.clock import now
from worker.drains import GIVE_BACK_SECONDS, Abreast, Batch
from worker.http import Client
from worker.ledger import AsyncStore, StoreUnavailable
from worker.maintenance import maintain
from worker.observe import saw, saw_crashed
from worker.opening import lease_name, limits, open_ledger
from worker.robots import SharedRobots
from worker.sandbox import Sandbox
from worker.shards import Shards
from worker.stage_times import StageTimes

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from config.settings import Settings
    from tasks.ports import Claim, PollClaim, PollClaims, Polled

T = TypeVar("T")
log = structlog.get_logger("wirebeat")

#: A claim for every poll that ends costs more than the poll: this long, they are gathered. Twice as long makes each of
#: 10,000 polls a minute a tenth cheaper, but many feeds of one host are then asked two a second at most.
POLL_PACE_SECONDS = 0.25
#: What would be due in the first half of the time to the next claim is asked with this one: not later than its time on
#: average, and by so much at most.
POLL_AHEAD_SECONDS = POLL_PACE_SECONDS / 2
#: While there are more than there is room for, the room is what is waited for.
POLL_HURRY_SECONDS = 0.02
#: As for polls; of 200 ms that a page takes this is a tenth.
FETCH_PACE_SECONDS = 0.02
#: Between two looks whether a redirect's host has a place.
PLACE_LOOK_SECONDS = 0.2
#: What a full store refused is tried again after this.
FULL_PAUSE = timedelta(seconds=5)
#: A feed that hit a fault of ours is left alone for so long.
FAULT_PAUSE = timedelta(minutes=10)


class Gatherer:
    """Opened as a whole at once: Celery's threads would otherwise each open it on first use."""

    def __init__(self, settings: Settings, wake: Callable[[str], None]) -> None:
        self.settings, self._wake = settings, wake
        self.ledger = open_ledger(settings)
        self.by = lease_name(os.getpid())
        self.stop = threading.Event()
        self.shards = Shards(settings, self._open_store)
        self._times = StageTimes()
        #: polls that brought no document, to be told with the next claim
        self._unchanged: list[tuple[PollClaim, Polled]] = []
        self._canary = canary_site(settings)
        self._drains: dict[str, Abreast[Any]] = {}
        self._locks = {"poll": threading.Lock(), "fetch": threading.Lock()}
        self.ports = self._open_ports()

    @cached_property
    def loop(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.new_event_loop()
        threading.Thread(target=loop.run_forever, name="loop", daemon=True).start()
        return loop

    def on_loop(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result()

    @cached_property
    def store(self) -> AsyncStore:
        return self._open_store(self.settings.prefix)

    def _open_store(self, prefix: str) -> AsyncStore:
        return AsyncStore(self.settings.redis_url or "", prefix, fail_point=self.settings.fail_point)

    @cached_property
    def client(self) -> Client:
        async def gate(host: str) -> None:
            store = self.shards.elsewhere(host) or self.store
            await asyncio.sleep(await store.do(self.ledger.hop(host)))

        async def opened() -> Client:
            settings = await self._canary.__aenter__()
            return await Client(settings, gate=gate, place=self._place).__aenter__()

        return self.on_loop(opened())

    async def _place(self, host: str) -> Callable[[], Awaitable[None]]:
        """One of the places that a host has for open requests, taken by a redirect. Returns what gives it back."""
        store, token = self.shards.elsewhere(host) or self.store, f"hop-{uuid.uuid4().hex[:16]}"
        while not await store.do(self.ledger.hop_open(host, token)):  # noqa: ASYNC110  (another process gives it back)
            await asyncio.sleep(PLACE_LOOK_SECONDS)

        async def leave() -> None:
            with suppress(*StoreUnavailable):  # its time runs out
                await store.do(self.ledger.hop_done(host, token))

        return leave

    def _open_ports(self) -> Gathering:
        return Gathering(
            ledger=self.ledger,
            store=self.store,
            web=self.client,
            reader=Sandbox(self.settings),
            robots=SharedRobots(self.store, self.client, self.settings.user_agent),
            network=NetworkWatch(),
            documents=KeptDocuments(),
            limits=limits(self.settings),
            user_agent=self.settings.user_agent,
            respect_robots=self.settings.respect_robots,
            now=now,
            unchanged=lambda claim, polled: self._unchanged.append((claim, polled)),
            wake=self._wake,
            saw=saw,
            elsewhere=self.shards.elsewhere,
        )

    def maintain(self) -> None:
        self.on_loop(maintain(self.settings, self.ledger, self.store, self.client))

    def polls(self, work: Callable[[Gathering, PollClaim], Awaitable[None]]) -> None:
        async def claim(count: int) -> Batch[PollClaim]:
            await self._tell_times()
            return Batch(*await self._claim_polls(count))

        async def one(claim: PollClaim) -> None:
            try:
                with self._times.of("poll"):
                    await work(self.ports, claim)
            except StoreUnavailable:
                raise  # its lease brings the feed back
            except Exception as fault:
                log.exception("poll-fault", feed=claim.feed_id)
                error = f"{type(fault).__name__}: {fault}"[:300]
                await self.store.do(
                    self.ledger.poll_failed(claim, next_due=now() + FAULT_PAUSE, status="error", error=error)
                )

        abreast = Abreast(
            claim,
            one,
            slots=self.settings.poll_concurrency,
            stopping=self.stop.is_set,
            pace_seconds=POLL_PACE_SECONDS,
            hurried_seconds=POLL_HURRY_SECONDS,
            linger_seconds=0.0,
        )
        self._drain("poll", abreast)

    async def _claim_polls(self, count: int) -> PollClaims:
        told, self._unchanged = self._unchanged, []
        try:
            call = self.ledger.claim_polls(count, by=self.by, ahead_seconds=POLL_AHEAD_SECONDS, quiet=told)
            return await self.store.do(call)
        except StoreUnavailable:
            self._unchanged = told + self._unchanged
            raise

    def fetches(self, work: Callable[[Gathering, Claim], Awaitable[None]]) -> None:
        async def claim(count: int) -> Batch[Claim]:
            await self._tell_times()
            claims = await self.store.do(self.ledger.claim("fetch", count, by=self.by))
            saw_crashed("fetch", claims.crashed)
            return Batch(claims.claims, claims.next_due_seconds)

        async def one(claim: Claim) -> None:
            try:
                with self._times.of("fetch"):
                    await work(self.ports, claim)
            except asyncio.CancelledError:
                await asyncio.shield(self.store.do(self.ledger.release("fetch", [claim])))
                raise
            except StoreUnavailable as reason:
                log.warning("store-unavailable", stage="fetch", reason=str(reason))
                await self._give_back_later(claim)
            except Exception as fault:
                log.exception("fetch-fault", feed=claim.entry.feed, id=claim.id)
                detail = f"{type(fault).__name__}: {fault}"[:300]
                await self.store.do(self.ledger.fail(claim, "fetch", "error", detail, retry_at=None))
                saw("dead", claim.entry.feed, id=claim.id, stage="fetch", reason="error", detail=detail)

        slots = self.settings.fetch_concurrency
        pace = FETCH_PACE_SECONDS
        self._drain("fetch", Abreast(claim, one, slots=slots, stopping=self.stop.is_set, pace_seconds=pace))

    async def _tell_times(self) -> None:
        if self._times.due:
            pipe = self.store.redis.pipeline(transaction=False)
            self._times.hand_to(pipe, self.store.prefix)
            with suppress(RedisError, OSError):  # counts may be lost; the claim that follows tells of the store
                await pipe.execute()

    async def _give_back_later(self, claim: Claim) -> None:
        """The store is away or full: when it is back, the entry is as if it had not been claimed."""
        while not self.stop.is_set():
            await asyncio.sleep(GIVE_BACK_SECONDS)
            try:
                await self.store.do(self.ledger.release("fetch", [claim], not_before=now() + FULL_PAUSE))
            except StoreUnavailable:
                continue
            return

    def _drain(self, stage: str, abreast: Abreast[Any]) -> None:
        """One drain a stage and process; a wake-up that finds one at work pokes it."""
        if not self._locks[stage].acquire(blocking=False):
            self._poke()
            return
        self._drains[stage] = abreast
        try:
            self.on_loop(abreast.run())
            if stage == "poll" and self._unchanged:
                self.on_loop(self._claim_polls(0))
        except StoreUnavailable as reason:
            log.warning("store-unavailable", stage=stage, reason=str(reason))
        finally:
            del self._drains[stage]
            self._locks[stage].release()

    def end(self) -> None:
        self.stop.set()
        self._poke()

    def _poke(self) -> None:
        for abreast in list(self._drains.values()):
            self.loop.call_soon_threadsafe(abreast.poke)
