"""`wirebeat bench`: the whole service against a plain loop, same pages, same run."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.settings import load_settings

if TYPE_CHECKING:
    from worker.bench.plain_loop import Spent
    from worker.bench.service import Run


def bench(
    articles: Annotated[int, typer.Option(min=20, help="pages that go through")] = 300,
    pages: Annotated[
        Path | None, typer.Option(help="folder with gold.jsonl and pages of yours; else made-up ones")
    ] = None,
    latency_ms: Annotated[int, typer.Option(min=0, help="made-up network delay of every page")] = 0,
    as_data: Annotated[bool, typer.Option("--json", help="one JSON object")] = False,
) -> None:
    """Articles a second and per CPU second, and the ratio to a plain loop. Example: wirebeat bench --articles 500"""
    from worker.bench.origin import Origin
    from worker.bench.pages import pages_of
    from worker.bench.plain_loop import plain_loop
    from worker.bench.service import whole_service
    from worker.observe import set_up_logging
    from worker.roles import warm_tagger

    settings = load_settings(log_level="error")
    set_up_logging(settings, "bench")
    chosen = pages_of(pages, articles)
    processes = settings.enrich_processes or os.cpu_count() or 1
    with Origin(chosen, feeds=10, delay_seconds=latency_ms / 1000) as origin:
        sys.stderr.write(f"{len(chosen)} pages; whole service ...\n")
        service = whole_service(origin, len(chosen))
        sys.stderr.write(f"plain loop on {processes} processes ...\n")
        origin.publish()
        documents = [origin.feed_document(n) for n in range(origin.feeds)]
        bodies = {f"{origin.base}/a/{n}": page.html for n, page in enumerate(chosen)}
        loop = plain_loop(warm_tagger(settings), documents, bodies, processes)
    found = _figures(loop, service)
    sys.stdout.write((json.dumps(found) if as_data else "\n".join(_lines(found))) + "\n")


def _figures(loop: Spent, service: Run) -> dict[str, Any]:
    return {
        "articles": service.spent.articles,
        "plain_loop": {"per_cpu_second": loop.per_cpu_second, "per_second": loop.per_second},
        "service": {"per_cpu_second": service.spent.per_cpu_second, "per_second": service.spent.per_second},
        "ratio_cpu": service.spent.per_cpu_second / loop.per_cpu_second,
        "ratio_wall": service.spent.per_second / loop.per_second,
        "overhead_ms_per_article": 1000 * (1 / service.spent.per_cpu_second - 1 / loop.per_cpu_second),
        "delay_p50_seconds": service.delay_p50_seconds,
        "delay_p95_seconds": service.delay_p95_seconds,
        "processes": {
            name: {"cpu_seconds": cpu, "pss_mib": pss >> 20} for name, (cpu, pss) in service.processes.items()
        },
    }


def _lines(found: dict[str, Any]) -> list[str]:
    rows = [f"{'':<12}{'articles/cpu-s':>15}{'articles/s':>12}"]
    rows += [
        f"{name:<12}{found[name]['per_cpu_second']:>15.2f}{found[name]['per_second']:>12.2f}"
        for name in ("plain_loop", "service")
    ]
    p50, p95 = found["delay_p50_seconds"], found["delay_p95_seconds"]
    rows += [
        f"{'ratio':<12}{found['ratio_cpu']:>15.3f}{found['ratio_wall']:>12.3f}",
        f"overhead     {found['overhead_ms_per_article']:.2f} ms CPU an article, all processes",
        f"feed→stream  p50 {p50:.1f} s, p95 {p95:.1f} s, all shown at once",
    ]
    return rows + [
        f"  {name:<16} {used['cpu_seconds']:>7.2f} s CPU {used['pss_mib']:>6} MiB"
        for name, used in found["processes"].items()
    ]
