"""The published descriptions of the record: current, open, and true of real records."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tasks.export.asyncapi import as_yaml, asyncapi
from tasks.export.fields import FLAT_FIELDS, RECORD_FIELDS
from tasks.export.schema import SCHEMA_FILE, article_schema, as_json
from tasks.export.tables import field_tables, shape_named, with_tables
from tasks.record import Record
from tests import newsroom

DOCS = Path(__file__).parents[3] / "docs"
GOLDEN = sorted((Path(__file__).parent / "golden").glob("article-*.json"))
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SCHEMA = article_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())


def problems(document: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(document)]


def golden() -> dict[str, Any]:
    return json.loads(GOLDEN[0].read_text())


def test_the_schema_is_a_valid_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_the_committed_schema_is_current():
    assert (DOCS / "schema" / SCHEMA_FILE).read_text() == as_json(SCHEMA), "run `wirebeat schema --write docs`"


def test_the_committed_streams_document_is_current():
    from importlib.metadata import version  # noqa: PLC0415  only this test needs it

    committed = (DOCS / "schema" / "asyncapi.yaml").read_text()
    assert committed == as_yaml(asyncapi(version=version("wirebeat"))), "run `wirebeat schema --write docs`"


def test_the_yaml_says_what_the_document_says():
    yaml = pytest.importorskip("yaml")
    document = asyncapi(version="1.2.3", prefix="{news}")
    assert yaml.safe_load(as_yaml(document)) == document
    assert document["channels"]["articles"]["address"] == "{news}:articles"


def test_the_page_has_the_current_tables():
    page = (DOCS / "stream.md").read_text()
    assert page == with_tables(page), "run `wirebeat schema --write docs`"


def test_the_page_names_every_field():
    page = (DOCS / "stream.md").read_text()
    for name in FLAT_FIELDS:
        assert f"| `{name}` |" in page
    for shape, fields in RECORD_FIELDS.items():
        for name in fields:
            assert f"| `{name}` |" in page, f"{shape}.{name}"


def test_every_type_in_the_tables_is_named():
    assert "|  |" not in field_tables()


def test_a_page_without_the_marks_is_refused():
    with pytest.raises(ValueError, match="needs the lines"):
        with_tables("# Nothing here")


def test_every_field_of_every_shape_has_a_meaning():
    definitions = Record.model_json_schema()["$defs"]
    for shape, properties in {"Record": Record.model_json_schema(), **definitions}.items():
        named = set(RECORD_FIELDS[shape])
        if "Span" in [base.__name__ for base in shape_named(shape).__bases__]:
            named |= set(RECORD_FIELDS["Span"])
        assert named == set(properties["properties"]), shape


def test_made_up_records_are_valid():
    for record in newsroom.records(60, now=NOW):
        assert problems(json.loads(record.model_dump_json())) == []


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_record_of_every_minor_version_stays_readable(path):
    document = json.loads(path.read_text())
    assert problems(document) == []
    assert json.loads(Record.model_validate(document).model_dump_json()) | document == json.loads(
        Record.model_validate(document).model_dump_json()
    )


def test_every_offset_of_the_golden_record_fits_its_text():
    record = Record.model_validate(golden())
    spans = [
        *(span for topic in record.topics for span in topic.evidence if span.zone != "title"),
        *(span for entity in record.entities for span in entity.mentions),
        *(span for source in record.cited_sources for span in source.evidence),
        *record.quotes,
    ]
    assert len(spans) >= 5
    for span in spans:
        assert record.body[span.start : span.end] == span.text


def test_a_reader_accepts_fields_it_does_not_know():
    later = golden() | {"schema": "article/1.7", "mood": "hopeful"}
    later["source"]["mast"] = 3
    later["topics"][0]["evidence"][0]["weather"] = "fair"
    assert problems(later) == []


def test_a_partial_record_needs_no_body_and_no_offsets():
    partial = golden() | {"representation": "partial"}
    for field in ("body", "quotes", "links", "cluster", "dates"):
        del partial[field]
    for topic in partial["topics"]:
        del topic["evidence"]
    for entity in partial["entities"]:
        del entity["mentions"]
    partial["provenance"] = {key: partial["provenance"][key] for key in ("feed", "content_hash")}
    assert problems(partial) == []


BREAKS = {
    "another major version": lambda r: r | {"schema": "article/2.0"},
    "no id": lambda r: {key: value for key, value in r.items() if key != "id"},
    "an id that reads as a number": lambda r: r | {"id": "123e4567"},
    "version 0": lambda r: r | {"version": 0},
    "a first version with one before it": lambda r: r | {"previous": "sha256:" + "0" * 64},
    "no title": lambda r: r | {"title": ""},
    "local time": lambda r: r | {"published_at": "2026-11-23T10:00:00+02:00"},
    "an unknown body status": lambda r: r | {"body_status": "nice"},
    "a body that is said to be left out": lambda r: r | {"body_status": "omitted"},
    "a full record without a body": lambda r: {key: value for key, value in r.items() if key != "body"},
    "a score above 1": lambda r: r | {"topics": [r["topics"][0] | {"score": 1.2}]},
    "a topic that may or may not be the main one": lambda r: (
        r | {"topics": [{key: value for key, value in r["topics"][0].items() if key != "primary"}]}
    ),
    "an entity key with a space": lambda r: r | {"entities": [r["entities"][0] | {"key": "person:Ada L"}]},
    "a guessed wikidata id": lambda r: r | {"source": r["source"] | {"wikidata": "unknown"}},
    "negative words": lambda r: r | {"words": -1},
    "provenance without a content hash": lambda r: (
        r | {"provenance": {key: value for key, value in r["provenance"].items() if key != "content_hash"}}
    ),
}


@pytest.mark.parametrize("broken", BREAKS.values(), ids=BREAKS.keys())
def test_a_broken_record_is_refused(broken):
    assert problems(golden()) == []
    assert problems(broken(golden())) != []
