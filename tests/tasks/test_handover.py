"""Two shards, each with feeds and hosts of its own, and what one of them finds of the other's."""

from __future__ import annotations

import json
from typing import Any

import pytest
import redis

from tasks.identity import article_id_of_url
from tasks.publish import content_hash
from tests.world import Doing, DoingAtOnce, World, html, item, page, rss
from worker.ledger import SyncStore

PAPER, AGENCY = "http://paper.test/feed", "http://agency.test/feed"


class Shard(World):
    """`hosts`: which shard has which host."""

    def __init__(self, url: str, prefix: str, hosts: dict[str, Shard]) -> None:
        super().__init__(url)
        self.store.redis.close()
        self.store, self.hosts = SyncStore(url, prefix), hosts
        self.gathering_store, self.reading_store = Doing(self.store), DoingAtOnce(self.store)
        self.robots.known |= dict.fromkeys(("http://agency.test", "http://go.test"), "")

    @property
    def gathering(self):
        return super().gathering._replace(elsewhere=lambda host: self._other(host, "gathering_store"))

    @property
    def reading(self):
        return super().reading._replace(elsewhere=lambda host: self._other(host, "reading_store"))

    def _other(self, host: str, store: str) -> Any:
        owner = self.hosts.get(host, self)
        return None if owner is self else getattr(owner, store)

    def records(self) -> list[dict[str, Any]]:
        return [json.loads(fields[b"data"]) for _, fields in self.store.redis.xrange(f"{self.store.prefix}:articles")]

    def of_feed(self, field: str, feed: str = "paper") -> str:
        return (self.store.redis.hget(f"{self.store.prefix}:feed:{feed}", field) or b"").decode()


@pytest.fixture
def shards(valkey_url):
    """Paper and a host of short links are the first shard's, the agency is the second's. The paper's feed shows an
    article of its own and one of the agency."""
    hosts: dict[str, Shard] = {}
    paper, agency = Shard(valkey_url, "{one}", hosts), Shard(valkey_url, "{two}", hosts)
    hosts |= {"paper.test": paper, "go.test": paper, "agency.test": agency}
    paper.feed("paper")
    agency.feed("agency")
    own, borrowed = item(1), item(2, link="http://agency.test/2", guid="a-2")
    answers = {
        PAPER: page(rss(own, borrowed), etag='"v1"'),
        AGENCY: page(rss(item(2, link="http://agency.test/2", guid="b-2")), etag='"v1"'),
        "http://paper.test/1": page(html("Of the paper")),
        "http://agency.test/2": page(html("Of the agency")),
    }
    paper.web.answers = agency.web.answers = answers
    yield paper, agency
    paper.close()
    agency.close()


def test_an_article_of_another_shard_becomes_a_record_there(shards: tuple[Shard, Shard]):
    paper, agency = shards
    paper.round()
    agency.fetch()
    agency.read()

    assert [record["title"] for record in paper.records()] == ["Of the paper"]
    (record,) = agency.records()
    assert record["title"] == "Of the agency"
    assert record["provenance"]["feed"]["id"] == "paper"
    assert paper.web.pages() == ["http://paper.test/1"]
    assert paper.account().seen == agency.account().seen == 1


def test_an_article_in_feeds_of_two_shards_comes_once(shards: tuple[Shard, Shard]):
    paper, agency = shards
    agency.round()
    paper.round()
    agency.round()

    assert len(agency.records()) == 1
    assert agency.account().seen == 1


def test_the_feed_knows_what_it_brought_to_other_shards(shards: tuple[Shard, Shard]):
    paper, _ = shards
    paper.poll()

    assert paper.of_feed("entries") == "2"
    assert paper.events[0][2]["new"] == 2


def test_a_death_between_handing_over_and_the_feed_s_own_step_loses_and_doubles_nothing(shards: tuple[Shard, Shard]):
    paper, agency = shards
    paper.gathering_store.trouble["admit"] = redis.ConnectionError("away")
    with pytest.raises(redis.ConnectionError):
        paper.poll()
    assert paper.of_feed("etag") == ""
    assert paper.account().seen == 0

    paper.later(100)  # the lease of the poll has run out
    paper.round()
    agency.fetch()
    agency.read()

    assert paper.of_feed("etag") == '"v1"'
    assert [record["title"] for record in paper.records() + agency.records()] == ["Of the paper", "Of the agency"]
    assert paper.account().seen == agency.account().seen == 1


def test_while_the_other_shard_is_away_the_feed_keeps_its_turn(shards: tuple[Shard, Shard]):
    paper, agency = shards
    agency.gathering_store.trouble["receive"] = redis.ConnectionError("away")
    with pytest.raises(redis.ConnectionError):
        paper.poll()

    assert paper.of_feed("etag") == ""
    paper.later(100)
    paper.poll()
    assert paper.account().seen == agency.account().seen == 1


def short_link(paper: Shard) -> None:
    """The paper's feed shows the agency's article under a link that only redirects there."""
    paper.web.answers[PAPER] = page(rss(item(3, link="http://go.test/3", guid="g-3")), etag='"v2"')
    paper.web.answers["http://go.test/3"] = page(html("Of the agency"), final_url="http://agency.test/2")


def test_a_link_to_what_another_shard_published_is_its_duplicate(shards: tuple[Shard, Shard]):
    paper, agency = shards
    short_link(paper)
    agency.round()
    paper.round()

    assert len(agency.records()) == 1
    assert paper.records() == []
    assert paper.account().duplicate == 1
    paper.later(1000)
    paper.web.answers[PAPER] = page(rss(item(3, link="http://go.test/3", guid="g-3", title="New words")), etag='"v3"')
    paper.round()
    assert paper.records() == []


def test_what_a_redirect_brought_first_is_known_where_it_stands(shards: tuple[Shard, Shard]):
    paper, agency = shards
    short_link(paper)
    paper.round()
    agency.round()

    assert [record["title"] for record in paper.records()] == ["Of the agency"]
    assert agency.records() == []
    assert agency.account().seen == 0
    agency.later(1000)
    agency.web.answers[AGENCY] = page(rss(item(2, link="http://agency.test/2", title="New words")), etag='"v2"')
    agency.round()
    assert agency.records() == []


def test_of_two_on_their_way_at_once_one_becomes_the_duplicate(shards: tuple[Shard, Shard]):
    paper, agency = shards
    short_link(paper)
    agency.poll()
    agency.fetch()
    paper.round()
    agency.read()

    assert len(paper.records()) == 1
    assert agency.records() == []
    assert agency.account().duplicate == 1


def test_a_second_link_to_a_page_of_another_shard_is_a_duplicate_of_the_first(shards: tuple[Shard, Shard]):
    paper, agency = shards
    short_link(paper)
    paper.round()
    page_id, first, text = article_id_of_url("http://agency.test/2"), paper.records()[0]["id"], _hash(paper)
    second = "art_" + "7" * 24

    def lodge(id_: str, content_hash: bytes) -> str:
        return agency.store.do(agency.ledger.lodge(page_id, id_, content_hash))

    assert lodge(second, text) == first
    assert lodge(first, text) == ""  # said twice
    assert lodge(second, bytes(32)) == ""  # another text under the same address is another article


def _hash(shard: Shard) -> bytes:
    (record,) = shard.records()
    return content_hash(record["title"], record["body"])
