"""The request as it goes over the wire, and when it is sent a second time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from tasks.reasons import Failed
from worker.http.exchange import request_head

HEADERS = {"User-Agent": "Desk/1.0 (+https://desk.example/bot)", "Accept": "*/*"}


def test_a_request_names_its_host_and_ends_with_an_empty_line():
    head = request_head(URL("https://paper.example:8443/feed?x=1&y=%26"), HEADERS)

    assert head.decode().split("\r\n") == [
        "GET /feed?x=1&y=%26 HTTP/1.1",
        "Host: paper.example:8443",
        "User-Agent: Desk/1.0 (+https://desk.example/bot)",
        "Accept: */*",
        "",
        "",
    ]


def test_the_usual_port_is_not_named():
    assert b"Host: paper.example\r\n" in request_head(URL("https://paper.example/"), {})
    assert b"Host: [2001:db8::1]:81\r\n" in request_head(URL("http://[2001:db8::1]:81/"), {})


@pytest.mark.parametrize("value", ["a\r\nX: 1", "a\nX: 1", "a\rb", "a\0b", "\n"])
def test_a_value_that_would_end_its_line_is_not_sent(value):
    with pytest.raises(Failed, match="line break"):
        request_head(URL("http://paper.example/"), {"If-None-Match": value})


@given(st.text(st.characters(exclude_categories=("Cs",))), st.text(st.characters(exclude_categories=("Cs",))))
def test_whatever_stands_in_path_and_headers_a_request_is_one_request(path, value):
    url = URL.build(scheme="http", host="paper.example", path="/" + path)
    try:
        head = request_head(url, {"If-None-Match": value})
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
