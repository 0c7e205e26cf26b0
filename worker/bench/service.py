"""The whole service over the same pages: from loopback HTTP to the stream, every process counted."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import redis

from config.settings import load_settings
from worker.app import make_app
from worker.bench.plain_loop import Spent
from worker.embedded import EmbeddedServer
from worker.wiring import Clockwork

if TYPE_CHECKING:
    from collections.abc import Callable

    from worker.bench.origin import Origin

TICKS = os.sysconf("SC_CLK_TCK")
MIB = 1 << 20
TIMEOUT_SECONDS = 600.0


class Run(NamedTuple):
    spent: Spent
    #: process → CPU seconds while the articles went through, and memory that is its own share (PSS) at the end
    processes: dict[str, tuple[float, int]]
    delay_p50_seconds: float
    delay_p95_seconds: float
    #: from the moment the feeds show the articles
    first_record_seconds: float


class Usage(NamedTuple):
    cpu_seconds: float
    pss_bytes: int


def whole_service(origin: Origin, articles: int, **settings: Any) -> Run:
    """`settings`: as in config.settings."""
    with tempfile.TemporaryDirectory(prefix="wb-bench-") as folder:
        feeds = Path(folder) / "feeds.toml"
        feeds.write_text(origin.feed_list())
        process = subprocess.Popen(
            [sys.executable, "-m", "worker.cli", "run", "--no-web", "--feeds", str(feeds), "--data-dir", folder],
            env=_environment(origin, settings),
            stdout=subprocess.DEVNULL,
            stderr=(Path(folder) / "log").open("wb"),
        )
        try:
            server = EmbeddedServer(Path(folder), port=0, prefix="news")
            return _measured(origin, articles, process.pid, server)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def _environment(origin: Origin, settings: dict[str, Any]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WIREBEAT_")}  # noqa: TID251  (handed on)
    return kept | {
        "WIREBEAT_ALLOW_ORIGINS": f"127.0.0.0/8:{origin.port}",
        "WIREBEAT_HOST_INTERVAL": "0",
        "WIREBEAT_HOST_CONCURRENCY": "32",
        "WIREBEAT_EMBEDDED_PORT": "0",
        "WIREBEAT_LOG_LEVEL": "warning",
        **{f"WIREBEAT_{name.upper()}": str(value) for name, value in settings.items()},
    }


def _measured(origin: Origin, articles: int, pid: int, server: EmbeddedServer) -> Run:
    client = _when_ready(server, time.monotonic() + 60)
    ask = _asker(server.running_url())
    before, deadline = usage(pid), time.monotonic() + TIMEOUT_SECONDS
    published = origin.publish()
    ask()
    while int(client.xlen("news:articles")) + _dead(client) < articles:
        if time.monotonic() > deadline:
            raise RuntimeError(f"only {client.xlen('news:articles')} of {articles} records in {TIMEOUT_SECONDS} s")
        time.sleep(0.05)
    after = usage(pid)
    entries = client.xrange("news:articles")
    delays = sorted(int(key.split(b"-")[0]) / 1000 - published for key, _ in entries)
    used = {
        name: (after[name].cpu_seconds - before.get(name, Usage(0, 0)).cpu_seconds, after[name].pss_bytes)
        for name in after
    }
    spent = Spent(len(delays), delays[-1], sum(cpu for cpu, _ in used.values()))
    return Run(spent, used, statistics.median(delays), delays[int(len(delays) * 0.95) - 1], delays[0])


def _asker(url: str) -> Callable[[], None]:
    """Makes every feed due and says so: a clock's tick, up to 3 s away, is no part of how fast articles go through."""
    settings = load_settings(redis_url=url)
    clockwork = Clockwork(settings, make_app(settings))
    clockwork.waiting("poll")  # connected

    def ask() -> None:
        clockwork.store.do(clockwork.ledger.poll_now())
        clockwork.wake("poll")

    return ask


def _dead(client: Any) -> int:
    return int(client.xlen("news:dead"))


def _when_ready(server: EmbeddedServer, deadline: float) -> Any:
    """All roles beat, and every feed was read once while it was empty."""
    while time.monotonic() < deadline:
        try:
            client: Any = redis.Redis.from_url(server.running_url())
            beats = client.hkeys("news:heartbeat")
            feeds = client.hkeys("news:feeds")
            polled = [client.hget(f"news:feed:{name.decode()}", "polls") for name in feeds]
        except (redis.exceptions.RedisError, OSError):
            time.sleep(0.2)
            continue
        if len(beats) >= 4 and polled and all(polled):
            time.sleep(2.0)  # children are forked, the first rush is over
            return client
        time.sleep(0.2)
    raise RuntimeError("the service did not come up")


def usage(root: int) -> dict[str, Usage]:
    """By name of the process: all below `root`, with what their ended children used."""
    found: dict[str, Usage] = {}
    for pid in process_tree(root):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            pss = sum(int(line.split()[1]) for line in _lines(pid) if line.startswith("Pss:")) * 1024
        except OSError:
            continue
        cpu = sum(map(int, fields[11:15])) / TICKS
        found[f"{role_name(pid)} {pid}"] = Usage(cpu, pss)
    return found


def _lines(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()


def role_name(pid: int) -> str:
    words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    if words and b"valkey" in words[0]:
        return "server"
    known = [word.decode() for word in words if word in (b"run", b"beat", b"poll", b"fetch", b"enrich", b"web")]
    return known[0] if known else "child"


def process_tree(root: int) -> list[int]:
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found, queue = [root], [root]
    while queue:
        parent = queue.pop()
        below = [pid for pid, above in parents.items() if above == parent]
        found += below
        queue += below
    return found
