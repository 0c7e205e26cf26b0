"""From a feed to the stream through hand-written ports: what each answer of the web comes to."""

from __future__ import annotations

import asyncio
import gzip
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import redis

from tasks.documents import KeptDocuments
from tasks.pipeline import poll_feed
from tasks.ports import Validators
from tasks.reasons import Failed
from tests.world import LIMITS, World, body, html, item, page, rss

FEED = "http://paper.test/feed"
LONG = "".join(f"Word{number} of a long report from the quay. " for number in range(60))


@pytest.fixture
def world(valkey_url):
    world = World(valkey_url)
    world.feed()
    world.web.answers = {FEED: page(rss(item(1)), etag='"v1"'), "http://paper.test/1": page(html())}
    yield world
    world.close()


def test_an_entry_of_a_feed_becomes_a_record(world: World):
    world.round()

    (record,) = world.records()
    assert record["title"] == "Harbour reopens"
    assert record["op"] == "created"
    assert record["version"] == 1
    assert record["body_status"] == "full"
    assert record["provenance"]["feed"]["id"] == "paper"
    assert record["provenance"]["http"]["robots"] == "allowed"
    assert world.account()[:2] == (1, 1)
    assert world.woken == ["fetch", "enrich"]


def test_every_end_is_told_once(world: World):
    world.round()

    assert [event for event, *_ in world.events] == ["polled", "fetched", "published"]
    _, feed, fields = world.events[-1]
    assert feed == "paper"
    assert fields["topics"] == ["harbours"]


# polling


def test_a_feed_is_asked_again_with_what_it_gave(world: World):
    world.round()
    world.later(1000)
    world.web.answers[FEED] = page(status=304)
    world.poll()

    (_, _, first), (_, _, second) = [asked for asked in world.web.asked if asked[0] == "feed"]
    assert first == Validators()
    assert second.etag == '"v1"'
    assert world.of_feed("status") == "not modified"
    assert world.of_feed("etag") == '"v1"'


def test_the_same_document_again_is_not_read_again(world: World):
    world.round()
    world.later(1000)
    world.reader = None
    world.poll()

    assert world.of_feed("status") == "same document"
    assert world.of_feed("errors_in_a_row") == "0"


def shown(world: World, *items: dict[str, str], ttl_minutes: int | None = None) -> None:
    world.web.answers[FEED] = page(rss(*items, ttl_minutes=ttl_minutes), etag=None)
    world.later(1000)
    world.poll()


def test_of_a_document_with_one_new_item_one_entry_is_read(world: World):
    shown(world, item(1), item(2))
    shown(world, item(3), item(1), item(2))
    shown(world, item(3), item(1, title="Harbour news, corrected"), item(2))

    assert world.reader.read == [2, 1, 1]
    assert world.account().seen == 3
    assert [fields["new"] for event, _, fields in world.events if event == "polled"] == [2, 1, 0]


DAY = 86_400


@pytest.mark.parametrize("etag", ['"v1"', None])
def test_an_edit_after_quiet_weeks_is_an_update(world: World, etag: str | None):
    world.web.answers[FEED] = page(rss(item(1)), etag=etag)
    world.web.not_modified = True
    world.round()
    for _ in range(12):
        world.later(DAY)
        world.poll()
    world.web.answers[FEED] = page(rss(item(1, title="Harbour stays shut")), etag='"v2"')
    world.web.answers["http://paper.test/1"] = page(html("Harbour stays shut"))
    world.later(DAY)
    world.round()

    assert [(record["version"], record["title"]) for record in world.records()] == [
        (1, "Harbour reopens"),
        (2, "Harbour stays shut"),
    ]


def test_an_origin_that_says_not_modified_whatever_has_changed_is_found_out_within_two_days(world: World):
    world.round()
    world.web.answers[FEED] = page(rss(item(2), item(1)), etag='"v1"')
    world.web.not_modified = True
    for _ in range(4):
        world.later(DAY / 2)
        world.poll()

    assert world.account().seen == 2


def at_the_clock(world: World, *numbers: int, **more: str) -> list[dict[str, str]]:
    """Items of software that knows no dates and writes its own clock's."""
    seconds = [world.now + timedelta(seconds=number > 2) for number in numbers]
    return [item(number, pubDate=format_datetime(at), **more) for number, at in zip(numbers, seconds, strict=True)]


