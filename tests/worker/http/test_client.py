import asyncio
import gc
import gzip
import socket
import time
import zlib
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from tasks.ports import Validators
from tasks.reasons import Failed
from worker.http import Client
from worker.http.reception import Reception

MOVED = "301 Moved Permanently"
FOUND = "302 Found"


async def silence(reader, writer, request):
    await asyncio.sleep(90)


def endless(head, part, pause=0.0):
    async def send(reader, writer, request):
        writer.write(head)
        while True:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)

    return send


def closing(raw):
    async def send(reader, writer, request):
        writer.write(raw)
        await writer.drain()
        writer.close()

    return send


async def reset(reader, writer, request):
    writer.transport.abort()


def test_a_page_is_kept_as_it_came_with_what_the_server_said_of_it(ask, answer):
    body = gzip.compress(b"<html>news</html>")

    outcome = ask(answer(body, Content_Type="text/html; charset=utf-8", Content_Encoding="gzip", ETag='W/"x y"'))

    assert outcome.page.body == body
    assert outcome.page.content_encoding == "gzip"
    assert outcome.page.content_type == "text/html; charset=utf-8"
    assert outcome.page.etag == 'W/"x y"'
    assert outcome.page.final_url == outcome.origin.url()
    assert outcome.page.moved_to is None


def test_a_request_says_who_asks_and_nothing_about_anybody(ask, answer, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.2:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.2:9")

    outcome = ask(answer(), changes={"user_agent": "Example/1 (+https://news.example/bot; desk@news.example)"})

    assert outcome.page.status == 200
    head = outcome.origin.head()
    assert head.pop("User-Agent") == "Example/1 (+https://news.example/bot; desk@news.example)"
    assert head.pop("Accept-Encoding") == "gzip, deflate"
    assert set(head) == {"Host", "Accept"}


def test_no_cookie_comes_back_on_a_redirect_or_a_second_request(converse, answer):
    async def twice(web, origin):
        await web.fetch(origin.url("/from"), kind="page")
        await web.fetch(origin.url("/to"), kind="page")
        return [origin.head(index) for index in range(len(origin.requests))]

    heads = converse(
        {
            "/from": answer(b"", FOUND, Location="/to", Set_Cookie="a=1; Path=/"),
            "/to": answer(Set_Cookie="b=2; Path=/"),
        },
        twice,
    )

    assert len(heads) == 3
    assert not [head for head in heads if {"Cookie", "Referer", "Authorization"} & set(head)]


# what servers answer


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("204 No Content", "no-content"),
        ("206 Partial Content", "protocol-error"),
        ("300 Multiple Choices", "bad-redirect"),
        ("304 Not Modified", "protocol-error"),
        ("401 Unauthorized", "http-client-error"),
        ("404 Not Found", "http-client-error"),
        ("410 Gone", "gone"),
        ("429 Too Many Requests", "rate-limited"),
        ("451 Unavailable", "http-client-error"),
        ("500 Oops", "http-server-error"),
        ("503 Busy", "http-server-error"),
        ("599 ?", "http-server-error"),
        ("999 Request denied", "http-client-error"),
    ],
)
def test_a_status_that_is_no_page_is_a_named_failure(ask, answer, status, reason):
    assert ask(answer(b"", status)).reason == reason


NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("99999999", 86_400.0),
        ("Mon, 23 Nov 2026 12:02:00 GMT", 120.0),
        ("Monday, 23-Nov-26 12:02:00 GMT", 120.0),
        ("Mon Nov 23 12:02:00 2026", 120.0),
        ("Mon, 23 Nov 2020 12:02:00 GMT", 0.0),
        ("-5", None),
        ("soon", None),
    ],
)
@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_retry_after_is_understood_in_all_its_forms(ask, answer, status, said, seconds):
    outcome = ask(answer(b"", status, Retry_After=said), client={"now": lambda: NOW})

    assert outcome.failed.retry_after_seconds == seconds
    assert outcome.reason == ("http-server-error" if status[:3] == "503" and seconds is None else "rate-limited")


def test_a_date_to_retry_after_is_counted_from_the_clock_of_the_server(ask, answer):
    slow_clock = {"Date": "Mon, 23 Nov 2026 07:00:00 GMT", "Retry_After": "Mon, 23 Nov 2026 07:01:00 GMT"}

    outcome = ask(answer(b"", "429 Wait", **slow_clock), client={"now": lambda: NOW})

    assert outcome.failed.retry_after_seconds == 60.0


