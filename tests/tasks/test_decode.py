import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.decode import decoded, deflate
from tasks.reasons import Failed

PAGE = b"<p>Envoys met on Tuesday.</p>" * 50
ZIPPED = gzip.compress(PAGE, mtime=0)
BARE = zlib.compressobj(wbits=-zlib.MAX_WBITS)
BARE_DEFLATE = BARE.compress(PAGE) + BARE.flush()


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        pytest.param(PAGE, "", id="no coding"),
        pytest.param(PAGE, "identity", id="identity"),
        pytest.param(ZIPPED, "gzip", id="gzip"),
        pytest.param(ZIPPED, " X-GZIP ", id="old name with spaces"),
        pytest.param(zlib.compress(PAGE), "deflate", id="deflate with zlib header"),
        pytest.param(BARE_DEFLATE, "deflate", id="bare deflate"),
        pytest.param(gzip.compress(PAGE[:700]) + gzip.compress(PAGE[700:]), "gzip", id="two gzip members"),
        pytest.param(ZIPPED + b"\0\0padding", "gzip", id="gzip with padding"),
    ],
)
def test_what_servers_send_is_opened(body, coding):
    assert decoded(body, coding, 10_000) == PAGE


@pytest.mark.parametrize(
    ("body", "coding", "reason"),
    [
        pytest.param(PAGE, "gzip", "encoding", id="not zipped at all"),
        pytest.param(ZIPPED, "br", "encoding", id="a coding we do not ask for"),
        pytest.param(ZIPPED, "gzip, gzip", "encoding", id="zipped twice"),
        pytest.param(ZIPPED[:-20], "gzip", "truncated", id="gzip cut short"),
        pytest.param(BARE_DEFLATE[:-3], "deflate", "truncated", id="deflate cut short"),
        pytest.param(gzip.compress(b"\0" * 5_000_000), "gzip", "too-large", id="zip bomb"),
        pytest.param(b"x" * 10_001, "", "too-large", id="one byte too many"),
    ],
)
def test_what_cannot_be_opened_is_named(body, coding, reason):
    with pytest.raises(Failed) as failed:
        decoded(body, coding, 10_000)
    assert failed.value.reason == reason


def test_a_body_of_exactly_the_limit_passes():
    assert decoded(gzip.compress(b"x" * 10_000), "gzip", 10_000) == b"x" * 10_000


def test_an_empty_body_is_empty_in_every_coding():
    assert decoded(b"", "gzip", 10) == b""


def outcome(body, coding):
    try:
        return "bounded" if len(decoded(body, coding, 2000)) <= 2000 else "unbounded"
    except Failed as failed:
        return failed.reason


@given(st.binary(max_size=500), st.sampled_from(["gzip", "deflate", "x-gzip"]))
def test_noise_is_bounded_or_refused_by_name(body, coding):
    assert outcome(body, coding) in ("bounded", "encoding", "truncated", "too-large")


def opened(library, stream, window, step, most):
    """What there is to read, whether the stream ended, what stood behind it; None where it is no such stream."""
    reader, out, behind = library.decompressobj(window), [], b""
    try:
        for start in range(0, len(stream), step):
            chunk = stream[start : start + step]
            while chunk and not reader.eof:
                out.append(reader.decompress(chunk, most))
                chunk = reader.unused_data if reader.eof else reader.unconsumed_tail
            behind += chunk
    except library.error:
        return None
    return b"".join(out), reader.eof, behind


@st.composite
def streams(draw):
    """Packed in each of the three ways; sound, cut, with something behind, or damaged."""
    window = draw(st.sampled_from([31, 15, -15]))
    text = draw(st.binary(max_size=300)) * draw(st.sampled_from([1, 40]))
    packer = zlib.compressobj(draw(st.sampled_from([0, 1, 6, 9])), wbits=window)
    packed = bytearray(packer.compress(text) + packer.flush())
    match draw(st.sampled_from(["sound", "cut", "padded", "damaged"])):
        case "cut":
            del packed[draw(st.integers(0, len(packed))) :]
        case "padded":
            packed += draw(st.binary(max_size=20))
        case "damaged":
            packed[draw(st.integers(0, len(packed) - 1))] = draw(st.integers(0, 255))
    return bytes(packed), window


@given(streams(), st.sampled_from([1, 7, 100_000]), st.sampled_from([1, 50, 100_000]))
def test_what_opens_bodies_answers_as_zlib_does(stream, step, most):
    assert opened(deflate, *stream, step, most) == opened(zlib, *stream, step, most)
