"""Records in other people's shapes."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

from tasks.export.cloudevents import cloudevent
from tasks.export.jsonld import news_article
from tasks.export.ninjs import ninjs
from tasks.record import Record
from tests import newsroom

RECORD = Record.model_validate_json((Path(__file__).parent / "golden" / "article-1.0.json").read_text())
MANY = list(newsroom.records(60, now=datetime(2026, 11, 23, 12, tzinfo=UTC)))


def empty_values(value):
    if isinstance(value, dict):
        return [key for key, item in value.items() if item in (None, "", [], {})] + [
            found for item in value.values() for found in empty_values(item)
        ]
    return [found for item in value for found in empty_values(item)] if isinstance(value, list) else []


def test_ninjs_keeps_what_it_has_room_for():
    item = ninjs(RECORD)
    assert item["headlines"][0]["value"] == RECORD.title
    assert item["bodies"][0]["value"] == RECORD.body
    assert item["subjects"][0]["relevance"] == round(RECORD.topics[0].score * 100)
    assert item["subjects"][0]["uri"] == "http://cv.iptc.org/newscodes/mediatopic/20000062"
    assert {"role": "originator", "name": RECORD.source.name} in item["infoSources"]
    assert any(source["role"] == "reported-by" for source in item["infoSources"])
    lon, lat = item["places"][0]["geoJSON"]["geometry"]["coordinates"]
    assert (lat, lon) == next((e.geo.lat, e.geo.lon) for e in RECORD.entities if e.geo)


#: what ninjs 3.1 knows: it is a closed object, and so are its parts
NINJS = {
    "": "uri standard type representationType version pubStatus language contentCreated versionCreated headlines by "
    "altIds subjects people organisations places infoSources descriptions bodies",
    "standard": "name version schema",
    "headlines": "role contentType value",
    "descriptions": "role contentType value",
    "bodies": "role contentType charCount wordCount value",
    "altIds": "role value",
    "subjects": "name rel uri literal creator relevance confidence",
    "people": "name rel uri literal contactInfo",
    "organisations": "name rel uri literal symbols contactInfo",
    "places": "name rel uri literal contactInfo geoJSON",
    "infoSources": "name role uri literal contactInfo",
}
URI = re.compile(r"[a-z][a-z0-9+.-]*:[!#$&-;=?-Z_a-z~%]+")


def test_ninjs_has_no_property_that_the_standard_does_not_know():
    for record in MANY:
        item = ninjs(record)
        assert set(item) <= set(NINJS[""].split())
        for name, known in NINJS.items():
            parts = item.get(name, []) if name else []
            for part in parts if isinstance(parts, list) else [parts]:
                assert set(part) <= set(known.split()), name
                assert "uri" not in part or URI.fullmatch(part["uri"]), part
                assert 0 <= part.get("relevance", 0) <= 100
        assert URI.fullmatch(item["uri"])


def test_a_cloud_event_has_the_attributes_that_the_standard_asks_for():
    for record in MANY:
        event = cloudevent(record)
        assert event["specversion"] == "1.0"
        assert all(re.fullmatch("[a-z0-9]{1,20}", name) for name in event)
        assert all(event[name] for name in ("id", "source", "type"))
        assert URI.fullmatch(event["dataschema"])
        assert event["time"].endswith("Z")


def test_a_retracted_article_is_cancelled_in_ninjs():
    assert ninjs(RECORD.model_copy(update={"op": "retracted"}))["pubStatus"] == "canceled"


def test_a_cloud_event_is_named_by_article_and_version():
    event = cloudevent(RECORD)
    assert event["id"] == f"{RECORD.id}.{RECORD.version}"
    assert event["type"] == "news.article.created"
    assert event["data"] == json.loads(RECORD.model_dump_json())
    assert len({cloudevent(record)["id"] for record in MANY}) == len(MANY)


def test_json_ld_names_publisher_topics_and_whose_work_it_is_based_on():
    article = news_article(RECORD)
    assert article["headline"] == RECORD.title
    assert article["publisher"]["name"] == RECORD.source.name
    assert [thing["name"] for thing in article["about"]] == [topic.name for topic in RECORD.topics]
    reporter = next(cited.name for cited in RECORD.cited_sources if cited.role == "reported-by")
    assert article["isBasedOn"][0]["publisher"]["name"] == reporter
    assert article["hasPart"][0]["spokenByCharacter"]["name"] == RECORD.quotes[0].speaker


def test_no_shape_holds_empty_values():
    for record in MANY:
        assert empty_values({k: v for k, v in ninjs(record).items() if k != "places"}) == []
        assert empty_values(news_article(record)) == []


def test_a_record_without_anything_optional_is_exported_too():
    bare = RECORD.model_copy(
        update=dict.fromkeys(("topics", "entities", "cited_sources", "quotes", "authors", "tags", "links"), ())
        | {"body": None, "body_status": "omitted", "summary": "", "cluster": None}
    )
    assert ninjs(bare)["representationType"] == "partial"
    assert news_article(bare)["headline"] == RECORD.title
    assert cloudevent(bare)["data"]["body"] is None
