from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.feeds import feed_ids, load_feeds, seconds, unused_id
from config.trouble import ConfigError

SHIPPED = Path(__file__).parents[2] / "config" / "feeds.toml"
ONE = '[[feed]]\nid = "harbour-post"\nurl = "https://harbour.example/rss"\n'


def load(text, **given_arguments):
    return load_feeds(text, **{"file": "feeds.toml", "poll_interval_seconds": 900.0, **given_arguments})


def trouble(text, **given_arguments):
    with pytest.raises(ConfigError) as raised:
        load(text, **given_arguments)
    return raised.value


def test_the_shipped_list_is_valid_and_says_where_each_address_was_seen():
    feeds = load(SHIPPED.read_text())
    assert (len(feeds), sum(feed.enabled for feed in feeds)) == (34, 30)
    assert SHIPPED.read_text().count("# seen: ") == 34
    assert all(feed.title and feed.group for feed in feeds)


def test_a_feed_takes_what_it_does_not_say_from_the_defaults_and_the_interval_from_the_settings():
    text = '[defaults]\nlang = "en"\ntimeout = "20s"\nfulltext = false\n' + ONE + "fulltext = true\n"
    [feed] = load(text)
    assert (feed.every_seconds, feed.lang, feed.timeout_seconds, feed.fulltext) == (900, "en", 20, True)
    assert (feed.enabled, feed.respect_robots, feed.labels, feed.topics, feed.name) == (
        True,
        True,
        (),
        (),
        "harbour-post",
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [("15m", 900), ("1h", 3600), ("20s", 20), ("90", 90), (90, 90), (1.5, 1.5), ("1.5h", 5400), ("2D", 172_800)],
)
def test_durations(text, expected):
    assert seconds(text) == expected


@pytest.mark.parametrize(
    "text", ["", "0", 0, -1, "-5m", "soon", "5 weeks", "1h30m", True, None, "99999d", float("nan"), float("inf")]
)
def test_what_is_no_duration_is_said_to_be_none(text):
    with pytest.raises(ValueError, match="no duration"):
        seconds(text)