def test_validators_go_back_byte_for_byte_and_304_is_an_answer(ask, answer):
    asked_with = Validators("W/\"ä, 'q'\"", "Mon, 23 Nov 2026 12:02:00 +0000", "0123")

    outcome = ask(answer(b"", "304 Not Modified"), kind="feed", validators=asked_with)

    assert outcome.page.status == 304
    assert outcome.page.body == b""
    request = outcome.origin.requests[0]
    assert b"If-None-Match: " + "W/\"ä, 'q'\"".encode() + b"\r\n" in request
    assert b"If-Modified-Since: Mon, 23 Nov 2026 12:02:00 +0000\r\n" in request


def test_a_304_that_nobody_asked_for_does_no_harm_to_a_feed(ask, answer):
    assert ask(answer(b"", "304 Not Modified"), kind="feed").page.status == 304


def test_a_validator_that_could_not_go_back_unchanged_is_not_kept(ask, answer):
    outcome = ask(answer(ETag='"\udce9"', Last_Modified="x" * 2000))

    assert outcome.page.etag is None
    assert outcome.page.last_modified is None


def test_robots_txt_is_read_up_to_its_limit_and_an_error_is_an_answer(ask, answer):
    long = b"User-agent: *\n" + b"Disallow: /private\n" * 60_000

    assert len(ask(answer(long), kind="robots").page.body) == 512 * 1024
    packed = ask(answer(gzip.compress(long), Content_Encoding="gzip"), kind="robots").page
    assert packed.body == long[: 512 * 1024]
    assert packed.content_encoding == ""
    assert ask(answer(b"no", "404 Not Found"), kind="robots").page.status == 404
    assert ask(answer(b"no", "503 Busy"), kind="robots").reason == "http-server-error"


# redirects


def test_a_chain_of_permanent_redirects_tells_where_the_feed_has_moved(ask, answer):
    outcome = ask(
        {
            "/a": answer(b"", MOVED, Location="/b?x=1#part"),
            "/b": answer(b"", "308 Permanent Redirect", Location="{origin}/c"),
            "/c": answer(b"<rss/>"),
        },
        path="/a",
        kind="feed",
    )

    assert outcome.page.body == b"<rss/>"
    assert outcome.page.url == outcome.origin.url("/a")
    assert outcome.page.final_url == outcome.page.moved_to == outcome.origin.url("/c")


def test_one_temporary_redirect_in_the_chain_means_nothing_has_moved(ask, answer):
    outcome = ask(
        {
            "/a": answer(b"", MOVED, Location="/b"),
            "/b": answer(b"", FOUND, Location="/c"),
            "/c": answer(b"<rss/>"),
        },
        path="/a",
        kind="feed",
    )

    assert outcome.page.final_url == outcome.origin.url("/c")
    assert outcome.page.moved_to is None


@pytest.mark.parametrize("hops", [5, 6])
def test_five_redirects_are_followed_and_no_sixth(ask, answer, hops):
    chain = {f"/{n}": answer(b"", FOUND, Location=f"/{n + 1}") for n in range(hops)}

    outcome = ask({**chain, f"/{hops}": answer(b"<html>end")}, path="/0")

    assert outcome.reason == (None if hops == 5 else "too-many-redirects")
    assert len(outcome.origin.requests) == 6


def test_a_redirect_to_itself_ends_at_once(ask, answer):
    outcome = ask({"/a": answer(b"", MOVED, Location="/b"), "/b": answer(b"", MOVED, Location="/a")}, path="/a")

    assert outcome.reason == "too-many-redirects"
    assert outcome.origin.paths() == ["/a", "/b"]


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("", "bad-redirect"),
        ("   ", "bad-redirect"),
        ("gopher://127.0.0.1/_x", "blocked-url"),
        ("file:///etc/hosts", "blocked-url"),
        ("data:text/html,x", "blocked-url"),
        ("javascript:alert(1)", "blocked-url"),
        ("ht\ttp://127.0.0.1/", "blocked-url"),
        ("http://user:word@news.example/", "blocked-url"),
        ("http://[::1", "blocked-url"),
        ("http://news.example:22/", "blocked-url"),
        ("//10.0.0.1/x", "blocked-address"),
        ("http://2130706433/", "blocked-address"),
        ("http://[::ffff:127.0.0.1]/", "blocked-address"),
        ("https://169.254.169.254/latest/meta-data/", "blocked-address"),
        ("/" + "a" * 2100, "blocked-url"),
    ],
)
def test_a_redirect_is_held_to_all_the_rules_of_a_first_address(ask, answer, location, reason):
    outcome = ask({"/": answer(b"", FOUND, Location=location)})

    assert outcome.reason == reason
    assert outcome.origin.connections == 1