def test_entries_whose_dates_are_the_clock_of_the_document_are_not_fetched_at_every_poll(world: World):
    world.web.answers |= {f"http://paper.test/{n}": page(html(f"News {n}", body(f"pier {n}"))) for n in range(1, 6)}
    for _ in range(5):
        shown(world, *at_the_clock(world, 1, 2, 3, 4))
        world.fetch()
        world.read()
    assert sorted(world.web.pages()) == sorted(2 * [f"http://paper.test/{n}" for n in range(1, 5)])
    assert {record["published_from"] for record in world.records()} == {"feed"}

    shown(world, *at_the_clock(world, 5, 1, 2), *at_the_clock(world, 3, description="A new word on the pier."))
    world.fetch()
    assert sorted(world.web.pages()[8:]) == ["http://paper.test/3", "http://paper.test/5"]


def test_an_entry_whose_date_is_hours_ahead_is_fetched_once(world: World):
    ahead = item(1, pubDate=format_datetime(world.now + timedelta(hours=2)))
    for number in range(2, 5):
        world.web.answers[f"http://paper.test/{number}"] = page(html(f"News {number}"))
        world.documents = KeptDocuments()  # as at a start, and once a day
        shown(world, ahead, item(number))
        world.fetch()
        world.read()
        world.later(DAY / 12)

    assert world.web.pages().count("http://paper.test/1") == 1


def test_entries_that_come_out_in_one_burst_are_fetched_once_whatever_follows_them(world: World):
    world.web.answers |= {f"http://paper.test/{n}": page(html(f"News {n}")) for n in range(1, 5)}
    burst = format_datetime(world.now + timedelta(seconds=7))
    shown(world, *(item(n, pubDate=burst) for n in (1, 2, 3)))
    world.fetch()
    world.read()
    later = format_datetime(world.now + timedelta(seconds=67))
    shown(world, item(4, pubDate=later), *(item(n, pubDate=burst) for n in (1, 2, 3)))
    world.fetch()

    assert sorted(world.web.pages()) == [f"http://paper.test/{n}" for n in (1, 2, 3, 4)]


def test_a_document_with_the_same_entries_is_told_as_a_poll_that_found_nothing(world: World):
    shown(world, item(1), item(2))
    shown(world, item(1), item(2), ttl_minutes=5)
    shown(world, item(1), item(2), ttl_minutes=6)

    assert world.reader.read == [2, 0, 0]
    assert world.of_feed("status") == "same entries"


def test_what_another_process_read_meanwhile_is_compared_with_nothing(world: World):
    shown(world, item(1), item(2))
    mine, world.documents = world.documents, KeptDocuments()
    shown(world, item(1, title="Harbour news, corrected"), item(2))
    world.documents = mine
    shown(world, item(1), item(2), ttl_minutes=5)

    assert world.reader.read == [2, 2, 2]


def test_once_a_day_all_entries_of_a_document_are_told(world: World):
    shown(world, item(1), item(2))
    for ttl_minutes in range(1, 5):
        world.later(40_000)
        shown(world, item(1), item(2), ttl_minutes=ttl_minutes)

    assert world.reader.read == [2, 0, 0, 2, 0]


def test_a_feed_is_read_whole_now_and_then_so_that_nothing_in_it_is_forgotten(world: World):
    world.round()
    for _ in range(24):
        world.later(86_400)
        world.poll()

    with_nothing = [validators == Validators() for kind, _, validators in world.web.asked if kind == "feed"]
    assert with_nothing.count(True) == 13
    assert len(world.records()) == 1


def test_a_feed_that_fails_is_asked_again_later_and_later(world: World):
    world.web.answers[FEED] = Failed("http-server-error", "500")
    waits = []
    for _ in range(8):
        world.poll()
        waits.append(world.seconds_until_due())
        world.later(waits[-1] + 1)

    assert waits == sorted(waits)
    assert waits[0] < 60
    assert waits[-1] >= 900
    assert world.of_feed("last_error") == "http-server-error: 500"
    assert world.events[0][0] == "poll-failed"


def without_a_network(world: World) -> None:
    for end in (None, "connect"):
        for number in range(3):
            world.network.heard(f"{number}.test", end, began=world.now, now=world.now)


