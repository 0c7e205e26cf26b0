"""Asks pip-audit about locked requirements files, and says in words what was and what was not looked at.

pip-audit alone ends with 0 and a long table when the advisory service knows none of the packages, as behind a mirror
of the index: nothing was audited then, and nothing says so."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple


class Verdict(NamedTuple):
    exit_code: int
    words: str


def verdict(file: str, report: dict[str, Any] | None, trouble: str = "") -> Verdict:
    """`report`: what pip-audit writes as JSON, or None where it could not, for `trouble`."""
    if report is None:
        return Verdict(0, f"{file}: audit skipped, for there is no answer from the advisory service: {trouble}")
    packages = report["dependencies"]
    audited = [one for one in packages if "skip_reason" not in one]
    if not audited:
        reason = packages[0]["skip_reason"] if packages else "it names no package"
        return Verdict(0, f"{file}: audit skipped, none of {len(packages)} packages could be looked up: {reason}")
    lines = [
        f"{file}: {one['name']} {one['version']} has {hole['id']}, "
        f"fixed in {', '.join(hole['fix_versions']) or 'no version yet'}"
        for one in audited
        for hole in one["vulns"]
    ]
    unknown = [one["name"] for one in packages if "skip_reason" in one]
    lines += [f"{file}: not known to the advisory service: {', '.join(unknown)}"] if unknown else []
    holes = sum(len(one["vulns"]) for one in audited)
    lines.append(f"{file}: {len(audited)} of {len(packages)} packages audited, {holes} known holes")
    return Verdict(1 if holes else 0, "\n".join(lines))


def audited(file: str) -> Verdict:
    asked = ["-m", "pip_audit", "--require-hashes", "--disable-pip", "--progress-spinner=off", "--format=json"]
    try:
        done = subprocess.run(
            [sys.executable, *asked, "-r", file], capture_output=True, text=True, check=False, timeout=300
        )
    except subprocess.TimeoutExpired:
        return verdict(file, None, "it took more than five minutes")
    try:
        return verdict(file, json.loads(done.stdout))
    except json.JSONDecodeError:
        return verdict(file, None, (done.stderr.strip().splitlines() or ["no words"])[-1][:300])


def main(files: list[str]) -> int:
    verdicts = [audited(file) for file in files]
    sys.stdout.write("".join(f"{one.words}\n" for one in verdicts))
    return max(one.exit_code for one in verdicts)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or [str(path) for path in sorted(Path().glob("requirements*.txt"))]))
