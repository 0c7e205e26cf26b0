"""A connection that counts what comes in: bytes that never become a body have their limits, too."""

from __future__ import annotations

from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler

#: status line, headers and interim 1xx answers together; the parser's own limits are for each line
MAX_HEAD_BYTES = 256 * 1024
#: beside the body, of what frames it: chunk sizes and extensions, trailers. Again as much as the body is free, so
#: that a server may send small chunks; one byte in each, which costs the most to read, soon meets the limit
MAX_FRAMING_BYTES = 1 << 20


_END_OF_HEAD = b"\r\n\r\n"


class WireLimit(Exception):
    """More came over the wire than an answer may have."""


class MeteredConnection(ResponseHandler):
    """Counts from the start of each request. The body itself is for the reader to bound: unread, it stops the flow.

    What comes beyond an announced length, or while no request is under way, belongs to no answer: it is dropped and the
    connection closed, so that a server cannot leave an answer in the pipe for the next request.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._came_bytes = 0
        self.was_asked = False
        self._headed = True
        #: of an announced body, still to come; None where nothing was announced
        self._left_bytes: int | None = None
        #: of the loop's clock: when the next piece must have come; None while nothing is waited for
        self._read_until: float | None = None

    # One timer a connection, not one a piece of data: it looks for itself whether there was a later one.

    def _reschedule_timeout(self) -> None:
        if self._read_timeout:
            self._read_until = self._loop.time() + self._read_timeout
            if self._read_timeout_handle is None:
                self._read_timeout_handle = self._loop.call_at(self._read_until, self._on_read_timeout)

    def _drop_timeout(self) -> None:
        self._read_until = None

    def _on_read_timeout(self) -> None:
        self._read_timeout_handle = None
        if self._read_until is None:
            return
        if self._read_until > self._loop.time():
            self._read_timeout_handle = self._loop.call_at(self._read_until, self._on_read_timeout)
            return
        super()._on_read_timeout()

    def connection_lost(self, exc: BaseException | None) -> None:
        super().connection_lost(exc)
        if self._read_timeout_handle is not None:
            self._read_timeout_handle.cancel()
            self._read_timeout_handle = None

    def set_response_params(self, **kwargs: Any) -> None:
        self.was_asked = True
        self._came_bytes = 0
        self._headed = False
        self._left_bytes = None
        super().set_response_params(**kwargs)

    def feed_data(self, data: Any, size: int = 0) -> None:
        message = data[0]
        if message.code >= 200 and not self._headed:
            self._headed = True
            announced = message.headers.get("Content-Length", "")
            self._left_bytes = int(announced) if announced.isdecimal() and not message.chunked else None
        super().feed_data(data, size)

    def data_received(self, data: bytes) -> None:
        if data and self._headed and self._is_answered():
            self._close()
            return
        self._came_bytes += len(data)
        start = 0
        while not self._headed and (end := data.find(_END_OF_HEAD, start)) >= 0:
            # the parser is given the head alone, so that an announced length is known before the body is there
            super().data_received(data[start : end + len(_END_OF_HEAD)])
            start = end + len(_END_OF_HEAD)
        if self._headed and start < len(data):
            data, start = self._announced(data[start:]), 0
        if start < len(data) or not start:
            super().data_received(data[start:])
        self._tell_reader()
        if not self._headed:
            if self._came_bytes > MAX_HEAD_BYTES:
                self._refuse("headers")
        elif self._came_bytes > MAX_HEAD_BYTES + MAX_FRAMING_BYTES + 2 * self._body_bytes():
            self._refuse("the framing of a body")

    def _tell_reader(self) -> None:
        """Broken framing behind the head is an error of the connection; the reader of the body would wait on."""
        broken, body = self.exception(), self._payload
        if broken is not None and body is not None and not body.is_eof() and body.exception() is None:
            told = aiohttp.ClientPayloadError(str(broken))
            told.__cause__ = broken
            body.set_exception(told, broken)

    def _is_answered(self) -> bool:
        return self._payload is None or self._payload.is_eof()

    def _announced(self, data: bytes) -> bytes:
        """As much of it as belongs to the answer; servers that count characters announce too little, and send on."""
        left = 0 if self._is_answered() else self._left_bytes
        if left is None:
            return data
        if len(data) > left:
            self.force_close()
        self._left_bytes = max(left - len(data), 0)
        return data[:left]

    def _close(self) -> None:
        self.force_close()
        if self.transport is not None:
            self.transport.close()

    def _body_bytes(self) -> int:
        return 0 if self._payload is None else self._payload.total_bytes

    def _refuse(self, part: str) -> None:
        limit = WireLimit(f"{self._came_bytes} bytes came, more than {part} may have")
        if self._payload is not None:
            self._payload.set_exception(limit)
        self.set_exception(limit)
        if self.transport is not None:
            self.transport.abort()
