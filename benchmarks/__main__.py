"""Every scenario, one after the other: a table, and on demand JSON, a plot and docs/performance.md.

python -m benchmarks [--quick] [--only stages,limit] [--pages DIR] [--json FILE] [--svg FILE] [--write FILE]
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.frame import Result, add_options
from benchmarks.machine import machine
from benchmarks.report import markdown, plot, renewed, table
from benchmarks.scenarios import NAMES, SCENARIOS, Scenario

#: Quick runs share the machine: CPU time and ratios bear it, and all are through in a minute.
QUICK_AT_ONCE = 2


def asked_for(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    parser.add_argument("--only", default="", help=f"comma-separated: {', '.join(NAMES)}")
    parser.add_argument(
        "--add", type=Path, action="append", default=[], help="JSON of a former run, for other scenarios"
    )
    parser.add_argument("--svg", type=Path, help="write the plot there")
    parser.add_argument("--write", type=Path, help="renew the results in this page, and the plot beside it")
    asked = parser.parse_args(arguments)
    asked.only = [name for name in asked.only.split(",") if name] or ([] if asked.add else list(NAMES))
    if unknown := set(asked.only) - set(NAMES):
        parser.error(f"no scenario {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    return asked


def measured_apart(scenario: Scenario, asked: argparse.Namespace) -> Result:
    """In a process of its own, whose end, whatever it is, is the scenario's result."""
    if importlib.util.find_spec(f"benchmarks.{scenario.name}") is None:
        return Result(scenario.name, skipped="there is no such module")
    with tempfile.TemporaryDirectory(prefix="wb-bench-") as folder:
        out = Path(folder) / "result.json"
        command = [sys.executable, "-m", f"benchmarks.{scenario.name}", "--json", str(out), "--seed", str(asked.seed)]
        command += ["--quick"] if asked.quick else []
        command += ["--pages", str(asked.pages)] if asked.pages else []
        command += [word for one in asked.set for word in ("--set", one)]
        limit = scenario.quick_limit_seconds if asked.quick else scenario.limit_seconds
        log = Path(folder) / "log"
        ended = _ended(command, log, limit)
        if ended is None:
            return Result(scenario.name, skipped=f"not through after {limit:g} s", wall_seconds=limit)
        if ended or not out.exists():
            last = (log.read_text(errors="replace").strip().splitlines() or ["no word of why"])[-1]
            return Result(scenario.name, skipped=f"it failed with {ended}: {last[:300]}")
        return Result.from_data(json.loads(out.read_text(encoding="utf-8")))


def _ended(command: list[str], log: Path, limit_seconds: float) -> int | None:
    """The exit code; None for what was not through in time, and was ended with all that it started."""
    with log.open("wb") as told:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=told, start_new_session=True)
        try:
            return process.wait(limit_seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(5)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def all_measured(asked: argparse.Namespace) -> list[Result]:
    chosen = [scenario for scenario in SCENARIOS if scenario.name in asked.only]

    def one(scenario: Scenario) -> Result:
        result = measured_apart(scenario, asked)
        sys.stderr.write(table([result]))
        return result

    with ThreadPoolExecutor(QUICK_AT_ONCE if asked.quick else 1) as lanes:
        return list(lanes.map(one, chosen))


def former(files: Sequence[Path]) -> list[Result]:
    """Of `python -m benchmarks --json` or of a scenario alone."""
    read = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    return [Result.from_data(one) for found in read for one in found.get("results", [found])]


def in_order(results: Sequence[Result]) -> list[Result]:
    """What was measured last stands for its scenario; a scenario that nobody measured is said."""
    last = {result.name: result for result in results}
    return [last.get(name, Result(name, skipped="not measured in this run")) for name in NAMES]


def on_the_page(found: dict[str, str], results: list[Result], asked: argparse.Namespace, image: str) -> str:
    how = "python -m benchmarks" + (" --quick" if asked.quick else "") + (" --pages DIR" if asked.pages else "")
    facts = "\n".join(f"| {name} | {value} |" for name, value in found.items())
    says = {scenario.name: scenario.says for scenario in SCENARIOS}
    return (
        f"Measured with `{how}`.\n\n| | |\n|---|---|\n{facts}\n\n![What was reached, against its target]({image})\n\n"
        f"{markdown(results, says)}"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    asked = asked_for(arguments)
    found = machine()
    results = in_order([*former(asked.add), *all_measured(asked)])
    everything: dict[str, Any] = {"machine": found, "results": [result.as_data() for result in results]}
    if asked.json:
        asked.json.write_text(json.dumps(everything, indent=1), encoding="utf-8")
    if asked.svg:
        asked.svg.write_text(plot(results), encoding="utf-8")
    if asked.write:
        image = asked.write.with_suffix(".svg")
        image.write_text(plot(results), encoding="utf-8")
        page = asked.write.read_text(encoding="utf-8")
        asked.write.write_text(renewed(page, on_the_page(found, results, asked, image.name)), encoding="utf-8")
    sys.stdout.write("\n".join(f"{name:10} {value}" for name, value in found.items()) + "\n\n" + table(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
