"""A real Prometheus, where there is one: it accepts our files, reads our metrics, and fires when it should."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pytest
import yaml

from tests.gateway import running
from tests.ports import free_port
from tests.worker_state import everything_happened

ROOT = Path(__file__).parents[3]
CONFIG = ROOT / "config"
PROMTOOL, PROMETHEUS = shutil.which("promtool"), shutil.which("prometheus")
ALERTS = [rule["alert"] for rule in yaml.safe_load((CONFIG / "alerts.yml").read_text())["groups"][0]["rules"]]
TESTED = yaml.safe_load((Path(__file__).parent / "alerts_test.yml").read_text())["tests"]
EXPRESSIONS = [
    target["expr"]
    for panel in json.loads((CONFIG / "grafana/dashboards/pipeline.json").read_text())["panels"]
    for target in panel["targets"]
    if "expr" in target
]
pytestmark = pytest.mark.skipif(not (PROMTOOL and PROMETHEUS), reason="no Prometheus: apt-get install prometheus")


def promtool(*arguments):
    done = subprocess.run([PROMTOOL, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=90)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_rules_and_the_configuration_are_accepted():
    assert f"{len(ALERTS)} rules found" in promtool("check", "rules", CONFIG / "alerts.yml")
    assert "is valid prometheus config file syntax" in promtool("check", "config", CONFIG / "prometheus.yml")


def test_every_alert_fires_when_it_should_and_not_before():
    for scene in TESTED:
        assert sorted(tested["alertname"] for tested in scene["alert_rule_test"]) == sorted(ALERTS), scene["name"]
    promtool("test", "rules", Path(__file__).parent / "alerts_test.yml")


@pytest.mark.slow
def test_it_reads_the_gateway_and_answers_every_panel_of_the_dashboard(scratch, tmp_path):
    everything_happened(scratch.client())
    port = free_port()
    with running(scratch) as web:
        config = yaml.safe_load((CONFIG / "prometheus.yml").read_text())
        config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
        config["rule_files"] = [str(CONFIG / "alerts.yml")]
        config["scrape_configs"][0]["static_configs"] = [{"targets": [f"127.0.0.1:{web.port}"]}]
        (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(config))
        server = subprocess.Popen(
            [PROMETHEUS, f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/data",
             f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"],
        )  # fmt: skip
        try:
            asked = Asked(port)
            asked.until(lambda: asked("query", query="news_polls_total")["result"], "the first scrape")
            (target,) = asked("targets")["activeTargets"]
            assert (target["health"], target["lastError"]) == ("up", "")
            asked.until(lambda: len(asked("query", query="news_queue_length[1m]")["result"][0]["values"]) > 2, "three")
            empty = [expression for expression in EXPRESSIONS if not asked("query", query=expression)["result"]]
            rules = [rule for group in asked("rules")["groups"] for rule in group["rules"]]
        finally:
            server.terminate()
            server.wait(60)
    # nothing ended without a record while it looked
    assert all("dropped|dead" in expression for expression in empty), empty
    assert [rule["name"] for rule in rules if rule["health"] == "err"] == []


class Asked:
    """Prometheus's HTTP API."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}/api/v1/"

    def __call__(self, path: str, **query: str):
        with urllib.request.urlopen(f"{self.base}{path}?{urllib.parse.urlencode(query)}", timeout=30) as answer:
            return json.load(answer)["data"]

    def until(self, condition, what):
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                if condition():
                    return
            except (OSError, IndexError):
                pass
            time.sleep(0.3)
        raise AssertionError(f"never came: {what}")
