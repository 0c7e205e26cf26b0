import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from tests import processes
from worker.demo.developing import telling
from worker.demo.news import load

pytestmark = pytest.mark.slow


ANY_PORTS = ["--port", "0", "--reader-port", "0"]


def demo(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "worker.cli", "demo", *ANY_PORTS, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


@pytest.mark.parametrize("port", ["-1", "65536"])
def test_a_port_that_is_none_is_refused_in_words(port):
    for option in ("--port", "--reader-port"):
        finished = demo(option, port)
        assert finished.returncode == 2
        assert option in finished.stderr
        assert "Traceback" not in finished.stderr


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


def test_where_nobody_watches_it_says_where_the_page_was_and_how_it_would_have_stayed(shown):
    assert re.search(r"(?m)^The live page: +http://127.0.0.1:\d+/$", shown)
    assert "wirebeat demo --stay" in shown.splitlines()[-1]


class Terminal:
    """A demonstration as somebody sees it who sits before it."""

    def __init__(self, *arguments):
        ours, theirs = pty.openpty()
        self.screen = os.fdopen(ours, "rb", buffering=0)
        environment = {name: value for name, value in os.environ.items() if name != "CI"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "worker.cli", "demo", *ANY_PORTS, "--no-browser", *arguments],
            env={**environment, "COLUMNS": "200", "TERM": "dumb"},
            stdin=theirs, stdout=theirs, stderr=theirs,
        )  # fmt: skip
        os.close(theirs)
        self.seen = ""

    def until(self, words, seconds=120):
        deadline = time.monotonic() + seconds
        while words not in self.seen and time.monotonic() < deadline:
            if select.select([self.screen], [], [], 0.2)[0]:
                self.seen += self.screen.read(65536).decode("utf-8", "replace")
        assert words in self.seen, self.seen


def test_in_a_terminal_it_goes_on_with_new_articles_and_the_page_until_ctrl_c():
    terminal = Terminal("--every", "0.5")
    try:
        terminal.until("The live page:")
        page = re.search(r"http://127.0.0.1:\d+/(?=\s)", terminal.seen.partition("The live page:")[2]).group()
        assert "<title>Wirebeat" in urllib.request.urlopen(page, timeout=30).read().decode()
        assert "The account" not in terminal.seen
        terminal.until("The publishers go on telling")
        first = telling(0, list(load().publishers))
        terminal.until("WIREBEAT_DATA_DIR=")
        folder = re.search(r"WIREBEAT_DATA_DIR=(\S+)", terminal.seen)[1]
        environment = {**os.environ, "WIREBEAT_DATA_DIR": folder}
        stats = [sys.executable, "-m", "worker.cli", "stats"]
        assert (
            "entries seen in feeds"
            in subprocess.run(stats, env=environment, capture_output=True, text=True, check=True).stdout
        )
        terminal.until(first.title[:20])  # the rest is cut to the width of the terminal
        shown = json.load(urllib.request.urlopen(f"{page}v1/articles?limit=500", timeout=30))["articles"]
        assert first.title in [article["title"] for article in shown]
    finally:
        terminal.process.send_signal(signal.SIGINT)
        code = terminal.process.wait(60)
        terminal.screen.close()
    assert code == 0


def test_a_port_that_is_taken_gives_way_to_the_next_and_it_is_said():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        taken = other.getsockname()[1]
        finished = subprocess.run(
            [sys.executable, "-m", "worker.cli", "demo", "--seconds", "5", "--port", str(taken), "--reader-port", "0"],
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
    said = re.search(rf"Port {taken} is taken by another program; the live page is on (\d+)", finished.stdout)
    assert said, finished.stdout
    assert int(said[1]) != taken


def test_a_demonstration_that_runs_out_of_time_says_what_is_missing_and_why():
    finished = demo("--seconds", "5")  # no time for the article that changes three seconds after it was read

    assert finished.returncode == 1
    assert "Still missing after 5 s" in finished.stdout
    assert "/war/odesa-strike.html version 2" in finished.stdout
    assert "The last lines of its log" in finished.stdout


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_demonstration_that_is_ended_leaves_nothing_behind(how, tmp_path):
    running = subprocess.Popen(
        [sys.executable, "-m", "worker.cli", "demo", *ANY_PORTS],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    while "ukraine-war" not in running.stdout.readline():
        assert running.poll() is None
    below = list(processes.below(running.pid))
    assert len(below) > 3

    running.send_signal(how)
    running.wait(60)
    running.stdout.close()

    assert processes.left(below) == []
    if how != signal.SIGKILL:
        assert not list(tmp_path.glob("wirebeat-demo-*"))
