"""Several hosts on one server: roles without a supervisor in common, one of them joining and one leaving under load."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.service import Service, account_of, environment, records, site
from tests.valkey import Valkey

pytestmark = pytest.mark.slow


def test_a_host_joins_and_another_leaves_while_there_is_work(folder: Path, server: Valkey):
    with site(change_after_seconds=600.0) as news:
        # a turn at a host each 3 s: there is work for as long as hosts come and go
        env = environment(news, redis_url=server.url, feeds=news.opml_url, host_interval="3", spacy_model="blank")
        clock = Service(folder, "beat", env=env)
        first = [Service(folder, "worker", role, env=env) for role in ("gather", "enrich")]
        second: list[Service] = []
        try:
            clock.until(lambda: len(records(server.url)) >= 1, "records of the first host")
            second = [Service(folder, "worker", role, env=env) for role in ("gather", "enrich")]
            both = {"gather": 2, "enrich": 2}
            clock.until(lambda: {role: n for role, n in roles(server).items() if role in both} == both, "second host")
            assert pending(server) > 3
            before = len(records(server.url))
            codes = [role.stop() for role in first]
            clock.until(lambda: pending(server) == 0 and len(records(server.url)) > before, "end of the work")
        finally:
            for role in (clock, *first, *second):
                role.end()
        account = account_of(env)

    ids = Counter(fields["id"] for fields in records(server.url))
    assert codes == [0, 0]
    assert account["balance"] == 0
    assert account["published"] == len(ids) > 20
    assert set(ids.values()) == {1}
    assert set(account["dead"]) <= {"robots", "gone"}
    assert all(count == 1 for (_, path, status), count in news.answered.items() if status == 200 and ".html" in path)


def roles(server: Valkey) -> Counter[str]:
    """role → processes that have told of themselves."""
    with server.client() as client:
        return Counter(json.loads(told)["role"] for told in client.hvals("news:heartbeat"))


def pending(server: Valkey) -> int:
    with server.client() as client:
        return sum(client.zcard(f"news:pending:{stage}") for stage in ("fetch", "enrich"))
