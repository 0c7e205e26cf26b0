"""The service against a Celery application as one writes it on a first evening (benchmarks/naive_app.py), same pages.

Both read the feeds of one server on loopback and write to a stream; counted is the CPU time of all processes, Valkey
among them. Names are read in the whole text. "400 tokens" lets the service read names in the first 400 alone, while the
application goes on reading all: its libraries have no such bound, so that row is a gain bought with names (see notes).
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import redis

from benchmarks.frame import Options, Result, against, alone
from worker.bench.origin import Origin
from worker.bench.pages import pages_of
from worker.bench.plain_loop import Spent
from worker.bench.service import usage, whole_service
from worker.embedded import server_binary

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
FEEDS = 20
EVERY_TOKEN = 1_000_000


def run(options: Options) -> Result:
    pages = pages_of(options.pages, options.number("articles", full=120, quick=8), options.seed)
    processes = os.cpu_count() or 1
    with Origin(pages, feeds=FEEDS) as origin:
        sys.stderr.write(f"{len(pages)} pages: the application, then the service ...\n")
        theirs = the_application(origin, len(pages), processes)
    whole = ours(pages, EVERY_TOKEN)
    rows = [
        against("CPU, all of the text", whole.per_cpu_second, theirs.per_cpu_second, "articles/cpu-s",
                target=3.3, aim=4.0),
        against("wall, all of the text", whole.per_second, theirs.per_second, "articles/s"),
    ]  # fmt: skip
    if not options.quick:
        bounded = ours(pages, 400)
        rows.append(against("CPU, 400 tokens", bounded.per_cpu_second, theirs.per_cpu_second, "articles/cpu-s",
                            target=6.0, aim=8.0))  # fmt: skip
    notes = (
        f"{len(pages)} pages in {FEEDS} feeds, {processes} worker processes each",
        "the service also tags topics and sources, with evidence; the application looks for three words a topic",
        "400 tokens: 64 % of all names, 90 % of the five most frequent; the application reads all in both rows",
    )
    return Result("naive", tuple(rows), notes)


def ours(pages: list[Any], tokens: int) -> Spent:
    with Origin(pages, feeds=FEEDS) as origin:
        return whole_service(origin, len(pages), ner_max_tokens=tokens).spent


def the_application(origin: Origin, articles: int, processes: int) -> Spent:
    with tempfile.TemporaryDirectory(prefix="wb-naive-") as folder, _server(Path(folder)) as (pid, url):
        return _application_on(pid, url, Path(folder), origin, articles, processes)


@contextmanager
def _server(folder: Path) -> Iterator[tuple[int, str]]:
    """A Valkey as it comes, nothing written to disk."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [server_binary(), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", ""]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield process.pid, f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(20)


def _application_on(server: int, url: str, folder: Path, origin: Origin, articles: int, processes: int) -> Spent:
    client: Any = redis.Redis.from_url(url)
    feeds = " ".join(f"{origin.base}/feed/{number}" for number in range(origin.feeds))
    environment = {**os.environ, "NAIVE_SERVER": url, "NAIVE_FEEDS": feeds}
    with _celery(folder, environment, "worker", "--concurrency", str(processes)) as worker:
        _until(lambda: b"ready." in (folder / "worker.log").read_bytes(), "worker", 90)
        roots = [worker, server]
        before, began = _used(roots), origin.publish()
        with _celery(folder, environment, "beat", "--schedule", str(folder / "schedule")) as beat:
            _until(lambda: client.xlen("naive:articles") >= articles, "articles of the application", 900)
            used = _used([*roots, beat]) - before
    last = int(client.xrevrange("naive:articles", count=1)[0][0].split(b"-")[0]) / 1000
    return Spent(articles, last - began, used)


@contextmanager
def _celery(folder: Path, environment: dict[str, str], *arguments: str) -> Iterator[int]:
    command = [sys.executable, "-m", "celery", "--app", "benchmarks.naive_app", *arguments, "--loglevel", "info"]
    with (folder / f"{arguments[0]}.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _used(roots: list[int]) -> float:
    return sum(one.cpu_seconds for root in roots for one in usage(root).values())


def _until(condition: Any, what: str, timeout_seconds: float) -> None:
    deadline = time.monotonic() + timeout_seconds
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"no {what} within {timeout_seconds:g} s")
        time.sleep(0.05)


if __name__ == "__main__":
    alone(run)
