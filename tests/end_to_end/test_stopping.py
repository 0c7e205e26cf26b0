"""A stop is quick and loses nothing, whatever hangs; a server that goes away for a while costs no entry a try."""

from __future__ import annotations

import signal
import socket
import threading
import time
from pathlib import Path

import pytest
import redis

from tests.service import Service, account_of, environment
from tests.serving import listeners
from tests.valkey import Valkey
from tests.world import body, html

pytestmark = pytest.mark.slow
ADDRESSES = [f"127.0.0.{number}" for number in (1, 2, 3, 4)]
EACH = 4


class Silent:
    """Gives a feed of pages at four addresses. The pages are answered when `speak` is set, and not before."""

    def __init__(self) -> None:
        self.speak = threading.Event()
        self.hung: set[str] = set()
        self.listening = listeners(ADDRESSES)
        self.port = self.listening[0].getsockname()[1]
        for one in self.listening:
            threading.Thread(target=self._accept, args=(one,), daemon=True).start()

    def feed(self) -> bytes:
        items = "".join(
            f"<item><title>Pier {address} {number}</title><link>http://{address}:{self.port}/{number}</link></item>"
            for address in ADDRESSES
            for number in range(EACH)
        )
        return f'<rss version="2.0"><channel>{items}</channel></rss>'.encode()

    def close(self) -> None:
        self.speak.set()
        for one in self.listening:
            one.close()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            request = connection.recv(65536).decode("latin-1")
            path = request.partition(" ")[2].partition(" ")[0]
            host = next((line for line in request.split("\r\n") if line.lower().startswith("host:")), "")
            content = self.feed() if path == "/feed" else html(f"Pier {host}{path}", body(f"{host}{path}"))
            if path != "/feed" and not self.speak.is_set():
                self.hung.add(f"{host}{path}")
                self.speak.wait(90)
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n"
            try:
                connection.sendall(head.encode() + content)
            except OSError:
                return


@pytest.fixture
def silent():
    silent = Silent()
    yield silent
    silent.close()


def settings(folder: Path, silent: Silent, **more: str) -> dict[str, str]:
    feeds = folder / "feeds.toml"
    feeds.write_text(f'[[feed]]\nid = "piers"\nurl = "http://{ADDRESSES[0]}:{silent.port}/feed"\nevery = "1h"\n')
    return environment(
        feeds=str(feeds),
        allow_origins=f"127.0.0.0/8:{silent.port}",
        respect_robots="false",
        host_concurrency=str(EACH),
        enrich_processes="1",
        spacy_model="blank",
        **more,
    )


def test_a_stop_with_sixteen_hung_fetches_takes_seconds_and_loses_none(folder: Path, silent: Silent):
    env = settings(folder, silent, data_dir=str(folder / "d"))
    service = Service(folder, "run", "--no-web", env=env)
    try:
        service.until(lambda: len(silent.hung) == len(ADDRESSES) * EACH, "hung fetches")
        started = time.monotonic()
        code = service.stop()
        spent = time.monotonic() - started
    finally:
        service.end()
    stopped = account_of(env)
    silent.speak.set()
    again = Service(folder, "run", "--until-idle", "--no-web", env=env)
    try:
        assert again.wait() == 0, again.log[-3000:]
    finally:
        again.end()
    account = account_of(env)

    assert code == 0
    assert spent < 30  # 8 at the most, and then it is killed; more on a busy machine; the pages would come after 90
    assert stopped["pending"] == {"fetch": 16, "enrich": 0}
    assert (account["seen"], account["published"], account["balance"]) == (16, 16, 0)
    assert account["dead"] == {}


@pytest.mark.parametrize(("arguments", "ready"), [(("run", "--no-web"), "role-started"), (("web",), "page")])
def test_being_told_to_stop_again_and_again_is_one_clean_stop(
    folder: Path, server: Valkey, silent: Silent, arguments: tuple[str, ...], ready: str
):
    server.client().config_set("maxmemory-policy", "noeviction")
    service = Service(folder, *arguments, env=settings(folder, silent, redis_url=server.url, web_port="0"))
    try:
        service.until(lambda: service.events(ready), ready)
        deadline = time.monotonic() + 90
        while service.process.poll() is None and time.monotonic() < deadline:
            service.process.send_signal(signal.SIGTERM)
            time.sleep(0.001)
        code = service.process.poll()
    finally:
        service.end()
    assert code == 0, service.log[-2000:]


@pytest.mark.parametrize("trouble", ["killed", "frozen"])
def test_a_server_that_is_away_for_a_while_costs_no_entry_a_try(folder: Path, silent: Silent, trouble: str):
    server = Valkey(folder)
    server.start()
    server.client().config_set("maxmemory-policy", "noeviction")
    env = settings(folder, silent, redis_url=server.url)
    service = Service(folder, "run", "--no-web", env=env)
    try:
        service.until(lambda: len(silent.hung) == len(ADDRESSES) * EACH, "hung fetches")
        if trouble == "killed":
            server.stop(signal.SIGKILL)
            silent.speak.set()
            time.sleep(25)  # longer than any one call is tried again
            server.start()
        else:
            server.process.send_signal(signal.SIGSTOP)
            silent.speak.set()
            time.sleep(20)
            server.process.send_signal(signal.SIGCONT)
        client = redis.Redis.from_url(server.url, decode_responses=True)
        client.config_set("maxmemory-policy", "noeviction")
        service.until(lambda: client.xlen("news:articles") == 16, "records")
        attempts = {fields["data"].count('"attempt":1') for _, fields in client.xrange("news:articles")}
        assert client.xlen("news:dead") == 0
        client.close()
    finally:
        service.stop()
        service.end()
        if server.process.poll() is None:
            server.stop()

    assert attempts == {1}
