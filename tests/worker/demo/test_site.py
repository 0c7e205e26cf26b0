import asyncio
import json
import re
import tomllib
from html import unescape
from xml.etree import ElementTree as ET

import pytest

from worker.demo.news import load

ATOM = "{http://www.w3.org/2005/Atom}"


async def text_of(session, url, **headers):
    async with session.get(url, headers=headers) as response:
        return response.status, await response.text(), response.headers


def links_of(document, kind):
    if kind == "json":
        return [item["url"] for item in json.loads(document)["items"]]
    tree = ET.fromstring(document)
    if kind == "atom":
        return [link.get("href") for link in tree.iterfind(f"{ATOM}entry/{ATOM}link")]
    return [link.text.partition("?")[0] for link in tree.iterfind("channel/item/link")]


def test_every_link_of_every_feed_leads_to_a_page_with_the_title_and_the_text(visit):
    async def read_all(site, session):
        found = {}
        for channel in site.channels():
            _, document, _ = await text_of(session, channel.url)
            for link in links_of(document, channel.dialect):
                found[link] = await text_of(session, link)
        return found, {site.url(article): article for article in site.newsstand.articles.values()}

    pages, articles = visit(read_all)

    assert set(pages) == set(articles)
    for url, (status, page, _) in pages.items():
        article = articles[url]
        assert status == article.status
        if status == 200:
            assert article.title in unescape(page)
            assert article.paragraphs[0][:60] in unescape(page)


def test_there_is_a_feed_in_each_dialect_and_the_list_names_them_all(visit):
    async def read_list(site, session):
        _, toml, _ = await text_of(session, site.feeds_url)
        return site.channels(), tomllib.loads(toml)

    channels, toml = visit(read_list)

    addresses = [channel.url for channel in channels]
    assert {channel.dialect for channel in channels} == {"rss", "atom", "json"}
    assert [feed["url"] for feed in toml["feed"]] == addresses


@pytest.mark.parametrize("validator", [("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since")])
def test_a_feed_that_did_not_change_answers_304(visit, validator):
    given, asked = validator

    async def poll_twice(site, session):
        answers = []
        for channel in site.channels():
            _, _, headers = await text_of(session, channel.url)
            answers.append(await text_of(session, channel.url, **{asked: headers[given]}))
        return answers

    for status, body, _ in visit(poll_twice):
        assert (status, body) == (304, "")


def test_an_article_changes_after_it_was_read_and_its_feed_says_so(visit):
    changing = load().articles["odesa-strike"]

    async def read_before_and_after(site, session):
        url = site.url(changing)
        feed = next(channel.url for channel in site.channels() if channel.id == changing.publisher)
        _, _, before = await text_of(session, feed)
        first = await text_of(session, url)
        await asyncio.sleep(0.1)
        second = await text_of(session, url)
        return first[1], second[1], await text_of(session, feed, **{"If-None-Match": before["ETag"]})

    first, second, (status, feed, _) = visit(read_before_and_after, change_after_seconds=0.05)

    assert changing.title in first
    assert changing.later.title not in first
    assert changing.later.title in second
    assert status == 200
    assert changing.later.title in feed


def test_a_page_behind_the_paywall_shows_its_beginning_only(visit):
    article = load().articles["back-channel"]

    async def read(site, session):
        return await text_of(session, site.url(article))

    _, page, _ = visit(read)

    assert article.paragraphs[1][:50] in page
    assert article.paragraphs[2][:50] not in page
    assert "Read on with a subscription" in page


def test_robots_are_asked_to_stay_out_of_the_one_page_that_no_record_is_expected_of(visit):
    async def read(site, session):
        _, robots, _ = await text_of(session, f"{site.home('meridian')}/robots.txt")
        return robots, site.expected

    robots, expected = visit(read)

    forbidden = re.findall(r"Disallow: (\S+)", robots)
    private = [article for article in load().articles.values() if article.path.startswith(tuple(forbidden))]
    assert [article.slug for article in private] == ["subscribers-archive"]
    assert not [url for url in expected if "/private/" in url]


def test_each_publisher_has_an_origin_of_its_own_and_a_front_page_that_names_its_feed(visit):
    async def read(site, session):
        return [await text_of(session, f"http://{origin}/") for origin in site.origins], site.origins

    fronts, origins = visit(read)

    assert len(origins) == 4
    for status, page, _ in fronts:
        assert status == 200
        assert 'rel="alternate"' in page


def test_markup_in_a_title_cannot_break_the_page(visit):
    async def read(site, session):
        article = site.newsstand.articles["tram-line"]
        hostile = article.model_copy(update={"title": 'Tea & "scones" </script><b>'})
        site.newsstand.articles["tram-line"] = hostile
        return await text_of(session, site.url(hostile))

    _, page, _ = visit(read)

    assert "</script><b>" not in page
    assert "Tea &amp; &quot;scones&quot; &lt;/script&gt;" in page


def test_an_unknown_page_is_a_404(visit):
    async def read(site, session):
        return await text_of(session, f"{site.home('harrow')}/nothing-here.html")

    assert visit(read)[0] == 404


def test_the_site_ends_by_itself(visit):
    async def outstay(site, session):
        for _ in range(600):
            await asyncio.sleep(0.1)
            try:
                await text_of(session, site.feeds_url)
            except OSError:
                return "gone"
        return "answers still"

    assert visit(outstay, seconds=0.05) == "gone"
