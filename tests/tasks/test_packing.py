"""A page waits as bytes, and is the same page afterwards."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from tasks.decode import decoded
from tasks.packing import COMPRESS_FROM_BYTES, pack_page, unpack_page
from tasks.records import Page

URL = "https://quay.example/a"
LINE = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def page(body: bytes, **fields) -> Page:
    given_fields = {"url": URL, "final_url": URL, "status": 200, "fetched_at": datetime(2026, 3, 1, 12, tzinfo=UTC)}
    return Page(**given_fields | fields, body=body)


@given(st.binary(max_size=400), st.sampled_from(["", "gzip"]), LINE, LINE)
def test_a_small_page_and_all_that_is_known_of_it_come_back(body, coding, etag, content_type):
    kept = page(body, content_encoding=coding, etag=etag, content_type=content_type)

    assert unpack_page(pack_page(kept)) == kept
    assert unpack_page(pack_page(kept)).body == body


def test_a_large_page_that_came_as_it_is_waits_compressed():
    body = b"<p>The ferry is late.</p>\n" * COMPRESS_FROM_BYTES

    packed = pack_page(page(body))

    assert len(packed) < len(body) / 20
    assert decoded(unpack_page(packed).body, unpack_page(packed).content_encoding, len(body)) == body


def test_a_page_that_came_compressed_is_not_compressed_again():
    came = page(bytes(range(256)) * COMPRESS_FROM_BYTES, content_encoding="gzip")

    assert pack_page(came).endswith(b"\n" + came.body)
