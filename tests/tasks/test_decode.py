import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.decode import decoded
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
