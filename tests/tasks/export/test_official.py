"""Exports, held against other people's validators: the CloudEvents SDK, a JSON-LD processor, schema.org's vocabulary.

For ninjs 3.1 no package carries the official schema; test_shapes.py holds our own reading of it.
"""

from __future__ import annotations

import importlib
import json
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest
import schema_org
from cloudevents.core.exceptions import CloudEventValidationError
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from pyld import jsonld

from tasks.export.cloudevents import cloudevent
from tasks.export.jsonld import news_article
from tasks.record import Record
from tests import newsroom

pytestmark = pytest.mark.slow  # the vocabulary takes seconds to load

GOLDEN = Record.model_validate_json((Path(__file__).parent / "golden" / "article-1.0.json").read_text())
RECORDS = [GOLDEN, *newsroom.records(20, now=datetime(2026, 11, 23, 12, tzinfo=UTC))]
SCHEMA_ORG = "https://schema.org/"


def read(event):
    return JSONFormat().read(CloudEvent, json.dumps(event).encode())


def test_the_sdk_reads_every_cloud_event_as_it_was_meant():
    for record in RECORDS:
        event = read(cloudevent(record))
        assert (event.get_id(), event.get_subject()) == (f"{record.id}.{record.version}", record.id)
        assert event.get_type() == f"news.article.{record.op}"
        assert event.get_source() == f"/news/{record.provenance.feed.id}"
        assert event.get_data()["title"] == record.title
        assert abs((event.get_time() - record.provenance.processed_at).total_seconds()) < 0.001


@pytest.mark.parametrize(
    "wrong",
    [{"id": ""}, {"type": None}, {"specversion": "0.9"}, {"Bad_Name": 1}],
    ids=["id", "type", "version", "name"],
)
def test_the_sdk_would_refuse_a_wrong_one(wrong):
    with pytest.raises(CloudEventValidationError):
        read(cloudevent(GOLDEN) | wrong)


@cache
def kind(name):
    return getattr(importlib.import_module("schema_org"), name)


@cache
def properties(name):
    return {known.schema_name: known for known in kind(name).SCHEMA_PROPERTIES}


def against_the_vocabulary(node, place="$"):
    """What schema.org does not know, or not with such a value: one sentence each."""
    known = properties(node["@type"])
    for name, value in node.items():
        if name.startswith("@"):
            continue
        if name not in known:
            yield f"{place}: {node['@type']} has no {name}"
            continue
        for number, one in enumerate(value if isinstance(value, list) else [value]):
            where = f"{place}.{name}[{number}]"
            if not any(fits(one, range_) for range_ in known[name].ranges):
                yield f"{where}: {one!r} is none of {known[name].ranges}"
            if isinstance(one, dict):
                yield from against_the_vocabulary(one, where)


def fits(value, range_):
    if isinstance(value, dict):
        wanted = getattr(schema_org, range_, None)
        return isinstance(wanted, type) and issubclass(kind(value["@type"]), wanted)
    if isinstance(value, bool):
        return range_ == "Boolean"
    if isinstance(value, (int, float)):
        return range_ in ("Number", "Integer") and (range_ == "Number" or isinstance(value, int))
    if range_ in ("Date", "DateTime"):
        return dated(value, range_)
    return range_ in ("Text", "URL") and (range_ == "Text" or ":" in value)


def dated(value, range_):
    try:
        return bool(date.fromisoformat(value) if range_ == "Date" else datetime.fromisoformat(value).tzinfo)
    except ValueError:
        return False


def test_every_property_is_schema_orgs_and_has_a_value_that_it_may_have():
    assert [found for record in RECORDS for found in against_the_vocabulary(news_article(record))] == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"headlne": "A"}, "has no headlne"),
        ({"wordCount": "many"}, "is none of"),
        ({"datePublished": "yesterday"}, "is none of"),
        ({"publisher": {"@type": "GeoCoordinates"}}, "is none of"),
    ],
)
def test_a_wrong_one_would_be_found(wrong, words):
    (found,) = against_the_vocabulary(news_article(GOLDEN) | wrong)
    assert words in found


def context(url, _options=None):
    """Schema.org's own context, in its one line that matters here; nothing is asked of the network."""
    assert url.startswith("https://schema.org")
    return {"contextUrl": None, "documentUrl": url, "document": {"@context": {"@vocab": SCHEMA_ORG}}}


def test_a_json_ld_processor_reads_it_and_loses_nothing():
    for record in RECORDS:
        article = news_article(record)
        (expanded,) = jsonld.expand(article, {"documentLoader": context})
        assert expanded["@type"] == [f"{SCHEMA_ORG}NewsArticle"]
        assert expanded["@id"] == f"urn:wirebeat:{record.id}"
        names = {name.removeprefix(SCHEMA_ORG) for name in expanded}
        assert names == set(article) - {"@context"}
        assert len(expanded[f"{SCHEMA_ORG}mentions"]) == len(record.entities) if record.entities else True
        back = jsonld.compact(expanded, article["@context"], {"documentLoader": context})
        assert back["headline"] == record.title
