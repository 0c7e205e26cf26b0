"""`wirebeat web`: the gateway and live page."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from config.settings import load_settings
from config.trouble import ConfigError
from worker.stops import on_stop


def web(
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; 0: any free one.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    redis_url: Annotated[str | None, typer.Option(help="Redis or Valkey to use.")] = None,
) -> None:
    """Serve the stream over HTTP and show it on a page. Example: wirebeat web --port 8000"""
    # told to stop while it still starts: that is no failure either; `serve` takes over when it listens
    on_stop(lambda *_: sys.exit(0))
    from worker.server import ping
    from worker.web.serve import serve

    settings = load_settings(web_port=port, web_host=host, redis_url=redis_url)
    if settings.redis_url is None:
        raise ConfigError(
            "the gateway needs a server, and WIREBEAT_REDIS_URL is not set",
            mend="set it, or use `wirebeat run`, which starts an embedded server with all roles",
        )
    ping(settings.redis_url, settings.prefix)
    sys.exit(serve(settings))
