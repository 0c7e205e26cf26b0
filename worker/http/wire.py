"""A connection that counts what comes in: bytes that never become a body have their limits, too."""

from __future__ import annotations

from typing import Any

from aiohttp.client_proto import ResponseHandler

#: status line, headers and interim 1xx answers together; the parser's own limits are for each line
MAX_HEAD_BYTES = 256 * 1024
#: beside the body, of what frames it: chunk sizes and extensions, trailers. Again as much as the body is free, so
#: that a server may send small chunks; one byte in each, which costs the most to read, soon meets the limit
MAX_FRAMING_BYTES = 1 << 20


class WireLimit(Exception):
    """More came over the wire than an answer may have."""


class MeteredConnection(ResponseHandler):
    """Counts from the start of each request. The body itself is for the reader to bound: unread, it stops the flow.

    Bytes that come while no request is under way belong to no answer: the connection is closed, so that a server
    cannot leave an answer in the pipe for the next request.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._came_bytes = 0
        self._headed = True

    def set_response_params(self, **kwargs: Any) -> None:
        self._came_bytes = 0
        self._headed = False
        super().set_response_params(**kwargs)

    def feed_data(self, data: Any, size: int = 0) -> None:
        self._headed = self._headed or data[0].code >= 200
        super().feed_data(data, size)

    def data_received(self, data: bytes) -> None:
        if data and self._headed and (self._payload is None or self._payload.is_eof()):
            self.force_close()
            if self.transport is not None:
                self.transport.close()
            return
        self._came_bytes += len(data)
        super().data_received(data)
        if not self._headed:
            if self._came_bytes > MAX_HEAD_BYTES:
                self._refuse("headers")
        elif self._came_bytes > MAX_HEAD_BYTES + MAX_FRAMING_BYTES + 2 * self._body_bytes():
            self._refuse("the framing of a body")

    def _body_bytes(self) -> int:
        return 0 if self._payload is None else self._payload.total_bytes

    def _refuse(self, part: str) -> None:
        limit = WireLimit(f"{self._came_bytes} bytes came, more than {part} may have")
        if self._payload is not None:
            self._payload.set_exception(limit)
        self.set_exception(limit)
        if self.transport is not None:
            self.transport.abort()
