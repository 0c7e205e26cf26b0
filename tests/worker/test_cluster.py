import asyncio
from datetime import UTC, datetime
from shutil import which

import pytest
import redis

from config.settings import Settings
from config.sharding import shard_prefix, slot_of
from config.trouble import ConfigError
from tests.cluster import Cluster, certificate, cluster, replica
from worker.app import broker_url
from worker.cluster import Node, owner_url, plain_url
from worker.ledger import AsyncStore, Ledger, SyncStore
from worker.server import check_server

# nodes take a second or two to know one another
pytestmark = pytest.mark.slow
LATER = datetime(2100, 1, 1, tzinfo=UTC)
FEED = ("paper", '{"id":"paper"}', "paper.test", "http://paper.test/feed")


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    with cluster(tmp_path_factory.mktemp("three")) as nodes:
        yield nodes


@pytest.fixture
def clean(three: Cluster):
    yield three
    for node in three.nodes:
        node.client.flushall()


def sync(store: SyncStore) -> tuple[int, int]:
    return store.do(Ledger().sync_feeds("d", [FEED]))


def test_each_shard_is_kept_on_the_node_that_has_its_slot(clean: Cluster):
    stores = [SyncStore(clean.url, shard_prefix("news", shard, 3)) for shard in range(3)]

    assert [tuple(sync(store)) for store in stores] == [(1, 0)] * 3

    for shard, node in enumerate(clean.nodes):
        prefixes = {key.partition(":")[0] for key in node.client.scan_iter()}
        assert prefixes == {shard_prefix("news", shard, 3)}
    for store in stores:
        store.redis.close()


@pytest.fixture
def moved(clean: Cluster):
    """A call that moves the slot of the first shard to another node; afterwards it is back."""
    slot = slot_of(shard_prefix("news", 0, 3))
    first, _, third = clean.nodes
    yield lambda: clean.move(slot, third)
    clean.move(slot, first, source=third)


def test_a_slot_that_moved_is_followed_and_the_step_is_done_once(clean: Cluster, moved):
    prefix = shard_prefix("news", 0, 3)
    store, ledger = SyncStore(clean.url, prefix), Ledger()
    sync(store)
    (claim,) = store.do(ledger.claim_polls(1)).claims
    moved()

    assert store.do(ledger.poll_failed(claim, next_due=LATER, status="dns", error="dns")) is True

    assert store.redis.hget(f"{prefix}:feed:paper", "polls") == b"1"
    store.redis.close()


def test_a_slot_that_moved_is_followed_on_a_loop_and_in_pipelines_too(clean: Cluster, moved):
    prefix = shard_prefix("news", 0, 3)

    async def steps() -> tuple[bool, list[bytes]]:
        store, ledger = AsyncStore(clean.url, prefix), Ledger()
        await store.do(ledger.sync_feeds("d", [FEED]))
        (claim,) = (await store.do(ledger.claim_polls(1))).claims
        pipe = store.redis.pipeline(transaction=False)
        pipe.hget(f"{prefix}:feed:paper", "polls")
        await asyncio.to_thread(moved)
        held = await store.do(ledger.poll_failed(claim, next_due=LATER, status="dns", error="dns"))
        found = await pipe.execute()
        await store.redis.aclose()
        return held, found

    assert asyncio.run(steps()) == (True, [b"1"])


def test_the_password_of_the_url_opens_every_node(clean: Cluster):
    for node in clean.nodes:
        node.client.config_set("requirepass", "secret")
    try:
        url = clean.url.replace("//", "//:secret@")
        for shard, node in enumerate(clean.nodes):
            prefix = shard_prefix("news", shard, 3)
            store = SyncStore(url, prefix)
            assert tuple(sync(store)) == (1, 0)
            assert owner_url(url, prefix) == f"redis://:secret@127.0.0.1:{node.port}/0"
            store.redis.close()
    finally:
        for node in clean.nodes:
            node.client.connection_pool.disconnect()
            with redis.Redis(port=node.port, password="secret") as opened:
                opened.config_set("requirepass", "")


def test_the_node_that_holds_a_prefix_has_an_address_of_its_own(clean: Cluster):
    for shard, node in enumerate(clean.nodes):
        assert owner_url(clean.url, shard_prefix("news", shard, 3)) == f"redis://127.0.0.1:{node.port}/0"


