"""The clockwork that looks what is due and wakes stages, and the drains that Celery's tasks run."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import redis
import structlog

from worker.app import WAKE_EXPIRES_SECONDS, broker_url, is_redis, key_prefix, queue_of
from worker.ledger.store import connection_options
from worker.opening import open_ledger, open_store

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from celery import Celery

    from config.settings import Settings
    from tasks.ports import Claim, Gathering, PollClaim, Reading
    from worker.gathering import Gatherer
    from worker.ledger import SyncStore
    from worker.reading import ArticleReader

T = TypeVar("T")
log = structlog.get_logger("wirebeat")

#: Wake-ups that may wait in a queue: more would only find nothing to do.
MAX_WAKES = 8
#: A stage that was asked for work within this time has a drain at work, which sees what is due by itself;
BUSY_SECONDS = 0.5
#: as many as this due beside it are worth another process, if there is one.
WORTH_ANOTHER = 64
#: Above this part of the server's memory nothing new is begun; what is left is for what is under way and the broker.
FULL_SHARE = 0.9
FULL_SECONDS = 5


class Clockwork:
    """What every tick does: looks what is due, and wakes the stages that have work."""

    def __init__(self, settings: Settings, app: Celery) -> None:
        self.settings, self.app = settings, app
        self.ledger = open_ledger(settings)

    @cached_property
    def store(self) -> SyncStore:
        return open_store(self.settings)

    def tick(self) -> None:
        self._tell_when_full()
        account = self.store.do(self.ledger.account())
        for stage, count in account.due.items():
            # a drain of polls or fetches takes all that a process can have; one at work needs no waking
            if stage != "enrich" and account.unasked_seconds.get(stage, BUSY_SECONDS) < BUSY_SECONDS:
                count //= WORTH_ANOTHER  # noqa: PLW2901  (what is left for others)
            for _ in range(min(count, MAX_WAKES) - (self.waiting(stage) if count else 0)):
                self.wake(stage)

    @cached_property
    def _redis_broker(self) -> Any:
        """The store itself, or the Redis beside it; None where the broker is none."""
        if self.settings.broker_url is None:
            return self.store.redis
        if not is_redis(broker_url(self.settings)):
            return None
        return redis.Redis.from_url(self.settings.broker_url, **connection_options())

    def waiting(self, stage: str) -> int:
        """Wake-ups that nobody took yet; 0 where the broker cannot say."""
        if self._redis_broker is not None:
            return int(self._redis_broker.llen(key_prefix(self.settings) + stage))
        try:
            with self.app.connection_or_acquire() as broker, broker.channel() as channel:
                queue = queue_of(self.settings, stage)
                return int(channel.queue_declare(queue=queue, passive=True).message_count)
        except Exception as reason:  # noqa: BLE001  (kombu raises what its transports raise)
            log.debug("broker-asked-in-vain", stage=stage, reason=str(reason))
            return 0

    def _tell_when_full(self) -> None:
        memory = self.store.redis.info("memory")
        if memory["maxmemory"] and memory["used_memory"] > FULL_SHARE * memory["maxmemory"]:
            self.store.redis.set(f"{self.settings.prefix}:full", memory["used_memory"], ex=FULL_SECONDS)
            log.warning("memory-full", used=memory["used_memory"], maxmemory=memory["maxmemory"])

    def wake(self, stage: str) -> None:
        """Best effort: the next tick makes up for a wake-up that got lost."""
        try:
            self.app.send_task(f"wirebeat.drain_{stage}", expires=WAKE_EXPIRES_SECONDS, ignore_result=True)
        except Exception as reason:  # noqa: BLE001  (kombu raises what its transports raise)
            log.debug("wake-failed", stage=stage, reason=str(reason))


class Wiring:
    """tasks.pipeline.Drains: a role has the parts that its queues need, and gets messages for no others."""

    def __init__(
        self, clockwork: Clockwork, *, gatherer: Gatherer | None = None, articles: ArticleReader | None = None
    ) -> None:
        self._clockwork, self._gatherer, self._articles = clockwork, gatherer, articles

    @property
    def gatherer(self) -> Gatherer:
        return _there(self._gatherer, "this role neither polls nor fetches")

    def tick(self) -> None:
        self._clockwork.tick()

    def maintain(self) -> None:
        self.gatherer.maintain()

    def polls(self, work: Callable[[Gathering, PollClaim], Awaitable[None]]) -> None:
        self.gatherer.polls(work)

    def fetches(self, work: Callable[[Gathering, Claim], Awaitable[None]]) -> None:
        self.gatherer.fetches(work)

    def articles(self, work: Callable[[Reading, Claim, Claim | None], None]) -> None:
        if _there(self._articles, "this role reads no articles").drain(work):
            self._clockwork.wake("enrich")


def _there(part: T | None, what: str) -> T:
    if part is None:
        raise RuntimeError(f"{what}: the message went to a wrong queue")
    return part
