"""A role says that it is alive, in a file and in the store, and stops saying so when it is not."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
import structlog

from config.settings import Settings
from worker.heartbeat import Heartbeat
from worker.ledger import SyncStore


@pytest.fixture
def store(valkey_url):
    store = SyncStore(valkey_url, "test")
    store.redis.flushall()
    yield store
    store.redis.close()


def test_a_beat_touches_the_file_and_names_the_role(store, tmp_path: Path):
    settings = Settings(heartbeat_file=tmp_path / "beat")

    Heartbeat(settings, "fetch", store, "1.2")._beat()

    assert time.time() - (tmp_path / "beat").stat().st_mtime < 60
    ((field, told),) = store.redis.hgetall("test:heartbeat").items()
    assert field.startswith(b"fetch@")
    beat = json.loads(told)
    assert (beat["role"], beat["version"], beat["pid"]) == ("fetch", "1.2", os.getpid())
    assert abs(beat["at_ms"] / 1000 - time.time()) < 60


def test_two_processes_of_a_role_have_a_field_each(store, tmp_path: Path):
    first, second = (Heartbeat(Settings(heartbeat_file=tmp_path / "b"), role, store, "1") for role in ("poll", "fetch"))
    first._beat()
    second._beat()

    assert store.redis.hlen("test:heartbeat") == 2


def test_a_role_that_is_not_alive_says_nothing(store, tmp_path: Path):
    alive = [False]
    heartbeat = Heartbeat(Settings(heartbeat_file=tmp_path / "beat"), "fetch", store, "1", lambda: alive[0])
    heartbeat.start()
    time.sleep(0.2)

    assert not (tmp_path / "beat").exists()


def test_a_store_that_is_away_is_told_of_and_the_file_is_touched_all_the_same(tmp_path: Path):
    away = SyncStore("redis://127.0.0.1:1/0", retries=0)

    with structlog.testing.capture_logs() as logs:
        Heartbeat(Settings(heartbeat_file=tmp_path / "beat"), "fetch", away, "1")._beat()

    assert (tmp_path / "beat").exists()
    assert [event["event"] for event in logs] == ["heartbeat-failed"]


def test_a_file_that_cannot_be_written_ends_no_role(store, tmp_path: Path):
    with structlog.testing.capture_logs() as logs:
        Heartbeat(Settings(heartbeat_file=tmp_path / "none" / "beat"), "fetch", store, "1")._beat()

    assert [event["event"] for event in logs] == ["heartbeat-failed"]
