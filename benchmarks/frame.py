"""What every scenario takes and gives: Options in, a Result of Rows out, and the command line of one scenario alone."""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from benchmarks.report import table

Verdict = Literal["aim", "target", "short", ""]


class Skipped(Exception):
    """The scenario cannot run here; the text says why."""


@dataclass(frozen=True)
class Options:
    #: at most five seconds; the figures are rough and the ratios loose
    quick: bool = False
    #: folder of real HTML (`*.html`, `*.html.gz`, or what a gold.jsonl names); None: made-up pages
    pages: Path | None = None
    seed: int = 1
    #: sizes as given with --set NAME=NUMBER
    sizes: dict[str, float] = field(default_factory=dict)

    def number(self, name: str, *, full: int, quick: int) -> int:
        return int(self.sizes.get(name, quick if self.quick else full))


@dataclass(frozen=True)
class Row:
    metric: str
    value: float | None
    unit: str = ""
    #: the same figure of what it is compared with, in the same run
    reference: float | None = None
    #: against the reference; over 1 is better than it, unless `lower_is_better`
    ratio: float | None = None
    #: for the ratio where there is one, else for the value
    target: float | None = None
    aim: float | None = None
    lower_is_better: bool = False
    note: str = ""

    @property
    def judged(self) -> float | None:
        return self.value if self.ratio is None else self.ratio

    def reached(self, bar: float | None) -> bool:
        found = self.judged
        if found is None or bar is None or math.isnan(found):
            return False
        return found <= bar if self.lower_is_better else found >= bar

    @property
    def verdict(self) -> Verdict:
        if self.target is None and self.aim is None:
            return ""
        if self.aim is not None and self.reached(self.aim):
            return "aim"
        return "target" if self.reached(self.target) else "short"


@dataclass(frozen=True)
class Result:
    name: str
    rows: tuple[Row, ...] = ()
    #: what a reader of the figures has to know: sizes, bounds, what was not compared
    notes: tuple[str, ...] = ()
    #: why there are no rows
    skipped: str = ""
    wall_seconds: float = 0.0
    #: lists, curves and whatever else belongs into the JSON alone
    data: dict[str, Any] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        found = dataclasses.asdict(self)
        for row, said in zip(self.rows, found["rows"], strict=True):
            said["verdict"] = row.verdict
        return found

    @classmethod
    def from_data(cls, found: dict[str, Any]) -> Result:
        rows = tuple(Row(**{key: row[key] for key in row if key != "verdict"}) for row in found["rows"])
        return cls(**{**found, "rows": rows, "notes": tuple(found["notes"])})


Run = Callable[[Options], Result]


def against(
    metric: str, ours: float, reference: float, unit: str, *, target: float | None = None, aim: float | None = None,
    note: str = "",
) -> Row:  # fmt: skip
    """Figures of which more is better, and their ratio."""
    return Row(metric, ours, unit, reference, ours / reference if reference else math.nan, target, aim, note=note)


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quick", action="store_true", help="rough figures in seconds")
    parser.add_argument("--pages", type=Path, help="folder of real HTML; else made-up pages")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write everything there")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=NUMBER", help="a size of a scenario")


def options_of(asked: argparse.Namespace) -> Options:
    sizes = {}
    for one in asked.set:
        name, _, number = one.partition("=")
        sizes[name] = float(number)
    return Options(asked.quick, asked.pages, asked.seed, sizes)


def measured(name: str, run: Run, options: Options) -> Result:
    """Whatever stops the scenario is its result, in words."""
    started = time.monotonic()
    try:
        result = run(options)
    except Skipped as why:
        result = Result(name, skipped=str(why))
    return dataclasses.replace(result, wall_seconds=round(time.monotonic() - started, 2))


def alone(run: Run, arguments: Iterable[str] | None = None) -> None:
    """The command line of one scenario: `python -m benchmarks.<name>`."""
    module = sys.modules[run.__module__]
    name = Path(module.__file__ or "").stem
    if name in ("__main__", "__init__"):
        name = Path(module.__file__ or "").parent.name
    parser = argparse.ArgumentParser(
        prog=f"python -m benchmarks.{name}", description=module.__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add_options(parser)
    asked = parser.parse_args(None if arguments is None else list(arguments))
    result = measured(name, run, options_of(asked))
    if asked.json:
        asked.json.write_text(json.dumps(result.as_data(), indent=1), encoding="utf-8")
    sys.stdout.write(table([result]))