def test_a_network_of_our_own_that_is_down_costs_a_feed_nothing(world: World):
    world.web.answers[FEED] = Failed("dns", "no name server")
    without_a_network(world)
    for _ in range(8):
        world.poll()
        assert world.of_feed("errors_in_a_row") == "0"
        assert 0 < world.seconds_until_due() <= 900
        world.later(world.seconds_until_due() + 1)

    world.web.answers[FEED] = page(rss(item(1)))
    world.round()
    assert len(world.records()) == 1
    assert world.events[0][2]["counted"] is False


def test_a_feed_that_fails_alone_is_charged_with_it(world: World):
    world.web.answers[FEED] = Failed("dns", "no such name")
    world.poll()

    assert world.of_feed("errors_in_a_row") == "1"
    assert world.events[0][2]["counted"] is True


def test_the_answer_of_a_server_is_its_own_also_after_the_network_was_down(world: World):
    without_a_network(world)
    world.web.answers[FEED] = Failed("http-server-error", "500")
    world.poll()

    assert world.of_feed("errors_in_a_row") == "1"
    assert not world.network.down


def test_feeds_of_several_hosts_that_used_to_answer_find_out_that_the_network_is_down(world: World):
    names = ["paper", "post", "herald", "times"]
    feeds = [world.feed(name) for name in names]
    rows = [(feed.id, feed.model_dump_json(), f"{feed.id}.test", feed.url) for feed in feeds]
    world.store.do(world.ledger.sync_feeds("all", rows))
    world.web.answers = {feed.url: [page(rss()), Failed("connect")] for feed in feeds}
    world.poll()
    world.later(1000)
    world.poll()

    assert world.network.down
    assert sorted(world.of_feed("errors_in_a_row", name) for name in names) == ["0", "0", "1", "1"]


def test_a_feed_that_is_gone_is_asked_no_more(world: World):
    world.web.answers[FEED] = Failed("gone", "410")
    world.poll()
    world.later(90 * 86_400)
    world.poll()

    assert len(world.web.asked) == 1


def test_a_feed_that_says_when_to_come_again_is_taken_at_its_word(world: World):
    world.web.answers[FEED] = Failed("rate-limited", "429", retry_after_seconds=1800)
    world.poll()

    assert world.seconds_until_due() == 1800


def test_a_feed_with_a_time_to_live_is_not_asked_sooner(world: World):
    world.web.answers[FEED] = page(rss(item(1), ttl_minutes=45))
    world.poll()

    assert 0.9 * 2700 <= world.seconds_until_due() <= 1.1 * 2700


def test_a_feed_that_moved_for_good_is_asked_at_its_new_place(world: World):
    new = "http://new.test/feed"
    world.web.answers |= {FEED: page(rss(), moved_to=new), new: page(rss(item(1)))}
    world.poll()
    world.later(1000)
    world.poll()

    assert [url for _, url, _ in world.web.asked] == [FEED, new]
    assert world.of_feed("host") == "new.test"


NEW, NEWER = "http://new.test/feed", "http://newer.test/feed"


def moved(world: World, *, old: Any, new: Any) -> None:
    """To its new place, where it is read once; then its places answer so, for three polls."""
    world.web.answers |= {FEED: page(rss(), moved_to=NEW, final_url=NEW), NEW: page(rss()), NEWER: page(rss(item(1)))}
    for _ in range(2):
        world.poll()
        world.later(1000)
    world.web.answers |= {FEED: old, NEW: new}
    world.web.asked.clear()
    for _ in range(3):
        world.poll()
        world.later(90_000)


@pytest.mark.parametrize("reason", ["gone", "http-client-error", "dns", "not-a-feed"])
def test_a_feed_whose_new_place_fails_is_asked_at_its_old_one(world: World, reason: str):
    moved(world, old=page(rss(item(1))), new=Failed(reason, "no more"))

    assert [url for _, url, _ in world.web.asked] == [NEW, FEED, FEED]
    assert world.web.asked[1][2] == Validators()
    assert (world.of_feed("host"), world.of_feed("errors_in_a_row")) == ("paper.test", "0")
    assert world.account().seen == 1


def test_a_feed_that_moved_on_is_followed_though_the_place_between_is_gone(world: World):
    moved(world, old=page(rss(), moved_to=NEWER, final_url=NEWER), new=Failed("gone", "410"))

    assert [url for _, url, _ in world.web.asked] == [NEW, FEED, NEWER]
    assert world.account().seen == 1


