"""From the moment an item stands in its feed to its record in the stream: 200 feeds at 200 sites, a network's delay.

python -m benchmarks.latency [--set interval=5] [--set feeds=200] [--set seconds=60]

Each feed, and the pages of each site, have an address of their own, so that what is waited for is the service and not
the turn at a host that a good guest waits for. Every site was visited once before: its robots.txt is known.
"""

from __future__ import annotations

import json
import random
import statistics
import time
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from benchmarks.frame import Options, Result, Row, alone
from benchmarks.papers import Habit, Item, Papers
from benchmarks.running import Running, item_of, running, spent
from worker.bench.pages import generated

#: of feeds and pages: 200 ms in the middle
NETWORK_SECONDS = (0.1, 0.3)
#: about 30 % of what two cores read
ITEMS_A_SECOND = 6
PAGES = 400
PARTS = ("until its feed was read", "until its page was there", "until its record was written")


class Delays(NamedTuple):
    #: sorted, seconds
    of_items: list[float]
    expected: int
    cpu_share: float
    #: medians of the way's parts
    parts: dict[str, float]

    def at(self, share: float) -> float:
        return self.of_items[min(int(len(self.of_items) * share), len(self.of_items) - 1)]


def delays(feeds: int, interval: float, seconds: float, seed: int) -> Delays:
    rng = random.Random(seed)
    visits = [Item(-1.0, feed, feed) for feed in range(feeds)]
    count = round(ITEMS_A_SECOND * seconds)
    fresh = sorted(rng.uniform(0, seconds) for _ in range(count))
    items = visits + [Item(after, rng.randrange(feeds), feeds + n) for n, after in enumerate(fresh)]
    habit = Habit(delay_seconds=NETWORK_SECONDS, seed=seed)
    papers = Papers(feeds=feeds, sites=feeds, pages=generated(PAGES, seed), items=items, habit=habit)
    with papers, running(papers.feed_list(f"{interval:g}s"), port=papers.port) as service:
        service.wait_until(lambda: _records(service) >= feeds, "visit of every site", 180)
        time.sleep(2)
        before, began = service.cpu_seconds(), papers.begin()
        time.sleep(seconds)
        cpu = sum(spent(before, service.cpu_seconds()).values())
        service.wait_until(lambda: _records(service) >= len(items), "record of every item", 60 + 3 * interval)
        ways = [
            _way(began + items[item_of(fields)].after_seconds, stream_id, fields)
            for stream_id, fields in service.client.xrange("news:articles")
            if item_of(fields) >= feeds
        ]
    parts = {name: statistics.median(way[name] for way in ways) for name in ways[0]}
    return Delays(sorted(sum(way.values()) for way in ways), count, cpu / seconds, parts)


def _way(shown: float, stream_id: bytes, fields: dict[bytes, bytes]) -> dict[str, float]:
    told = json.loads(fields[b"data"])["provenance"]
    stops = [shown, *(datetime.fromisoformat(told[name]).timestamp() for name in ("seen_at", "fetched_at"))]
    stops.append(int(stream_id.split(b"-")[0]) / 1000)
    return {name: after - before for name, (before, after) in zip(PARTS, pairwise(stops), strict=True)}


def _records(service: Running) -> int:
    return int(service.client.xlen("news:articles"))


def _rows(found: Delays, interval: float) -> list[Row]:
    way = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in found.parts.items())
    note = f"{len(found.of_items)} of {found.expected} items, {100 * found.cpu_share:.0f} % of a core at work; {way}"
    p50, p95, p99 = (found.at(share) for share in (0.50, 0.95, 0.99))
    every = f"every {interval:g} s"
    middle, end = interval / 2, interval
    return [
        Row(f"{every}, p50", p50, "s", target=middle + 0.9, aim=middle + 0.6, lower_is_better=True, note=note),
        Row(f"{every}, p95", p95, "s", target=end + 1.2, aim=end + 1.0, lower_is_better=True),
        Row(f"{every}, p99", p99, "s", lower_is_better=True),
    ]


def run(options: Options) -> Result:
    feeds = options.number("feeds", full=200, quick=40)
    seconds = options.number("seconds", full=60, quick=5)
    chosen = options.number("interval", full=0, quick=1)
    rows: list[Row] = []
    for interval in (chosen,) if chosen else (1, 5):
        found = delays(feeds, interval, seconds, options.seed)
        rows += _rows(found, interval)
    return Result("latency", tuple(rows), (f"{feeds} feeds at as many sites, network 100 to 300 ms each way",))


if __name__ == "__main__":
    alone(run)
