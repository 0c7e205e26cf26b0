"""What every test shares."""

import signal
from pathlib import Path

import pytest
from hypothesis import settings

from tests.valkey import Valkey, short_folder

settings.register_profile("fuzz", max_examples=500, deadline=None)

# a shell that starts the tests in the background has SIGINT ignored, and what they start would inherit that
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def valkey_url():
    """One real server for all tests that use it, each of which empties it first."""
    with short_folder() as folder:
        server = Valkey(Path(folder))
        server.start()
        yield server.url
        server.stop()
