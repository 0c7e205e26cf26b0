"""What the ledger remembers of an entry when it has left its feed, how long, and what it takes up."""

from __future__ import annotations

import hashlib
import math
import struct
from datetime import timedelta

import pytest

from tasks.identity import alias, article_id, fingerprint
from tasks.ports import Polled, Publication, Sighting, Validators
from tasks.publish import content_hash
from tests.desk import START, Desk, entry
from worker.ledger import milliseconds, owner_of

DAY = 86_400
#: more than details are kept, less than an entry is known
WEEKS = 30 * DAY
PAGE_ADDRESS = "art_" + "ab" * 12
FLOOD = 4200


def through(desk: Desk, **how) -> list[tuple[str, int]]:
    """Everything that is pending, to its end: (end, version)."""
    desk.fetch_all()
    ends = []
    while claims := desk.claim("enrich"):
        ends += [(desk.publish(claim, **how)[0], claim.version + 1) for claim in claims]
    return ends


def published(desk: Desk, *entries, **how) -> list[tuple[str, int]]:
    desk.poll(*entries)
    return through(desk, **how)


def versions(desk: Desk) -> list[int]:
    return [int(fields[b"version"]) for _, fields in desk.stream()]


def to_the_turn(desk: Desk, *, seconds: float) -> None:
    """To so many seconds after the next generation of 30 days begins, which is one of 2 days as well."""
    month = 30 * DAY * 1000
    turn = (milliseconds(START) // month + 1) * month
    desk.later((turn - milliseconds(START)) / 1000 + seconds)


def encodings(desk: Desk) -> set[bytes]:
    return {desk.store.redis.object("encoding", key) for key in desk.keys("shown:*") + desk.keys("known:*")}


# what is forgotten, and what is not


def test_an_entry_that_comes_back_after_weeks_is_known_as_it_is_now(desk: Desk):
    published(desk, entry(1))
    desk.later(WEEKS)

    assert desk.poll(entry(1, title="Harbour opens late")).known == 1
    desk.later(61)
    assert desk.poll(entry(1, title="Harbour opens late")).known == 1
    assert versions(desk) == [1]


@pytest.mark.parametrize("before", [1, 2, 5])
def test_the_change_after_that_is_the_version_after_all_that_were_published(desk: Desk, before: int):
    for number in range(before):
        published(desk, entry(1, title=f"Harbour {number}"), body=f"Body {number}")
        desk.later(61)
    desk.later(WEEKS)
    desk.poll(entry(1, title="Harbour, weeks later"))
    desk.later(61)

    assert desk.poll(entry(1, title="Harbour, weeks later and changed")).changed == 1
    desk.fetch_all()
    (claim,) = desk.claim("enrich")

    assert (claim.version, claim.content_hash) == (before, None)
    desk.publish(claim)
    assert versions(desk) == list(range(1, before + 2))


def test_a_change_within_the_days_of_the_details_is_noticed(desk: Desk):
    published(desk, entry(1))
    desk.later(7 * DAY)

    assert desk.poll(entry(1, title="Harbour opens late")).changed == 1
    desk.fetch_all()
    assert desk.claim("enrich")[0].content_hash == content_hash("Title", "Body")


def test_an_entry_that_came_to_nothing_is_known_and_its_change_is_a_first_version(desk: Desk):
    desk.poll(entry(1))
    (claim,) = desk.claim("fetch")
    desk.store.do(desk.ledger.fail(claim, "fetch", "gone", "", retry_at=None))
    desk.later(WEEKS)
    assert desk.poll(entry(1)).known == 1
    desk.later(61)

    desk.poll(entry(1, title="Harbour opens late"))

    assert through(desk) == [("published", 1)]


def test_within_the_days_of_the_details_a_guid_leads_to_its_article(desk: Desk):
    published(desk, entry(1))
    desk.later(5 * DAY)
    published(desk, entry(2))
    desk.later(61)

    assert desk.poll(entry(1, url="http://paper.test/article-1?visit=889", title="Harbour opens late")).changed == 1
    assert desk.claim("fetch")[0].id == article_id(entry(1))


def test_an_old_guid_under_a_new_link_is_known_after_weeks(desk: Desk):
    published(desk, entry(1))
    desk.later(WEEKS)
    moved = entry(1, url="http://paper.test/article-1?visit=889")

    assert desk.poll(moved).known == 1
    desk.later(WEEKS)
    assert desk.poll(moved).known == 1
    assert desk.account().seen == 1


def test_a_guid_whose_link_changes_with_each_poll_is_one_article_for_as_long_as_it_stands_there(desk: Desk):
    published(desk, entry(1))

    for visit in range(200):
        desk.later(DAY)
        assert desk.poll(entry(1, url=f"http://paper.test/article-1?visit={visit}")).known == 1


def test_an_entry_is_forgotten_when_its_days_are_over(desk: Desk):
    published(desk, entry(1))
    desk.later(121 * DAY)

    assert desk.poll(entry(1)).new == 1


def test_it_is_remembered_to_the_last_of_its_days(desk: Desk):
    published(desk, entry(1))
    desk.later(90 * DAY)

    assert desk.poll(entry(1)).known == 1


def test_the_feed_that_still_shows_it_owns_what_the_first_one_gave_up(desk: Desk):
    published(desk, entry(1))
    for _ in range(12):
        desk.later(DAY)
        assert desk.poll(entry(1, feed="second"), feed="second").known == 1
    desk.later(61)

    assert desk.poll(entry(1, feed="second", title="Harbour opens late"), feed="second").changed == 1


def test_a_feed_that_does_not_own_an_entry_keeps_it_known_all_the_same(desk: Desk):
    to_the_turn(desk, seconds=-DAY)
    published(desk, entry(1))
    desk.later(2 * DAY)
    assert desk.poll(entry(1, feed="second"), feed="second").known == 1
    desk.later(100 * DAY)

    assert desk.poll(entry(1)).known == 1


# duplicates of what is forgotten


@pytest.mark.parametrize("first_address", [None, PAGE_ADDRESS])
@pytest.mark.parametrize("days", [1, 30])
def test_another_link_to_a_page_is_a_duplicate_for_as_long_as_the_page_is_known(desk, first_address, days):
    published(desk, entry(1), address=first_address)
    desk.later(days * DAY)
    desk.poll(entry(2, url="http://short.test/b"))

    address = first_address or article_id(entry(1))

    assert through(desk, address=address) == [("duplicate", 1)]
    assert desk.account().balance() == 0


@pytest.mark.parametrize("days", [1, 30])
def test_the_page_itself_is_known_by_a_link_that_led_to_it(desk: Desk, days: int):
    published(desk, entry(1, url="http://short.test/a"), address=article_id(entry(2)))
    desk.later(days * DAY)

    assert desk.poll(entry(2, feed="second"), feed="second").known == 1


@pytest.mark.parametrize("days", [1, 30])
def test_another_text_at_a_known_address_is_an_article_of_its_own(desk: Desk, days: int):
    published(desk, entry(1), address=PAGE_ADDRESS)
    desk.later(days * DAY)
    desk.poll(entry(2))

    assert through(desk, address=PAGE_ADDRESS, body="Another body") == [("published", 1)]


def test_a_content_is_known_at_an_address_for_as_long_as_one_published_last(desk: Desk):
    for number, body in enumerate(["First", "Second", "Third"], start=1):
        published(desk, entry(number), address=PAGE_ADDRESS, body=body)
        desk.later(45 * DAY)
    desk.poll(entry(4))

    assert through(desk, address=PAGE_ADDRESS, body="Third") == [("duplicate", 1)]


def test_a_new_version_is_what_others_are_duplicates_of(desk: Desk):
    published(desk, entry(1))
    desk.later(61)
    published(desk, entry(1, title="Harbour opens late"), body="Second")
    desk.later(WEEKS)
    desk.poll(entry(2, url="http://short.test/b"))

    assert through(desk, address=article_id(entry(1)), body="Second") == [("duplicate", 1)]


# what others do with what is forgotten


@pytest.mark.parametrize("days", [1, 30, 200])
def test_a_dead_update_that_is_tried_again_is_still_an_update(desk: Desk, days: int):
    published(desk, entry(1))
    desk.later(61)
    desk.poll(entry(1, title="Harbour opens late"))
    (claim,) = desk.claim("fetch")
    desk.store.do(desk.ledger.fail(claim, "fetch", "gone", "", retry_at=None))
    desk.later(days * DAY)

    assert desk.store.do(desk.ledger.dead_retry(desk.stream("dead")[0][0].decode()))

    assert through(desk, body="New") == [("published", 2)]


def test_an_article_is_tagged_anew_after_weeks_and_its_next_change_is_the_version_after(desk: Desk):
    published(desk, entry(1))
    desk.later(WEEKS)
    id_ = article_id(entry(1))
    outgoing = Publication(2, content_hash("Title", "Body"), {"id": id_, "version": 2}, b"{}", b"{}", ())

    assert desk.store.do(desk.ledger.retag(id_, outgoing))[0] == "updated"
    assert desk.store.do(desk.ledger.retag(id_, outgoing))[0] == "stale"
    desk.poll(entry(1))
    desk.later(61)
    desk.poll(entry(1, title="Harbour opens late"))

    assert through(desk) == [("published", 3)]


@pytest.mark.parametrize("days", [0, 30])
def test_an_address_of_another_shard_is_lodged_once_and_remembered(desk: Desk, days: int):
    first, other = article_id(entry(1)), article_id(entry(2))

    def lodge(id_: str, body: str) -> str:
        return desk.store.do(desk.ledger.lodge(PAGE_ADDRESS, id_, content_hash("Title", body)))

    assert lodge(first, "Body") == ""
    desk.later(days * DAY)

    assert lodge(first, "Body") == ""  # the answer got lost, or its publication was put off
    assert lodge(other, "Another") == ""
    assert lodge(article_id(entry(3)), "Body") in ((first,) if days == 0 else (first, PAGE_ADDRESS))


# how it is kept


def flood(desk: Desk, *, link: int = 1) -> int:
    """Enough guids to fill the first segment of 32 hashes for 128 each. How many of them were known."""
    claim = next(claim for claim in desk.store.do(desk.ledger.claim_polls(10)).claims if claim.feed_id == "first")
    sightings = []
    for number in range(FLOOD):
        guid = hashlib.sha256(b"%d" % number).digest()
        id_ = "art_" + hashlib.sha256(b"%d %d" % (number, link)).hexdigest()[:24]
        sightings.append(Sighting(id_, guid[:8], guid[8:14], "paper.test", "{}"))
    polled = Polled(Validators(), desk.ledger.now + timedelta(seconds=60), "working", tuple(sightings))
    return desk.store.do(desk.ledger.admit(claim, polled)).known


def test_it_grows_and_stays_compact(desk: Desk):
    flood(desk)
    desk.later(61)

    assert flood(desk, link=2) == FLOOD
    memory = desk.store.redis.hgetall("test:memory")
    assert [len(memory[kind].split()) for kind in (b"shown:alias", b"known:alias")] == [2, 1]
    assert encodings(desk) <= {b"listpack", b"quicklist"}  # the second is how Redis 7 names its lists


def test_a_generation_begins_with_room_for_as_many_as_the_last_one_took(desk: Desk):
    flood(desk)
    desk.later(3 * DAY)
    desk.poll(entry(5000))

    newest = desk.store.redis.hget("test:memory", "shown:alias").split()[0]
    assert int(newest.split(b":")[1]) == math.ceil(FLOOD * 1.1 / 128)


def test_what_is_carried_over_leaves_the_generation_it_was_in(desk: Desk):
    published(desk, entry(1))
    desk.later(3 * DAY)
    desk.poll(entry(1))

    assert sum(desk.store.redis.hlen(key) for key in desk.keys("shown:*")) == 2  # its link and its guid


def test_a_record_is_not_found_across_two_others(desk: Desk):
    """Ids whose records stand on one shelf: the second's bytes would be found in the first's, one byte further on."""
    place = "05" + "0000" + "00000007"
    first, second = (f"art_{tail}{place}" for tail in ("a1b2c3d4e5", "b2c3d4e500"))
    (claim, *_) = desk.store.do(desk.ledger.claim_polls(10)).claims
    shown = Polled(
        Validators(), desk.ledger.now, "working", (Sighting(first, None, bytes(6), "", entry(1).model_dump_json()),)
    )
    desk.store.do(desk.ledger.admit(claim, shown))
    (dead,) = desk.claim("fetch")
    desk.store.do(desk.ledger.fail(dead, "fetch", "gone", "", retry_at=None))  # never published: state 0
    claim = next(one for one in desk.store.do(desk.ledger.claim_polls(10)).claims if one.feed_id == claim.feed_id)

    shown = shown._replace(sightings=(Sighting(second, None, bytes(6), "", "{}"),))

    assert desk.store.do(desk.ledger.admit(claim, shown)).new == 1


def test_everything_remembered_expires_by_itself(desk: Desk):
    published(desk, entry(1))

    kept = desk.keys("shown:*") + desk.keys("known:*")
    assert len(kept) == 4
    days = {key.split(b":")[1]: desk.store.redis.ttl(key) / DAY for key in kept}
    assert days[b"known"] == pytest.approx(150, abs=0.1)
    assert days[b"shown"] == pytest.approx(12, abs=0.1)


def test_a_clock_set_back_over_the_turn_of_a_generation_forgets_nothing(desk: Desk):
    to_the_turn(desk, seconds=5)
    published(desk, entry(1))
    desk.later(-10)
    desk.store.redis.delete(*desk.keys("host:*"))
    desk.store.redis.zadd("test:pending:poll", {"first": 0})

    assert desk.poll(entry(1), entry(2)).known == 1
    assert all(len(desk.store.redis.hget("test:memory", kind).split()) == 1 for kind in ("known:alias", "shown:alias"))


# the one memory of version 0.1


def first_memory(desk: Desk, id_: str, *, version: int, title: str = "Harbour opens, part 1") -> None:
    """As version 0.1 left it: a hash of 4,096 for each month, and an account."""
    digits, month = id_.removeprefix("art_"), milliseconds(START) // (30 * DAY * 1000)

    details = struct.pack(">H", version) + fingerprint(entry(1, title=title)) + owner_of("first")
    details += content_hash("Title", "Body")
    db = desk.store.redis
    db.hset(f"test:seen:{month}:{digits[:3]}", bytes.fromhex(digits[3:19]), details)
    guid = alias(entry(1))
    db.hset(f"test:alias:{month}:{guid.hex()[:3]}", guid, bytes.fromhex(digits))
    db.hset("test:account", mapping={"seen": version, "published": 1})


def test_what_version_01_had_seen_is_known(desk: Desk):
    first_memory(desk, article_id(entry(1)), version=1)

    assert desk.poll(entry(1)).known == 1
    desk.later(61)
    for visit in range(3):
        assert desk.poll(entry(1, url=f"http://paper.test/article-1?visit={visit}")).known == 1
        desk.later(61)


def test_a_change_of_what_version_01_had_published_is_its_next_version(desk: Desk):
    first_memory(desk, article_id(entry(1)), version=3)

    assert desk.poll(entry(1, title="Harbour opens late")).changed == 1
    desk.fetch_all()
    (claim,) = desk.claim("enrich")

    assert (claim.version, claim.content_hash) == (3, content_hash("Title", "Body"))


def test_what_version_01_had_seen_moves_over_and_is_not_asked_twice(desk: Desk):
    first_memory(desk, article_id(entry(1)), version=1)
    published(desk, entry(1, title="Harbour opens late"), body="New")
    desk.later(WEEKS)
    desk.poll(entry(1, title="Harbour opens late"))
    desk.later(61)

    desk.poll(entry(1, title="Harbour opens at last"))

    assert desk.keys("seen:*") == []
    assert through(desk, body="Newer") == [("published", 3)]


def test_what_version_01_knew_as_another_link_of_an_article_is_that_article(desk: Desk):
    first_memory(desk, article_id(entry(1)), version=1)
    other, month = article_id(entry(2)).removeprefix("art_"), milliseconds(START) // (30 * DAY * 1000)
    to = bytes.fromhex(article_id(entry(1)).removeprefix("art_"))
    desk.store.redis.hset(f"test:alias:{month}:{other[:3]}", bytes.fromhex(other[:16]), to)

    assert desk.poll(entry(2, title="Harbour opens, part 1", published=entry(1).published)).known == 1
    desk.later(61)
    assert desk.poll(entry(2, title="Harbour opens late")).changed == 1
    desk.fetch_all()
    assert desk.claim("enrich")[0].id == article_id(entry(1))


def test_the_first_memory_is_read_until_its_last_month_is_over(desk: Desk):
    first_memory(desk, article_id(entry(1)), version=1)
    desk.poll(entry(9))
    desk.later(60 * DAY)
    assert desk.poll(entry(1)).known == 1

    assert int(desk.store.redis.hget("test:memory", "first_memory_until")) > milliseconds(START) + 90 * DAY * 1000


def test_a_new_installation_looks_for_no_first_memory(desk: Desk):
    published(desk, entry(1))

    assert desk.store.redis.hget("test:memory", "first_memory_until") == b"0"
