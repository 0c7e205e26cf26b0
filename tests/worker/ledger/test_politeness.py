"""However many processes claim, one host is asked no oftener, and by no more at once, than was said."""

from __future__ import annotations

from collections import defaultdict
from itertools import cycle, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.ports import Polled, Validators
from tests.desk import HOST_FIELDS, PAGE, Desk, entry, sighting
from worker.ledger import Ledger, Politeness, milliseconds

INTERVAL_SECONDS = 2.0
MAX_OPEN = 2


@pytest.fixture
def desk(valkey_url):
    desk = Desk(valkey_url)
    now = desk.ledger.now
    desk.ledger = Ledger(Politeness(round(INTERVAL_SECONDS * 1000), MAX_OPEN), high_water=50)
    desk.ledger.now = now
    desk.feeds("first", "second")
    yield desk
    desk.store.redis.close()


def admit(desk: Desk, *hosts: str, feed: str = "first") -> None:
    """One entry for each host named."""
    claims = desk.store.do(desk.ledger.claim_polls(10)).claims
    claim = next(claim for claim in claims if claim.feed_id == feed)
    sightings = tuple(sighting(entry(number))._replace(host=host) for number, host in enumerate(hosts, start=1))
    polled = Polled(Validators(), desk.ledger.now, "working", sightings, whole=True)
    assert desk.store.do(desk.ledger.admit(claim, polled)).new == len(hosts)
    desk.later(INTERVAL_SECONDS)  # the poll itself was a request to its host


def claim(desk: Desk, count: int = 10, by: str = "a"):
    return desk.store.do(desk.ledger.claim("fetch", count, by=by))


def advance(desk: Desk, *claims) -> None:
    for one in claims:
        assert desk.store.do(desk.ledger.advance(one, PAGE))


def test_of_many_entries_of_one_host_one_is_given_out_at_a_time(desk: Desk):
    admit(desk, *["slow.test"] * 5)

    first = claim(desk)

    assert len(first.claims) == 1
    assert first.next_due_seconds == INTERVAL_SECONDS
    assert claim(desk, by="b").claims == ()


def test_entries_of_other_hosts_do_not_wait_behind_a_slow_one(desk: Desk):
    admit(desk, *["slow.test"] * 20, "quick.test", "swift.test")

    hosts = {urlhost(desk, one) for one in claim(desk, 3).claims}

    assert hosts == {"slow.test", "quick.test", "swift.test"}


def urlhost(desk: Desk, one) -> str:
    return desk.store.redis.hget(f"test:entry:{one.id}", "host").decode()


def test_a_host_with_as_many_requests_open_as_allowed_gets_no_more_until_one_ends(desk: Desk):
    admit(desk, *["slow.test"] * 5)
    (one,) = claim(desk).claims
    desk.later(INTERVAL_SECONDS)
    (_two,) = claim(desk, by="b").claims
    desk.later(INTERVAL_SECONDS)

    assert claim(desk).claims == ()
    advance(desk, one)
    desk.later(INTERVAL_SECONDS)

    assert len(claim(desk, by="b").claims) == 1


@pytest.mark.parametrize("end", ["advance", "fail", "bury", "release"])
def test_every_end_of_a_request_makes_room_for_the_next(desk: Desk, end: str):
    admit(desk, *["slow.test"] * 9)
    (one,) = claim(desk).claims
    calls = {
        "advance": desk.ledger.advance(one, PAGE),
        "fail": desk.ledger.fail(one, "fetch", "timeout", "", retry_at=desk.ledger.now),
        "bury": desk.ledger.fail(one, "fetch", "gone", "", retry_at=None),
        "release": desk.ledger.release("fetch", [one]),
    }
    assert desk.open_at("slow.test") == 1

    desk.store.do(calls[end])

    assert desk.open_at("slow.test") == 0


def test_a_request_whose_process_died_is_open_until_its_lease_ends(desk: Desk):
    admit(desk, *["slow.test"] * 9)
    for _ in range(MAX_OPEN):
        assert claim(desk, by="dead").claims
        desk.later(INTERVAL_SECONDS)
    assert claim(desk).claims == ()

    desk.later(45)

    assert len(claim(desk).claims) == 1


def test_a_request_whose_process_is_known_to_be_dead_is_open_no_more(desk: Desk):
    admit(desk, *["slow.test"] * 9)
    for _ in range(MAX_OPEN):
        assert claim(desk, by="host/1/x").claims
        desk.later(INTERVAL_SECONDS)

    desk.store.do(desk.ledger.orphaned("fetch", "host/1/"))

    assert desk.open_at("slow.test") == 0
    desk.later(INTERVAL_SECONDS)
    assert len(claim(desk).claims) == 1


