"""Commands as they are typed, in this process: what they print, and their exit code."""

from __future__ import annotations

from typing import NamedTuple

import pytest
import redis

from worker.cli import main


class Done(NamedTuple):
    code: int
    out: str
    err: str

    def lines(self) -> list[str]:
        return self.out.splitlines()


@pytest.fixture
def store_url(valkey_url, monkeypatch) -> str:
    """An empty store, set for every command."""
    with redis.Redis.from_url(valkey_url) as client:
        client.flushall()
    monkeypatch.setenv("WIREBEAT_REDIS_URL", valkey_url)
    return valkey_url


@pytest.fixture
def db(store_url):
    client = redis.Redis.from_url(store_url, decode_responses=True)
    yield client
    client.close()


@pytest.fixture
def wirebeat(capsys, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str) -> Done:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        told = capsys.readouterr()
        code = ended.value.code
        return Done(code if isinstance(code, int) else int(bool(code)), told.out, told.err)

    return run
