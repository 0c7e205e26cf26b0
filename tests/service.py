"""The real service as processes, against the bundled site on loopback: started, watched, killed, always ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import AbstractContextManager
from pathlib import Path

import redis

from tests.processes import below
from tests.serving import beside
from worker.clock import now
from worker.demo.site import DemoSite, serve

#: Leaves room for a machine that is busy with other things.
PATIENCE_SECONDS = 120.0


def site(**options) -> AbstractContextManager[DemoSite]:
    """The bundled site, for the length of a block."""
    return beside(serve(started=now(), **options))


def environment(site: DemoSite | None = None, **settings: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WIREBEAT_")}
    origins = {"WIREBEAT_ALLOW_ORIGINS": ",".join(site.origins)} if site else {}
    quick = {"WIREBEAT_HOST_INTERVAL": "0.02", "WIREBEAT_LOG_FORMAT": "json", "WIREBEAT_EMBEDDED_PORT": "0"}
    return {**kept, **origins, **quick, **{f"WIREBEAT_{name.upper()}": value for name, value in settings.items()}}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "worker.cli", *arguments]


def run_command(*arguments: str, env: dict[str, str] | None = None, cwd: Path | None = None, timeout: float = 120.0):
    """A command to its end. `cwd` elsewhere than the checkout wants the installed package."""
    return subprocess.run(
        command(*arguments),
        env=env or environment(),
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


class Service:
    """`wirebeat` with some arguments in the background; its log in `log`."""

    def __init__(self, folder: Path, *arguments: str, env: dict[str, str]) -> None:
        self.folder = folder
        self.log_file = folder / f"log-{time.monotonic_ns()}.jsonl"
        self.out_file = self.log_file.with_suffix(".out")
        with self.log_file.open("wb") as log, self.out_file.open("wb") as out:
            self.process = subprocess.Popen(
                command(*arguments), env=env, stdout=out, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )

    def wait(self, timeout: float = PATIENCE_SECONDS) -> int:
        return self.process.wait(timeout)

    @property
    def out(self) -> str:
        return self.out_file.read_text()

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    def events(self, name: str) -> list[dict]:
        rows = (json.loads(line) for line in self.log.splitlines() if line.startswith("{"))
        return [row for row in rows if row["event"] == name]

    def until(self, condition, what: str, timeout: float = PATIENCE_SECONDS):
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if found := condition():
                return found
            assert self.process.poll() is None, f"the service ended while waiting for {what}:\n{self.log[-2000:]}"
            time.sleep(0.05)
        raise AssertionError(f"no {what} within {timeout} s:\n{self.log[-2000:]}")

    def tree(self) -> list[int]:
        """The processes below it, deepest last."""
        return list(below(self.process.pid))

    def stop(self, timeout: float = 60.0) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout)
        finally:
            self.end()

    def end(self) -> None:
        """Nothing of it is left, whatever the test did."""
        for pid in [*self.tree(), self.process.pid]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait(60)


def records(url: str, stream: str = "news:articles") -> list[dict[str, str]]:
    client = redis.Redis.from_url(url, decode_responses=True)
    try:
        return [fields for _, fields in client.xrange(stream)]
    finally:
        client.close()


def account_of(env: dict[str, str]) -> dict:
    done = run_command("stats", "--json", env=env)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