@pytest.mark.skipif(
    not (which("redis-server") and which("openssl")), reason="it takes redis-server, built with TLS, and openssl"
)
def test_over_tls_too_each_node_is_found_and_its_certificate_checked(tmp_path):
    with cluster(tmp_path, tls=certificate(tmp_path)) as nodes:
        for shard in range(3):
            prefix = shard_prefix("news", shard, 3)
            store = SyncStore(nodes.url, prefix)
            assert tuple(sync(store)) == (1, 0)
            store.redis.close()
            assert asyncio.run(_due_async(nodes.url, prefix)) == 1
        unchecked = SyncStore(nodes.url.partition("?")[0], "{news}", retries=0)
        with pytest.raises(redis.ConnectionError, match="certificate"):
            sync(unchecked)


async def _due_async(url: str, prefix: str) -> int:
    store = AsyncStore(url, prefix)
    try:
        return (await store.do(Ledger().account())).due["poll"]
    finally:
        await store.redis.aclose()


def test_when_the_node_that_was_named_is_away_the_others_are_asked(tmp_path):
    with cluster(tmp_path) as nodes:
        store = SyncStore(nodes.url, shard_prefix("news", 2, 3))
        sync(store)
        nodes.nodes[0].stop()
        store.redis.connection_pool.disconnect()

        assert store.do(Ledger().account()).due["poll"] == 1
        store.redis.close()


def test_when_a_replica_takes_over_the_step_under_way_is_done_there(tmp_path):
    prefix = shard_prefix("news", 0, 3)
    with cluster(tmp_path, missed_after_ms=2000) as nodes, replica(nodes.nodes[0], tmp_path) as successor:
        store, ledger = SyncStore(nodes.url, prefix), Ledger()
        sync(store)
        (claim,) = store.do(ledger.claim_polls(1)).claims
        assert store.redis.execute_command("WAIT", 1, 5000) == 1
        nodes.nodes[0].stop()

        assert store.do(ledger.poll_failed(claim, next_due=LATER, status="dns", error="dns")) is True

        several = nodes.url.replace("/0", f",127.0.0.1:{nodes.nodes[1].port}/0")  # the first one named is dead
        assert owner_url(several, prefix) == f"redis://127.0.0.1:{successor.port}/0"
        assert successor.client.hget(f"{prefix}:feed:paper", "polls") == "1"
        store.redis.close()


def test_a_prefix_without_a_hash_tag_is_refused_on_a_cluster(clean: Cluster):
    with pytest.raises(ConfigError, match="must be on one node") as refused:
        check_server(clean.url, "news")
    assert "WIREBEAT_PREFIX={news}" in refused.value.mend


def test_a_cluster_named_as_a_single_server_is_refused(clean: Cluster):
    with pytest.raises(ConfigError, match="node of a cluster"):
        check_server(plain_url(clean.url), "{news}")


def test_a_cluster_is_checked_as_a_server_is(clean: Cluster):
    assert check_server(clean.url, "{news}").policy == "noeviction"


def test_a_cluster_is_no_broker():
    with pytest.raises(ConfigError, match="broker"):
        broker_url(Settings(redis_url="redis+cluster://127.0.0.1:7000", prefix="{news}"))


def test_a_cluster_that_is_away_is_a_server_that_is_away():
    with pytest.raises(redis.ConnectionError):
        check_server("redis+cluster://127.0.0.1:1/0", "{news}")


@pytest.mark.parametrize(
    ("url", "node", "plain"),
    [
        ("redis+cluster://a:1/0", None, "redis://a:1/0"),
        ("rediss+cluster://u:p@a:1/0?x=1", ("b", 2), "rediss://u:p@b:2/0?x=1"),
        ("redis+cluster://a:1", ("::1", 2), "redis://[::1]:2"),
        ("redis+cluster://u:p@a:1,b:2,c/0", None, "redis://u:p@a:1/0"),
        ("redis+cluster://u:p@a:1,b:2,c/0", ("d", 3), "redis://u:p@d:3/0"),
        ("unix:///run/s", None, "unix:///run/s"),
    ],
)
def test_a_cluster_has_a_plain_address_for_each_of_its_nodes(url: str, node, plain: str):
    assert plain_url(url, Node(*node) if node else None) == plain
