"""Which of the addresses in an item is its link, and which guid names it."""

import pytest


@pytest.mark.parametrize(
    ("links", "url"),
    [
        ("<link>/a/1</link>", "https://harbour.example/a/1"),
        ("<link>a/1</link>", "https://harbour.example/news/a/1"),
        ("<link>\n  https://harbour.example/a/1\n </link>", "https://harbour.example/a/1"),
        ("<link>https://harbour.example/a?x=1&amp;y=2</link>", "https://harbour.example/a?x=1&y=2"),
        ("<link>https://harbour.example/a?x=1&y=2</link>", "https://harbour.example/a?x=1&y=2"),
        ("<link><![CDATA[https://harbour.example/a?x=1&y=2]]></link>", "https://harbour.example/a?x=1&y=2"),
        ("<guid>https://harbour.example/a/1</guid>", "https://harbour.example/a/1"),
        ("<guid>hp-1</guid>", None),
        ("<guid>/a/1</guid>", "https://harbour.example/a/1"),
        ('<guid isPermaLink="true">../a/1</guid>', "https://harbour.example/a/1"),
        ("<guid>//harbour.example/a/1</guid>", "https://harbour.example/a/1"),
        ("<guid>www.harbour.example/a/1</guid>", "https://www.harbour.example/a/1"),
        ("<guid>desk/1 of 2</guid>", None),
        ('<guid isPermaLink="false">/a/1</guid>', None),
        ('<guid isPermaLink="false">https://harbour.example/a/1</guid>', "https://harbour.example/a/1"),
        ('<guid isPermaLink="false">hp-1</guid>', None),
        ('<enclosure url="https://harbour.example/1.mp3" type="audio/mpeg" length="1"/>', None),
        (
            '<link xmlns="http://www.w3.org/2005/Atom" rel="alternate" href="https://harbour.example/a/1"/>',
            "https://harbour.example/a/1",
        ),
        (
            "<link>tag:harbour.example,2026:1</link><guid>https://harbour.example/a/1</guid>",
            "https://harbour.example/a/1",
        ),
        ("<link>javascript:alert(1)</link>", "javascript:alert(1)"),
    ],
)
def test_the_link_is_the_best_that_the_item_gives(only, rss, links, url):
    assert only(rss(f"<item><title>x</title>{links}</item>")).url == url


def test_the_original_link_is_taken_and_the_stated_one_kept(only, rss):
    links = """<link>https://proxy.example/~r/1</link>
        <feedburner:origLink xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0">https://harbour.example/a/1</feedburner:origLink>"""
    entry = only(rss(f"<item>{links}</item>"))
    assert (entry.url, entry.link) == ("https://harbour.example/a/1", "https://proxy.example/~r/1")


@pytest.mark.parametrize(
    ("link", "url"),
    [
        (
            "https://search.example/url?rct=j&amp;url=https://harbour.example/a/1&amp;ct=ga",
            "https://harbour.example/a/1",
        ),
        (
            "https://news.example/apiclick.aspx?url=https%3a%2f%2fharbour.example%2fa%3fid%3d1%26p%3d2&amp;c=1",
            "https://harbour.example/a?id=1&p=2",
        ),
        ("https://l.social.example/l.php?u=https%3A%2F%2Fharbour.example%2Fa", "https://harbour.example/a"),
        # of the same site, of another kind, to no page
        ("https://harbour.example/out?url=https://harbour.example/a", None),
        ("https://harbour.example/story?url=https://other.example/a", None),
        ("https://harbour.example/url?url=javascript:alert(1)", None),
        ("https://harbour.example/url?url=https://[", None),
        ("https://harbour.example/redirect", None),
    ],
)
def test_a_counter_of_clicks_that_names_its_target_is_passed_over(only, rss, item, link, url):
    entry = only(rss(item(link=link)))
    told = link.replace("&amp;", "&")
    assert (entry.url, entry.link) == ((url, told) if url else (told, None))


def test_xml_base_is_what_relative_links_hang_on(only, atom):
    entries = '<entry xml:base="https://mirror.example/2026/"><link href="a/1"/><title>x</title></entry>'
    assert only(atom(entries)).url == "https://mirror.example/2026/a/1"


@pytest.mark.parametrize(
    "relation", ["alternate", "Alternate", "http://www.iana.org/assignments/relation/alternate", ""]
)
def test_a_relation_may_be_written_in_capitals_and_as_its_iri(only, atom, relation):
    rel = f'rel="{relation}"' if relation else ""
    entry = only(atom(f'<entry><id>tag:1</id><title>x</title><link {rel} href="https://harbour.example/a"/></entry>'))
    assert entry.url == "https://harbour.example/a"


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("www.quay.example/a/1", "https://www.quay.example/a/1"),
        ("WWW.Quay.example", "https://WWW.Quay.example"),
        ("harbour.example/a/1", "https://harbour.example/a/1"),
        ("www.harbour.example/a/1?x=1", "https://www.harbour.example/a/1?x=1"),
        ("//quay.example/a/1", "https://quay.example/a/1"),
        ("www.html", "https://harbour.example/news/www.html"),
        ("quay.example/a", "https://harbour.example/news/quay.example/a"),
    ],
)
def test_a_link_that_begins_with_a_host_lacks_only_its_scheme(only, rss, atom, item, link, url):
    assert only(rss(item(link=link))).url == url
    assert only(atom(f'<entry><id>1</id><title>x</title><link href="{link}"/></entry>')).url == url


def test_without_an_address_of_the_document_its_own_link_is_the_base(only, rss, item):
    assert only(rss(item(link="/a/1")), url="").url == "https://harbour.example/a/1"


def test_a_guid_that_several_links_share_names_none_of_them(read, rss, item):
    items = "".join(item("<guid>same</guid>", link=f"https://harbour.example/{n}") for n in range(3))
    document = read(rss(items + item("<guid>own</guid>")))
    assert [entry.guid for entry in document.entries] == [None, None, None, "own"]


def test_a_guid_may_stand_twice_for_the_same_link(read, rss, item):
    document = read(rss(item("<guid>same</guid>") * 2))
    assert [entry.guid for entry in document.entries] == ["same", "same"]


def test_guids_that_are_too_long_stay_apart(read, rss, item):
    items = [item(f"<guid>{'g' * 5000}{n}</guid>", link=f"https://harbour.example/{n}") for n in range(2)]
    first, second = read(rss("".join(items))).entries
    assert first.guid != second.guid
    assert first.guid.startswith("sha256:")


def test_a_link_that_is_escaped_twice_is_one_link(only, rss):
    more = "<link>https://harbour.example/?a=1&amp;amp;b=2</link><guid>https://harbour.example/?a=1&amp;amp;b=2</guid>"
    entry = only(rss(f"<item>{more}</item>"))
    assert entry.url == entry.guid == "https://harbour.example/?a=1&b=2"
