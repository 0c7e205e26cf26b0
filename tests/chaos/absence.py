"""The server is down or frozen for a while, with work waiting: how soon after its return does each stage ask for some?

python -m tests.chaos.absence [--down 60] [--frozen 20] [--entries 200]
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from pathlib import Path
from typing import Any

import redis

from tasks.ports import STAGES
from tests import processes
from tests.chaos.world import World
from tests.patience import until
from tests.service import Service, account_of, environment
from tests.valkey import Valkey, short_folder

#: Where the machine does nothing else.
BAR_SECONDS = 5.0
PATIENCE_SECONDS = 180.0


def _from(server: Valkey) -> redis.Redis:
    return redis.Redis.from_url(server.url, decode_responses=True, socket_timeout=5, retry=None)


def measure(folder: Path, *, trouble: str, seconds: float, entries: int) -> dict[str, Any]:
    """`trouble`: down or frozen."""
    server = Valkey(folder)
    server.start()
    _from(server).config_set("maxmemory-policy", "noeviction")
    with World(entries) as world:
        world.shown = entries // 2
        (folder / "feeds.toml").write_text(world.feed_list("1s"))
        env = environment(
            redis_url=server.url, feeds=str(folder / "feeds.toml"), allow_origins=world.origins, host_interval="0",
            host_concurrency="16", respect_robots="false", spacy_model="blank", enrich_processes="1",
        )  # fmt: skip
        service = Service(folder, "run", "--no-web", env=env)
        try:
            until(lambda: _from(server).xlen("news:articles") >= entries // 8, "records", PATIENCE_SECONDS)
            roles = service.tree()
            world.shown = entries
            _away(server, trouble, seconds)
            back = time.time()
            after = _first_claims(server, back)
            until(lambda: _from(server).xlen("news:articles") >= entries, "all records", PATIENCE_SECONDS)
            finished = time.time() - back
            kept = set(roles) <= processes.running().keys()
        finally:
            service.stop()
        account = account_of(env)
        server.stop()
    return {
        "trouble": trouble, "seconds": seconds, "first_claim_seconds": after, "all_done_seconds": round(finished, 1),
        "restarted": [] if kept else [event["exited"] for event in service.events("role-exited")],
        **{name: account[name] for name in ("seen", "published", "dead", "balance")},
    }  # fmt: skip


def _away(server: Valkey, trouble: str, seconds: float) -> None:
    assert server.process is not None
    if trouble == "frozen":
        server.process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        server.process.send_signal(signal.SIGCONT)
        return
    server.stop(signal.SIGKILL)
    time.sleep(seconds)
    server.start()
    _from(server).config_set("maxmemory-policy", "noeviction")


def _first_claims(server: Valkey, back: float) -> dict[str, float]:
    """Stage → seconds from the server's return to its first question for work, by the server's clock."""
    first: dict[str, float] = {}

    def all_asked() -> bool:
        told = _from(server).hgetall("news:asked")
        for stage in STAGES:
            if stage not in first and float(told.get(stage, 0)) / 1000 > back:
                first[stage] = round(float(told[stage]) / 1000 - back, 2)
        return len(first) == len(STAGES)

    until(all_asked, "claim of every stage", PATIENCE_SECONDS)
    return first


def faults(told: dict[str, Any], entries: int, bar_seconds: float = BAR_SECONDS) -> list[str]:
    late = [stage for stage, seconds in told["first_claim_seconds"].items() if seconds > bar_seconds]
    wanted = {"published": entries, "seen": entries, "dead": {}, "balance": 0, "restarted": []}
    return [f"late: {late}"] * bool(late) + [name for name, value in wanted.items() if told[name] != value]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--down", type=float, default=60.0)
    parser.add_argument("--frozen", type=float, default=20.0)
    parser.add_argument("--entries", type=int, default=200)
    asked = parser.parse_args()
    wrong = []
    for trouble, seconds in (("down", asked.down), ("frozen", asked.frozen)):
        with short_folder() as folder:
            told = measure(Path(folder), trouble=trouble, seconds=seconds, entries=asked.entries)
        print(json.dumps(told))
        wrong += faults(told, asked.entries)
    print(f"faults: {wrong}; bar {BAR_SECONDS:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