def test_a_long_queue_of_one_host_is_worked_off_at_the_pace_of_the_host(desk: Desk):
    admit(desk, *["slow.test"] * 40)
    started, looks, done = desk.ledger.now, 0, 0
    while done < 40:
        claims = claim(desk, 8)
        looks += 1
        assert looks < 200, "far more looks than entries"
        advance(desk, *claims.claims)
        done += len(claims.claims)
        if not claims.claims:
            desk.later(max(claims.next_due_seconds or 0, 0.01))
        desk.store.redis.delete("test:pending:enrich")  # nobody reads here; what waits would hold fetching back

    assert (desk.ledger.now - started).total_seconds() <= 40 * INTERVAL_SECONDS + 5


def test_a_turn_that_is_taken_late_costs_the_next_in_the_queue_no_more_than_that(desk: Desk):
    admit(desk, *["slow.test"] * 6)
    late_seconds, began, taken = cycle((0.03, 0.0)), desk.ledger.now, []

    while len(taken) < 6:
        waiting = claim(desk)
        advance(desk, *waiting.claims)
        taken += [(desk.ledger.now - began).total_seconds()] * len(waiting.claims)
        desk.later((waiting.next_due_seconds or 0.0) + next(late_seconds))

    assert taken[-1] < 5 * (INTERVAL_SECONDS + 0.1)


def test_a_crawl_delay_is_kept_to_where_it_is_longer_than_the_interval(desk: Desk):
    admit(desk, "slow.test", "slow.test")
    desk.store.redis.hset("test:host:slow.test", "crawl_ms", "30000")
    advance(desk, *claim(desk).claims)

    desk.later(29)
    assert claim(desk).claims == ()
    desk.later(1.1)
    assert len(claim(desk).claims) == 1


def test_a_crawl_delay_is_remembered_while_the_robots_file_is(desk: Desk):
    key = "test:host:slow.test"
    admit(desk, "slow.test")
    desk.store.redis.hset(key, "crawl_ms", "30000")
    desk.store.redis.expire(key, 86_400)

    claim(desk)
    desk.store.do(desk.ledger.hop("slow.test"))

    assert desk.store.redis.ttl(key) > 86_000


def test_a_host_that_is_asked_no_more_is_forgotten(desk: Desk):
    admit(desk, "slow.test", "slow.test")
    claim(desk)

    assert 7100 < desk.store.redis.ttl("test:host:slow.test") <= 10_800


def test_a_host_as_version_0_1_left_it_is_kept_to(desk: Desk):
    admit(desk, "slow.test", "slow.test")
    now = milliseconds(desk.ledger.now)
    desk.store.redis.hset("test:host:slow.test", mapping={"next": now + 5000})
    desk.store.redis.zadd("test:host:slow.test:open", {"17": now + 45_000, "18": now + 45_000})

    assert claim(desk).claims == ()
    desk.later(5)
    assert len(claim(desk).claims) == 1
    assert desk.store.redis.ttl("test:host:slow.test") > 7100


@pytest.mark.parametrize(("minutes", "ttl_seconds"), [(30, 6000), (61, 10_800)])
def test_once_an_hour_it_is_seen_to_that_a_host_in_use_is_remembered(desk: Desk, minutes: int, ttl_seconds: int):
    key = "test:host:slow.test"
    admit(desk, "slow.test", "slow.test")
    claim(desk)
    desk.store.redis.expire(key, 6000)

    desk.later(minutes * 60)
    claim(desk)

    assert desk.store.redis.ttl(key) == pytest.approx(ttl_seconds, abs=100)


def test_of_a_request_whose_process_died_nothing_is_left_at_its_host(desk: Desk):
    admit(desk, "slow.test", "slow.test")
    (one,) = claim(desk, by="dead").claims
    desk.later(46)

    claim(desk)

    tokens = desk.store.redis.hgetall("test:host:slow.test").keys() - HOST_FIELDS
    assert len(tokens) == 1
    assert tokens != {one.token.encode()}


def test_a_redirect_to_another_host_waits_for_its_turn_there(desk: Desk):
    hop = desk.ledger.hop("target.test")

    assert desk.store.do(hop) == 0
    assert desk.store.do(hop) == INTERVAL_SECONDS
    desk.later(1)
    assert desk.store.do(desk.ledger.hop("target.test")) == 2 * INTERVAL_SECONDS - 1


def test_a_redirect_takes_the_turn_of_an_entry(desk: Desk):
    admit(desk, "target.test")
    desk.store.do(desk.ledger.hop("target.test"))

    assert claim(desk).claims == ()
    desk.later(INTERVAL_SECONDS)
    assert len(claim(desk).claims) == 1


def test_an_entry_that_needs_no_request_waits_for_nobody(desk: Desk):
    admit(desk, *[""] * 7)

    assert len(claim(desk, 10).claims) == 7
    assert desk.keys("host::*") == []


def test_a_poll_and_a_fetch_share_the_turns_of_a_host(desk: Desk):
    feeds = desk.store.do(desk.ledger.claim_polls(10)).claims
    first = next(one for one in feeds if one.feed_id == "first")
    polled = Polled(Validators(), desk.ledger.now, "working", (sighting(entry(1))._replace(host="first.test"),))
    desk.store.do(desk.ledger.admit(first, polled))

    assert claim(desk).claims == ()  # its feed was asked a moment ago
    desk.later(INTERVAL_SECONDS)
    assert len(claim(desk).claims) == 1
    assert desk.store.do(desk.ledger.claim_polls(10)).claims == ()  # now its page was
    desk.later(INTERVAL_SECONDS)
    assert len(desk.store.do(desk.ledger.claim_polls(10)).claims) == 1


