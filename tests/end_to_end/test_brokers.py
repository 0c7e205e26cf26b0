"""The store and the broker apart: wake-ups through RabbitMQ, or through a Redis beside a cluster."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cluster import Node, cluster
from tests.rabbitmq import MISSING, installed, rabbitmq
from tests.service import Service, account_of, environment, records, site
from tests.valkey import Valkey
from worker.cluster import owner_url

pytestmark = pytest.mark.slow
UNTIL_IDLE = ("--until-idle", "--no-web")


def published_once(env: dict[str, str], url: str, prefix: str) -> None:
    account = account_of(env)
    ids = [fields["id"] for fields in records(url, f"{prefix}:articles")]
    assert account["balance"] == 0
    assert account["published"] == len(ids) == len(set(ids)) > 20
    assert set(account["dead"]) <= {"robots", "gone"}


@pytest.mark.skipif(not installed(), reason=MISSING)
def test_rabbitmq_carries_the_wake_ups(folder: Path, server: Valkey):
    with rabbitmq(folder) as broker, site(change_after_seconds=600.0) as news:
        env = environment(news, redis_url=server.url, broker_url=broker, feeds=news.opml_url, log_level="debug")
        service = Service(folder, "run", *UNTIL_IDLE, env=env)
        assert service.wait() == 0, service.log[-3000:]

    published_once(env, server.url, "news")
    assert not service.events("wake-failed")
    assert not service.events("broker-asked-in-vain")
    assert not server.client().keys("news:celery:*")


def test_a_cluster_is_the_store_and_a_server_beside_it_the_broker(folder: Path):
    broker = Node(folder / "broker", cluster=False)
    with cluster(folder) as nodes, site(change_after_seconds=600.0) as news:
        try:
            broker.start()
            env = environment(
                news,
                redis_url=nodes.url,
                broker_url=f"redis://127.0.0.1:{broker.port}/0",
                prefix="{news}",
                feeds=news.opml_url,
            )
            service = Service(folder, "run", *UNTIL_IDLE, env=env)
            assert service.wait() == 0, service.log[-3000:]
            published_once(env, owner_url(nodes.url, "{news}"), "{news}")
        finally:
            broker.stop()
