"""Feeds in the ledger: the list as configured, who polls what and when, and what a poll leaves behind."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tasks.ports import Polled, Validators
from tests.desk import START, Desk, entry, sighting

VALIDATORS = Validators("e", "m", "h")


def claims(desk: Desk, count: int = 10):
    return desk.store.do(desk.ledger.claim_polls(count)).claims


def sync(desk: Desk, digest: str, **urls: str):
    rows = [(name, json.dumps({"id": name}), f"{name}.test", url) for name, url in urls.items()]
    return desk.store.do(desk.ledger.sync_feeds(digest, rows))


def polled(desk: Desk, *entries, validators=VALIDATORS, status="working", seconds=60, **more) -> Polled:
    due = desk.ledger.now + timedelta(seconds=seconds)
    return Polled(validators, due, status, tuple(sighting(one) for one in entries), **more)


def fail(desk: Desk, claim, *, seconds: float = 30, status: str = "timeout", stop: bool = False) -> bool:
    due = desk.ledger.now + timedelta(seconds=seconds)
    return desk.store.do(desk.ledger.poll_failed(claim, next_due=due, status=status, error="why", stop=stop))


def test_a_failure_that_is_not_the_feeds_own_is_told_but_not_counted(desk: Desk):
    (claim, *_) = claims(desk)
    fail(desk, claim)
    desk.later(31)
    (claim,) = [one for one in claims(desk) if one.feed_id == claim.feed_id]
    due = desk.ledger.now + timedelta(seconds=30)
    call = desk.ledger.poll_failed(claim, next_due=due, status="dns", error="down", counted=False)

    assert desk.store.do(call)
    assert [of_feed(desk, claim.feed_id, field) for field in ("errors_in_a_row", "polls", "status")] == [
        "1",
        "2",
        "dns",
    ]
    desk.later(31)
    assert claim.feed_id in {one.feed_id for one in claims(desk)}


def of_feed(desk: Desk, feed: str, field: str) -> str | None:
    value = desk.store.redis.hget(f"test:feed:{feed}", field)
    return None if value is None else value.decode()


def test_every_feed_of_a_new_list_is_due_at_once_and_given_out_once(desk: Desk):
    assert {claim.feed_id for claim in claims(desk)} == {"first", "second"}
    assert claims(desk) == ()


def test_no_more_feeds_are_given_out_than_asked_for(desk: Desk):
    assert len(claims(desk, 1)) == 1
    assert len(claims(desk, 1)) == 1


def test_the_answer_to_a_claim_of_feeds_that_got_lost_is_given_again(desk: Desk):
    call = desk.ledger.claim_polls(10)

    first, again = desk.store.do(call).claims, desk.store.do(call).claims

    assert len(first) == 2
    assert first == again
    assert claims(desk) == ()


def test_a_feed_that_was_read_meanwhile_is_not_given_again(desk: Desk):
    call = desk.ledger.claim_polls(10)
    done, other = desk.store.do(call).claims
    desk.store.do(desk.ledger.admit(done, polled(desk)))

    assert [claim.feed_id for claim in desk.store.do(call).claims] == [other.feed_id]


def test_the_claim_of_a_feed_never_polled_has_nothing_to_ask_with(desk: Desk):
    claim = claims(desk)[0]

    assert claim.validators == Validators()
    assert (claim.errors_in_a_row, claim.moved_to, claim.read_whole_at.year) == (0, None, 1970)
    assert json.loads(claim.config) == {"id": claim.feed_id}


def test_validators_come_back_byte_for_byte_with_the_next_claim(desk: Desk):
    odd = Validators('W/"caf\u00e9 \t"', "Sat, 1 Mar 2026 12:00:00 GMT ", "0" * 32)
    (claim, *_) = claims(desk)
    desk.store.do(desk.ledger.admit(claim, polled(desk, validators=odd, whole=True)))
    desk.later(61)

    again = next(one for one in claims(desk) if one.feed_id == claim.feed_id)

    assert again.validators == odd
    assert again.read_whole_at == START


def test_validators_are_kept_only_together_with_the_entries(desk: Desk):
    (claim, *_) = claims(desk)
    desk.later(61)  # the lease ran out, and somebody else polls
    (successor, *_) = (one for one in claims(desk) if one.feed_id == claim.feed_id)

    late = desk.store.do(desk.ledger.admit(claim, polled(desk, entry(1), validators=Validators("late"))))

    assert late == (False, 0, 0, 0)
    assert desk.account().seen == 0
    assert of_feed(desk, claim.feed_id, "etag") is None
    assert desk.store.do(desk.ledger.admit(successor, polled(desk, entry(1)))).new == 1


def test_an_admission_sent_twice_admits_once(desk: Desk):
    (claim, *_) = claims(desk)
    call = desk.ledger.admit(claim, polled(desk, entry(1), entry(2)))

    assert desk.store.do(call).new == 2
    assert desk.store.do(call).held is False
    assert desk.account().seen == 2
    assert of_feed(desk, claim.feed_id, "polls") == "1"


def test_a_poll_without_news_keeps_when_the_feed_was_last_read_whole(desk: Desk):
    (claim, *_) = claims(desk)
    desk.store.do(desk.ledger.admit(claim, polled(desk, whole=True)))
    desk.later(61)
    claim = next(one for one in claims(desk) if one.feed_id == claim.feed_id)
    desk.store.do(desk.ledger.admit(claim, polled(desk, status="not modified")))
    desk.later(61)

    again = next(one for one in claims(desk) if one.feed_id == claim.feed_id)

    assert again.read_whole_at == START
    assert of_feed(desk, claim.feed_id, "status") == "not modified"


def test_a_feed_is_due_when_its_poll_said(desk: Desk):
    for claim in claims(desk):
        desk.store.do(desk.ledger.admit(claim, polled(desk, seconds=100)))
    desk.later(99)

    early = desk.store.do(desk.ledger.claim_polls(10))

    assert early == ((), 1.0)
    desk.later(1)
    assert len(claims(desk)) == 2


def ahead(desk: Desk, seconds: float) -> set[str]:
    return {claim.feed_id for claim in desk.store.do(desk.ledger.claim_polls(10, ahead_seconds=seconds)).claims}


def test_what_is_due_soon_is_given_out_with_what_is_due_now(desk: Desk):
    for seconds, claim in zip((99.8, 100.0), claims(desk), strict=True):
        desk.store.do(desk.ledger.admit(claim, polled(desk, seconds=seconds)))
    desk.later(99.7)

    assert ahead(desk, 0.05) == set()
    assert ahead(desk, 0.3) == {"first", "second"}


def test_a_feed_whose_last_poll_failed_is_not_asked_before_its_time(desk: Desk):
    (claim,) = (one for one in claims(desk) if one.feed_id == "first")
    fail(desk, claim, seconds=30, status="rate-limited")
    desk.later(29.9)

    assert ahead(desk, 0.25) == set()
    desk.later(0.1)
    assert ahead(desk, 0.25) == {"first"}


def test_a_feed_in_hand_is_not_given_out_before_its_lease_runs_out(desk: Desk):
    claims(desk)
    desk.later(59.9)

    assert ahead(desk, 0.25) == set()
    desk.later(0.1)
    assert ahead(desk, 0.25) == {"first", "second"}


def test_a_feed_whose_poller_died_is_given_out_again_when_its_lease_ran_out(desk: Desk):
    first = {claim.feed_id: claim.token for claim in claims(desk)}
    desk.later(59)
    assert claims(desk) == ()

    desk.later(2)
    second = {claim.feed_id: claim.token for claim in claims(desk)}

    assert second.keys() == first.keys()
    assert set(second.values()).isdisjoint(first.values())


def test_failures_in_a_row_are_counted_and_forgotten_with_a_success(desk: Desk):
    counted = []
    for _ in range(3):
        claim = next(one for one in claims(desk) if one.feed_id == "first")
        counted.append(claim.errors_in_a_row)
        assert fail(desk, claim)
        desk.later(61)
    claim = next(one for one in claims(desk) if one.feed_id == "first")
    assert of_feed(desk, "first", "last_error") == "why"

    desk.store.do(desk.ledger.admit(claim, polled(desk)))
    desk.later(61)

    assert [*counted, claim.errors_in_a_row] == [0, 1, 2, 3]
    assert next(one for one in claims(desk) if one.feed_id == "first").errors_in_a_row == 0
    assert of_feed(desk, "first", "last_error") == ""


def test_a_failure_told_twice_or_too_late_counts_once(desk: Desk):
    (claim, *_) = claims(desk)

    assert [fail(desk, claim), fail(desk, claim)] == [True, False]
    assert of_feed(desk, claim.feed_id, "errors_in_a_row") == "1"


def test_a_feed_that_is_gone_is_asked_no_more(desk: Desk):
    claim = next(one for one in claims(desk) if one.feed_id == "first")
    fail(desk, claim, status="gone", stop=True)
    for _ in range(3):
        desk.later(86_400)
        desk.feeds("first", "second")

    assert {one.feed_id for one in claims(desk)} == {"second"}


def test_making_all_feeds_due_leaves_those_that_are_gone_alone(desk: Desk):
    claim = next(one for one in claims(desk) if one.feed_id == "first")
    fail(desk, claim, status="gone", stop=True)
    desk.later(120)
    for other in claims(desk):
        fail(desk, other, seconds=500)

    assert desk.store.do(desk.ledger.poll_now()) == 1
    assert [one.feed_id for one in claims(desk)] == ["second"]


@pytest.mark.parametrize("answer", ["document", "nothing new"])
def test_a_feed_that_was_gone_and_is_asked_for_by_name_lives_again_when_it_answers(desk: Desk, answer: str):
    claim = next(one for one in claims(desk) if one.feed_id == "first")
    fail(desk, claim, status="gone", stop=True)

    assert desk.store.do(desk.ledger.poll_now(["first"])) == 1
    (again,) = claims(desk)
    if answer == "document":
        desk.store.do(desk.ledger.admit(again, polled(desk)))
    else:
        quiet(desk, again)

    assert of_feed(desk, "first", "stopped") is None
    assert of_feed(desk, "first", "errors_in_a_row") == "0"
    desk.later(61)
    assert "first" in {one.feed_id for one in claims(desk)}


def test_a_feed_that_is_gone_and_gets_another_url_is_read_anew(desk: Desk):
    (claim, *_) = claims(desk)
    desk.store.do(desk.ledger.admit(claim, polled(desk, moved_to="http://elsewhere.test/feed", whole=True)))
    desk.later(61)
    claim = next(one for one in claims(desk) if one.feed_id == claim.feed_id)
    assert claim.moved_to == "http://elsewhere.test/feed"
    fail(desk, claim, status="gone", stop=True)

    sync(desk, "new", **{claim.feed_id: "http://new.test/feed"})
    (again,) = (one for one in claims(desk) if one.feed_id == claim.feed_id)

    assert again.validators == Validators()
    assert again.moved_to is None


def test_a_feed_that_moved_is_asked_at_the_pace_of_its_new_host(desk: Desk):
    claim = next(one for one in claims(desk) if one.feed_id == "first")
    desk.store.do(desk.ledger.admit(claim, polled(desk, moved_to="http://elsewhere.test:8080/feed")))

    assert of_feed(desk, "first", "host") == "elsewhere.test"
    desk.feeds("first", "second")
    assert of_feed(desk, "first", "host") == "elsewhere.test"


def test_a_list_synced_twice_changes_nothing_the_second_time(desk: Desk):
    fail(desk, claims(desk, 1)[0], seconds=500)

    assert sync(desk, "same", first="http://first.test/feed", second="http://second.test/feed") == (0, 0)
    due = desk.store.redis.zscore("test:pending:poll", "first") or 0
    sync(desk, "same", first="http://first.test/feed", second="http://second.test/feed")

    assert desk.store.redis.zscore("test:pending:poll", "first") == due


def test_a_feed_that_left_the_list_is_not_polled_but_its_entries_go_on(desk: Desk):
    desk.poll(entry(1))

    assert sync(desk, "less", second="http://second.test/feed") == (0, 1)
    desk.later(3600)
    (claim,) = desk.claim("fetch")

    assert json.loads(claim.feed_config) == {"id": "first"}
    assert {one.feed_id for one in claims(desk)} == {"second"}


def test_a_poll_that_ends_after_its_feed_left_the_list_does_not_bring_the_feed_back(desk: Desk):
    claim = next(one for one in claims(desk) if one.feed_id == "first")
    sync(desk, "less", second="http://second.test/feed")

    assert desk.store.do(desk.ledger.admit(claim, polled(desk, entry(1)))).new == 1
    assert desk.store.redis.zscore("test:pending:poll", "first") is None


@pytest.mark.parametrize("names", [(), ("first", "second")])
def test_feeds_are_made_due_but_not_those_in_hand(desk: Desk, names):
    first, second = sorted(claims(desk), key=lambda claim: claim.feed_id)
    fail(desk, second, seconds=5000)

    assert desk.store.do(desk.ledger.poll_now(names)) == 1
    assert [claim.feed_id for claim in claims(desk)] == ["second"]
    assert fail(desk, first)


def test_making_a_feed_due_that_is_not_in_the_list_does_nothing(desk: Desk):
    assert desk.store.do(desk.ledger.poll_now(["third"])) == 0
    assert desk.store.redis.zscore("test:pending:poll", "third") is None


def test_what_a_dead_poller_had_in_hand_is_due_at_once(desk: Desk):
    mine = desk.store.do(desk.ledger.claim_polls(1, by="host/1/a")).claims
    theirs = desk.store.do(desk.ledger.claim_polls(1, by="host/12/b")).claims

    assert desk.store.do(desk.ledger.orphaned("poll", "host/1/")) == 1

    assert [claim.feed_id for claim in claims(desk)] == [mine[0].feed_id]
    assert fail(desk, theirs[0])
    assert fail(desk, mine[0]) is False


def test_an_idle_service_has_read_every_feed_that_it_can(desk: Desk):
    idle = desk.ledger.idle(START, 120)
    assert desk.store.do(idle)[0] == 2
    first, second = claims(desk)
    desk.later(1)
    desk.store.do(desk.ledger.admit(first, polled(desk, entry(1))))
    assert desk.store.do(desk.ledger.idle(START, 120)) == (1, 1, 0)

    fail(desk, second, seconds=30)  # soon: it is waited for
    assert desk.store.do(desk.ledger.idle(START, 120))[0] == 1
    desk.later(61)
    fail(desk, next(one for one in claims(desk) if one.feed_id == second.feed_id), seconds=3600)

    assert desk.store.do(desk.ledger.idle(START, 120)) == (0, 1, 0)


def test_an_entry_that_its_feed_changes_back_while_it_is_read_is_not_read_again(desk: Desk):
    desk.poll(entry(1))
    desk.fetch_all()
    (claim,) = desk.claim("enrich")
    for title in ("Harbour opens late", entry(1).title):
        desk.later(61)
        desk.poll(entry(1, title=title))

    desk.publish(claim)

    assert desk.account().pending == {"fetch": 0, "enrich": 0}
    desk.later(61)
    assert desk.poll(entry(1))[1:] == (0, 0, 1)


def test_an_entry_that_its_feed_changes_twice_while_it_is_read_is_read_again_once_as_it_is_now(desk: Desk):
    desk.poll(entry(1))
    desk.fetch_all()
    (claim,) = desk.claim("enrich")
    for title in ("Harbour opens late", "Harbour opens later"):
        desk.later(61)
        desk.poll(entry(1, title=title))

    desk.publish(claim)
    desk.fetch_all()

    assert [one.entry.title for one in desk.claim("enrich")] == ["Harbour opens later"]


def test_of_an_entry_that_is_tried_again_only_what_its_feed_says_now_counts(desk: Desk):
    desk.poll(entry(1))
    (claim,) = desk.claim("fetch")
    desk.later(61)
    desk.poll(entry(1, title="Harbour opens late"))
    desk.store.do(desk.ledger.fail(claim, "fetch", "timeout", "", retry_at=desk.ledger.now))
    desk.later(61)
    desk.poll(entry(1, title="Harbour stays shut"))

    desk.fetch_all()
    (claim,) = desk.claim("enrich")
    desk.publish(claim)

    assert claim.entry.title == "Harbour stays shut"
    assert desk.account().pending == {"fetch": 0, "enrich": 0}


@pytest.mark.parametrize("in_hand", [False, True])
def test_an_entry_whose_link_leads_to_another_host_waits_for_its_turn_there(desk: Desk, in_hand):
    desk.poll(entry(1))
    claims_in_hand = desk.claim("fetch") if in_hand else ()
    desk.later(61)
    moved = entry(1, url="http://moved.test/a", title="Harbour opens late")
    claim = next(one for one in claims(desk) if one.feed_id == "first")
    sightings = (sighting(moved)._replace(host="moved.test"),)
    due = desk.ledger.now + timedelta(seconds=60)
    desk.store.do(desk.ledger.admit(claim, Polled(VALIDATORS, due, "working", sightings)))
    for one in claims_in_hand:
        desk.store.do(desk.ledger.fail(one, "fetch", "gone", "", retry_at=None))

    (again,) = desk.claim("fetch")

    assert again.entry.url == "http://moved.test/a"
    assert desk.store.redis.hget(f"test:entry:{again.id}", "host") == b"moved.test"


def quiet(desk: Desk, claim, *, seconds: float = 60, validators=VALIDATORS, count: int = 0):
    told = polled(desk, validators=validators, status="not modified", seconds=seconds)
    return desk.store.do(desk.ledger.claim_polls(count, quiet=[(claim, told)])).claims


def test_a_poll_that_brought_no_document_is_told_with_a_claim(desk: Desk):
    (claim, *_) = claims(desk)
    fail(desk, claim)
    desk.later(31)
    (claim,) = (one for one in claims(desk) if one.feed_id == claim.feed_id)

    assert quiet(desk, claim) == ()

    of = {field: of_feed(desk, claim.feed_id, field) for field in ("status", "etag", "body_hash", "token", "polls")}
    assert of == {"status": "not modified", "etag": "e", "body_hash": "h", "token": "", "polls": "2"}
    assert of_feed(desk, claim.feed_id, "errors_in_a_row") == "0"
    assert of_feed(desk, claim.feed_id, "last_error") == ""
    assert int(of_feed(desk, claim.feed_id, "last_success_ms")) == desk.ledger.now.timestamp() * 1000
    desk.later(59)
    assert claim.feed_id not in {one.feed_id for one in claims(desk)}
    desk.later(1)
    (again,) = (one for one in claims(desk) if one.feed_id == claim.feed_id)
    assert again.validators == VALIDATORS
    assert again.errors_in_a_row == 0


def test_a_feed_whose_poll_is_told_can_be_claimed_in_the_same_call(desk: Desk):
    (claim, *_) = claims(desk)

    again = [one for one in quiet(desk, claim, seconds=0, count=10) if one.feed_id == claim.feed_id]

    assert len(again) == 1
    assert again[0].token != claim.token


def test_a_poll_that_brings_nothing_takes_seven_commands(desk: Desk):
    names = [f"feed-{number}" for number in range(20)]
    desk.feeds(*names)
    told = claims(desk, 20)

    def tell_and_claim() -> int:
        nonlocal told
        word = polled(desk, status="not modified", seconds=0)
        told = desk.store.do(desk.ledger.claim_polls(20, quiet=[(claim, word) for claim in told])).claims
        commands = desk.store.redis.info("commandstats")
        return sum(counted["calls"] for name, counted in commands.items() if "config" not in name)

    tell_and_claim()
    before = tell_and_claim()
    taken = tell_and_claim() - before

    assert len(told) == 20
    assert taken <= 7 * 20 + 12  # a dozen for all of them, and the script itself


def test_a_late_word_of_a_poll_whose_lease_ran_out_changes_nothing(desk: Desk):
    (claim, *_) = claims(desk)
    desk.later(61)
    (successor,) = (one for one in claims(desk) if one.feed_id == claim.feed_id)

    quiet(desk, claim, validators=Validators("late"))

    assert of_feed(desk, claim.feed_id, "etag") is None
    assert desk.store.do(desk.ledger.admit(successor, polled(desk, entry(1)))).new == 1


def test_a_word_told_twice_counts_one_poll(desk: Desk):
    (claim, *_) = claims(desk)
    quiet(desk, claim)
    quiet(desk, claim)

    assert of_feed(desk, claim.feed_id, "polls") == "1"


def test_a_feed_that_left_the_list_during_its_poll_is_not_polled_again(desk: Desk):
    (claim, *_) = claims(desk)
    sync(desk, "without", other="http://other.test/feed")
    quiet(desk, claim, seconds=0)

    assert claim.feed_id not in {one.feed_id for one in claims(desk)}


def test_a_quiet_poll_leaves_when_the_feed_was_last_read_whole(desk: Desk):
    (claim, *_) = claims(desk)
    desk.store.do(desk.ledger.admit(claim, polled(desk, whole=True)))
    desk.later(61)
    (claim,) = (one for one in claims(desk) if one.feed_id == claim.feed_id)
    quiet(desk, claim)
    desk.later(61)

    (again,) = (one for one in claims(desk) if one.feed_id == claim.feed_id)
    assert again.read_whole_at == START


def test_more_quiet_polls_are_told_at_once_than_lua_hands_over_in_one_command(desk: Desk):
    names = [f"feed-{number}" for number in range(1200)]
    desk.feeds(*names)
    claims = desk.store.do(desk.ledger.claim_polls(1200)).claims
    seconds = 900.0
    told = polled(desk, validators=Validators("e", None, "h"), status="not modified", seconds=seconds)

    desk.store.do(desk.ledger.claim_polls(0, quiet=[(claim, told) for claim in claims]))

    assert len(claims) > 900
    assert {of_feed(desk, claim.feed_id, "etag") for claim in claims} == {"e"}
    assert {desk.store.redis.zscore("test:pending:poll", claim.feed_id) for claim in claims} == {
        START.timestamp() * 1000 + seconds * 1000
    }
