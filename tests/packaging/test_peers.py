import re
import subprocess
import sys

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from benchmarks.peers.environments import NAMES, REQUIREMENTS, folder_of
from benchmarks.peers.reader import READERS


def locked(name):
    text = re.sub(r"^#.*\n", "", (REQUIREMENTS / f"{name}.txt").read_text("utf-8"), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    return {
        canonicalize_name(one.name): (one, line) for line in lines for one in [Requirement(line.split("--hash")[0])]
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_library_is_measured_in_the_version_that_is_named_with_hashes_and_from_no_particular_index(name):
    pinned = locked(name)
    asked = [Requirement(line) for line in (REQUIREMENTS / f"{name}.in").read_text("utf-8").splitlines()]

    for one in asked:
        assert next(iter(pinned[canonicalize_name(one.name)][0].specifier)).version in one.specifier
    for requirement, line in pinned.values():
        assert [one.operator for one in requirement.specifier] == ["=="]
        assert "--hash=sha256:" in line
        assert "://" not in line


def test_each_library_has_a_reader_and_an_environment_of_its_own():
    assert set(NAMES) < set(READERS)
    assert len({folder_of(name) for name in NAMES}) == len(NAMES)


def test_no_library_reaches_the_network_while_it_is_measured(tmp_path):
    reaching = tmp_path / "goose3.py"
    reaching.write_text(
        "import socket\n"
        "class Goose:\n"
        "    def __init__(self, options): pass\n"
        "    def extract(self, raw_html): socket.create_connection(('127.0.0.1', 9))\n"
    )
    page = tmp_path / "page.html"
    page.write_text("<p>Hello</p>")
    script = REQUIREMENTS.parent / "reader.py"
    asked = f'{{"url": "https://paper.example/", "html": "{page}"}}\n'

    done = subprocess.run(
        [sys.executable, str(script), "goose3"],
        env={"PYTHONPATH": str(tmp_path)},
        input=asked,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert "the network is shut" in done.stdout, done.stderr
