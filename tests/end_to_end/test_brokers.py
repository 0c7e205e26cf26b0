"""The store and the broker apart: wake-ups through RabbitMQ, or through a Redis beside a cluster."""

from __future__ import annotations

import json
import shutil
import signal
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from config.sharding import shard_of, shard_prefix
from tests.cluster import Node, cluster
from tests.rabbitmq import MISSING, end, installed, rabbitmq
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
def test_rabbitmq_carries_the_wake_ups_and_may_die(folder: Path, server: Valkey):
    with rabbitmq(folder) as broker, site(change_after_seconds=600.0) as news:
        node = broker.start()
        try:
            env = environment(
                news, redis_url=server.url, broker_url=broker.url, feeds=news.feeds_url, log_level="debug"
            )
            service = Service(folder, "run", *UNTIL_IDLE, env=env)
            service.until(lambda: records(server.url), "first record")
            assert not service.events("wake-failed")
            assert not service.events("broker-asked-in-vain")
            end(node, signal.SIGKILL)
            node = broker.start()
            assert service.wait() == 0, service.log[-3000:]
        finally:
            service.end()
            end(node)

    published_once(env, server.url, "news")
    assert not server.client().keys("news:celery:*")


def test_shards_on_a_cluster_share_the_feeds_and_publish_each_article_once(folder: Path):
    broker = Node(folder / "broker", cluster=False)
    with cluster(folder) as nodes, site(change_after_seconds=600.0) as news:
        try:
            broker.start()
            common = {
                "redis_url": nodes.url,
                "broker_url": f"redis://127.0.0.1:{broker.port}/0",
                "shards": "2",
                "spacy_model": "blank",
            }
            envs = [environment(news, feeds=news.feeds_url, shard=str(shard), **common) for shard in range(2)]
            # each once for its feeds, and the first once more for what the second handed over
            for env in (*envs, envs[0]):
                service = Service(folder, "run", *UNTIL_IDLE, env=env)
                assert service.wait() == 0, service.log[-3000:]
            accounts = [account_of(env) for env in envs]
            prefixes = [shard_prefix("news", shard, 2) for shard in range(2)]
            streams = [records(owner_url(nodes.url, prefix), f"{prefix}:articles") for prefix in prefixes]
        finally:
            broker.stop()

    ids = [fields["id"] for stream in streams for fields in stream]
    assert all(len(stream) > 3 for stream in streams)
    assert len(ids) == len(set(ids)) > 20
    assert [account["published"] for account in accounts] == [len(stream) for stream in streams]
    assert [account["balance"] for account in accounts] == [0, 0]
    for shard, stream in enumerate(streams):
        feeds = {json.loads(fields["data"])["url"] for fields in stream}
        assert {shard_of(urlsplit(url).hostname or "", 2) for url in feeds} == {shard}


def test_a_cluster_is_the_store_and_a_server_beside_it_the_broker_which_may_die(folder: Path):
    broker = Node(folder / "broker", cluster=False)
    with cluster(folder) as nodes, site(change_after_seconds=600.0) as news:
        try:
            broker.start()
            env = environment(
                news,
                redis_url=nodes.url,
                broker_url=f"redis://127.0.0.1:{broker.port}/0",
                prefix="{news}",
                feeds=news.feeds_url,
            )
            service = Service(folder, "run", *UNTIL_IDLE, env=env)
            store = owner_url(nodes.url, "{news}")
            service.until(lambda: records(store, "{news}:articles"), "first record")
            broker.stop()
            shutil.rmtree(broker.folder / "appendonlydir")  # and comes back without a memory
            time.sleep(1.5)
            broker.start()
            assert service.wait() == 0, service.log[-3000:]
            published_once(env, store, "{news}")
        finally:
            service.end()
            broker.stop()
