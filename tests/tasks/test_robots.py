import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.reasons import REASONS
from tasks.robots import MAX_BYTES, UNAVAILABLE_REASONS, RobotsRules, product_token

US = "Wirebeat/0.1 (+https://news.example/bot; desk@news.example)"


def rules(text, user_agent=US):
    return RobotsRules.read(200, text.encode() if isinstance(text, str) else text, user_agent)


def allowed(text, path, user_agent=US):
    return rules(text, user_agent).allows(f"https://news.example{path}", user_agent)


def test_a_robots_txt_in_utf_16_is_heeded():
    for charset in ("utf-16", "utf-16-be"):
        text = "\ufeff" * charset.endswith("be") + "User-agent: *\nDisallow: /private"
        assert not allowed(text.encode(charset), "/private")
        assert allowed(text.encode(charset), "/a")


@pytest.mark.parametrize("status", [300, 304, 400, 401, 403, 404, 410, 451])
def test_an_origin_without_a_robots_txt_allows_everything(status):
    unavailable = RobotsRules.read(status, b"User-agent: *\nDisallow: /", US)

    assert unavailable.allows("https://news.example/a", US)
    assert not unavailable.unreachable


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 599])
def test_an_origin_that_cannot_say_now_allows_nothing_for_now(status):
    unreachable = RobotsRules.read(status, b"", US)

    assert unreachable.unreachable
    assert not unreachable.allows("https://news.example/a", US)


@pytest.mark.parametrize(
    "reason", ["dns", "connect", "tls", "timeout", "rate-limited", "http-server-error", "truncated"]
)
def test_a_failure_that_may_pass_allows_nothing_for_now(reason):
    assert RobotsRules.after_failure(reason).unreachable


@pytest.mark.parametrize("reason", ["too-many-redirects", "bad-redirect", "blocked-address", "http-client-error"])
def test_a_failure_that_stays_means_there_are_no_rules(reason):
    assert not RobotsRules.after_failure(reason).unreachable


def test_failures_are_named_as_everywhere_else():
    assert set(REASONS) >= UNAVAILABLE_REASONS


@pytest.mark.parametrize(
    ("text", "path", "is_allowed"),
    [
        ("", "/a", True),
        ("User-agent: *\nDisallow:", "/a", True),
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow: /", "/robots.txt", True),
        ("User-agent: *\nDisallow: /private", "/privately", False),
        ("User-agent: *\nDisallow: /private/", "/private", True),
        ("User-agent: *\nDisallow: /p\nAllow: /press", "/press/1", True),
        ("User-agent: *\nAllow: /p\nDisallow: /press", "/press/1", False),
        ("User-agent: *\nAllow: /a\nDisallow: /a", "/a", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf?x", True),
        ("User-agent: *\nDisallow: /*/print/", "/2026/print/1", False),
        ("User-agent: *\nDisallow: /ü", "/%C3%BC/1", False),
        ("User-agent: *\nDisallow: /%C3%BC", "/ü/1", False),
        ("User-agent: *\nDisallow: /a?b=1", "/a?b=12", False),
        ("user-AGENT : *\ndisALLOW : /x # why", "/x", False),
        ("User-agent: *\r\nDisallow: /x\r\n", "/x", False),
        ("\ufeffUser-agent: *\nDisallow: /x", "/x", False),
        ("Disallow: /x", "/x", True),
        ("User-agent: *\nSitemap: https://news.example/s.xml\nDisallow: /x", "/x", False),
        ("User-agent: *\n\n\nDisallow: /x", "/x", False),
        ("User-agent: *\nUser-agent: other\nDisallow: /x", "/x", False),
        ("<html><body>User-agent: * Disallow: /</body></html>", "/x", True),
    ],
)
def test_rules_are_read_as_the_standard_says(text, path, is_allowed):
    assert allowed(text, path) is is_allowed


OURS_AND_OTHERS = """
User-agent: *
Disallow: /all

User-agent: wirebeat
Disallow: /us

User-agent: other
User-agent: bot
Disallow: /

User-agent: WIREBEAT/9.9
Disallow: /us-too
"""


@pytest.mark.parametrize(("path", "is_allowed"), [("/all", True), ("/us", False), ("/us-too", False), ("/else", True)])
def test_the_groups_that_name_us_hold_and_no_other(path, is_allowed):
    assert allowed(OURS_AND_OTHERS, path) is is_allowed


@pytest.mark.parametrize("name", ["bot", "news", "wire", "wirebeatbot", "beat", "https"])
def test_a_word_somewhere_in_our_user_agent_is_not_our_name(name):
    assert allowed(f"User-agent: {name}\nDisallow: /", "/a")


@pytest.mark.parametrize(
    ("user_agent", "token"),
    [
        (US, "wirebeat"),
        ("Some-Reader", "some-reader"),
        ("Mozilla/5.0 (compatible; NewsDesk/1.0; +https://news.example)", "newsdesk"),
        ("42", "*"),
        ("", "*"),
    ],
)
def test_the_product_token_is_the_name_that_a_robots_txt_would_use(user_agent, token):
    assert product_token(user_agent) == token


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("5", 5.0), ("0.5", 0.5), ("3600", 30.0), ("0", 0.0), ("-3", None), ("nan", None), ("inf", None), ("soon", None)],
)
def test_a_crawl_delay_is_kept_up_to_half_a_minute(said, seconds):
    assert rules(f"User-agent: *\nCrawl-delay: {said}").crawl_delay_seconds(US) == seconds


