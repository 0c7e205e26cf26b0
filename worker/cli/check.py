"""`wirebeat check`: settings, feeds, topics, server, model, disk: one line each, and what to do about the bad ones."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from typing import TYPE_CHECKING, Annotated, NamedTuple

import redis
import typer

from config.settings import Settings, load_settings, mistaken_variables, place_of
from config.trouble import ConfigError
from worker.cli import EXIT_BAD_CONFIG, EXIT_NO_SERVER
from worker.cli.failure import of_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECRET_NAMES = frozenset({"redis_url", "broker_url", "web_token"})
LITTLE_DISK_BYTES = 1 << 30


class Finding(NamedTuple):
    #: 0: good, 1: worth a look, else the exit code that the service would end with
    weight: int
    what: str
    text: str


def check(
    all_settings: Annotated[bool, typer.Option("--all", help="every setting with its value and origin")] = False,
) -> None:
    """Is everything there to run? Exit code 78 for bad configuration, 69 for no server. Example: wirebeat check"""
    worst = 0
    settings = load_settings()
    for name, look in (
        ("settings", _settings),
        ("feeds", _feeds),
        ("topics", _topics),
        ("server", _server),
        ("broker", _broker),
        ("model", _model),
    ):
        for finding in _safely(name, look, settings):
            mark = {0: "√", 1: "!"}.get(finding.weight, "x")
            sys.stdout.write(f"{mark} {finding.what:<12} {finding.text}\n")
            worst = max(worst, finding.weight if finding.weight > 1 else 0)
    if all_settings:
        for name, field in Settings.model_fields.items():
            value = "***" if name in SECRET_NAMES and getattr(settings, name) else getattr(settings, name)
            file, line = place_of(name)
            sys.stdout.write(f"  {name} = {value}  ({file}{f' line {line}' if line else ''}) {field.description}\n")
    raise typer.Exit(worst)


def _safely(name: str, look: Callable[[Settings], Iterator[Finding]], settings: Settings) -> Iterator[Finding]:
    try:
        yield from look(settings)
    except ConfigError as trouble:
        yield Finding(EXIT_BAD_CONFIG, name, trouble.in_full)
    except redis.exceptions.RedisError as trouble:
        yield Finding(EXIT_NO_SERVER, name, " → ".join(of_server(trouble)))


def _settings(settings: Settings) -> Iterator[Finding]:
    set_by_hand = [name for name in Settings.model_fields if place_of(name)[0] != "default"]
    yield Finding(0, "settings", f"{len(set_by_hand)} set: {', '.join(set_by_hand) or 'all are defaults'}")
    for mistaken in mistaken_variables():
        yield Finding(1, "settings", mistaken)
    if ".invalid" in settings.user_agent:
        yield Finding(1, "user agent", "names no contact: set WIREBEAT_USER_AGENT to a URL and an address of yours")
    if settings.allow_origins:
        yield Finding(1, "origins", f"off the public internet, yet allowed: {', '.join(settings.allow_origins)}")
    if os.geteuid() == 0:
        yield Finding(1, "user", "runs as root: a user of its own can do less harm")
    free = shutil.disk_usage(settings.data_dir if settings.data_dir.exists() else ".").free
    yield Finding(int(free < LITTLE_DISK_BYTES), "disk", f"{free >> 30} GiB free")


def _feeds(settings: Settings) -> Iterator[Finding]:
    from worker.feedlist import read_feed_list
    from worker.http import Client

    async def read() -> tuple[int, int, tuple[str, ...]]:
        async with Client(settings) as client:
            feed_list = await read_feed_list(settings, client, topics=_topic_ids(settings))
            return len(feed_list), sum(feed.enabled for feed in feed_list), feed_list.problems

    listed, enabled, problems = asyncio.run(read())
    yield Finding(0, "feeds", f"{listed} in {settings.feeds}, {enabled} on")
    for problem in problems:
        yield Finding(1, "feeds", problem)


def _topic_ids(settings: Settings) -> list[str]:
    from config.topics import read_topics

    return [topic.id for topic in read_topics(settings.topics).topics]


def _topics(settings: Settings) -> Iterator[Finding]:
    ids = _topic_ids(settings)
    yield Finding(0, "topics", f"{len(ids)} in {settings.topics}: {', '.join(ids)}")


def _server(settings: Settings) -> Iterator[Finding]:
    from worker.embedded import server_binary
    from worker.server import check_server

    if settings.redis_url is None:
        yield Finding(0, "server", f"embedded ({server_binary().rpartition('/')[2]}) in {settings.data_dir}")
        return
    server = check_server(settings.redis_url, settings.prefix)
    yield Finding(0, "server", f"{server.name} {server.version}, {server.policy}, keys begin with {settings.prefix}:")
    if not server.append_only:
        yield Finding(1, "server", "keeps no append-only file: a restart forgets everything; set appendonly yes")


def _broker(settings: Settings) -> Iterator[Finding]:
    """Of a broker beside the store; else nothing."""
    from kombu import Connection
    from kombu.exceptions import KombuError, OperationalError

    from worker.app import broker_url

    if settings.broker_url is None:
        if settings.redis_url is not None:
            broker_url(settings)  # raises where the store cannot be one
        return
    try:
        with Connection(broker_url(settings), connect_timeout=3) as broker:
            shown = broker.as_uri()
            broker.ensure_connection(max_retries=1, interval_start=1)
    except (KeyError, ValueError, KombuError) as reason:
        if isinstance(reason, OperationalError):
            yield Finding(EXIT_NO_SERVER, "broker", f"{shown}: {reason} → start it, or unset WIREBEAT_BROKER_URL")
            return
        raise ConfigError(
            f"no broker that Celery knows: {reason}", mend="redis://host:6379/0 or amqp://user:password@host:5672/"
        ) from None
    yield Finding(0, "broker", shown)


def _model(settings: Settings) -> Iterator[Finding]:
    from worker.nlp import load_nlp

    nlp = load_nlp(settings)
    yield Finding(
        int(nlp.info.model is None), "model", nlp.info.model or "none: names come from rules and gazetteer alone"
    )
    for note in nlp.notes:
        yield Finding(0 if note.startswith("gemm") else 1, "model", note)