def test_a_redirect_without_a_location_or_with_two_goes_nowhere(ask, answer):
    assert ask(answer(b"", FOUND)).reason == "bad-redirect"
    two = b"HTTP/1.1 302 F\r\nLocation: /a\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"
    assert ask(two).reason == "bad-redirect"


def test_a_location_may_hold_raw_bytes_and_blanks_as_browsers_allow(ask, answer):
    found = answer(b"", FOUND, Location="  /b/ü\udce9 x ")

    outcome = ask({"/a": found, "/b/%C3%BC%E9%20x": answer(b"<html>there")}, path="/a")

    assert outcome.page.body == b"<html>there"


def test_the_body_of_a_redirect_is_never_read(ask, answer):
    flood = endless(b"HTTP/1.1 302 F\r\nLocation: /end\r\nContent-Length: 900000000\r\n\r\n", b"x" * 65536)

    outcome = ask({"/": flood, "/end": answer(b"<html>end")})

    assert outcome.page.body == b"<html>end"
    assert outcome.soon


def test_each_further_request_asks_the_gate_and_its_wait_is_not_the_servers(answer, converse):
    gated = []

    async def gate(host):
        gated.append(host)
        await asyncio.sleep(0.6)

    async def fetch(web, origin):
        return await web.fetch(origin.url("/a"), kind="page", timeout_seconds=1.0)

    page = converse(
        {
            "/a": answer(b"", FOUND, Location="/b"),
            "/b": answer(b"", FOUND, Location="/c"),
            "/c": answer(b"<html>end"),
        },
        fetch,
        gate=gate,
    )

    assert page.body == b"<html>end"
    assert gated == ["127.0.0.1", "127.0.0.1"]


def test_a_place_is_taken_at_each_further_host_and_given_back_when_all_is_over(converse):
    log = []

    def lookup(host, port, *_, **__):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    async def place(host):
        log.append(f"to {host}")

        async def leave():
            log.append(f"from {host}")

        return leave

    def found(location):
        return f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()

    async def fetch(web, origin):
        there = origin.url("/c", host="paper.test")
        origin.answers |= {"/a": found("/b"), "/b": found(there), "/c": found("/d")}
        with pytest.raises(Failed, match="http-client-error"):
            await web.fetch(origin.url("/a"), kind="page")
        return origin.paths()

    assert converse({}, fetch, place=place, lookup=lookup) == ["/a", "/b", "/c", "/d"]
    assert log == ["to paper.test", "from paper.test"]


def test_each_hop_is_shown_to_who_heeds_it_and_goes_no_further_than_that_one_lets_it(answer, converse):
    shown, turns = [], []

    class NotThere(Exception):
        pass

    async def gate(host):
        turns.append(len(shown))

    async def heed(url):
        shown.append(url)
        if url.endswith("/c"):
            raise NotThere

    async def fetch(web, origin):
        with pytest.raises(NotThere):
            await web.fetch(origin.url("/a"), kind="page", heed=heed)
        return origin.paths(), [origin.url("/b"), origin.url("/c")]

    asked, hops = converse(
        {
            "/a": answer(b"", FOUND, Location="/b"),
            "/b": answer(b"", FOUND, Location="/c#top"),
            "/c": answer(b"<html>end"),
        },
        fetch,
        gate=gate,
    )

    assert asked == ["/a", "/b"]
    assert shown == hops
    assert turns == [0, 1]


def test_a_gate_can_refuse_the_next_hop(answer, ask):
    async def gate(host):
        raise Failed("rate-limited", "not now", retry_after_seconds=7)

    outcome = ask({"/": answer(b"", FOUND, Location="/b")}, client={"gate": gate})

    assert outcome.reason == "rate-limited"
    assert outcome.origin.paths() == ["/"]


# limits


