from config.settings import load_settings
from config.sharding import shard_of, shard_prefix
from worker.shards import Shards

HOSTS = [f"paper{number}.example" for number in range(30)]


def test_a_host_leads_to_the_store_of_its_shard_and_ours_to_none():
    shards = Shards(load_settings(shards=3, shard=1), lambda prefix: [prefix])

    for host in HOSTS:
        found, owner = shards.elsewhere(host), shard_of(host, 3)
        assert found == (None if owner == 1 else [shard_prefix("news", owner, 3)])
    assert {shard_of(host, 3) for host in HOSTS} == {0, 1, 2}


def test_a_store_is_opened_once_and_only_when_it_is_needed():
    opened: list[str] = []
    shards = Shards(load_settings(shards=2, shard=0), lambda prefix: opened.append(prefix) or object())
    assert opened == []

    stores = {id(store) for host in HOSTS if (store := shards.elsewhere(host))}

    assert len(stores) == len(opened) == 1


def test_what_has_no_host_is_ours_and_a_single_shard_has_everything():
    assert Shards(load_settings(shards=3, shard=2), str).elsewhere("") is None
    assert all(Shards(load_settings(), str).elsewhere(host) is None for host in HOSTS)
