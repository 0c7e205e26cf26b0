import asyncio
from itertools import pairwise

import pytest

from worker.demo.developing import COPY_EVERY, stories, telling

PUBLISHERS = ["harrow", "meridian", "northbank", "eastline"]
TOLD = [telling(number, PUBLISHERS) for number in range(200)]


def test_the_same_number_is_the_same_article_and_each_has_an_address_of_its_own():
    assert telling(7, PUBLISHERS) == TOLD[7]
    assert len({article.path for article in TOLD}) == len(TOLD)


def test_every_publisher_tells_in_turn_and_every_story_comes_up():
    assert [article.publisher for article in TOLD[:4]] == PUBLISHERS
    assert {article.section for article in TOLD} == {story.section for story in stories()}
    for topics in [("ukraine-war",), ("diplomacy",), ("ukraine-war", "diplomacy"), ()]:
        assert sum(article.about == topics for article in TOLD) >= 15, topics


def test_no_two_tellings_are_alike_but_for_agency_copies():
    copies = [number for number in range(1, len(TOLD)) if number % COPY_EVERY == COPY_EVERY - 1]
    for number in copies:
        copy, original = TOLD[number], TOLD[number - 1]
        assert (copy.body, copy.credit) == (original.body, original.credit)
        assert copy.title != original.title
        assert copy.publisher != original.publisher
    bodies = [article.body for number, article in enumerate(TOLD) if number not in copies]
    assert len(set(bodies)) == len(bodies)
    assert all(first.body != second.body for first, second in pairwise(TOLD[: COPY_EVERY - 1]))


@pytest.mark.parametrize("number", range(40))
def test_a_telling_is_a_whole_article_with_nothing_left_to_fill_in(number):
    article = TOLD[number]

    text = f"{article.title} {article.summary} {article.body}"
    assert "{" not in text
    assert len(article.body.split()) >= 110
    assert article.title[0].isupper()
    if article.later:
        assert len(article.later.body) > len(article.body)


def test_each_lead_has_its_title_and_there_is_one_more_for_copies():
    for story in stories():
        assert len(story.titles) == len(story.leads) + 1


def test_some_are_changed_later():
    assert 15 <= sum(article.later is not None for article in TOLD) <= 40


def test_the_site_tells_nothing_new_until_asked_to_and_then_more_and_more(visit):
    async def visitor(site, session):
        async def titles():
            async with session.get(f"{site.home('harrow')}/feed.xml") as answer:
                return (await answer.text()).count("<item>")

        before = await titles()
        await asyncio.sleep(0.05)
        assert await titles() == before
        site.tell_news(0.02)
        await asyncio.sleep(0.2)
        assert await titles() > before
        article = telling(0, list(site.newsstand.publishers))
        async with session.get(site.url(article)) as answer:
            assert answer.status == 200
            assert article.title in await answer.text()

    visit(visitor)


def test_a_feed_does_not_grow_without_end(visit):
    async def visitor(site, session):
        site.tell_news(0.001)
        await asyncio.sleep(0.3)
        async with session.get(f"{site.home('harrow')}/feed.xml") as answer:
            return (await answer.text()).count("<item>")

    assert visit(visitor) == 40
