"""Counts and health, for the page, for Grafana and for probes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from tasks.export.asyncapi import as_yaml, asyncapi
from tasks.export.schema import article_schema, as_json
from tasks.records import rfc3339
from worker.presence import gaps
from worker.web import series
from worker.web.answers import json_answer
from worker.web.groups import read_groups
from worker.web.health import Trouble, feed_words
from worker.web.query import DEFAULT_LIMIT, Filters

if TYPE_CHECKING:
    from starlette.requests import Request

    from worker.web.gateway import Gateway
    from worker.web.query import Query
    from worker.web.rows import Row

#: how long a record takes is told of those that came in lately
LAG_SPAN = timedelta(hours=1)


def _now_ms(gateway: Gateway) -> int:
    return int(gateway.now().timestamp() * 1000)


async def volume(gateway: Gateway, query: Query, _request: Request) -> Response:
    by: series.By = query.values.get("by", "published")
    filters = query.filters
    start, end = (
        (filters.published_since_ms, filters.published_until_ms)
        if by == "published"
        else (filters.since_ms, filters.until_ms)
    )
    counted = series.volume(
        gateway.index.every(filters.choose),
        by=by,
        bucket_ms=query.values.get("bucket"),
        start_ms=start,
        end_ms=end,
        now_ms=_now_ms(gateway),
    )
    if query.values.get("flat"):
        return json_answer(series.volume_rows(counted))
    up = (await gateway.snapshot()).state.up
    counted["gaps"] = gaps(up, counted["start_ms"], min(end or _now_ms(gateway), _now_ms(gateway)))
    counted["names"] = {topic: gateway.index.names.topics.get(topic, topic) for topic in counted["topics"]}
    return json_answer(counted)


def _now_and_before(gateway: Gateway, query: Query) -> tuple[list[Row], list[Row]]:
    filters = query.filters
    by: series.By = "published" if filters.published_since_ms is not None else "arrived"
    since = filters.published_since_ms if by == "published" else filters.since_ms
    rows = gateway.index.every(filters._replace(published_since_ms=None, since_ms=None).choose)
    return series.halves(rows, since, _now_ms(gateway), by)


def _reaches_back(gateway: Gateway, query: Query) -> bool:
    """Whether records of the whole span before are kept; else `before` says nothing."""
    filters = query.filters
    since = filters.published_since_ms if filters.published_since_ms is not None else filters.since_ms
    return since is not None and 0 < gateway.index.first[0] <= 2 * since - _now_ms(gateway)


async def entities(gateway: Gateway, query: Query, _request: Request) -> Response:
    limit, kind = query.values.get("limit", DEFAULT_LIMIT), query.values.get("type")
    ranked = series.entity_ranking(_now_and_before(gateway, query), kind, gateway.index.names, limit)
    return json_answer({"entities": ranked, "compared": _reaches_back(gateway, query)})


async def sources(gateway: Gateway, query: Query, _request: Request) -> Response:
    limit, role = query.values.get("limit", DEFAULT_LIMIT), query.values.get("role", "publisher")
    ranked = series.source_ranking(_now_and_before(gateway, query), role, gateway.index.names, limit)
    return json_answer({"sources": ranked, "compared": _reaches_back(gateway, query)})


async def topics(gateway: Gateway, query: Query, _request: Request) -> Response:
    rows = gateway.index.every(query.filters.choose)
    langs = series.ranking(((row.lang for row in rows), ()), DEFAULT_LIMIT)
    return json_answer(
        {
            "topics": series.topic_counts(rows, gateway.index.names),
            "none": sum(1 for row in rows if not row.topics),
            "all": len(rows),
            "langs": [{"lang": lang, "articles": count} for lang, count, _ in langs],
        }
    )


async def clusters(gateway: Gateway, query: Query, _request: Request) -> Response:
    rows = gateway.index.every(query.filters.choose)
    return json_answer({"clusters": series.stories(rows, query.values.get("limit", DEFAULT_LIMIT))})


async def feeds(gateway: Gateway, _query: Query, _request: Request) -> Response:
    snapshot = await gateway.snapshot()
    told = []
    for feed in snapshot.state.feeds:
        level, words = feed_words(feed, snapshot.at)
        told.append(
            {
                "id": feed.id,
                "title": feed.title,
                "url": feed.url,
                "group": feed.group,
                "level": level,
                "words": words,
                "last_error": feed.last_error,
                "errors_in_a_row": feed.errors_in_a_row,
                "last_success": _time(feed.last_success),
                "last_new": _time(feed.last_new),
                "last_record": _time(feed.rhythm.last if feed.rhythm else None),
                "next_due": _time(feed.next_due),
                "polls": feed.polls,
                "entries": feed.entries,
            }
        )
    return json_answer({"feeds": told, "at": rfc3339(snapshot.at)})


async def queues(gateway: Gateway, _query: Query, _request: Request) -> Response:
    snapshot = await gateway.snapshot()
    state = snapshot.state
    since = int((snapshot.at - LAG_SPAN).timestamp() * 1000)
    lags = [row.lag_ms for row in gateway.index.every(Filters(since_ms=since).choose)]
    return json_answer(
        {
            "queues": [
                {"stage": q.stage, "waiting": q.waiting, "due": q.due, "oldest_due": _time(q.oldest_due)}
                for q in state.queues
            ],
            "account": dict(state.account),
            "dead_letters": state.dead_letters,
            "roles": [{"role": b.role, "host": b.host, "at": rfc3339(b.at), "version": b.version} for b in state.beats],
            "lag_ms": {"p50": series.quantile(lags, 0.5), "p95": series.quantile(lags, 0.95), "articles": len(lags)},
            "stream": {"length": state.stream_length, "last_record": _time(state.last_record)},
            "indexed": len(gateway.index),
            "unreadable": gateway.follower.unreadable,
            "troubles": [_told(trouble) for trouble in snapshot.troubles],
            "at": rfc3339(snapshot.at),
        }
    )


async def consumers(gateway: Gateway, _query: Query, _request: Request) -> Response:
    groups = await read_groups(gateway.redis, gateway.prefix, sorted(gateway.index.names.topics), gateway.index)
    return json_answer({"consumers": [group._asdict() for group in groups]})


async def livez(_gateway: Gateway, _query: Query, _request: Request) -> Response:
    return json_answer({"status": "alive"})


async def readyz(gateway: Gateway, _query: Query, _request: Request) -> Response:
    """503 when records do not come through; `degraded` and 200 when some do not."""
    snapshot = await gateway.snapshot()
    red = any(trouble.level == "red" for trouble in snapshot.troubles)
    status = "unready" if red else "degraded" if snapshot.troubles else "ready"
    return json_answer(
        {"status": status, "troubles": [_told(trouble) for trouble in snapshot.troubles], "at": rfc3339(snapshot.at)},
        503 if red else 200,
    )


async def schema(_gateway: Gateway, _query: Query, _request: Request) -> Response:
    return Response(as_json(article_schema()), media_type="application/schema+json")


async def meta(gateway: Gateway, _query: Query, _request: Request) -> Response:
    """What the service says of itself; 404 until it has run on this store."""
    kept: Any = await gateway.redis.hgetall(f"{gateway.prefix}:meta")
    told = {key.decode(): value.decode("utf-8", "replace") for key, value in kept.items()}
    if "schema" not in told:
        return json_answer({"error": "no service has described itself on this store yet"}, 404)
    return json_answer(told | {name: told.get(name, "").split(",") for name in ("streams", "topics")})


async def streams_yaml(gateway: Gateway, _query: Query, request: Request) -> Response:
    document = asyncapi(
        version=gateway.version, prefix=gateway.prefix, schema_url=str(request.url.replace(path="/v1/schema", query=""))
    )
    return Response(as_yaml(document), media_type="application/yaml")


def _time(moment: datetime | None) -> str | None:
    return rfc3339(moment) if moment else None


def _told(trouble: Trouble) -> dict[str, Any]:
    return {"level": trouble.level, "what": trouble.what, "text": trouble.text, "since": _time(trouble.since)}
