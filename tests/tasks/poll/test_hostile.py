"""What documents are that are no feeds, and documents made to break their readers."""

import gzip
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.identity import alias, article_id, canonical_url, fingerprint
from tasks.reasons import Failed


@pytest.mark.parametrize(
    ("document", "detail"),
    [
        (b"", "an empty document"),
        (b" \n\t ", "an empty document"),
        (gzip.compress(b"<rss/>" * 9, mtime=0)[:-9], "a gzip file"),
        (gzip.compress(bytes(11 << 20), mtime=0), "a gzip file"),
        (gzip.compress(b"%PDF-1.7", mtime=0), "a PDF"),
        (b"%PDF-1.7\n1 0 obj", "a PDF"),
        (b"PK\x03\x04rest", "a zip archive"),
        (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
        (
            b"<!doctype html><html><head><title>Accept &amp; go on</title></head>",
            "an HTML page titled 'Accept & go on'",
        ),
        (b"<html><body>no title", "an HTML page"),
        (b"<!-- a note --><HTML><title>Shop</title>", "an HTML page titled 'Shop'"),
        (b"/etc/passwd", "text that begins with '/etc/passwd'"),
        (b"http://127.0.0.1:9/feed", "text that begins with 'http://127.0.0.1:9/feed'"),
        (b"<note><to>you</to></note>", "an XML document <note>"),
        (b'<opml version="2.0"><body/></opml>', "an OPML list of feeds; import it"),
        (b"<sitemapindex><sitemap/></sitemapindex>", "an index of sitemaps; name one of its news sitemaps"),
        (b"<urlset><url><loc>https://harbour.example/</loc></url></urlset>", "a sitemap without news entries"),
        (b'{"error": "not found", "code": 404}', "JSON without a list of items: an object of code, error"),
        (b"[1, 2]", "JSON without a list of items: a list"),
        (b'{"items": [{"sku": 1}]}', "JSON without a JSON Feed version: an object of items"),
    ],
)
def test_what_is_no_feed_says_what_it_is(refusal, document, detail):
    assert refusal(document) == ("not-a-feed", detail)


def test_an_html_page_that_shows_a_feed_in_its_text_is_still_an_html_page(refusal, rss, item):
    page = b"<!doctype html><html><title>How to</title><body><pre>" + rss(item()) + b"</pre></body></html>"
    assert refusal(page) == ("not-a-feed", "an HTML page titled 'How to'")


def test_a_feed_without_entries_is_a_feed(read, rss):
    assert read(rss("")).entries == ()


LAUGHS = '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">'


@pytest.mark.parametrize("charset", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "prolog",
    [
        f"<!DOCTYPE rss [{LAUGHS}]>",
        f"<!-- <a --><!DOCTYPE rss [{LAUGHS}]>",
        '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE rss [<!ENTITY x PUBLIC "-//x" "https://collector.example/x">]>',
        f'<!DOCTYPE rss [<!ENTITY a "{"A" * 5000}">]>',
        "<!-- " + "p" * 200_000 + " -->",
    ],
)
def test_entities_that_build_on_each_other_or_lead_elsewhere_are_refused(refusal, rss, item, prolog, charset):
    document = rss(item("<description>&c;&x;</description>"), prolog=prolog).decode().encode(charset)
    assert refusal(document)[0] == "parse-error"


def test_an_entity_that_is_used_to_blow_up_a_document_is_refused(refusal, rss, item):
    prolog = f'<!DOCTYPE rss [<!ENTITY a "{"A" * 199}">]>'
    assert refusal(rss(item("<description>" + "&a;" * 6000 + "</description>"), prolog=prolog))[0] == "parse-error"


def test_harmless_entities_and_names_of_html_are_resolved(only, rss):
    prolog = (
        '<!DOCTYPE rss [<!ENTITY % HTMLlat1 PUBLIC "-//W3C//ENTITIES Latin 1//EN" "lat1.ent"> <!ENTITY paper "Post">]>'
    )
    title = "Harbour &paper; &amp; caf&eacute; &nbsp; &unknown; A&B &lt;b&gt;bold&lt;/b&gt;"
    entry = only(rss(f"<item><title>{title}</title></item>", prolog=prolog))
    assert entry.title == "Harbour Post & café &unknown; A&B bold"


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("nul \x00 and escape \x1b[31m", "nul and escape [31m"),
        ("a&#0;b&#27;c&#xD800;d&#x110000;e", "abcde"),
        ("line&#13;&#10;break", "line break"),
        ("\u202egnp.exe", "gnp.exe"),
        ("&lt;script&gt;go()&lt;/script&gt;Ports", "Ports"),
        ("&amp;lt;img src=x onerror=go()&amp;gt;Ports", "Ports"),
        ("{{7*7}} ${x} %s {0.__class__}", "{{7*7}} ${x} %s {0.__class__}"),
    ],
)
def test_titles_come_out_as_plain_single_lines(only, rss, title, kept):
    assert only(rss(f"<item><title>{title}</title></item>")).title == kept


