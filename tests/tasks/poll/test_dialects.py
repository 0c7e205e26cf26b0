"""Each dialect, namespace and habit of real feeds, in a document small enough to see it."""

import gzip
import json
from datetime import UTC, datetime

import pytest

CONTENT = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
MEDIA = 'xmlns:media="http://search.yahoo.com/mrss/"'


def test_rss_2_gives_every_field(read, rss, item):
    more = """<guid isPermaLink="false">hp-1</guid><pubDate>Fri, 20 Nov 2026 09:30:00 +0100</pubDate>
        <author>desk@harbour.example (Ana Reyes)</author><category>Diplomacy</category><category>Europe</category>
        <description>Envoys &lt;b&gt;met&lt;/b&gt; in Vienna.</description>
        <enclosure url="https://harbour.example/p.jpg" type="image/jpeg" length="9"/>
        <source url="https://wire.example/rss">Northern Wire</source>"""
    channel = (
        """<title>Harbour Post</title><link>https://harbour.example/</link><language>en_gb</language><ttl>30</ttl>"""
    )
    document = read(rss(item(more), channel))
    assert (document.format, document.title, document.link) == ("rss20", "Harbour Post", "https://harbour.example/")
    assert (document.lang, document.ttl_seconds, document.warnings) == ("en-GB", 1800, ())
    [entry] = document.entries
    assert entry.model_dump(exclude_defaults=True) == {
        "feed": "harbour-post",
        "guid": "hp-1",
        "url": "https://harbour.example/a/1",
        "title": "Talks resume",
        "published": datetime(2026, 11, 20, 8, 30, tzinfo=UTC),
        "authors": ("Ana Reyes",),
        "summary": "Envoys met in Vienna.",
        "tags": ("Diplomacy", "Europe"),
        "lang": "en-GB",
        "image": "https://harbour.example/p.jpg",
        "source": {"name": "Northern Wire", "url": "https://wire.example/rss"},
    }


def test_atom_1_gives_every_field(only, atom):
    entry = only(
        atom(
            """<entry xml:lang="de"><id>tag:harbour.example,2026:1</id>
            <title type="html">Talks &lt;i&gt;resume&lt;/i&gt;</title>
            <link rel="self" href="https://harbour.example/1.atom"/>
            <link rel="enclosure" type="audio/mpeg" href="https://harbour.example/1.mp3"/>
            <link rel="alternate" type="text/html" href="https://harbour.example/a/1"/>
            <published>2026-11-20T09:30:00+01:00</published><updated>2026-11-21T00:00:00Z</updated>
            <author><name>Ana Reyes</name></author><author><name>Jo Lind</name><uri>https://harbour.example/jo</uri></author>
            <category term="diplomacy" label="Diplomacy"/>
            <summary>Envoys met.</summary>
            <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">
            <p>Envoys met in <b>Vienna</b>.</p></div></content>
            <source><title>Northern Wire</title><link href="https://wire.example/"/></source></entry>"""
        )
    )
    assert (entry.guid, entry.title, entry.url) == (
        "tag:harbour.example,2026:1",
        "Talks resume",
        "https://harbour.example/a/1",
    )
    assert entry.published == datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
    assert entry.updated == datetime(2026, 11, 21, tzinfo=UTC)
    assert entry.authors == ("Ana Reyes", "Jo Lind")
    assert entry.summary == "Envoys met."
    assert "<b>Vienna</b>" in entry.content
    assert entry.tags == ("Diplomacy",)
    assert entry.lang == "de"
    assert entry.source.name == "Northern Wire"


