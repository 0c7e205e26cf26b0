"""The plain loop with each technique taken away in turn. A ratio over 1 is what the technique brings.

Some are there for memory, or for the first article of a process. `limit` has names in one pass.
"""

from __future__ import annotations

from benchmarks.frame import Options, Result, Skipped, against, alone
from benchmarks.lanes import Lane, in_turns
from benchmarks.loops import WITHOUT, Parts, own_stages
from worker.bench.pages import pages_of


def run(options: Options) -> Result:
    if options.quick:
        raise Skipped("not part of --quick: every technique needs a process that loads the model")
    pages = pages_of(options.pages, options.number("articles", full=80, quick=5), options.seed)
    rounds = options.number("rounds", full=3, quick=1)
    with_all = Lane("with all", pages, own_stages, Parts())
    lanes = {name: Lane(name, pages, own_stages, Parts(without=name)) for name in WITHOUT}
    try:
        in_turns([with_all, *lanes.values()], rounds)
    finally:
        for lane in (with_all, *lanes.values()):
            lane.__exit__()
    rate = with_all.per_cpu_second
    rows = [against(name, rate, lane.per_cpu_second, "articles/cpu-s") for name, lane in lanes.items()]
    return Result("techniques", tuple(rows), (f"{len(pages)} pages, {rounds} turns; reference: without it",))


if __name__ == "__main__":
    alone(run)
