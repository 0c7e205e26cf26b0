"""Record → a CloudEvents 1.0 event in structured JSON. Its `source` is the producer, not the publisher."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tasks.export.schema import SCHEMA_ID
from tasks.records import rfc3339

if TYPE_CHECKING:
    from tasks.record import Record


def cloudevent(record: Record) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"{record.id}.{record.version}",
        "source": f"/news/{record.provenance.feed.id}",
        "type": f"news.article.{record.op}",
        "subject": record.id,
        "time": rfc3339(record.provenance.processed_at),
        "datacontenttype": "application/json",
        "dataschema": SCHEMA_ID,
        "data": json.loads(record.model_dump_json()),
    }
