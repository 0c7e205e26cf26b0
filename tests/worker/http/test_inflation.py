import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.decode import MAX_MEMBERS, decoded
from tasks.reasons import Failed
from worker.http.inflation import Inflation

LIMIT = 100_000


def tried(body, coding, step=1 << 16, limit=LIMIT):
    trial = Inflation(coding, limit)
    try:
        for start in range(0, len(body), step):
            trial.feed(body[start : start + step])
        trial.finish()
    except Failed as failed:
        return failed.reason
    return None


def bare(body):
    return zlib.compress(body)[2:-4]


@given(
    st.binary(max_size=500), st.sampled_from([("gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", bare)])
)
@pytest.mark.parametrize("step", [1, 7, 1000])
def test_a_sound_body_passes_however_it_is_cut_into_chunks(step, text, packing):
    coding, pack = packing

    assert tried(pack(text), coding, step) is None


@given(st.binary(min_size=1, max_size=300), st.integers(1, 200), st.booleans())
def test_a_damaged_body_is_judged_as_the_reader_of_the_body_will_judge_it(text, at, cut):
    packed = bytearray(gzip.compress(text))
    at %= len(packed)
    damaged = bytes(packed[:at] if cut else packed[:at] + bytes([packed[at] ^ 0x10]) + packed[at + 1 :])
    try:
        decoded(damaged, "gzip", LIMIT)
        reason = None
    except Failed as failed:
        reason = failed.reason

    assert tried(damaged, "gzip") == reason


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_bomb_takes_no_memory(coding):
    pack = gzip.compress if coding == "gzip" else zlib.compress
    bomb = pack(bytes(80_000_000), 9)

    tracemalloc.start()
    reason = tried(bomb, coding, limit=20_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert reason == "too-large"
    assert peak < 3_000_000


def test_the_limit_is_on_all_members_together():
    member = gzip.compress(bytes(LIMIT // 2))

    assert tried(member * 2, "gzip") is None
    assert tried(member * 3, "gzip") == "too-large"


def test_a_body_of_countless_empty_members_is_refused():
    assert tried(gzip.compress(b"") * MAX_MEMBERS, "gzip") is None
    assert tried(gzip.compress(b"") * 100_000, "gzip") == "encoding"


@pytest.mark.parametrize("step", [1, 1000])
@pytest.mark.parametrize("padding", [b"\0" * 50, b"\n\n\n", b"<!-- cached -->"])
def test_padding_behind_the_stream_is_passed_over(padding, step):
    assert tried(gzip.compress(b"news") + padding, "gzip", step) is None
    assert tried(zlib.compress(b"news") + padding, "deflate", step) is None


def test_an_empty_body_is_no_lie():
    assert tried(b"", "gzip") is None
    assert tried(b"", "deflate") is None


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_plain_text_is_a_lie(coding):
    assert tried(b"<html>plain</html>", coding) == "encoding"


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_the_first_byte_alone_is_a_cut(coding):
    assert tried(b"\x1f", coding) in ("truncated", "encoding")
