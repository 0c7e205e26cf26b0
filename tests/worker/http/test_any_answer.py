"""Whatever a server writes, a fetch ends as a page or as a failure with a name."""

import asyncio
import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.reasons import REASONS, Failed
from tasks.records import Page
from worker.http import Client

LINES = st.sampled_from(
    [
        b"Content-Length: 4",
        b"Content-Length: 99999999999999999999",
        b"Content-Length: " + b"0" * 5000 + b"4",
        b"Content-Length: +4",
        b"Content-Length: 4, 4",
        b"Transfer-Encoding: chunked",
        b"Transfer-Encoding: gzip, chunked",
        b"Transfer-Encoding: x",
        b"Content-Encoding: gzip",
        b"Content-Encoding: deflate",
        b"Content-Encoding: \xff",
        b"Connection: upgrade\r\nUpgrade: h2c",
        b"Connection: close",
        b"Location: /again",
        b"Location: http://[",
        b"Location: \xff\xfe:%",
        b"Location: //\xc2\xad/",
        b"Retry-After: 1e9",
        b"Retry-After: Fri, 31 Dec 99999 23:59:59 GMT",
        b"Date: never",
        b"ETag: \x01",
        b"Content-Type: text/html; charset=a\x00b",
        b"Set-Cookie: =;=;=\xff",
        b" folded: line",
        b": no name",
        b"no colon",
    ]
)
STATUS = st.sampled_from(
    [b"200", b"100", b"101", b"204", b"206", b"302", b"304", b"308", b"000", b"99", b"429", b"999"]
)
START = st.one_of(
    st.builds(lambda status: b"HTTP/1.1 " + status + b" X\r\n", STATUS),
    st.sampled_from(
        [b"HTTP/2.0 200 OK\r\n", b"HTTP/1.0 200\r\n", b"HTTP/1.1 200\n", b"ICY 200 OK\r\n", b"\r\n\r\n", b""]
    ),
)
BODY = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [b"4\r\nnews\r\n0\r\n\r\n", b"ffffffffffffffff\r\nx", b"-1\r\nx", gzip.compress(b"news"), b"\x78\x9c\x00"]
    ),
)
ANSWERS = st.builds(
    lambda start, lines, end, body: start + b"".join(line + b"\r\n" for line in lines) + end + body,
    START,
    st.lists(LINES, max_size=4),
    st.sampled_from([b"\r\n", b"\n", b""]),
    BODY,
)


@pytest.fixture(scope="module")
def fetched(serving, settings_for):
    """One origin and one client for all examples: what one answer leaves behind may not spoil the next."""
    loop = asyncio.new_event_loop()
    answers = {}
    held = serving(answers)
    origin = loop.run_until_complete(held.__aenter__())
    client = Client(settings_for(origin))

    async def fetch(raw, kind):
        async def write(reader, writer, request):
            writer.write(raw)
            await writer.drain()
            writer.close()

        answers["*"] = write
        try:
            return await client.fetch(origin.url(), kind=kind, timeout_seconds=20)
        except Failed as failed:
            return failed

    yield lambda raw, kind: loop.run_until_complete(fetch(raw, kind))
    loop.run_until_complete(client.close())
    loop.run_until_complete(held.__aexit__(None, None, None))
    loop.close()


@given(ANSWERS, st.sampled_from(["page", "feed", "robots"]))
@settings(max_examples=150)
def test_any_answer_is_a_page_or_a_failure_with_a_name(fetched, raw, kind):
    end = fetched(raw, kind)

    assert isinstance(end, Page) or end.reason in REASONS
    if isinstance(end, Page):
        assert end.model_dump_json().encode()
        assert len(end.body) <= len(raw) + 100
    else:
        assert end.detail.isprintable()
        assert end.detail.encode()
