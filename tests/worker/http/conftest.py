"""An origin that answers as each test says, byte for byte, and what the client made of it."""

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from config.settings import Settings
from tasks.reasons import Failed
from worker.http import Client

ORIGIN = "127.0.0.1"


@dataclass
class Origin:
    """`answers`: path → raw bytes, or a coroutine function that is given (reader, writer, request)."""

    answers: dict
    port: int = 0
    requests: list = field(default_factory=list)
    connections: int = 0

    def url(self, path="/", host=ORIGIN):
        return f"http://{host}:{self.port}{path}"

    def head(self, index=-1):
        lines = self.requests[index].decode("latin-1").split("\r\n")[1:]
        return dict(line.split(": ", 1) for line in lines if line)

    def paths(self):
        return [request.split(b" ", 2)[1].decode() for request in self.requests]

    async def converse(self, reader, writer):
        self.connections += 1
        try:
            while True:
                request = await reader.readuntil(b"\r\n\r\n")
                self.requests.append(request)
                path = request.split(b" ", 2)[1].decode().partition("?")[0]
                answer = self.answers.get(path, self.answers.get("*", b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"))
                if isinstance(answer, bytes):
                    writer.write(answer.replace(b"{origin}", self.url("").encode()))
                    await writer.drain()
                else:
                    await answer(reader, writer, request)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving(answers, *, tls=None, host=ORIGIN):
    origin = Origin(answers if isinstance(answers, dict) else {"*": answers})
    server = await asyncio.start_server(origin.converse, host, 0, ssl=tls)
    origin.port = server.sockets[0].getsockname()[1]
    try:
        yield origin
    finally:
        server.close()


def settings_for(*origins, **changes):
    limits = {"page_timeout_seconds": 60.0, "feed_timeout_seconds": 60.0, "max_page_bytes": 100_000, **changes}
    return Settings(allow_origins=[f"{ORIGIN}:{origin.port}" for origin in origins], **limits)


#: What ends "soon" does so long before what would end it otherwise: 60 s, or servers that are silent for 90.
SOON_SECONDS = 20.0


@dataclass
class Outcome:
    origin: Origin
    page: object = None
    failed: Failed | None = None
    seconds: float = 0.0

    @property
    def reason(self):
        return self.failed.reason if self.failed else None

    @property
    def soon(self):
        return self.seconds < SOON_SECONDS


@pytest.fixture
def ask():
    """ask(answers, path=…, kind=…, …) → Outcome of one fetch."""

    def run(answers, *, path="/", kind="page", changes=None, client=None, **asked):
        async def fetch():
            async with serving(answers) as origin:
                outcome = Outcome(origin)
                started = time.monotonic()
                async with Client(settings_for(origin, **(changes or {})), **(client or {})) as web:
                    try:
                        outcome.page = await web.fetch(origin.url(path), kind=kind, **asked)
                    except Failed as failed:
                        outcome.failed = failed
                outcome.seconds = time.monotonic() - started
                return outcome

        return asyncio.run(fetch())

    return run


@pytest.fixture
def converse():
    """converse(answers, talk) → what the coroutine talk(client, origin) gives."""

    def run(answers, talk, *, changes=None, **client):
        async def hold():
            async with serving(answers) as origin, Client(settings_for(origin, **(changes or {})), **client) as web:
                return await talk(web, origin)

        return asyncio.run(hold())

    return run


def answer(body=b"<html>", status="200 OK", **headers):
    named = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{named}\r\n".encode("utf-8", "surrogateescape") + body


@pytest.fixture(name="answer")
def make_answer():
    return answer


@pytest.fixture(name="serving", scope="session")
def make_serving():
    return serving


@pytest.fixture(name="settings_for", scope="session")
def make_settings():
    return settings_for
