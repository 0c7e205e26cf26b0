"""Roles on their own, as in containers: one that is killed is missed within a minute, by name, until it is back."""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.ports import free_port
from tests.service import Service, environment, site
from tests.valkey import Valkey

pytestmark = pytest.mark.slow
ROLES = {"beat": ["beat"], "poll": ["worker", "poll"], "fetch": ["worker", "fetch"], "enrich": ["worker", "enrich"]}
RED_WITHIN_SECONDS = 60


def readiness(port: int) -> tuple[int, dict]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)
    except OSError:
        return 0, {}


def red(port: int, role: str) -> dict | None:
    _, told = readiness(port)
    return next((t for t in told.get("troubles", ()) if (t["level"], t["what"]) == ("red", role)), None)


def test_a_killed_enrich_worker_is_missed_within_a_minute_by_name_until_it_is_back(folder: Path, server: Valkey):
    port = free_port()
    with site(change_after_seconds=600.0) as news:
        env = environment(news, redis_url=server.url, feeds=news.feeds_url)
        web = Service(folder, "web", "--port", str(port), env=env)
        roles = {name: Service(folder, *command, env=env) for name, command in ROLES.items()}
        try:
            web.until(lambda: readiness(port)[0] == 200, "green")
            killed = time.monotonic()
            os.kill(roles["enrich"].process.pid, signal.SIGKILL)
            trouble = web.until(lambda: red(port, "enrich"), "red", RED_WITHIN_SECONDS)
            assert time.monotonic() - killed < RED_WITHIN_SECONDS
            assert readiness(port)[0] == 503
            assert "enrich: silent for" in trouble["text"]
            silent = datetime.now(UTC) - datetime.fromisoformat(trouble["since"])
            assert 25 < silent.total_seconds() < 60
            print(f"red {time.monotonic() - killed:.0f} s after the kill")
            roles["enrich again"] = Service(folder, *ROLES["enrich"], env=env)
            back = time.monotonic()
            web.until(lambda: readiness(port)[0] == 200, "green again")
            print(f"green {time.monotonic() - back:.0f} s after the start")
        finally:
            for service in [web, *roles.values()]:
                service.end()
