"""The embedded server: one for a directory, closed to strangers, gone with its owner, back with its data."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import redis

from config.trouble import ConfigError
from tests.ports import free_port
from tests.processes import left
from tests.valkey import short_folder
from worker.embedded import AlreadyRunning, EmbeddedServer, lock_data_dir

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def running():
    with short_folder() as path:
        server = EmbeddedServer(Path(path), port=free_port(), prefix="news")
        server.start()
        yield server
        server.stop()


@pytest.fixture
def owner(running):
    client = redis.Redis.from_url(running.url, decode_responses=True)
    client.flushall()
    yield client
    client.close()


@pytest.fixture
def reader(running):
    client = redis.Redis.from_url(running.reader_url, decode_responses=True, socket_timeout=5)
    yield client
    client.close()


# the directory


def test_a_directory_is_held_by_one(folder: Path):
    first = lock_data_dir(folder)

    with pytest.raises(AlreadyRunning, match=rf"process {os.getpid()}\)"):
        lock_data_dir(folder)
    first.close()
    lock_data_dir(folder).close()


def test_a_lock_says_who_holds_it_now_and_not_who_did(folder: Path):
    (folder / "lock").write_text("123456789")

    with lock_data_dir(folder):
        assert (folder / "lock").read_text() == str(os.getpid())


def test_a_directory_that_cannot_be_written_is_named_with_what_to_do(folder: Path):
    (folder / "file").write_text("not a directory")

    with pytest.raises(ConfigError, match="file/data cannot be written") as trouble:
        lock_data_dir(folder / "file" / "data")

    assert "--data-dir" in trouble.value.mend


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_without_leave_to_write_is_named(folder: Path):
    folder.chmod(0o500)

    with pytest.raises(ConfigError, match="cannot be written: Permission denied"):
        lock_data_dir(folder)


# the server


def test_it_never_evicts_and_keeps_an_append_only_file(owner):
    settings = owner.config_get("*")

    assert settings["maxmemory-policy"] == "noeviction"
    assert settings["appendonly"] == "yes"
    assert settings["bind"] == "127.0.0.1"


def test_its_secrets_are_for_their_owner_alone(running):
    folder = running._data_dir

    for name in ("service.secret", "users.acl"):
        assert (folder / name).stat().st_mode & 0o077 == 0
    assert (folder / "service.secret").read_text() not in (folder / "users.acl").read_text()
    assert running.socket_path.stat().st_mode & 0o077 == 0


def test_another_process_finds_the_server_that_runs_on_the_directory(running, owner):
    owner.set("news:k", "v")

    other = EmbeddedServer(running._data_dir, port=0, prefix="news")

    with redis.Redis.from_url(other.running_url(), decode_responses=True) as client:
        assert client.get("news:k") == "v"


def test_readers_read_streams_and_keep_groups_of_their_own(owner, reader):
    first = owner.xadd("news:articles", {"id": "a"})
    owner.xadd("news:topic:diplomacy", {"id": "a"})

    assert reader.xrange("news:articles") == [(first, {"id": "a"})]
    reader.xgroup_create("news:articles", "ours", "0")
    assert reader.xreadgroup("ours", "me", {"news:articles": ">"})
    assert reader.xack("news:articles", "ours", first) == 1
    assert reader.xread({"news:topic:diplomacy": "0"})


@pytest.mark.parametrize(
    "command",
    [
        ("SET", "news:k", "v"),
        ("DEL", "news:articles"),
        ("XADD", "news:articles", "*", "k", "v"),
        ("XTRIM", "news:articles", "MAXLEN", "0"),
        ("XGROUP", "DESTROY", "news:articles", "ours"),
        ("XGROUP", "SETID", "news:articles", "ours", "0"),
        ("FLUSHALL",),
        ("SHUTDOWN",),
        ("CONFIG", "GET", "*"),
        ("ACL", "LIST"),
        ("KEYS", "*"),
        ("EVAL", "return 1", "0"),
        ("GET", "elsewhere:k"),
        ("XGROUP", "CREATE", "news:dead", "theirs", "0"),
        ("PUBLISH", "channel", "word"),
    ],
)
def test_readers_change_nothing_and_see_nothing_of_others(owner, reader, command):
    owner.xadd("news:articles", {"id": "a"})
    owner.xadd("news:dead", {"id": "a"})
    owner.xgroup_create("news:articles", "ours", "0")

    with pytest.raises(redis.exceptions.NoPermissionError):
        reader.execute_command(*command)


def test_a_port_that_is_taken_is_left_to_whoever_has_it(folder: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        server = EmbeddedServer(folder, port=port, prefix="news")
        server.start()
        try:
            assert port < server.port < port + 20
            assert redis.Redis.from_url(server.reader_url).ping()
        finally:
            server.stop()


def test_no_port_is_opened_for_readers_where_none_is_wanted(folder: Path):
    server = EmbeddedServer(folder, port=0, prefix="news")
    server.start()
    try:
        assert server.reader_url is None
        with redis.Redis.from_url(server.url) as client:
            assert client.config_get("port")["port"] == "0"
    finally:
        server.stop()


def test_what_was_written_is_there_again_after_the_server_was_killed(folder: Path):
    server = EmbeddedServer(folder, port=0, prefix="news")
    server.start()
    with redis.Redis.from_url(server.url) as client:
        for number in range(100):
            client.xadd("news:articles", {"n": number})
    server.process.send_signal(signal.SIGKILL)
    server.process.wait(60)

    server.start()
    try:
        with redis.Redis.from_url(server.url) as client:
            assert client.xlen("news:articles") == 100
    finally:
        server.stop()


def test_a_long_path_gets_a_short_socket(folder: Path):
    long = folder / ("deep" * 10) / ("deeper" * 10) / "data"
    long.mkdir(parents=True)
    server = EmbeddedServer(long, port=0, prefix="news")
    server.start()
    try:
        assert len(bytes(server.socket_path)) <= 100
        with redis.Redis.from_url(server.url) as client:
            assert client.ping()
    finally:
        server.stop()
        server.socket_path.unlink(missing_ok=True)


def test_a_path_with_blanks_and_other_letters_will_do(folder: Path):
    odd = folder / "Données & más"
    odd.mkdir()
    server = EmbeddedServer(odd, port=0, prefix="news")
    server.start()
    try:
        with redis.Redis.from_url(server.url) as client:
            assert client.ping()
    finally:
        server.stop()


def test_a_server_that_does_not_come_up_shows_the_end_of_its_log(folder: Path):
    data = folder / "appendonlydir"
    data.mkdir()
    (data / "appendonly.aof.manifest").write_text("this is no manifest\n")

    with pytest.raises(ConfigError, match="does not start") as trouble:
        EmbeddedServer(folder, port=0, prefix="news").start()

    assert "manifest" in str(trouble.value)


def test_stopping_twice_or_before_the_start_does_no_harm(folder: Path):
    server = EmbeddedServer(folder, port=0, prefix="news")
    server.stop()
    server.start()
    server.stop()
    server.stop()

    assert server.process.returncode == 0


def test_a_server_waits_until_the_one_before_it_has_let_go_of_the_files(folder: Path):
    """As after a kill of its owner alone: the lock of the directory is free, the server not yet gone."""
    former, next_one = (EmbeddedServer(folder, port=0, prefix="news") for _ in range(2))
    former.start()
    killer = threading.Timer(0.4, former.process.kill)
    started = time.monotonic()
    killer.start()
    next_one.start()
    try:
        assert time.monotonic() - started > 0.4
        assert former.process.wait(60) == -signal.SIGKILL
    finally:
        next_one.stop()


@pytest.mark.slow
def test_a_server_that_nobody_owns_any_more_is_ended_and_its_data_taken_over(folder: Path):
    orphan, heir = (EmbeddedServer(folder, port=0, prefix="news") for _ in range(2))
    orphan.start()
    with redis.Redis.from_url(orphan.url) as client:
        client.set("kept", "so")
    heir.start()
    try:
        assert orphan.process.wait(60) == 0
        with redis.Redis.from_url(heir.url) as client:
            assert client.get("kept") == b"so"
    finally:
        heir.stop()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the next start ends it")
def test_a_server_whose_owner_is_killed_does_not_stay_behind(folder: Path):
    program = (
        "import sys, json, time; from pathlib import Path; from worker.embedded import EmbeddedServer\n"
        "server = EmbeddedServer(Path(sys.argv[1]), port=0, prefix='news'); server.start()\n"
        "print(json.dumps(server.process.pid), flush=True); time.sleep(600)"
    )
    owner = subprocess.Popen([sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True)
    pid = json.loads(owner.stdout.readline())
    owner.kill()
    owner.wait()
    owner.stdout.close()

    assert left([pid]) == []
