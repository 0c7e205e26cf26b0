"""From a page to its article: body, headline, people, dates, addresses."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.extract import extract, from_feed, warm
from tasks.extract.article import read
from tasks.reasons import Failed
from tasks.records import Entry

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
URL = "https://www.harrow.example/town/ferry-landing"
ONE = (
    "The town council of Harrow Bay voted on Monday to close the old ferry landing after a survey found rot in most of "
    "its piles, and to move the boats to the northern quay until a new one is built."
)
TWO = (
    "Ferries will stop there from the first of May, the council said, which gives the three companies eight weeks to "
    "change their timetables and to print new tickets for the summer season."
)
THREE = (
    "Engineers had warned of the danger for years. The landing carried four hundred thousand people last summer, more "
    "than ever before, and its repair would have cost more than a new pier of steel and concrete."
)


def page(body: str, *, head: str = "", title: str = "Ferry landing to close", data: object = None) -> str:
    script = f'<script type="application/ld+json">{json.dumps(data)}</script>' if data else ""
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>{title} | Harrow Bay Post</title>'
        f'<meta property="og:site_name" content="Harrow Bay Post">{head}{script}</head>'
        f"<body><article>{body}</article></body></html>"
    )


def article(body: str = "", **more):
    text = body or f"<h1>Ferry landing to close</h1><p>{ONE}</p><p>{TWO}</p><p>{THREE}</p>"
    return extract(page(text, **more), url=URL, now=NOW)


def test_the_body_is_the_paragraphs_and_nothing_else():
    found = article(
        f'<h1>Ferry landing to close</h1><p class="byline">By Ann Lee</p><p>{ONE}</p>'
        f'<figure><img src="a.jpg" alt="x"><figcaption>The landing in March</figcaption></figure><p>{TWO}</p>'
        '<p><a href="/other">Read more: Harbour master resigns</a></p><p>Advertisement</p>'
        f'<div class="newsletter"><p>Get the Post in your inbox every morning</p></div><p>{THREE}</p>'
        '<h2>Related articles</h2><ul><li><a href="/x">Quay to be dredged</a></li></ul>'
    )
    assert found.body == f"{ONE}\n\n{TWO}\n\n{THREE}"


def test_each_removed_line_names_its_rule():
    reading = read(page(f"<p>Advertisement</p><p>{ONE}</p><p>{TWO}</p><p>{THREE}</p>"), url=URL, now=NOW)
    assert ("placeholder", "Advertisement") in reading.drops


def test_a_pull_quote_is_not_told_twice():
    quote = "The landing carried four hundred thousand people last summer, more than ever before"
    found = article(f"<h1>Ferry</h1><p>{ONE}</p><blockquote>{quote}</blockquote><p>{TWO}</p><p>{THREE}</p>")
    assert found.body.count("four hundred thousand") == 1


def test_text_between_line_breaks_becomes_paragraphs_with_its_blanks():
    found = article(
        f'<h1>Ferry</h1><div>{ONE}<br><br>See the <a href="/m">map</a> of quays. {TWO}<br><br>{THREE}</div>'
    )
    assert "See the map of quays. Ferries" in found.body
    assert found.body.count("\n\n") == 2


def test_a_subheading_in_a_div_stays():
    found = article(
        f'<h1>Ferry</h1><p>{ONE}</p><div class="story-subheading">What it costs</div><p>{TWO}</p><p>{THREE}</p>'
    )
    assert "\n\nWhat it costs\n\n" in found.body


def test_the_headline_loses_the_name_of_the_site():
    assert article("<p>" + ONE + "</p>" * 3).title == "Ferry landing to close"


def test_the_headline_that_readers_see_goes_before_the_one_for_search_engines():
    stated = '<meta property="og:title" content="Ferry closing times and prices in Harrow Bay">'
    found = article(
        f"<h1>Why the old ferry landing has to close</h1><p>{ONE}</p>",
        head=stated,
        data={"@type": "NewsArticle", "headline": "Ferry closing times and prices in Harrow Bay"},
    )
    assert found.title == "Why the old ferry landing has to close"


def test_the_name_of_a_menu_is_no_headline():
    found = article(f"<h1>Local weather and traffic news</h1><p>{ONE}</p>", title="Ferry landing to close")
    assert found.title == "Ferry landing to close"


def test_a_short_headline_loses_what_its_page_title_adds():
    found = article(f"<h1>Blue House</h1><p>{ONE}</p>", title="Blue House | Rooms by the sea")
    assert found.title == "Blue House"


def test_a_headline_that_its_own_quotation_mark_cut_off_is_read_elsewhere():
    cut = '<meta property="og:title" content="Mayor calls the landing "rotten"">'
    found = article(f"<p>{ONE}</p><p>{TWO}</p>", head=cut, title='Mayor calls the landing "rotten"')
    assert found.title == 'Mayor calls the landing "rotten"'


def test_a_headline_keeps_what_follows_a_colon():
    found = article(
        f"<h1>Harrow Bay: Ferry landing to close</h1><p>{ONE}</p>", title="Harrow Bay: Ferry landing to close"
    )
    assert found.title == "Harrow Bay: Ferry landing to close"


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ({"@type": "Person", "name": "Ann Lee"}, ["Ann Lee"]),
        ([{"@type": "Person", "name": "Ann Lee"}, {"@type": "Person", "name": "Bo Wren"}], ["Ann Lee", "Bo Wren"]),
        ({"@type": "Person", "name": "By Ann Lee and Bo Wren"}, ["Ann Lee", "Bo Wren"]),
        ({"@type": "Person", "name": "Dan Ortega y Gasset"}, ["Dan Ortega y Gasset"]),
        ({"@type": "Person", "name": "Ann Lee, Staff Writer"}, ["Ann Lee"]),
        ({"@type": "Person", "givenName": "Ann", "familyName": "Lee"}, ["Ann Lee"]),
        ("Ann Lee", ["Ann Lee"]),
        ({"@type": "Person", "name": "admin"}, []),
        ({"@type": "Person", "name": "https://www.facebook.com/post"}, []),
    ],
)
def test_authors_are_people(author, names):
    found = article(data={"@type": "NewsArticle", "headline": "Ferry landing to close", "author": author})
    assert [person.name for person in found.authors] == names


def test_an_author_is_found_by_its_reference():
    graph = [
        {"@type": "NewsArticle", "headline": "Ferry landing to close", "author": {"@id": "#ann"}},
        {"@type": "Person", "@id": "#ann", "name": "Ann Lee"},
    ]
    assert [person.name for person in article(data={"@graph": graph}).authors] == ["Ann Lee"]


def test_a_visible_person_goes_before_the_newsroom():
    found = article(
        f'<h1>Ferry landing to close</h1><div class="byline">By <a href="/author/ann">Ann Lee</a></div><p>{ONE}</p><p>{TWO}</p>',  # noqa: E501  (a page on a line)
        data={"@type": "NewsArticle", "author": {"@type": "Organization", "name": "Harrow Bay Post"}},
    )
    assert [person.name for person in found.authors] == ["Ann Lee"]


DECLARED = '<meta property="og:type" content="article">'


def test_a_line_of_nothing_but_names_is_a_byline_where_nobody_else_is_named():
    text = f"<h1>Ferry landing to close</h1><p>Mara Odell/Tom Brace</p><p>{ONE}</p><p>{TWO}</p><p>{THREE}</p>"
    assert [one.name for one in article(text, head=DECLARED).authors] == ["Mara Odell", "Tom Brace"]


@pytest.mark.parametrize("line", ["Harbour News 24", "Ferry Landing", "Harbour Master: Opinion", "Harbour"])
def test_a_kicker_is_no_author(line):
    text = f"<p>{line}</p><h1>Ferry landing to close</h1><p>{line}</p><p>{ONE}</p><p>{TWO}</p><p>{THREE}</p>"
    assert article(text, head=DECLARED).authors == ()


def test_a_login_is_written_out_where_readers_see_the_name():
    found = article(
        f'<h1>Ferry landing to close</h1><p class="byline">By Mara Odell</p><p>{ONE}</p><p>{TWO}</p>',
        data={"@type": "NewsArticle", "author": {"@type": "Person", "name": "maraodell"}},
    )
    assert [one.name for one in found.authors] == ["Mara Odell"]


def test_the_earlier_of_two_dates_is_the_publication():
    found = article(
        head='<meta property="article:published_time" content="2026-03-01T18:00:00Z">',
        data={
            "@type": "NewsArticle",
            "datePublished": "2026-03-01T09:30:00+02:00",
            "dateModified": "2026-03-01T18:00:00Z",
        },
    )
    assert found.published_at == datetime(2026, 3, 1, 7, 30, tzinfo=UTC)
    assert found.modified_at == datetime(2026, 3, 1, 18, tzinfo=UTC)
    assert found.field_sources["published_at"] == "json-ld"


def test_the_day_is_kept_as_the_page_writes_it():
    found = article(data={"@type": "NewsArticle", "datePublished": "2026-03-01T00:30:00+05:30"})
    assert found.published_at.date().isoformat() == "2026-02-28"
    assert found.published_day == "2026-03-01"


def test_a_date_in_the_address_is_used_where_there_is_no_other():
    found = extract(page(f"<p>{ONE}</p><p>{TWO}</p>"), url="https://harrow.example/2026/02/27/ferry", now=NOW)
    assert (found.published_from, found.published_at) == ("url", datetime(2026, 2, 27, tzinfo=UTC))


def test_a_date_under_the_headline_goes_before_one_of_another_story():
    found = article(
        f"<h1>Ferry landing to close</h1><p>Harrow, 14 February 2026</p><p>{ONE}</p><p>{TWO}</p>"
        '<ul><li><time datetime="2025-11-02">2 November</time> Lifeboat named</li></ul>'
    )
    assert found.published_day == "2026-02-14"
    assert found.field_sources["published_at"] == "beside-headline"


def test_a_date_that_readers_see_goes_before_a_meta_tag_that_may_mean_anything():
    found = article(
        f"<h1>Ferry landing to close</h1><p>14.02.2026</p><p>{ONE}</p>", head='<meta name="date" content="2026-02-20">'
    )
    assert found.published_day == "2026-02-14"


def test_a_line_about_the_last_change_is_the_last_to_be_believed():
    found = article(
        f"<h1>Ferry landing to close</h1><p>Updated on 20 February 2026</p><p>{ONE}</p>"
        '<footer><time datetime="2026-02-14">14 February</time></footer>'
    )
    assert found.published_day == "2026-02-14"


@pytest.mark.parametrize(
    ("stamp", "address", "day"),
    [
        ("2026-02-15T03:10:00Z", "/2026/02/14/ferry", "2026-02-14"),
        ("2026-02-14T20:10:00Z", "/2026/02/15/ferry", "2026-02-15"),
        ("2026-02-15T15:10:00Z", "/2026/02/14/ferry", "2026-02-15"),
        ("2026-02-15T03:10:00Z", "/2026/01/14/ferry", "2026-02-15"),
        ("2026-02-15T03:10:00+05:00", "/2026/02/14/ferry", "2026-02-15"),
    ],
)
def test_the_address_tells_the_publishers_day_where_the_stamp_hides_it(stamp, address, day):
    head = f'<meta property="article:published_time" content="{stamp}">'
    html = page(f"<h1>Ferry landing to close</h1><p>{ONE}</p><p>{TWO}</p>", head=head)
    found = extract(html, url=f"https://www.harrow.example{address}", now=NOW)
    assert found.published_day == day
    assert found.published_at == datetime.fromisoformat(stamp)


def test_of_two_stamps_of_one_moment_the_publishers_own_zone_tells_the_day():
    found = article(
        data={"@type": "NewsArticle", "datePublished": "2026-02-14T23:04:00Z"},
        head='<meta name="date" content="Sun, 15 Feb 2026 00:04:00 +0100">',
    )
    assert found.published_day == "2026-02-15"


def test_a_feeds_moment_keeps_the_day_that_the_page_writes():
    entry = Entry(feed="f", guid=None, url=URL, published=datetime(2026, 2, 14, 23, 4, tzinfo=UTC))
    html = page(
        f"<h1>Ferry landing to close</h1><p>{ONE}</p>",
        head='<meta property="article:published_time" content="2026-02-15T00:04:00+01:00">',
    )
    assert extract(html, url=URL, now=NOW, entry=entry).published_day == "2026-02-15"


def test_without_any_date_it_is_the_time_of_the_fetch():
    assert (article().published_from, article().published_at) == ("fetch", NOW)


@pytest.mark.parametrize(
    ("href", "canonical"),
    [
        ("/town/ferry?utm_source=x", "https://www.harrow.example/town/ferry"),
        ("https://m.harrow.example/town/ferry", "https://m.harrow.example/town/ferry"),
        ("https://elsewhere.example/town/ferry", None),
        ("https://www.harrow.example/", None),
        ("javascript:void(0)", None),
        ("http://[broken", None),
    ],
)
def test_the_canonical_address_stays_on_the_site(href, canonical):
    assert article(head=f'<link rel="canonical" href="{href}">').canonical_url == canonical


def test_the_language_of_the_text_is_believed_before_the_page():
    text = (
        "Die Stadtwerke bauen das Netz bis in die Siedlung am Weinberg aus, teilte das Unternehmen am Mittwoch mit. "
        * 4
    )
    assert article(f"<p>{text}</p><p>{text}</p>").lang == "de"


def test_no_markup_and_no_control_characters_are_stored():
    found = article(
        f"<h1>Ferry &lt;b&gt;landing&lt;/b&gt; to close</h1><p>{ONE} \u202eevil\u202c &#27;</p><p>{TWO}</p>",
        head='<meta name="description" content="A &lt;i&gt;short&lt;/i&gt; account of the vote\u0007 in town">',
    )
    dumped = found.model_dump_json()
    assert "\\u202e" not in dumped
    assert "\u202e" not in dumped
    assert found.summary == "A short account of the vote in town"


def test_json_ld_is_the_text_where_the_page_has_little():
    whole = " ".join([ONE, TWO, THREE] * 3)
    found = article(
        f"<h1>Ferry</h1><p>{ONE}</p>", data={"@type": "NewsArticle", "headline": "Ferry", "articleBody": whole}
    )
    assert found.extractor.method == "json-ld"
    assert len(found.body) > 900


def test_the_text_of_a_page_drawn_by_a_script_is_found_in_its_state():
    state = {"props": {"page": {"article": {"body": "".join(f"<p>{one}</p>" for one in (ONE, TWO, THREE) * 2)}}}}
    html = f'<html><head><title>Ferry</title></head><body><div id="r"></div><script id="__NEXT_DATA__" type="application/json">{json.dumps(state)}</script></body></html>'  # noqa: E501  (a page on a line)
    found = extract(html, url=URL, now=NOW)
    assert found.extractor.method == "script-state"
    assert "<p>" not in found.body
    assert TWO in found.body


def test_of_a_json_ld_that_a_quotation_mark_broke_the_plain_values_are_kept():
    broken = (
        '<script type="application/ld+json">{"@type": "NewsArticle", "description": "The "old" landing", '
        '"datePublished": "2026-02-14T09:30:00+01:00", "isAccessibleForFree": "false"}</script>'
    )
    found = article(head=broken)
    assert found.published_at == datetime(2026, 2, 14, 8, 30, tzinfo=UTC)
    assert "the page says it is not free to read" in found.body_evidence


def test_a_broken_json_ld_is_forgiven_or_left_out():
    script = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Ferry\tlanding",}</script>'
    assert article(head=script).title == "Ferry landing to close"
    assert article(head='<script type="application/ld+json">' + "[" * 50_000 + "</script>").body


def test_a_body_is_cut_at_its_bound_and_says_so():
    found = article("".join(f"<p>{number} {ONE}</p>" for number in range(1500)))
    assert len(found.body) <= 200_000
    assert "body-cut" in {notice.code for notice in found.warnings}


def entry(**more) -> Entry:
    return Entry(feed="harrow", guid="1", url=URL, **more)


def test_the_feed_gives_what_the_page_lacks():
    fed = entry(
        title="Ferry landing to close",
        authors=("Ann Lee",),
        published=datetime(2026, 3, 1, 9, tzinfo=UTC),
        summary="A vote.",
    )
    found = extract(page(f"<p>{ONE}</p><p>{TWO}</p>"), url=URL, now=NOW, entry=fed)
    assert [person.name for person in found.authors] == ["Ann Lee"]
    assert (found.published_from, found.summary_from) == ("feed", "feed")


def test_a_feed_that_shows_the_last_change_does_not_move_the_publication():
    fed = entry(published=datetime(2026, 3, 2, 9, tzinfo=UTC))
    html = page(f"<p>{ONE}</p><p>{TWO}</p>", data={"@type": "NewsArticle", "datePublished": "2026-02-20T09:00:00Z"})
    assert extract(html, url=URL, now=NOW, entry=fed).published_at == datetime(2026, 2, 20, 9, tzinfo=UTC)


def test_an_entry_without_a_page_gives_the_feeds_text():
    found = from_feed(entry(title="Ferry", content=f"<p>{ONE}</p><p>{TWO}</p>"), url=URL, now=NOW)
    assert found.body_status == "feed_only"
    assert found.body == f"{ONE}\n\n{TWO}"


def test_an_entry_without_anything_gives_nothing():
    with pytest.raises(Failed) as failed:
        from_feed(entry(title="Ferry"), url=URL, now=NOW)
    assert failed.value.reason == "no-content"


def test_bytes_that_are_not_html_are_refused():
    with pytest.raises(Failed) as failed:
        extract(b"%PDF-1.7 ...", url=URL, now=NOW)
    assert failed.value.reason == "unsupported-type"


def test_warming_reads_pages():
    warm()


@given(st.text(alphabet="<>/abdipvh1 =\"'&#;\n\u202e{}[]", max_size=400))
def test_any_markup_gives_an_article_or_one_clear_reason(html):
    try:
        found = extract(html, url=URL, now=NOW)
    except Failed as failed:
        assert failed.reason == "no-content"  # noqa: PT017  (both ends are right, this one must say why)
    else:
        assert "\u202e" not in found.body
