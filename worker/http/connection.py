"""One connection: a request goes out, its answer comes in, and the next may follow."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import cast

from tasks.reasons import Failed
from worker.http.incoming import Dropped, Incoming, Receive, nobody


class Connection(asyncio.Protocol):
    """One request at a time. `gone` is called once, when it can be asked no more."""

    def __init__(self, *, read_seconds: float, kept_seconds: float, gone: Callable[[Connection], None]) -> None:
        """`read_seconds`: the longest silence of the server; `kept_seconds`: between an answer and the next request."""
        self._read_seconds, self._kept_seconds, self._gone = read_seconds, kept_seconds, gone
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._incoming = Incoming()
        #: None while no request is under way
        self._answered: asyncio.Future[None] | None = None
        # One timer a connection, not one a request: it looks for itself whether it is time yet.
        self._until = self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self.was_asked = False

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    async def ask(self, request: bytes, receive: Receive, deadline: float) -> None:
        """Until the answer has ended; `deadline`, of the loop's clock, when it must have. Raises Failed, and is closed
        then; Dropped where the server had not begun to answer."""
        if self._transport is None or self._transport.is_closing():
            raise Dropped
        self.was_asked = True
        self._incoming.begin(receive)
        self._answered = self._loop.create_future()
        self._transport.write(request)
        self._deadline = deadline
        self._until = min(self._loop.time() + self._read_seconds, deadline)
        self._watch()
        try:
            await self._answered
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._answered = None
        # it and its parser hold one another: what they received would stay until Python looks for such rings
        self._incoming.begin(nobody)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._transport is not None:
            # nothing is left to be sent; TLS would wait for the server's farewell
            self._transport.abort()
            self._transport = None
            self._gone(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._answered is None:
            self.close()
            return
        self._until = min(self._loop.time() + self._read_seconds, self._deadline)
        try:
            self._incoming.feed(data)
        except Exception as failed:  # noqa: BLE001  (what is no Failed is a fault of ours: who asked is told, not the loop)
            self._end(failed)
            return
        if self._incoming.ended:
            self._end()

    def connection_lost(self, error: Exception | None) -> None:
        if self._answered is not None:
            try:
                if error is not None:
                    raise _lost(self._incoming, error)
                self._incoming.end()
            except Failed as failed:
                self._end(failed)
            else:
                self._end()
        self.close()

    def _end(self, failed: Exception | None = None) -> None:
        answered = self._answered
        if failed is None and self._incoming.kept:
            self._answered = None
            self._incoming.begin(nobody)
            self._until = self._loop.time() + self._kept_seconds
        else:
            self.close()
        if answered is None or answered.done():
            return
        if failed is None:
            answered.set_result(None)
        else:
            answered.set_exception(failed)

    def _watch(self) -> None:
        if self._timer is not None:
            if self._timer.when() <= self._until:
                return
            self._timer.cancel()
        self._timer = self._loop.call_at(self._until, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        now = self._loop.time()
        if now < self._until:
            self._watch()
        elif self._answered is None:
            self.close()
        elif now < self._deadline:
            self._end(Failed("timeout", f"nothing came for {self._read_seconds:g} s"))
        else:
            self._end(Failed("timeout", "no full answer in time"))


def _lost(incoming: Incoming, error: Exception) -> Failed:
    words = in_words(error)
    return incoming.lost_tls(words) if isinstance(error, ssl.SSLError) else incoming.lost(words)


def in_words(error: Exception) -> str:
    """On one line, for a failure's detail."""
    return f"{type(error).__name__} {str(error).strip().partition(chr(10))[0][:200]}".rstrip()
