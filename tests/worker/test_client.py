"""The stream's readers against a real server: quiet streams, lost connections, trimming, poison."""

from __future__ import annotations

import ast
import itertools
import random
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis

from tests import newsroom
from tests.patience import until
from tests.valkey import valkey
from worker.client import GroupReader, Reader

STREAM = "news:articles"
RECORDS = [newsroom.stream_fields(record) for record in newsroom.records(400, now=datetime(2026, 11, 23, tzinfo=UTC))]


@pytest.fixture(scope="module")
def server():
    with valkey() as running:
        yield running


@pytest.fixture
def db(server):
    client = server.client()
    client.flushall()
    yield client
    while STARTED:
        STARTED.pop().join(20)
    client.close()


def publish(db, *numbers):
    return [db.xadd(STREAM, RECORDS[number]) for number in numbers]


def group(server, name="ours", consumer="one", **more):
    more.setdefault("follow", False)
    return GroupReader(server.url, STREAM, group=name, consumer=consumer, **more)


def take(reader, count):
    return list(itertools.islice(reader, count))


#: What still runs when a test has what it waited for: joined before its connection is closed.
STARTED: list[threading.Thread] = []


def in_background(work):
    thread = threading.Thread(target=work, daemon=True)
    STARTED.append(thread)
    thread.start()
    return thread


def until_a_reader_waits(db):
    until(lambda: db.info("clients")["blocked_clients"], "reader that waits")


def test_the_client_needs_nothing_but_redis_and_the_standard_library():
    for file in (Path(__file__).parents[2] / "worker" / "client").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            for name in names:
                assert name.partition(".")[0] in sys.stdlib_module_names | {"redis"}, f"{file.name}: {name}"


def test_everything_kept_is_read_in_order(server, db):
    ids = publish(db, *range(250))
    entries = list(Reader(server.url, since="0", follow=False))
    assert [entry.id for entry in entries] == ids
    assert entries[0].record["title"] == RECORDS[0]["title"]


