"""The gateway as a process."""

from __future__ import annotations

import asyncio
import logging
import socket
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog
import uvicorn
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from config.trouble import ConfigError
from worker.cluster import pool_options, pool_url
from worker.observe import set_up_logging
from worker.stops import deaf_to_stops, on_stop
from worker.web.app import create_app, is_loopback

if TYPE_CHECKING:
    from types import FrameType

    from config.settings import Settings
    from worker.web.gateway import Gateway

log = structlog.get_logger("wirebeat")

BACKLOG = 512
STOP_SECONDS = 3


def connect(url: str, prefix: str = "news") -> Redis:
    """A gateway says at once that the store is away; its follower has patience of its own."""
    return Redis.from_url(
        pool_url(url),
        **pool_options(url, prefix, asynchronous=True),
        socket_timeout=5,
        socket_connect_timeout=2,
        retry=Retry(NoBackoff(), 1),
    )


def serve(settings: Settings) -> int:
    """Until SIGTERM or SIGINT. Raises ConfigError where the port is taken."""
    set_up_logging(settings, "web")
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    listener = _listener(settings.web_host, settings.web_port)
    address, port = listener.getsockname()[:2]
    if not is_loopback(settings.web_host) and settings.web_token is None:
        log.warning("open-gateway", host=settings.web_host, mend="set WIREBEAT_WEB_TOKEN: whoever reaches it reads it")
    app = create_app(settings, connect(str(settings.redis_url), settings.prefix))
    server = _Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=STOP_SECONDS,
            timeout_keep_alive=30,
            limit_concurrency=2000,
            h11_max_incomplete_event_size=16 * 1024,
        ),
        app.state.gateway,
    )
    # before uvicorn listens to signals, so that none is lost; when it is done it sends itself the signal once more,
    # which is to be no death by signal
    on_stop(server.handle_exit)
    shown = f"[{address}]" if ":" in address else address
    log.info("page", url=f"http://{shown}:{port}/")
    server.run(sockets=[listener])
    deaf_to_stops()
    return 0 if server.started or server.told_to_stop else 1


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, gateway: Gateway) -> None:
        super().__init__(config)
        self._gateway = gateway
        self.told_to_stop = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ending = asyncio.Event()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.told_to_stop = True
        self._gateway.close()
        super().handle_exit(sig, frame)
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._ending.set)

    async def main_loop(self) -> None:
        """Looks once a second, for the `Date` of its answers, instead of ten times whether it was told to stop."""
        self._loop = asyncio.get_running_loop()
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), 1.0)


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # with the protocol named, asyncio sends at once (TCP_NODELAY); without, answers wait up to 40 ms for an ACK
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as problem:
        listener.close()
        raise ConfigError(
            f"the page cannot be served on {host}:{port}: {problem.strerror}",
            mend="another program holds that port? Name another: --port, or WIREBEAT_WEB_PORT",
        ) from problem
    return listener