@pytest.mark.parametrize(
    "slow",
    [
        silence,
        endless(b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n", b"x", pause=0.05),
        endless(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n", pause=0.1),
        endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", pause=0.05),
        endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", pause=0.05),
    ],
    ids=["silent", "a byte at a time", "headers", "chunks", "interim answers"],
)
def test_whatever_drips_is_ended_by_the_limit_on_the_whole(ask, slow):
    outcome = ask(slow, timeout_seconds=0.3)

    assert outcome.reason == "timeout"
    assert outcome.seconds > 0.25
    assert outcome.soon


def test_the_limit_holds_for_all_hops_together(ask):
    async def slow_hop(reader, writer, request):
        await asyncio.sleep(0.3)
        writer.write(
            b"HTTP/1.1 302 F\r\nLocation: /" + str(time.monotonic()).encode() + b"\r\nContent-Length: 0\r\n\r\n"
        )

    outcome = ask(slow_hop, timeout_seconds=0.4)

    assert outcome.reason == "timeout"
    assert outcome.soon


def test_silence_between_two_reads_has_a_limit_of_its_own(ask):
    outcome = ask(silence, changes={"read_timeout_seconds": 0.3})

    assert outcome.reason == "timeout"
    assert outcome.soon


@pytest.mark.parametrize(
    "flood",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000000\r\n\r\nx",
        endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536),
        endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1000\r\n" + b"x" * 4096 + b"\r\n"),
        endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;", b"a=b;" * 9000),
        endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 2000),
        endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 999),
    ],
    ids=["announced", "endless", "chunked", "chunk extensions", "tiny chunks", "interim answers"],
)
def test_more_bytes_than_allowed_are_refused_while_they_come(ask, flood):
    outcome = ask(flood, changes={"max_page_bytes": 1_000_000})

    assert outcome.reason == "too-large"
    assert outcome.soon


@pytest.mark.parametrize(
    "head",
    [
        endless(b"HTTP/1.1 200 OK\r\nX-Pad: ", b"a" * 9000),
        endless(b"HTTP/1.1 200 OK\r\n", b"X-Pad: aaaaaaaaaaaaaaaaaaaaa\r\n" * 300),
        endless(b"HTTP/1.1 ", b"2" * 9000),
        endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"Trailer: x\r\n" * 2000),
    ],
    ids=["a line", "lines", "a status", "trailers"],
)
def test_headers_without_an_end_are_refused_at_once(ask, head):
    outcome = ask(head)

    assert outcome.reason in ("protocol-error", "too-large")
    assert outcome.soon


def test_a_bomb_is_found_while_it_is_read_and_before_it_goes_off(ask, answer):
    bomb = gzip.compress(bytes(60_000_000))
    assert len(bomb) < 100_000

    assert ask(answer(bomb, Content_Encoding="gzip")).reason == "too-large"


