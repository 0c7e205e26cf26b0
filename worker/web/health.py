"""How the service is: read from what the roles leave in the store, judged in words. `read_state` alone does I/O."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from tasks.ports import STAGES
from worker.ledger import moment
from worker.presence import KEY as PRESENCE
from worker.presence import Span, spans_of
from worker.stage_times import KEY as STAGE_TIMES
from worker.web.canary import Canary, canary_of
from worker.web.rhythm import Rhythm, quiet_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from redis.asyncio import Redis

#: what has to be done → the roles that do it
DUTIES: Mapping[str, frozenset[str]] = {
    "beat": frozenset({"beat"}),
    "poll": frozenset({"poll", "gather"}),
    "fetch": frozenset({"fetch", "gather"}),
    "enrich": frozenset({"enrich"}),
}
#: a role says every 5 s that it is alive; six are missed before it is called dead, well under the minute promised
SILENT_AFTER = timedelta(seconds=30)
FORGOTTEN_AFTER = timedelta(minutes=10)
STUCK_AFTER = timedelta(minutes=5)
ERRORS_UNTIL_FAILING = 3
MAX_FEEDS = 5000
#: `<name>_trouble` in news:meta → how it is told
FILES: Mapping[str, str] = {
    "topics": "the topic rules are wrong, those read before stay in use",
    "feeds": "the feed list is wrong, the one read before stays in use",
}

Text = dict[str, str]


class FeedState(NamedTuple):
    id: str
    title: str
    url: str
    group: str
    every_seconds: float
    status: str
    last_error: str
    errors_in_a_row: int
    last_success: datetime | None
    last_new: datetime | None
    next_due: datetime | None
    polls: int
    entries: int
    stopped: bool
    #: how its records came so far; None where none is known
    rhythm: Rhythm | None = None


class Queue(NamedTuple):
    stage: str
    waiting: int
    due: int
    oldest_due: datetime | None


class Beat(NamedTuple):
    role: str
    host: str
    at: datetime
    version: str


class State(NamedTuple):
    beats: tuple[Beat, ...] = ()
    feeds: tuple[FeedState, ...] = ()
    queues: tuple[Queue, ...] = ()
    account: Mapping[str, int] = {}
    dead_letters: int = 0
    stream_length: int = 0
    last_record: datetime | None = None
    #: as worker.stage_times counts them
    stage_times: Mapping[str, int] = {}
    #: when the service was up
    up: tuple[Span, ...] = ()
    #: None: it sends none through
    canary: Canary | None = None
    #: file of the configuration (FILES) → what is wrong with it
    wrong_files: Mapping[str, str] = {}


class Trouble(NamedTuple):
    #: `red`: records do not come through; `amber`: some do not
    level: Literal["red", "amber"]
    what: str
    text: str
    since: datetime | None


async def read_state(redis: Redis, prefix: str, now: datetime) -> State:
    """One round trip and, with feeds, a second. Raises what redis-py raises."""
    now_ms = int(now.timestamp() * 1000)
    pipe = redis.pipeline(transaction=False)
    pipe.hgetall(f"{prefix}:heartbeat")
    pipe.hgetall(f"{prefix}:account")
    pipe.hgetall(f"{prefix}:feeds")
    pipe.hgetall(f"{prefix}:{STAGE_TIMES}")
    pipe.xlen(f"{prefix}:dead")
    pipe.xlen(f"{prefix}:articles")
    pipe.xrevrange(f"{prefix}:articles", count=1)
    pipe.zrange(f"{prefix}:{PRESENCE}", 0, -1, withscores=True)
    pipe.hgetall(f"{prefix}:meta")
    pipe.xrevrange(f"{prefix}:canary", count=1)
    for stage in STAGES:
        pipe.zcard(f"{prefix}:pending:{stage}")
        pipe.zcount(f"{prefix}:pending:{stage}", "-inf", now_ms)
        pipe.zrange(f"{prefix}:pending:{stage}", 0, 0, withscores=True)
    beats, account, configured, times, dead, length, newest, *more = await pipe.execute()
    (kept_up, meta, canaries), pending = more[:3], more[3:]
    up = spans_of(kept_up)
    return State(
        beats=tuple(_beats(_text(beats))),
        feeds=await _feeds(redis, prefix, sorted(_text(configured).items())[:MAX_FEEDS]),
        queues=tuple(_queue(stage, pending[place * 3 : place * 3 + 3], now) for place, stage in enumerate(STAGES)),
        account={name: int(count) for name, count in _text(account).items()},
        stage_times={name: int(count) for name, count in _text(times).items()},
        dead_letters=dead,
        stream_length=length,
        up=up,
        canary=canary_of(_text(meta), canaries, up),
        wrong_files={name: told for name in FILES if (told := _text(meta).get(f"{name}_trouble"))},
        last_record=moment(int(newest[0][0].partition(b"-")[0])) if newest else None,
    )


async def _feeds(redis: Redis, prefix: str, configs: list[tuple[str, str]]) -> tuple[FeedState, ...]:
    pipe = redis.pipeline(transaction=False)
    for feed, _ in configs:
        pipe.hgetall(f"{prefix}:feed:{feed}")
    kept = await pipe.execute() if configs else []
    return tuple(_feed(feed, config, _text(one)) for (feed, config), one in zip(configs, kept, strict=True))


def _text(raw: Mapping[bytes, bytes]) -> Text:
    return {key.decode("utf-8", "replace"): value.decode("utf-8", "replace") for key, value in raw.items()}


def _beats(fields: Text) -> Iterable[Beat]:
    for field, value in fields.items():
        try:
            told = json.loads(value)
            role, _, host = field.partition("@")
            yield Beat(role, host, moment(told["at_ms"]), str(told.get("version", "")))
        except (ValueError, KeyError, TypeError):
            continue


def _when(kept: Text, name: str) -> datetime | None:
    value = kept.get(name, "")
    return moment(float(value)) if value not in {"", "0"} else None


def _feed(name: str, config_text: str, kept: Text) -> FeedState:
    try:
        config: dict[str, Any] = json.loads(config_text)
    except ValueError:
        config = {}
    return FeedState(
        id=name,
        title=config.get("title") or name,
        url=config.get("url") or kept.get("url", ""),
        group=config.get("group") or "",
        every_seconds=float(config.get("every_seconds") or 900),
        status=kept.get("status", ""),
        last_error=kept.get("last_error", ""),
        errors_in_a_row=int(kept.get("errors_in_a_row") or 0),
        last_success=_when(kept, "last_success_ms"),
        last_new=_when(kept, "last_new_ms"),
        next_due=_when(kept, "next_due_ms"),
        polls=int(kept.get("polls") or 0),
        entries=int(kept.get("entries") or 0),
        stopped=kept.get("stopped") == "1",
    )


def _queue(stage: str, counts: list[Any], now: datetime) -> Queue:
    waiting, due, first = counts
    oldest = moment(first[0][1]) if first else None
    return Queue(stage, waiting, due, oldest if oldest and oldest <= now else None)


def feed_words(feed: FeedState, now: datetime) -> tuple[Literal["good", "amber", "red", "off"], str]:
    """How a feed is, for people."""
    if feed.stopped:
        return "off", f"stopped: {feed.last_error or 'gone for good'}"
    if feed.errors_in_a_row >= ERRORS_UNTIL_FAILING:
        return "red", f"{feed.status or 'failing'}, {feed.errors_in_a_row} times in a row"
    if feed.errors_in_a_row:
        return "amber", f"{feed.status or 'failing'}, trying again"
    if feed.last_success is None:
        return "amber", "not polled yet"
    return _rhythm_words(feed, feed.last_success, now)


def _rhythm_words(
    feed: FeedState, last_success: datetime, now: datetime
) -> tuple[Literal["good", "amber", "red"], str]:
    silent = now - last_success
    # a feed that adapts its pace may wait several of its intervals; the time it was due is the better measure
    overdue = now - feed.next_due if feed.next_due else silent
    if overdue > max(timedelta(seconds=2 * feed.every_seconds), STUCK_AFTER):
        return "red", f"not polled for {span_words(silent)}"
    if feed.rhythm and (quiet := quiet_for(feed.rhythm, last_success)):
        before = span_words(feed.rhythm.longest_pause)
        return "amber", f"it answers, but gave no record for {span_words(quiet)}; its longest pause before was {before}"
    return "good", feed.status or "working"


def span_words(span: timedelta) -> str:
    seconds = max(0, int(span.total_seconds()))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def troubles(state: State, now: datetime) -> list[Trouble]:
    """Worst first. Nothing here means that records come through."""
    found = [
        *_dead_roles(state.beats, now),
        *_late_canary(state.canary, now),
        *_stuck_queues(state.queues, now),
        *_failing_feeds(state.feeds, now),
        *(Trouble("amber", name, f"{FILES[name]}: {told}", None) for name, told in state.wrong_files.items()),
    ]
    return sorted(found, key=lambda trouble: trouble.level != "red")


def _dead_roles(beats: tuple[Beat, ...], now: datetime) -> Iterable[Trouble]:
    for duty, roles in DUTIES.items():
        last = max((beat.at for beat in beats if beat.role in roles), default=None)
        if last is None:
            yield Trouble("red", duty, f"nothing that does {duty} has ever reported", None)
        elif now - last > SILENT_AFTER:
            yield Trouble("red", duty, f"{duty}: silent for {span_words(now - last)}", last)
    alive_roles = {(beat.role, _machine(beat.host)) for beat in beats if now - beat.at <= SILENT_AFTER}
    gone: dict[tuple[str, str], datetime] = {}
    for beat in beats:
        key = (beat.role, _machine(beat.host))
        if key not in alive_roles and any(role == beat.role for role, _ in alive_roles):
            gone[key] = max(beat.at, gone.get(key, beat.at))
    for (role, machine), at in gone.items():
        if now - at < FORGOTTEN_AFTER:
            yield Trouble(
                "amber", role, f"{role} on {machine}: silent for {span_words(now - at)}; others do its work", at
            )


def _late_canary(canary: Canary | None, now: datetime) -> Iterable[Trouble]:
    if canary and canary.late(now):
        words = f"canary: no article of our own came through for {span_words(now - canary.last)}"
        yield Trouble("red", "canary", f"{words}; one is due every {span_words(canary.every)}", canary.last)


def _machine(host: str) -> str:
    """A role restarted on its machine is the same one again: `host:pid` → `host`."""
    return host.rpartition(":")[0] or host


def _stuck_queues(queues: tuple[Queue, ...], now: datetime) -> Iterable[Trouble]:
    for queue in queues:
        if queue.oldest_due and now - queue.oldest_due > STUCK_AFTER:
            waited = span_words(now - queue.oldest_due)
            yield Trouble(
                "amber", queue.stage, f"{queue.stage}: {queue.due} due, the oldest for {waited}", queue.oldest_due
            )


def _failing_feeds(feeds: tuple[FeedState, ...], now: datetime) -> Iterable[Trouble]:
    judged = [(feed, *feed_words(feed, now)) for feed in feeds]
    failing = [(feed, words) for feed, level, words in judged if level == "red"]
    if feeds and len(failing) * 3 >= len(feeds) and len(failing) > 1:
        text = f"{len(failing)} of {len(feeds)} feeds fail"
        yield Trouble("red", "feeds", text, min((f.last_success for f, _ in failing if f.last_success), default=None))
    for feed, words in failing:
        yield Trouble("amber", f"feed {feed.id}", f"{feed.title}: {words}", feed.last_success)
    for feed, level, words in judged:
        # a poll that failed once or twice is tried again and is no trouble yet; silence is one when it is found
        if level == "amber" and feed.rhythm and not feed.errors_in_a_row and feed.last_success:
            yield Trouble("amber", f"feed {feed.id}", f"{feed.title}: {words}", feed.rhythm.last)
