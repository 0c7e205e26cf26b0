"""The bundled site, up for one test, and a way to ask it."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from worker.demo.site import DemoSite, serve

STARTED = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def visit():
    """Runs a coroutine function with the site and an HTTP session."""

    def run(visitor: Callable[[DemoSite, aiohttp.ClientSession], Coroutine[Any, Any, Any]], **options: Any) -> Any:
        async def stay() -> Any:
            async with serve(started=STARTED, **options) as site, aiohttp.ClientSession() as session:
                return await visitor(site, session)

        return asyncio.run(stay())

    return run
