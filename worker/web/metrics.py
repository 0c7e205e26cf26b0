"""The service's state as Prometheus metrics. Labels are bounded (feed, stage, role, stream, group), never a URL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from redis.exceptions import RedisError
from starlette.responses import Response

from tasks.record import SCHEMA
from worker.stage_times import BOUNDS, LAST, SUM
from worker.web import series
from worker.web.groups import Group, read_groups
from worker.web.query import Filters
from worker.web.stats import LAG_SPAN

if TYPE_CHECKING:
    from starlette.requests import Request

    from worker.web.gateway import Gateway, Snapshot
    from worker.web.query import Query

MEDIA = "text/plain; version=0.0.4; charset=utf-8"


class _Once:
    """A collector that hands out what was gathered before: prometheus-client cannot wait for the store itself."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


async def metrics(gateway: Gateway, _query: Query, _request: Request) -> Response:
    snapshot = await gateway.snapshot()
    try:
        groups = await read_groups(gateway.redis, gateway.prefix, sorted(gateway.index.names.topics), gateway.index)
    except (RedisError, OSError):
        groups = []
    registry = CollectorRegistry()
    registry.register(
        _Once(
            [
                *_of_work(snapshot),
                _of_stages(snapshot.state.stage_times),
                *_of_canary(snapshot),
                *_of_feeds(snapshot),
                *_of_readers(groups),
                *_of_gateway(gateway, snapshot),
            ]
        )
    )
    return Response(generate_latest(registry), media_type=MEDIA)


def _of_work(snapshot: Snapshot) -> Iterable[Metric]:
    state = snapshot.state
    articles = CounterMetricFamily("news_articles", "Entries by how they ended.", labels=["outcome", "reason"])
    for name, count in state.account.items():
        outcome, _, reason = name.partition(":")
        if outcome != "seen":
            articles.add_metric([outcome, reason], count)
    yield articles
    yield CounterMetricFamily("news_entries_seen", "Entries that feeds showed.", value=state.account.get("seen", 0))
    length = GaugeMetricFamily("news_queue_length", "Entries that wait at a stage.", labels=["queue"])
    due = GaugeMetricFamily("news_queue_due", "Those of them that could be worked on now.", labels=["queue"])
    oldest = GaugeMetricFamily("news_queue_oldest_due_seconds", "How long the oldest of those waits.", labels=["queue"])
    for queue in state.queues:
        length.add_metric([queue.stage], queue.waiting)
        due.add_metric([queue.stage], queue.due)
        waited = (snapshot.at - queue.oldest_due).total_seconds() if queue.oldest_due else 0.0
        oldest.add_metric([queue.stage], waited)
    yield from (length, due, oldest)
    yield GaugeMetricFamily("news_dead_letters", "Entries in the dead letter stream.", value=state.dead_letters)
    beats = GaugeMetricFamily("news_heartbeat_timestamp_seconds", "When a role last said it is alive.", labels=["role"])
    for role in sorted({beat.role for beat in state.beats}):
        beats.add_metric([role], max(beat.at.timestamp() for beat in state.beats if beat.role == role))
    yield beats
    if state.last_record:
        last = GaugeMetricFamily(
            "news_stream_last_entry_timestamp_seconds", "When the newest record came.", labels=["stream"]
        )
        last.add_metric(["articles"], state.last_record.timestamp())
        yield last
    yield GaugeMetricFamily("news_stream_length", "Records in the main stream.", value=state.stream_length)
    troubles = GaugeMetricFamily("news_troubles", "What /readyz complains about.", labels=["level"])
    for level in ("red", "amber"):
        troubles.add_metric([level], sum(1 for trouble in snapshot.troubles if trouble.level == level))
    yield troubles


def _of_stages(counted: Mapping[str, int]) -> Metric:
    """Counts by bucket → Prometheus's, of which each holds all those under it."""
    times = HistogramMetricFamily("news_stage_seconds", "How long one poll, fetch or article takes.", labels=["stage"])
    for stage in sorted({name.partition(":")[0] for name in counted}):
        upto = accumulate(counted.get(f"{stage}:{bound}", 0) for bound in (*BOUNDS, LAST))
        buckets = list(zip((*BOUNDS, LAST), map(float, upto), strict=True))
        times.add_metric([stage], buckets=buckets, sum_value=counted.get(f"{stage}:{SUM}", 0) / 1_000_000)
    return times


def _of_canary(snapshot: Snapshot) -> Iterable[Metric]:
    canary = snapshot.state.canary
    if canary is None:
        return
    yield GaugeMetricFamily(
        "news_canary_late", "1 while our own test article does not come through.", value=canary.late(snapshot.at)
    )
    if canary.took is not None:
        yield GaugeMetricFamily(
            "news_canary_seconds",
            "What the last one took, from its feed to its stream.",
            value=canary.took.total_seconds(),
        )


def _of_feeds(snapshot: Snapshot) -> Iterable[Metric]:
    polls = CounterMetricFamily("news_polls", "Polls of a feed.", labels=["feed"])
    entries = CounterMetricFamily("news_feed_entries", "New entries of a feed.", labels=["feed"])
    success = GaugeMetricFamily(
        "news_feed_last_success_timestamp_seconds", "When a feed last answered.", labels=["feed"]
    )
    errors = GaugeMetricFamily("news_feed_errors_in_a_row", "Failed polls since then.", labels=["feed"])
    for feed in snapshot.state.feeds:
        polls.add_metric([feed.id], feed.polls)
        entries.add_metric([feed.id], feed.entries)
        errors.add_metric([feed.id], feed.errors_in_a_row)
        if feed.last_success:
            success.add_metric([feed.id], feed.last_success.timestamp())
    return polls, entries, success, errors


def _of_readers(groups: list[Group]) -> Iterable[Metric]:
    lag = GaugeMetricFamily("news_consumer_lag", "Records a group has not read.", labels=["stream", "group"])
    lost = GaugeMetricFamily(
        "news_consumer_lost_entries", "Records trimmed before a group read them.", labels=["stream", "group"]
    )
    pending = GaugeMetricFamily(
        "news_consumer_pending", "Records read and not acknowledged.", labels=["stream", "group"]
    )
    for group in groups:
        names = [group.stream, group.group]
        pending.add_metric(names, group.pending)
        if group.behind is not None:
            lag.add_metric(names, group.behind)
        if group.lost is not None:
            lost.add_metric(names, group.lost)
    return lag, lost, pending


def _of_gateway(gateway: Gateway, snapshot: Snapshot) -> Iterable[Metric]:
    since = int((snapshot.at - LAG_SPAN).timestamp() * 1000)
    lags = [row.lag_ms for row in gateway.index.every(Filters(since_ms=since).choose)]
    seconds = GaugeMetricFamily(
        "news_lag_seconds", "From publication to the stream, over records of the last hour.", labels=["quantile"]
    )
    for part in (0.5, 0.95):
        value = series.quantile(lags, part)
        if value is not None:
            seconds.add_metric([str(part)], value / 1000)
    yield seconds
    yield GaugeMetricFamily("news_gateway_streams", "Readers connected to /v1/stream.", value=gateway.streams_open)
    yield GaugeMetricFamily(
        "news_gateway_indexed", "Records that filters and counts look at.", value=len(gateway.index)
    )
    yield CounterMetricFamily(
        "news_unreadable_entries", "Stream entries without a readable record.", value=gateway.follower.unreadable
    )
    build = GaugeMetricFamily("news_build_info", "What runs here.", labels=["version", "schema"])
    build.add_metric([gateway.version, SCHEMA], 1)
    yield build
