import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.poll.discover import named_feeds, news_sitemaps, usual_places

PAGE = "https://harbour.example/world/"


@pytest.mark.parametrize(
    ("html", "feeds"),
    [
        ('<link rel="alternate" type="application/rss+xml" href="/rss">', ["https://harbour.example/rss"]),
        ("<LINK TYPE='application/atom+xml' REL='Alternate' HREF='a.atom?x=1&amp;y=2'>", [PAGE + "a.atom?x=1&y=2"]),
        ("<link rel=alternate type=application/feed+json href=feed.json />", [PAGE + "feed.json"]),
        ('<link rel="alternate" type="text/xml" title="RSS 2.0" href="/rss2">', ["https://harbour.example/rss2"]),
        ('<link rel="alternate" type="application/json+oembed" href="/oembed?url=x">', []),
        ('<base href="https://cdn.example/"><link rel="feed" href="x">', ["https://cdn.example/x"]),
        ('<a href="/feeds/world.xml">Follow us</a><a href="/about">x</a>', ["https://harbour.example/feeds/world.xml"]),
        ('<a href="/?format=rss">RSS</a>', ["https://harbour.example/?format=rss"]),
        ('<link rel="alternate" hreflang="de" href="/de">', []),
        ('<link rel="stylesheet" href="/feed.css" type="text/css">', []),
        ('<a href="/a-pressing-matter">press</a><a href="javascript:feed()">x</a><a href="http://[/rss">x</a>', []),
        ('<a href="/rss#top">1</a><a href="/rss?utm_source=page">2</a>', ["https://harbour.example/rss#top"]),
    ],
)
def test_a_page_names_its_feeds(html, feeds):
    assert named_feeds(f"<html><head>{html}</head></html>".encode(), PAGE) == feeds


def test_what_the_head_declares_comes_before_what_the_text_links_to():
    html = b'<a href="/rss">all</a><link rel="alternate" type="application/rss+xml" href="/world.xml">'
    assert named_feeds(html, PAGE) == ["https://harbour.example/world.xml", "https://harbour.example/rss"]


def test_the_feed_of_comments_comes_last():
    html = b'<a href="/comments/feed/">c</a><a href="/feed/">f</a>'
    assert named_feeds(html, PAGE) == ["https://harbour.example/feed/", "https://harbour.example/comments/feed/"]


def test_the_usual_places_are_those_of_the_site():
    places = usual_places("https://harbour.example:8443/world/?x=1")
    assert "https://harbour.example:8443/feed/" in places
    assert all(place.startswith("https://harbour.example:8443/") for place in places)


def test_robots_txt_names_news_sitemaps():
    robots = "User-agent: *\nDisallow: /x\nSitemap: https://harbour.example/sitemap.xml\nSITEMAP: /news-sitemap.xml\n"
    assert news_sitemaps(robots, PAGE) == ["https://harbour.example/news-sitemap.xml"]


@given(st.binary(max_size=300) | st.text("<>link a href=rel'\"/rss ", max_size=200).map(str.encode))
def test_any_page_names_some_feeds_or_none(page):
    assert all(url.startswith(("http://", "https://")) for url in named_feeds(page, PAGE))
