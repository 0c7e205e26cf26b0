"""The record as it was agreed on, beside the record as it is."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest

from tasks.export.schema import article_schema
from tasks.record import Record
from tests import newsroom

CONTRACT = Path(__file__).parents[4] / "shared" / "contract"
pytestmark = [
    pytest.mark.quality,
    pytest.mark.skipif(not CONTRACT.is_dir(), reason="../shared/contract is not there"),
]


def contract(name):
    return json.loads((CONTRACT / name).read_text())


def test_the_agreed_example_is_a_record():
    example = contract("record-example.json")
    assert list(jsonschema.Draft202012Validator(article_schema()).iter_errors(example)) == []
    Record.model_validate(example)


def test_our_records_keep_to_the_agreed_schema():
    validator = jsonschema.Draft202012Validator(
        contract("record-schema.json"), format_checker=jsonschema.FormatChecker(["date-time", "uri", "uuid", "date"])
    )
    for record in newsroom.records(80, now=datetime(2026, 11, 23, 12, tzinfo=UTC)):
        assert [error.message for error in validator.iter_errors(json.loads(record.model_dump_json()))] == []


def test_everything_that_the_agreed_schema_requires_is_required_here():
    ours, agreed = article_schema(), contract("record-schema.json")
    assert set(agreed["required"]) <= set(ours["required"])
    assert set(agreed["properties"]) <= set(ours["properties"])
    for name, shape in (
        ("topic", "TopicTag"),
        ("entity", "Entity"),
        ("citedSource", "CitedSource"),
        ("quote", "Quote"),
    ):
        assert set(agreed["$defs"][name]["required"]) <= set(ours["$defs"][shape]["required"]), name
