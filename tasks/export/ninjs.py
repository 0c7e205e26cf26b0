"""Record → IPTC ninjs 3.1. It has no room for evidence, offsets and quotes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tasks.records import rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tasks.record import Record
    from tasks.records import Entity

Json = dict[str, Any]

#: where the schemes of our ids are described
SCHEMES = {
    "iptc": "http://cv.iptc.org/newscodes/mediatopic/",
    "wikidata": "http://www.wikidata.org/entity/",
}
#: more than this much of an article's attention: it is about the entity, not only mentioning it
ABOUT_SALIENCE = 0.5


def ninjs(record: Record) -> Json:
    item: Json = {
        "uri": f"urn:wirebeat:{record.id}",
        "standard": {
            "name": "ninjs",
            "version": "3.1",
            "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#",
        },
        "type": "text",
        "representationType": "full" if record.body else "partial",
        "version": str(record.version),
        "pubStatus": "canceled" if record.op == "retracted" else "usable",
        "language": record.lang,
        "contentCreated": rfc3339(record.published_at),
        "versionCreated": rfc3339(record.modified_at or record.provenance.processed_at),
        "headlines": [{"role": "main", "value": record.title}],
        "altIds": [{"role": role, "value": value} for role, value in _ids(record)],
        "subjects": _subjects(record),
        "people": _entities(record, "person"),
        "organisations": _entities(record, "org"),
        "places": [_place(entity) for entity in record.entities if entity.type == "place"],
        "infoSources": _sources(record),
    }
    if record.authors:
        item["by"] = ", ".join(author.name for author in record.authors)
    if record.summary:
        item["descriptions"] = [{"role": "summary", "value": record.summary}]
    if record.body:
        item["bodies"] = [
            {"role": "main", "contentType": "text/plain", "value": record.body, "wordCount": record.words}
        ]
    return {key: value for key, value in item.items() if value != []}


def _ids(record: Record) -> Iterable[tuple[str, str]]:
    yield "url", record.url
    if record.canonical_url and record.canonical_url != record.url:
        yield "canonical", record.canonical_url
    if record.provenance.guid:
        yield "guid", record.provenance.guid
    yield "content-hash", record.provenance.content_hash


def _subjects(record: Record) -> list[Json]:
    return [
        {
            "name": topic.name,
            "uri": _uri("iptc", topic.iptc[0].removeprefix("medtop:"))
            if topic.iptc
            else f"urn:wirebeat:topic:{topic.id}",
            "creator": "urn:wirebeat",
            "relevance": round(topic.score * 100),
            "confidence": round(topic.score * 100),
        }
        for topic in record.topics
    ]


def _entities(record: Record, kind: str) -> list[Json]:
    return [_entity(entity) for entity in record.entities if entity.type == kind]


def _entity(entity: Entity) -> Json:
    named: Json = {
        "name": entity.name,
        "rel": "about" if entity.salience >= ABOUT_SALIENCE else "mentions",
        "uri": _uri("wikidata", entity.wikidata) if entity.wikidata else f"urn:wirebeat:{quote(entity.key, safe=':')}",
    }
    return named


def _place(entity: Entity) -> Json:
    place = _entity(entity)
    if entity.geo:
        place["geoJSON"] = {
            "type": "Feature",
            "properties": {},
            "geometry": {"type": "Point", "coordinates": [entity.geo.lon, entity.geo.lat]},
        }
    return place


def _sources(record: Record) -> list[Json]:
    sources: list[Json] = [{"role": "originator", "name": record.source.name, **_wikidata(record.source.wikidata)}]
    sources += [
        {"role": "reported-by", "name": cited.name, **_wikidata(cited.wikidata)}
        for cited in record.cited_sources
        if cited.role == "reported-by"
    ]
    return sources


def _wikidata(item: str | None) -> Json:
    return {"uri": _uri("wikidata", item)} if item else {}


def _uri(scheme: str, value: str) -> str:
    return SCHEMES[scheme] + value
