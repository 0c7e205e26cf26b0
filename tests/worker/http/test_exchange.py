"""The request as it goes over the wire, and when it is sent a second time."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from tasks.reasons import Failed
from worker.http import Client
from worker.http.exchange import Kept, header_lines, request_head

#: one entry for each file or socket that this process holds
OPEN_FILES = Path("/proc/self/fd")
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


def test_a_server_that_closes_just_when_the_next_request_comes_costs_no_fetch(converse, answer):
    pauses = [0.0, 0.0002, 0.0005, 0.001, 0.002]

    async def close_soon(_reader, writer, _request):
        writer.write(answer(b"here"))
        await writer.drain()
        await asyncio.sleep(pauses[2])
        writer.close()

    async def talk(web, origin):
        bodies = []
        for number in range(60):
            bodies.append((await web.fetch(origin.url(), kind="feed")).body)
            await asyncio.sleep(pauses[number % len(pauses)])
        return bodies, len(origin.requests)

    bodies, requests = converse(close_soon, talk)

    assert bodies == [b"here"] * 60
    assert requests >= 60


def test_a_request_whose_answer_had_begun_is_not_sent_again(converse, answer):
    async def answer_once(_reader, writer, _request):
        if len(served) % 2:
            writer.write(b"HTTP/1.1 2")
            writer.close()
        else:
            writer.write(answer(b"here"))
        served.append(1)

    async def talk(web, origin):
        await web.fetch(origin.url(), kind="feed")
        with pytest.raises(Failed):
            await web.fetch(origin.url(), kind="feed")
        return len(origin.requests), origin.connections

    served = []
    assert converse(answer_once, talk) == (2, 1)


def test_a_connection_to_another_name_at_the_same_address_is_not_used(converse, answer):
    def lookup(_name, port, *_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    async def talk(web, origin):
        for host in ("here.example", "there.example", "here.example"):
            await web.fetch(origin.url(host=host), kind="feed")
        return origin.connections

    assert converse({"*": answer(b"here")}, talk, lookup=lookup) == 2


def open_files():
    return len(list(OPEN_FILES.iterdir()))


@pytest.mark.skipif(not OPEN_FILES.exists(), reason="the system does not tell what is open")
def test_fetches_given_up_at_any_moment_leave_no_socket_behind(serving, settings_for, answer):
    async def drip(_reader, writer, _request):
        for byte in answer(b"here"):
            writer.write(bytes([byte]))
            await asyncio.sleep(0)

    async def give_up(web, url, turns):
        fetch = asyncio.create_task(web.fetch(url, kind="feed"))
        for _ in range(turns):
            await asyncio.sleep(0)
        fetch.cancel()
        return (await asyncio.gather(fetch, return_exceptions=True))[0]

    async def run():
        noise = []
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: noise.append(context))
        async with serving(drip) as origin:
            before = open_files()
            async with Client(settings_for(origin)) as web:
                ends = [await give_up(web, origin.url(), turns) for turns in range(150)]
            for _ in range(500):
                if open_files() > before:
                    await asyncio.sleep(0.01)
            left = open_files() - before
        return ends, left, noise

    ends, left, noise = asyncio.run(run())

    assert (left, noise) == (0, [])
    assert isinstance(ends[1], asyncio.CancelledError)
    assert ends[-1].body == b"here"
