"""Compressed bodies tried as they come in: a bomb, a lie or a cut is found while reading, and costs no memory."""

from __future__ import annotations

import zlib
from typing import Any

from tasks.decode import GZIP_WINDOW, MAX_MEMBERS, deflate
from tasks.reasons import Failed

_STEP_BYTES = 256 * 1024


class Inflation:
    """Counts the decoded bytes of one body and throws them away; the body is kept and stored as it came."""

    def __init__(self, coding: str, max_bytes: int) -> None:
        self._coding = coding
        self._max_bytes = max_bytes
        self._head = b""
        self._stream = deflate.decompressobj(GZIP_WINDOW) if coding == "gzip" else None
        self._members = 1
        self._decoded_bytes = 0
        self._before_member = 0
        self._padding = False
        self._came = False

    def feed(self, chunk: bytes) -> None:
        """Raises Failed: `encoding` where the bytes are no such stream, `too-large` where they stand for too many."""
        self._came = self._came or bool(chunk)
        if self._stream is None:
            self._head += chunk
            if len(self._head) < 2:
                return
            self._stream, chunk = _deflate_stream(self._head), self._head
        while chunk and not self._padding:
            if self._stream.eof:
                self._begin_member()
            else:
                chunk = self._inflate(self._stream, chunk)

    def finish(self) -> None:
        """Raises Failed `truncated` where the stream does not end; an empty body is fine."""
        ended = self._padding or (self._stream is not None and self._stream.eof)
        if self._came and not ended:
            raise Failed("truncated", f"the {self._coding} stream does not end")

    def _inflate(self, stream: Any, chunk: bytes) -> bytes:
        try:
            self._decoded_bytes += len(stream.decompress(chunk, _STEP_BYTES))
        except deflate.error as reason:
            # what follows a finished member and is none itself is padding
            if self._members > 1 and self._decoded_bytes == self._before_member:
                self._padding = True
                return b""
            raise Failed("encoding", f"the body is not {self._coding}: {reason}") from None
        if self._decoded_bytes > self._max_bytes:
            raise Failed("too-large", f"more than {self._max_bytes} bytes when decoded")
        rest: bytes = stream.unused_data if stream.eof else stream.unconsumed_tail
        return rest

    def _begin_member(self) -> None:
        if self._coding != "gzip":
            self._padding = True
            return
        self._members += 1
        if self._members > MAX_MEMBERS:
            raise Failed("encoding", f"more than {MAX_MEMBERS} gzip members")
        self._before_member = self._decoded_bytes
        self._stream = deflate.decompressobj(GZIP_WINDOW)


def _deflate_stream(head: bytes) -> Any:
    """`deflate` is zlib by the standard and bare deflate on many servers; bare deflate never begins as zlib does."""
    is_zlib = head[0] & 0x0F == zlib.DEFLATED and (head[0] << 8 | head[1]) % 31 == 0
    return deflate.decompressobj(zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS)
