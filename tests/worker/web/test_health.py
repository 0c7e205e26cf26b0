"""The service's state, judged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from worker.ledger import milliseconds
from worker.presence import Span
from worker.web.canary import canary_of
from worker.web.health import Beat, FeedState, Queue, State, feed_words, troubles
from worker.web.rhythm import Rhythm

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def ago(**span):
    return NOW - timedelta(**span)


def beats(**silent):
    seen = {"beat": 1, "gather": 2, "enrich": 3} | silent
    return tuple(
        Beat(role, f"box:{number}", ago(seconds=seconds), "0.1.0")
        for number, (role, seconds) in enumerate(seen.items())
    )


def feed(**more):
    plain = FeedState(
        id="post", title="The Post", url="https://post.example/rss", group="", every_seconds=600, status="working",
        last_error="", errors_in_a_row=0, last_success=ago(minutes=5), last_new=ago(hours=2), next_due=ago(minutes=-5),
        polls=9, entries=30, stopped=False,
    )  # fmt: skip
    return plain._replace(**more)


def test_all_is_well_when_every_duty_is_done_by_someone():
    assert troubles(State(beats=beats(), feeds=(feed(),)), NOW) == []


def test_a_wrong_file_of_the_configuration_is_told_and_records_still_come():
    (trouble,) = troubles(State(beats=beats(), wrong_files={"topics": "topics.toml line 4: odd"}), NOW)
    assert (trouble.level, trouble.what) == ("amber", "topics")
    assert trouble.text.endswith("stay in use: topics.toml line 4: odd")


def test_polling_and_fetching_may_be_done_by_one_role_or_two():
    apart = (*(b for b in beats() if b.role != "gather"), Beat("poll", "a:1", NOW, ""), Beat("fetch", "b:1", NOW, ""))
    assert troubles(State(beats=apart), NOW) == []


def test_a_silent_role_is_red_and_says_since_when():
    (trouble,) = troubles(State(beats=beats(enrich=31)), NOW)
    assert (trouble.level, trouble.what, trouble.since) == ("red", "enrich", ago(seconds=31))


def test_a_role_is_red_within_a_minute_of_its_death():
    assert troubles(State(beats=beats(beat=60)), NOW)[0].level == "red"


def test_a_role_that_never_reported_is_red():
    found = troubles(State(beats=tuple(b for b in beats() if b.role != "beat")), NOW)
    assert [(t.level, t.what) for t in found] == [("red", "beat")]


def test_a_role_restarted_on_its_machine_is_no_trouble():
    old = Beat("enrich", "box:99", ago(minutes=2), "0.1.0")
    fresh = tuple(beat._replace(host="box:7") for beat in beats())
    assert troubles(State(beats=(old, *fresh)), NOW) == []


def test_one_of_two_machines_gone_is_amber_for_a_while():
    other = Beat("enrich", "other:1", ago(minutes=2), "0.1.0")
    (trouble,) = troubles(State(beats=(*beats(), other)), NOW)
    assert (trouble.level, trouble.what) == ("amber", "enrich")
    assert troubles(State(beats=(*beats(), other._replace(at=ago(hours=1)))), NOW) == []


def test_work_that_is_due_and_not_done_is_amber():
    queue = Queue("enrich", 40, 30, ago(minutes=9))
    (trouble,) = troubles(State(beats=beats(), queues=(queue,)), NOW)
    assert "30 due, the oldest for 9 min" in trouble.text


def test_feeds_are_described_in_words():
    assert feed_words(feed(), NOW) == ("good", "working")
    assert feed_words(feed(errors_in_a_row=1, status="HTTP 503"), NOW) == ("amber", "HTTP 503, trying again")
    assert feed_words(feed(errors_in_a_row=3, status="HTTP 403"), NOW) == ("red", "HTTP 403, 3 times in a row")
    assert feed_words(feed(last_success=None), NOW) == ("amber", "not polled yet")
    assert feed_words(feed(stopped=True, last_error="410"), NOW) == ("off", "stopped: 410")


def test_a_feed_silent_against_its_own_rhythm_is_red():
    level, words = feed_words(feed(last_success=ago(hours=3), next_due=ago(hours=2)), NOW)
    assert (level, words) == ("red", "not polled for 3 h")


def rhythm(*, quiet, pause, records=40, known=timedelta(days=4)):
    last = feed().last_success - quiet
    return Rhythm(records, last - known, last, pause)


def test_a_feed_that_answers_and_gives_nothing_against_its_rhythm_is_named():
    quiet = feed(rhythm=rhythm(quiet=timedelta(hours=50), pause=timedelta(hours=9)))
    words = "it answers, but gave no record for 2 d; its longest pause before was 9 h"
    assert feed_words(quiet, NOW) == ("amber", words)
    (trouble,) = troubles(State(beats=beats(), feeds=(quiet,)), NOW)
    assert (trouble.level, trouble.what, trouble.since) == ("amber", "feed post", quiet.rhythm.last)
    assert trouble.text == f"The Post: {words}"


@pytest.mark.parametrize(
    "usual",
    [
        rhythm(quiet=timedelta(hours=23), pause=timedelta(minutes=20)),  # a night that was not seen yet
        rhythm(quiet=timedelta(days=5), pause=timedelta(days=3)),  # a weekly
        rhythm(quiet=timedelta(days=5), pause=timedelta(hours=1), records=9),
        rhythm(quiet=timedelta(days=5), pause=timedelta(hours=1), known=timedelta(hours=3)),
    ],
)
def test_a_pause_that_a_feed_has_made_before_or_that_nobody_can_judge_is_no_trouble(usual):
    assert feed_words(feed(rhythm=usual), NOW) == ("good", "working")
    assert troubles(State(beats=beats(), feeds=(feed(rhythm=usual),)), NOW) == []


def test_a_feed_that_fails_is_told_of_as_failing_whatever_its_rhythm():
    quiet = rhythm(quiet=timedelta(days=5), pause=timedelta(hours=1))
    assert feed_words(feed(rhythm=quiet, errors_in_a_row=1, status="HTTP 503"), NOW)[1] == "HTTP 503, trying again"
    assert troubles(State(beats=beats(), feeds=(feed(rhythm=quiet, errors_in_a_row=1),)), NOW) == []


def test_a_feed_that_is_polled_seldom_is_not_silent():
    assert feed_words(feed(last_success=ago(hours=20), next_due=ago(hours=-4)), NOW)[0] == "good"


def test_a_third_of_the_feeds_failing_is_red():
    failing = [feed(id=f"f{n}", errors_in_a_row=5) for n in range(2)]
    good = [feed(id=f"g{n}") for n in range(4)]
    assert troubles(State(beats=beats(), feeds=(*failing, *good)), NOW)[0].text == "2 of 6 feeds fail"
    found = troubles(State(beats=beats(), feeds=(failing[0], *good)), NOW)
    assert [trouble.level for trouble in found] == ["amber"]


CANARY = {"canary_interval": "60", "canary_limit": "30"}


def arrived(**span):
    return [(f"{milliseconds(ago(**span))}-0".encode(), {b"lag_ms": b"2500"})]


def up(**span):
    return (Span(milliseconds(ago(**span)), milliseconds(NOW)),)


def test_a_canary_that_is_late_is_red_and_says_since_when():
    fresh = State(beats=beats(), canary=canary_of(CANARY, arrived(seconds=90), up(hours=1)))
    assert troubles(fresh, NOW) == []
    late = State(beats=beats(), canary=canary_of(CANARY, arrived(seconds=100), up(hours=1)))
    (trouble,) = troubles(late, NOW)
    assert (trouble.level, trouble.what, trouble.since) == ("red", "canary", ago(seconds=100))
    assert "one is due every 1 min" in trouble.text


def test_a_canary_of_before_a_stop_is_not_held_against_the_start():
    started = State(beats=beats(), canary=canary_of(CANARY, arrived(hours=9), up(seconds=80)))
    assert troubles(started, NOW) == []
    assert troubles(started, NOW + timedelta(seconds=20))[0].what == "canary"


def test_a_canary_that_never_came_is_late_too():
    never = canary_of(CANARY, [], up(minutes=5))
    assert never.took is None
    assert never.late(NOW)


@pytest.mark.parametrize(
    "meta", [{}, {"canary_interval": "0.0", "canary_limit": "30"}, {"canary_interval": "nonsense"}]
)
def test_without_a_canary_none_is_waited_for(meta):
    assert canary_of(meta, [], up(hours=1)) is None
