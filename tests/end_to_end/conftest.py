"""A server of its own for each end-to-end test, in a folder with a short path."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.valkey import Valkey


@pytest.fixture
def server(folder: Path):
    server = Valkey(folder)
    server.start()
    yield server
    server.stop()
