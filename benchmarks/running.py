"""The whole service as an operator starts it, and the CPU time of each of its processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import redis

from config.settings import load_settings
from worker.app import make_app
from worker.bench.service import process_tree, role_name
from worker.embedded import EmbeddedServer
from worker.wiring import Clockwork

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

#: these tell the store that they are there
ROLES = ("beat", "poll", "fetch", "enrich")
TICKS = os.sysconf("SC_CLK_TCK")


class Running(NamedTuple):
    process: subprocess.Popen[bytes]
    folder: Path
    feeds: Path
    client: Any
    url: str

    def cpu_seconds(self) -> Counter[str]:
        """By role, what ended children used included."""
        return cpu_seconds(self.process.pid)

    def wait_until(self, condition: Any, what: str, timeout_seconds: float = 120.0) -> None:
        deadline = time.monotonic() + timeout_seconds
        while not condition():
            if self.process.poll() is not None:
                raise RuntimeError(f"the service ended: {self.log()[-2000:]}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"no {what} within {timeout_seconds} s: {self.log()[-2000:]}")
            time.sleep(0.05)

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")


class Ends(NamedTuple):
    """What became of the items shown, by the stream and by the letters that could not be delivered."""

    #: item → seconds since 1970 at which its record was written
    written: dict[int, float]
    #: records beyond the first of an article
    twice: int
    dead: int


def ends(service: Running) -> Ends:
    written: dict[int, float] = {}
    versions: Counter[tuple[bytes, bytes]] = Counter()
    for stream_id, fields in service.client.xrange("news:articles"):
        versions[fields[b"id"], fields[b"version"]] += 1
        written.setdefault(item_of(fields), int(stream_id.split(b"-")[0]) / 1000)
    twice = sum(count - 1 for count in versions.values())
    return Ends(written, twice, int(service.client.xlen("news:dead")))


@contextmanager
def running(
    feed_list: str, *, port: int, web: bool = False, before: Callable[[Path], None] | None = None, **settings: str
) -> Iterator[Running]:
    """`port`: of the sites on loopback. `before`: is given the data directory before the start. Ready when every role
    beats."""
    with tempfile.TemporaryDirectory(prefix="wb-bench-") as name:
        folder = Path(name)
        feeds = folder / "feeds.toml"
        feeds.write_text(feed_list)
        if before is not None:
            before(folder)
        arguments = ["run", "--feeds", str(feeds), "--data-dir", name, *(() if web else ("--no-web",))]
        process = subprocess.Popen(
            [sys.executable, "-m", "worker.cli", *arguments],
            env=environment(port, **settings),
            stdout=subprocess.DEVNULL,
            stderr=(folder / "log").open("wb"),
        )
        try:
            server = EmbeddedServer(folder, port=0, prefix="news")
            client, url = _client(server, process)
            yield Running(process, folder, feeds, client, url)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def environment(port: int, **settings: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WIREBEAT_")}
    chosen = {
        "allow_origins": f"127.0.0.0/8:{port}",
        "embedded_port": "0",
        "web_port": "0",
        "log_level": "warning",
        "canary_interval": "0",
        **settings,
    }
    return kept | {f"WIREBEAT_{name.upper()}": value for name, value in chosen.items()}


def _client(server: EmbeddedServer, process: subprocess.Popen[bytes]) -> tuple[Any, str]:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and process.poll() is None:
        try:
            url = server.running_url()
            client: Any = redis.Redis.from_url(url)
            if len(client.hkeys("news:heartbeat")) >= len(ROLES):
                return client, url
        except (redis.exceptions.RedisError, OSError):
            pass
        time.sleep(0.1)
    raise RuntimeError("the service did not come up")


def cpu_seconds(root: int) -> Counter[str]:
    used: Counter[str] = Counter()
    for pid in process_tree(root):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            used[role_name(pid)] += sum(map(int, fields[11:15])) / TICKS  # type: ignore[assignment]
        except OSError:
            continue
    return used


def spent(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    return {name: round(after[name] - before.get(name, 0.0), 2) for name in after}


def item_of(fields: Mapping[bytes, bytes]) -> int:
    """The number of the item that a record of benchmarks.papers is of."""
    return int(fields[b"url"].rpartition(b"/")[2])


def process_ids(root: int, name: str) -> list[int]:
    """Of a role, or of the processes that it forked: `enrich child`."""
    role = name.removesuffix(" child")
    # what a role forks has its command line
    own = [pid for pid in process_tree(root) if role_name(pid) == role]
    return own[1:] if name.endswith(" child") else own[:1]


def poll_now(url: str) -> None:
    """All feeds are due, and the role that polls hears of it."""
    settings = load_settings(redis_url=url)
    clockwork = Clockwork(settings, make_app(settings))
    clockwork.store.do(clockwork.ledger.poll_now())
    clockwork.wake("poll")
