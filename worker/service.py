"""The whole service on this machine: the server where none is configured, the roles, and what watches over them."""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import structlog

from config.settings import Settings
from config.topics import read_topics
from config.trouble import ConfigError
from tasks.ports import STAGES
from worker.clock import now
from worker.embedded import EmbeddedServer, lock_data_dir
from worker.feedlist import read_feed_list, sync_call
from worker.http import Client
from worker.ledger import StoreUnavailable
from worker.opening import open_ledger, open_store, process_name
from worker.server import check_server
from worker.supervisor import Supervisor

if TYPE_CHECKING:
    from datetime import datetime

    from config.feeds import FeedList
    from tasks.account import Account
    from worker.ledger import Ledger, SyncStore

log = structlog.get_logger("wirebeat")

#: role → the command that is it
ROLES = {
    "enrich": ["worker", "enrich"],  # first: it loads a language model while the others are long at work
    "beat": ["beat"],
    "poll": ["worker", "poll"],
    "fetch": ["worker", "fetch"],
    "web": ["web"],
}
#: About 3 s: the supervisor must hear a signal while the store is away; what it could not tell is told by leases.
STORE_RETRIES = 8
#: `--until-idle` waits for what is due within this time; what is put off longer stays pending and is told.
HORIZON_SECONDS = 120.0
IDLE_LOOK_SECONDS = 0.3
#: A role with work due that has asked for none for so long is alive but deaf, and is started anew.
DEAF_SECONDS = 30.0
DEAF_LOOK_SECONDS = 5.0
#: Between two looks at what no signal tells: is all done, is a role deaf?
LOOK_SECONDS = 1.0
#: Between two tries to start an embedded server that does not.
GUARD_SECONDS = 0.2


async def checked_feed_list(settings: Settings) -> FeedList:
    """What is wrong with topics or feeds stops the start here, before anything runs. Raises ConfigError."""
    rules = read_topics(settings.topics)
    async with Client(settings) as client:
        feed_list = await read_feed_list(settings, client, topics=[topic.id for topic in rules.topics])
    for problem in feed_list.problems:
        sys.stderr.write(f"warning: {problem}\n")
    return feed_list


def serve(settings: Settings, feed_list: FeedList, *, until_idle: bool, web: bool) -> tuple[int, Account | None]:
    """(exit code, the account at the end where that is what was waited for)."""
    with ExitStack() as stack:
        embedded = None
        if settings.redis_url is None:
            if settings.shards > 1:
                raise ConfigError(
                    "several shards need one server, or one cluster, that all of them reach",
                    mend="name it in WIREBEAT_REDIS_URL, or leave WIREBEAT_SHARDS at 1",
                )
            embedded = _embedded(settings, stack)
            settings = settings.model_copy(update={"redis_url": embedded.url})
        server = check_server(settings.redis_url or "", settings.prefix)
        ledger, store = open_ledger(settings), open_store(settings, retries=STORE_RETRIES)
        if embedded is not None:  # no one else can hold a lease in a store that was ours alone
            for stage in STAGES:
                store.do(ledger.orphaned(stage))
        started = now()
        _, sync = sync_call(ledger, feed_list, shard=settings.shard, shards=settings.shards)
        added, removed = store.do(sync)
        if until_idle:
            store.do(ledger.poll_now())
        log.info("starting", server=f"{server.name} {server.version}", feeds=len(feed_list), new=added, gone=removed)
        roles = {name: arguments for name, arguments in ROLES.items() if web or name != "web"}
        supervisor = Supervisor(roles, environment(settings), Freeing(ledger, store))
        watch = Watch(ledger, store, supervisor, started if until_idle else None)
        code = supervisor.run(watch.step, every_seconds=IDLE_LOOK_SECONDS / 2 if until_idle else LOOK_SECONDS)
        return code, store.do(ledger.account()) if until_idle else None


def _embedded(settings: Settings, stack: ExitStack) -> EmbeddedServer:
    stack.enter_context(lock_data_dir(settings.data_dir))
    embedded = EmbeddedServer(settings.data_dir, port=settings.embedded_port, prefix=settings.prefix)
    guard = ServerGuard(embedded)
    guard.start()
    stack.callback(guard.stop)
    guard.wait()
    log.info("embedded-server", readers=embedded.reader_url, data_dir=str(settings.data_dir))
    return embedded


