"""The whole service with a canary: it comes through, is no news, and is missed when it does not come."""

from __future__ import annotations

import json
import os
import signal
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.ports import free_port
from tests.processes import below
from tests.service import Service, account_of, environment, records, site
from tests.valkey import Valkey

pytestmark = pytest.mark.slow


def readiness(port: int) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()
    except OSError:
        return 0, ""


def process(service: Service, role: str) -> int | None:
    return next((pid for pid, one in below(service.process.pid).items() if f"worker {role}" in one.command), None)


def test_a_canary_comes_through_is_no_news_and_is_missed_when_it_does_not_come(folder: Path, server: Valkey):
    port, canary_port = free_port(), free_port()
    with site(change_after_seconds=600.0) as news:
        env = environment(
            news, redis_url=server.url, feeds=news.feeds_url,
            canary_interval="2", canary_limit="10", canary_port=str(canary_port),
        )  # fmt: skip
        service = Service(folder, "run", "--port", str(port), env=env)
        try:
            service.until(lambda: len(records(server.url, "news:canary")) >= 2, "two canaries")
            service.until(lambda: readiness(port)[0] == 200, "green")
            fetching = service.until(lambda: process(service, "fetch"), "the role that fetches")
            os.kill(fetching, signal.SIGSTOP)
            try:
                service.until(lambda: "canary: no article of our own" in readiness(port)[1], "red for the canary")
                assert readiness(port)[0] == 503
            finally:
                os.kill(fetching, signal.SIGCONT)
            service.until(lambda: readiness(port)[0] == 200, "green again")
        finally:
            service.stop()
        account = account_of(env)

    canaries = records(server.url, "news:canary")
    assert all(json.loads(fields["data"])["title"].startswith("Canary ") for fields in canaries)
    assert not [fields for fields in records(server.url) if fields["title"].startswith("Canary")]
    assert account["dropped"]["canary"] == len(canaries)
    assert account["balance"] == 0
