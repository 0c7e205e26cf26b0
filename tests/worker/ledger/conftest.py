"""A ledger with two feeds on a real server."""

from __future__ import annotations

import pytest

from tests.desk import Desk


@pytest.fixture
def desk(valkey_url):
    desk = Desk(valkey_url)
    desk.feeds("first", "second")
    yield desk
    desk.store.redis.close()
