"""The whole service, from loopback HTTP to the stream, against the plain loop over the same pages in the same run.

Counted is the CPU time of every process of the service: supervisor, beat, poll, fetch, enrich and its children, server.
The two take turns, since the same loop over the same pages differs by a tenth from one minute to the next; of the
turns' ratios the middle one is shown, and all of them in the notes.
"""

from __future__ import annotations

import os
import sys
from statistics import median
from typing import Any, NamedTuple

from benchmarks.frame import Options, Result, Row, against, alone
from config.settings import load_settings
from worker.bench.origin import Origin
from worker.bench.pages import GeneratedPage, pages_of
from worker.bench.plain_loop import Spent, plain_loop
from worker.bench.service import MIB, Run, whole_service
from worker.observe import set_up_logging
from worker.roles import warm_tagger

FEEDS = 20


def run(options: Options) -> Result:
    settings = load_settings(log_level="error")
    set_up_logging(settings, "bench")
    pages = pages_of(options.pages, options.number("articles", full=700, quick=40), options.seed)
    turns = options.number("turns", full=3, quick=1)
    processes = options.number("processes", full=os.cpu_count() or 1, quick=os.cpu_count() or 1)
    tagger = warm_tagger(settings)
    rows: list[Row] = []
    data: dict[str, Any] = {}
    for latency_ms in (0,) if options.quick else (0, 200):
        taken = []
        for turn in range(turns):
            sys.stderr.write(f"{len(pages)} pages, {latency_ms} ms a page, turn {turn + 1} of {turns} ...\n")
            with Origin(pages, feeds=FEEDS, delay_seconds=latency_ms / 1000) as origin:
                taken.append(Turn(whole_service(origin, len(pages)), the_loop(origin, pages, tagger, processes)))
        rows += _rows(taken, latency_ms)
        data[f"{latency_ms} ms"] = [
            {name: {"cpu_seconds": cpu, "pss_mib": pss // MIB} for name, (cpu, pss) in turn.service.processes.items()}
            for turn in taken
        ]
    notes = (
        f"{len(pages)} pages in {FEEDS} feeds, all shown at once; {processes} processes in the loop and in the service",
        "names are read in the first 1,200 tokens, the default",
    )
    return Result("end_to_end", tuple(rows), notes, data=data)


class Turn(NamedTuple):
    service: Run
    loop: Spent

    @property
    def cpu_ratio(self) -> float:
        return self.service.spent.per_cpu_second / self.loop.per_cpu_second

    @property
    def wall_ratio(self) -> float:
        return self.service.spent.per_second / self.loop.per_second


def the_loop(origin: Origin, pages: list[GeneratedPage], tagger: Any, processes: int) -> Spent:
    origin.publish()
    documents = [origin.feed_document(number) for number in range(origin.feeds)]
    return plain_loop(tagger, documents, {f"{origin.base}/a/{n}": page.html for n, page in enumerate(pages)}, processes)


def _rows(turns: list[Turn], latency_ms: int) -> list[Row]:
    at = f", {latency_ms} ms a page"
    of_cpu, of_wall = sorted(turns, key=lambda turn: turn.cpu_ratio), sorted(turns, key=lambda turn: turn.wall_ratio)
    cpu, wall = of_cpu[len(turns) // 2], of_wall[len(turns) // 2]
    overhead_ms = 1000 * (1 / cpu.service.spent.per_cpu_second - 1 / cpu.loop.per_cpu_second)
    readers = [pss / MIB for name, (_, pss) in cpu.service.processes.items() if name.startswith(("enrich", "child"))]
    all_cpu = "turns: " + ", ".join(f"{turn.cpu_ratio:.3f}" for turn in of_cpu)
    all_wall = "turns: " + ", ".join(f"{turn.wall_ratio:.3f}" for turn in of_wall)
    return [
        against(f"CPU{at}", cpu.service.spent.per_cpu_second, cpu.loop.per_cpu_second, "articles/cpu-s",
            target=0.92, aim=0.97, note=all_cpu),
        against(f"wall{at}", wall.service.spent.per_second, wall.loop.per_second, "articles/s",
            target=0.87, aim=0.95, note=all_wall),
        Row(f"overhead{at}", overhead_ms, "ms CPU an article"),
        Row(f"first record{at}", median(turn.service.first_record_seconds for turn in turns), "s"),
        Row(f"PSS of a process that reads articles{at}", max(readers, default=None), "MiB",
            target=180, aim=120, lower_is_better=True),
    ]  # fmt: skip


if __name__ == "__main__":
    alone(run)
