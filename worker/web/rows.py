"""A stream entry → what the gateway keeps of it in memory: enough to filter, count and show, not the body."""

from __future__ import annotations

import json
from dataclasses import dataclass
from sys import intern
from typing import Any

from tasks.export.fields import FLAT_FIELDS

Fields = dict[bytes, bytes]
EntryId = tuple[int, int]

MAX_TITLE_CHARS = 500
MAX_SUMMARY_CHARS = 300
MAX_SOURCES_SHOWN = 5
MAX_ENTITIES_SHOWN = 8
MAX_ENTITIES_KEPT = 40


@dataclass(slots=True, frozen=True)
class Row:
    entry: EntryId
    id: str
    version: int
    op: str
    published_ms: int
    lag_ms: int
    source_id: str
    source: str
    feed: str
    lang: str
    topics: tuple[str, ...]
    #: keys, most salient first
    entities: tuple[str, ...]
    reported_by: tuple[str, ...]
    cluster: str
    duplicate_of: str
    title: str
    #: lower case, as UTF-8: title, summary and names, for the search
    text: bytes
    #: JSON objects: what the page shows of an article, and the flat fields
    card: bytes
    flat: bytes

    @property
    def story(self) -> str:
        """What it is one telling of; where its record does not say, the article itself."""
        return self.cluster or self.duplicate_of or self.id

    @property
    def entry_id(self) -> str:
        return f"{self.entry[0]}-{self.entry[1]}"


@dataclass(slots=True)
class Names:
    """What ids are called, as last seen; shared by all rows."""

    topics: dict[str, str]
    entities: dict[str, str]
    sources: dict[str, str]


def entry_id_of(text: str) -> EntryId:
    """Raises ValueError where it is not `milliseconds` or `milliseconds-number`."""
    milliseconds, _, number = text.partition("-")
    return int(milliseconds), int(number or 0)


def row_of(raw_id: bytes, fields: Fields, names: Names) -> Row | None:
    """None where the entry holds no record that can be read: others may write to the stream, too."""
    try:
        record = json.loads(fields[b"data"])
        flat = _flat(fields)
        return _row(entry_id_of(raw_id.decode()), record, flat, names)
    except (KeyError, ValueError, TypeError, AttributeError):
        return None


def _flat(fields: Fields) -> dict[str, Any]:
    return {
        name: _number(fields[key]) if field.kind == "number" else fields[key].decode("utf-8", "replace")
        for name, field in FLAT_FIELDS.items()
        if (key := name.encode()) in fields
    }


def _number(value: bytes) -> float:
    number = float(value)
    return int(number) if number.is_integer() else number


def _row(entry: EntryId, record: dict[str, Any], flat: dict[str, Any], names: Names) -> Row:
    entities = record["entities"][:MAX_ENTITIES_KEPT]
    for topic in record["topics"]:
        names.topics[intern(topic["id"])] = topic["name"]
    for entity in entities:
        names.entities[intern(entity["key"])] = entity["name"]
    source = record["source"]
    names.sources[intern(source["id"])] = source["name"]
    reported_by = [cited for cited in record["cited_sources"] if cited["role"] == "reported-by"]
    summary = record["summary"][:MAX_SUMMARY_CHARS]
    searched = [
        record["title"],
        summary,
        source["name"],
        *(e["name"] for e in entities),
        *(c["name"] for c in reported_by),
    ]
    return Row(
        entry=entry,
        id=record["id"],
        version=int(record["version"]),
        op=intern(record["op"]),
        published_ms=int(flat["published_ts"]),
        lag_ms=int(flat["lag_ms"]),
        source_id=intern(source["id"]),
        source=intern(source["name"]),
        feed=intern(str(flat["feed"])),
        lang=intern(record["lang"]),
        topics=tuple(intern(topic["id"]) for topic in record["topics"]),
        entities=tuple(intern(entity["key"]) for entity in entities),
        reported_by=tuple(intern(cited["name"]) for cited in reported_by),
        cluster=record["cluster"]["id"] if record.get("cluster") else "",
        duplicate_of=record.get("duplicate_of") or "",
        title=record["title"],
        text="\n".join(searched).lower().encode("utf-8", "replace"),
        card=_json(_card(entry, record, summary, entities, reported_by)),
        flat=_json({"entry": f"{entry[0]}-{entry[1]}"} | flat),
    )


def _card(
    entry: EntryId,
    record: dict[str, Any],
    summary: str,
    entities: list[dict[str, Any]],
    reported_by: list[dict[str, Any]],
) -> dict[str, Any]:
    syndicated = record.get("syndicated_from")
    cluster = record.get("cluster")
    return {
        "entry": f"{entry[0]}-{entry[1]}",
        "id": record["id"],
        "version": record["version"],
        "op": record["op"],
        "title": record["title"][:MAX_TITLE_CHARS],
        "url": record["url"],
        "source": {key: record["source"].get(key) for key in ("id", "name", "labels", "country")},
        "lang": record["lang"],
        "published_at": record["published_at"],
        "published_from": record["published_from"],
        "summary": summary,
        "words": record["words"],
        "body_status": record["body_status"],
        "topics": [{key: topic[key] for key in ("id", "name", "score")} for topic in record["topics"]],
        "entities": [{key: e[key] for key in ("key", "name", "type")} for e in entities[:MAX_ENTITIES_SHOWN]],
        "reported_by": [
            {
                "name": cited["name"],
                "primary": cited["primary"],
                "underlying": [source["label"] for source in cited.get("underlying", ())[:MAX_SOURCES_SHOWN]],
            }
            for cited in reported_by[:MAX_SOURCES_SHOWN]
        ],
        "cluster": cluster["id"] if cluster else None,
        "duplicate_of": record.get("duplicate_of"),
        "syndicated_from": syndicated["name"] if syndicated else None,
    }


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
