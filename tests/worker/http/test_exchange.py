"""The request as it goes over the wire, and when it is sent a second time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from tasks.reasons import Failed
from worker.http.exchange import Kept, header_lines, request_head

HEADERS = {"User-Agent": "Desk/1.0 (+https://desk.example/bot)", "Accept": "*/*"}


def test_a_request_names_its_host_and_ends_with_an_empty_line():
    head = request_head(URL("https://paper.example:8443/feed?x=1&y=%26"), header_lines(HEADERS))

    assert head.decode().split("\r\n") == [
        "GET /feed?x=1&y=%26 HTTP/1.1",
        "Host: paper.example:8443",
        "User-Agent: Desk/1.0 (+https://desk.example/bot)",
        "Accept: */*",
        "",
        "",
    ]


def test_the_usual_port_is_not_named():
    assert b"Host: paper.example\r\n" in request_head(URL("https://paper.example/"), "")
    assert b"Host: [2001:db8::1]:81\r\n" in request_head(URL("http://[2001:db8::1]:81/"), "")


@pytest.mark.parametrize("value", ["a\r\nX: 1", "a\nX: 1", "a\rb", "a\0b", "\n"])
def test_a_value_that_would_end_its_line_is_not_sent(value):
    with pytest.raises(Failed, match="line break"):
        header_lines({"If-None-Match": value})


@given(st.text(st.characters(exclude_categories=("Cs",))), st.text(st.characters(exclude_categories=("Cs",))))
def test_whatever_stands_in_path_and_headers_a_request_is_one_request(path, value):
    url = URL.build(scheme="http", host="paper.example", path="/" + path)
    try:
        head = request_head(url, header_lines({"If-None-Match": value}))
    except Failed:
        assert set(value) & set("\r\n\0")
        return
    lines = head.split(b"\r\n")
    assert len(lines) == 5
    assert lines[0].startswith(b"GET /")
    assert lines[0].count(b" ") == 2
    assert lines[2] == b"If-None-Match: " + value.encode()


def test_a_server_that_closes_a_new_connection_without_an_answer_is_not_asked_again(ask):
    async def close(_reader, writer, _request):
        writer.close()

    outcome = ask(close)

    assert outcome.reason == "connect"
    assert len(outcome.origin.requests) == 1


class Waiting:
    """Stands for a connection: closed, it is forgotten."""

    def __init__(self, kept):
        self.kept, self.closed = kept, False

    def close(self):
        self.closed = True
        self.kept.forget(self)


HERE, THERE = ("http", "here.example", 80), ("http", "there.example", 80)


def test_of_too_many_connections_that_wait_the_one_that_waited_longest_is_closed():
    kept = Kept(2)
    first, second, third = Waiting(kept), Waiting(kept), Waiting(kept)
    kept.put(HERE, first)
    kept.put(THERE, second)
    kept.put(HERE, kept.take(HERE))

    kept.put(THERE, third)

    assert [one.closed for one in (first, second, third)] == [False, True, False]
    assert kept.take(THERE) is third
    assert kept.take(THERE) is None
    assert kept.take(HERE) is first


def test_the_connection_used_last_is_used_next_and_none_that_is_gone():
    kept = Kept(9)
    first, second, third = Waiting(kept), Waiting(kept), Waiting(kept)
    for one in (first, second, third):
        kept.put(HERE, one)

    third.close()

    assert [kept.take(HERE), kept.take(HERE), kept.take(HERE)] == [second, first, None]


def test_closing_closes_all_that_wait():
    kept = Kept(9)
    waiting = [Waiting(kept) for _ in range(3)]
    for one in waiting:
        kept.put(HERE, one)

    kept.close()

    assert all(one.closed for one in waiting)
    assert kept.take(HERE) is None
