"""Settings → the real ports, opened once per process on first use; and the drains that Celery's tasks run."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import time
import uuid
from datetime import timedelta
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, TypeVar

import structlog

from tasks.ports import Gathering, Limits, Reading
from tasks.reasons import Failed
from tasks.records import Worker
from worker.app import WAKE_EXPIRES_SECONDS, key_prefix
from worker.clock import now
from worker.drains import Abreast, Batch, one_by_one
from worker.ledger import AsyncStore, Ledger, Politeness, StoreUnavailable, SyncStore
from worker.observe import saw
from worker.warden import Held, Patient, Slots, Warden

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Sequence

    from celery import Celery

    from config.settings import Settings
    from tasks.ports import Claim, PollClaim
    from tasks.tag import Tagger
    from worker.http import Client
    from worker.sandbox import Sandbox

T = TypeVar("T")
log = structlog.get_logger("wirebeat")

#: Articles claimed at once: few, since a crash re-does them, enough that the claim costs little for each.
CLAIM_ARTICLES = 4
DRAIN_SECONDS = 15.0
#: Wake-ups that may wait in a queue: more would only find nothing to do.
MAX_WAKES = 8
#: Above this part of the server's memory nothing new is begun; what is left is for what is under way and the broker.
FULL_SHARE = 0.9
FULL_SECONDS = 5
#: Between two tries to give leases back to a store that is away.
GIVE_BACK_SECONDS = 2.0
#: A feed that hit a fault of ours is left alone for so long.
FAULT_PAUSE = timedelta(minutes=10)
FULL_PAUSE = timedelta(seconds=5)


def open_ledger(settings: Settings) -> Ledger:
    politeness = Politeness(round(settings.host_interval * 1000), settings.host_concurrency)
    return Ledger(politeness, high_water=settings.high_water)


def open_store(settings: Settings) -> SyncStore:
    return SyncStore(settings.redis_url or "", settings.prefix, fail_point=settings.fail_point)


def limits(settings: Settings) -> Limits:
    return Limits(
        max_feed_bytes=settings.max_feed_bytes,
        max_page_bytes=settings.max_page_bytes,
        max_entries_per_poll=settings.max_entries_per_poll,
        backoff_cap_seconds=settings.backoff_cap,
    )


class Wiring:
    """tasks.pipeline.Drains. One per process; a forked process opens its own connections."""

    def __init__(
        self, settings: Settings, app: Celery, *, tagger: Tagger | None = None, slots: Slots | None = None
    ) -> None:
        self.settings, self.app, self.tagger, self.slots = settings, app, tagger, slots
        self.ledger = open_ledger(settings)
        self.by = ""
        self.stop = threading.Event()
        self._locks = {"poll": threading.Lock(), "fetch": threading.Lock()}
        self.last_drain_at = now()

    @cached_property
    def store(self) -> SyncStore:
        return open_store(self.settings)

    @cached_property
    def astore(self) -> AsyncStore:
        return AsyncStore(self.settings.redis_url or "", self.settings.prefix, fail_point=self.settings.fail_point)

    def stopping(self) -> bool:
        return self.stop.is_set() or (self.slots is not None and self.slots.stopping())

    # the clock

    def tick(self) -> None:
        self._tell_when_full()
        due = self.store.do(self.ledger.account()).due
        for stage, count in due.items():
            waiting = self.store.redis.llen(key_prefix(self.settings) + stage)
            for _ in range(min(count, MAX_WAKES) - int(waiting)):
                self.wake(stage)

    def _tell_when_full(self) -> None:
        memory = self.store.redis.info("memory")
        if memory["maxmemory"] and memory["used_memory"] > FULL_SHARE * memory["maxmemory"]:
            self.store.redis.set(f"{self.settings.prefix}:full", memory["used_memory"], ex=FULL_SECONDS)
            log.warning("memory-full", used=memory["used_memory"], maxmemory=memory["maxmemory"])

    def wake(self, stage: str) -> None:
        """Best effort: the next tick makes up for a wake-up that got lost."""
        try:
            self.app.send_task(f"wirebeat.drain_{stage}", queue=stage, expires=WAKE_EXPIRES_SECONDS, ignore_result=True)
        except Exception as reason:  # noqa: BLE001  (kombu raises what its transports raise)
            log.debug("wake-failed", stage=stage, reason=str(reason))

    def maintain(self) -> None:
        from worker.maintenance import maintain  # noqa: PLC0415  (only the poll process maintains)

        self.gathering  # noqa: B018  (opened on first use)
        self.on_loop(maintain(self.settings, self.ledger, self.astore, self.client))

    # polling and fetching: one loop in a thread of its own

    @cached_property
    def loop(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.new_event_loop()
        threading.Thread(target=loop.run_forever, name="loop", daemon=True).start()
        return loop

    def on_loop(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result()

    @cached_property
    def gathering(self) -> Gathering:
        return self.on_loop(self._open_gathering())

    async def _open_gathering(self) -> Gathering:
        from worker.http import Client  # noqa: PLC0415  (aiohttp belongs to the gathering roles alone)
        from worker.robots import SharedRobots  # noqa: PLC0415
        from worker.sandbox import Sandbox  # noqa: PLC0415

        store = self.astore

        async def gate(host: str) -> None:
            await asyncio.sleep(await store.do(self.ledger.hop(host)))

        self.client: Client = await Client(self.settings, gate=gate).__aenter__()
        self.sandbox: Sandbox = Sandbox(self.settings)
        return Gathering(
            ledger=self.ledger,
            store=store,
            web=self.client,
            reader=self.sandbox,
            robots=SharedRobots(store, self.client, self.settings.user_agent),
            limits=limits(self.settings),
            user_agent=self.settings.user_agent,
            respect_robots=self.settings.respect_robots,
            now=now,
            wake=self.wake,
            saw=saw,
        )

    def polls(self, work: Callable[[Gathering, PollClaim], Awaitable[None]]) -> None:
        ports = self.gathering

        async def claim(count: int) -> Batch[PollClaim]:
            self.last_drain_at = now()
            return Batch(*await ports.store.do(self.ledger.claim_polls(count, by=self.by)))

        async def one(claim: PollClaim) -> None:
            try:
                await work(ports, claim)
            except asyncio.CancelledError:
                raise
            except StoreUnavailable:
                raise  # its lease brings the feed back
            except Exception as fault:
                log.exception("poll-fault", feed=claim.feed_id)
                failed = Failed("error", f"{type(fault).__name__}: {fault}")
                await ports.store.do(
                    self.ledger.poll_failed(claim, next_due=now() + FAULT_PAUSE, status="error", error=str(failed))
                )

        self._drain("poll", Abreast(claim, one, slots=self.settings.fetch_concurrency, stopping=self.stopping))

    def fetches(self, work: Callable[[Gathering, Claim], Awaitable[None]]) -> None:
        ports = self.gathering

        async def claim(count: int) -> Batch[Claim]:
            self.last_drain_at = now()
            claims = await ports.store.do(self.ledger.claim("fetch", count, by=self.by))
            return Batch(claims.claims, claims.next_due_seconds)

        async def one(claim: Claim) -> None:
            try:
                await work(ports, claim)
            except asyncio.CancelledError:
                await asyncio.shield(ports.store.do(self.ledger.release("fetch", [claim])))
                raise
            except StoreUnavailable as reason:
                log.warning("store-unavailable", stage="fetch", reason=str(reason))
                await self._give_back_later(claim)
            except Exception as fault:
                log.exception("fetch-fault", feed=claim.entry.feed, id=claim.id)
                failed = f"{type(fault).__name__}: {fault}"[:300]
                await ports.store.do(self.ledger.fail(claim, "fetch", "error", failed, retry_at=None))
                saw("dead", claim.entry.feed, id=claim.id, stage="fetch", reason="error", detail=failed)

        self._drain("fetch", Abreast(claim, one, slots=self.settings.fetch_concurrency, stopping=self.stopping))

    async def _give_back_later(self, claim: Claim) -> None:
        """The store is away or full: when it is back, the entry is as if it had not been claimed."""
        while not self.stopping():
            await asyncio.sleep(GIVE_BACK_SECONDS)
            try:
                await self.astore.do(self.ledger.release("fetch", [claim], not_before=now() + FULL_PAUSE))
            except StoreUnavailable:
                continue
            return

    def _drain(self, stage: str, abreast: Abreast[Any]) -> None:
        """One drain a stage and process; a wake-up that finds one at work has nothing to add."""
        if not self._locks[stage].acquire(blocking=False):
            return
        try:
            self.on_loop(abreast.run())
        except StoreUnavailable as reason:
            log.warning("store-unavailable", stage=stage, reason=str(reason))
        finally:
            self._locks[stage].release()

    # articles: one after the other in a process that can be killed

    @cached_property
    def reading(self) -> Reading:
        if self.tagger is None:
            raise RuntimeError("the tagger is loaded in the parent of the enrich pool, before it forks")
        worker = Worker(name="wirebeat", version=version("wirebeat"), task_id=str(uuid.uuid4()), attempt=1)
        return Reading(
            ledger=self.ledger,
            store=Patient(self.store, self.slots) if self.slots else self.store,
            tagger=self.tagger,
            limits=limits(self.settings),
            worker=lambda attempt: worker.model_copy(update={"attempt": attempt}),
            now=now,
            saw=saw,
        )

    def articles(self, work: Callable[[Reading, Claim, Claim | None], None]) -> None:
        ports = self.reading
        slots = self.slots

        def claim() -> Batch[Claim]:
            claims = ports.store.do(self.ledger.claim("enrich", CLAIM_ARTICLES, by=self.by))
            return Batch(claims.claims, claims.next_due_seconds)

        def one(claim: Claim, following: Claim | None) -> None:
            if slots:
                slots.working_on(claim)
            try:
                work(ports, claim, following)
            except StoreUnavailable:
                raise
            except MemoryError:
                self._end(claim, "resource-limit", "out of memory")
            except Exception as fault:
                log.exception("article-fault", feed=claim.entry.feed, id=claim.id)
                self._end(claim, "error", f"{type(fault).__name__}: {fault}")
            finally:
                if slots:
                    slots.working_on(None)

        def give_back(claims: Sequence[Claim]) -> None:
            while claims and not self.stop.is_set():
                try:
                    ports.store.do(self.ledger.release("enrich", claims))
                except StoreUnavailable:
                    if self.stopping():
                        return  # their leases bring them back
                    time.sleep(GIVE_BACK_SECONDS)
                else:
                    return

        try:
            one_by_one(claim, one, give_back, seconds=DRAIN_SECONDS, stopping=self.stopping)
        except StoreUnavailable as reason:
            log.warning("store-unavailable", stage="enrich", reason=str(reason))

    def _end(self, claim: Claim | Held, reason: str, detail: str, feed: str = "") -> None:
        end = self.store.do(self.ledger.fail(claim, "enrich", reason, detail[:300], retry_at=None))
        saw(end, feed, id=claim.id, stage="enrich", reason=reason, detail=detail[:300])

    def name_process(self, role_pid: int) -> None:
        """Called in a new process: leases carry this name, so that they can be freed when it, or its role, dies."""
        self.by = f"{socket.gethostname()}/{role_pid}/{os.getpid()}/{uuid.uuid4().hex[:8]}"

    def start_warden(self) -> None:
        if self.slots is None:
            return
        Warden(
            self.slots,
            seconds=self.settings.article_seconds,
            memory_bytes=self.settings.article_memory_bytes,
            bury=lambda held, detail: self._end(held, "resource-limit", detail),
            orphaned=lambda by: log.warning(
                "process-died", freed=self.store.do(self.ledger.orphaned("enrich", by)), process=by
            ),
        ).start()
