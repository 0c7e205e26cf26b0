"""A gateway as it runs: uvicorn on loopback, following a stream of a real server. For tests of gateway and page."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

import uvicorn

from config.settings import Settings
from tests import newsroom
from worker.web.app import create_app
from worker.web.serve import connect

NOW = datetime.now(UTC)
RECORDS = list(newsroom.records(120, now=NOW))


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Running:
    def __init__(self, port: int, app: Any) -> None:
        self.port, self.app = port, app

    def ask(self, path: str, *, method: str = "GET", **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            response = connection.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, names, response.read())
        finally:
            connection.close()

    def wait_for(self, count: int) -> None:
        for _ in range(6000):
            if len(self.app.state.gateway.index) >= count:
                return
            time.sleep(0.01)
        raise AssertionError(f"the index holds {len(self.app.state.gateway.index)}, not {count}")

    @contextmanager
    def events(self, path: str, **headers: str):
        """Yields a function that reads the next event as a dict of its fields."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        assert response.status == 200, response.read()

        def next_event() -> dict[str, str]:
            event: dict[str, str] = {}
            while True:
                line = response.readline().decode().rstrip("\r\n")
                if not line and event:
                    return event
                name, colon, value = line.partition(": ")
                if colon and name:
                    event[name] = value

        try:
            assert next_event()["event"] == "hello"
            yield next_event
        finally:
            connection.sock.shutdown(socket.SHUT_RDWR)
            connection.close()


@contextmanager
def running(valkey: Any, *, capacity: int = 10_000, port: int = 0, **settings: Any):
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(64)
    app = create_app(Settings(redis_url=valkey.url, **settings), connect(valkey.url), capacity=capacity)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the gateway does not start"
        time.sleep(0.005)
    try:
        yield Running(listener.getsockname()[1], app)
    finally:
        app.state.gateway.close()
        server.should_exit = True
        thread.join(60)
        listener.close()


def publish(db: Any, records: Any, *, stream: str = "news:articles") -> list[str]:
    return [db.xadd(stream, newsroom.stream_fields(record)) for record in records]
