"""What a terminal and its user may do to any command."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

#: starts a command whose module is interrupted while it is imported
INTERRUPTED = """
import sys, types
from worker import cli

class Late(types.ModuleType):
    def __getattr__(self, name):
        raise KeyboardInterrupt

sys.modules["late"] = Late("late")
cli.COMMANDS["late"] = ("late", "")
cli.main(["late"])
"""


def test_ctrl_c_while_a_command_is_imported_leaves_no_traceback():
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (130, "")


@pytest.mark.parametrize("charset", ["ascii", "latin-1"])
def test_a_terminal_without_a_letter_shows_the_rest(tmp_path, charset):
    feeds = tmp_path / "feeds.toml"
    feeds.write_text('[[feed]]\nid = "paper"\nurl = "https://paper.example/rss"\ntitle = "Київ"\n')
    env = {**os.environ, "PYTHONIOENCODING": charset, "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "worker.cli", "feeds", "export", "--feeds", str(feeds)]
    done = subprocess.run(command, capture_output=True, env=env, check=False)

    assert (done.returncode, done.stderr) == (0, b"")
    assert b'text="????"' in done.stdout
