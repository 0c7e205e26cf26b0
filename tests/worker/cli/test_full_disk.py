"""Where there is no room for what a command writes, it says so."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FULL = Path("/dev/full")
pytestmark = pytest.mark.skipif(not FULL.exists(), reason="only Linux has a file that is always full")


def told(*arguments: str) -> str:
    command = [sys.executable, "-m", "worker.cli", *arguments]
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    buffered["WIREBEAT_SPACY_MODEL"] = "blank"
    with FULL.open("w") as full:
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, cwd=ROOT, env=buffered, timeout=600
        )
    assert done.returncode == 1, done.stderr
    return done.stderr


@pytest.mark.parametrize("feeds", [1, 1000])
def test_a_list_for_which_there_is_no_room_is_told_to_be_cut(tmp_path, feeds):
    file = tmp_path / "feeds.toml"
    entries = (f'[[feed]]\nid = "paper-{number}"\nurl = "https://paper.test/{number}"\n' for number in range(feeds))
    file.write_text("".join(entries))

    assert told("feeds", "list", "--feeds", str(file)) == (
        "error: not all could be written: No space left on device\n"
        "  → make room and run it again; what is there is not whole\n"
    )


@pytest.mark.slow
def test_records_for_which_there_is_no_room_are_told_to_be_cut(tmp_path):
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps({"id": 1, "title": "A market opens", "text": "A market opens in the square. " * 20}))

    said = told("enrich", str(rows), "--jobs", "1", "-o", str(FULL))

    assert "not all could be written: No space left on device" in said
    assert "Traceback" not in said


def test_a_command_without_an_output_ends_as_it_would_with_one(tmp_path):
    file = tmp_path / "feeds.toml"
    file.write_text("")
    command = [sys.executable, "-m", "worker.cli", "feeds", "list", "--feeds", str(file)]

    done = subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh", *command], check=False, cwd=ROOT, timeout=600)

    assert done.returncode == 0
