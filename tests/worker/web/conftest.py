"""Servers and a gateway for the tests of this folder."""

from __future__ import annotations

import pytest

from tests.gateway import RECORDS, publish, running
from tests.valkey import valkey as running_valkey


@pytest.fixture(scope="module")
def valkey():
    with running_valkey() as server:
        yield server


@pytest.fixture(scope="module")
def filled(valkey):
    """The stream with the made-up records; their entry ids."""
    client = valkey.client()
    client.flushall()
    ids = publish(client, RECORDS)
    client.close()
    return ids


@pytest.fixture(scope="module")
def second_valkey():
    with running_valkey() as server:
        yield server


@pytest.fixture
def scratch(second_valkey):
    """A server whose stream a test may change; empty."""
    client = second_valkey.client()
    client.flushall()
    client.close()
    return second_valkey


@pytest.fixture(scope="module")
def gateway(valkey, filled):
    with running(valkey) as web:
        web.wait_for(len(filled))
        yield web
