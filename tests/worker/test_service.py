"""What watches over the service: settings handed on, the server brought back, leases freed, deaf roles heard of."""

from __future__ import annotations

import os
import signal
import time
from datetime import timedelta
from pathlib import Path

import pytest
import redis
import structlog
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from config.settings import Settings, load_settings
from tests.desk import START, Desk, entry
from tests.patience import until
from tests.valkey import short_folder
from worker.embedded import EmbeddedServer
from worker.ledger import SyncStore
from worker.opening import process_name
from worker.service import Freeing, ServerGuard, Watch, environment

# settings


def as_a_role_reads_them(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in environment(settings).items():
        if name.startswith("WIREBEAT_"):
            monkeypatch.setenv(name, value)
    return load_settings()


def test_roles_read_what_the_service_was_started_with(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    settings = Settings(
        redis_url="unix://wirebeat:secret@/run/a b.sock",
        allow_origins=["127.0.0.0/8:80", "[fd00::/8]:443"],
        respect_robots=False,
        host_interval=0.25,
        heartbeat_file=tmp_path / "beat",
        data_dir=tmp_path / "d",
        user_agent="Näme/1 (+https://example.org/bot)",
    )

    assert as_a_role_reads_them(settings, monkeypatch) == settings


def test_a_flag_that_sets_a_default_again_reaches_the_roles(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WIREBEAT_WEB_PORT", "9000")

    settings = load_settings(web_port=8000)

    assert as_a_role_reads_them(settings, monkeypatch).web_port == 8000


# the server


def test_an_embedded_server_that_dies_is_started_again_and_stopped_in_the_end():
    with short_folder() as folder:
        server = EmbeddedServer(Path(folder), port=0, prefix="news")
        guard = ServerGuard(server)
        guard.start()
        guard.wait()
        first = server.process.pid
        with redis.Redis.from_url(server.url) as client:
            client.set("news:k", "v")

        os.kill(first, signal.SIGKILL)
        until(lambda: server.process.pid != first, "second server")

        with redis.Redis.from_url(server.url, retry=Retry(ConstantBackoff(0.05), 1000)) as client:
            assert client.get("news:k") == b"v"
        guard.stop()
        assert server.process.poll() == 0


def test_a_server_that_cannot_start_is_told_to_whoever_waits():
    with short_folder() as folder:
        broken = Path(folder) / "appendonlydir"
        broken.mkdir()
        (broken / "appendonly.aof.manifest").write_text("this is no manifest\n")
        guard = ServerGuard(EmbeddedServer(Path(folder), port=0, prefix="news"))
        guard.start()
        try:
            with pytest.raises(Exception, match="does not start"):
                guard.wait()
        finally:
            guard.stop()


# leases


def test_the_leases_of_a_role_that_died_are_freed_and_no_others(desk: Desk):
    desk.poll(*(entry(number) for number in range(6)))
    desk.claim("fetch", 3, by=process_name(17) + "18/a")
    desk.claim("fetch", 3, by=process_name(170) + "18/a")

    Freeing(desk.ledger, desk.store)("fetch", 17)

    assert len(desk.claim("fetch", 10)) == 3


def test_a_role_that_holds_no_leases_frees_none(desk: Desk):
    desk.poll(entry(1))
    desk.claim("fetch", by=process_name(17) + "18/a")

    Freeing(desk.ledger, desk.store)("beat", 17)

    assert desk.claim("fetch") == ()


def test_a_store_that_is_away_when_a_role_dies_is_no_reason_to_end(desk: Desk):
    away = SyncStore("redis://127.0.0.1:1/0", retries=0)

    with structlog.testing.capture_logs() as logs:
        Freeing(desk.ledger, away)("fetch", 17)

    assert [event["event"] for event in logs] == ["store-unavailable"]


# when all is done, and who is deaf


class Roles:
    """As much of a Supervisor as is asked: who runs, and who was started anew."""

    def __init__(self) -> None:
        self.restarted: list[str] = []

    def seconds_up(self, name: str) -> float:
        return 100.0

    def restart(self, name: str) -> None:
        self.restarted.append(name)


def done_within(step, seconds: float = 60.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if step():
            return True
        time.sleep(0.02)
    return False


def test_all_is_done_when_every_feed_was_read_and_nothing_is_due(desk: Desk):
    watch = Watch(desk.ledger, desk.store, Roles(), START)
    assert not done_within(watch.step, 0.35)

    desk.later(1)
    for claim in desk.store.do(desk.ledger.claim_polls(10)).claims:
        later = desk.ledger.now + timedelta(hours=1)
        desk.store.do(desk.ledger.poll_failed(claim, next_due=later, status="timeout", error="why"))

    assert done_within(watch.step)


def test_a_service_that_is_to_stay_is_never_done(desk: Desk):
    assert not done_within(Watch(desk.ledger, desk.store, Roles(), None).step, 0.3)


def test_a_store_that_is_away_is_waited_for(desk: Desk):
    away = SyncStore("redis://127.0.0.1:1/0", retries=0)

    with structlog.testing.capture_logs() as logs:
        assert not done_within(Watch(desk.ledger, away, Roles(), START).step, 0.5)

    assert {event["event"] for event in logs} == {"store-unavailable"}


def has_work_that_no_role_asks_for(desk: Desk) -> None:
    desk.claim("fetch")
    desk.poll(entry(1))
    desk.later(60)


def looks(watch: Watch) -> None:
    watch._listened_at = 0.0
    watch.step()


def test_a_role_that_asks_for_no_work_although_there_is_some_is_started_anew(desk: Desk):
    roles = Roles()
    watch = Watch(desk.ledger, desk.store, roles, None)
    has_work_that_no_role_asks_for(desk)

    looks(watch)
    watch._due_since = {role: since - 31 for role, since in watch._due_since.items()}
    looks(watch)

    assert "fetch" in roles.restarted


def test_work_that_has_just_become_due_after_a_quiet_time_makes_no_role_deaf(desk: Desk):
    roles = Roles()
    watch = Watch(desk.ledger, desk.store, roles, None)
    has_work_that_no_role_asks_for(desk)
    looks(watch)
    looks(watch)
    assert roles.restarted == []

    desk.claim("fetch")  # asked for at last
    watch._due_since = {role: since - 31 for role, since in watch._due_since.items() if role == "fetch"}
    looks(watch)
    assert "fetch" not in roles.restarted


def test_roles_that_could_not_ask_while_the_store_was_away_are_left_alone(desk: Desk):
    roles, store = Roles(), desk.store
    watch = Watch(desk.ledger, SyncStore("redis://127.0.0.1:1/0", retries=0), roles, None)
    has_work_that_no_role_asks_for(desk)
    looks(watch)
    watch._store = store
    looks(watch)

    assert roles.restarted == []
