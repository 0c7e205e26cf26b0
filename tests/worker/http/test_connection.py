"""A connection and a peer with a script: whatever that does, who asked hears of it once, and nothing is left."""

from __future__ import annotations

import asyncio
import gc
import socket
import struct
import weakref

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.reasons import Failed
from worker.http.connection import Connection
from worker.http.incoming import Dropped

HEAD = b"HTTP/1.1 200 OK\r\n"
#: answer → its body, and whether the connection may be used again
ANSWERS = {
    HEAD + b"Content-Length: 5\r\n\r\nfirst": (b"first", True),
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\n\r\n": (b"first", True),
    b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nfirst": (b"first", True),
    HEAD + b"Connection: close\r\nContent-Length: 5\r\n\r\nfirst": (b"first", False),
    HEAD + b"Content-Length: 5\r\n\r\nfirst" + HEAD: (b"first", False),
    HEAD + b"\r\nfirst": (b"first", False),
    b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n": (b"", True),
}
LAST_WORDS = ("stay", "close", "half-close", "reset")
REQUEST = b"GET / HTTP/1.1\r\n\r\n"


class Peer:
    """Answers one request after the other as its script says: pieces, then what it does with the connection."""

    def __init__(self, script):
        self.script, self.requests = list(script), 0

    async def converse(self, reader, writer):
        try:
            for pieces, last_words in self.script:
                await reader.readuntil(b"\r\n\r\n")
                self.requests += 1
                for piece in pieces:
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0)
                if last_words == "half-close":
                    writer.write_eof()
                elif last_words == "reset":
                    linger = struct.pack("ii", 1, 0)
                    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                if last_words != "stay":
                    break
            else:
                await reader.read()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def asked(script, *, ask, read_seconds=5.0):
    """What the coroutine function `ask` gives, which is given the connection; how often it said it was gone, and what
    the loop complained of."""
    gone, noise = [], []

    async def run():
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, context: noise.append(context))
        server = await asyncio.start_server(Peer(script).converse, "127.0.0.1", 0)
        _, connection = await loop.create_connection(
            lambda: Connection(read_seconds=read_seconds, kept_seconds=5.0, gone=gone.append),
            *server.sockets[0].getsockname(),
        )
        try:
            return await ask(connection)
        finally:
            connection.close()
            server.close()
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    return asyncio.run(run()), len(gone), noise


async def answer_of(connection, *, seconds=5.0):
    body = bytearray()

    def take(chunk):
        body.extend(chunk)
        return True

    try:
        await connection.ask(REQUEST, lambda _head: take, asyncio.get_running_loop().time() + seconds)
    except Failed as failed:
        return failed
    return bytes(body)


@st.composite
def exchanges(draw):
    raw = draw(st.sampled_from(sorted(ANSWERS)))
    sent = raw[: draw(st.integers(0, len(raw)))] if draw(st.booleans()) else raw
    cut = draw(st.integers(0, len(sent)))
    last_words = draw(st.sampled_from(LAST_WORDS if sent == raw else LAST_WORDS[1:]))
    return raw, [sent[:cut], sent[cut:]], last_words


@given(st.lists(exchanges(), min_size=1, max_size=4))
@settings(max_examples=60)
def test_whatever_a_peer_does_each_request_ends_as_its_answer_or_a_failure(script):
    async def ask(connection):
        ends = []
        for raw, pieces, last_words in script:
            end = await answer_of(connection, seconds=0.3 if raw == HEAD + b"\r\nfirst" else 5.0)
            whole, (body, kept) = b"".join(pieces) == raw, ANSWERS[raw]
            ends.append((end, body, whole, kept, last_words, connection.is_open))
        return ends

    ends, gone, noise = asked([(pieces, last_words) for _, pieces, last_words in script], ask=ask)

    assert (gone, noise) == (1, [])
    before = "stay"
    for end, body, whole, kept, last_words, is_open in ends:
        assert isinstance(end, Failed) or end == body
        assert not (isinstance(end, Failed) and is_open)
        if before == "stay" and whole and kept and last_words == "stay":
            assert (end, is_open) == (body, True)
        if not kept:
            assert not is_open
        before = last_words if whole and kept else "gone"


@pytest.mark.parametrize("turns", range(12))
def test_a_request_given_up_at_any_moment_closes_its_connection_and_leaves_no_noise(turns):
    async def ask(connection):
        task = asyncio.create_task(answer_of(connection))
        for _ in range(turns):
            await asyncio.sleep(0)
        was_done = task.done()
        task.cancel()
        ended = (await asyncio.gather(task, return_exceptions=True))[0]
        return was_done, ended, connection.is_open

    raw = HEAD + b"Content-Length: 5\r\n\r\nfirst"
    (was_done, ended, is_open), gone, noise = asked([([raw[:9], raw[9:30], raw[30:]], "stay")], ask=ask)

    assert (gone, noise) == (1, [])
    if not was_done and turns:
        assert isinstance(ended, asyncio.CancelledError)
        assert not is_open


def test_a_fault_of_who_receives_comes_to_who_asked_and_not_to_the_loop():
    async def ask(connection):
        def receive(_head):
            raise LookupError("ours")

        with pytest.raises(LookupError, match="ours"):
            await connection.ask(REQUEST, receive, asyncio.get_running_loop().time() + 5)
        return connection.is_open

    assert asked([([HEAD + b"Content-Length: 0\r\n\r\n"], "stay")], ask=ask) == (False, 1, [])


class Receiver:
    """Has had enough after so many bytes."""

    def __init__(self, most_bytes):
        self.most_bytes, self.body = most_bytes, bytearray()

    def __call__(self, _head):
        return self.take

    def take(self, chunk):
        self.body += chunk
        if len(self.body) > self.most_bytes:
            raise Failed("too-large", "")
        return True


@pytest.mark.parametrize(
    ("answer", "last_words", "most_bytes", "reason"),
    [
        (HEAD + b"Content-Length: 5\r\n\r\nfirst", "stay", 5, None),
        (HEAD + b"Connection: close\r\nContent-Length: 5\r\n\r\nfirst", "stay", 5, None),
        (HEAD + b"Content-Length: 5\r\n\r\nfirst", "stay", 4, "too-large"),
        (HEAD + b"Content-Length: 6\r\n\r\nfirst", "close", 6, "truncated"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\nx", "stay", 6, "protocol-error"),
    ],
)
def test_what_was_received_is_let_go_as_soon_as_who_asked_lets_go(answer, last_words, most_bytes, reason):
    async def ask(connection):
        receiver = Receiver(most_bytes)
        try:
            await connection.ask(REQUEST, receiver, asyncio.get_running_loop().time() + 5)
        except Failed as failed:
            ended = failed.reason
        else:
            ended = None
        return ended, weakref.ref(receiver)

    gc.disable()  # many large bodies can come before it looks
    try:
        (ended, kept), _, _ = asked([([answer], last_words)], ask=ask)
        assert (ended, kept()) == (reason, None)
    finally:
        gc.enable()


def test_a_connection_that_is_gone_says_so_when_it_is_asked():
    async def ask(connection):
        connection.close()
        return await answer_of(connection)

    end, gone, noise = asked([], ask=ask)

    assert isinstance(end, Dropped)
    assert (gone, noise) == (1, [])
