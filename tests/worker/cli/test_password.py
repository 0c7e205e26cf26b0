"""A server with a password: what is missing or wrong is said so that it can be mended."""

from __future__ import annotations

import pytest
import redis

from tests.valkey import valkey

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def locked():
    """Its address, up to where user and password stand, and after."""
    with valkey() as server, redis.Redis.from_url(server.url) as admin:
        admin.config_set("requirepass", "s3cret")
        yield "unix://", f"{server.socket}?db=0"


MISSING = "", "the server asks for a password, and the URL holds none"
WRONG = ":wrong@", "the server does not know this user or password"


@pytest.mark.parametrize(
    ("command", "given"),
    [
        (("tail", "--no-follow"), WRONG),
        (("stats",), MISSING),
        (("check",), MISSING),
        (("check",), WRONG),
        (("top",), MISSING),
    ],
)
def test_a_password_that_is_missing_or_wrong_is_named_as_such(locked, wirebeat, monkeypatch, command, given):
    user, told = given
    monkeypatch.setenv("WIREBEAT_REDIS_URL", user.join(locked))

    done = wirebeat(*command)

    assert done.code == 69
    assert told in done.out + done.err
    assert "WIREBEAT_REDIS_URL" in done.out + done.err
    assert "HELLO" not in done.out + done.err


def test_with_the_password_it_works(locked, wirebeat, monkeypatch):
    monkeypatch.setenv("WIREBEAT_REDIS_URL", ":s3cret@".join(locked))

    assert wirebeat("stats").code == 0
