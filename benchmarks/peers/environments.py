"""A virtual environment for each library, made once for each version of its requirements."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path

CACHE = Path.home() / ".cache" / "wirebeat" / "peers"
REQUIREMENTS = Path(__file__).parent / "requirements"
NAMES = tuple(sorted(file.stem for file in REQUIREMENTS.glob("*.in")))
INSTALL_SECONDS = 600


class NotMade(Exception):
    """The text says why."""


def folder_of(name: str) -> Path:
    locked = (REQUIREMENTS / f"{name}.txt").read_bytes()
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return CACHE / f"{name}-{python}-{hashlib.sha256(locked).hexdigest()[:12]}"


def python_of(name: str, *, make: bool) -> Path:
    """Raises NotMade."""
    folder = folder_of(name)
    python = folder / "bin" / "python"
    if python.exists():
        return python
    if not make:
        raise NotMade("its environment is not made yet: python -m benchmarks.peers makes it")
    half = folder.with_suffix(".half")
    shutil.rmtree(half, ignore_errors=True)
    sys.stderr.write(f"installing {name} into {folder} ...\n")
    venv.create(half, with_pip=True)
    install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    command = [str(half / "bin" / "python"), *install, "-r", str(REQUIREMENTS / f"{name}.txt")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    if done.returncode:
        shutil.rmtree(half, ignore_errors=True)
        raise NotMade(f"pip could not install it: {(done.stderr.strip().splitlines() or ['no word of why'])[-1][:200]}")
    half.rename(folder)
    return python
