"""From a page to its article: body, headline, people, dates, addresses."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.extract import extract, from_feed, markup, states
from tasks.extract.article import read
from tasks.reasons import Failed
from tasks.records import Entry
from tests.tasks.extract.pages import NOW, ONE, THREE, TWO, URL, article, page


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


BAKERY = f"""<article><h1>Bakery in Tolland puts out its ovens</h1>
<p>The house has not been closed for a day since 1911. Its baker is 74, and found nobody to take over.</p>
<p>Eleven apprentices said no, because they wanted work that starts later in the morning than at two.</p>
<p>{"Neighbours want to keep the shop open on weekends, and look for a baker. " * 8}</p></article>"""


@pytest.mark.parametrize("order", ["{own}{other}", "{other}{own}", "<main>{own}<hr>{other}{other}</main>"])
def test_a_story_beside_the_one_with_the_headline_is_left_out_however_long(order):
    own = f"<article><h1>Ferry landing to close</h1><p>{ONE}</p><p>{TWO}</p></article>"
    head = "<title>Ferry landing to close | Harrow Bay Post</title>"
    html = f"<html><head>{head}</head><body>{order.format(own=own, other=BAKERY)}</body></html>"
    assert extract(html, url=URL, now=NOW).body == f"{ONE}\n\n{TWO}"


def test_chapters_with_headings_of_the_first_level_stay():
    chapters = "".join(
        f"<div class=s><h1>{name}</h1><p>{text}</p><p>{text[::-1]}</p></div>"
        for name, text in (("Past", TWO), ("Next", THREE))
    )
    found = article(f"<div class=s><h1>Ferry landing to close</h1><p>{ONE}</p><p>{ONE[::-1]}</p></div>{chapters}")
    assert all(text in found.body for text in (ONE, TWO, THREE))


@pytest.mark.parametrize(
    "pulled",
    [
        "<blockquote><p>{}</p><cite>Ann Lee, harbour master</cite></blockquote>",
        '<div class="pq"><p>{}</p><p>Ann Lee</p></div>',
    ],
)
def test_who_says_a_pull_quote_goes_with_it(pulled):
    quote = "The landing carried four hundred thousand people last summer, more than ever before"
    found = article(f"<h1>Ferry</h1><p>{ONE}</p>{pulled.format(quote)}<p>{TWO}</p><p>{THREE}</p>")
    assert found.body == f"{ONE}\n\n{TWO}\n\n{THREE}"


def test_a_box_around_a_field_for_an_address_is_no_part_of_the_text_whatever_it_is_called():
    box = '<div class="c7"><h4>The Morning Tide</h4><p>The news of the bay at seven.</p><form><input type="email"></form></div>'  # noqa: E501  (a page on a line)
    found = article(f"<h1>Ferry</h1><p>{ONE}</p>{box}<p>{TWO}</p><p>{THREE}</p>")
    assert found.body == f"{ONE}\n\n{TWO}\n\n{THREE}"


def test_an_article_inside_a_form_is_read():
    found = article(f'<form id="page"><h1>Ferry</h1><p>{ONE}</p><input name="email"><p>{TWO}</p></form>')
    assert found.body == f"{ONE}\n\n{TWO}"


def test_text_between_line_breaks_becomes_paragraphs_with_its_blanks():
    found = article(
        f'<h1>Ferry</h1><div>{ONE}<br><br>See the <a href="/m">map</a> of quays. {TWO}<br><br>{THREE}</div>'
    )
    assert "See the map of quays. Ferries" in found.body
    assert found.body.count("\n\n") == 2


@pytest.mark.parametrize(
    "shell",
    [
        "<table><tr><td><a href=/>Home</a></td><td><font size=2>{}</font></td></tr></table>",
        "<table><tr><td><h1>Ferry landing to close</h1><font>{}</font></td></tr></table>",
        "<table><tr><td>{}</td></tr></table>",
        "<h1>Ferry landing to close</h1><div><span>{}</span></div>",
    ],
)
def test_a_text_that_has_nothing_but_line_breaks_has_paragraphs_in_old_markup_too(shell):
    text = f"{ONE}<br>\n<br>{TWO}<br><br/>{THREE}"
    html = f"<html><head><title>Ferry landing to close</title></head><body>{shell.format(text)}</body></html>"
    assert extract(html, url=URL, now=NOW).body == f"{ONE}\n\n{TWO}\n\n{THREE}"


def test_a_subheading_in_a_div_stays():
    found = article(
        f'<h1>Ferry</h1><p>{ONE}</p><div class="story-subheading">What it costs</div><p>{TWO}</p><p>{THREE}</p>'
    )
    assert "\n\nWhat it costs\n\n" in found.body


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


def test_a_canonical_address_on_another_site_is_a_link_to_the_original():
    head = '<link rel="canonical" href="{}">'
    elsewhere = "https://elsewhere.example/town/ferry"
    assert [(link.url, link.rel) for link in article(head=head.format(elsewhere)).links] == [(elsewhere, "canonical")]
    for own in ("/town/ferry", "https://elsewhere.example/", "http://[broken"):
        assert article(head=head.format(own)).links == ()
    assert article(head=head.format("/town/ferry") + head.format(elsewhere)).links == ()


def test_a_host_in_other_letters_is_the_same_site_as_its_ascii_form():
    found = extract(
        page(f'<link rel="canonical" href="https://xn--hfen-loa.example/pier"><p>{ONE}</p><p>{TWO}</p>'),
        url="https://häfen.example/pier",
        now=NOW,
    )
    assert (found.canonical_url, found.links) == (found.url, ())


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


PARAGRAPHS = "".join(f"<p>{one} It’s so.</p>" for one in (ONE, TWO, THREE))
STATE = json.dumps({"page": {"story": {"headline": "Ferry", "html": PARAGRAPHS}}})
IN_SINGLE_QUOTES = STATE.replace("\\", "\\\\").replace("’", "\\'").replace("<p>", "\\x3cp>")
DRAWN = json.dumps(
    ["$", "main", None, {"children": [
        ["$", "nav", None, {"children": ["$", "p", "1", {"children": "Home and all the sections of the paper"}]}],
        *(["$", "p", str(n), {"className": "text", "children": [text, ["$", "em", None, {"children": " It’s so."}]]}]
          for n, text in enumerate((ONE, TWO, THREE))),
    ]}]
)  # fmt: skip
LENGTH = f"{len(PARAGRAPHS.encode()):x}"


def sent(stream: str, *, cut: int) -> str:
    pieces = [json.dumps([1, piece]) for piece in (stream[:cut], stream[cut:])]
    return "".join(f"<script>self.__next_f.push({piece})</script>" for piece in pieces)


@pytest.mark.parametrize(
    "scripts",
    [
        f"<script>window.store = JSON.parse({json.dumps(STATE)});</script>",
        f"<script>window.store = JSON.parse('{IN_SINGLE_QUOTES}');</script>",
        sent(f'1:I[5,["a"],"Story"]\n2:["$","$L1",null,{STATE}]\n', cut=400),
        sent(f'1:"$Sreact.suspense"\n2:T{LENGTH},{PARAGRAPHS}3:["$","$L1",null,{{"html":"$2"}}]\n', cut=300),
        sent(f"0:{DRAWN}\n", cut=500),
    ],
)
def test_the_text_is_found_in_what_a_page_hands_to_its_scripts(scripts):
    head = "<head><title>Ferry landing to close</title></head>"
    found = extract(f'<html>{head}<body><div id="root"></div>{scripts}</body></html>', url=URL, now=NOW)
    assert found.extractor.method == "script-state"
    assert found.body.replace("'", "’") == "\n\n".join(f"{one} It’s so." for one in (ONE, TWO, THREE))


@given(st.text(alphabet='0123abT:,"[]{}$\\\n p', max_size=120), st.integers(0, 20))
def test_whatever_a_page_sends_piece_by_piece_is_read_or_passed_over(stream, times):
    scripts = f"{sent(stream * times, cut=40)}<script>JSON.parse('{stream}');{PARAGRAPHS}</script>"
    tree = markup.parse(f"<html><body>{scripts}</body></html>")
    assert all(isinstance(text, str) for text in states.texts(tree))


@pytest.mark.parametrize(
    "shell", ["<noscript><div>{}</div></noscript>", '<x-story><template shadowrootmode="open">{}</template></x-story>']
)
def test_the_text_that_waits_for_a_browser_is_found_where_the_page_brings_it(shell):
    paragraphs = "".join(f"<p>{text}</p>" for text in (ONE, TWO, THREE))
    menu = "<nav><a href=/>Home</a> <a href=/w>World</a></nav><div>Loading…</div>"
    found = extract(f"<html><body>{menu}{shell.format(paragraphs)}</body></html>", url=URL, now=NOW)
    assert (found.body, found.body_status) == (f"{ONE}\n\n{TWO}\n\n{THREE}", "full")


@pytest.mark.parametrize(
    "shell",
    [
        "<article><h1>Pier reopens</h1><div><span>By Jo Lind</span> <time>2 March 2026</time></div>{}</article>",
        "<table><tr><td><a href=/>Home</a></td><td><h1>Pier reopens</h1>{}</td><td>Ads here</td></tr></table>",
    ],
)
@pytest.mark.parametrize(
    "texts", [(ONE,), ("The pier reopened on Sunday, the city said.", "Ferries run as before.", TWO)]
)
def test_a_short_article_is_not_run_together_with_its_headline_and_date(shell, texts):
    paragraphs = "".join(f"<p>{text}</p>" for text in texts)
    found = extract(f"<html><title>Pier reopens</title><body>{shell.format(paragraphs)}</body>", url=URL, now=NOW)
    assert found.body == "\n\n".join(texts)


def test_the_labels_of_a_menu_are_no_article():
    html = "<html><title>Pier</title><body><nav><a href=/>Home</a> <a href=/w>World</a></nav><div>Loading…</div></body>"
    with pytest.raises(Failed) as failed:
        extract(html, url=URL, now=NOW)
    assert (failed.value.reason, failed.value.detail) == ("no-content", "empty: no text on the page")


def test_the_heading_of_a_list_item_is_parted_from_its_text():
    items = "".join(f"<li><h2>{number}. Pier</h2>{text}</li>" for number, text in enumerate((ONE, TWO, THREE), 1))
    body = article(f"<h1>Ferry landing to close</h1><ol>{items}</ol>").body
    assert body == f"1. Pier\n\n{ONE}\n\n2. Pier\n\n{TWO}\n\n3. Pier\n\n{THREE}"


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


@given(st.text(alphabet="<>/abdipvh1 =\"'&#;\n\u202e{}[]", max_size=400))
def test_any_markup_gives_an_article_or_one_clear_reason(html):
    try:
        found = extract(html, url=URL, now=NOW)
    except Failed as failed:
        assert failed.reason == "no-content"  # noqa: PT017  (both ends are right, this one must say why)
    else:
        assert "\u202e" not in found.body


def test_what_machines_are_told_of_another_story_is_not_taken_for_this_one():
    other = {
        "@type": "NewsArticle",
        "headline": "Quay to be dredged",
        "url": "https://www.harrow.example/town/quay",
        "articleBody": " ".join([THREE, TWO] * 4),
        "author": {"@type": "Person", "name": "Bo Winter"},
    }
    own = {"@type": "NewsArticle", "headline": "Ferry landing to close", "mainEntityOfPage": {"@id": URL}}
    found = article(f"<h1>Ferry landing to close</h1><p>{ONE}</p>", data=[other, own])
    assert (found.body, found.authors) == (ONE, ())


HEBREW = (
    "עיריית נמל הצפון הודיעה ביום שני כי הגשר הישן ייסגר לתנועת כלי רכב לאחר שמהנדסים מצאו סדקים ברוב עמודיו.",
    "הדייגים תלויים בגשר כדי להגיע לשוק שבגדה המזרחית, והדרך החלופית מאריכה את הנסיעה בארבעים דקות בכל בוקר.",
)
GREEK = (
    "Ο δήμος του Παλιού Λιμανιού ανακοίνωσε τη Δευτέρα ότι η ξύλινη γέφυρα κλείνει, αφού βρέθηκαν ρωγμές παντού.",
    "Οι ψαράδες χρειάζονται τη γέφυρα κάθε πρωί για να φτάσουν στην αγορά, και ο άλλος δρόμος διαρκεί σαράντα λεπτά.",
)
JAPANESE = (
    "港町の旧桟橋が来月から車の通行を止めることになった。市の調査で、橋を支える杭の大半に腐食が見つかったためだ。",
    "対岸の魚市場へ向かう漁師たちは、この橋を毎朝使っている。迂回路を通ると片道で四十分余計にかかるという。",
)
CHINESE = (
    "旧港市政府星期一宣布，由于工程师在大部分桥墩上发现裂缝，城里的木桥将停止车辆通行，行人仍可以过桥。",
    "渔民每天早上要经过这座桥去东岸的鱼市。有人说，绕路要多花四十分钟，鲜鱼的价钱也会跟着上涨。",
)


@pytest.mark.parametrize(
    ("lang", "texts", "above", "between"),
    [
        ("he", HEBREW, "<p>פורסם ב-05.10.2025 בשעה 18:30</p>", '<p>קראו גם: <a href="/2">מחירי הדגים עולים</a></p>'),
        ("el", GREEK, "<p>Δημοσίευση: 5 Οκτωβρίου 2025</p>", "<p>Διαβάστε επίσης: Ακριβότερα τα ψάρια</p>"),
        ("ja", JAPANESE, "<p>2025年10月5日 18時30分</p>", "<p>関連記事：魚市場、朝の競りを早める</p>"),
        ("zh", CHINESE, "<p>2025-10-05 18:30 来源：旧港日报 作者：陈立</p>", "<p>延伸阅读：鱼价上涨</p>"),
    ],
)
def test_lines_around_a_text_are_known_in_scripts_without_capitals_too(lang, texts, above, between):
    found = article(f"<h1>Ferry</h1>{above}<p>{texts[0]}</p>{between}<p>{texts[1]}</p>")
    assert (found.body, found.lang) == ("\n\n".join(texts), lang)
    assert found.published_day == "2025-10-05"


def test_a_byline_in_hebrew_is_no_part_of_the_name():
    assert [
        one.name for one in article(f'<h1>Ferry</h1><p class="author">מאת: יעל ברק</p><p>{HEBREW[0]}</p>').authors
    ] == ["יעל ברק"]
