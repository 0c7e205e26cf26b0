"""What one core can do: the libraries as they come against the libraries tuned and the project's own stages.

No server, no queue, no HTTP: pages from memory, one process a loop, the loops taken in turns over the same pages.
"""

from __future__ import annotations

from typing import Any

from benchmarks.frame import Options, Result, Row, against, alone
from benchmarks.lanes import Lane, in_turns
from benchmarks.loops import Parts, library_defaults, library_tuned, own_stages
from worker.bench.pages import pages_of


def run(options: Options) -> Result:
    pages = pages_of(options.pages, options.number("articles", full=120, quick=12), options.seed)
    rounds = options.number("rounds", full=3, quick=1)
    every = max(len(pages) * 2, 1_000_000)
    asked: dict[str, tuple[Any, ...]] = {"defaults": (library_defaults,), "own": (own_stages, Parts(max_tokens=every))}
    if not options.quick:
        asked |= {
            "libraries tuned": (library_tuned,),
            "own, as set": (own_stages, Parts()),
            "own, 400": (own_stages, Parts(max_tokens=400)),
            "own, token by token": (own_stages, Parts(max_tokens=every, one_pass=False)),
            "own, names alone": (own_stages, Parts(max_tokens=every, tagging=False)),
            "before": (own_stages, Parts(max_tokens=every, one_pass=False, tagging=False)),
        }
    lanes = {name: Lane(name, pages, *work) for name, work in asked.items()}
    try:
        in_turns(list(lanes.values()), rounds)
        rate = {name: lane.per_cpu_second for name, lane in lanes.items()}
        spread = {name: round(lane.spread(), 3) for name, lane in lanes.items()}
    finally:
        for lane in lanes.values():
            lane.__exit__()
    return Result("limit", _rows(rate), _notes(len(pages), rounds), data={"per_cpu_second": rate, "spread": spread})


UNIT = "articles/cpu-s"


def _rows(rate: dict[str, float]) -> tuple[Row, ...]:
    rows = [
        against("own stages, whole text", rate["own"], rate["defaults"], UNIT, target=2.3, aim=3.0,
                note="reference: trafilatura with metadata and all of en_core_web_sm, no topics, no tagging, no record")
    ]  # fmt: skip
    if len(rate) > len(("own", "defaults")):
        rows += [
            against("the two libraries alone, tuned", rate["libraries tuned"], rate["defaults"], UNIT),
            against("own stages, 1,200 tokens as set by default", rate["own, as set"], rate["own"], UNIT),
            against("own stages, 400 tokens", rate["own, 400"], rate["own"], UNIT),
            against("names in one pass", rate["own"], rate["own, token by token"], UNIT,
                    note="reference: the same stages with spaCy's component, token by token"),
            against("with topics, entities, sources against the state before them", rate["own"], rate["before"], UNIT,
                    target=0.85, aim=0.95, note="reference: extraction, spaCy's component and the record"),
            against("the same, both with names in one pass", rate["own"], rate["own, names alone"], UNIT,
                    note="reference: extraction, names in one pass and the record"),
        ]  # fmt: skip
    return tuple(rows)


def _notes(pages: int, rounds: int) -> tuple[str, ...]:
    return (f"{pages} pages, {rounds} turns each after a warm one; CPU time of the loop's process",)


if __name__ == "__main__":
    alone(run)
