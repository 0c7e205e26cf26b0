"""Articles, one after the other, in a process of the pool that can be killed."""

from __future__ import annotations

import os
import time
import uuid
from contextlib import suppress
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING

import structlog
from redis.exceptions import RedisError

from tasks.ports import Reading
from tasks.record import Worker
from worker.clock import now
from worker.drains import GIVE_BACK_SECONDS, Batch, one_by_one
from worker.leashed import die_with_parent
from worker.ledger import StoreUnavailable, SyncStore
from worker.observe import saw, saw_crashed
from worker.opening import lease_name, limits, open_ledger, open_store
from worker.shards import Shards
from worker.stage_times import StageTimes
from worker.topic_reload import PostedRules, Told, TopicWatch
from worker.warden import Patient, Slots, Warden

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from config.settings import Settings
    from config.topics import TopicRules
    from tasks.ports import Claim, Held, Store
    from tasks.tag import Tagger

log = structlog.get_logger("wirebeat")

#: Articles claimed at once: few, since a crash re-does them, enough that the claim costs little for each.
CLAIM_ARTICLES = 4
DRAIN_SECONDS = 15.0


class ArticleReader:
    """Made in the parent, with the tagger loaded, before the pool forks; each process then opens a store of its own."""

    def __init__(self, settings: Settings, tagger: Tagger, slots: Slots) -> None:
        self.settings, self.slots, self._tagger = settings, slots, tagger
        self.ledger = open_ledger(settings)
        self.by = ""
        self._times = StageTimes()
        self._posted = PostedRules()
        self._taken = self._posted.digest

    @cached_property
    def store(self) -> SyncStore:
        return open_store(self.settings)

    @cached_property
    def ports(self) -> Reading:
        worker = Worker(name="wirebeat", version=version("wirebeat"), task_id=str(uuid.uuid4()), attempt=1)
        return Reading(
            ledger=self.ledger,
            store=Patient(self.store, self.slots),
            tagger=self._tagger,
            limits=limits(self.settings),
            worker=lambda attempt: worker.model_copy(update={"attempt": attempt}),
            now=now,
            saw=saw,
            elsewhere=Shards(self.settings, self._store_of).elsewhere,
        )

    def _store_of(self, prefix: str) -> Store:
        return Patient(open_store(self.settings.model_copy(update={"prefix": prefix})), self.slots)

    def _take_rules(self) -> None:
        """Rules that changed since this process was forked count from its next article on."""
        if (posted := self._posted.digest) != self._taken and (rules := self._posted.rules(posted)):
            self._tagger, self._taken = self._tagger.with_topics(rules), posted
            if "ports" in self.__dict__:
                self.ports = self.ports._replace(tagger=self._tagger)

    def in_pool_process(self) -> None:
        """Called once in each process of the pool."""
        die_with_parent()
        self.__dict__.pop("store", None)  # a connection is not shared with the parent
        self.by = lease_name(os.getppid())
        self.slots.take(self.by)

    def drain(self, work: Callable[[Reading, Claim, Claim | None], None]) -> bool:
        """Whether there may be more to do: a drain ends after DRAIN_SECONDS."""

        def one(claim: Claim, following: Claim | None) -> None:
            self._read(work, claim, following)

        try:
            more = one_by_one(self._claim, one, self._give_back, seconds=DRAIN_SECONDS, stopping=self.slots.stopping)
        except StoreUnavailable as reason:
            log.warning("store-unavailable", stage="enrich", reason=str(reason))
            return False
        self._tell_times()
        return more

    def _tell_times(self) -> None:
        pipe = self.store.redis.pipeline(transaction=False)
        if self._times.hand_to(pipe, self.store.prefix):
            with suppress(RedisError, OSError):  # counts may be lost; the claim that follows tells of the store
                pipe.execute()

    def _claim(self) -> Batch[Claim]:
        if self._times.due:
            self._tell_times()
        claims = self.ports.store.do(self.ledger.claim("enrich", CLAIM_ARTICLES, by=self.by))
        saw_crashed("enrich", claims.crashed)
        return Batch(claims.claims, claims.next_due_seconds)

    def _read(
        self, work: Callable[[Reading, Claim, Claim | None], None], claim: Claim, following: Claim | None
    ) -> None:
        self._take_rules()
        self.slots.working_on(claim)
        try:
            with self._times.of("enrich"):
                work(self.ports, claim, following)
        except StoreUnavailable:
            raise
        except MemoryError:
            self._end(claim, "resource-limit", "out of memory")
        except Exception as fault:
            log.exception("article-fault", feed=claim.entry.feed, id=claim.id)
            self._end(claim, "error", f"{type(fault).__name__}: {fault}")
        finally:
            self.slots.working_on(None)

    def _give_back(self, claims: Sequence[Claim]) -> None:
        """When the store is away: as soon as it is back, so that nothing waits for its lease to run out."""
        while claims:
            try:
                self.store.do(self.ledger.release("enrich", claims))
            except StoreUnavailable:
                if self.slots.stopping():
                    return
                time.sleep(GIVE_BACK_SECONDS)
            else:
                return

    def _end(self, held: Held, reason: str, detail: str) -> None:
        end = self.store.do(self.ledger.fail(held, "enrich", reason, detail[:300], retry_at=None))
        saw(end, "", id=held.id, stage="enrich", reason=reason, detail=detail[:300])

    # in the parent

    def start_warden(self) -> None:
        Warden(
            self.slots,
            seconds=self.settings.article_seconds,
            memory_bytes=self.settings.article_memory_bytes,
            bury=lambda held, detail: self._end(held, "resource-limit", detail),
            orphaned=self._orphaned,
        ).start()

    def start_topic_watch(self) -> None:
        TopicWatch(
            self.settings.topics,
            self._tagger.topic_rules,
            changed=self._post_rules,
            tell=self._tell_rules,
            stopping=self.slots.stopping,
        ).start()

    def _post_rules(self, rules: TopicRules) -> None:
        """To the processes there are; those forked later begin with them."""
        tagger = self._tagger.with_topics(rules)
        self._taken = self._posted.post(rules)
        self._tagger = tagger

    def _tell_rules(self, told: Told) -> None:
        fields = {"topics_version": told.version, "topics_trouble": told.trouble}
        self.store.redis.hset(f"{self.store.prefix}:meta", mapping=fields)

    def _orphaned(self, by: str) -> None:
        freed = self.store.do(self.ledger.orphaned("enrich", by))
        log.warning("process-died", process=by, freed=freed)
