"""`wirebeat web` as a process."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import newsroom
from tests.gateway import RECORDS
from tests.patience import until

ROOT = Path(__file__).parents[3]


@pytest.fixture
def started():
    """A function that starts the command; what it started ends with the test, however that ends."""
    processes = []

    def start(url, *arguments):
        environment = {"PATH": os.environ["PATH"], "WIREBEAT_REDIS_URL": url, "WIREBEAT_LOG_FORMAT": "json"}
        process = subprocess.Popen(
            [sys.executable, "-m", "worker.cli", "web", *arguments],
            cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def port_of(process):
    for line in process.stderr:
        if found := re.search(r"http://127\.0\.0\.1:(\d+)/", line):
            return int(found[1])
    raise AssertionError(f"it ended with {process.wait()}")


@pytest.mark.slow
def test_it_stops_at_once_and_cleanly_while_somebody_listens(scratch, started):
    scratch.client().xadd("news:articles", newsroom.stream_fields(RECORDS[0]))
    process = started(scratch.url, "--port", "0")
    connection = http.client.HTTPConnection("127.0.0.1", port_of(process), timeout=60)
    connection.request("GET", "/v1/stream?after=0-0&view=flat")
    response = connection.getresponse()
    while b"article" not in response.readline():
        pass
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=60)
    assert time.monotonic() - began < 20
    assert process.returncode == 0
    assert "Traceback" not in errors
    connection.close()


@pytest.mark.slow
def test_a_port_that_is_taken_is_said_in_words(scratch, started):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        process = started(scratch.url, "--port", str(holder.getsockname()[1]))
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 78
    assert "WIREBEAT_WEB_PORT" in errors
    assert "Traceback" not in errors


@pytest.mark.slow
def test_without_a_server_it_says_what_to_set(started):
    process = started("")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 78
    assert "WIREBEAT_REDIS_URL" in errors


@pytest.mark.slow
def test_a_server_that_does_not_answer_is_said_in_words(started):
    with socket.socket() as closed:  # bound and not listening: nobody else can take the port meanwhile
        closed.bind(("127.0.0.1", 0))
        process = started(f"redis://127.0.0.1:{closed.getsockname()[1]}/0", "--port", "0")
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 69
    assert "the server cannot be reached" in errors
    assert "Traceback" not in errors


def catches_sigterm(process):
    caught = re.search(r"(?m)^SigCgt:\s*([0-9a-f]+)$", Path(f"/proc/{process.pid}/status").read_text())
    return int(caught[1], 16) >> (signal.SIGTERM - 1) & 1


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks Linux which signals a process handles")
@pytest.mark.parametrize("later_seconds", [0.0, 0.1, 0.3])
def test_told_to_stop_while_it_starts_it_ends_without_complaint(scratch, started, later_seconds):
    process = started(scratch.url, "--port", "0")
    until(lambda: catches_sigterm(process), "handler of SIGTERM")
    time.sleep(later_seconds)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors


@pytest.mark.slow
def test_an_open_gateway_is_warned_of(scratch, started):
    process = started(scratch.url, "--port", "0", "--host", "0.0.0.0")
    first = process.stderr.readline() + process.stderr.readline()
    process.terminate()
    process.communicate(timeout=60)
    assert "open-gateway" in first
    assert "WIREBEAT_WEB_TOKEN" in first
