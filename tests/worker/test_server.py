"""Which servers may hold the truth, and what is said of the others."""

from __future__ import annotations

import socketserver
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from config.settings import Settings
from config.trouble import ConfigError
from tests.valkey import Valkey, short_folder, valkey
from worker.server import check_server, ping, server_url


@pytest.fixture(scope="module")
def server():
    with valkey() as running:
        running.client().config_set("maxmemory-policy", "noeviction")
        yield running


@contextmanager
def pretending(**info: str):
    """Something that speaks as much of the protocol as it takes to be asked for INFO."""
    text = "\r\n".join(f"{name}:{value}" for name, value in info.items()).encode() + b"\r\n"

    class Answers(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while line := self.rfile.readline():
                words = [self._word() for _ in range(int(line[1:]))]
                if words[0].upper() == b"INFO":
                    self.wfile.write(b"$%d\r\n%s\r\n" % (len(text), text))
                elif words[0].upper() == b"HELLO":
                    self.wfile.write(b"-ERR unknown command\r\n")
                else:
                    self.wfile.write(b"+OK\r\n")

        def _word(self) -> bytes:
            length = int(self.rfile.readline()[1:])
            return self.rfile.read(length + 2)[:-2]

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Answers) as listening:
        listening.daemon_threads = True
        threading.Thread(target=listening.serve_forever, args=(0.01,), daemon=True).start()
        yield f"redis://127.0.0.1:{listening.server_address[1]}/0?protocol=2"
        listening.shutdown()


def test_a_server_that_keeps_everything_is_good(server: Valkey):
    found = check_server(server.url)

    assert found.name == "Valkey"
    assert found.policy == "noeviction"
    assert found.append_only is True


def test_a_server_that_evicts_is_refused_with_what_to_do(server: Valkey):
    server.client().config_set("maxmemory-policy", "allkeys-lru")
    try:
        with pytest.raises(ConfigError, match="allkeys-lru") as trouble:
            check_server(server.url)
    finally:
        server.client().config_set("maxmemory-policy", "noeviction")

    assert "noeviction" in trouble.value.mend


def test_a_server_that_is_too_old_is_refused():
    with (
        pretending(redis_version="6.2.14", maxmemory_policy="noeviction", aof_enabled="1") as url,
        pytest.raises(ConfigError, match=r"Redis 6\.2\.14 is too old"),
    ):
        check_server(url)


def test_the_oldest_that_will_do_will_do():
    with pretending(redis_version="7.0.0", maxmemory_policy="noeviction", aof_enabled="0") as url:
        found = check_server(url)

    assert (found.name, found.version, found.append_only) == ("Redis", "7.0.0", False)


def test_a_valkey_is_known_by_its_own_version():
    with pretending(redis_version="7.2.4", valkey_version="9.1.2", maxmemory_policy="noeviction") as url:
        assert check_server(url)[:2] == ("Valkey", "9.1.2")


def test_a_server_out_of_reach_is_told_soon():
    started = time.monotonic()

    with pytest.raises(redis.exceptions.ConnectionError):
        ping("redis://127.0.0.1:1/0")

    assert time.monotonic() - started < 20


def test_a_server_on_another_machine_needs_a_password():
    with pytest.raises(ConfigError, match="holds no password") as trouble:
        check_server("redis://store.example:6379/0")

    assert "/run/secrets" in trouble.value.mend


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "127.0.0.1:6379", "redis://127.0.0.1:port/0"])
def test_what_is_no_url_of_a_server_is_said_to_be_none(url: str):
    with pytest.raises(ConfigError):
        ping(url)


# for commands


def test_the_server_that_is_set_is_taken_after_a_look_whether_it_is_there(server: Valkey):
    with server_url(Settings(redis_url=server.url)) as url:
        assert url == server.url
    with pytest.raises(redis.exceptions.ConnectionError), server_url(Settings(redis_url="redis://127.0.0.1:1/0")):
        pass


def test_without_a_data_directory_nothing_has_run():
    with short_folder() as folder:
        settings = Settings(data_dir=Path(folder) / "none")
        with pytest.raises(ConfigError, match="nothing has run here yet"), server_url(settings):
            pass
        assert not (Path(folder) / "none").exists()


@pytest.mark.slow
def test_a_data_directory_at_rest_gets_a_server_for_as_long_as_it_is_needed():
    with short_folder() as folder:
        settings = Settings(data_dir=Path(folder))
        with server_url(settings) as first, redis.Redis.from_url(first) as client:
            client.set("news:k", "v")
            with server_url(settings) as second, redis.Redis.from_url(second) as other:
                assert other.get("news:k") == b"v"
        with pytest.raises(redis.exceptions.ConnectionError):
            ping(first)
        with server_url(settings) as again, redis.Redis.from_url(again) as client:
            assert client.get("news:k") == b"v"
