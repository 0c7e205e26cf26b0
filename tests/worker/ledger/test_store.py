"""How calls are carried to the server."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.patience import PATIENCE_SECONDS
from tests.valkey import valkey
from worker.ledger import AsyncStore, Ledger, StoreUnavailable, SyncStore


def test_more_polls_may_fail_at_once_than_there_may_be_connections(valkey_url):
    async def ask(times: int) -> int:
        store, ledger = AsyncStore(valkey_url, "test"), Ledger()
        accounts = await asyncio.gather(*(store.do(ledger.account()) for _ in range(times)))
        await store.redis.aclose()
        return len(accounts)

    assert asyncio.run(ask(300)) == 300


def snapshot(admin) -> str:
    """`ok` or `err`, when it is done."""
    admin.bgsave()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (told := admin.info("persistence"))["rdb_bgsave_in_progress"] and time.monotonic() < deadline:
        time.sleep(0.01)
    return str(told["rdb_last_bgsave_status"])


def test_a_server_that_cannot_write_to_its_disk_is_asked_again_later():
    async def ask(url: str) -> None:
        store = AsyncStore(url, "test")
        try:
            await store.do(Ledger().account())
        finally:
            await store.redis.aclose()

    with valkey() as server, server.client() as admin:
        store = SyncStore(server.url, "test")
        admin.config_set("save", "3600 1")
        in_the_way = server.folder / "dump.rdb"
        in_the_way.mkdir()
        assert snapshot(admin) == "err"

        with pytest.raises(StoreUnavailable, match="MISCONF"):
            store.do(Ledger().account())
        with pytest.raises(StoreUnavailable, match="MISCONF"):
            asyncio.run(ask(server.url))

        in_the_way.rmdir()
        assert snapshot(admin) == "ok"
        store.do(Ledger().account())
        asyncio.run(ask(server.url))
        store.redis.close()
