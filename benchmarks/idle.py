"""CPU of the whole service with nothing to do: 100 feeds that nobody has changed, asked every quarter of an hour.

python -m benchmarks.idle [--set seconds=60]
"""

from __future__ import annotations

import time

from benchmarks.frame import Options, Result, Row, Skipped, alone
from benchmarks.papers import Habit, Papers
from benchmarks.running import running, spent

FEEDS = 100
#: what the roles do once after their start is over
SETTLED_SECONDS = 10


def run(options: Options) -> Result:
    seconds = options.number("seconds", full=60, quick=0)
    if not seconds:
        raise Skipped("a service that has settled takes longer than a quick run has")
    papers = Papers(feeds=FEEDS, sites=FEEDS, habit=Habit(seed=options.seed))
    with papers, running(papers.feed_list("15m"), port=papers.port, web=True) as service:
        service.wait_until(lambda: min(papers.polls) > 0, "first round")
        time.sleep(SETTLED_SECONDS)
        polls, before, began = sum(papers.polls), service.cpu_seconds(), time.monotonic()
        time.sleep(seconds)
        passed = time.monotonic() - began
        used = spent(before, service.cpu_seconds())
        polls = sum(papers.polls) - polls
    whole = 100 * sum(used.values()) / passed
    rows = [Row("whole service", whole, "% of a core", target=2, aim=1, lower_is_better=True)]
    rows += [Row(name, 100 * cpu / passed, "% of a core") for name, cpu in sorted(used.items())]
    note = f"{FEEDS} feeds at 15 min with the gateway on; {polls} polls in {passed:.0f} s are in it"
    return Result("idle", tuple(rows), (note,))


if __name__ == "__main__":
    alone(run)
