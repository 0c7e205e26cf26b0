"""docs/scaling.md: its objects for KEDA, and the names of settings and metrics in it."""

import re
from pathlib import Path

import pytest
import yaml

from config.settings import Settings
from config.sharding import shard_prefix
from tests.packaging.compose import COMPOSE, ROLES

ROOT = Path(__file__).parents[2]
PAGE = ROOT.joinpath("docs/scaling.md").read_text("utf-8")
METRICS = ROOT.joinpath("docs/metrics.md").read_text("utf-8")
OBJECTS = list(yaml.safe_load_all(re.search(r"(?s)```yaml keda\n(.*?)```", PAGE)[1]))


@pytest.mark.parametrize("scaled", OBJECTS, ids=lambda scaled: scaled["metadata"]["name"])
def test_an_object_for_keda_scales_a_role_by_a_metric_that_there_is(scaled):
    (trigger,) = scaled["spec"]["triggers"]

    assert (scaled["apiVersion"], scaled["kind"]) == ("keda.sh/v1alpha1", "ScaledObject")
    assert scaled["spec"]["scaleTargetRef"]["name"].removeprefix("wirebeat-") in ROLES
    assert scaled["spec"]["minReplicaCount"] == 1
    metric, label, queues = re.fullmatch(r'sum\((\w+)\{(\w+)=~?"([\w|]+)"\}\)', trigger["metadata"]["query"]).groups()
    assert f"| `{metric}` | `{label}` |" in METRICS
    assert set(queues.split("|")) <= {"poll", "fetch", "enrich"}
    # KEDA wants texts here
    assert all(isinstance(value, str) for value in trigger["metadata"].values())


def test_there_is_an_object_for_each_role_that_is_scaled_by_its_work():
    assert {scaled["spec"]["scaleTargetRef"]["name"] for scaled in OBJECTS} == {"wirebeat-fetch", "wirebeat-enrich"}


def test_every_setting_and_metric_of_the_page_is_one_that_there_is():
    settings = {f"WIREBEAT_{name.upper()}" for name in Settings.model_fields}

    assert set(re.findall(r"WIREBEAT_\w+", PAGE)) <= settings
    for metric in re.findall(r"`(news_\w+)", PAGE):
        assert f"| `{metric}`" in METRICS


def test_the_prefix_of_a_shard_is_as_the_page_shows_it():
    assert f"`{shard_prefix('news', 0, 3)}:articles`" in PAGE


def test_containers_are_told_their_shard_and_are_scaled_by_their_names():
    assert set(re.findall(r"--scale (\w+)=", PAGE)) <= set(COMPOSE["services"])
    for role in ROLES.values():
        assert role["environment"]["WIREBEAT_SHARDS"] == "1"
        assert role["environment"]["WIREBEAT_SHARD"] == "0"
