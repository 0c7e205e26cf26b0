"""A real server for the ledger."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.desk import Desk
from tests.valkey import Valkey, short_folder


@pytest.fixture(scope="session")
def valkey_url():
    with short_folder() as folder:
        server = Valkey(Path(folder))
        server.start()
        yield server.url
        server.stop()


@pytest.fixture
def desk(valkey_url) -> Desk:
    desk = Desk(valkey_url)
    desk.feeds("first", "second")
    return desk
