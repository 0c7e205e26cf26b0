"""`make fuzz`: every property test again and again with new examples, until the time is up or one of them fails."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

import pytest

#: What stands in a round: hypothesis marks its tests itself.
PROPERTIES = "not slow and not quality and hypothesis"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--until", type=float, default=float("inf"), help="begin nothing after: seconds since 1970")


def pytest_runtest_setup(item: pytest.Item) -> None:
    if time.time() > item.config.getoption("--until"):
        pytest.skip("the time is up")


def main() -> int:
    """What pytest ended with: 0 when nothing was found."""
    options = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    options.add_argument("--seconds", type=float, default=120.0, help="no property is begun after these")
    options.add_argument("paths", nargs="*", default=["tests"])
    given = options.parse_args()
    until, rounds = time.time() + given.seconds, 0
    new = ["--hypothesis-profile=fuzz", "--randomly-seed=default"]
    ours = ["-p", "tests.fuzz", *new, f"--until={until}", "--durations=0", "-qq", "-x"]
    while time.time() < until:
        rounds += 1
        # new seeds every time; the order is drawn anew, too, so that the last ones of a round get their turn
        done = subprocess.run([sys.executable, "-m", "pytest", *ours, "-m", PROPERTIES, *given.paths], check=False)
        if done.returncode:
            return done.returncode
    sys.stdout.write(f"{rounds} rounds in {given.seconds:g} s, nothing found\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
