"""A RabbitMQ node for tests, where Debian's package is there: on loopback, in a folder of its own, gone afterwards."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

from tests.ports import free_port

#: Debian's; /usr/sbin has a wrapper that changes to a user of its own
SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
MISSING = "RabbitMQ is not installed (apt-get install rabbitmq-server)"


def installed() -> bool:
    return SERVER.exists() and which("epmd") is not None


class RabbitMQ:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port, distribution, self._names = (free_port() for _ in range(3))
        settings = folder / "rabbitmq.conf"
        settings.write_text(f"listeners.tcp.1 = 127.0.0.1:{self._port}\nlog.console = false\n")
        self._environment = {
            **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
            "HOME": str(folder),  # the cookie of Erlang
            "ERL_EPMD_PORT": str(self._names),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"wirebeat-{os.getpid()}@localhost",
            "RABBITMQ_DIST_PORT": str(distribution),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_CONFIG_FILE": str(settings),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "no-plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        }

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self._port}//"

    def epmd(self) -> subprocess.Popen[bytes]:
        """Started here, for a node would leave one behind."""
        return self._process("epmd", "-port", str(self._names), "-address", "127.0.0.1")

    def start(self, *, seconds: float = 120.0) -> subprocess.Popen[bytes]:
        """Returns when it takes connections."""
        node = self._process(str(SERVER))
        deadline = time.monotonic() + seconds
        while not _answers(self._port):
            said = (self._folder / "said").read_text(errors="replace")[-2000:]
            alive = node.poll() is None and time.monotonic() < deadline
            if not alive:
                end(node)
            assert alive, f"RabbitMQ does not start:\n{said}"
            time.sleep(0.1)
        return node

    def _process(self, *command: str) -> subprocess.Popen[bytes]:
        with (self._folder / "said").open("ab") as out:
            return subprocess.Popen(
                command,
                env=self._environment,
                cwd=self._folder,
                stdout=out,
                stderr=out,
                stdin=subprocess.DEVNULL,
                process_group=0,
            )


@contextmanager
def rabbitmq(folder: Path) -> Iterator[RabbitMQ]:
    """Not yet started; whatever was started is ended afterwards."""
    broker = RabbitMQ(folder)
    names = broker.epmd()
    try:
        yield broker
    finally:
        end(names)


def end(process: subprocess.Popen[bytes], first: signal.Signals = signal.SIGTERM) -> None:
    """With all that it started, which is one group."""
    for stop in (first, signal.SIGKILL):
        try:
            os.killpg(process.pid, stop)
            process.wait(60)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue
    process.wait(60)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"AMQP\x00\x00\x09\x01")
            return bool(connection.recv(1))
    except OSError:
        return False