def test_no_markup_comes_out_of_any_field_but_content(only, rss):
    x = "&lt;script&gt;go()&lt;/script&gt;&lt;img src=x onerror=go()&gt;"
    names = ("title", "guid", "author", "category", "description", "source", "link", "pubDate")
    entry = only(rss("<item>" + "".join(f"<{name}>{x}{name}</{name}>" for name in names) + "</item>"))
    assert entry.guid.startswith("sha256:")
    fields = {
        name: value for name, value in entry.model_dump(mode="json").items() if name not in ("content", "url", "link")
    }
    assert "<" not in str(fields)
    assert "<" not in canonical_url(entry.url)


def test_a_scheme_with_a_tab_in_it_is_refused_as_a_url(only, rss):
    entry = only(rss("<item><link>java\tscript:alert(1)</link></item>"))
    with pytest.raises(Failed, match="blocked-url"):
        canonical_url(entry.url)


def test_a_link_over_two_lines_is_joined_as_browsers_do(only, rss):
    assert only(rss("<item><link>https://harbour.example/\r\nlong</link></item>")).url == "https://harbour.example/long"


def test_fields_are_capped(only, rss):
    more = "".join(f"<category>c{n}</category><author>Author {n}</author>" for n in range(500))
    text = f"<title>{'t' * 9000}</title><description>{'d ' * 90_000}</description>"
    text += f"<link>https://h.example/{'l' * 9000}</link>"
    entry = only(rss(f"<item>{text}{more}</item>"))
    assert (len(entry.title), len(entry.tags), len(entry.authors)) == (500, 32, 10)
    assert len(entry.summary) <= 10_000
    assert len(entry.content) <= 200_000
    assert len(entry.url) == 2049  # one more than may be fetched


def test_no_more_entries_are_read_than_asked_for(read, rss, item):
    assert len(read(rss(item() * 600)).entries) == 500
    assert len(read(rss(item() * 600), max_entries=5).entries) == 5
    assert len(read(rss(item() * 10), max_entries=4).entries) == 4
    assert len(read(rss("<p>" + item() * 10), max_entries=4).entries) == 4
    feed = {"version": "https://jsonfeed.org/version/1", "items": [{"id": n} for n in range(9)]}
    assert len(read(json.dumps(feed).encode(), max_entries=4).entries) == 4


