"""Two worker hosts on one server against one with the same cores; then one joins and one is killed under load.

python -m benchmarks.hosts [--set items=600]

A host here is a supervisor with roles and a data directory of its own. Each of the two is pinned to one core and reads
with one process; the one to compare with has both cores and two processes. Server and sites are pinned nowhere. All
are up, and have read every feed once, before anything is shown. While hosts are compared, the sites may be asked
without pause: at a request a second each, what is measured is waiting for turns, with half of both cores idle. Where
one joins and one is killed, they are asked as politely as ever.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

import redis

from benchmarks.frame import Options, Result, Row, Skipped, against, alone
from benchmarks.papers import Habit, Item, Papers
from benchmarks.running import Ends, Running, cpu_seconds, ends, environment, poll_now, process_tree
from worker.bench.pages import generated
from worker.embedded import EmbeddedServer
from worker.ledger import Ledger, SyncStore

if TYPE_CHECKING:
    from collections.abc import Iterator

NETWORK_SECONDS = (0.05, 0.15)
SITES = 60
PAGES = 300
#: seconds between two polls of a feed in the second part, and items that appear in one
EVERY = 10
ITEMS_A_SECOND = 10.0
WITHOUT_PAUSE = {"host_interval": "0", "host_concurrency": "32"}


@contextmanager
def server(folder: Path) -> Iterator[str]:
    embedded = EmbeddedServer(folder, port=0, prefix="news")
    embedded.start()
    try:
        yield embedded.url
    finally:
        embedded.stop()


class Host:
    def __init__(
        self, folder: Path, url: str, port: int, feeds: Path, *, cores: set[int] | None, settings: dict[str, str]
    ) -> None:
        folder.mkdir()
        chosen = environment(port, redis_url=url, **settings)
        command = [
            sys.executable,
            "-m",
            "worker.cli",
            "run",
            "--no-web",
            "--feeds",
            str(feeds),
            "--data-dir",
            str(folder),
        ]
        self.log = folder / "log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                env=chosen | {"WIREBEAT_HEARTBEAT_FILE": str(folder / "heartbeat")},
                stdout=subprocess.DEVNULL,
                stderr=log,
                preexec_fn=(lambda: os.sched_setaffinity(0, cores)) if cores else None,  # noqa: PLW1509  (one system call)
            )

    def kill(self) -> None:
        """Everything of it, at once."""
        for pid in process_tree(self.process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(20)


class Stand:
    """Sites, a server, and hosts that come and go."""

    def __init__(self, stack: ExitStack, items: list[Item], seed: int, every: str) -> None:
        habit = Habit(delay_seconds=NETWORK_SECONDS, seed=seed)
        self.folder = Path(stack.enter_context(TemporaryDirectory(prefix="wb-bench-")))
        self.papers = stack.enter_context(
            Papers(feeds=SITES, sites=SITES, pages=generated(PAGES, seed), items=items, habit=habit)
        )
        self.url = stack.enter_context(server(self.folder))
        self.feeds = self.folder / "feeds.toml"
        self.feeds.write_text(self.papers.feed_list(every))
        self.client: Any = redis.Redis.from_url(self.url)
        self._stack, self._hosts = stack, 0

    def host(self, *, cores: set[int] | None, processes: int, **settings: str) -> Host:
        self._hosts += 1
        folder = self.folder / f"host-{self._hosts}"
        settings["enrich_processes"] = str(processes)
        made = Host(folder, self.url, self.papers.port, self.feeds, cores=cores, settings=settings)
        self._stack.callback(made.stop)
        return made

    def running(self, host: Host) -> Running:
        return Running(host.process, host.log.parent, self.feeds, self.client, self.url)

    def begin(self, host: Host, hosts: int) -> tuple[Running, float]:
        """When all roles of so many hosts beat, and every feed was read once while it was empty."""
        running = self.running(host)
        running.wait_until(lambda: len(self.client.hkeys("news:heartbeat")) >= 4 * hosts, "roles")
        running.wait_until(lambda: min(self.papers.polls) > 0, "first round")
        time.sleep(3)
        began = self.papers.begin()
        poll_now(self.url)
        return running, began


class Pace(NamedTuple):
    per_second: float
    #: of all roles of all hosts, the server's left out
    per_cpu_second: float


def pace(count: int, seed: int, cores: list[set[int]], processes: int) -> Pace:
    with ExitStack() as stack:
        stand = Stand(stack, [Item(0.0, n % SITES, n) for n in range(count)], seed, "1d")
        hosts = [stand.host(cores=chosen, processes=processes, **WITHOUT_PAUSE) for chosen in cores]
        running, _ = stand.begin(hosts[0], len(hosts))
        used = -sum(cpu_seconds(host.process.pid).total() for host in hosts)
        running.wait_until(lambda: len(ends(running).written) >= count, "record of every entry", 600)
        used += sum(cpu_seconds(host.process.pid).total() for host in hosts)
        times = sorted(ends(running).written.values())
        # from the tenth part on: what waits for the first feeds is not what is compared
        first = times[count // 10]
        return Pace((count - count // 10) / (times[-1] - first), count / used)


class Change(NamedTuple):
    ends: Ends
    expected: int
    seconds: float
    #: of the feed that was asked oftenest, beyond what its interval allows
    polls_too_many: int
    balance: int


def changed_under_load(count: int, seed: int, rate: float) -> Change:
    """Items appear by and by; a second host joins after a third of the time, the first is killed after two thirds."""
    seconds = count / rate
    items = [Item(seconds * n / count, n % SITES, n) for n in range(count)]
    with ExitStack() as stack:
        stand = Stand(stack, items, seed, f"{EVERY}s")
        first = stand.host(cores=None, processes=1)
        _, began = stand.begin(first, 1)
        polls_before = list(stand.papers.polls)
        time.sleep(seconds / 3)
        second = stand.host(cores=None, processes=1)
        time.sleep(seconds / 3)
        first.kill()
        running = stand.running(second)
        # what the dead host held comes back when its leases run out, after 90 s at the most
        running.wait_until(lambda: len(ends(running).written) + ends(running).dead >= count, "end of every entry", 300)
        passed = time.time() - began
        polls = [after - before for after, before in zip(stand.papers.polls, polls_before, strict=True)]
        # jitter makes a poll up to a tenth early; poll_now asked once more
        allowed = passed / (EVERY * 0.9) + 2
        balance = SyncStore(stand.url, "news").do(Ledger().account()).balance()
        return Change(ends(running), count, passed, max(0, round(max(polls) - allowed)), balance)


def run(options: Options) -> Result:
    count = options.number("items", full=600, quick=0)
    if not count:
        raise Skipped("six services that start and drain take longer than a quick run has")
    cores = sorted(os.sched_getaffinity(0))[:2]
    if len(cores) < 2:
        raise Skipped("there is one core alone")
    one = pace(count, options.seed, [set(cores)], 2)
    two = pace(count, options.seed, [{cores[0]}, {cores[1]}], 1)
    change = changed_under_load(count // 3, options.seed, ITEMS_A_SECOND)
    lost = change.expected - len(change.ends.written) - change.ends.dead
    note = f"{change.expected} entries in {change.seconds:.0f} s, leases of the dead host included"
    rows = (
        against(
            "two hosts", two.per_second, one.per_second, "articles/s", target=0.95, note="reference: one, both cores"
        ),
        against("their CPU", two.per_cpu_second, one.per_cpu_second, "articles/cpu-s"),
        Row(
            "lost when one joins and one is killed", lost, "articles", target=0, aim=0, lower_is_better=True, note=note
        ),
        Row("written twice", change.ends.twice, "articles", target=0, aim=0, lower_is_better=True),
        Row("polls beyond a feed's interval", change.polls_too_many, "", target=0, aim=0, lower_is_better=True),
        Row("out of balance", abs(change.balance), "articles", target=0, aim=0, lower_is_better=True),
    )
    return Result("hosts", rows)


if __name__ == "__main__":
    alone(run)
