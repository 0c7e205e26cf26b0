"""How calls are carried to the server."""

from __future__ import annotations

import asyncio

from worker.ledger import AsyncStore, Ledger


def test_more_polls_may_fail_at_once_than_there_may_be_connections(valkey_url):
    async def ask(times: int) -> int:
        store, ledger = AsyncStore(valkey_url, "test"), Ledger()
        accounts = await asyncio.gather(*(store.do(ledger.account()) for _ in range(times)))
        await store.redis.aclose()
        return len(accounts)

    assert asyncio.run(ask(300)) == 300
