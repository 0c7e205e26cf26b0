"""What comes in over a connection, one answer after the other, read piece by piece and counted: bytes that never become
a body have their limits, too. It knows nothing of sockets."""

from __future__ import annotations

from collections.abc import Callable

from httptools import HttpParserCallbackError, HttpParserError, HttpParserUpgrade, HttpResponseParser

from tasks.reasons import Failed

#: status line, headers and interim 1xx answers together
MAX_HEAD_BYTES = 256 * 1024
#: of one header, name and value; content security policies of real sites pass 8 KiB
MAX_HEADER_BYTES = 32 * 1024
MAX_HEADERS = 256
#: beside the body, of what frames it: chunk sizes and extensions, trailers. Again as much as the body is free, so
#: that a server may send small chunks; one byte in each, which costs the most to read, soon meets the limit
MAX_FRAMING_BYTES = 1 << 20

#: what servers get wrong and every browser reads: odd bytes in values, a length beside chunks, bare line feeds, blanks
#: behind a chunk's size
_LENIENT = {
    "lenient_headers": True,
    "lenient_chunked_length": True,
    "lenient_optional_cr_before_lf": True,
    "lenient_spaces_after_chunk_size": True,
}


class Head:
    """Status and headers. Bytes of a header that are no UTF-8 stand in its text as lone surrogates."""

    def __init__(self, status: int, headers: dict[bytes, list[bytes]]) -> None:
        """`headers`: by their names in lower case."""
        self.status, self._headers = status, headers

    def all(self, name: bytes) -> list[str]:
        """`name`: in lower case."""
        return [_text(value) for value in self._headers.get(name, ())]

    def get(self, name: bytes) -> str | None:
        """The first one."""
        values = self._headers.get(name)
        return _text(values[0]) if values else None


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")


#: is given each piece of a body; False: that is enough
Take = Callable[[bytes], bool]
#: is given the head, and says who takes the body; None: nobody. May raise Failed, as may who takes it
Receive = Callable[[Head], Take | None]


def nobody(_head: Head) -> None:
    """Receives between two requests, so that what was received is let go."""


class Incoming:
    """The parser calls `on_*`. It goes on to the end of what it was fed, so they ignore what comes after the end.

    What comes beyond an answer belongs to none: the connection is not `kept`, so that a server cannot leave an answer
    in the pipe for the next request.
    """

    def __init__(self) -> None:
        # a parser of its own for each answer took a fifth of what a poll costs
        self._parser = HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(**_LENIENT)
        self.begin(nobody)

    def begin(self, receive: Receive) -> None:
        """A request is about to go out; before another one may, the answer has ended and the connection is `kept`."""
        self._receive = receive
        self._came_bytes = self._body_bytes = 0
        self._headers: dict[bytes, list[bytes]] = {}
        self._header_count = 0
        self._headed = self._until_close = self._two_lengths = False
        self._take: Take | None = None
        self._failed: Failed | None = None
        self.ended = False
        #: whether the connection may be used again, now that the answer has ended
        self.kept = False

    def feed(self, data: bytes) -> None:
        """Raises Failed; what else `receive` and its taker raise, a fault of ours, comes out as it is."""
        self._came_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except HttpParserCallbackError as error:
            raise error.__context__ or error from None
        except HttpParserUpgrade:
            self.kept = False
        except HttpParserError as error:
            self._broken(str(error))
        if self._failed is not None:
            raise self._failed
        if self._headed and self._take is None:
            self.ended = True
        if not self.ended:
            self._check_came()

    def end(self) -> None:
        """The server has closed. Raises Failed where that ends no answer."""
        if not self._came_bytes:
            raise Dropped
        if not self._headed:
            raise Failed("protocol-error", "closed inside the headers")
        if not self.ended and not self._until_close:
            raise Failed("truncated", f"closed after {self._body_bytes} bytes of the body")
        self.ended = True

    def lost(self, words: str) -> Failed:
        """The connection broke."""
        if not self._came_bytes:
            return Dropped(words)
        return Failed("truncated" if self._headed else "connect", words)

    def lost_tls(self, words: str) -> Failed:
        """What came could not be deciphered, or was TLS's own word that it is over."""
        return Failed("tls", words) if self._came_bytes else Dropped(words, "tls")

    def on_message_begin(self) -> None:
        self.kept = False

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._headed:
            return
        self._header_count += 1
        self._headers.setdefault(name.lower(), []).append(value)
        if len(name) + len(value) > MAX_HEADER_BYTES or self._header_count > MAX_HEADERS:
            self._broken(f"a header of more than {MAX_HEADER_BYTES} bytes, or more than {MAX_HEADERS} headers")
        elif b"\0" in value:
            # RFC 9110, 5.5: of the odd bytes in values, the one that is dangerous
            self._broken("a NUL in a header")

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if self._headed or self._failed or (100 <= status < 200 and status != 101):
            return
        self._headed = True
        head = Head(status, self._headers)
        self._read_framing(head)
        try:
            self._take = self._receive(head)
        except Failed as failed:
            self._failed = failed

    def _read_framing(self, head: Head) -> None:
        """RFC 9112, 6.3: chunks go before a length, and after such an answer nobody knows where the next begins."""
        coded, announced = head.all(b"transfer-encoding"), head.get(b"content-length")
        is_chunked = bool(coded) and coded[-1].lower().endswith("chunked")
        self._until_close = not is_chunked and (bool(coded) or not announced)
        self._two_lengths = bool(coded) and announced is not None
        if self._two_lengths and not is_chunked:
            self._broken("a length beside a coding that is not chunked")

    def on_body(self, chunk: bytes) -> None:
        if self.ended or self._failed or self._take is None:
            return
        self._body_bytes += len(chunk)
        try:
            self.ended = not self._take(chunk)
        except Failed as failed:
            self._failed = failed

    def on_message_complete(self) -> None:
        if not self._headed:
            self._headers = {}
        elif not self.ended:
            self.ended, self.kept = True, self._parser.should_keep_alive() and not self._two_lengths

    def _broken(self, words: str) -> None:
        self.kept = False
        if not self.ended:
            self._failed = self._failed or Failed("protocol-error", words)

    def _check_came(self) -> None:
        if not self._headed and self._came_bytes > MAX_HEAD_BYTES:
            raise Failed("too-large", f"{self._came_bytes} bytes came, more than headers may have")
        if self._came_bytes > MAX_HEAD_BYTES + MAX_FRAMING_BYTES + 2 * self._body_bytes:
            raise Failed("too-large", f"{self._came_bytes} bytes came, more than the framing of a body may have")


class Dropped(Failed):
    """Closed before an answer, as a kept connection often is when it is used again (RFC 9112, 9.3.1)."""

    def __init__(self, words: str = "closed before an answer", reason: str = "connect") -> None:
        super().__init__(reason, words)
