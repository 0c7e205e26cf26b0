"""The whole service, from loopback HTTP to the stream, against the plain loop over the same pages in the same run.

Counted is the CPU time of every process of the service: supervisor, beat, poll, fetch, enrich and its children, server.
"""

from __future__ import annotations

import os
import sys
from typing import Any

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
    pages = pages_of(options.pages, options.number("articles", full=1000, quick=40), options.seed)
    processes = options.number("processes", full=os.cpu_count() or 1, quick=os.cpu_count() or 1)
    tagger = warm_tagger(settings)
    rows: list[Row] = []
    data: dict[str, Any] = {}
    for latency_ms in (0,) if options.quick else (0, 200):
        with Origin(pages, feeds=FEEDS, delay_seconds=latency_ms / 1000) as origin:
            sys.stderr.write(f"{len(pages)} pages, {latency_ms} ms a page: the service, then the plain loop ...\n")
            service = whole_service(origin, len(pages))
            loop = the_loop(origin, pages, tagger, processes)
        rows += _rows(service, loop, latency_ms)
        data[f"{latency_ms} ms"] = {
            name: {"cpu_seconds": cpu, "pss_mib": pss // MIB} for name, (cpu, pss) in service.processes.items()
        }
    notes = (
        f"{len(pages)} pages in {FEEDS} feeds, all shown at once; {processes} processes in the loop and in the service",
        "names are read in the first 1,200 tokens, the default",
    )
    return Result("end_to_end", tuple(rows), notes, data=data)


def the_loop(origin: Origin, pages: list[GeneratedPage], tagger: Any, processes: int) -> Spent:
    origin.publish()
    documents = [origin.feed_document(number) for number in range(origin.feeds)]
    return plain_loop(tagger, documents, {f"{origin.base}/a/{n}": page.html for n, page in enumerate(pages)}, processes)


def _rows(service: Run, loop: Spent, latency_ms: int) -> list[Row]:
    spent, at = service.spent, f", {latency_ms} ms a page"
    overhead_ms = 1000 * (1 / spent.per_cpu_second - 1 / loop.per_cpu_second)
    readers = [pss / MIB for name, (_, pss) in service.processes.items() if name.startswith(("enrich", "child"))]
    return [
        against(f"CPU{at}", spent.per_cpu_second, loop.per_cpu_second, "articles/cpu-s", target=0.92, aim=0.97),
        against(f"wall{at}", spent.per_second, loop.per_second, "articles/s", target=0.87, aim=0.95),
        Row(f"overhead{at}", overhead_ms, "ms CPU an article"),
        Row(f"first record{at}", service.first_record_seconds, "s"),
        Row(f"PSS of a process that reads articles{at}", max(readers, default=None), "MiB",
            target=180, aim=120, lower_is_better=True),
    ]  # fmt: skip


if __name__ == "__main__":
    alone(run)
