"""Tagging anew what was published: the next version, once, whatever else happens to the entry."""

from __future__ import annotations

import pytest

from tasks.ports import Publication
from tasks.publish import content_hash
from tests.desk import PAGE, Desk, entry


@pytest.fixture
def published(desk: Desk) -> str:
    """The id of an article of which version 1 was published."""
    desk.poll(entry(1))
    desk.fetch_all()
    (claim,) = desk.claim("enrich")
    desk.publish(claim)
    return claim.id


def retag(desk: Desk, id_: str, version: int = 2, *topics: tuple[str, float]):
    outgoing = Publication(
        version=version,
        content_hash=content_hash("Title", "Body"),
        fields={"id": id_, "version": version, "title": "Title"},
        data=b'{"new": 1}',
        partial=b"{}",
        topics=topics,
    )
    return desk.store.do(desk.ledger.retag(id_, outgoing))


def versions(desk: Desk) -> list[int]:
    return [int(fields[b"version"]) for _, fields in desk.stream()]


def test_the_update_stands_in_the_stream_and_in_those_of_its_topics(desk: Desk, published: str):
    end, stream_id = retag(desk, published, 2, ("quays", 0.7))

    (_, first), (key, second) = desk.stream()
    ((topic_key, in_topic),) = desk.stream("topic:quays")
    assert (end, stream_id) == ("updated", key.decode())
    assert (first[b"version"], second[b"version"], second[b"data"]) == (b"1", b"2", b'{"new": 1}')
    assert (topic_key, in_topic[b"score"], list(in_topic)[-1]) == (key, b"0.7", b"data")


def test_the_account_still_holds(desk: Desk, published: str):
    retag(desk, published)

    account = desk.account()
    assert (account.seen, account.published, account.updated, account.balance()) == (2, 1, 1, 0)
    assert len(desk.stream()) == account.published + account.updated


def test_the_same_update_sent_twice_is_there_once(desk: Desk, published: str):
    assert [retag(desk, published)[0], retag(desk, published)[0]] == ["updated", "stale"]
    assert versions(desk) == [1, 2]


@pytest.mark.parametrize("version", [1, 3, 9])
def test_an_update_of_another_version_than_the_last_is_stale(desk: Desk, published: str, version: int):
    assert retag(desk, published, version) == ("stale", "")
    assert versions(desk) == [1]


def test_an_article_that_nobody_published_is_stale(desk: Desk):
    assert retag(desk, "art_" + "0" * 24) == ("stale", "")
    assert desk.stream() == []


def test_an_article_that_is_being_read_is_busy_and_one_that_waits_is_not(desk: Desk, published: str):
    desk.later(61)
    desk.poll(entry(1, title="Harbour opens after all"))
    desk.fetch_all()
    claim = desk.claim("enrich")[0]
    assert retag(desk, published) == ("busy", "")
    desk.store.do(desk.ledger.release("enrich", [claim]))

    assert retag(desk, published)[0] == "updated"
    (claim,) = desk.claim("enrich")
    desk.publish(claim, title="Harbour opens after all")

    assert versions(desk) == [1, 2, 3]
    assert desk.account().balance() == 0


def test_what_is_fetched_meanwhile_becomes_the_version_after(desk: Desk, published: str):
    desk.later(61)
    desk.poll(entry(1, title="Harbour opens after all"))
    (claim,) = desk.claim("fetch")

    assert retag(desk, published)[0] == "updated"
    assert desk.store.do(desk.ledger.advance(claim, PAGE))
    (claim,) = desk.claim("enrich")
    assert (claim.version, claim.content_hash) == (2, content_hash("Title", "Body"))
    desk.publish(claim, title="Harbour opens after all")

    assert versions(desk) == [1, 2, 3]


def test_what_its_feed_shows_again_unchanged_is_still_known(desk: Desk, published: str):
    retag(desk, published)
    desk.later(61)

    assert desk.poll(entry(1)).known == 1
    desk.later(61)
    desk.poll(entry(1, title="Harbour opens after all"))
    desk.fetch_all()
    (claim,) = desk.claim("enrich")
    assert (claim.version, claim.content_hash) == (2, content_hash("Title", "Body"))
