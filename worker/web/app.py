"""The gateway as an ASGI application. Everything it answers is in `ENDPOINTS`; it changes nothing anywhere."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from functools import partial
from importlib.metadata import version
from ipaddress import ip_address
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from redis.exceptions import RedisError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from tasks.export.shapes import EXPORTERS
from worker.web import articles, events, metrics, stats
from worker.web.answers import json_answer
from worker.web.follow import Follower
from worker.web.gateway import Endpoint, Gateway
from worker.web.guard import COOKIE, Guard, bears, session_of
from worker.web.index import CAPACITY, Index
from worker.web.openapi import openapi
from worker.web.query import AFTER, BUCKET, FILTERS, FORM, KIND, LIMIT, ONE, PAGE, ROLE, VIEW, BadQuery, read_query

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    from redis.asyncio import Redis

    from config.settings import Settings
    from worker.web.query import Parameter, Query

PAGE_FOLDER = Path(__file__).parent / "page"
RECORDS = ("application/json", "application/x-ndjson", "text/csv")
MOST_ANSWERS_KEPT = 256
COUNTS_KEPT_SECONDS = 2.0
LISTS_KEPT_SECONDS = 1.0
ONE_RECORD = tuple(dict.fromkeys(("application/json", *(media for _, media in EXPORTERS.values()))))


def _counted(
    name: str,
    answer: Callable[[Gateway, Query, Request], Awaitable[Response]],
    summary: str,
    parameters: Mapping[str, Parameter],
) -> Endpoint:
    return Endpoint(f"/v1/stats/{name}", answer, summary, parameters, kept_seconds=COUNTS_KEPT_SECONDS)


ENDPOINTS = (
    Endpoint(
        "/v1/articles",
        articles.articles,
        "Articles, newest first.",
        FILTERS | PAGE | VIEW | FORM,
        RECORDS,
        LISTS_KEPT_SECONDS,
        kept_until_news=True,
    ),
    Endpoint("/v1/articles/{id}", articles.article, "One article.", ONE, ONE_RECORD),
    Endpoint("/v1/stream", events.stream, "Articles as they come.", FILTERS | VIEW | AFTER, ("text/event-stream",)),
    _counted("volume", stats.volume, "Articles over time, in all and by topic.", FILTERS | BUCKET),
    _counted("topics", stats.topics, "Articles by topic and language.", FILTERS),
    _counted("entities", stats.entities, "Who and what is written about.", FILTERS | KIND | LIMIT),
    _counted("sources", stats.sources, "Who publishes, or is reported from.", FILTERS | ROLE | LIMIT),
    _counted("clusters", stats.clusters, "Stories told more than once.", FILTERS | LIMIT),
    Endpoint("/v1/stats/feeds", stats.feeds, "How each feed is.", {}),
    Endpoint("/v1/stats/queues", stats.queues, "Work that waits, what became of the rest, and troubles.", {}),
    Endpoint("/v1/stats/consumers", stats.consumers, "Consumer groups: behind and lost.", {}),
    Endpoint("/v1/meta", stats.meta, "Schema, streams and topics that the service writes.", {}),
    Endpoint("/v1/schema", stats.schema, "JSON Schema of a record.", {}, ("application/schema+json",)),
    Endpoint("/v1/asyncapi.yaml", stats.streams_yaml, "The streams as AsyncAPI 3.", {}, ("application/yaml",)),
    Endpoint("/v1/feed.json", articles.feed_json, "JSON Feed 1.1.", FILTERS | LIMIT, ("application/feed+json",)),
    Endpoint("/v1/feeds.opml", articles.feeds_opml, "The feeds that are polled.", {}, ("text/x-opml",)),
    Endpoint("/livez", stats.livez, "200 while the gateway runs.", {}),
    Endpoint("/readyz", stats.readyz, "200 while records come through, else 503 and why.", {}),
    Endpoint("/metrics", metrics.metrics, "Prometheus metrics.", {}, ("text/plain",)),
)


def create_app(settings: Settings, redis: Redis, *, capacity: int = CAPACITY) -> Starlette:
    """`redis` gives bytes (no decode_responses) and is closed with the application."""
    follower = Follower(redis, f"{settings.prefix}:articles", Index(capacity))
    gateway = Gateway(settings, redis, follower, version("wirebeat"))
    document = openapi(ENDPOINTS, version=gateway.version)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        gateway.loop = asyncio.get_running_loop()
        following = asyncio.create_task(follower.run(), name="follow the stream")
        yield
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
        await redis.aclose()

    async def describe(_request: Request) -> Response:
        return json_answer(document)

    app = Starlette(
        routes=[
            *(Route(endpoint.path, partial(_answer, gateway, endpoint), methods=["GET"]) for endpoint in ENDPOINTS),
            Route("/v1/openapi.json", describe, methods=["GET"]),
            Route("/v1/session", partial(_session, settings.web_token), methods=["POST"]),
            Mount("/", StaticFiles(directory=PAGE_FOLDER, html=True)),
        ],
        middleware=[Middleware(Guard, token=settings.web_token, local_only=is_loopback(settings.web_host))],
        exception_handlers={
            BadQuery: _bad_query,
            HTTPException: _refused,
            RedisError: _store_away,
        },
        lifespan=lifespan,
    )
    app.state.gateway = gateway
    return app


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def _answer(gateway: Gateway, endpoint: Endpoint, request: Request) -> Response:
    query = read_query(request.query_params, dict(endpoint.parameters), gateway.now())
    if not endpoint.kept_seconds:
        return await endpoint.answer(gateway, query, request)
    question = f"{request.url.path}?{request.url.query}", request.headers.get("accept", "")
    moment, last = monotonic(), gateway.index.last
    known = gateway.answers.get(question)
    fresh = known and moment - known[0] < endpoint.kept_seconds
    if known and fresh and (known[1] == last or not endpoint.kept_until_news):
        return known[2]
    answer = await endpoint.answer(gateway, query, request)
    if len(gateway.answers) >= MOST_ANSWERS_KEPT:
        gateway.answers.clear()
    gateway.answers[question] = (moment, last, answer)
    return answer


async def _session(token: str | None, request: Request) -> Response:
    """A browser cannot send a header with an EventSource: the page trades the token for a cookie."""
    if token is not None and not bears(request.headers, token):
        return json_answer({"error": "this is not the token"}, 401)
    response = Response(status_code=204)
    if token is not None:
        secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, session_of(token), httponly=True, samesite="strict", secure=secure)
    return response


async def _bad_query(_request: Request, problem: Exception) -> Response:
    return json_answer({"error": str(problem)}, 400)


async def _refused(_request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)  # noqa: S101  (Starlette calls it for this class only)
    return json_answer({"error": problem.detail}, problem.status_code, dict(problem.headers or {}))


async def _store_away(_request: Request, problem: Exception) -> Response:
    return json_answer({"error": f"the store cannot be reached: {type(problem).__name__}"}, 503, {"Retry-After": "2"})
