"""`wirebeat schema`."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from tasks.export.schema import article_schema

ROOT = Path(__file__).parents[3]


def schema(*arguments):
    done = subprocess.run(
        [sys.executable, "-m", "worker.cli", "schema", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_the_record_is_described_on_stdout():
    assert json.loads(schema()) == article_schema()


def test_the_streams_are_described_on_stdout():
    assert yaml.safe_load(schema("--asyncapi"))["asyncapi"] == "3.0.0"


def test_the_documentation_is_brought_up_to_date_in_place(tmp_path):
    page = (ROOT / "docs" / "stream.md").read_text()
    (tmp_path / "stream.md").write_text(page.replace("| `op` |", "| `opp` |"))
    schema("--write", str(tmp_path))
    assert (tmp_path / "stream.md").read_text() == page
    for committed in (ROOT / "docs" / "schema").iterdir():
        assert (tmp_path / "schema" / committed.name).read_text() == committed.read_text()
    shutil.rmtree(tmp_path)


def test_a_folder_without_documentation_is_refused_in_words(tmp_path):
    command = [sys.executable, "-m", "worker.cli", "schema", "--write", str(tmp_path / "nowhere")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "there is no stream.md in it" in done.stderr
    assert not (tmp_path / "nowhere").exists()