def test_a_feed_that_moved_and_is_gone_is_asked_no_more(world: World):
    moved(world, old=Failed("gone", "410 of the new place"), new=Failed("gone", "410"))

    assert [url for _, url, _ in world.web.asked] == [NEW, FEED]


def test_a_feed_whose_old_place_is_dead_comes_back_at_its_new_one(world: World):
    moved(world, old=Failed("dns"), new=[Failed("http-client-error", "404"), page(rss(item(1)))])

    assert [url for _, url, _ in world.web.asked] == [NEW, FEED, NEW]
    assert world.of_feed("errors_in_a_row") == "0"
    assert world.account().seen == 1


def test_a_feed_with_a_time_limit_of_its_own_is_fetched_within_it(world: World):
    world.feed(timeout="5s")
    world.poll()

    assert world.web.timeouts == [5.0]


def test_a_page_in_place_of_a_feed_is_a_failure_of_the_feed(world: World):
    world.web.answers[FEED] = page(html(), content_type="text/html")
    world.poll()

    assert world.of_feed("status") == "not-a-feed"
    assert world.account().seen == 0


def test_an_entry_that_stands_twice_in_a_document_is_one(world: World):
    world.web.answers[FEED] = page(rss(item(1), item(2), item(1)))
    world.poll()

    assert world.account().seen == 2


def test_a_compressed_feed_is_opened_within_bounds(world: World):
    world.web.answers[FEED] = page(gzip.compress(bytes(3 << 20)), content_encoding="gzip")
    world.poll()

    assert world.of_feed("status") == "too-large"


def test_a_poll_whose_lease_ran_out_leaves_nothing(world: World):
    (claim,) = world.store.do(world.ledger.claim_polls(1)).claims
    world.later(61)
    world.store.do(world.ledger.claim_polls(1))

    asyncio.run(poll_feed(world.gathering, claim))

    assert world.account().seen == 0
    assert world.of_feed("etag") == ""


# fetching


def test_robots_are_asked_for_before_the_first_page_of_an_origin(world: World):
    world.robots.known.clear()
    world.poll()
    world.fetch()
    assert world.web.pages() == []
    assert world.robots.learned == ["http://paper.test/1"]

    world.fetch()
    world.read()
    assert len(world.records()) == 1


def test_a_page_that_robots_forbid_is_not_fetched(world: World):
    world.robots.known["http://paper.test"] = "User-agent: *\nDisallow: /"
    world.round()

    assert world.web.pages() == []
    assert world.account().dead == {"robots": 1}


def test_where_a_redirect_leads_robots_are_heeded_too(world: World):
    world.web.answers["http://paper.test/1"] = page(html(), final_url="http://other.test/1")
    world.poll()
    world.fetch()
    assert world.robots.learned == ["http://other.test/1"]
    assert world.account().pending == {"fetch": 1, "enrich": 0}

    world.robots.known["http://other.test"] = "User-agent: *\nDisallow: /"
    world.fetch()
    assert world.account().dead == {"robots": 1}
    assert world.dead()[0]["detail"] == "robots.txt of other.test forbids /1"


def test_a_redirect_to_where_robots_allow_it_is_followed_once_they_are_known(world: World):
    world.web.answers["http://paper.test/1"] = page(html(), final_url="http://other.test/1")
    world.poll()
    world.fetch()
    world.fetch()
    world.read()

    assert len(world.records()) == 1
    assert world.robots.learned == ["http://other.test/1"]


def test_robots_that_are_set_aside_are_so_where_a_redirect_leads_too(world: World):
    world.respect_robots = False
    world.robots.known["http://other.test"] = "User-agent: *\nDisallow: /"
    world.web.answers["http://paper.test/1"] = page(html(), final_url="http://other.test/1")
    world.round()

    assert len(world.records()) == 1


@pytest.mark.parametrize("where", ["settings", "feed"])
def test_robots_can_be_set_aside_and_the_record_says_so(world: World, where: str):
    world.robots.known["http://paper.test"] = "User-agent: *\nDisallow: /"
    if where == "feed":
        world.feed(respect_robots=False)
    else:
        world.respect_robots = False
    world.round()

    assert world.records()[0]["provenance"]["http"]["robots"] == "ignored-by-config"


