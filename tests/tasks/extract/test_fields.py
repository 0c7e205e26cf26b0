"""From a page to its article: body, headline, people, dates, addresses."""

from datetime import UTC, datetime

import pytest

from tasks.extract import extract, people
from tasks.records import Entry
from tests.tasks.extract.pages import NOW, ONE, THREE, TWO, URL, article, page


def test_the_headline_loses_the_name_of_the_site():
    assert article("<p>" + ONE + "</p>" * 3).title == "Ferry landing to close"


@pytest.mark.parametrize(
    ("stated", "title"),
    [
        ("Ferry landing to close | Harbour Gazette", "Ferry landing to close"),
        ("Ferry landing to close - Town - Harbour Gazette", "Ferry landing to close"),
        ("渡轮码头五月关闭 - 港口报", "渡轮码头五月关闭"),
        ("渡轮码头五月关闭_本地_港口报", "渡轮码头五月关闭"),
        ("渡輪碼頭五月關閉｜港口報", "渡輪碼頭五月關閉"),
        ("Ferry landing to close ‹ Harbour Gazette", "Ferry landing to close"),
        ("Ferry landing / bus station to close", "Ferry landing / bus station to close"),
        ("Ferry landing to close: a survey", "Ferry landing to close: a survey"),
        ("Ferry landing to close – and nobody knows when", "Ferry landing to close – and nobody knows when"),
        ("Ferries | Harbour Gazette", "Ferries | Harbour Gazette"),
        ("Ferry landing to close – What we know so far today", "Ferry landing to close – What we know so far today"),
    ],
)
def test_a_headline_that_nothing_confirms_loses_the_short_names_behind_it(stated, title):
    html = f"<html><head><title>{stated}</title></head><body><p>{ONE}</p><p>{TWO}</p><p>{THREE}</p></body></html>"
    assert extract(html, url="https://www.quay.example/1", now=NOW).title == title


@pytest.mark.parametrize(
    "tail",
    [" / {}", " @ {}", " ~ {}", " ({})", " > {}", " -{}", "- {}", " ― {}", "【{}】"],
)
def test_the_very_name_of_the_site_goes_behind_signs_that_headlines_have_as_well(tail):
    def title_of(end: str) -> str:
        head = f'<title>Ferry landing to close{end}</title><meta property="og:site_name" content="Harbour Gazette">'
        html = f"<html><head>{head}</head><body><p>{ONE}</p><p>{TWO}</p></body></html>"
        return extract(html, url="https://www.quay.example/1", now=NOW).title

    assert title_of(tail.format("Harbour Gazette")) == "Ferry landing to close"
    assert title_of(tail.format("who pays for it now")) != "Ferry landing to close"


def test_the_headline_that_readers_see_goes_before_the_one_for_search_engines():
    stated = '<meta property="og:title" content="Ferry closing times and prices in Harrow Bay">'
    found = article(
        f"<h1>Why the old ferry landing has to close</h1><p>{ONE}</p>",
        head=stated,
        data={"@type": "NewsArticle", "headline": "Ferry closing times and prices in Harrow Bay"},
    )
    assert found.title == "Why the old ferry landing has to close"


@pytest.mark.parametrize(
    "line",
    [
        "Updated: 28 February 2026 | Published: 26 February 2026",
        "Mis à jour le 28 février 2026 à 9h15 - Publié le 26 février 2026 à 14h20",
        "Aktualisiert am 28.02.2026 (26.02.2026)",
        "Updated 28 February 2026 published 26 February 2026",
    ],
)
def test_beside_the_day_of_a_change_the_other_one_is_that_of_the_publication(line):
    assert article(f"<h1>Ferry</h1><p>{line}</p><p>{ONE}</p><p>{TWO}</p>").published_day == "2026-02-26"


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


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By Jo Lind, Northern Dispatch", ["Jo Lind"]),
        ("Anna Berg, Staff writer, Daily Post", ["Anna Berg"]),
        ("Von Anna Berg, Korrespondentin in Kiew", ["Anna Berg"]),
        ("Par Luc Roche, envoyé spécial à Kiev", ["Luc Roche"]),
        ("Por Marta Lasarte, corresponsal en Bruselas", ["Marta Lasarte"]),
        ("Jo Lind, senior political correspondent, in Washington", ["Jo Lind"]),
        ("Jo Lind, Political Editor", ["Jo Lind"]),
        ("Anna Berg in Oslo", ["Anna Berg"]),
        ("Von Anna Berg und Agenturen", ["Anna Berg"]),
        ("Emily Post and Jo Lind", ["Emily Post", "Jo Lind"]),
        # whose text it is, is read from the authors
        ("Jo Lind, Tallis Wire", ["Jo Lind", "Tallis Wire"]),
    ],
)
def test_roles_places_and_outlets_in_a_byline_are_nobody(line, names):
    assert people.names_in(line) == names


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


@pytest.mark.parametrize("line", ["This article was amended on 1 March 2026.", "Corrected on 1 March 2026"])
def test_the_day_of_a_correction_is_not_that_of_the_publication(line):
    body = f"<h1>Ferry landing to close</h1><p>{ONE}</p><p>{TWO}</p><p>{line}</p>"
    found = extract(page(body), url="https://www.harrow.example/2026/02/27/ferry-landing", now=NOW)
    assert (found.published_day, found.published_from) == ("2026-02-27", "url")


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
    ("stated", "kept"),
    [
        ("https://harrow.example/ann", "https://harrow.example/ann"),
        (r"https://harrow.example/\udf1dann", "https://harrow.example/ann"),
        (r"https://harrow.example/\"><script>", "https://harrow.example/%22%3E%3Cscript%3E"),
        ("https://[removed]/ann", None),
        ("https://harrow.example/" + "a" * 3000, None),
    ],
)
def test_the_address_of_an_author_is_one_or_none(stated, kept):
    told = f'{{"@type": "NewsArticle", "author": {{"@type": "Person", "name": "Ann Lee", "url": "{stated}"}}}}'
    html = page(f"<p>{ONE}</p><p>{TWO}</p>", head=f'<script type="application/ld+json">{told}</script>')
    assert [(one.name, one.url) for one in extract(html, url=URL, now=NOW).authors] == [("Ann Lee", kept)]


def test_an_address_longer_than_any_that_is_asked_for_is_no_canonical_one():
    head = f'<link rel="canonical" href="{URL}?{"a" * 3000}">'
    assert extract(page(f"<p>{ONE}</p><p>{TWO}</p>", head=head), url=URL, now=NOW).canonical_url is None
