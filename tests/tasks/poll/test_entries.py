"""What becomes of an item in whatever dialect: names, keywords, pictures, and the document as a whole."""

import pytest


def test_titles_lose_their_markup_and_keep_their_signs(only, rss):
    entry = only(rss("<item><title><![CDATA[<b>Ports</b> &amp; rails: 5 &lt; 6]]></title></item>"))
    assert entry.title == "Ports & rails: 5 < 6"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("desk@harbour.example (Ana Reyes)", ("Ana Reyes",)),
        ("Ana Reyes", ("Ana Reyes",)),
        ("desk@harbour.example", ()),
        ("By Ana Reyes", ("Ana Reyes",)),
        ("Ana Reyes, Bo Ek and Jo Lind", ("Ana Reyes", "Bo Ek", "Jo Lind")),
        ("Ana Reyes; Jo Lind", ("Ana Reyes", "Jo Lind")),
        ("Reyes, A. M.", ("Reyes, A. M.",)),
        ("Harbour and Seas Desk", ("Harbour and Seas Desk",)),
        ("&lt;a href=x&gt;Ana Reyes&lt;/a&gt;", ("Ana Reyes",)),
    ],
)
def test_authors_are_names_not_addresses(only, rss, item, sent, kept):
    assert only(rss(item(f"<author>{sent}</author>"))).authors == kept


@pytest.mark.parametrize(
    ("channel", "seconds"),
    [
        ("<ttl>5</ttl>", 300),
        ("<ttl>0</ttl>", None),
        ("<ttl>soon</ttl>", None),
        ("<ttl>1000000000000</ttl>", None),
        ("<ttl>99999</ttl>", 86_400),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", 1800),
        ("<sy:updatePeriod>yearly</sy:updatePeriod>", 86_400),
    ],
)
def test_what_the_publisher_says_of_freshness_is_bounded(read, rss, item, channel, seconds):
    document = rss(item(), channel, namespaces='xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"')
    assert read(document).ttl_seconds == seconds


def test_keywords_in_one_element_are_several(only, rss, item):
    more = "<category>ports,ships, talks</category><category>Kyiv, Ukraine</category>"
    assert only(rss(item(more))).tags == ("ports", "ships", "talks", "Kyiv, Ukraine")


def test_the_clock_of_the_software_is_no_change_of_the_articles(read, atom):
    entry = "<entry><title>{0}</title><published>2026-11-0{0}T00:00:00Z</published><updated>{1}</updated></entry>"
    at_once = [entry.format(number, "2026-11-20T08:00:00Z") for number in (1, 2, 3)]
    document = read(atom("".join(at_once)))
    assert [article.updated for article in document.entries] == [None, None, None]
    assert all(article.published for article in document.entries)
    one_apart = [*at_once[:2], entry.format(3, "2026-11-20T09:00:00Z")]
    assert all(article.updated for article in read(atom("".join(one_apart))).entries)


@pytest.mark.parametrize("order", [1, -1])
def test_of_a_long_document_the_newest_are_taken_at_whichever_end_they_stand(read, rss, item, order):
    days = list(range(1, 21))[::order]
    items = "".join(item(f"<pubDate>{day:02} Nov 2026 08:00:00 GMT</pubDate>", title=f"Day {day}") for day in days)
    document = read(rss(items), max_entries=5)
    assert {entry.title for entry in document.entries} == {f"Day {day}" for day in range(16, 21)}
    assert document.warnings == ("20 entries or more, 5 taken",)


@pytest.mark.parametrize(
    ("html", "image"),
    [
        ('<p><img src="/p.jpg" alt="a > b">Text', "https://harbour.example/p.jpg"),
        (
            '<img width="1" height="1" src="https://count.example/1.gif"><img src=p.jpg width=600>',
            "https://harbour.example/news/p.jpg",
        ),
        ("<IMG SRC='https://harbour.example/p.jpg?a=1&amp;b=2' width='50%'>", "https://harbour.example/p.jpg?a=1&b=2"),
        ('<img src="data:image/gif;base64,R0lGOD">', None),
        ('<img alt="none">', None),
        ("no picture", None),
    ],
)
def test_the_picture_in_the_text_stands_in_where_none_is_named(only, rss, item, html, image):
    assert only(rss(item(f"<description><![CDATA[{html}]]></description>"))).image == image


@pytest.mark.parametrize("element", ["content", "summary"])
def test_a_picture_in_the_text_hangs_on_the_base_of_the_text(only, atom, element):
    text = f'<{element} type="html" xml:base="https://pictures.example/2026/">&lt;img src="p.jpg"&gt;</{element}>'
    entry = only(atom(f'<entry><id>1</id><title>x</title><link href="/a"/>{text}</entry>'))
    assert (entry.url, entry.image) == ("https://harbour.example/a", "https://pictures.example/2026/p.jpg")


@pytest.mark.parametrize(
    ("named", "image"),
    [
        (
            '<media:content url="https://harbour.example/p.JPG?w=600" width="600"/>',
            "https://harbour.example/p.JPG?w=600",
        ),
        ('<enclosure url="https://harbour.example/p.webp" length="9"/>', "https://harbour.example/p.webp"),
        ('<enclosure url="https://harbour.example/talk.mp3" type=""/>', None),
        ('<media:content url="https://harbour.example/p.jpg" medium="video"/>', None),
        ('<media:content url="https://harbour.example/jpg" width="600"/>', None),
    ],
)
def test_a_picture_that_nobody_calls_one_shows_in_its_address(only, rss, item, named, image):
    assert only(rss(item(named), namespaces='xmlns:media="http://search.yahoo.com/mrss/"')).image == image


@pytest.mark.parametrize("address", ["http://[removed]/", "http://a\u2100b.example/"])
def test_a_source_whose_address_cannot_be_split_is_a_name_alone(only, rss, item, address):
    source = only(rss(item(f'<source url="{address}">Northern Wire</source>'))).source
    assert (source.name, source.url) == ("Northern Wire", None)
