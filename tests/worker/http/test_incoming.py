"""An answer read piece by piece, wherever the network cuts it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.reasons import Failed
from worker.http.incoming import MAX_HEADER_BYTES, MAX_HEADERS, Dropped, Incoming

HEAD = b"HTTP/1.1 200 OK\r\n"


class Reader:
    """Wants all of the body, unless `enough` bytes are. `heads`: those it was shown."""

    def __init__(self, enough=1 << 30):
        self.heads, self.body, self._enough = [], b"", enough

    def __call__(self, head):
        self.heads.append(head)
        return self._take

    def _take(self, chunk):
        self.body += chunk
        return len(self.body) < self._enough


def begun(reader):
    incoming = Incoming()
    incoming.begin(reader)
    return incoming


def read(raw, cuts=(), reader=None):
    """What came of it: the reader and the Incoming, fed until it has ended."""
    reader = reader or Reader()
    incoming = begun(reader)
    edges = [0, *sorted(cut % (len(raw) + 1) for cut in cuts), len(raw)]
    for start, end in pairwise(edges):
        if raw[start:end] and not incoming.ended:
            incoming.feed(raw[start:end])
    return reader, incoming


ANSWERS = {
    "announced": (HEAD + b"Content-Length: 5\r\n\r\nfirst", b"first", True),
    "chunked": (
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nfi\r\n3;x=y\r\nrst\r\n0\r\nT: u\r\n\r\n",
        b"first",
        True,
    ),
    "after an interim answer": (
        b"HTTP/1.1 103 Hints\r\nETag: x\r\n\r\n" + HEAD + b"Content-Length: 1\r\n\r\nx",
        b"x",
        True,
    ),
    "to be closed": (HEAD + b"Connection: close\r\nContent-Length: 1\r\n\r\nx", b"x", False),
    "of the old protocol": (b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", b"x", False),
    "not modified": (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 900\r\n\r\n", b"", True),
    "of two lengths": (
        HEAD + b"Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\n\r\n",
        b"first",
        False,
    ),
    "with bare line feeds": (b"HTTP/1.1 200 OK\nContent-Length: 1\n\nx", b"x", True),
}


@pytest.mark.parametrize("name", ANSWERS)
@given(cuts=st.lists(st.integers(0, 200), max_size=8))
def test_wherever_an_answer_is_cut_it_is_read_as_one(name, cuts):
    raw, body, kept = ANSWERS[name]

    reader, incoming = read(raw, cuts)

    assert (reader.body, incoming.ended, incoming.kept) == (body, True, kept)
    assert len(reader.heads) == 1
    assert reader.heads[0].get(b"etag") is None


KEPT = sorted(name for name, (_, _, kept) in ANSWERS.items() if kept)


@given(st.lists(st.sampled_from(KEPT), min_size=2, max_size=4))
def test_answers_that_follow_one_another_are_read_as_if_each_came_alone(names):
    incoming = Incoming()
    for name in names:
        raw, body, _ = ANSWERS[name]
        reader = Reader()
        incoming.begin(reader)
        incoming.feed(raw)

        assert (reader.body, incoming.ended, incoming.kept) == (body, True, True)
        assert len(reader.heads) == 1


@given(st.binary(min_size=1, max_size=20), st.lists(st.integers(0, 80), max_size=4))
def test_what_stands_behind_an_answer_never_becomes_part_of_it(extra, cuts):
    reader, incoming = read(HEAD + b"Content-Length: 5\r\n\r\nfirst" + extra, cuts)

    assert reader.body == b"first"
    assert len(reader.heads) == 1
    assert incoming.ended


def test_a_connection_with_more_in_its_pipe_is_not_kept():
    _, incoming = read(HEAD + b"Content-Length: 5\r\n\r\nfirstHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")

    assert not incoming.kept


def test_a_body_without_a_length_ends_when_the_server_closes():
    reader, incoming = read(HEAD + b"\r\nfirst")
    assert not incoming.ended

    incoming.end()

    assert (reader.body, incoming.ended, incoming.kept) == (b"first", True, False)


@pytest.mark.parametrize(
    ("came", "reason"),
    [
        (b"HTTP/1.1 20", "protocol-error"),
        (HEAD + b"Content-Length: 9\r\n\r\nfirst", "truncated"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n", "truncated"),
    ],
)
def test_a_close_in_the_middle_is_no_end(came, reason):
    _, incoming = read(came)

    with pytest.raises(Failed) as failure:
        incoming.end()

    assert failure.value.reason == reason


def test_a_close_before_the_first_byte_is_told_from_one_after_it():
    with pytest.raises(Dropped):
        begun(Reader()).end()
    assert isinstance(begun(Reader()).lost("reset"), Dropped)

    _, half = read(b"H")

    assert half.lost("reset").reason == "connect"
    assert not isinstance(half.lost("reset"), Dropped)


def test_a_length_beside_a_coding_that_does_not_say_where_it_ends_is_refused():
    with pytest.raises(Failed, match="protocol-error: a length beside"):
        read(HEAD + b"Transfer-Encoding: identity\r\nContent-Length: 5\r\n\r\nfirst")


def test_a_fault_of_who_receives_is_not_laid_to_the_server():
    def faulty(_chunk):
        raise LookupError("ours")

    for receive in (faulty, lambda _head: faulty):
        with pytest.raises(LookupError, match="ours"):
            begun(receive).feed(HEAD + b"Content-Length: 5\r\n\r\nfirst")


def test_who_has_enough_gets_no_more_and_the_connection_is_not_kept():
    reader, incoming = read(HEAD + b"Content-Length: 90\r\n\r\nfirst", reader=Reader(enough=3))

    assert (reader.body, incoming.ended, incoming.kept) == (b"first", True, False)


def test_a_body_that_nobody_wants_is_not_waited_for():
    incoming = begun(lambda head: None)

    incoming.feed(b"HTTP/1.1 302 Found\r\nContent-Length: 900\r\n\r\nhere it")

    assert (incoming.ended, incoming.kept) == (True, False)


@pytest.mark.parametrize("lines", [b"X: " + b"a" * MAX_HEADER_BYTES, b"\r\n".join([b"X: a"] * (MAX_HEADERS + 1))])
def test_headers_have_limits_of_their_own(lines):
    with pytest.raises(Failed, match="protocol-error: a header of more than"):
        read(HEAD + lines + b"\r\n\r\n")


def test_a_nul_in_a_header_is_refused():
    with pytest.raises(Failed, match="protocol-error: a NUL in a header"):
        read(HEAD + b"X: a\0b\r\nContent-Length: 0\r\n\r\n")


def test_headers_are_found_by_name_however_they_are_written_and_keep_odd_bytes():
    reader, _ = read(HEAD + b"LoCation: /a\xff\r\nlocation: /b\r\nContent-Length: 0\r\n\r\n")

    assert reader.heads[0].all(b"location") == ["/a\udcff", "/b"]
    assert reader.heads[0].get(b"location") == "/a\udcff"
    assert reader.heads[0].get(b"etag") is None
