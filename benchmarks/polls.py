"""What a poll costs that brings nothing new, at 10,000 feeds in a minute: CPU of all processes, beyond what the same
service takes when nothing is due.

python -m benchmarks.polls [--set feeds=10000] [--set seconds=30] [--set connect=1: no connection is kept]

The service begins with a store in which every feed was read once, as after a restart, and none is due. Then a minute
begins in which each is due once: the first one, in which nothing is warm and every connection is new, and from which
it is told how late feeds are asked. The windows after that are `seconds` long, of the same steady rate. It takes less
than three minutes.
"""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.frame import Options, Result, Row, Skipped, alone
from benchmarks.papers import Habit, Papers
from benchmarks.running import TICKS, Running, poll_now, running, spent
from config.feeds import load_feeds
from worker.bench.pages import generated
from worker.clock import now
from worker.embedded import EmbeddedServer
from worker.feedlist import sync_call
from worker.ledger import Ledger, SyncStore

if TYPE_CHECKING:
    from collections.abc import Callable

FEEDS_A_SITE = 10
#: entries that stand in every feed, the same in all
STANDING = 15
MINUTE = 60.0
#: from the writing of the store to the first poll: the roles are up, and idle for a while
SETTLE_SECONDS = 40.0
IDLE_SECONDS = 10.0
ROUND_SECONDS = 60.0
SITES = "sites"
#: not of the service; and what reads articles, and has no part in a poll
APART = frozenset((SITES, "enrich"))


class Window(NamedTuple):
    polls: int
    seconds: float
    cpu: dict[str, float]

    def ms(self, idle: Window, *names: str) -> float:
        """Milliseconds of CPU a poll, of these processes or of all that poll, beyond what they take when idle."""
        chosen = names or tuple(name for name in self.cpu if name not in APART)
        beyond = (self.cpu[name] - idle.cpu.get(name, 0.0) / idle.seconds * self.seconds for name in chosen)
        # a process that did less than before is none that polls
        return 1000 * sum(max(cpu, 0.0) for cpu in beyond) / max(self.polls, 1)

    def share(self) -> float:
        return 100 * sum(cpu for name, cpu in self.cpu.items() if name != SITES) / self.seconds


class Stand(NamedTuple):
    papers: Papers
    service: Running

    def during(self, wait: Callable[[], None]) -> Window:
        polls, before, began = sum(self.papers.polls), self._cpu_seconds(), time.monotonic()
        wait()
        cpu = spent(before, self._cpu_seconds())
        return Window(sum(self.papers.polls) - polls, time.monotonic() - began, cpu)

    def _cpu_seconds(self) -> dict[str, float]:
        fields = Path(f"/proc/{self.papers.process_id}/stat").read_text().rpartition(")")[2].split()
        return {**self.service.cpu_seconds(), SITES: sum(map(int, fields[11:13])) / TICKS}

    def round(self) -> None:
        """All feeds are due, but for those just asked; until as good as each was."""
        enough = sum(self.papers.polls) + self.papers.feeds * 0.98
        poll_now(self.service.url)
        with suppress(RuntimeError):  # how many were, the row says
            self.service.wait_until(lambda: sum(self.papers.polls) >= enough, "round", ROUND_SECONDS)


class Known(NamedTuple):
    """The store of a service that has read every feed. `due`: of each, seconds since 1970; none before `starts`."""

    papers: Papers
    starts: float

    def due(self, feed: int) -> float:
        # spread as jitter would: feeds of one site are not due together
        return self.starts + MINUTE * (feed * 7919 % self.papers.feeds) / self.papers.feeds

    def write(self, folder: Path) -> None:
        server = EmbeddedServer(folder, port=0, prefix="news")
        server.start()
        try:
            self._write(server.url)
        finally:
            server.stop()

    def _write(self, url: str) -> None:
        store = SyncStore(url)
        feeds = load_feeds(self.papers.feed_list(f"{MINUTE:g}s"), file="feeds.toml", poll_interval_seconds=MINUTE)
        store.do(sync_call(Ledger(), feeds)[1])
        read_at = round(now().timestamp() * 1000)
        pipe = store.redis.pipeline(transaction=False)
        for number, document in enumerate(self.papers.documents()):
            known: dict[str, Any] = {
                "etag": '"0"',
                "body_hash": hashlib.sha256(document).hexdigest()[:32],
                "status": "working",
                "polls": 1,
                "errors_in_a_row": 0,
                "last_success_ms": read_at,
                "last_full_ms": read_at,
            }
            pipe.hset(f"news:feed:paper-{number}", mapping=known)
            pipe.zadd("news:pending:poll", {f"paper-{number}": round(self.due(number) * 1000)})
        pipe.execute()