class ServerGuard(threading.Thread):
    """Starts the embedded server, and again whenever it died: its data is in the append-only file.

    In a thread of its own, since everyone else waits for the server while it is away.
    """

    def __init__(self, embedded: EmbeddedServer) -> None:
        super().__init__(name="server-guard", daemon=True)
        self._embedded = embedded
        self._first = threading.Event()
        self._stop_asked = threading.Event()
        self._trouble: Exception | None = None

    def run(self) -> None:
        while not self._stop_asked.is_set():
            try:
                self._embedded.start()
            except Exception as trouble:  # noqa: BLE001  (handed to who waits; later starts are tried again)
                self._trouble = trouble
            self._first.set()
            process = self._embedded.process
            if process is None or process.poll() is not None:
                self._stop_asked.wait(GUARD_SECONDS)
            elif not self._stop_asked.is_set():
                code = process.wait()
                if not self._stop_asked.is_set():
                    log.warning("server-exited", code=code)
        self._embedded.stop()

    def wait(self) -> None:
        """Until the server answers for the first time. Raises what kept it from starting."""
        self._first.wait()
        if self._trouble is not None:
            raise self._trouble

    def stop(self) -> None:
        self._stop_asked.set()
        self._embedded.stop()
        self.join(15)


def environment(settings: Settings) -> dict[str, str]:
    """Each role reads its settings from its environment: all of them, for a flag may have set a default again."""
    handed_on = dict(os.environ)  # noqa: TID251  (as a whole, not read)
    for name in Settings.model_fields:
        value = getattr(settings, name)
        if value is not None:
            handed_on[f"WIREBEAT_{name.upper()}"] = ",".join(value) if isinstance(value, list) else str(value)
    return handed_on


class Freeing:
    """When a role's process is found dead, what it held is due at once instead of after its lease."""

    def __init__(self, ledger: Ledger, store: SyncStore) -> None:
        self._ledger, self._store = ledger, store

    def __call__(self, role: str, pid: int) -> None:
        for stage in STAGES:
            if stage == role:
                try:
                    self._store.do(self._ledger.orphaned(stage, process_name(pid)))
                except StoreUnavailable:
                    log.warning("store-unavailable", freeing=role)


class Watch:
    """Called every second or oftener: is all done (where that ends the service), is a role deaf?"""

    def __init__(self, ledger: Ledger, store: SyncStore, supervisor: Supervisor, idle_since: datetime | None) -> None:
        self._ledger, self._store, self._supervisor, self._idle_since = ledger, store, supervisor, idle_since
        self._looked_at = self._listened_at = time.monotonic()
        self._reached_since = 0.0
        self._quiet = 0
        self._due_since: dict[str, float] = {}

    def step(self) -> bool:
        try:
            self._listen()
            return self._idle_since is not None and self._idle(self._idle_since)
        except StoreUnavailable as reason:
            log.warning("store-unavailable", reason=str(reason))
            self._reached_since = time.monotonic()  # as long as it was away, no role could ask for work
            return False

    def _idle(self, since: datetime) -> bool:
        if time.monotonic() - self._looked_at < IDLE_LOOK_SECONDS:
            return False
        self._looked_at = time.monotonic()
        feeds_left, soon, _later = self._store.do(self._ledger.idle(since, HORIZON_SECONDS))
        self._quiet = 0 if feeds_left or soon else self._quiet + 1
        return self._quiet > 1

    def _listen(self) -> None:
        if time.monotonic() - self._listened_at < DEAF_LOOK_SECONDS:
            return
        self._listened_at = time.monotonic()
        account = self._store.do(self._ledger.account())
        if time.monotonic() - self._reached_since < DEAF_SECONDS:
            return
        for role, due in account.due.items():
            unasked = account.unasked_seconds.get(role, 0.0)
            if not due or unasked < DEAF_LOOK_SECONDS:
                self._due_since.pop(role, None)
                continue
            # after a quiet time, what has just become due was not asked for either: the next tick wakes its role
            since = self._due_since.setdefault(role, time.monotonic())
            deaf = unasked > DEAF_SECONDS and time.monotonic() - since > DEAF_SECONDS
            if deaf and self._supervisor.seconds_up(role) > DEAF_SECONDS:
                log.warning("role-deaf", deaf=role, due=due, seconds=account.unasked_seconds[role])
                self._supervisor.restart(role)
