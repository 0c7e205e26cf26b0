"""`wirebeat run`: the whole service on this machine, with an embedded server where none is configured."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.settings import Settings, load_settings
from worker.cli import EXIT_NO_SERVER

if TYPE_CHECKING:
    from config.feeds import FeedList
    from tasks.ports import Account
    from worker.ledger import Ledger, SyncStore

#: `--until-idle` waits for what is due within this time; what is put off longer stays pending and is told.
HORIZON_SECONDS = 120.0
#: and it does not let a failing origin wait longer than this between two tries, unless the origin itself asks for it
UNTIL_IDLE_BACKOFF_SECONDS = 5.0
IDLE_LOOK_SECONDS = 0.3


def run(
    feeds: Annotated[str | None, typer.Option(help="feed list: path or URL, TOML or OPML")] = None,
    data_dir: Annotated[Path | None, typer.Option(help="folder of the embedded server")] = None,
    until_idle: Annotated[bool, typer.Option(help="poll every feed once, finish all work, print the account")] = False,
    web: Annotated[bool, typer.Option(help="with the gateway and live page")] = True,
    port: Annotated[int | None, typer.Option(help="port of the gateway")] = None,
) -> None:
    """Run the service. Example: wirebeat run --feeds config/feeds.toml --data-dir data"""
    from worker.observe import set_up_logging

    settings = load_settings(feeds=feeds, data_dir=data_dir, web_port=port)
    if until_idle:
        cap = min(settings.backoff_cap, UNTIL_IDLE_BACKOFF_SECONDS)
        settings = settings.model_copy(update={"backoff_cap": cap})
    set_up_logging(settings, "supervisor")
    raise typer.Exit(_serve(settings, until_idle=until_idle, web=web))


def _serve(settings: Settings, *, until_idle: bool, web: bool) -> int:
    import structlog

    from worker.clock import now
    from worker.embedded import EmbeddedServer, lock_data_dir
    from worker.feedlist import sync_call
    from worker.server import check_server
    from worker.supervisor import Supervisor
    from worker.wiring import open_ledger, open_store

    log = structlog.get_logger("wirebeat")
    feed_list = asyncio.run(_checked_configuration(settings))
    if settings.allow_origins:
        log.warning("origins-allowed", off_the_public_internet=settings.allow_origins)
    with ExitStack() as stack:
        embedded: EmbeddedServer | None = None
        if settings.redis_url is None:
            stack.enter_context(lock_data_dir(settings.data_dir))
            embedded = EmbeddedServer(settings.data_dir, port=settings.embedded_port, prefix=settings.prefix)
            embedded.start()
            stack.callback(embedded.stop)
            settings = settings.model_copy(update={"redis_url": embedded.url})
            log.info("embedded-server", readers=embedded.reader_url, data_dir=str(settings.data_dir))
        server = check_server(settings.redis_url or "")
        ledger, store = open_ledger(settings), open_store(settings)
        if embedded is not None:  # no one else can hold a lease in a store that was ours alone
            for stage in ("fetch", "enrich"):
                store.do(ledger.orphaned(stage))
        started = now()
        added, removed = store.do(sync_call(ledger, feed_list)[1])
        if until_idle:
            store.do(ledger.poll_now())
        log.info("starting", server=f"{server.name} {server.version}", feeds=len(feed_list), new=added, gone=removed)
        roles = {
            "beat": ["beat"],
            "poll": ["worker", "poll"],
            "fetch": ["worker", "fetch"],
            "enrich": ["worker", "enrich"],
        }
        if web and not until_idle:
            roles["web"] = ["web"]
        supervisor = Supervisor(roles, _environment(settings), _freeing(ledger, store))
        idle = _idle_watch(ledger, store, started) if until_idle else None
        guarded = _guard_server(embedded)
        code = supervisor.run(lambda: guarded() or (idle is not None and idle()))
        account = store.do(ledger.account())
        if until_idle:
            _print_account(account)
        return code


async def _checked_configuration(settings: Settings) -> FeedList:
    """What is wrong stops the start here, before anything runs."""
    from config.topics import load_topics
    from worker.feedlist import read_feed_list
    from worker.http import Client
    from worker.roles import read_topics

    rules = load_topics(read_topics(settings), file=str(settings.topics))
    async with Client(settings) as client:
        feed_list = await read_feed_list(settings, client, topics=[topic.id for topic in rules.topics])
    for problem in feed_list.problems:
        sys.stderr.write(f"warning: {problem}\n")
    return feed_list


def _environment(settings: Settings) -> dict[str, str]:
    """Each role reads its settings from its environment: what flags and the embedded server changed is handed on."""
    environment = dict(os.environ)  # noqa: TID251  (handed to the roles as a whole, not read)
    defaults = Settings.model_construct()
    for name in Settings.model_fields:
        value = getattr(settings, name)
        if value != getattr(defaults, name, None) and value is not None:
            text = (
                ",".join(value)
                if isinstance(value, list)
                else str(value).lower()
                if isinstance(value, bool)
                else str(value)
            )
            environment[f"WIREBEAT_{name.upper()}"] = text
    return environment


def _freeing(ledger: Ledger, store: SyncStore) -> Any:
    """When a role's process is found dead, what it held is due at once instead of after its lease."""
    import socket

    def exited(role: str, pid: int) -> None:
        if role == "fetch":
            store.do(ledger.orphaned("fetch", f"{socket.gethostname()}/{pid}/"))
        if role == "enrich":
            store.do(ledger.orphaned("enrich", f"{socket.gethostname()}/"))

    return exited


def _idle_watch(ledger: Ledger, store: SyncStore, started: Any) -> Any:
    import time

    last, quiet = 0.0, 0

    def idle() -> bool:
        nonlocal last, quiet
        if time.monotonic() - last < IDLE_LOOK_SECONDS:
            return False
        last = time.monotonic()
        feeds_left, soon, _later = store.do(ledger.idle(started, HORIZON_SECONDS))
        quiet = 0 if feeds_left or soon else quiet + 1
        return quiet > 1

    return idle


def _guard_server(embedded: Any) -> Any:
    """An embedded server that died is started again; its data is in the append-only file."""

    def guard() -> bool:
        if embedded is not None and embedded.process.poll() is not None:
            embedded.start()
        return False

    return guard


def _print_account(account: Account) -> None:
    from worker.cli.account import lines

    sys.stdout.write("\n".join(lines(account)) + "\n")


__all__ = ["EXIT_NO_SERVER", "run"]
