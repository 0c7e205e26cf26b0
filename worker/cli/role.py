"""`wirebeat worker ROLE` and `wirebeat beat`: one role in this process, for containers and for the supervisor."""

from __future__ import annotations

from typing import Annotated

import typer

from config.settings import Settings, load_settings
from config.trouble import ConfigError


def worker(
    role: Annotated[str, typer.Argument(help="poll, fetch, gather (both) or enrich")] = "gather",
    redis_url: Annotated[str | None, typer.Option(help="Redis or Valkey to use")] = None,
) -> None:
    """Run one kind of worker. Example: wirebeat worker enrich"""
    from worker.roles import WORKERS, run_worker

    if role not in WORKERS:
        raise ConfigError(f"no role {role!r}", mend=f"there are: {', '.join(WORKERS)}")
    run_worker(_settings(redis_url), role)


def beat(redis_url: Annotated[str | None, typer.Option(help="Redis or Valkey to use")] = None) -> None:
    """Run the clock. Two of them do no harm. Example: wirebeat beat"""
    from worker.roles import run_beat

    run_beat(_settings(redis_url))


def _settings(redis_url: str | None) -> Settings:
    from worker.server import check_server

    settings = load_settings(redis_url=redis_url)
    if settings.redis_url is None:
        raise ConfigError(
            "a single role needs a server, and WIREBEAT_REDIS_URL is not set",
            mend="set it, or use `wirebeat run`, which starts an embedded server with all roles",
        )
    check_server(settings.redis_url, settings.prefix)
    return settings