HOSTS = st.sampled_from(["a.test", "b.test", "first.test", ""])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("claim"), st.integers(1, 6), st.sampled_from("xy")),
        st.tuples(st.just("polls"), st.integers(1, 3)),
        st.tuples(st.just("wait"), st.sampled_from([1, 50, 400, 1999, 2000, 2600, 46_000])),
        st.tuples(st.just("end"), st.integers(0, 30), st.sampled_from(["advance", "retry", "bury", "release"])),
        st.tuples(st.just("hop"), st.sampled_from(["a.test", "b.test"])),
    ),
    min_size=8,
    max_size=60,
)


class Web:
    """What the hosts see of it, whoever asks."""

    def __init__(self, desk: Desk, hosts: list[str]) -> None:
        self.desk = desk
        self.asked: dict[str, list[int]] = defaultdict(list)
        self.held: list[tuple[str, int, object]] = []  # (host, when the lease ends, claim of an entry)
        first = next(one for one in self.polls(10) if one.feed_id == "first")
        sightings = tuple(sighting(entry(n))._replace(host=host) for n, host in enumerate(hosts, start=1))
        desk.store.do(desk.ledger.admit(first, Polled(Validators(), desk.ledger.now, "working", sightings)))
        self.held.clear()

    def now(self) -> int:
        return milliseconds(self.desk.ledger.now)

    def began(self, host: str, lease_ms: int, claim: object = None) -> None:
        self.held.append((host, self.now() + lease_ms, claim))
        if host:
            self.asked[host].append(self.now())
            open_now = [one for one in self.held if one[0] == host and one[1] > self.now()]
            assert len(open_now) <= MAX_OPEN, f"{len(open_now)} open at {host}"

    def wait(self, milliseconds_: int) -> None:
        self.desk.later(milliseconds_ / 1000)

    def claim(self, count: int, by: str) -> None:
        for one in claim(self.desk, count, by).claims:
            self.began(urlhost(self.desk, one), 45_000, one)

    def polls(self, count: int):
        found = self.desk.store.do(self.desk.ledger.claim_polls(count, ahead_seconds=0.25)).claims
        for one in found:
            self.began(f"{one.feed_id}.test", 60_000)
        return found

    def hop(self, host: str) -> None:
        wait_seconds = self.desk.store.do(self.desk.ledger.hop(host))
        self.asked[host].append(self.now() + round(wait_seconds * 1000))

    def end(self, number: int, how: str) -> None:
        entries = [one for one in self.held if one[2] is not None]
        if entries:
            one = entries[number % len(entries)]
            end(self.desk, one[2], how)
            self.held.remove(one)

    def shortest_gap(self) -> int:
        gaps = [b - a for times in self.asked.values() for a, b in pairwise(sorted(times))]
        return min(gaps, default=round(INTERVAL_SECONDS * 1000))


@settings(max_examples=100)
@given(hosts=st.lists(HOSTS, min_size=1, max_size=25), steps=STEPS)
def test_no_schedule_of_claims_breaks_the_interval_or_the_number_at_once(desk, hosts, steps):
    desk.store.redis.flushall()
    desk.feeds("first", "second")
    web = Web(desk, hosts)

    for what, *how in steps:
        getattr(web, what)(*how)

    assert web.shortest_gap() >= INTERVAL_SECONDS * 1000


def end(desk: Desk, claim, how: str) -> None:
    ledger = desk.ledger
    call = {
        "advance": lambda: ledger.advance(claim, PAGE),
        "retry": lambda: ledger.fail(claim, "fetch", "timeout", "", retry_at=ledger.now),
        "bury": lambda: ledger.fail(claim, "fetch", "gone", "", retry_at=None),
        "release": lambda: ledger.release("fetch", [claim]),
    }[how]
    desk.store.do(call())


def test_a_redirect_takes_a_place_at_the_host_it_leads_to_and_gives_it_back(desk: Desk):
    taken = [desk.store.do(desk.ledger.hop_open("target.test", f"hop-{number}")) for number in range(3)]
    again = desk.store.do(desk.ledger.hop_open("target.test", "hop-0"))
    desk.store.do(desk.ledger.hop_done("target.test", "hop-1"))

    assert taken == [True, True, False]
    assert again
    assert desk.store.do(desk.ledger.hop_open("target.test", "hop-2"))


def test_a_place_that_nobody_gives_back_is_free_again_when_its_time_is_over(desk: Desk):
    for number in range(2):
        desk.store.do(desk.ledger.hop_open("target.test", f"hop-{number}"))
    desk.later(46)

    assert desk.store.do(desk.ledger.hop_open("target.test", "hop-3"))
