"""Grafana's dashboards and Prometheus's rules ask for what there is: each query is put to a running gateway."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from tests.gateway import NOW, running

ROOT = Path(__file__).parents[3]
GRAFANA = ROOT / "config" / "grafana"
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
DASHBOARDS = {file.stem: json.loads(file.read_text("utf-8")) for file in sorted(GRAFANA.glob("dashboards/*.json"))}
SOURCES = {
    source["uid"]: source
    for source in yaml.safe_load((GRAFANA / "provisioning/datasources/wirebeat.yml").read_text("utf-8"))["datasources"]
}
PANELS = [(name, panel) for name, dashboard in DASHBOARDS.items() for panel in dashboard["panels"]]
TARGETS = [(f"{name}: {panel['title']}", target) for name, panel in PANELS for target in panel["targets"]]
URLS = [pytest.param(target, id=name) for name, target in TARGETS if "url" in target]
EXPRESSIONS = [pytest.param(target["expr"], id=name) for name, target in TARGETS if "expr" in target]
EXPLAINED = dict(
    re.findall(r"(?m)^\| `(news_\w+)` \| (.*?) \|", (ROOT / "docs" / "metrics.md").read_text("utf-8")),
)


def test_there_is_a_dashboard_for_readers_and_one_for_operators():
    assert set(DASHBOARDS) == {"news", "pipeline"}
    assert len({dashboard["uid"] for dashboard in DASHBOARDS.values()}) == 2


def test_panels_have_a_place_of_their_own_on_the_grid():
    for name, dashboard in DASHBOARDS.items():
        taken = set()
        for panel in dashboard["panels"]:
            grid = panel["gridPos"]
            cells = {(grid["x"] + x, grid["y"] + y) for x in range(grid["w"]) for y in range(grid["h"])}
            assert not cells & taken, f"{name}: {panel['title']}"
            assert grid["x"] + grid["w"] <= 24
            taken |= cells
        assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])


def test_every_query_names_a_data_source_that_is_provided():
    for name, target in TARGETS:
        assert SOURCES[target["datasource"]["uid"]]["type"] == target["datasource"]["type"], name


@pytest.mark.parametrize("target", URLS)
def test_the_gateway_answers_a_panel_with_the_columns_that_it_shows(gateway, target):
    now_ms = int(NOW.timestamp() * 1000)
    path = target["url"].replace("${__from}", str(now_ms - 7 * 86_400_000)).replace("${__to}", str(now_ms + 3_600_000))

    answer = gateway.ask(path)

    assert answer.status == 200, answer.body
    rows = answer.json()[target["root_selector"]] if target["root_selector"] else answer.json()
    assert isinstance(rows, list)
    if "/feeds" not in path:  # the stream of this test has no feeds behind it; their columns have a test of their own
        assert rows
        assert {column["selector"] for column in target["columns"]} <= set(rows[0])


def test_the_table_of_feeds_shows_what_the_gateway_tells_of_a_feed(scratch):
    (target,) = [target for _, target in TARGETS if "/feeds" in target.get("url", "")]
    scratch.client().hset("news:feeds", "post", json.dumps({"id": "post", "url": "https://post.example/rss"}))
    with running(scratch) as web:
        (feed,) = web.ask(target["url"]).json()["feeds"]
    assert {column["selector"] for column in target["columns"]} <= set(feed)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_uses_metrics_and_labels_that_there_are(expression):
    """tests/worker/web/test_metrics.py holds docs/metrics.md and the exporter together."""
    names = re.findall(r"news_\w+", expression)
    labels = {label for name in names for label in re.findall(r"`(\w+)`", EXPLAINED[name])}
    assert names
    used = re.findall(r'(\w+)(?:=~|!=|=)"', expression)
    used += [label for group in re.findall(r"\bby \(([^)]*)\)", expression) for label in group.split(", ")]
    assert set(used) <= labels


def test_prometheus_loads_the_alert_rules_that_are_mounted():
    rules = yaml.safe_load((ROOT / "config" / "prometheus.yml").read_text("utf-8"))["rule_files"]
    mounts = [mount.split(":") for mount in COMPOSE["services"]["prometheus"]["volumes"] if mount.startswith("./")]
    inside = {target: source for source, target, *_ in mounts}
    for rule in rules:
        assert (ROOT / inside[f"/etc/prometheus/{rule}"]).is_file()


def test_grafana_is_given_both_folders_and_asks_the_services_by_name():
    service = COMPOSE["services"]["grafana"]
    mounts = {target: source for source, target, *_ in (mount.split(":") for mount in service["volumes"])}
    provider = yaml.safe_load((GRAFANA / "provisioning/dashboards/wirebeat.yml").read_text("utf-8"))["providers"][0]
    assert (ROOT / mounts["/etc/grafana/provisioning"]) == GRAFANA / "provisioning"
    assert (ROOT / mounts[provider["options"]["path"]]) == GRAFANA / "dashboards"
    assert {urlsplit(source["url"]).hostname for source in SOURCES.values()} <= set(COMPOSE["services"])
    assert service["profiles"] == COMPOSE["services"]["prometheus"]["profiles"]
    plugins = {source["type"] for source in SOURCES.values()} - {"prometheus"}
    assert set(service["environment"]["GF_PLUGINS_PREINSTALL"].split(",")) == plugins


def test_grafana_can_be_looked_at_and_not_logged_in_to():
    environment = COMPOSE["services"]["grafana"]["environment"]
    assert environment["GF_AUTH_ANONYMOUS_ORG_ROLE"] == "Viewer"
    assert environment["GF_AUTH_DISABLE_LOGIN_FORM"] == "true"
    assert environment["GF_AUTH_BASIC_ENABLED"] == "false"
