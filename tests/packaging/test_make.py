import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAKEFILE = ROOT.joinpath("Makefile").read_text("utf-8")
TARGETS = re.findall(r"(?m)^([a-z][a-z-]*):", MAKEFILE)
PACKAGES = ["config", "tasks", "worker"]


def make(*arguments, cwd=ROOT):
    return subprocess.run(["make", *arguments], cwd=cwd, capture_output=True, text=True, check=False, timeout=180)


def test_make_alone_lists_every_target_with_what_it_does():
    listing = make().stdout

    for target in TARGETS:
        assert re.search(rf"(?m)^  make {target} +\S", listing), target


@pytest.mark.parametrize(
    "target", ["install", "run", "demo", "test", "check", "bench", "quality", "chaos", "fuzz", "fix"]
)
def test_the_targets_that_the_documentation_names_exist(target):
    assert target in TARGETS


@pytest.mark.parametrize("target", ["run", "demo", "test"])
def test_a_fresh_clone_is_set_up_first(target, tmp_path):
    for name in ["Makefile", "requirements.txt", "requirements-dev.txt", "pyproject.toml"]:
        shutil.copy(ROOT / name, tmp_path)

    steps = make("--dry-run", target, f"PYTHON={sys.executable}", cwd=tmp_path).stdout

    assert f"{sys.executable} -m venv .venv" in steps
    assert "--require-hashes --only-binary :all: -r requirements.txt" in steps


def test_a_machine_without_a_fitting_python_is_told_so(tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ["requirements.txt", "pyproject.toml"]:
        shutil.copy(ROOT / name, tmp_path)

    answer = make("install", "PYTHON=", cwd=tmp_path)

    assert answer.returncode != 0
    assert "Python 3.11 to 3.14 is needed" in answer.stderr


def test_the_scripts_that_targets_run_exist():
    for script in re.findall(r"benchmarks/\w+\.py", MAKEFILE):
        assert ROOT.joinpath(script).exists(), script
    assert list(ROOT.glob("benchmarks/quality_*.py"))


def test_ci_runs_what_a_developer_runs():
    run = ROOT.joinpath(".ci/run").read_text("utf-8")

    assert run.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in run
    assert re.search(r"(?m)^exec make .*\btest$", run)


@pytest.mark.slow
def test_the_wheel_holds_every_module_and_data_file(tmp_path):
    tracked = subprocess.run(
        ["git", "ls-files", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    for name in [*tracked, "pyproject.toml", "README.md", "LICENSE"]:
        copy = tmp_path / "source" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, copy)

    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", tmp_path, "."],
        cwd=tmp_path / "source",
        check=True,
        timeout=300,
    )

    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        missing = set(tracked) - set(wheel.namelist())
    assert {name for name in missing if not name.startswith(("config/valkey/", "config/prometheus"))} == set()