def test_an_origin_that_cannot_say_now_is_asked_again_later(world: World):
    world.robots.known.clear()
    world.robots.trouble = Failed("http-server-error", "robots.txt: 503")
    world.poll()
    world.fetch()

    assert world.account().pending == {"fetch": 1, "enrich": 0}
    world.fetch()
    assert len(world.robots.learned) == 1
    world.later(16)
    world.robots.trouble = None
    world.fetch()
    world.fetch()
    world.read()
    assert len(world.records()) == 1


def test_a_page_that_fails_for_now_is_tried_again(world: World):
    good = world.web.answers["http://paper.test/1"]
    world.web.answers["http://paper.test/1"] = [Failed("timeout"), Failed("connect"), good]
    world.poll()
    for _ in range(3):
        world.fetch()
        world.later(120)
    world.read()

    assert world.records()[0]["provenance"]["worker"]["attempt"] == 1
    assert [event for event, *_ in world.events] == ["polled", "retry", "retry", "fetched", "published"]


def test_a_network_of_our_own_that_is_down_costs_an_entry_no_try(world: World):
    good = world.web.answers["http://paper.test/1"]
    world.web.answers["http://paper.test/1"] = Failed("connect")
    world.poll()
    without_a_network(world)
    for _ in range(9):
        world.fetch()
        world.later(901)
    assert world.account().pending == {"fetch": 1, "enrich": 0}
    assert {event for event, *_ in world.events[1:]} == {"put-off"}

    world.web.answers["http://paper.test/1"] = [Failed("connect"), good]
    world.network.heard("0.test", None, began=world.now, now=world.now)
    for _ in range(2):
        world.fetch()
        world.later(901)
    world.read()
    assert len(world.records()) == 1
    assert [event for event, *_ in world.events[-3:]] == ["retry", "fetched", "published"]


def test_an_origin_whose_robots_cannot_be_asked_for_without_a_network_is_put_off(world: World):
    world.robots.known.clear()
    world.robots.trouble = Failed("connect", "unreachable")
    world.poll()
    without_a_network(world)
    for _ in range(9):
        world.fetch()
        world.later(901)

    assert world.account().dead == {}
    assert len(world.robots.learned) == 9


def test_a_page_that_fails_too_often_is_dead_with_its_reason_and_its_entry(world: World):
    world.web.answers["http://paper.test/1"] = Failed("timeout", "no answer")
    world.poll()
    for _ in range(5):
        world.fetch()
        world.later(600)

    (letter,) = world.dead()
    assert len(world.web.pages()) == 3
    assert (letter["reason"], letter["detail"], letter["stage"]) == ("timeout", "no answer", "fetch")
    assert "Harbour news 1" in letter["entry"]


def test_a_server_that_asks_for_more_time_gets_it(world: World):
    world.web.answers["http://paper.test/1"] = Failed("rate-limited", retry_after_seconds=40_000)
    world.poll()
    world.fetch()
    world.later(39_990)
    world.fetch()
    assert len(world.web.pages()) == 1

    world.later(20)
    world.fetch()
    assert len(world.web.pages()) == 2


@pytest.mark.parametrize("reason", ["http-client-error", "gone", "too-large", "robots", "tls"])
def test_a_page_that_cannot_be_had_is_made_up_for_by_the_feed(world: World, reason: str):
    world.web.answers |= {
        FEED: page(rss(item(1, description=LONG))),
        "http://paper.test/1": Failed(reason),
    }
    for _ in range(3):
        world.poll()
        world.fetch()
        world.later(600)
    world.read()

    (record,) = world.records()
    assert record["body_status"] == "feed_only"
    assert "http" not in record["provenance"]


@pytest.mark.parametrize("reason", ["blocked-address", "blocked-url"])
def test_an_address_that_is_refused_never_stands_in_a_record(world: World, reason: str):
    world.web.answers |= {FEED: page(rss(item(1, description=LONG))), "http://paper.test/1": Failed(reason)}
    world.round()

    assert world.records() == []
    assert world.account().dead == {reason: 1}


