from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.crc import key_slot

from config.settings import load_settings
from config.sharding import SLOTS, shard_of, shard_prefix, slot_of
from config.trouble import ConfigError


@given(st.text(max_size=40).map(lambda text: text.replace("#", "{").replace("%", "}")))
def test_a_slot_is_counted_as_the_cluster_counts_it(key: str):
    assert slot_of(key) == key_slot(key.encode())


@pytest.mark.parametrize("shards", [2, 3, 4, 6, 8, 12, 16, 24, 64])
def test_the_shards_lie_evenly_over_the_slots(shards: int):
    slots = [slot_of(shard_prefix("news", shard, shards) + ":articles") for shard in range(shards)]

    assert [slot * shards // SLOTS for slot in slots] == list(range(shards))


@given(st.from_regex(r"[A-Za-z0-9_.-]{1,40}", fullmatch=True), st.integers(2, 40), st.data())
def test_the_prefix_of_any_shard_leads_to_that_of_every_other(prefix: str, shards: int, data: st.DataObject):
    one, other = (data.draw(st.integers(0, shards - 1)) for _ in range(2))

    from_one = shard_prefix(shard_prefix(prefix, one, shards), other, shards)

    assert from_one == shard_prefix(prefix, other, shards)
    assert one == other or from_one != shard_prefix(prefix, one, shards)


def test_one_shard_leaves_the_prefix_alone():
    assert shard_prefix("news", 0, 1) == "news"
    assert shard_prefix("{news}", 0, 1) == "{news}"


def test_hosts_are_divided_evenly_and_always_the_same_way():
    counted = Counter(shard_of(f"paper{number}.example", 4) for number in range(4000))

    assert all(900 < count < 1100 for count in counted.values())
    assert shard_of("paper.example", 4) == shard_of("www.paper.example", 4) == shard_of("WWW.Paper.Example", 4)
    # what is stored goes by it: another division of the hosts would be a loss of memory
    assert [shard_of(f"paper{number}.example", 16) for number in range(8)] == [11, 8, 8, 15, 7, 10, 7, 10]


def test_a_process_has_the_prefix_of_its_shard():
    settings = load_settings(shards=3, shard=1)

    assert settings.prefix == shard_prefix("news", 1, 3) != "news"
    assert load_settings(**settings.model_dump()).prefix == settings.prefix


def test_a_shard_that_there_is_not_is_refused():
    with pytest.raises(ConfigError, match="there are 3 shards, the last is 2"):
        load_settings(shards=3, shard=3)
