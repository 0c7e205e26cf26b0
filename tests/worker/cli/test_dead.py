"""Dead letters: listed, shown, tried again, given up; the account balances all the while."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest

from tests.desk import Desk, entry

ENDS = [("first", 1, "timeout"), ("first", 2, "robots"), ("second", 3, "timeout")]


@pytest.fixture
def desk(store_url, monkeypatch):
    monkeypatch.setenv("WIREBEAT_PREFIX", "test")
    desk = Desk(store_url)
    desk.feeds("first", "second")
    yield desk
    desk.store.redis.close()


@pytest.fixture
def ids(desk):
    """Ids of the entries, in the order in which they died."""
    found = []
    for feed, number, reason in ENDS:
        desk.later(61)
        desk.poll(entry(number, feed=feed), feed=feed)
        (claim,) = desk.claim("fetch")
        desk.store.do(desk.ledger.fail(claim, "fetch", reason, "so it \x1b[31mgoes", retry_at=None))
        found.append(claim.id)
    return found


def letters(desk) -> list[str]:
    return [id_.decode() for id_, _ in desk.stream("dead")]


def test_a_list_has_a_line_for_each(wirebeat, ids):
    done = wirebeat("dead", "list")

    assert [line.split()[1] for line in done.lines()] == ids
    assert "Harbour opens, part 1" in done.lines()[0]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--feed", "first"], [0, 1]),
        (["--reason", "timeout"], [0, 2]),
        (["--stage", "enrich"], []),
        (["--feed", "first", "--reason", "timeout"], [0]),
        (["--older", "1h"], []),
    ],
)
def test_a_list_can_be_narrowed(wirebeat, ids, options, expected):
    done = wirebeat("dead", "list", "--json", *options)

    assert [json.loads(line)["id"] for line in done.lines()] == [ids[number] for number in expected]


def test_an_age_that_is_none_is_refused_in_words(wirebeat, ids):
    done = wirebeat("dead", "list", "--older", "long")

    assert done.code == 2
    assert "'long' is no duration" in done.err


def test_a_reason_that_is_none_is_refused_with_the_one_that_was_meant(wirebeat, ids):
    done = wirebeat("dead", "list", "--reason", "timout")

    assert done.code == 2
    assert "did you mean timeout?" in done.err


def test_a_stage_that_is_none_is_refused_with_those_there_are(wirebeat, ids):
    done = wirebeat("dead", "list", "--stage", "enrch")

    assert done.code == 2
    assert "no stage 'enrch'; there are: fetch, enrich" in done.err


def test_a_letter_that_is_none_is_named(wirebeat, ids):
    done = wirebeat("dead", "show", ids[1], "art_0", "0-1")

    assert done.code == 1
    assert ids[1] in done.out
    assert "no dead letter 0-1, art_0" in done.err


@pytest.mark.parametrize("verb", ["retry", "drop"])
def test_nothing_is_done_for_a_letter_that_is_none_and_it_is_named(wirebeat, ids, desk, verb):
    done = wirebeat("dead", verb, ids[0], letters(desk)[1], "art_0", "--yes")

    assert done.code == 1
    assert f"{verb}: 2 of 2" in done.err
    assert "no dead letter art_0;" in done.err
    assert len(letters(desk)) == 1


def test_one_is_shown_with_all_that_is_known(wirebeat, ids, desk):
    by_id = wirebeat("dead", "show", ids[1])
    by_letter = wirebeat("dead", "show", letters(desk)[1])

    assert by_id.out == by_letter.out
    assert "robots.txt forbids it" in by_id.out
    assert "http://paper.test/article-2" in by_id.out
    assert ids[0] not in by_id.out


def test_what_strangers_wrote_does_not_reach_the_terminal_as_it_is(wirebeat, ids):
    assert "\x1b" not in wirebeat("dead", "show").out
    assert "\x1b" not in wirebeat("dead", "list").out


def test_those_that_are_chosen_are_tried_again(wirebeat, ids, desk):
    done = wirebeat("dead", "retry", "--reason", "timeout", "--yes")

    assert done.code == 0
    assert "retry: 2 of 2" in done.err
    account = desk.account()
    assert account.dead == {"robots": 1}
    assert account.pending == {"fetch": 2, "enrich": 0}
    assert account.balance() == 0
    desk.ledger.now += timedelta(days=365 * 10)
    assert {claim.id for claim in desk.claim("fetch")} == {ids[0], ids[2]}


def test_those_that_are_given_up_are_counted_as_dropped(wirebeat, ids, desk):
    wirebeat("dead", "drop", ids[0], "--yes")

    assert desk.account().dropped == {"discarded": 1}
    assert desk.account().balance() == 0
    assert len(letters(desk)) == 2


def test_without_yes_it_is_asked_and_nothing_is_done_without_an_answer(wirebeat, ids, desk, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))

    done = wirebeat("dead", "drop")

    assert done.code == 1
    assert "drop 3 dead letters?" in done.err
    assert len(letters(desk)) == 3


def test_where_nothing_is_dead_there_is_nothing_to_do(wirebeat, desk):
    assert wirebeat("dead", "list") == (0, "", "")
    assert "retry: 0 of 0" in wirebeat("dead", "retry").err
