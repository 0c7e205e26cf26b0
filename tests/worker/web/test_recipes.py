"""docs/recipes.md asks the gateway and the stream for what there is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from tasks.export.fields import DATA_FIELD, FLAT_FIELDS
from tests.gateway import NOW

PAGE = Path(__file__).parents[3].joinpath("docs/recipes.md").read_text("utf-8")
BLOCKS = {name: text for _, name, text in re.findall(r"(?ms)^```(\w+) (\S+)\n(.*?)^```", PAGE)}
TABLE_URLS = re.findall(r"\| `(/v1/\S+)`", PAGE)
FLOW = {node["id"]: node for node in json.loads(BLOCKS["node-red"])}
START = {"${__from}": str(int(NOW.timestamp() * 1000) - 7 * 86_400_000), "${__to}": str(int(NOW.timestamp() * 1000))}


def test_the_page_has_a_recipe_for_each_tool():
    assert set(BLOCKS) == {"node-red", "faststream", "redpanda"}
    assert len(TABLE_URLS) == 3


@pytest.mark.parametrize("url", [*TABLE_URLS, *(node["url"] for node in FLOW.values() if "url" in node)])
def test_an_address_is_answered(gateway, url):
    path = url.removeprefix("http://127.0.0.1:8000")
    for variable, value in START.items():
        path = path.replace(variable, value)

    assert gateway.ask(path).status == 200


def test_the_flow_hangs_together_and_uses_fields_that_there_are():
    for node in FLOW.values():
        assert all(wire in FLOW for output in node.get("wires", []) for wire in output)
        assert set(re.findall(r"\ba\.(\w+)", node.get("func", ""))) <= set(FLAT_FIELDS)


def test_the_stream_programs_take_the_record_where_it_is():
    source = yaml.safe_load(BLOCKS["redpanda"])["input"]["redis_streams"]
    assert source["body_key"] == DATA_FIELD
    assert source["streams"] == ["news:articles"]
    assert '"news:articles"' in BLOCKS["faststream"]
    compile(BLOCKS["faststream"], "reader.py", "exec")
