"""The service at a glance."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from tests.gateway import RECORDS
from tests.newsroom import stream_fields
from tests.worker_state import everything_happened


@pytest.fixture
def service(db):
    """A store in which everything has happened, with four roles of which one is silent."""
    everything_happened(db)
    for role, seconds_ago in {"beat": 1, "poll": 2, "fetch": 1, "enrich": 95}.items():
        told = {"role": role, "at_ms": int((time.time() - seconds_ago) * 1000), "version": "0.1.0"}
        db.hset("news:heartbeat", f"{role}@box:1", json.dumps(told))
    db.xadd("news:topic:ukraine-war", stream_fields(RECORDS[0]))
    db.delete("news:meta")
    return db


def test_without_a_terminal_it_is_one_look_at_all_that_matters(wirebeat, service):
    done = wirebeat("top")

    assert done.code == 0
    lines = done.lines()
    assert "records do not come through" in lines[0]
    assert any("red: enrich: silent for 1 min (since " in line for line in lines)
    rows = [line.split() for line in lines]
    assert any({"enrich", "1"} <= set(row) for row in rows), "what waits"
    assert any({"dead,", "robots", "1"} <= set(row) for row in rows), "how entries ended"
    assert any({"ukraine-war", "1"} <= set(row) for row in rows), "streams"
    assert "Feeds  1 of 1 work" in done.out
    assert RECORDS[2].title[:30] in done.out


def test_titles_of_strangers_are_text_and_no_markup(wirebeat, service):
    hostile = stream_fields(RECORDS[0]) | {"title": "[bold]Loud[/bold] [link=http://x.test]here[/link]"}
    service.xadd("news:articles", hostile)

    assert "[bold]Loud[/bold] [link=http://x.test]here[/link]" in wirebeat("top", "--once").out


def test_in_a_terminal_it_goes_on_until_ctrl_c(service, store_url):
    ours, theirs = pty.openpty()
    live = subprocess.Popen(
        [sys.executable, "-m", "worker.cli", "top", "--every", "0.2"],
        env={**os.environ, "WIREBEAT_REDIS_URL": store_url, "TERM": "xterm", "COLUMNS": "140", "LINES": "50"},
        stdin=theirs, stdout=theirs, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    seen, published, deadline = "", False, time.monotonic() + 90
    with os.fdopen(ours, "rb", buffering=0) as screen:
        while "Quite another headline" not in seen and time.monotonic() < deadline:
            if select.select([screen], [], [], 0.2)[0]:
                seen += screen.read(65536).decode("utf-8", "replace")
            if "Newest" in seen and not published:
                service.xadd("news:articles", stream_fields(RECORDS[0]) | {"title": "Quite another headline"})
                published = True
        live.send_signal(signal.SIGINT)
        while live.poll() is None and time.monotonic() < deadline + 60:
            with suppress(OSError):  # the terminal has gone with its process
                if select.select([screen], [], [], 0.2)[0]:
                    screen.read(65536)
        live.kill()
        code = live.wait()
    assert published
    assert "Quite another headline" in seen
    assert code == 0