@pytest.mark.parametrize("coding", ["br", "zstd", "compress", "gzip, gzip", "gzip, br", "deflate,gzip"])
def test_only_one_coding_and_only_those_offered_are_taken(ask, answer, coding):
    outcome = ask(endless(f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\n\r\n".encode(), b"x" * 100))

    assert outcome.reason == "encoding"
    assert outcome.soon


def test_an_honest_server_may_send_its_body_in_small_chunks(ask):
    text = b"<html>" + b"news " * 40_000
    chunks = b"".join(b"8\r\n%s\r\n" % text[at : at + 8].ljust(8) for at in range(0, len(text), 8))
    raw = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"

    assert ask(raw, changes={"max_page_bytes": 1_000_000}).page.body.rstrip() == text.rstrip()


def test_a_lie_about_the_coding_is_told_from_a_cut_body(ask, answer):
    packed = gzip.compress(b"<html>" + bytes(range(256)) * 50)

    assert ask(answer(b"<html>plain", Content_Encoding="gzip")).reason == "encoding"
    assert ask(answer(packed[: len(packed) // 2], Content_Encoding="gzip")).reason == "truncated"
    assert ask(answer(zlib.compress(b"<html>")[2:-4], Content_Encoding="deflate")).page.body


@pytest.mark.parametrize("said", ["identity", "utf-8", "none", "UTF-8"])
def test_servers_that_name_a_charset_as_coding_mean_none(ask, answer, said):
    assert ask(answer(b"<html>", Content_Encoding=said)).page.content_encoding == ""


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (reset, "connect"),
        (closing(b""), "connect"),
        (closing(b"HTTP/1.1 200 OK\r\nContent-Ty"), "protocol-error"),
        (closing(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhalf"), "truncated"),
        (closing(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal"), "truncated"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhalf", "protocol-error"),
        (closing(b"<html>no header at all</html>"), "protocol-error"),
        (closing(b"SSH-2.0-OpenSSH_9.6\r\n"), "protocol-error"),
        (closing(b"\x15\x03\x01\x00\x02\x02\x16"), "protocol-error"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "protocol-error"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nhello", "protocol-error"),
        (b"HTTP/1.1 101 Switching\r\nUpgrade: tls\r\nConnection: upgrade\r\n\r\n", "protocol-error"),
    ],
)
def test_an_answer_that_is_not_http_is_a_named_failure(ask, broken, reason):
    outcome = ask(broken)

    assert outcome.reason == reason
    assert outcome.soon


def test_framing_that_breaks_late_ends_the_fetch_at_once(ask):
    async def late(reader, writer, request):
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nnews\r\n")
        await asyncio.sleep(0.05)
        writer.write(b"zz\r\nnews\r\n")
        await asyncio.sleep(90)

    outcome = ask(late)

    assert outcome.reason == "protocol-error"
    assert outcome.soon


def test_a_closed_port_is_a_failure_to_connect(answer, serving, settings_for):
    async def fetch():
        async with serving(answer()) as origin:
            pass
        async with Client(settings_for(origin)) as web:
            await web.fetch(origin.url(), kind="page")

    with pytest.raises(Failed, match="connect: "):
        asyncio.run(fetch())


def test_details_of_a_failure_hold_no_raw_bytes_of_the_server(ask):
    outcome = ask(closing(b"HTTP/1.1 200 OK\r\nX\x1b[31m\xff\x00: a\r\n\r\n"))

    assert outcome.failed.detail.isprintable()


# connections that stay


def test_a_connection_serves_the_next_request_to_the_same_origin(converse, answer):
    async def thrice(web, origin):
        for _ in range(3):
            await web.fetch(origin.url(), kind="feed")
        return origin.connections

    assert converse(answer(b"<rss/>"), thrice) == 1


@pytest.mark.parametrize("delay", [0.0, 0.1])
def test_an_answer_left_in_the_pipe_is_no_answer_to_the_next_request(converse, answer, delay):
    smuggled = asyncio.Event()

    async def smuggle(reader, writer, request):
        writer.write(answer(b"<html>first"))
        await asyncio.sleep(delay)
        writer.write(answer(b"<html>smuggled"))
        smuggled.set()

    async def twice(web, origin):
        first = await web.fetch(origin.url("/a"), kind="page")
        await smuggled.wait()
        await asyncio.sleep(0.05)
        second = await web.fetch(origin.url("/b"), kind="page")
        return first.body, second.body, origin.connections

    ends = converse({"/a": smuggle, "/b": answer(b"<html>second")}, twice)

    assert ends == (b"<html>first", b"<html>second", 2)


@pytest.mark.parametrize("cuts", [(), (1,), (40,), (20, 45), tuple(range(1, 60))])
@pytest.mark.parametrize("extra", [b"tail", b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", b"\r\n\r\n"])
def test_what_comes_beyond_the_announced_length_is_no_part_of_the_page(converse, extra, cuts):
    raw = b"HTTP/1.1 100 C\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst" + extra

    async def in_parts(reader, writer, request):
        for start, end in pairwise((0, *cuts, len(raw))):
            writer.write(raw[start:end])
            await writer.drain()
            await asyncio.sleep(0.001)

    async def twice(web, origin):
        first = await web.fetch(origin.url("/a"), kind="page")
        await asyncio.sleep(0.02)
        second = await web.fetch(origin.url("/b"), kind="page")
        return first.body, second.body

    second = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond"
    assert converse({"/a": in_parts, "/b": second}, twice) == (b"first", b"second")


def test_a_server_that_closed_a_kept_connection_is_asked_anew(converse, answer):
    async def once(reader, writer, request):
        writer.write(answer(b"<html>ok"))
        await writer.drain()
        writer.close()

    async def twice(web, origin):
        await web.fetch(origin.url(), kind="page")
        await asyncio.sleep(0.05)
        return (await web.fetch(origin.url(), kind="page")).body, origin.connections

    assert converse(once, twice) == (b"<html>ok", 2)


def test_many_fetches_at_once_each_end_as_their_own_server_says(converse, answer):
    async def all_at_once(web, origin):
        async def one(path):
            try:
                return (await web.fetch(origin.url(path), kind="page", timeout_seconds=1.5)).body
            except Failed as failed:
                return failed.reason

        return await asyncio.gather(*(one(path) for path in ["/good", "/slow", "/reset"] * 20))

    ends = converse({"/good": answer(b"<html>good"), "/slow": silence, "/reset": reset}, all_at_once)

    assert ends == [b"<html>good", "timeout", "connect"] * 20


def test_a_connection_that_waits_holds_nothing_of_what_came_over_it(converse, answer):
    def received():
        gc.collect()
        return sum(isinstance(one, Reception) for one in gc.get_objects())

    async def fetch(web, origin):
        before = received()
        await web.fetch(origin.url(), kind="page")
        return received() - before

    assert converse(answer(b"<html>" * 100), fetch) == 0