def test_a_crawl_delay_for_others_is_not_ours():
    text = "User-agent: slow\nCrawl-delay: 20\n\nUser-agent: *\nDisallow: /x"

    assert rules(text).crawl_delay_seconds(US) is None


def test_a_rule_half_a_megabyte_into_the_file_still_holds():
    filler = "".join(f"Disallow: /filler/number/{number:06}\n" for number in range(16_000))
    text = f"User-agent: *\n{filler}Disallow: /private\n"

    assert 500_000 < len(text) < MAX_BYTES
    assert not allowed(text, "/private/a")
    assert allowed(text, "/public/a")


def test_what_is_stored_is_read_back_the_same():
    stored = rules(OURS_AND_OTHERS)
    unreachable = RobotsRules.read(503, b"", US)

    assert RobotsRules.loads(stored.dumps()) == stored
    assert RobotsRules.loads(unreachable.dumps()) == unreachable
    assert RobotsRules.loads(RobotsRules().dumps()) == RobotsRules()


def test_what_does_not_bind_us_is_not_stored():
    stored = rules(OURS_AND_OTHERS + "# a comment\nHost: x\nSitemap: y\n").dumps()

    assert "other" not in stored
    assert "comment" not in stored
    assert "Sitemap" not in stored


@pytest.mark.parametrize(
    "hostile",
    [
        "".join(f"User-agent: a{n}\n" for n in range(20_000)) + "".join(f"Disallow: /{n}*{n}\n" for n in range(15_000)),
        "User-agent: *\n" * 20_000 + "Disallow: /a\n" * 15_000,
        "User-agent: *\n" + "".join(f"Disallow: /{n}*a*b*c*d*e*f$\n" for n in range(20_000)),
        "User-agent: *\nDisallow: /" + "*a" * 250_000,
        "User-agent: *\n" + ("Disallow: /" + "*a" * 1000 + "b\n") * 200,
        "User-agent: *\n" + ("Disallow: /" + "$" * 2000 + "\n") * 250,
        "User-agent" + " " * 500_000,
        "User-agent: *\n" + "Disallow:\n" * 50_000,
        "User-agent: *\nAllow: /" + "%" * 2000,
    ],
    ids=[
        "product",
        "repeats",
        "wildcards",
        "a long line",
        "long lines",
        "dollars",
        "blanks",
        "empty rules",
        "percents",
    ],
)
def test_no_file_takes_long_to_read_or_to_ask(hostile):
    started = time.process_time()
    read = rules(hostile)
    read.allows("https://news.example/" + "1a" * 1000, US)

    # 0.5 s at most on an idle core; what is not linear takes minutes
    assert time.process_time() - started < 10.0
    assert len(read.dumps()) <= 2 * MAX_BYTES


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(body):
    read = RobotsRules.read(200, b"User-agent: *\n" + body, US)

    assert read.allows("https://news.example/robots.txt", US)
    read.allows("https://news.example/a?b", US)
    read.crawl_delay_seconds(US)
    assert RobotsRules.loads(read.dumps()) == read


@given(
    st.lists(st.sampled_from(["User-agent: *", "User-agent: x", "Disallow: /a", "Allow: /a/b", "", "Crawl-delay: 3"]))
)
def test_reading_again_what_was_kept_changes_nothing(lines):
    kept = rules("\n".join(lines))

    assert rules(kept.text) == kept