ITEM = "<item><title>x</title>{}</item>"
FLOODS = {
    "blanks before the root": ("{prolog}", "\n" * 400_000),
    "one author": (ITEM, "<author>" + "a" * 300_000 + "</author>"),
    "attributes": (ITEM, "<x " + " ".join(f'a{n}="1"' for n in range(60_000)) + "/>"),
    "one attribute": (ITEM, '<x a="' + "b" * 2_000_000 + '"/>'),
    "attributes of a broken tag": (ITEM, "<x " + " ".join(f"a{n}=1" for n in range(30_000)) + "></y>"),
    "nesting": (ITEM, "<a>" * 20_000 + "</a>" * 20_000),
    "tags": (ITEM, "<category>c</category>" * 3000 + "".join(f"<category>{n}</category>" for n in range(10_000))),
    "namespaces": (ITEM, "".join(f'<n{n}:a xmlns:n{n}="urn:{n}"/>' for n in range(10_000))),
    "style": (ITEM, '<description>&lt;p style="' + "a:b;" * 50_000 + '"&gt;</description>'),
    "brackets": (ITEM, "<description><![CDATA[" + "<" * 500_000 + "]]></description>"),
    "ampersands": (ITEM, "<description>" + "&" * 200_000 + "</description>"),
    "comments": (ITEM, "<!-- -->" * 100_000),
    "instructions": (ITEM, " <?x?>" * 50_000),
    "open comments": (ITEM, "<!--" * 200_000),
    "open sections": (ITEM, "<![CDATA[" * 100_000),
    "date": (ITEM, "<pubDate>" + "1 " * 500_000 + "</pubDate>"),
    "entities": (ITEM, "<description>" + "&eacute;" * 100_000 + "</description>"),
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_is_read_or_refused_in_linear_time(refusal, name):
    frame, flood = FLOODS[name]
    body = ITEM.format("") if "{prolog}" in frame else frame.format(flood)
    prolog = flood if "{prolog}" in frame else ""
    document = f'<?xml version="1.0"?>{prolog}<rss version="2.0"><channel>{body}</channel></rss>'.encode()
    begun = time.process_time()
    refused = refusal(document)
    assert refused is None or refused[0] == "parse-error"
    # each takes well under a second here, and minutes with any quadratic step
    assert time.process_time() - begun < 15


def test_items_that_are_never_closed_are_items_all_the_same(read):
    document = read(b"<rss><channel>" + b"<item><title>x</title>" * 600, max_entries=1000)
    assert [entry.title for entry in document.entries] == ["x"] * 600


@pytest.mark.parametrize(("kept", "entries"), [(-3, 2), (-30, 2), (-120, 1)])
def test_of_a_json_feed_that_breaks_off_the_whole_items_are_read(read, kept, entries):
    items = [{"id": str(n), "url": f"https://harbour.example/{n}", "content_text": "Tides " * 8} for n in range(3)]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Harbour Post", "items": items}
    document = read(json.dumps(feed).encode()[:kept])
    assert (document.format, document.title, len(document.entries)) == ("json11", "Harbour Post", entries)
    assert "broken JSON" in document.warnings[0]


def test_deep_json_is_refused(refusal):
    assert refusal(b'{"items":' + b"[" * 200_000)[0] == "parse-error"


def test_a_broken_element_costs_itself_not_the_document(read):
    document = read(
        b"""<rss version="2.0"><channel><image><width/></image><where></where>
        <item><title>One</title><gml:pos xmlns:gml="http://www.opengis.net/gml">1 2</gml:pos></item>
        <textinput/><item><title>Two</title></item></channel></rss>"""
    )
    assert [entry.title for entry in document.entries] == ["One", "Two"]


ONE = "<rss><channel><item><title>One</title></item></channel></rss>"
TWO = "<rss><channel><item><title>One</title>{}</item><item><title>Two</title></item></channel></rss>"


@pytest.mark.parametrize(
    ("broken", "titles"),
    [
        ("<rss><channel><item><title>One</title></item><item><title>Two</title>", ["One", "Two"]),
        ("<rss><channel><item><title>One</title><item><title>Two</title></channel></rss>", ["One", "Two"]),
        (ONE + "\n<!-- x --><script>count()</script>", ["One"]),
        ("<b>Warning</b>: no such file in page.php<br />\n" + ONE, ["One"]),
        (TWO.format("<media:x/>"), ["One", "Two"]),
        (TWO.format("<description><p>open<br></description>"), ["One", "Two"]),
        (TWO.format("<link>https://h.example/?a=1&b=2</link>"), ["One", "Two"]),
        (ONE.replace("One", "One & two"), ["One & two"]),
        ("\n\n \ufeff" + ONE, ["One"]),
    ],
)
def test_broken_documents_give_what_can_be_read(read, broken, titles):
    assert [entry.title for entry in read(broken.encode()).entries] == titles


MARKUP = """
<rss> </rss> <channel> </channel> <item> </item> <feed> <entry> </entry> <title> </title> <link/> <link> </link> <guid>
<author> <name> <source> </source> <image> <content> <![CDATA[ ]]> <!-- --> <?x <!DOCTYPE <!ENTITY [ ]> &amp; &#0; & <
> " ' x <updated> 2026-11-20 <svg> </svg> <media:thumbnail/> <textinput> <category/> </category> xmlns:a="b" <urlset>
<url> <loc> { "items": }
"""
DOCUMENTS = st.one_of(
    st.binary(max_size=200),
    st.lists(st.sampled_from([" ", *MARKUP.split()]), max_size=60).map(lambda parts: "".join(parts).encode()),
    st.lists(st.sampled_from(MARKUP.split()), max_size=60).map(
        lambda parts: b"<rss><channel><item>" + "".join(parts).encode() + b"</item></channel></rss>"
    ),
)


@given(
    document=DOCUMENTS, content_type=st.sampled_from(["", "text/xml; charset=koi8-r", "x; charset=undefined", "\x00"])
)
def test_any_bytes_are_a_feed_or_one_of_two_errors(read, refusal, document, content_type):
    refused = refusal(document, content_type=content_type)
    if refused:
        assert refused[0] in ("not-a-feed", "parse-error")
        return
    for entry in read(document, content_type=content_type).entries:
        entry.model_dump_json()
        assert article_id(entry).startswith("art_")
        assert len(fingerprint(entry)) == 6
        assert alias(entry) is None or entry.guid
