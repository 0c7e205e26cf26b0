"""Rows → counts over time and rankings."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, Literal

from tasks.records import rfc3339
from worker.ledger import moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from worker.web.rows import Names, Row

MINUTE = 60_000
NICE_BUCKETS_MS = tuple(
    MINUTE * minutes for minutes in (1, 5, 15, 30, 60, 180, 360, 720, 1440, 4320, 10080, 43200, 129600, 525600)
)
MOST_BUCKETS = 48
FEWEST_BUCKETS = 12
#: a span asked for in buckets so narrow that it would need more than this is cut at its start
HARD_MOST_BUCKETS = 1000

By = Literal["published", "arrived"]


def time_of(by: By) -> Callable[[Row], int]:
    return (lambda row: row.published_ms) if by == "published" else (lambda row: row.entry[0])


def fitting_bucket(span_ms: int, articles: int) -> int:
    """Few articles in many narrow buckets make a comb, not a curve: about two a bucket, where there are that few."""
    most = min(MOST_BUCKETS, max(FEWEST_BUCKETS, articles // 2))
    return next((bucket for bucket in NICE_BUCKETS_MS if span_ms <= bucket * most), NICE_BUCKETS_MS[-1])


def span_of(times: Sequence[int], now_ms: int) -> tuple[int, int]:
    """Where most of it lies: one article in fifty may be older, or a reprint from years ago would flatten the rest."""
    if not times:
        return now_ms - 60 * MINUTE, now_ms
    ordered = sorted(min(time, now_ms) for time in times)
    return ordered[len(ordered) // 50], now_ms


def volume(
    rows: Sequence[Row], *, by: By, bucket_ms: int | None, start_ms: int | None, end_ms: int | None, now_ms: int
) -> dict[str, Any]:
    """Articles in buckets of time, in all and by topic. An article with two topics counts for both."""
    when = time_of(by)
    first, last = span_of([when(row) for row in rows], now_ms)
    start, end = start_ms if start_ms is not None else first, min(end_ms or last, now_ms)
    bucket = bucket_ms or fitting_bucket(max(end - start, MINUTE), len(rows))
    start = max(start // bucket, end // bucket - HARD_MOST_BUCKETS + 1) * bucket
    totals: Counter[int] = Counter()
    by_topic: dict[str, Counter[int]] = defaultdict(Counter)
    for row in rows:
        time = when(row)
        if start <= time <= end:
            place = (time - start) // bucket
            totals[place] += 1
            for topic in row.topics:
                by_topic[topic][place] += 1
    count = (end - start) // bucket + 1
    return {
        "by": by,
        "bucket_ms": bucket,
        "start_ms": start,
        # the last bar is still growing
        "unfinished": start + count * bucket > now_ms,
        "times": [start + place * bucket for place in range(count)],
        "all": [totals[place] for place in range(count)],
        "topics": {
            topic: [places[place] for place in range(count)]
            for topic, places in sorted(by_topic.items(), key=lambda item: -item[1].total())
        },
        "before_start": sum(1 for row in rows if when(row) < start),
    }


def volume_rows(series: dict[str, Any]) -> list[dict[str, Any]]:
    """The same as rows, in the order of time, for tools that plot tables."""
    return [
        {"time": rfc3339(moment(time)), "topic": topic, "articles": counts[place]}
        for place, time in enumerate(series["times"])
        for topic, counts in {"all": series["all"], **series["topics"]}.items()
    ]


def ranking(now_and_before: tuple[Iterable[str], Iterable[str]], limit: int) -> list[tuple[str, int, int]]:
    """(what, how often, how often in the span before), most frequent first."""
    current, before = (Counter(keys) for keys in now_and_before)
    ordered = sorted(current.items(), key=lambda item: (-item[1], item[0]))[:limit]
    return [(key, count, before[key]) for key, count in ordered]


def halves(rows: Sequence[Row], since_ms: int | None, now_ms: int, by: By) -> tuple[list[Row], list[Row]]:
    """Rows of the span since `since_ms`, and of the equally long span before it. Without a time: all, against none."""
    if since_ms is None:
        return list(rows), []
    when, span = time_of(by), now_ms - since_ms
    current = [row for row in rows if when(row) >= since_ms]
    before = [row for row in rows if since_ms - span <= when(row) < since_ms]
    return current, before


def stories(rows: Sequence[Row], limit: int) -> list[dict[str, Any]]:
    """`rows` newest first → what is told in more than one article, the biggest story first."""
    members: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        members[row.story].append(row)
    told = [(key, articles) for key, articles in members.items() if len(articles) > 1]
    told.sort(key=lambda story: (len(story[1]), story[1][0].entry), reverse=True)
    return [_story(key, articles) for key, articles in told[:limit]]


def _story(key: str, articles: list[Row]) -> dict[str, Any]:
    newest, oldest = articles[0], articles[-1]
    return {
        "cluster": key,
        "articles": len(articles),
        "sources": sorted({row.source for row in articles}),
        "title": oldest.title,
        "first": oldest.id,
        "topics": sorted({topic for row in articles for topic in row.topics}),
        "first_at": rfc3339(moment(oldest.entry[0])),
        "last_at": rfc3339(moment(newest.entry[0])),
    }


def entity_ranking(
    rows: tuple[list[Row], list[Row]], kind: str | None, names: Names, limit: int
) -> list[dict[str, Any]]:
    prefix = f"{kind}:" if kind else ""

    def keys(some: list[Row]) -> Iterable[str]:
        return (key for row in some for key in row.entities if key.startswith(prefix))

    return [
        {
            "key": key,
            "name": names.entities.get(key, key),
            "type": key.partition(":")[0],
            "articles": count,
            "before": before,
        }
        for key, count, before in ranking((keys(rows[0]), keys(rows[1])), limit)
    ]


def source_ranking(rows: tuple[list[Row], list[Row]], role: str, names: Names, limit: int) -> list[dict[str, Any]]:
    def keys(some: list[Row]) -> Iterable[str]:
        if role == "publisher":
            return (row.source_id for row in some)
        return (name for row in some for name in dict.fromkeys(row.reported_by))

    return [
        {
            "id": key if role == "publisher" else None,
            "name": names.sources.get(key, key) if role == "publisher" else key,
            "articles": count,
            "before": before,
        }
        for key, count, before in ranking((keys(rows[0]), keys(rows[1])), limit)
    ]


def topic_counts(rows: Sequence[Row], names: Names) -> list[dict[str, Any]]:
    counts = Counter(topic for row in rows for topic in row.topics)
    return [
        {"id": topic, "name": names.topics.get(topic, topic), "articles": count}
        for topic, count in counts.most_common()
    ]


def quantile(values: Sequence[int], part: float) -> int | None:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else None