@pytest.mark.parametrize(
    ("text", "line", "said", "mend"),
    [
        ("[[feed]\n", 1, "broken TOML", ""),
        ("schema = 2\n", 1, "schema 2", ""),
        ("\nfeeds = []\n", 2, "unknown key 'feeds'", "[[feed]]"),
        ("[defaults]\nevery = '1h'\nurl = 'x'\n", 3, "unknown key 'url' in [defaults]", "every"),
        ("[defaults]\nevery = 'soon'\n" + ONE, 2, "'soon' is no duration", ""),
        ("[feed]\nid = 'a'\n", 1, "no list of tables", "[[feed]]"),
        (ONE + "evry = '1h'\n", 4, "unknown key 'evry'", "did you mean 'every'?"),
        (ONE + "every = '1 fortnight'\n", 4, "no duration", ""),
        ('[[feed]]\nurl = "https://h.example/"\ntitle = "Harbour Post"\n', 1, "'id' is missing", "harbour-post"),
        ('[[feed]]\nid = "a"\n', 1, "'url' is missing", "url"),
        (ONE.replace("harbour-post", "Harbour Post"), 2, "wrong form", "kyiv-independent"),
        (ONE + 'wikidata = "Q0"\n', 4, "wrong form", "Q1202611"),
        (ONE + 'country = "ua"\n', 4, "wrong form", "UA"),
        (ONE.replace("https://", "ftp://"), 3, "no http or https URL", ""),
        (ONE.replace("https://", "https://me:pw@"), 3, "never sent", ""),
        (ONE.replace("/rss", "/r ss"), 3, "blanks", ""),
        (ONE.replace("https://", "https://[::"), 3, "no URL", ""),
        (ONE + ONE.replace("/rss", "/other"), 5, "its id is that of the feed in line 1", "another id"),
        (ONE + ONE.replace("harbour-post", "other"), 6, "its url is that of the feed in line 1", "another url"),
        (ONE + 'topics = ["ukrane-war"]\n', 4, "unknown topic 'ukrane-war'", "did you mean 'ukraine-war'?"),
        ("[defaults]\ntopics = ['war']\n" + ONE, 2, "unknown topic 'war'", "ukraine-war"),
        (ONE + "enabled = 'maybe'\n", 4, "enabled", ""),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_its_mend(text, line, said, mend):
    told = trouble(text, topics=["ukraine-war", "diplomacy"])
    assert (told.file, told.line) == ("feeds.toml", line)
    assert said in str(told)
    assert mend in told.mend


def test_topics_are_not_checked_where_none_are_known():
    assert load(ONE + 'topics = ["anything"]\n')[0].topics == ("anything",)


def test_a_key_of_another_feed_is_not_taken_for_this_ones():
    text = ONE + 'every = "1h"\n\n[[feed]]\nid = "b"\nurl = "https://b.example/"\nevery = "x"\n'
    assert trouble(text).line == 9


OPML = """<?xml version="1.0"?><opml version="2.0"><head/><body>
<outline text="Ports &amp; seas">
<outline type="rss" text="The Harbour Post" xmlUrl="https://harbour.example/rss" language="en"/></outline>
<outline text="Plain" xmlUrl="https://plain.example/a?b=1&c=2"/>{}</body></opml>"""


def test_an_opml_is_told_by_its_content_and_gives_ids_groups_and_languages():
    one, two = load(OPML.format(""))
    assert (one.id, one.title, one.group, one.lang) == ("the-harbour-post", "The Harbour Post", "Ports & seas", "en")
    assert (two.id, two.url, two.every_seconds) == ("plain", "https://plain.example/a?b=1&c=2", 900)


def test_outlines_that_cannot_be_used_are_named_and_the_rest_goes_on():
    bad = """<outline type="rss" text="No address"/><outline text="Script" xmlUrl="javascript:1"/>
        <outline text="Twice" xmlUrl="https://plain.example/a?b=1&amp;c=2"/>"""
    feeds = load(OPML.format(bad))
    assert [feed.id for feed in feeds] == ["the-harbour-post", "plain"]
    assert [problem.partition("left out: ")[2] for problem in feeds.problems] == [
        "it has no xmlUrl",
        "'javascript:1' is no http or https URL",
        "https://plain.example/a?b=1&c=2 stands there twice",
    ]
    assert feeds.problems[0].startswith("feeds.toml: outline 'No address'")


def test_a_good_list_has_no_problems():
    assert load(ONE).problems == ()


def test_feeds_of_one_title_get_ids_that_do_not_hang_on_their_order():
    titles = {"https://a.example/": "News", "https://b.example/": "News", "https://c.example/": "Other"}
    ids = feed_ids(titles)
    assert ids == feed_ids(dict(reversed(titles.items())))
    assert len(set(ids.values())) == 3
    assert ids["https://c.example/"] == "other"


def test_a_title_in_another_script_leaves_the_naming_to_the_host():
    assert feed_ids({"https://www.novosti.example/rss": "Новости дня"}) == {
        "https://www.novosti.example/rss": "novosti-example"
    }


def test_an_id_that_is_taken_gets_the_hash_of_its_url():
    assert unused_id("news", "https://a.example/", {"other"}) == "news"
    assert unused_id("news", "https://a.example/", {"news"}).startswith("news-")


@given(st.dictionaries(st.integers(0, 50).map(lambda n: f"https://h{n}.example/"), st.text(max_size=60), max_size=8))
def test_ids_are_unique_slugs_whatever_the_titles(titles):
    ids = feed_ids(titles)
    assert len(set(ids.values())) == len(titles)
    for url, name in ids.items():
        load(f'[[feed]]\nid = "{name}"\nurl = "{url}"\n')


@pytest.mark.parametrize("text", ["<!doctype html><html></html>", "\n<rss version='2.0'/>"])
def test_a_page_or_feed_in_place_of_a_list_is_told_to_be_none(text):
    with pytest.raises(ConfigError, match="neither TOML nor OPML"):
        load_feeds(text, file="list", poll_interval_seconds=900)


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("feed://harbour.example/rss", "http://harbour.example/rss"),
        ("feed:https://harbour.example/rss", "https://harbour.example/rss"),
    ],
)
def test_addresses_of_the_scheme_of_old_readers_are_read_as_what_they_mean(given, url):
    (feed,) = load_feeds(f'[[feed]]\nid = "harbour"\nurl = "{given}"\n', file="list", poll_interval_seconds=900)
    assert feed.url == url