def test_reading_goes_on_from_an_id_from_a_time_and_from_milliseconds(server, db):
    for millisecond in (1000, 2000, 3000):
        db.xadd(STREAM, RECORDS[millisecond // 1000], id=f"{millisecond}-0")

    def read(since):
        return [entry.id for entry in Reader(server.url, since=since, follow=False)]

    assert read("1000-0") == ["2000-0", "3000-0"]
    assert read(2000) == ["2000-0", "3000-0"]
    assert read("2000") == ["2000-0", "3000-0"]
    assert read(datetime.fromtimestamp(2, tz=UTC)) == ["2000-0", "3000-0"]


def test_only_what_is_new_comes_after_a_quiet_time(server, db):
    publish(db, 0, 1)
    reader = Reader(server.url)
    in_background(lambda: (until_a_reader_waits(db), publish(db, 2)))
    assert [entry.fields["id"] for entry in take(reader, 1)] == [RECORDS[2]["id"]]


def test_a_stream_that_does_not_exist_yet_is_waited_for(server, db):
    reader = Reader(server.url)
    in_background(lambda: (until_a_reader_waits(db), publish(db, 2)))
    assert len(take(reader, 1)) == 1
    assert reader.lost == 0


def test_the_same_record_twice_is_handed_out_once(server, db):
    publish(db, 0, 1, 0, 1, 2)
    assert len(list(Reader(server.url, since="0", follow=False))) == 3


def test_a_new_version_is_not_a_repetition(server, db):
    publish(db, 0)
    db.xadd(STREAM, RECORDS[0] | {"version": "2"})
    assert [entry.fields["version"] for entry in Reader(server.url, since="0", follow=False)] == ["1", "2"]


def test_what_was_trimmed_before_it_was_read_is_counted(server, db):
    publish(db, *range(200))
    reader = Reader(server.url, since="0")
    reading = iter(reader)
    read = [next(reading) for _ in range(100)]
    db.xtrim(STREAM, maxlen=30, approximate=False)
    publish(db, 200)
    rest = [next(reading) for _ in range(31)]
    assert len({entry.id for entry in read + rest}) == 131
    assert reader.lost == 70
    assert not reader.truncated


def test_what_was_gone_before_reading_began_is_not_lost(server, db):
    publish(db, *range(20))
    db.xtrim(STREAM, maxlen=5, approximate=False)
    reader = Reader(server.url, since="0", follow=False)
    assert len(list(reader)) == 5
    assert (reader.lost, reader.truncated) == (0, False)


def test_a_reader_that_comes_back_too_late_is_told(server, db):
    first = publish(db, *range(20))[3]
    db.xtrim(STREAM, maxlen=5, approximate=False)
    reader = Reader(server.url, since=first, follow=False)
    assert len(list(reader)) == 5
    assert reader.truncated


def shuffled(db, seed, read):
    """Adds, trims and reads in a random order; `read(n)` reads up to n entries, or all for None. → entries added."""
    rng, added = random.Random(seed), 0
    read(None)  # what was trimmed before reading began is nobody's loss
    for _ in range(60):
        match rng.choice(("add", "add", "trim", "some", "all")):
            case "add":
                for _ in range(rng.randint(1, 40)):
                    # one record a rank, so that none is taken for a repetition
                    db.xadd(STREAM, RECORDS[0] | {"version": str(1000 + added)})
                    added += 1
            case "trim":
                db.xtrim(STREAM, maxlen=rng.randint(0, 60), approximate=False)
            case "some":
                read(rng.randint(1, 30))
            case "all":
                read(None)
    db.xadd(STREAM, RECORDS[0] | {"version": str(1000 + added)})
    read(None)
    return added + 1


@pytest.mark.parametrize("seed", range(12))
def test_every_entry_is_read_or_counted_as_lost(server, db, seed):
    publish(db, 1)
    reader, read = Reader(server.url, since="0", follow=False), []
    added = shuffled(db, seed, lambda n: read.extend(entry.key for entry in itertools.islice(reader, n)))
    assert len(read) == len(set(read))
    assert len(read) + reader.lost == added + 1


@pytest.mark.parametrize("seed", range(12))
def test_every_entry_is_read_by_the_group_or_counted_as_lost(server, db, seed):
    publish(db, 1)
    reader, read = group(server, max_deliveries=1000), []
    added = shuffled(db, seed, lambda n: read.extend(entry.key for entry in itertools.islice(reader, n)))
    # what was handed out last when reading broke off is not acknowledged: it comes again, or is trimmed and lost, too
    broken_off = 60
    assert added + 1 <= len(set(read)) + reader.lost <= added + 1 + broken_off
    assert db.xpending(STREAM, "ours")["pending"] == 0


def test_a_lost_server_is_waited_for_and_nothing_is_missed():
    with valkey() as store:
        publish(store.client(), 0)
        reader = Reader(store.url, since="0")
        reading = iter(reader)
        assert next(reading).fields["id"] == RECORDS[0]["id"]

        def restart():
            store.stop()
            store.start()
            publish(store.client(), 1)

        thread = in_background(restart)
        assert next(reading).fields["id"] == RECORDS[1]["id"]
        thread.join()
        assert reader.lost == 0


def test_a_group_reads_each_record_once(server, db):
    ids = publish(db, *range(150))
    first, second = group(server, consumer="one"), group(server, consumer="two")
    reading = iter(first)
    taken = [next(reading).id for _ in range(10)]
    taken += [entry.id for entry in second]
    taken += [entry.id for entry in reading]
    assert sorted(taken) == sorted(ids)
    assert db.xpending(STREAM, "ours")["pending"] == 0


def test_a_group_made_for_what_is_new_starts_there(server, db):
    publish(db, 0, 1)
    reader = group(server, since="$")
    assert list(reader) == []
    publish(db, 2)
    assert [entry.fields["id"] for entry in reader] == [RECORDS[2]["id"]]


def test_a_group_waits_for_a_stream_and_through_silence(server, db):
    reader = group(server, follow=True)
    in_background(lambda: (until_a_reader_waits(db), publish(db, 0)))
    assert len(take(reader, 1)) == 1


def test_what_the_loop_did_not_finish_comes_first_next_time(server, db):
    ids = publish(db, 0, 1, 2)
    reader = group(server)

    def fail(entry):
        raise ArithmeticError(entry.id)

    with pytest.raises(ArithmeticError):
        list(map(fail, reader))
    assert [entry.id for entry in reader] == ids
    assert db.xpending(STREAM, "ours")["pending"] == 0


def test_an_entry_acknowledged_early_does_not_come_again(server, db):
    ids = publish(db, 0, 1)
    reader = group(server)
    reader.ack(next(iter(reader)))
    assert [entry.id for entry in group(server)] == ids[1:]


def test_poison_is_given_up_after_its_tries_and_its_neighbours_are_not(server, db):
    ids = publish(db, 0, 1, 2)
    poison: list[str] = []
    handled: list[str] = []
    tries = 0
    for _ in range(10):
        # a new reader each time, as after a crash
        reader = group(server, max_deliveries=3, on_poison=lambda entry: poison.append(entry.id))
        try:
            for entry in reader:
                if entry.id == ids[1]:
                    tries += 1
                    raise MemoryError  # noqa: TRY301  (the crash)
                handled.append(entry.id)
        except MemoryError:
            continue
        break
    assert handled == [ids[0], ids[2]]
    assert poison == [ids[1]]
    assert (tries, reader.poisoned) == (3, 1)
    assert db.xpending(STREAM, "ours")["pending"] == 0


def test_what_a_dead_consumer_left_is_taken_over(server, db):
    ids = publish(db, 0, 1, 2)
    next(iter(group(server, consumer="dead")))
    time.sleep(0.02)
    assert [entry.id for entry in group(server, consumer="alive", idle_seconds=0.01)] == ids


def test_what_a_living_consumer_holds_is_left_alone(server, db):
    publish(db, 0, 1, 2)
    next(iter(group(server, consumer="slow")))
    assert list(group(server, consumer="other", idle_seconds=60)) == []


def test_a_group_that_was_trimmed_past_is_told_how_many_it_lost(server, db):
    publish(db, *range(5))
    reader = group(server)
    assert len(list(reader)) == 5
    publish(db, *range(5, 105))
    db.xtrim(STREAM, maxlen=20, approximate=False)
    assert len(list(reader)) == 20
    assert reader.lost == 80
    publish(db, *range(105, 150))
    db.xtrim(STREAM, maxlen=10, approximate=False)
    assert len(list(reader)) == 10
    assert reader.lost == 80 + 35


def test_a_group_started_after_a_trim_lost_nothing(server, db):
    publish(db, *range(50))
    db.xtrim(STREAM, maxlen=20, approximate=False)
    reader = group(server)
    assert len(list(reader)) == 20
    assert reader.lost == 0


def test_pending_entries_that_were_trimmed_are_lost(server, db):
    publish(db, *range(10))
    reader = group(server)
    next(iter(reader))
    db.xtrim(STREAM, maxlen=4, approximate=False)
    assert len(list(reader)) == 4
    assert reader.lost == 6
    assert db.xpending(STREAM, "ours")["pending"] == 0


def test_a_group_that_the_server_forgot_is_made_again(server, db):
    publish(db, 0)
    reader = group(server)
    assert len(list(reader)) == 1
    db.xgroup_destroy(STREAM, "ours")
    publish(db, 1)
    assert [entry.fields["id"] for entry in reader] == [RECORDS[1]["id"]], "and what it had handled is not repeated"


def test_a_reader_with_few_rights_can_read_and_keep_a_group(server, db):
    publish(db, 0, 1)
    db.acl_setuser(
        "dashboard", enabled=True, nopass=True, keys=["news:*"], reset=True,
        categories=["+@read", "+@connection"],
        commands=["+xreadgroup", "+xack", "+xautoclaim", "+xgroup|create"],
    )  # fmt: skip
    url = f"unix://dashboard:x@{server.socket}"
    assert len(list(Reader(url, since="0", follow=False))) == 2
    assert len(list(GroupReader(url, group="few", consumer="one", follow=False))) == 2
    with pytest.raises(redis.exceptions.NoPermissionError):
        redis.Redis.from_url(url).xadd(STREAM, {"a": "b"})


@pytest.mark.slow
def test_a_stream_quiet_for_longer_than_the_socket_timeout_is_no_error(server, db):
    reader = Reader(server.url)
    in_background(lambda: (until_a_reader_waits(db), time.sleep(7), publish(db, 0)))
    assert len(take(reader, 1)) == 1
