"""From feed to stream with everything real: site, HTTP, server, Celery, processes."""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.processes import below, left
from tests.service import Service, account_of, environment, records, run_command, site
from tests.valkey import Valkey

pytestmark = pytest.mark.slow
UNTIL_IDLE = ("--until-idle", "--no-web")


def test_every_entry_becomes_one_valid_record_and_a_second_run_adds_nothing(folder: Path, server: Valkey):
    with site(change_after_seconds=600.0) as news:
        env = environment(news, redis_url=server.url, feeds=news.feeds_url)

        first = Service(folder, "run", *UNTIL_IDLE, env=env)
        assert first.wait() == 0, first.log[-3000:]
        published = records(server.url)
        fetched = Counter(news.answered)
        second = Service(folder, "run", *UNTIL_IDLE, env=env)
        assert second.wait() == 0, second.log[-3000:]

    ids = Counter(fields["id"] for fields in published)
    account = account_of(env)
    assert len(ids) > 20
    assert set(ids.values()) == {1}
    assert len(records(server.url)) == len(published)
    assert account["balance"] == 0
    assert account["published"] == len(published)
    assert all(count == 1 for (_, path, status), count in fetched.items() if status == 200 and path.endswith(".html"))
    assert all(json.loads(line)["event"] for line in first.log.splitlines())


def test_a_record_slices_back_to_its_evidence(folder: Path, server: Valkey):
    with site(change_after_seconds=600.0) as news:
        env = environment(news, redis_url=server.url, feeds=news.feeds_url)
        assert Service(folder, "run", *UNTIL_IDLE, env=env).wait() == 0

    tagged = 0
    for fields in records(server.url):
        record = json.loads(fields["data"])
        for topic in record["topics"]:
            assert topic["evidence"], f"{topic['id']} of {record['title']} explains nothing"
            for one in topic["evidence"]:
                text = record["title"] if one["zone"] == "title" else record["body"]
                assert text[one["start"] : one["end"]] == one["text"]
                tagged += 1
        for part in [*record["quotes"], *(m for e in record["entities"] for m in e["mentions"])]:
            assert record["body"][part["start"] : part["end"]] == part["text"]
    assert tagged > 20


@pytest.mark.parametrize("victim", ["worker poll", "worker fetch", "worker enrich", "beat", "valkey", "pool"])
def test_killing_any_one_process_loses_and_doubles_nothing(folder: Path, victim: str):
    with site(change_after_seconds=600.0) as news:
        env = environment(news, feeds=news.feeds_url, data_dir=str(folder / "d"))
        service = Service(folder, "run", *UNTIL_IDLE, env=env)
        try:
            pid = service.until(lambda: _find(service, victim), f"process {victim}")
            time.sleep(1.0 if victim != "pool" else 0.0)
            os.kill(pid, signal.SIGKILL)
            assert service.wait() == 0, service.log[-3000:]
        finally:
            service.end()
        account = account_of(env)

    assert account["balance"] == 0
    assert account["published"] + sum(account["dead"].values()) == account["seen"] > 20
    assert set(account["dead"]) <= {"robots", "gone"}


def _find(service: Service, victim: str) -> int | None:
    processes = below(service.process.pid)
    roles = {pid for pid, process in processes.items() if process.parent == service.process.pid}
    for pid, (parent, command) in processes.items():
        if victim == "pool" and parent in roles and "enrich" in processes[parent].command:
            return pid
        if pid in roles and victim in command:
            return pid
    return None


def test_stopping_takes_seconds_and_loses_nothing(folder: Path):
    with site(change_after_seconds=600.0) as news:
        env = environment(news, feeds=news.feeds_url, data_dir=str(folder / "d"))
        service = Service(folder, "run", "--no-web", env=env)
        service.until(lambda: service.events("published"), "record")
        started = time.monotonic()
        code = service.stop()
        spent = time.monotonic() - started
        again = Service(folder, "run", *UNTIL_IDLE, env=env)
        assert again.wait() == 0, again.log[-3000:]
        account = account_of(env)

    assert code == 0
    assert spent < 30  # 8 at the most, and then it is killed; more on a busy machine
    assert account["balance"] == 0
    assert account["published"] > 20


def test_the_roles_run_as_separate_commands_as_in_containers(folder: Path, server: Valkey):
    with site(change_after_seconds=1.0, poll_every_seconds=2.0) as news:
        env = environment(news, redis_url=server.url, feeds=news.feeds_url, heartbeat_file=str(folder / "beat"))
        roles = [Service(folder, *role, env=env) for role in (["beat"], ["worker", "gather"], ["worker", "enrich"])]
        try:
            roles[0].until(lambda: len(records(server.url)) > 20, "records")
            roles[0].until(lambda: _versions(server) == {"1", "2"}, "second version of the article that changes")
            assert (folder / "beat").exists()
            roles_alive = {json.loads(told)["role"] for told in server.client().hvals("news:heartbeat")}
        finally:
            codes = [role.stop() for role in roles]

    assert roles_alive == {"beat", "gather", "enrich"}
    assert codes == [0, 0, 0]


def _versions(server: Valkey) -> set[str]:
    return {fields["version"] for fields in records(server.url)}


def test_a_second_service_on_the_same_directory_is_refused_at_once(folder: Path):
    with site(change_after_seconds=600.0) as news:
        env = environment(news, feeds=news.feeds_url, data_dir=str(folder / "d"))
        first = Service(folder, "run", "--no-web", env=env)
        try:
            first.until(lambda: first.events("role-started"), "start")
            refused = run_command("run", "--no-web", env=env)
        finally:
            first.stop()

    assert refused.returncode == 3
    assert "another Wirebeat is running" in refused.stderr


def test_nothing_is_left_when_the_supervisor_is_killed(folder: Path):
    with site(change_after_seconds=600.0) as news:
        env = environment(news, feeds=news.feeds_url, data_dir=str(folder / "d"))
        service = Service(folder, "run", "--no-web", env=env)
        service.until(lambda: len(service.tree()) >= 6, "all processes")
        tree = service.tree()
        os.kill(service.process.pid, signal.SIGKILL)
        service.process.wait()
        still_there = left(tree)
        for pid in still_there:
            os.kill(pid, signal.SIGKILL)

    assert still_there == []
