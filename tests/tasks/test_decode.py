import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.decode import decoded
from tasks.reasons import Failed

PAGE = b"<p>Envoys met on Tuesday.</p>" * 50
BARE = zlib.compressobj(wbits=-zlib.MAX_WBITS)
BARE_DEFLATE = BARE.compress(PAGE) + BARE.flush()


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (PAGE, ""),
        (PAGE, "identity"),
        (gzip.compress(PAGE), "gzip"),
        (gzip.compress(PAGE), " X-GZIP "),
        (zlib.compress(PAGE), "deflate"),
        (BARE_DEFLATE, "deflate"),
        (gzip.compress(PAGE[:700]) + gzip.compress(PAGE[700:]), "gzip"),
        (gzip.compress(PAGE) + b"\0\0padding", "gzip"),
    ],
)
def test_what_servers_send_is_opened(body, coding):
    assert decoded(body, coding, 10_000) == PAGE


@pytest.mark.parametrize(
    ("body", "coding", "reason"),
    [
        (PAGE, "gzip", "encoding"),
        (gzip.compress(PAGE), "br", "encoding"),
        (gzip.compress(PAGE), "gzip, gzip", "encoding"),
        (gzip.compress(PAGE)[:-20], "gzip", "truncated"),
        (BARE_DEFLATE[:-3], "deflate", "truncated"),
        (gzip.compress(b"\0" * 5_000_000), "gzip", "too-large"),
        (b"x" * 10_001, "", "too-large"),
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
