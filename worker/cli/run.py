"""`wirebeat run`: the whole service on this machine, with an embedded server where none is configured."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from config.settings import load_settings

#: With --until-idle, a failing origin is not waited for longer than this between two tries, unless it asks for it.
UNTIL_IDLE_BACKOFF_SECONDS = 5.0


def run(
    feeds: Annotated[str | None, typer.Option(help="feed list: path or URL, TOML or OPML")] = None,
    data_dir: Annotated[Path | None, typer.Option(help="folder of the embedded server")] = None,
    until_idle: Annotated[bool, typer.Option(help="poll every feed once, finish all work, print the account")] = False,
    web: Annotated[bool, typer.Option(help="with the gateway and live page")] = True,
    port: Annotated[int | None, typer.Option(help="port of the gateway")] = None,
) -> None:
    """Run the service. Example: wirebeat run --feeds config/feeds.toml --data-dir data"""
    from worker.cli.account import lines
    from worker.observe import set_up_logging
    from worker.service import checked_feed_list, serve

    settings = load_settings(feeds=feeds, data_dir=data_dir, web_port=port)
    if until_idle:
        cap = min(settings.backoff_cap, UNTIL_IDLE_BACKOFF_SECONDS)
        settings = settings.model_copy(update={"backoff_cap": cap, "canary_interval": 0.0})
    set_up_logging(settings, "supervisor")
    if settings.allow_origins:
        import structlog

        structlog.get_logger("wirebeat").warning("origins-allowed", off_the_public_internet=settings.allow_origins)
    feed_list = asyncio.run(checked_feed_list(settings))
    code, account = serve(settings, feed_list, until_idle=until_idle, web=web and not until_idle)
    if account is not None:
        sys.stdout.write("\n".join(lines(account)) + "\n")
    raise typer.Exit(code)
