"""Kills the real service at random, on progress, and counts what is lost or doubled. `make chaos` runs this.

python -m tests.chaos.storm --entries 2000 --kills 100 --seed 1 --server embedded|valkey|redis
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import redis

from tests import processes
from tests.chaos.reader import Cut, LiveReader
from tests.chaos.world import World
from tests.service import Service, environment
from tests.valkey import Valkey, short_folder
from worker.embedded import EmbeddedServer
from worker.ledger import Ledger, SyncStore
from worker.ledger.store import script

#: What is killed, and how often beside the others.
VICTIMS: Mapping[str, int] = {
    "pool": 35,
    "poll": 10,
    "fetch": 12,
    "enrich": 8,
    "beat": 10,
    "server": 10,
    "supervisor": 15,
}


#: `everysec` asks for the disk each second, and lets a slow one take another second.
MOST_UNSYNCED_SECONDS = 1.9


class Plan(NamedTuple):
    entries: int = 300
    kills: int = 20
    seed: int = 1
    #: embedded: the supervisor's own; valkey, redis: one beside it that this test kills and starts
    server: str = "embedded"
    seconds: float = 300.0
    settings: Mapping[str, str] = MappingProxyType({})
    victims: Mapping[str, int] = VICTIMS
    #: cut the tail of the append-only file at each kill of the server beside, or, embedded, of everything
    power_cuts: bool = False
    #: of the server beside
    appendfsync: str = "everysec"
    #: of every feed
    poll_every: str = "1s"


class Storm:
    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan, self.folder = plan, folder
        self.rng = random.Random(plan.seed)
        self.killed: Counter[str] = Counter()
        self.cuts: list[Cut] = []
        self.world = World(plan.entries)
        self.data = folder / "d"
        self.beside = None if plan.server == "embedded" else BesideServer(folder, plan.server, plan.appendfsync)

    def run(self) -> dict[str, Any]:
        with self.world:
            feeds = self.folder / "feeds.toml"
            feeds.write_text(self.world.feed_list(self.plan.poll_every))
            settings = {
                "feeds": str(feeds), "data_dir": str(self.data), "allow_origins": self.world.origins,
                "host_interval": "0", "host_concurrency": "16", "spacy_model": "blank",
                "log_level": "info", "respect_robots": "false",
                **self.plan.settings,
            }  # fmt: skip
            if self.beside:
                self.beside.start()
                settings["redis_url"] = self.beside.url
            self.env = environment(**settings)
            self.reader = LiveReader(self._url)
            self.reader.start()
            self.service = Service(self.folder, "run", "--no-web", env=self.env)
            started = time.monotonic()
            try:
                self._blow(started)
                settled = self._settle(started)
            finally:
                self.service.stop()
                self.reader.stop()
            return self._report(time.monotonic() - started, settled=settled)

    def _blow(self, started: float) -> None:
        """Each kill follows a certain number of records; the feeds grow meanwhile."""
        step = self.plan.entries / (self.plan.kills + 1)
        while sum(self.killed.values()) < self.plan.kills and time.monotonic() - started < self.plan.seconds:
            done = self._done()
            self.world.shown = min(self.plan.entries, max(self.world.shown, int(done + 40 + 3 * step)))
            if done >= step * (sum(self.killed.values()) + 1):
                self._kill(self.rng.choices(list(self.plan.victims), list(self.plan.victims.values()))[0])
            time.sleep(0.02)
        self.world.shown = self.plan.entries

    def _settle(self, started: float) -> bool:
        while time.monotonic() - started < self.plan.seconds:
            account = self._account()
            settled = account and account.seen >= self.plan.entries and not sum(account.pending.values())
            if settled and self.reader.read >= account.published:
                return True
            time.sleep(0.2)
        return False

    def _kill(self, victim: str) -> None:
        if victim == "supervisor":
            self._kill_all()
        elif victim == "server" and self.beside:
            self._kill_beside(self.beside)
        elif (pid := self._pid(victim)) is not None:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                return
        else:
            return
        self.killed[victim] += 1

    def _kill_all(self) -> None:
        tails = Tails(self.data if self.plan.power_cuts and not self.beside else None, self.rng)
        tree, server = self.service.tree(), self._pid("server") if self.plan.power_cuts else None
        self.service.process.kill()
        if server is not None:  # else it would be told to stop, and write what it still holds
            os.kill(server, signal.SIGKILL)
        died = time.monotonic()
        self.service.process.wait()
        assert processes.left(tree) == [], "left behind by a killed supervisor"
        self.cuts += [Cut(tails.since, died)] if tails.off() else []
        self.service = Service(self.folder, "run", "--no-web", env=self.env)

    def _kill_beside(self, beside: BesideServer) -> None:
        # with `always` nothing is answered that is not on the disk: a power cut takes no more than a kill
        unsafe = self.plan.power_cuts and self.plan.appendfsync == "everysec"
        tails = Tails(self.folder if unsafe else None, self.rng)
        beside.kill()
        tails.off()
        self.cuts += [Cut(tails.since, time.monotonic())] if self.plan.power_cuts else []
        beside.start()

    def _pid(self, victim: str) -> int | None:
        mains: dict[str, int] = {}
        pool: list[int] = []
        for pid, (parent, command) in processes.below(self.service.process.pid).items():
            if parent == self.service.process.pid:
                mains["server" if "valkey" in command.split(" ")[0] else command.split()[-1]] = pid
            elif parent == mains.get("enrich"):
                pool.append(pid)
        return (self.rng.choice(pool) if pool else None) if victim == "pool" else mains.get(victim)

    def _url(self) -> str:
        return self.beside.url if self.beside else EmbeddedServer(self.data, port=0, prefix="news").running_url()

    def _done(self) -> int:
        account = self._account()
        return account.published + sum(account.dead.values()) if account else 0

    def _account(self):
        try:
            client = redis.Redis.from_url(self._url(), socket_timeout=2, retry=None)
            store = SyncStore.__new__(SyncStore)
            store.__dict__.update(prefix="news", redis=client)
            return _ask(store)
        except (redis.exceptions.RedisError, OSError):
            return None

    def _report(self, seconds: float, *, settled: bool) -> dict[str, Any]:
        server = None
        if self.beside is None:
            server = EmbeddedServer(self.data, port=0, prefix="news")
            server.start()
        client = redis.Redis.from_url(server.url if server else self._url())
        store = SyncStore(server.url if server else self._url(), "news")
        account = store.do(Ledger().account())
        versions = Counter((f[b"id"], f[b"version"]) for _, f in client.xrange("news:articles"))
        urls = {f[b"url"].decode().rpartition("/")[2] for _, f in client.xrange("news:articles")}
        left = [*client.scan_iter("news:entry:*"), *client.scan_iter("news:page:*")]
        if server:
            server.stop()
        elif self.beside:
            self.beside.stop()
        lost = [n for n in range(self.plan.entries) if str(n) not in urls]
        return {
            "settled": settled, "seconds": round(seconds, 1), "entries": self.plan.entries,
            "seen": account.seen, "published": account.published, "dead": account.dead, "dropped": account.dropped,
            "balance": account.balance(),
            "lost": len(lost) - sum(account.dead.values()), "duplicated": sum(n > 1 for n in versions.values()),
            **self.reader.repeats(self.cuts, {(i.decode(), v.decode()) for i, v in versions}),
            "left_over_keys": len(left),
            "fetched_again": sum(n > 1 for n in self.world.fetched),
            "kills": dict(self.killed), "killed": sum(self.killed.values()),
        }  # fmt: skip


def _ask(store: SyncStore):
    call = Ledger().account()
    reply = store.redis.eval(script(call.script).text, 1, "news:account", "news", *call.arguments)
    return call.read(reply)


class BesideServer:
    def __init__(self, folder: Path, kind: str, appendfsync: str) -> None:
        binary = shutil.which("redis-server") if kind == "redis" else None
        self._server = Valkey(folder, binary=binary, appendfsync=appendfsync)
        self.folder = folder

    @property
    def url(self) -> str:
        return self._server.url

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        self._server.stop()

    def kill(self) -> None:
        self._server.stop(signal.SIGKILL)


class Tails:
    """A power cut loses what was not yet on the disk: the tails of the files since up to two seconds before.

    To be made that long before the kill; no folder, no cut.
    """

    def __init__(self, folder: Path | None, rng: random.Random) -> None:
        files = sorted(folder.glob("appendonlydir/*.incr.aof")) or sorted(folder.glob("*.aof")) if folder else []
        self.since = time.monotonic()
        self._sizes = {file: file.stat().st_size for file in files}
        if files:
            time.sleep(rng.uniform(0.2, MOST_UNSYNCED_SECONDS))

    def off(self) -> bool:
        for file, size in self._sizes.items():
            if file.exists():
                os.truncate(file, size)
        return bool(self._sizes)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--server", choices=["embedded", "valkey", "redis"], default="embedded")
    parser.add_argument("--seconds", type=float, default=900.0)
    parser.add_argument("--appendfsync", choices=["everysec", "always"], default="everysec")
    parser.add_argument(
        "--power-cuts", action="store_true", help="cut the tail of the server's file at each kill, of all or of it"
    )
    asked = parser.parse_args()
    victims = VICTIMS
    if asked.power_cuts:  # embedded, the power goes for all at once
        victims = {"supervisor": 1} if asked.server == "embedded" else {"server": 1, "pool": 1}
    plan = Plan(
        asked.entries,
        asked.kills,
        asked.seed,
        asked.server,
        asked.seconds,
        victims=victims,
        power_cuts=asked.power_cuts,
        appendfsync=asked.appendfsync,
    )
    with short_folder() as folder:
        report = Storm(plan, Path(folder)).run()
    print(json.dumps(report, indent=1))
    return 1 if faults(report) else 0


def faults(report: Mapping[str, Any]) -> list[str]:
    wanted_none = ("lost", "duplicated", "dead", "balance", "left_over_keys", "repeats_too_old", "seen_live_only")
    return [name for name in wanted_none if report[name]] + ([] if report["settled"] else ["settled"])


if __name__ == "__main__":
    sys.exit(main())
