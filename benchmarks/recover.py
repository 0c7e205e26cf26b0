"""Processes killed with SIGKILL while they work: an article process, and the fetch role. What is lost, what twice?

python -m benchmarks.recover [--set items=500]

Twice the same entries, undisturbed and disturbed; the kills come when a third and two thirds are written.
"""

from __future__ import annotations

import os
import signal
import time
from typing import NamedTuple

from benchmarks.frame import Options, Result, Row, Skipped, alone
from benchmarks.papers import Habit, Item, Papers
from benchmarks.running import Running, ends, poll_now, process_ids, running
from worker.bench.pages import generated
from worker.ledger import Ledger, SyncStore

NETWORK_SECONDS = (0.1, 0.3)
SITES = 50
PAGES = 300


class Ended(NamedTuple):
    seconds: float
    lost: int
    twice: int
    balance: int


def ended(count: int, seed: int, *, kills: bool) -> Ended:
    items = [Item(0.0, n % SITES, n) for n in range(count)]
    habit = Habit(delay_seconds=NETWORK_SECONDS, seed=seed)
    papers = Papers(feeds=SITES, sites=SITES, pages=generated(PAGES, seed), items=items, habit=habit)
    with papers, running(papers.feed_list("1d"), port=papers.port) as service:
        service.wait_until(lambda: min(papers.polls) > 0, "first round")
        time.sleep(3)
        began = papers.begin()
        store = SyncStore(service.url, "news")
        poll_now(service.url)
        if kills:
            _kill_when(service, "enrich child", count // 3)
            _kill_when(service, "fetch", 2 * count // 3)
        service.wait_until(lambda: _all_ended(service, count), "end of every entry", 600)
        found = ends(service)
        balance = store.do(Ledger().account()).balance()
    return Ended(max(found.written.values()) - began, count - len(found.written) - found.dead, found.twice, balance)


def _kill_when(service: Running, process: str, written: int) -> None:
    service.wait_until(lambda: service.client.xlen("news:articles") >= written, f"{written} records", 600)
    os.kill(process_ids(service.process.pid, process)[-1], signal.SIGKILL)


def _all_ended(service: Running, count: int) -> bool:
    found = ends(service)
    return len(found.written) + found.dead >= count


def run(options: Options) -> Result:
    count = options.number("items", full=500, quick=0)
    if not count:
        raise Skipped("two services that start and drain take longer than a quick run has")
    calm, killed = (ended(count, options.seed, kills=kills) for kills in (False, True))
    rows = (
        Row("lost", killed.lost, "articles", calm.lost, target=0, aim=0, lower_is_better=True),
        Row("written twice", killed.twice, "articles", calm.twice, target=0, aim=0, lower_is_better=True),
        Row(
            "out of balance", abs(killed.balance), "articles", abs(calm.balance), target=0, aim=0, lower_is_better=True
        ),
        Row("until all was written", killed.seconds, "s", calm.seconds, lower_is_better=True),
        Row("extra time", killed.seconds - calm.seconds, "s", lower_is_better=True),
    )
    return Result("recover", rows, (f"{count} entries of {SITES} sites; an article process and the fetch role killed",))


if __name__ == "__main__":
    alone(run)
