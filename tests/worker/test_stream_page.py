"""The programs printed in docs/stream.md run as printed."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests import newsroom
from tests.patience import until
from tests.valkey import valkey
from worker.web.app import ENDPOINTS
from worker.web.query import FILTERS

ROOT = Path(__file__).parents[2]
PROGRAMS = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "stream.md").read_text(), re.DOTALL)
RECORDS = list(newsroom.records(3, now=datetime(2026, 11, 23, tzinfo=UTC)))
# what a program of one's own would define itself
GIVEN = "handle = lambda record: print(record['title'], flush=True)\n"


@pytest.fixture(scope="module")
def store():
    with valkey() as running:
        yield running


def lines_of(program, url, *, wanted, arguments=()):
    """The first lines that a program prints before it is stopped; it would go on for ever."""
    program = GIVEN + program.replace("redis://127.0.0.1:6390/0", url)
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", program, *arguments],
        cwd=ROOT, env={"REDIS_URL": url}, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        lines = [process.stdout.readline() for _ in range(wanted)]
        assert process.poll() is None, process.stderr.read()
        return lines
    finally:
        process.kill()
        process.communicate()


def test_the_page_prints_three_programs():
    assert len(PROGRAMS) == 3


def test_the_page_names_every_endpoint_and_every_filter():
    page = (ROOT / "docs" / "stream.md").read_text()
    for endpoint in ENDPOINTS:
        assert f"`{endpoint.path}`" in page
    for name in FILTERS:
        assert f"`{name}`" in page


@pytest.mark.parametrize("place", range(3))
def test_a_printed_program_prints_every_record(store, place):
    db = store.client()
    db.flushall()
    for record in RECORDS:
        db.xadd("news:articles", newsroom.stream_fields(record))
    lines = lines_of(PROGRAMS[place], store.url, wanted=3, arguments=["0"])
    assert [record.title in line for record, line in zip(RECORDS, lines, strict=True)] == [True] * 3


@pytest.mark.slow
def test_the_plain_program_outlives_a_silence_longer_than_the_clients_timeout_of_five_seconds(store):
    db = store.client()
    db.flushall()
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", PROGRAMS[0], "0"],
        env={"REDIS_URL": store.url}, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        until(lambda: db.info("clients")["blocked_clients"], "reader that waits")
        time.sleep(7)
        db.xadd("news:articles", newsroom.stream_fields(RECORDS[0]))
        assert RECORDS[0].title in process.stdout.readline()
    finally:
        process.kill()
        process.communicate()
