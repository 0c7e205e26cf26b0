"""Memory of a process that reads articles, over many of them: made-up pages, 1.5 % of their words never seen before.

Growth is judged from the 12,000th article to the last. `--set zones=0`: without memory zones.
"""

from __future__ import annotations

import gc
import random
import sys
from pathlib import Path
from typing import Any

from benchmarks.frame import Options, Result, Row, alone
from config.settings import load_settings
from worker.bench.pages import made_up_page
from worker.clock import now
from worker.observe import set_up_logging
from worker.offline import read_page
from worker.roles import warm_tagger

SAMPLE_EVERY = 1000
MIB = 1 << 20


def memory_bytes() -> tuple[int, int]:
    """(resident, its own share of what is shared)"""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    found = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines if line.startswith(("Rss:", "Pss:"))}
    return found["Rss"], found["Pss"]


def run(options: Options) -> Result:
    settings = load_settings(log_level="error")
    set_up_logging(settings, "bench")
    articles = options.number("articles", full=20_000, quick=100)
    every = options.number("every", full=SAMPLE_EVERY, quick=20)
    zones = bool(options.number("zones", full=1, quick=1))
    tagger: Any = warm_tagger(settings)
    if not zones:  # it goes on learning for ever
        tagger._nlp._full_at = sys.maxsize
    gc.collect()
    gc.freeze()
    curve = _curve(tagger, articles, every, options.seed)
    base = _at(curve, articles * 3 // 5)
    last = curve[-1]
    rows = (
        Row(f"growth of memory, article {base[0]:,} to {last[0]:,}", 100 * (last[1] / base[1] - 1), "%",
            target=None if options.quick else 3.0, aim=None if options.quick else 1.0, lower_is_better=True),
        Row("resident at the end", last[1] / MIB, "MiB", curve[0][1] / MIB, note="reference: before the first article"),
        Row("strings kept by the model's vocabulary, more than at the start", last[3] - curve[0][3]),
    )  # fmt: skip
    notes = (f"{articles:,} made-up pages in one process, memory zones {'on' if zones else 'off'}",)
    return Result("soak", rows, notes, data={"articles_rss_pss_strings": curve})


def _curve(tagger: Any, articles: int, every: int, seed: int) -> list[tuple[int, int, int, int]]:
    """(articles, resident bytes, own share, strings)"""
    strings = tagger._nlp._language.vocab.strings
    curve = []
    for number in range(articles + 1):
        if number % every == 0:
            curve.append((number, *memory_bytes(), len(strings)))
            sys.stderr.write(f"{number} articles: {curve[-1][1] / MIB:.0f} MiB\n")
        page = made_up_page(random.Random(f"soak/{seed}/{number}"), number)
        read_page(tagger, url=f"http://soak.invalid/{number}", now=now(), html=page.html).record.model_dump_json()
    return curve


def _at(curve: list[tuple[int, int, int, int]], articles: int) -> tuple[int, int, int, int]:
    return min(curve, key=lambda one: abs(one[0] - articles))


if __name__ == "__main__":
    alone(run)