def run(options: Options) -> Result:
    feeds, seconds = options.number("feeds", full=10_000, quick=0), options.number("seconds", full=30, quick=0)
    if not feeds:
        raise Skipped("a minute of polls takes longer than a quick run has")
    habit = Habit(standing=STANDING, keep_alive=not options.number("connect", full=0, quick=0), seed=options.seed)
    papers = Papers(feeds=feeds, sites=max(feeds // FEEDS_A_SITE, 1), pages=generated(STANDING), habit=habit)
    with papers:
        known = Known(papers, now().timestamp() + SETTLE_SECONDS)
        listed = papers.feed_list(f"{MINUTE:g}s")
        with running(listed, port=papers.port, host_interval="0", before=known.write) as service:
            return _measured(Stand(papers, service), known, seconds)


def _measured(stand: Stand, known: Known, seconds: float) -> Result:
    _sleep_until(known.starts - IDLE_SECONDS)
    idle = stand.during(partial(_sleep_until, known.starts))
    windows = {"the first minute": stand.during(partial(_sleep_until, known.starts + MINUTE))}
    late = _lateness(known)
    asked = sum(1 for polls in stand.papers.polls if polls)
    steady = f"{known.papers.feeds} a minute"
    windows[steady] = stand.during(partial(time.sleep, seconds))
    stand.papers.changed_share.value = 0.01
    windows["1 % changed"] = stand.during(partial(time.sleep, seconds / 2))
    stand.papers.changed_share.value = 0.0
    stand.papers.validators.value = 0
    windows["same body, no validators"] = stand.during(partial(time.sleep, seconds / 2))
    stand.papers.validators.value = 1
    at_once = stand.during(stand.round)
    memory = stand.service.client.info("memory")["used_memory"]
    rows = [_row(name, window, idle, judged=name == steady) for name, window in windows.items()]
    rows += [
        Row("asked in the first minute", asked, f"of {known.papers.feeds} feeds", target=known.papers.feeds * 0.99),
        *(Row(f"late, p{share}", late[len(late) * share // 100], "s", lower_is_better=True) for share in (50, 95, 99)),
        Row("all at once", at_once.polls / at_once.seconds, "polls/s", note=f"{at_once.polls} polls"),
        Row("store", memory / known.papers.feeds, "bytes a feed", note="all that the server holds"),
    ]
    note = f"idle with {known.papers.feeds} feeds: {idle.share():.1f} % of a core, taken off above"
    return Result(
        "polls",
        tuple(rows),
        (f"{note}; plain HTTP; the sites' CPU, and that of the role that reads articles, stand in the notes alone",),
    )


def _row(name: str, window: Window, idle: Window, *, judged: bool) -> Row:
    bars = {"target": 0.10, "aim": 0.05} if judged else {}
    parts = ", ".join(f"{one} {window.ms(idle, one):.3f}" for one in sorted(window.cpu))
    note = f"{window.polls / window.seconds:.0f} polls/s; {parts}"
    return Row(f"unchanged, {name}", window.ms(idle), "ms a poll", lower_is_better=True, note=note, **bars)


def _lateness(known: Known) -> list[float]:
    """Seconds from when a feed was due to when its site was asked, in order; of those never asked, to now."""
    never = now().timestamp()
    return sorted(max((at or never) - known.due(feed), 0.0) for feed, at in enumerate(known.papers.first_asked))


def _sleep_until(moment: float) -> None:
    time.sleep(max(moment - now().timestamp(), 0.0))


if __name__ == "__main__":
    alone(run)
