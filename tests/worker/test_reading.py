"""The drain of articles over a real store: faults cost the article at fault, a store that is away costs none."""

from __future__ import annotations

import pytest
import redis

from config.settings import Settings
from tasks.reasons import Failed
from tests.desk import Desk, entry
from worker.reading import ArticleReader
from worker.warden import Slots


@pytest.fixture
def desk(valkey_url):
    desk = Desk(valkey_url)
    desk.feeds("first")
    desk.poll(*(entry(number) for number in range(6)))
    desk.fetch_all()
    yield desk
    desk.store.redis.close()


@pytest.fixture
def reader(valkey_url, desk):
    reader = ArticleReader(Settings(redis_url=valkey_url, prefix="test"), None, Slots(2))
    reader.by = "host/1/2/x"
    reader.slots.take(reader.by)
    yield reader
    reader.store.redis.close()


def publishing(desk: Desk, trouble: dict[str, Exception], attempts: dict[str, int] | None = None):
    """Work that publishes, but for titles with `trouble`, which happens once."""

    def work(_ports, claim, following):
        if attempts is not None:
            attempts[claim.entry.title] = claim.attempt
        if error := trouble.pop(claim.entry.title, None):
            raise error
        desk.publish(claim, body=claim.entry.title, following=following)

    return work


def test_what_is_due_is_read_and_the_slot_is_free_afterwards(desk: Desk, reader: ArticleReader):
    reader.drain(publishing(desk, {}))

    assert desk.account().published == 6
    assert [slot.started for slot in reader.slots] == [0.0, 0.0]


def test_how_long_each_article_took_is_told_at_the_end_of_a_drain(desk: Desk, reader: ArticleReader):
    reader.drain(publishing(desk, {"Harbour opens, part 2": ValueError("odd")}))

    times = {name.decode(): int(count) for name, count in desk.store.redis.hgetall("test:stage_times").items()}
    assert sum(count for name, count in times.items() if name != "enrich:sum_us") == 6
    assert 0 < times["enrich:sum_us"] < 60_000_000


@pytest.mark.parametrize(
    ("error", "reason", "detail"),
    [
        (ValueError("odd"), "error", "ValueError: odd"),
        (MemoryError(), "resource-limit", "out of memory"),
        (RecursionError("deep"), "error", "RecursionError: deep"),
    ],
)
def test_a_fault_ends_its_article_with_a_reason_and_the_others_go_on(desk, reader, error, reason, detail):
    reader.drain(publishing(desk, {"Harbour opens, part 2": error}))

    assert desk.account().published == 5
    ((_, letter),) = desk.stream("dead")
    assert (letter[b"reason"].decode(), letter[b"detail"].decode()) == (reason, detail)
    assert b"part 2" in letter[b"entry"]


def test_a_store_that_goes_away_costs_no_article_a_try(desk: Desk, reader: ArticleReader):
    away = {f"Harbour opens, part {number}": redis.exceptions.ConnectionError("away") for number in (1, 4)}
    attempts: dict[str, int] = {}
    work = publishing(desk, away, attempts)

    for _ in range(3):
        reader.drain(work)

    assert desk.account().published == 6
    assert desk.account().dead == {}
    assert set(attempts.values()) == {1}


def test_a_store_that_is_full_costs_no_article_a_try(desk: Desk, reader: ArticleReader):
    full = {"Harbour opens, part 3": redis.exceptions.OutOfMemoryError("used memory > 'maxmemory'")}
    attempts: dict[str, int] = {}
    work = publishing(desk, full, attempts)

    reader.drain(work)
    reader.drain(work)

    assert desk.account().published == 6
    assert set(attempts.values()) == {1}


def test_a_stop_gives_back_what_was_not_begun(desk: Desk, reader: ArticleReader):
    def work(_ports, claim, following):
        desk.publish(claim, body=claim.entry.title, following=following)
        reader.slots.stop()

    reader.drain(work)

    assert desk.account().published == 1
    desk.ledger.now = None
    assert len(desk.claim("enrich")) == 5


def test_what_work_refuses_by_name_is_its_own_to_tell(desk: Desk, reader: ArticleReader):
    """`read_article` tells the ledger of a Failed itself; one that comes through is a fault of ours."""
    reader.drain(publishing(desk, {"Harbour opens, part 5": Failed("no-content", "nothing")}))

    assert desk.account().dead == {"error": 1}
