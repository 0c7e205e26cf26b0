import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from worker.health import main


@pytest.fixture
def heartbeat(tmp_path):
    file = tmp_path / "heartbeat"
    file.touch()
    return file


@pytest.fixture
def gateway():
    """A server that answers with the status that its path names; gives its address."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(int(self.path.strip("/")))
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_fresh_heartbeat_is_health(heartbeat, capsys):
    assert main(["--file", str(heartbeat), "--max-age", "60"]) == 0
    assert "0 s ago" in capsys.readouterr().out


def test_an_old_heartbeat_is_not(heartbeat, capsys):
    an_hour_ago = heartbeat.stat().st_mtime - 3600
    os.utime(heartbeat, (an_hour_ago, an_hour_ago))

    assert main(["--file", str(heartbeat), "--max-age", "60"]) == 1
    assert "3600 s ago" in capsys.readouterr().out


def test_a_missing_heartbeat_is_not(tmp_path, capsys):
    assert main(["--file", str(tmp_path / "none")]) == 1
    assert "no heartbeat" in capsys.readouterr().out


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_the_gateway_is_asked_for_its_own_opinion(gateway, status, code):
    assert main(["--http", f"{gateway}/{status}"]) == code


def test_a_gateway_that_does_not_listen_is_not_healthy(capsys):
    assert main(["--http", "http://127.0.0.1:9/readyz"]) == 1
    assert "127.0.0.1:9" in capsys.readouterr().out


def test_the_probe_loads_nothing_but_the_standard_library(heartbeat):
    script = (
        "import sys; before = set(sys.modules); import worker.health;"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names);"
        "sys.exit(', '.join(sorted(new - {'worker'})) or 0)"
    )

    probe = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)

    assert probe.stderr == ""
    assert probe.returncode == 0
