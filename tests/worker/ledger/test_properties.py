"""Random steps of random processes, every call sent twice: the account balances after each, and nothing is left."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tasks.ports import Polled, Publication, Validators
from tasks.publish import content_hash
from tests.desk import PAGE, Desk, entry, sighting

FEEDS = ("first", "second")
ENTRIES = st.lists(
    st.tuples(st.integers(1, 7), st.sampled_from(["opens", "closes", "burns"])), min_size=0, max_size=5, unique=True
)
WORKERS = st.sampled_from(["host/1/1", "host/1/2", "host/12/1"])
TWIN = "art_" + "ab" * 12


class Newsroom(RuleBasedStateMachine):
    """Some processes at work on a few entries, as clumsy as Celery and the network make them."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.desk = Desk(url)
        self.desk.feeds(*FEEDS)
        self.claims: list[tuple[str, object]] = []  # (stage, claim), of those whose lease ran out, too
        self.polls: list[object] = []

    # what every step goes through

    def twice(self, call):
        """The answer got lost, so redis-py sends it again."""
        first = self.desk.store.do(call)
        before = self.state()
        self.desk.store.do(call)
        assert self.state() == before, f"{call.script} did something the second time"
        return first

    def state(self):
        redis = self.desk.store.redis
        stages = {stage: redis.zrange(f"test:pending:{stage}", 0, -1, withscores=True) for stage in ("fetch", "enrich")}
        return self.desk.account()[:7], stages, redis.xlen("test:articles"), redis.xlen("test:dead")

    def pick(self, number: int, stage: str | None = None):
        chosen = [one for one in self.claims if stage is None or one[0] == stage]
        return chosen[number % len(chosen)] if chosen else (None, None)

    # feeds

    @rule(count=st.integers(1, 2), by=WORKERS)
    def claim_polls(self, count, by):
        call = self.desk.ledger.claim_polls(count, by=by)
        first, again = self.twice(call).claims, self.desk.store.do(call).claims
        assert first == again
        self.polls += first

    @precondition(lambda self: self.polls)
    @rule(number=st.integers(0, 9), shown=ENTRIES, seconds=st.integers(0, 30))
    def admit(self, number, shown, seconds):
        claim = self.polls[number % len(self.polls)]
        due = self.desk.ledger.now
        sightings = {s.id: s for s in (sighting(entry(n, title=f"Harbour {title}")) for n, title in shown)}
        polled = Polled(Validators("e", None, None), due, "working", tuple(sightings.values()), whole=True)
        self.twice(self.desk.ledger.admit(claim, polled))
        self.desk.later(seconds)

    @precondition(lambda self: self.polls)
    @rule(number=st.integers(0, 9))
    def poll_failed(self, number):
        claim = self.polls[number % len(self.polls)]
        due = self.desk.ledger.now
        self.twice(self.desk.ledger.poll_failed(claim, next_due=due, status="timeout", error="why"))

    # entries

    @rule(stage=st.sampled_from(["fetch", "enrich"]), count=st.integers(1, 4), by=WORKERS)
    def claim(self, stage, count, by):
        call = self.desk.ledger.claim(stage, count, by=by)
        first = self.twice(call).claims
        again = self.desk.store.do(call).claims
        assert [(one.id, one.token) for one in first] == [(one.id, one.token) for one in again]
        self.claims += [(stage, one) for one in first]

    @rule(number=st.integers(0, 50))
    def advance(self, number):
        _, claim = self.pick(number, "fetch")
        if claim:
            self.twice(self.desk.ledger.advance(claim, PAGE))

    @rule(
        number=st.integers(0, 50),
        body=st.sampled_from(["One.", "Two."]),
        address=st.sampled_from([None, TWIN]),
        next_number=st.integers(0, 50),
    )
    def publish(self, number, body, address, next_number):
        _, claim = self.pick(number, "enrich")
        if claim:
            following = self.pick(next_number, "enrich")[1]
            self.twice(self.desk.ledger.publish(claim, outgoing(claim, body, address), following=following))

    @rule(number=st.integers(0, 50))
    def settle(self, number):
        _, claim = self.pick(number, "enrich")
        if claim and claim.version:
            self.twice(self.desk.ledger.settle(claim, "enrich", "unchanged"))

    @rule(number=st.integers(0, 50), wait=st.one_of(st.none(), st.integers(0, 100)))
    def fail(self, number, wait):
        stage, claim = self.pick(number)
        if claim:
            retry_at = None if wait is None else self.desk.ledger.now.replace(microsecond=wait * 1000)
            self.twice(self.desk.ledger.fail(claim, stage, "timeout", "", retry_at=retry_at))

    @rule(number=st.integers(0, 50))
    def release(self, number):
        stage, claim = self.pick(number)
        if claim:
            self.twice(self.desk.ledger.release(stage, [claim]))

    @rule(stage=st.sampled_from(["poll", "fetch", "enrich"]), by=st.sampled_from(["", "host/1/", "host/12/1"]))
    def orphaned(self, stage, by):
        self.twice(self.desk.ledger.orphaned(stage, by))

    @rule(number=st.integers(0, 9), drop=st.booleans())
    def dead_letter(self, number, drop):
        letters = self.desk.stream("dead")
        if letters:
            letter = letters[number % len(letters)][0].decode()
            ledger = self.desk.ledger
            self.twice(ledger.dead_drop(letter) if drop else ledger.dead_retry(letter))

    @rule(seconds=st.sampled_from([1, 20, 46, 61, 91, 3600, 86_400]))
    def time_passes(self, seconds):
        self.desk.later(seconds)

    @rule(names=st.sets(st.sampled_from(FEEDS), min_size=1))
    def the_list_changes(self, names):
        self.desk.feeds(*names)

    # what is always so

    @invariant()
    def the_account_balances(self):
        account = self.desk.account()
        assert account.balance() == 0, account
        assert min(account.published, account.updated, account.duplicate, account.seen) >= 0
        assert all(count > 0 for ends in (account.dead, account.dropped) for count in ends.values())
        assert sum(account.dead.values()) == self.desk.store.redis.xlen("test:dead")

    @invariant()
    def every_entry_waits_in_the_one_set_of_its_stage(self):
        redis = self.desk.store.redis
        waiting = {stage: set(redis.zrange(f"test:pending:{stage}", 0, -1)) for stage in ("fetch", "enrich")}
        assert not waiting["fetch"] & waiting["enrich"]
        stages = {key.removeprefix(b"test:entry:"): redis.hget(key, "st") for key in self.desk.keys("entry:*")}
        assert stages == {id_: stage.encode() for stage, ids in waiting.items() for id_ in ids}
        assert {key.removeprefix(b"test:page:") for key in self.desk.keys("page:*")} == waiting["enrich"]

    @invariant()
    def a_token_is_held_exactly_while_an_entry_is_claimed(self):
        for key in self.desk.keys("entry:*"):
            claimed, token = self.desk.store.redis.hmget(key, "claimed", "token")
            assert (claimed == b"1") == (token != b"0")

    @invariant()
    def no_version_is_published_twice_and_none_is_left_out(self):
        versions: dict[bytes, list[int]] = {}
        for _, fields in self.desk.stream():
            versions.setdefault(fields[b"id"], []).append(int(fields[b"version"]))
        assert all(found == list(range(1, len(found) + 1)) for found in versions.values()), versions
        account = self.desk.account()
        assert account.published == len(versions)
        assert account.updated == sum(len(found) - 1 for found in versions.values())
        topics = Counter(fields[b"id"] for _, fields in self.desk.stream("topic:harbours"))
        assert topics == {id_: len(found) for id_, found in versions.items()}

    def teardown(self):
        """A process that does everything right works off what is left, however it was left."""
        desk = self.desk
        for _ in range(200):
            desk.later(7 * 3600)
            for one in desk.claim("fetch", by="good"):
                desk.store.do(desk.ledger.advance(one, PAGE))
            for one in desk.claim("enrich", by="good"):
                desk.store.do(desk.ledger.publish(one, outgoing(one, "Three.", None)))
            if not any(desk.account().pending.values()):
                break
        self.the_account_balances()
        self.no_version_is_published_twice_and_none_is_left_out()
        assert not any(desk.account().pending.values())
        assert desk.keys("entry:*") == desk.keys("page:*") == []
        assert not [key for key in desk.keys("host:*") if desk.open_at(key.decode().removeprefix("test:host:"))]
        desk.store.redis.close()


def outgoing(claim, body: str, address: str | None) -> Publication:
    return Publication(
        version=claim.version + 1,
        content_hash=content_hash(claim.entry.title, body),
        fields={"id": claim.id, "version": claim.version + 1},
        data=b"{}",
        partial=b"{}",
        topics=(("harbours", 0.8),),
        address=address if address != claim.id else None,
    )


def test_whatever_happens_in_whatever_order_every_entry_ends_once(valkey_url):
    few = settings(max_examples=15, stateful_step_count=30)
    run_state_machine_as_test(lambda: Newsroom(valkey_url), settings=few)


@pytest.mark.slow
def test_whatever_happens_in_whatever_order_every_entry_ends_once_at_length(valkey_url):
    many = settings(max_examples=250, stateful_step_count=60)
    run_state_machine_as_test(lambda: Newsroom(valkey_url), settings=many)
