"""Many entries at once, with a slow and a dead host among the sites: what comes first, and whom they harm.

python -m benchmarks.burst [--set items=2000] [--set sites=100]

Twice the same entries: once with all sites alike, once with a site that takes 2 s for a page and one that accepts and
never answers. The entries of all other sites are compared.
"""

from __future__ import annotations

import time
from typing import NamedTuple

from benchmarks.frame import Options, Result, Row, Skipped, alone
from benchmarks.papers import Habit, Item, Papers
from benchmarks.running import ends, poll_now, running
from worker.bench.pages import generated

NETWORK_SECONDS = (0.1, 0.3)
SLOW_SITE, DEAD_SITE = 1, 2
SLOW_SECONDS = 2.0
PAGES = 300


class Burst(NamedTuple):
    first_seconds: float
    #: of the entries of sites that are well, sorted
    others: list[float]

    @property
    def p95(self) -> float:
        return self.others[int(len(self.others) * 0.95) - 1]


def burst(items: list[Item], sites: int, seed: int, slow: tuple[tuple[int, float | None], ...]) -> Burst:
    well = {n for n, item in enumerate(items) if item.feed % sites not in (SLOW_SITE, DEAD_SITE)}
    habit = Habit(delay_seconds=NETWORK_SECONDS, seed=seed, slow=slow)
    papers = Papers(feeds=sites, sites=sites, pages=generated(PAGES, seed), items=items, habit=habit)
    with papers, running(papers.feed_list("1d"), port=papers.port, high_water="200") as service:
        service.wait_until(lambda: min(papers.polls) > 0, "first round")
        time.sleep(3)
        began = papers.begin()
        poll_now(service.url)
        service.wait_until(lambda: service.client.xlen("news:articles") >= len(well), "first records", 900)
        service.wait_until(lambda: well <= ends(service).written.keys(), "record of every entry", 300)
        written = ends(service).written
    others = sorted(written[n] - began for n in well)
    return Burst(min(written.values()) - began, others)


def run(options: Options) -> Result:
    count = options.number("items", full=2000, quick=0)
    if not count:
        raise Skipped("two services that start and drain take longer than a quick run has")
    sites = options.number("sites", full=100, quick=20)
    items = [Item(0.0, n % sites, n) for n in range(count)]
    alike = burst(items, sites, options.seed, ())
    mixed = burst(items, sites, options.seed, ((SLOW_SITE, SLOW_SECONDS), (DEAD_SITE, None)))
    harm = 100 * (mixed.p95 / alike.p95 - 1)
    rate = len(mixed.others) / mixed.others[-1]
    rows = (
        Row("first record", mixed.first_seconds, "s", alike.first_seconds, target=2, aim=1, lower_is_better=True),
        Row("p95 of the other sites", mixed.p95, "s", alike.p95, lower_is_better=True),
        Row("harm to their p95", harm, "%", target=20, aim=5, lower_is_better=True),
        Row("drained", rate, "articles/s", len(alike.others) / alike.others[-1]),
    )
    note = f"{count} entries of {sites} sites, one request a second to a site; reference: all sites alike"
    return Result("burst", rows, (note,))


if __name__ == "__main__":
    alone(run)
