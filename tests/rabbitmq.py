"""A RabbitMQ node for tests, where Debian's package is there: on loopback, in a folder of its own, gone afterwards."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shutil import which

#: Debian's; /usr/sbin has a wrapper that changes to a user of its own
SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
MISSING = "RabbitMQ is not installed (apt-get install rabbitmq-server)"


def installed() -> bool:
    return SERVER.exists() and which("epmd") is not None


@contextmanager
def rabbitmq(folder: Path, *, seconds: float = 60.0) -> Iterator[str]:
    """The URL of the broker, as soon as it takes connections."""
    amqp, distribution, names = (_free_port() for _ in range(3))
    settings = folder / "rabbitmq.conf"
    settings.write_text(f"listeners.tcp.1 = 127.0.0.1:{amqp}\nlog.console = false\n")
    environment = {
        **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
        "HOME": str(folder),  # the cookie of Erlang
        "ERL_EPMD_PORT": str(names),
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
    with ExitStack() as stack:
        # started here, for the node would leave one behind
        stack.enter_context(_process(["epmd", "-port", str(names), "-address", "127.0.0.1"], environment, folder))
        node = stack.enter_context(_process([str(SERVER)], environment, folder))
        deadline = time.monotonic() + seconds
        while not _answers(amqp):
            said = (folder / "said").read_text(errors="replace")[-2000:]
            alive = node.poll() is None and time.monotonic() < deadline
            assert alive, f"RabbitMQ does not start:\n{said}"
            time.sleep(0.1)
        yield f"amqp://guest:guest@127.0.0.1:{amqp}//"


@contextmanager
def _process(command: list[str], environment: dict[str, str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "said").open("ab") as out:
        process = subprocess.Popen(
            command, env=environment, cwd=folder, stdout=out, stderr=out, stdin=subprocess.DEVNULL, process_group=0
        )
    try:
        yield process
    finally:
        for stop in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(process.pid, stop)
                process.wait(20)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue
        process.wait(5)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"AMQP\x00\x00\x09\x01")
            return bool(connection.recv(1))
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
