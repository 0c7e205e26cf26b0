"""Names of metrics: the exporter, the page that explains them and the alerts agree."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tests.gateway import running
from tests.worker_state import everything_happened

ROOT = Path(__file__).parents[3]


@pytest.fixture
def exported(scratch):
    """Of a service in which everything has happened at least once."""
    everything_happened(scratch.client())
    with running(scratch) as web:
        web.wait_for(3)
        return web.ask("/metrics").body.decode()


def test_every_metric_is_explained_and_every_explained_one_is_there(exported):
    names = set(re.findall(r"^(news_\w+)[{ ]", exported, re.MULTILINE))
    explained = set(re.findall(r"^\| `(news_\w+)`", (ROOT / "docs" / "metrics.md").read_text(), re.MULTILINE))
    assert explained == names


def test_labels_are_those_that_are_explained(exported):
    for name, labels in re.findall(
        r"^\| `(news_\w+)` \| (.*?) \|", (ROOT / "docs" / "metrics.md").read_text(), re.MULTILINE
    ):
        told = set(re.findall(r"`(\w+)`", labels))
        for found in re.findall(rf"^{name}\{{(.*?)\}} ", exported, re.MULTILINE):
            assert set(re.findall(r'(\w+)="', found)) == told, name


def test_alerts_ask_for_metrics_that_there_are(exported):
    groups = yaml.safe_load((ROOT / "config" / "alerts.yml").read_text())["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert len(rules) >= 6
    for rule in rules:
        assert set(re.findall(r"news_\w+", rule["expr"])) <= set(
            re.findall(r"^(news_\w+)[{ ]", exported, re.MULTILINE)
        ), rule
        assert rule["annotations"]["summary"]


def test_what_was_counted_is_exported(exported):
    assert 'news_polls_total{feed="post"} 2.0' in exported
    assert 'news_articles_total{outcome="dead",reason="robots"} 1.0' in exported
    assert 'news_queue_due{queue="enrich"} 1.0' in exported
    assert "news_canary_late 1.0" in exported
    assert "news_canary_seconds 1.5" in exported
    assert 'news_consumer_lag{group="ours",stream="news:articles"} 3.0' in exported


def test_times_of_stages_are_a_histogram(exported):
    upto = dict(re.findall(r'^news_stage_seconds_bucket\{le="([^"]+)",stage="enrich"\} (\S+)', exported, re.MULTILINE))
    assert [upto[bound] for bound in ("0.01", "0.025", "0.05", "20", "+Inf")] == ["1.0", "1.0", "3.0", "3.0", "4.0"]
    assert 'news_stage_seconds_count{stage="enrich"} 4.0' in exported
    assert 'news_stage_seconds_sum{stage="enrich"} 30.074' in exported
