"""robots.txt is asked for once for all processes, and what it says of pace reaches the ledger."""

from __future__ import annotations

import asyncio

import pytest

from tasks.ports import Validators
from tasks.reasons import Failed
from tests.world import START, page
from worker.ledger import AsyncStore
from worker.robots import KEPT_SECONDS, SharedRobots

AGENT = "Wirebeat/0 (+https://wirebeat.example/bot)"
PAGE = "https://paper.test:8443/news/1"
ROBOTS = "https://paper.test:8443/robots.txt"


class Web:
    def __init__(self, answer) -> None:
        self.answer, self.asked = answer, []

    async def fetch(self, url, *, kind, validators):
        assert kind == "robots"
        assert validators == Validators()
        self.asked.append(url)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def talk(valkey_url, db):
    """Runs `steps` with the robots of one or more processes."""

    def run(steps, *webs: Web):
        async def once():
            store = AsyncStore(valkey_url, "test")
            try:
                return await steps(*(SharedRobots(store, web, AGENT) for web in webs))
            finally:
                await store.redis.aclose()

        return asyncio.run(once())

    return run


def says(text: str, status: int = 200) -> Web:
    return Web(page(text.encode(), status=status, final_url=ROBOTS))


def test_it_is_asked_for_before_anything_else_of_the_origin(talk):
    web = says("User-agent: *\nDisallow: /private")

    async def steps(robots):
        assert await robots.rules(PAGE) is None
        await robots.learn(PAGE)
        return await robots.rules(PAGE)

    rules = talk(steps, web)

    assert web.asked == [ROBOTS]
    assert rules.allows(PAGE, AGENT)
    assert not rules.allows("https://paper.test:8443/private/1", AGENT)


def test_what_one_process_learned_another_knows(talk, db):
    first, second = says(""), says("")

    async def steps(ours, theirs):
        await ours.learn(PAGE)
        return await theirs.rules(PAGE)

    assert talk(steps, first, second).allows(PAGE, AGENT)
    assert second.asked == []
    assert KEPT_SECONDS - 5 <= db.ttl("test:robots:https://paper.test:8443") <= KEPT_SECONDS


def test_origins_that_differ_in_port_or_scheme_have_rules_of_their_own(talk):
    async def steps(robots):
        await robots.learn(PAGE)
        return [await robots.rules(url) for url in ("https://paper.test/", "http://paper.test:8443/")]

    assert talk(steps, says("")) == [None, None]


def test_rules_are_looked_up_in_the_store_but_once_in_a_while(talk, db):
    async def steps(robots):
        await robots.learn(PAGE)
        await robots.rules(PAGE)
        db.delete("test:robots:https://paper.test:8443")
        return await robots.rules(PAGE)

    assert talk(steps, says("")) is not None


@pytest.mark.parametrize("status", [404, 403, 410])
def test_an_origin_without_the_file_allows_all(talk, status):
    async def steps(robots):
        await robots.learn(PAGE)
        return await robots.rules(PAGE)

    assert talk(steps, says("Disallow: /", status)).allows(PAGE, AGENT)


@pytest.mark.parametrize("reason", ["http-server-error", "timeout", "connect", "rate-limited"])
def test_an_origin_that_cannot_say_now_fails_and_nothing_is_remembered(talk, db, reason):
    async def steps(robots):
        with pytest.raises(Failed, match=reason):
            await robots.learn(PAGE)
        return await robots.rules(PAGE)

    assert talk(steps, Web(Failed(reason))) is None
    assert db.keys("test:robots:*") == []


def test_a_crawl_delay_is_kept_as_long_as_the_rules(talk, db):
    async def steps(robots):
        await robots.learn(PAGE)

    talk(steps, says("User-agent: *\nCrawl-delay: 7"))

    assert db.hget("test:host:paper.test", "crawl_ms") == "7000"
    assert db.ttl("test:host:paper.test") > KEPT_SECONDS - 5


def test_a_crawl_delay_holds_from_the_request_for_robots_txt_on(talk, db):
    async def steps(robots):
        await robots.learn(PAGE)

    talk(steps, says("User-agent: *\nCrawl-delay: 7"))

    seconds, _ = db.time()
    assert seconds + 5 < float(db.hget("test:host:paper.test", "next")) / 1000 < seconds + 8


def test_a_crawl_delay_that_is_taken_back_is_kept_to_no_more(talk, db):
    db.hset("test:host:paper.test", mapping={"crawl_ms": "7000", "next": "1"})

    async def steps(robots):
        await robots.learn(PAGE)

    talk(steps, says("User-agent: *\nAllow: /"))

    assert db.hgetall("test:host:paper.test") == {"next": "1"}


def test_the_answer_does_not_depend_on_when_it_came(talk):
    web = says("User-agent: *\nDisallow: /")
    assert web.answer.fetched_at == START

    async def steps(robots):
        await robots.learn(PAGE)
        return await robots.rules(PAGE)

    assert not talk(steps, web).allows(PAGE, AGENT)
