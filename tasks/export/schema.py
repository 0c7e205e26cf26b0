"""`Record` → the published JSON Schema (draft 2020-12): open objects, every field with its meaning."""

from __future__ import annotations

import json
from typing import Any

from tasks.export.fields import RECORD_FIELDS
from tasks.record import SCHEMA, Record

Json = dict[str, Any]

SCHEMA_ID = f"urn:wirebeat:schema:{SCHEMA.replace('/', ':')}"
SCHEMA_FILE = f"{SCHEMA.partition('.')[0].replace('/', '-')}.json"

#: What every record has, in full or in part; whoever reads may count on it.
REQUIRED_ALWAYS = (
    "schema", "id", "op", "representation", "version", "title", "url", "source", "lang", "published_at",
    "published_from", "summary", "body_status", "words", "topics", "entities", "cited_sources", "duplicate_of",
    "provenance",
)  # fmt: skip
#: What a full record has besides.
REQUIRED_IN_FULL = ("body", "quotes", "links", "cluster")
PROVENANCE_ALWAYS = ("feed", "content_hash")

URL_FIELDS = frozenset({"url", "canonical_url", "final_url", "image"})

#: Fields with a default that every producer writes all the same.
ALSO_REQUIRED = {
    "TopicTag": ("primary",),
    "Entity": ("wikidata",),
    "CitedSource": ("primary",),
}


def article_schema() -> Json:
    """Readers must take what they do not know, so objects stay open; the model itself is closed."""
    raw = Record.model_json_schema(mode="validation")
    definitions = {name: _described(name, shape) for name, shape in sorted(raw["$defs"].items())}
    full_provenance = definitions["Provenance"]["required"]
    definitions["Provenance"]["required"] = list(PROVENANCE_ALWAYS)
    record = _described("Record", raw)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "One version of one article, as published in the `data` field of a stream entry",
        "$comment": "Readers MUST ignore fields that they do not know: minor versions add some.",
        "type": "object",
        "properties": record["properties"],
        "required": list(REQUIRED_ALWAYS),
        "allOf": [
            _when("version", 1, {"properties": {"previous": {"type": "null"}}}),
            _when(
                "representation",
                "full",
                {
                    "required": list(REQUIRED_IN_FULL),
                    "properties": {"provenance": {"required": full_provenance}},
                },
            ),
            _when("body_status", "omitted", {"properties": {"body": {"type": "null"}}}),
        ],
        "$defs": definitions,
    }


def as_json(document: Json) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _when(field: str, value: str | int, then: Json) -> Json:
    return {"if": {"properties": {field: {"const": value}}, "required": [field]}, "then": then}


def _described(name: str, shape: Json) -> Json:
    meanings = RECORD_FIELDS["Span"] | RECORD_FIELDS[name] if _is_span(shape) else RECORD_FIELDS[name]
    properties = {field: _property(field, spec, meanings[field]) for field, spec in shape["properties"].items()}
    required = [field for field in shape["properties"] if field in shape.get("required", ())]
    return {
        "type": "object",
        "properties": properties,
        "required": required + list(ALSO_REQUIRED.get(name, ())),
    }


def _is_span(shape: Json) -> bool:
    return {"text", "start", "end"} <= set(shape["properties"])


def _property(field: str, spec: Json, meaning: str) -> Json:
    spec = {key: value for key, value in spec.items() if key not in {"title", "default"}}
    if field in URL_FIELDS:
        spec = _with_format(spec)
    # ninjs and JSON Schema tools show the description of a reference only where it stands beside it (2020-12 allows it)
    return spec | {"description": meaning}


def _with_format(spec: Json) -> Json:
    if "anyOf" in spec:
        return spec | {"anyOf": [_with_format(choice) for choice in spec["anyOf"]]}
    return spec | {"format": "uri"} if spec.get("type") == "string" else spec
