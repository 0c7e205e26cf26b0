import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.service import descendants
from worker.demo.news import load

pytestmark = pytest.mark.slow


def demo(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "worker.cli", "demo", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


@pytest.fixture(scope="module")
def shown():
    finished = demo()
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def line_of(shown, title):
    return next(line for line in shown.splitlines() if title in line)


def test_every_article_arrives_under_its_own_title(shown):
    for article in load().articles.values():
        if article.becomes_record:
            assert shown.count(f"  {article.title}") >= 1, article.title


def test_both_topics_stand_on_the_retold_call(shown):
    line = line_of(shown, load().articles["trump-putin-call"].title)

    assert "ukraine-war" in line
    assert "diplomacy" in line
    assert "Why these topics: Trump told Putin" in shown


def test_the_article_that_changes_comes_again_as_version_2(shown):
    assert "(version 2)" in line_of(shown, load().articles["odesa-strike"].later.title)


def test_a_page_that_is_gone_is_read_from_its_feed(shown):
    assert "(feed only)" in line_of(shown, load().articles["lighthouse-keeper"].title)


def test_the_account_adds_up(shown):
    account = shown.partition("The account")[2]
    rows = {name: int(count) for count, name in re.findall(r"(?m)^ +(\d+)  (.+)$", account)}
    counts = {name: count for name, count in rows.items() if not name.startswith("records in")}
    seen = counts.pop("entries seen in feeds")

    expected = [article for article in load().articles.values() if article.becomes_record]
    assert seen == sum(counts.values())
    assert counts["published"] == len(expected)
    assert counts["updated"] == 1
    assert sum(count for name, count in counts.items() if name.startswith("dead")) == 2


def test_a_demonstration_that_runs_out_of_time_says_what_is_missing_and_why():
    finished = demo("--seconds", "5")

    assert finished.returncode == 1
    assert "Still missing after 5 s" in finished.stdout
    assert "/war/odesa-strike.html version 2" in finished.stdout
    assert "The last lines of its log" in finished.stdout


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_demonstration_that_is_ended_leaves_nothing_behind(how, tmp_path):
    running = subprocess.Popen(
        [sys.executable, "-m", "worker.cli", "demo"],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    while "ukraine-war" not in running.stdout.readline():
        assert running.poll() is None
    below = descendants(running.pid)
    assert len(below) > 3

    running.send_signal(how)
    running.wait(20)
    running.stdout.close()

    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{pid}/exe").exists() for pid in below) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not [pid for pid in below if Path(f"/proc/{pid}/exe").exists()]
    if how != signal.SIGKILL:
        assert not list(tmp_path.glob("wirebeat-demo-*"))
