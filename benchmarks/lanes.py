"""Loops over the same pages, each in a process of its own, taken in turns: what the machine does meanwhile hits all."""

from __future__ import annotations

import gc
import gzip
import multiprocessing
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Self

from worker.bench.pages import GeneratedPage

_SPAWN = multiprocessing.get_context("spawn")


class Sample(NamedTuple):
    title: str
    html: bytes
    #: gzip, as a server would have sent it
    packed: bytes


Work = Callable[[Sample, int], Any]


class Turn(NamedTuple):
    articles: int
    cpu_seconds: float
    wall_seconds: float


class Lane:
    """`build` makes the work in the lane's process, where its imports and settings trouble nobody else."""

    def __init__(self, name: str, pages: Sequence[GeneratedPage], build: Callable[..., Work], *arguments: Any) -> None:
        self.name, self.pages = name, len(pages)
        self.turns: list[Turn] = []
        self._ours, theirs = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=_serve, args=(theirs, pages, build, arguments), daemon=True)
        self._process.start()
        theirs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.join()

    def ready(self) -> None:
        self._answer()

    def take(self, count: int) -> list[Any]:
        """What the work gave for each of the first so many pages."""
        self._ours.send(count)
        found, turn = self._answer()
        self.turns.append(turn)
        return list(found)

    def _answer(self) -> Any:
        kind, told = self._ours.recv()
        if kind == "failed":
            raise RuntimeError(f"{self.name}: {told}")
        return told

    @property
    def per_cpu_second(self) -> float:
        """Over all turns but the first, which also warms up."""
        counted = self.turns[1:] or self.turns
        return sum(turn.articles for turn in counted) / sum(turn.cpu_seconds for turn in counted)

    def spread(self) -> float:
        """Highest against lowest turn, as a share of the median."""
        rates = [turn.articles / turn.cpu_seconds for turn in self.turns[1:] or self.turns]
        return (max(rates) - min(rates)) / statistics.median(rates)


def in_turns(lanes: Sequence[Lane], rounds: int) -> None:
    """A warm round of a few pages, then so many whole ones; every lane reads the same pages in each."""
    for lane in lanes:
        lane.ready()
    for lane in lanes:
        lane.take(max(2, lane.pages // 10))
    for number in range(rounds):
        for lane in lanes if number % 2 == 0 else list(reversed(lanes)):
            lane.take(lane.pages)


def _serve(pipe: Any, pages: Sequence[GeneratedPage], build: Callable[..., Work], arguments: tuple[Any, ...]) -> None:
    try:
        samples = [Sample(page.title, page.html, gzip.compress(page.html, 6)) for page in pages]
        work = build(*arguments)
        gc.collect()
        pipe.send(("ready", None))
        while True:
            count = pipe.recv()
            cpu, wall = time.process_time(), time.perf_counter()
            found = [work(sample, number) for number, sample in enumerate(samples[:count])]
            turn = Turn(count, time.process_time() - cpu, time.perf_counter() - wall)
            pipe.send(("done", (found, turn)))
    except EOFError:
        return
    except Exception as fault:  # noqa: BLE001  (it goes to the process that asked)
        pipe.send(("failed", f"{type(fault).__name__}: {fault}"))
