"""What a server refuses is followed by what to do about it, as each kind is refused by a real one."""

from __future__ import annotations

import pytest
import redis

from tests.valkey import valkey
from worker.cli.failure import of_server


@pytest.fixture
def server():
    with valkey() as running, redis.Redis.from_url(running.url) as client:
        yield client


def refusal(client: redis.Redis, *command: str) -> tuple[str, str]:
    with pytest.raises(redis.RedisError) as refused:
        client.execute_command(*command)
    return of_server(refused.value)


def test_a_full_memory_wants_more_of_it(server):
    server.config_set("maxmemory", "1")

    assert "maxmemory" in refusal(server, "SET", "a", "b")[1]


def test_a_replica_wants_the_server_that_it_copies(server):
    server.config_set("replica-serve-stale-data", "yes")
    server.execute_command("REPLICAOF", "127.0.0.1", "1")

    assert "replica of" in refusal(server, "SET", "a", "b")[1]


def test_a_key_of_another_kind_wants_another_name(server):
    server.set("a", "b")

    assert "another name or prefix" in refusal(server, "XADD", "a", "*", "b", "c")[1]


def test_a_user_without_rights_wants_them(server):
    server.execute_command("ACL", "SETUSER", "guest", "on", "nopass", "+auth", "+client", "+hello")
    server.execute_command("AUTH", "guest", "any")

    said, mend = refusal(server, "SET", "a", "b")

    assert "the server refused" in said
    assert "needs all rights" in mend


def test_a_full_disk_wants_room():
    # as a server says it whose append-only file is on a full disk
    refused = redis.ResponseError("MISCONF Errors writing to the AOF file: No space left on device")

    said, mend = of_server(refused)

    assert "No space left on device" in said
    assert "make room" in mend
    assert "rights" not in mend


def test_an_unknown_refusal_is_told_as_it_is(server):
    said, mend = refusal(server, "NOSUCH")

    assert "NOSUCH" in said
    assert "log" in mend
