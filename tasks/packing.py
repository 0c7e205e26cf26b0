"""A page ↔ the bytes kept between fetching and reading: a line of JSON, then the body as it came over the wire."""

from __future__ import annotations

import zlib

from tasks.records import Page

#: Below this a body is kept as it is: gzip would save nothing worth its time.
COMPRESS_FROM_BYTES = 2048


def pack_page(page: Page) -> bytes:
    body, encoding = page.body, page.content_encoding
    if not encoding and len(body) >= COMPRESS_FROM_BYTES:
        compressor = zlib.compressobj(1, wbits=31)
        body, encoding = compressor.compress(body) + compressor.flush(), "gzip"
    head = page.model_copy(update={"content_encoding": encoding})
    return head.model_dump_json(exclude_defaults=True).encode() + b"\n" + body


def unpack_page(packed: bytes) -> Page:
    head, _, body = packed.partition(b"\n")
    return Page.model_validate_json(head).model_copy(update={"body": body})