def test_a_feed_without_full_text_pages_is_published_from_the_feed_alone(world: World):
    world.feed(fulltext=False)
    world.web.answers[FEED] = page(rss(item(1, description=LONG)))
    world.round()

    assert world.web.pages() == []
    assert world.records()[0]["body_status"] == "feed_only"


# reading


def test_what_is_no_page_is_dead(world: World):
    world.web.answers["http://paper.test/1"] = page(b"%PDF-1.7\n" + bytes(2000), content_type="application/pdf")
    world.round()

    (letter,) = world.dead()
    assert (letter["reason"], letter["stage"]) == ("unsupported-type", "enrich")


def test_what_is_no_page_is_made_up_for_by_the_feed(world: World):
    world.web.answers |= {
        FEED: page(rss(item(1, description=LONG))),
        "http://paper.test/1": page(b"%PDF-1.7\n" + bytes(2000), content_type="application/pdf"),
    }
    world.round()

    assert world.records()[0]["body_status"] == "feed_only"
    assert world.account().dead == {}


def test_an_entry_that_changed_is_the_next_version(world: World):
    world.round()
    world.later(1000)
    world.web.answers |= {
        FEED: page(rss(item(1, title="Harbour news 1, corrected"))),
        "http://paper.test/1": page(html(text=body("pier"))),
    }
    world.round()

    first, second = world.records()
    assert (second["op"], second["version"], second["id"]) == ("updated", 2, first["id"])
    assert second["previous"] == first["provenance"]["content_hash"]
    assert world.events[-1][0] == "updated"


def test_a_feed_that_touches_an_entry_whose_page_did_not_change_makes_no_version(world: World):
    world.round()
    world.later(1000)
    world.web.answers[FEED] = page(rss(item(1, title="Harbour news 1!!")), etag="v2")
    world.web.answers[FEED] = page(rss(item(1, pubDate="Sun, 01 Mar 2026 11:00:00 GMT")))
    world.round()

    assert len(world.records()) == 1
    assert world.account().dropped == {"unchanged": 1}
    assert world.events[-1][0] == "dropped"


def test_two_links_that_lead_to_one_page_are_one_record(world: World):
    one = page(html(), final_url="http://paper.test/the-article")
    world.web.answers |= {
        FEED: page(rss(item(1), item(2))),
        "http://paper.test/1": one,
        "http://paper.test/2": one,
    }
    world.round()

    assert len(world.records()) == 1
    assert world.account().duplicate == 1


def test_a_page_that_left_the_store_is_a_fault_that_is_named(world: World):
    world.poll()
    world.fetch()
    world.store.redis.delete(*world.store.redis.keys("test:page:*"))
    world.read()

    (letter,) = world.dead()
    assert (letter["reason"], letter["detail"]) == ("error", "the page is missing from the store")


def test_a_store_that_goes_away_while_an_article_is_read_buries_nothing(world: World):
    world.poll()
    world.fetch()
    world.reading_store.trouble["publish"] = redis.exceptions.ConnectionError("away")

    with pytest.raises(redis.exceptions.ConnectionError):
        world.read()
    assert world.account().pending == {"fetch": 0, "enrich": 1}
    world.later(91)
    world.read()

    assert len(world.records()) == 1
    assert world.account().dead == {}


def test_entries_of_a_feed_that_left_the_list_are_published_all_the_same(world: World):
    world.poll()
    world.feed("other")
    world.fetch()
    world.read()

    assert world.records()[0]["provenance"]["feed"] == {"id": "paper", "url": FEED, "title": ""}


def test_the_time_of_an_article_is_when_it_was_published_and_not_when_it_was_seen(world: World):
    world.round()

    (record,) = world.records()
    assert record["published_at"] == "2026-03-01T09:00:00Z"
    assert record["published_from"] == "feed"
    (_, fields), *_ = world.store.redis.xrange("test:articles")
    assert int(fields[b"lag_ms"]) == timedelta(hours=3).total_seconds() * 1000


def test_a_body_is_cut_where_the_settings_say_and_the_record_says_so(world: World):
    world.web.answers["http://paper.test/1"] = page(html(text="".join(f"<p>{body(str(n))}</p>" for n in range(200))))
    world.round()

    (record,) = world.records()
    assert LIMITS.max_body_chars - 1000 < len(record["body"]) <= LIMITS.max_body_chars
    assert "body-cut" in [notice["code"] for notice in record["provenance"]["warnings"]]
