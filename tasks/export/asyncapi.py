"""The streams as an AsyncAPI 3 document. Its Redis binding must be empty, so the entry's layout stands in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tasks.export.fields import DATA_FIELD, FLAT_FIELDS
from tasks.export.schema import SCHEMA_FILE
from tasks.record import SCHEMA

Json = dict[str, Any]

_LAYOUT = (
    "A stream entry is a list of field-value pairs: the flat fields (the message headers here), always all present and "
    f"in this order, then `{DATA_FIELD}`, the record as JSON. A text field without a value is empty, a number is 0. "
    "Entry ids are the server's clock in milliseconds. Delivery is at least once: keep records apart by id and version."
)


def asyncapi(*, version: str, prefix: str = "news", schema_url: str = f"./{SCHEMA_FILE}") -> Json:
    def message(name: str) -> Json:
        return {"messages": {"article": {"$ref": f"#/components/messages/{name}"}}}

    articles = {"address": f"{prefix}:articles", "title": "Every article, full records", **message("article")}
    by_topic = {
        "address": f"{prefix}:topic:{{topic}}",
        "title": "The articles of one topic, partial records under the same entry ids",
        "parameters": {"topic": {"description": "A topic id of the topic file"}},
        **message("partialArticle"),
    }
    channels = {"articles": articles, "topic": by_topic}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Wirebeat streams", "version": version, "description": _LAYOUT},
        "servers": {"store": {"host": "localhost:6390", "protocol": "redis", "bindings": {"redis": {}}}},
        "channels": channels,
        "operations": {
            f"publish{name.capitalize()}": {"action": "send", "channel": {"$ref": f"#/channels/{name}"}}
            for name in channels
        },
        "components": {
            "messages": {
                "article": _message("Article", "A full record", _headers(), schema_url),
                "partialArticle": _message(
                    "PartialArticle",
                    "A record without body, offsets and evidence; headers as in the main stream, and the topic's score",
                    _headers(score={"type": "number", "description": "The topic's score, 0 to 1."}),
                    schema_url,
                ),
            }
        },
    }


def _message(name: str, summary: str, headers: Json, schema_url: str) -> Json:
    return {
        "name": name,
        "summary": f"{summary}, {SCHEMA.partition('.')[0]}",
        "contentType": "application/json",
        "headers": headers,
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": {"$ref": schema_url},
        },
    }


def _headers(**more: Json) -> Json:
    # a stream holds strings; `number` says that the string always reads as one
    flat = {
        name: {"type": "string", "description": field.meaning}
        | ({"pattern": "^-?[0-9]+$"} if field.kind == "number" else {})
        for name, field in FLAT_FIELDS.items()
    }
    return {"type": "object", "required": [*flat, *more], "properties": flat | more}


def as_yaml(document: Json) -> str:
    """Block style with JSON scalars, which YAML 1.2 holds in full; for documents of our own making only."""
    return "\n".join(_lines(document, "")) + "\n"


def _lines(value: Any, indent: str) -> Iterator[str]:
    for key, item in value.items():
        name = json.dumps(key, ensure_ascii=False) if key.startswith("$") else key
        if isinstance(item, dict) and item:
            yield f"{indent}{name}:"
            yield from _lines(item, indent + "  ")
        else:
            yield f"{indent}{name}: {json.dumps(item, ensure_ascii=False)}"
