"""`wirebeat top`: how the service is, at a glance and live."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from config.settings import load_settings
from worker.server import server_url

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType

    from worker.web.health import State, Trouble

NEWEST_SHOWN = 8
FAILING_SHOWN = 5
#: rates are told of this time, or since the start where that is shorter
RATE_SPAN = timedelta(minutes=1)
LEVELS = {"red": "bold red", "amber": "yellow", "good": "green", "off": "dim"}


class Look(NamedTuple):
    at: datetime
    state: State
    newest: list[dict[str, str]]
    topics: dict[str, int]


def top(
    every: Annotated[float, typer.Option(min=0.2, help="seconds between two looks")] = 1.0,
    once: Annotated[bool, typer.Option(help="one look, then end; without a terminal it is always so")] = False,
) -> None:
    """Health, work, ends, roles, feeds and the newest records, live; Ctrl-C ends it. Example: wirebeat top --every 2"""
    from rich.console import Console
    from rich.live import Live

    settings = load_settings()
    console = Console()
    with server_url(settings) as url:
        looks = [_look(url, settings.prefix)]
        if once or not console.is_terminal:
            console.print(screen(looks))
            return
        with Live(screen(looks), console=console, screen=True, auto_refresh=False) as live:
            try:
                while True:
                    time.sleep(every)
                    looks.append(_look(url, settings.prefix))
                    while looks[-1].at - looks[0].at > RATE_SPAN:
                        looks.pop(0)
                    live.update(screen(looks), refresh=True)
            except KeyboardInterrupt:
                sys.exit(0)


def _look(url: str, prefix: str) -> Look:
    return asyncio.run(_looked(url, prefix))


async def _looked(url: str, prefix: str) -> Look:
    from worker.clock import now
    from worker.web.health import read_state
    from worker.web.serve import connect

    redis = connect(url, prefix)
    try:
        moment = now()
        state = await read_state(redis, prefix, moment)
        found: Any = await redis.xrevrange(f"{prefix}:articles", count=NEWEST_SHOWN)
        newest = [{name.decode(): value.decode("utf-8", "replace") for name, value in e.items()} for _, e in found]
        streams = [key.decode() async for key in redis.scan_iter(f"{prefix}:topic:*")]
        topics = {name.rpartition(":")[2]: int(await redis.xlen(name)) for name in sorted(streams)}
        return Look(moment, state, newest, topics)
    finally:
        await redis.aclose()


def screen(looks: list[Look]) -> RenderableType:
    """`looks`: the newest last; the first one is what rates are counted from."""
    from rich.columns import Columns
    from rich.console import Group

    from worker.web.health import troubles

    look, first = looks[-1], looks[0]
    found = troubles(look.state, look.at)
    tables = [
        _table("Work", ("stage", "waiting", "due", "oldest"), _work(look)),
        _table("Ends", ("entries", "all", "a minute"), _ends(look, first)),
        _table("Streams", ("stream", "records"), _streams(look)),
        _table("Roles", ("role", "host", "last heard"), _roles(look)),
    ]
    return Group(
        _headline(look, found), *_troubles(found), Columns(tables, padding=(0, 3)), _feeds(look), _newest(look)
    )


def _headline(look: Look, found: list[Trouble]) -> RenderableType:
    from rich.text import Text

    from worker.web.health import span_words

    red = any(trouble.level == "red" for trouble in found)
    words = "records do not come through" if red else "records come through, but" if found else "records come through"
    newest = f"newest {span_words(look.at - look.state.last_record)} ago" if look.state.last_record else "none yet"
    style = LEVELS["red" if red else "amber" if found else "good"]
    return Text.assemble(("Wirebeat", "bold"), f"  {look.at:%H:%M:%S} UTC  ", (words, style), f"  ({newest})")


def _troubles(found: list[Trouble]) -> Iterable[RenderableType]:
    from rich.text import Text

    for trouble in found[:FAILING_SHOWN]:
        since = f" (since {trouble.since:%H:%M})" if trouble.since else ""
        yield Text(f"  {trouble.level}: {trouble.text}{since}", LEVELS[trouble.level])
    if len(found) > FAILING_SHOWN:
        yield Text(f"  and {len(found) - FAILING_SHOWN} more: wirebeat feeds status", "dim")


def _table(title: str, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> RenderableType:
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, padding=(0, 1))
    for place, name in enumerate(columns):
        numbers = place > 0 and title != "Roles"
        table.add_column(name, justify="right" if numbers else "left", header_style="dim")
    for row in rows:
        table.add_row(*row)
    return table


def _work(look: Look) -> Iterable[tuple[str, ...]]:
    from worker.web.health import span_words

    for queue in look.state.queues:
        oldest = span_words(look.at - queue.oldest_due) if queue.oldest_due else "-"
        yield queue.stage, str(queue.waiting), str(queue.due), oldest
    yield "dead letters", str(look.state.dead_letters), "", ""


def _ends(look: Look, first: Look) -> Iterable[tuple[str, ...]]:
    minutes = (look.at - first.at) / timedelta(minutes=1)
    for name, count in sorted(look.state.account.items(), key=lambda row: (row[0] != "seen", -row[1])):
        gained = count - first.state.account.get(name, 0)
        yield name.replace(":", ", "), str(count), f"{gained / minutes:.0f}" if minutes else ""


def _streams(look: Look) -> Iterable[tuple[str, ...]]:
    yield "articles", str(look.state.stream_length)
    yield from ((name, str(length)) for name, length in look.topics.items())


def _roles(look: Look) -> Iterable[tuple[str, ...]]:
    from worker.web.health import SILENT_AFTER

    for beat in sorted(look.state.beats):
        silent = look.at - beat.at
        style = "red" if silent > SILENT_AFTER else "green"
        yield beat.role, beat.host, f"[{style}]{max(silent.total_seconds(), 0):.0f} s ago[/]"


def _feeds(look: Look) -> RenderableType:
    from rich.text import Text

    from worker.web.health import feed_words

    judged = [(feed, *feed_words(feed, look.at)) for feed in look.state.feeds]
    well = sum(level == "good" for _, level, _ in judged)
    line = Text.assemble(("Feeds", "bold"), f"  {well} of {len(judged)} work")
    for feed, level, words in [row for row in judged if row[1] in ("red", "amber")][:FAILING_SHOWN]:
        line.append(f"\n  {feed.title}: {words}", LEVELS[level])
    return line


def _newest(look: Look) -> RenderableType:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title="Newest", title_justify="left", title_style="bold", box=box.SIMPLE, show_header=False, expand=True
    )
    table.add_column(style="dim", no_wrap=True, min_width=5)
    table.add_column(style="bold", no_wrap=True, min_width=14, max_width=22)
    table.add_column(no_wrap=True, ratio=1)  # what is too long is cut here
    table.add_column(style="green", no_wrap=True, min_width=18)
    for fields in look.newest:
        scores = json.loads(fields["data"])["topics"] if "data" in fields else []
        topics = "  ".join(f"{topic['id']} {topic['score']:.2f}" for topic in scores)
        published = fields.get("published_at", "")[11:16]
        table.add_row(published, Text(fields.get("source", "")), Text(fields.get("title", "")), Text(topics))
    return table
