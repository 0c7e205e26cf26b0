"""An answer → a page, a redirect, or why it is neither; its body tried while it comes."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from datetime import datetime
from typing import Literal

from yarl import URL

from tasks.reasons import Failed
from tasks.records import Page
from worker.http import answers
from worker.http.incoming import Head, Take
from worker.http.inflation import Inflation

Kind = Literal["feed", "page", "robots"]


class Reception:
    """`tasks.ports.Fetcher` says what a page is of each kind. Called with the head; may raise Failed."""

    def __init__(self, url: URL, kind: Kind, *, conditional: bool, max_bytes: int, now: Callable[[], datetime]) -> None:
        self._url, self.kind, self._conditional, self._max_bytes, self._now = url, kind, conditional, max_bytes, now
        self._head: Head | None = None
        #: set where the server points elsewhere
        self.location: str | None = None
        self._coding = ""
        self._trial: Inflation | None = None
        self._body = bytearray()

    def __call__(self, head: Head) -> Take | None:
        self._head, status = head, head.status
        if status in answers.REDIRECTS:
            self.location = _one_location(head.all(b"location"))
            return None
        unchanged = status == 304 and (self._conditional or self.kind == "feed")
        tells_robots = self.kind == "robots" and 200 <= status < 500 and status != 429
        if not unchanged and not tells_robots:
            answers.check_status(head, self._now)
        if unchanged or not 200 <= status < 300:
            return None
        self._coding = answers.content_encoding(head.all(b"content-encoding"))
        if self.kind == "robots":
            return self._take_robots
        # int() of more than 4,300 digits raises; the parser lets zeros pass at any length
        announced = (head.get(b"content-length") or "").lstrip("0")
        if announced.isdecimal() and int(announced) > self._max_bytes:
            raise Failed("too-large", f"{announced} bytes announced; the limit is {self._max_bytes}")
        self._trial = Inflation(self._coding, self._max_bytes) if self._coding else None
        return self._take

    @property
    def status(self) -> int:
        return self._head.status if self._head else 0

    def page(self, asked: str) -> Page:
        """When the answer has ended; `asked`: what was to be fetched. Raises Failed."""
        if self._trial is not None:
            self._trial.finish()
        head, is_robots = self._head or Head(0, {}), self.kind == "robots"
        return Page(
            url=asked,
            final_url=str(self._url),
            status=head.status,
            content_type=answers.kept(head.get(b"content-type")),
            content_encoding="" if is_robots else self._coding,
            etag=answers.validator(head.get(b"etag")),
            last_modified=answers.validator(head.get(b"last-modified")),
            fetched_at=self._now(),
            body=self._robots() if is_robots else bytes(self._body),
        )

    def _take(self, chunk: bytes) -> bool:
        self._body += chunk
        if len(self._body) > self._max_bytes:
            raise Failed("too-large", f"more than {self._max_bytes} bytes on the wire")
        if self._trial is not None:
            self._trial.feed(chunk)
        return True

    def _take_robots(self, chunk: bytes) -> bool:
        self._body += chunk
        return len(self._body) < self._max_bytes

    def _robots(self) -> bytes:
        body = bytes(self._body[: self._max_bytes])
        if not self._coding:
            return body
        try:
            return zlib.decompressobj(zlib.MAX_WBITS + 32).decompress(body, self._max_bytes)
        except zlib.error as reason:
            raise Failed("encoding", f"robots.txt is not {self._coding}: {reason}") from None


def _one_location(headers: list[str]) -> str:
    if len(set(headers)) > 1:
        raise Failed("bad-redirect", "two Locations")
    if not headers or not headers[0].strip():
        raise Failed("bad-redirect", "no Location")
    return headers[0]
