"""Servers of the tests' own, on a loop beside the test."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from typing import TypeVar

from aiohttp import web

from tests.patience import PATIENCE_SECONDS

T = TypeVar("T")


@contextmanager
def beside(context: AbstractAsyncContextManager[T]) -> Iterator[T]:
    """`context` on a loop of its own, for the length of the block."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def done(coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result(PATIENCE_SECONDS)

    try:
        opened = done(context.__aenter__())
        try:
            yield opened
        finally:
            done(context.__aexit__(None, None, None))
            done(_cancelled())
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE_SECONDS)
        loop.close()


async def _cancelled() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@asynccontextmanager
async def served(application: web.Application, addresses: Sequence[str]) -> AsyncIterator[int]:
    """Yields the port, which is the same at all addresses."""
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    try:
        listening = listeners(addresses)
        for one in listening:
            await web.SockSite(runner, one).start()
        yield listening[0].getsockname()[1]
    finally:
        await runner.cleanup()


def listeners(addresses: Sequence[str], tries: int = 20) -> list[socket.socket]:
    """All on one port, which must be free at each address."""
    for _ in range(tries):
        opened = [socket.create_server((addresses[0], 0))]
        with suppress(OSError):
            for address in addresses[1:]:
                opened.append(socket.create_server((address, opened[0].getsockname()[1])))
            return opened
        for one in opened:
            one.close()
    raise AssertionError(f"no port that is free at all of {addresses}")
