import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from config.origins import parse_origin
from tasks.reasons import Failed
from worker.http.addresses import Guard
from worker.http.urls import allowed, location

GUARD = Guard([parse_origin("127.0.0.0/8:8080")])


@pytest.mark.parametrize(
    ("text", "asked_for"),
    [
        ("http://news.example", "http://news.example"),
        ("HTTPS://News.Example:443/a#b", "https://news.example/a"),
        ("http://news.example./a", "http://news.example./a"),
        ("http://münchen.example/ü?q=ä b", "http://xn--mnchen-3ya.example/%C3%BC?q=%C3%A4+b"),
        ("http://my_host.example/a b", "http://my_host.example/a%20b"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/"),
        ("http://news.example:8080/", "http://news.example:8080/"),
        ("http://[2606:4700::1111]/", "http://[2606:4700::1111]/"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
    ],
)
def test_an_ordinary_address_is_asked_for_in_its_normal_form(text, asked_for):
    assert str(allowed(text, GUARD)) in (asked_for, asked_for.replace("+", "%20"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "news.example/a",
        "//news.example/a",
        "/a",
        "file:///etc/hosts",
        "ftp://news.example/a",
        "gopher://news.example/a",
        "javascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "ssh://-oProxyCommand=true/x",
        "http:news.example/a",
        "http:///a",
        "http://",
        "http://user@news.example/",
        "http://user:word@news.example/",
        "http://@news.example/",
        "http://:@news.example/",
        "http://news.example:22/",
        "http://news.example:6379/",
        "http://news.example:99999/",
        "http://news.example:port/",
        "http://8.8.8.8:22/",
        "http://news.example\\@127.0.0.1/",
        "http:\\\\news.example/",
        "http://news.example/\r\nX-Injected: yes",
        "http://news.example/\x00",
        "http://news.example/\x85",
        "http://news.example/\u2028",
        "http://news.example/\ud800",
        "http://news example/",
        "http://news%2eexample/",
        "http://%31%32%37.0.0.1/",
        "http://-news.example/",
        "http://news..example/",
        "http://.example/",
        "http://" + "a" * 64 + ".example/",
        "http://" + "a.b" * 100 + ".example/",
        "http://news.example/" + "a" * 2048,
        "http://1.2.3.4.5/",
        "http://1.2.3.08/",
        "http://news.0x7f/",
        "http://134744072/",
        "http://8.8.2056/",
        "http://[::1/",
        "http://[news.example]/",
    ],
)
def test_an_address_of_an_odd_shape_is_refused_before_any_look_up(text):
    with pytest.raises(Failed, match="blocked-url"):
        allowed(text, GUARD)


@pytest.mark.parametrize(
    "text",
    [
        "http://127.0.0.1/",
        "http://127.0.0.1:9/",
        "http://127.1/",
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://0x7f.0.0.1/",
        "http://0x7f000001/",
        "http://0/",
        "http://0.0.0.0/",
        "http://１２７.０.０.１/",
        "http://①②⑦.0.0.1/",
        "http://127.0.0.1./",
        "http://127。0。0。1/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/",
        "http://100.64.0.1/",
        "http://[::1]/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[::127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[fe80::1]/",
        "http://[fd00::1]/",
        "http://[2606:4700::1111%251]/",
    ],
)
def test_an_address_that_is_not_public_is_refused_in_every_spelling(text):
    with pytest.raises(Failed, match="blocked-address"):
        allowed(text, GUARD)


@pytest.mark.parametrize("text", ["http://2130706433:8080/", "http://127.1:8080/", "http://0x7f.1:8080/"])
def test_an_allowed_address_in_disguise_is_refused_all_the_same(text):
    with pytest.raises(Failed, match="blocked-url"):
        allowed(text, GUARD)


def judged(text, **relative):
    """The URL, or None where it is refused with a reason that fits."""
    try:
        return allowed(text, GUARD, **relative)
    except Failed as failed:
        if failed.reason not in ("blocked-url", "blocked-address"):
            raise
        return None


@given(
    st.text(max_size=60), st.sampled_from(["", "http://", "https://", "http://news.example/", "//", "http://127.0.0.1"])
)
def test_whatever_is_let_through_is_plain_http_to_a_plain_host(text, prefix):
    url = judged(prefix + text)
    if url is None:
        return
    assert url.scheme in ("http", "https")
    assert url.port in (80, 443, 8080)
    assert url.raw_user is None
    assert not url.raw_fragment
    assert str(url).isascii()
    assert str(url).isprintable()
    assert set(url.raw_host) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_.:")


@pytest.mark.parametrize(
    ("base", "text", "asked_for"),
    [
        ("http://news.example/m%C3%BChle/a", "b", "http://news.example/m%C3%BChle/b"),
        ("http://news.example/a%2Fb/c", "d?e=%20", "http://news.example/a%2Fb/d?e=%20"),
        ("http://news.example/a/b?c", "?d", "http://news.example/a/b?d"),
        ("http://news.example/a/b", "//other.example", "http://other.example"),
        ("http://news.example/a/b", "https://other.example/\u00fc", "https://other.example/%C3%BC"),
    ],
)
def test_a_relative_redirect_leaves_what_was_escaped_escaped(base, text, asked_for):
    assert str(allowed(text, GUARD, base=URL(base))) == asked_for


@given(st.text(alphabet=st.characters(max_codepoint=0x2FF), max_size=40))
def test_a_redirect_never_leaves_plain_http(text):
    url = judged(location(text), base=URL("http://news.example/a/b"))
    assert url is None or url.scheme in ("http", "https")


@given(st.binary(max_size=60))
def test_any_bytes_of_a_location_become_text_that_can_be_sent(raw):
    assert isinstance(location(raw.decode("utf-8", "surrogateescape")).encode(), bytes)
