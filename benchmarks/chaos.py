"""Kills the running service's processes at random, with SIGKILL, and counts what is lost or doubled.

    python benchmarks/chaos.py [--articles 300] [--kills 40] [--seed 1] [--timeout 600]

Kills come with progress, not with time: one each time that another share of the articles has been published. The
victim is drawn from all processes of the service; every tenth kill takes the whole tree, the server with it. What the
supervisor cannot start again, because it was the victim, is started as an operator's init would. Exit code 1 when an
article is lost, doubled or dead, or when the account does not add up.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import redis

from worker.bench.origin import Origin
from worker.bench.pages import generated
from worker.embedded import EmbeddedServer
from worker.ledger import Ledger, SyncStore

PREFIX = "news"
WHOLE_TREE_EACH = 10
STREAM = f"{PREFIX}:articles"


class Victims:
    """The service in a data directory, started again whenever its supervisor is gone."""

    def __init__(self, folder: Path, origin: Origin, seed: int) -> None:
        self.folder, self.origin = folder, origin
        self.random = random.Random(seed)
        self.kills: Counter[str] = Counter()
        (folder / "feeds.toml").write_text(origin.feed_list("1s"))
        self.start()

    def start(self) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("WIREBEAT_")}
        settings = {
            "WIREBEAT_ALLOW_ORIGINS": f"127.0.0.0/8:{self.origin.port}",
            "WIREBEAT_HOST_INTERVAL": "0",
            "WIREBEAT_HOST_CONCURRENCY": "32",
            "WIREBEAT_EMBEDDED_PORT": "0",
            "WIREBEAT_LOG_LEVEL": "warning",
        }
        with (self.folder / "log").open("ab") as log:
            self.supervisor = subprocess.Popen(
                [
                    *(sys.executable, "-m", "worker.cli", "run", "--no-web"),
                    *("--feeds", self.folder / "feeds.toml", "--data-dir", self.folder),
                ],
                env=kept | settings,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def tree(self) -> dict[int, str]:
        """pid → what it is."""
        listed = subprocess.run(["ps", "-e", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True)
        rows = [line.split(None, 2) for line in listed.stdout.splitlines()]
        found = {self.supervisor.pid: "supervisor"}
        for _generation in range(3):
            found |= {
                int(pid): kind_of(words)
                for pid, parent, words in rows
                if int(parent) in found and int(pid) not in found
            }
        return found

    def kill(self) -> None:
        tree = self.tree()
        if (sum(self.kills.values()) + 1) % WHOLE_TREE_EACH == 0:
            self.kills["whole tree"] += 1
            chosen = list(tree)
        else:
            pid = self.random.choice(sorted(tree))
            self.kills[tree[pid]] += 1
            chosen = [pid]
        for pid in chosen:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue

    def restart_if_gone(self) -> None:
        if self.supervisor.poll() is not None:
            self.start()

    def stop(self) -> None:
        self.supervisor.send_signal(signal.SIGTERM)
        self.supervisor.wait(20)


def kind_of(words: str) -> str:
    for kind in ("beat", "worker poll", "worker fetch", "worker enrich", "sandbox", "valkey-server"):
        if kind in words:
            return kind
    return "other"


def suffer(victims: Victims, store: SyncStore, articles: int, kills: int, timeout_seconds: float) -> float:
    """Until every article has an end and every kill was made. Reads how long it took."""
    started = time.monotonic()
    thresholds = [articles * (number + 1) // (kills + 1) for number in range(kills)]
    while time.monotonic() - started < timeout_seconds:
        time.sleep(0.05)
        victims.restart_if_gone()
        try:
            account = store.do(Ledger().account())
        except redis.exceptions.RedisError:
            continue
        done = account.published + sum(account.dead.values())
        if thresholds and done >= thresholds[0]:
            thresholds.pop(0)
            victims.kill()
        elif not thresholds and done >= articles and not sum(account.pending.values()):
            break
    return time.monotonic() - started


def verdict(store: SyncStore, articles: int) -> tuple[list[str], bool]:
    account = store.do(Ledger().account())
    times = Counter(fields[b"url"] for _, fields in store.redis.xrange(STREAM))
    lost = articles - len(times) - sum(account.dead.values())
    doubled = sum(count > 1 for count in times.values())
    rows = [
        f"records      {sum(times.values())} of {articles} articles",
        f"lost         {lost}",
        f"doubled      {doubled}",
        f"dead         {sum(account.dead.values())} {dict(account.dead) or ''}",
        f"account      {account.balance()} unaccounted for, {sum(account.pending.values())} pending",
    ]
    return rows, not (lost or doubled or account.dead or account.balance() or sum(account.pending.values()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=300)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--timeout", type=float, default=600.0, help="seconds")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="wb-chaos-", ignore_cleanup_errors=True) as name,
        Origin(generated(asked.articles, asked.seed), feeds=10) as origin,
    ):
        origin.publish()
        folder = Path(name)
        victims = Victims(folder, origin, asked.seed)
        server = EmbeddedServer(folder, port=0, prefix=PREFIX)
        while not (folder / "service.secret").exists() or not server.socket_path.exists():
            time.sleep(0.05)
        store = SyncStore(server.running_url(), PREFIX)
        try:
            seconds = suffer(victims, store, asked.articles, asked.kills, asked.timeout)
            rows, held = verdict(store, asked.articles)
        finally:
            victims.stop()
    print(f"kills        {sum(victims.kills.values())}: {dict(victims.kills)}, in {seconds:.0f} s, seed {asked.seed}")
    print("\n".join(rows))
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
