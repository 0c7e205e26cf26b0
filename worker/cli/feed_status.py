"""`wirebeat feeds status` and `poll`: how the feeds of the running service are doing, and asking them now."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.settings import load_settings
from config.trouble import ConfigError
from worker.clock import now
from worker.ledger import Ledger, SyncStore
from worker.server import server_url

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMES = ("last_success_ms", "last_new_ms", "next_due_ms")
UNITS = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def status(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="ids; none: all")] = None,
    as_data: Annotated[bool, typer.Option("--json", help="one JSON object a line")] = False,
) -> None:
    """How each feed is doing, as the service last saw it. Example: wirebeat feeds status moscow-times"""
    settings = load_settings()
    with server_url(settings) as url:
        rows = list(_rows(SyncStore(url, settings.prefix), ids))
    if as_data:
        sys.stdout.write("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
        return
    sys.stdout.write(f"{'feed':<26} {'status':<22} {'last new':>9} {'next':>9} {'entries':>8} {'errors':>7}\n")
    for row in rows:
        sys.stdout.write(
            f"{row['id']:<26} {row['status'][:22]:<22} {_ago(row['last_new_ms']):>9} {_ago(row['next_due_ms']):>9} "
            f"{row['entries']:>8} {row['errors_in_a_row']:>7}  {row['last_error'][:60]}\n"
        )


def _rows(store: SyncStore, ids: list[str] | None) -> Iterator[dict[str, Any]]:
    listed = {
        name.decode(): json.loads(config) for name, config in store.redis.hgetall(f"{store.prefix}:feeds").items()
    }
    if unknown := set(ids or ()) - set(listed):
        raise ConfigError(f"the service polls no feed {', '.join(sorted(unknown))}", mend="see: wirebeat feeds list")
    for name in ids or sorted(listed):
        raw = store.redis.hgetall(f"{store.prefix}:feed:{name}")
        told = {key.decode(): value.decode("utf-8", "replace") for key, value in raw.items()}
        yield {
            "id": name,
            "url": listed[name]["url"],
            "status": "stopped: 410" if "stopped" in told else told.get("status", "not yet polled"),
            **{time: int(told.get(time) or 0) for time in TIMES},
            "polls": int(told.get("polls") or 0),
            "entries": int(told.get("entries") or 0),
            "errors_in_a_row": int(told.get("errors_in_a_row") or 0),
            "last_error": told.get("last_error", ""),
            # one that came back stands there with the address of the list
            "moved_to": moved if (moved := told.get("moved_to")) != listed[name]["url"] else None,
        }


def _ago(milliseconds: int) -> str:
    """`4 min`, as well for what lies ahead; the column says which."""
    if not milliseconds:
        return "never"
    seconds = abs(now().timestamp() - milliseconds / 1000)
    return next((f"{seconds / size:.0f} {unit}" for size, unit in UNITS if seconds >= size), "now")


def poll(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="ids; none: all")] = None,
) -> None:
    """Make feeds due now; the running service polls them. Example: wirebeat feeds poll moscow-times"""
    settings = load_settings()
    with server_url(settings) as url:
        store = SyncStore(url, settings.prefix)
        list(_rows(store, ids))
        made_due = store.do(Ledger().poll_now(ids or ()))
    sys.stderr.write(f"{made_due} feeds are due now; those being polled at this moment are left alone\n")
