"""Lists of articles, one article, and the list as a feed for readers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from starlette.responses import Response

from config.opml import Outline, write_opml
from tasks.export.shapes import EXPORTERS
from tasks.record import Record
from worker.web.answers import bodies, csv_answer, form_of, json_answer, lines_answer, page_answer, view_of
from worker.web.query import DEFAULT_LIMIT

if TYPE_CHECKING:
    from starlette.requests import Request

    from worker.web.gateway import Gateway
    from worker.web.query import Query
    from worker.web.rows import Row

FEED_ITEMS = 50


async def articles(gateway: Gateway, query: Query, request: Request) -> Response:
    form = form_of(query, request)
    view = "flat" if form == "csv" else view_of(query)
    found = gateway.index.find(
        query.filters.choose,
        limit=query.values.get("limit", DEFAULT_LIMIT),
        before=query.values.get("cursor"),
        all_versions=query.values.get("versions") == "all",
    )
    next_cursor = f"{found.next[0]}-{found.next[1]}" if found.next else None
    last = f"{gateway.index.last[0]}-{gateway.index.last[1]}"
    parts = await bodies(gateway, found.rows, view)
    if form == "csv":
        return csv_answer(parts, next_cursor)
    if form == "ndjson":
        return lines_answer(parts, next_cursor)
    return page_answer(parts, next_cursor, last=last, bare=bool(query.values.get("flat")))


async def article(gateway: Gateway, query: Query, request: Request) -> Response:
    row = _row(gateway, request.path_params["id"], query.values.get("version"))
    data = (await gateway.follower.records([row.entry]))[0] if row else None
    if row is None or data is None:
        words = f"no such article among the {len(gateway.index)} newest records"
        return json_answer({"error": words}, 404)
    shape = query.values.get("format", "record")
    if shape == "record":
        return Response(data, media_type="application/json", headers={"X-Entry-Id": row.entry_id})
    try:
        # a newer minor version may have written it: what this one does not know is left out
        record = Record.model_validate_json(data, extra="ignore")
    except ValidationError as problem:
        return json_answer({"error": f"this record cannot be read as article/1: {problem.error_count()} problems"}, 422)
    exporter, media = EXPORTERS[shape]
    return Response(json.dumps(exporter(record), ensure_ascii=False), media_type=media)


def _row(gateway: Gateway, article_id: str, version: int | None) -> Row | None:
    if version is None:
        return gateway.index.newest(article_id)
    return gateway.index.version(article_id, version)


async def feed_json(gateway: Gateway, query: Query, request: Request) -> Response:
    """JSON Feed 1.1."""
    rows = gateway.index.find(query.filters.choose, limit=query.values.get("limit", FEED_ITEMS)).rows
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Wirebeat",
        "feed_url": str(request.url),
        "items": [_item(json.loads(row.card)) for row in rows],
    }
    return Response(json.dumps(feed, ensure_ascii=False), media_type="application/feed+json")


def _item(card: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": card["id"],
        "url": card["url"],
        "title": card["title"],
        "content_text": card["summary"],
        "date_published": card["published_at"],
        "language": card["lang"],
        "authors": [{"name": card["source"]["name"]}],
        "tags": [topic["name"] for topic in card["topics"]],
    }


async def feeds_opml(gateway: Gateway, _query: Query, _request: Request) -> Response:
    snapshot = await gateway.snapshot()
    outlines = [
        Outline(feed.title, feed.url, (feed.group,) if feed.group else ()) for feed in snapshot.state.feeds if feed.url
    ]
    return Response(write_opml(outlines, title="Wirebeat"), media_type="text/x-opml; charset=utf-8")
