"""What every test shares."""

import gc
import signal
from pathlib import Path

import pytest
import redis
from hypothesis import HealthCheck, settings

from tests.desk import Desk
from tests.valkey import short_folder, valkey

# No clock: a machine that looks away for 0.2 s is no failure. What fixtures hold between examples, tests empty.
UNHURRIED = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
}
# The same examples each time: what fails is the change, not the draw. `make fuzz` draws new ones.
settings.register_profile("same", derandomize=True, **UNHURRIED)
settings.register_profile("fuzz", max_examples=500, derandomize=False, **UNHURRIED)
settings.load_profile("same")

# while modules are imported nothing is thrown away: half of the time of collecting tests went into looking for garbage
gc.disable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Those that take longest first: what is begun last is what all others wait for."""
    items.sort(key=lambda item: not {"chaos", "end_to_end"} & {*item.path.parts})


def pytest_collection_finish():
    gc.enable()
    gc.freeze()


# a shell that starts the tests in the background has SIGINT ignored, and what they start would inherit that
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def valkey_url():
    """One real server for all tests that use it, each of which empties it first."""
    with valkey() as server:
        yield server.url


@pytest.fixture
def db(valkey_url):
    """A client of that server, which is empty."""
    with redis.Redis.from_url(valkey_url, decode_responses=True) as client:
        client.flushall()
        yield client


@pytest.fixture
def desk(valkey_url):
    """The ledger of two feeds on that server."""
    desk = Desk(valkey_url)
    desk.feeds("first", "second")
    yield desk
    desk.store.redis.close()


@pytest.fixture
def folder():
    with short_folder() as path:
        yield Path(path)