def test_atom_03_has_its_dates_under_other_names(only):
    entry = only(
        b"""<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title>Old</title>
        <link rel="alternate" type="text/html" href="https://harbour.example/old"/>
        <issued>2004-01-02T03:04:05Z</issued><modified>2004-01-03T00:00:00Z</modified></entry></feed>"""
    )
    assert entry.published == datetime(2004, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert entry.updated == datetime(2004, 1, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("opening", "closing", "dialect"),
    [
        ('<rss version="0.91"><channel>', "</channel></rss>", "rss091u"),
        ('<rss version="0.92"><channel>', "</channel></rss>", "rss092"),
        (
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">',
            "</rdf:RDF>",
            "rss10",
        ),
        (
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://my.netscape.com/rdf/simple/0.9/">',
            "</rdf:RDF>",
            "rss090",
        ),
    ],
)
def test_old_dialects_are_read_and_named(read, item, opening, closing, dialect):
    document = read(f"{opening}{item()}{closing}".encode())
    assert document.format == dialect
    assert document.entries[0].url == "https://harbour.example/a/1"


def test_netscapes_dialect_shows_in_its_doctype(read, item):
    doctype = (
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/rss-0.91.dtd">'
    )
    assert read(f'{doctype}<rss version="0.91"><channel>{item()}</channel></rss>'.encode()).format == "rss091n"


def test_rdf_items_have_their_about_as_guid_and_dublin_core(only):
    entry = only(
        f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" {DC}>
        <channel rdf:about="https://harbour.example/"><title>Harbour</title></channel>
        <item rdf:about="https://harbour.example/a/9"><title>Nine</title><link>https://harbour.example/a/9</link>
        <dc:date>2026-11-20T08:30:00Z</dc:date><dc:creator>Ana Reyes</dc:creator><dc:subject>ports</dc:subject></item>
        </rdf:RDF>""".encode()
    )
    assert entry.guid == "https://harbour.example/a/9"
    assert entry.published == datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
    assert entry.updated is None
    assert (entry.authors, entry.tags) == (("Ana Reyes",), ("ports",))


PUB_DATE = "<pubDate>Thu, 19 Nov 2026 08:00:00 GMT</pubDate>"
DC_DATE = "<dc:date>2026-11-20T08:00:00Z</dc:date>"
MODIFIED = "<dcterms:modified>2026-11-21T08:00:00Z</dcterms:modified>"


@pytest.mark.parametrize(
    ("dates", "published", "updated"),
    [
        (DC_DATE + MODIFIED, 20, 21),
        (MODIFIED + DC_DATE, 20, 21),
        (PUB_DATE + MODIFIED, 19, 21),
        (PUB_DATE + DC_DATE, 19, 20),
        (PUB_DATE + DC_DATE + MODIFIED, 19, 21),
        (DC_DATE, 20, None),
        (MODIFIED, 21, None),
    ],
)
def test_when_an_item_was_changed_is_not_when_it_came_out(only, rss, item, dates, published, updated):
    entry = only(rss(item(dates), namespaces=DC))
    assert entry.published == datetime(2026, 11, published, 8, tzinfo=UTC)
    assert entry.updated == (datetime(2026, 11, updated, 8, tzinfo=UTC) if updated else None)


def test_content_encoded_is_the_content_and_the_description_the_summary(only, rss, item):
    more = "<description>Short.</description><content:encoded><![CDATA[<p>The long text.</p>]]></content:encoded>"
    entry = only(rss(item(more), namespaces=CONTENT))
    assert (entry.summary, entry.content) == ("Short.", "<p>The long text.</p>")


def test_the_full_text_alone_is_not_its_own_summary(only, rss, item):
    entry = only(rss(item("<content:encoded><![CDATA[<p>The long text.</p>]]></content:encoded>"), namespaces=CONTENT))
    assert (entry.summary, entry.content) == ("", "<p>The long text.</p>")


def test_a_description_as_long_as_an_article_is_the_content_too(only, rss, item):
    text = "Envoys met in Vienna and agreed on little. " * 60
    entry = only(rss(item(f"<description>&lt;p&gt;{text}&lt;/p&gt;</description>")))
    assert entry.content.startswith("<p>Envoys")
    assert entry.summary.startswith("Envoys")


def test_a_caption_does_not_become_the_content(only, rss, item):
    more = """<description>Envoys met.</description>
        <media:content url="https://harbour.example/s.jpg" medium="image" width="90"/>
        <media:content url="https://harbour.example/l.jpg" medium="image" width="900">
        <media:description>Photograph of a door</media:description><media:title>A door</media:title></media:content>"""
    entry = only(rss(item(more), namespaces=MEDIA))
    assert (entry.title, entry.summary, entry.content) == ("Talks resume", "Envoys met.", "")
    assert entry.image == "https://harbour.example/l.jpg"


def test_a_media_description_stands_in_where_there_is_no_other(only, atom):
    entry = only(
        atom(
            """<entry><title>Clip</title><link href="https://harbour.example/v"/><media:group><media:title>Clip</media:title>
            <media:description>What the clip shows.</media:description></media:group></entry>""",
            namespaces=MEDIA,
        )
    )
    assert entry.summary == "What the clip shows."


def test_plain_text_content_becomes_html_paragraphs(only, atom):
    entry = only(atom('<entry><link href="/a"/><content type="text">One &lt; two.\n\nThree.</content></entry>'))
    assert entry.content == "<p>One &lt; two.</p><p>Three.</p>"


def test_an_empty_item_inside_another_is_no_entry(read, rss):
    inner = "<item><title>Outer</title><link>https://harbour.example/a</link><item/><guid>outer</guid></item>"
    assert [(entry.title, entry.guid) for entry in read(rss(inner * 2)).entries] == [("Outer", "outer")] * 2


def test_json_feed_gives_every_field(read):
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Harbour Post",
        "home_page_url": "https://harbour.example/",
        "language": "en",
        "authors": [{"name": "The desk"}],
        "items": [
            {
                "id": 7,
                "url": "/a/7",
                "title": "Seven",
                "content_html": "<p>Seven ships.</p>",
                "summary": "Ships.",
                "date_published": "2026-11-20T08:30:00Z",
                "date_modified": "2026-11-20T09:30:00Z",
                "tags": ["ports", 3],
                "image": "https://harbour.example/7.jpg",
                "authors": [{"name": "Ana Reyes"}],
            },
            {"id": "https://harbour.example/a/8", "content_text": "One.\n\nTwo.", "author": {"name": "Jo Lind"}},
            "not an item",
        ],
    }
    document = read(b"\xef\xbb\xbf" + json.dumps(feed).encode())
    seven, eight = document.entries
    assert (document.format, document.title, document.link) == ("json11", "Harbour Post", "https://harbour.example/")
    assert (seven.guid, seven.url, seven.title) == ("7", "https://harbour.example/a/7", "Seven")
    assert (seven.published, seven.updated) == (
        datetime(2026, 11, 20, 8, 30, tzinfo=UTC),
        datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
    )
    assert (seven.summary, seven.content, seven.tags) == ("Ships.", "<p>Seven ships.</p>", ("ports",))
    assert (seven.authors, seven.image, seven.lang) == (("Ana Reyes",), "https://harbour.example/7.jpg", "en")
    assert (eight.url, eight.content, eight.authors) == (
        "https://harbour.example/a/8",
        "<p>One.</p><p>Two.</p>",
        ("Jo Lind",),
    )


def test_a_feed_that_is_a_gzip_file_is_opened(read, only, rss, item):
    assert only(gzip.compress(rss(item()), mtime=0)).title == "Talks resume"


def test_a_news_sitemap_gives_its_news(read):
    document = read(
        b"""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
        xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
        <url><loc>https://harbour.example/old</loc><lastmod>2020-01-01</lastmod></url>
        <url><loc>https://harbour.example/a/1</loc>
        <image:image><image:loc>https://harbour.example/1.jpg</image:loc></image:image>
        <news:news>
        <news:publication><news:name>Harbour Post</news:name><news:language>en</news:language></news:publication>
        <news:publication_date>2026-11-20T08:30:00Z</news:publication_date><news:title>Talks resume</news:title>
        <news:keywords>ports, talks</news:keywords></news:news></url></urlset>"""
    )
    [entry] = document.entries
    assert (document.format, document.title) == ("sitemap", "Harbour Post")
    assert (entry.url, entry.title, entry.lang) == ("https://harbour.example/a/1", "Talks resume", "en")
    assert (entry.tags, entry.image, entry.source) == (("ports", "talks"), "https://harbour.example/1.jpg", None)
    assert entry.published == datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
