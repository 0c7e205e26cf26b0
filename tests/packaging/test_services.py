"""The services of docker-compose.yml as processes: their commands, settings, secrets and health checks."""

import os
import signal
import subprocess
import sys
from contextlib import ExitStack

import pytest
import redis

from tests.packaging.compose import COMPOSE, ROLES, ROOT
from tests.patience import until
from tests.ports import free_port
from tests.service import site
from worker.embedded import server_binary

pytestmark = pytest.mark.slow
PATIENCE_SECONDS = 120.0


class Host:
    """A machine that runs containers, as far as processes can stand for them."""

    def __init__(self, folder, news):
        self.folder, self.news = folder, news
        self.server_port, self.web_port = free_port(), free_port()
        self.secrets = folder / "secrets"
        subprocess.run([ROOT / "config/valkey/make-secrets.sh", self.secrets], check=True, capture_output=True)
        url = self.secrets / "wirebeat_redis_url"
        url.write_text(url.read_text().replace("server:6379", f"127.0.0.1:{self.server_port}"))

    def environment(self, name):
        own_tmp = self.folder / name
        own_tmp.mkdir(exist_ok=True)
        clean = {key: value for key, value in os.environ.items() if not key.startswith("WIREBEAT_")}
        outside = {
            "WIREBEAT_FEEDS": self.news.feeds_url,
            "WIREBEAT_TOPICS": str(ROOT / "config/topics.toml"),
            "WIREBEAT_ALLOW_ORIGINS": ",".join(self.news.origins),
            "WIREBEAT_HOST_INTERVAL": "0.05",
            "WIREBEAT_WEB_PORT": str(self.web_port),
            "WIREBEAT_SECRETS_DIR": str(self.secrets),
            "TMPDIR": str(own_tmp),
        }
        return {**clean, **ROLES[name]["environment"], **outside}

    def _here(self, words):
        program = {"wirebeat": [sys.executable, "-m", "worker.cli"], "python": [sys.executable]}
        moved = [word.replace("127.0.0.1:8000", f"127.0.0.1:{self.web_port}") for word in words[1:]]
        return [*program[words[0]], *moved]

    def start(self, name):
        with (self.folder / f"{name}.log").open("wb") as log:
            return subprocess.Popen(
                self._here(ROLES[name]["command"]), env=self.environment(name), cwd=ROOT, stdout=log, stderr=log
            )

    def start_server(self):
        options = [
            word.replace("/run/secrets", str(self.secrets)) for word in COMPOSE["services"]["server"]["command"][1:]
        ]
        here = ["--port", str(self.server_port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        return subprocess.Popen([server_binary(), *options, *here], stdout=subprocess.DEVNULL)

    def healthy(self, name):
        test = ROLES[name]["healthcheck"]["test"][1:]
        probe = subprocess.run(
            self._here(test), env=self.environment(name), cwd=ROOT, capture_output=True, timeout=60, check=False
        )
        return probe.returncode == 0

    def dashboard(self):
        return redis.Redis(
            port=self.server_port, username="dashboard", password=(self.secrets / "dashboard_password").read_text()
        )


def end(process):
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        return process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def test_all_services_get_healthy_and_a_dashboard_reads_what_they_publish(tmp_path):
    with ExitStack() as stack:
        host = Host(tmp_path, stack.enter_context(site()))
        stack.callback(end, host.start_server())
        roles = {name: host.start(name) for name in ROLES}
        for role in roles.values():
            stack.callback(end, role)
        dashboard = stack.enter_context(host.dashboard())

        until(
            lambda: all(host.healthy(name) for name in ROLES),
            "health of all services",
            PATIENCE_SECONDS,
            pause_seconds=0.5,  # each look is a process of its own
        )
        until(lambda: dashboard.xlen("news:articles") >= len(host.news.expected), "records", PATIENCE_SECONDS)

        assert all(role.poll() is None for role in roles.values())
        assert dashboard.xlen("news:topic:ukraine-war") > 0
        assert {end(role) for role in roles.values()} <= {0, -signal.SIGTERM}
        assert not host.healthy("web")
