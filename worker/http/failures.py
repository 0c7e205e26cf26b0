"""What went wrong on the way to an answer, as a reason of `tasks.reasons`."""

from __future__ import annotations

import ssl

import aiohttp
from aiohttp.http_exceptions import ContentLengthError, HttpProcessingError, TransferEncodingError

from tasks.reasons import Failed
from worker.http.addresses import Hop
from worker.http.answers import kept
from worker.http.wire import WireLimit


def failed(error: Exception, hop: Hop, host: str) -> Failed:
    if hop.blocked and isinstance(error, aiohttp.ClientConnectorError):
        return Failed("blocked-address", f"{host} stands for {hop.refused}")
    return Failed(_reason(error), kept(f"{host}: {_words(error)}"))


#: in order from special to general
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (WireLimit, "too-large"),
    (TimeoutError, "timeout"),
    (aiohttp.ClientConnectorDNSError, "dns"),
    (aiohttp.ClientSSLError, "tls"),
    (ssl.SSLError, "tls"),
    (aiohttp.InvalidURL, "blocked-url"),
    (aiohttp.ClientResponseError, "protocol-error"),
    (OSError, "connect"),
)


def _reason(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientPayloadError):
        return _reason_of_payload(error)
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return "protocol-error" if _closed_in_headers(error) else "connect"
    if isinstance(error, aiohttp.ClientConnectorError) and error.ssl and error.os_error.errno is None:
        # the system names every failure of TCP by number; this one came from the handshake
        return "tls"
    return next((reason for kind, reason in _REASONS if isinstance(error, kind)), "protocol-error")


def _reason_of_payload(error: aiohttp.ClientPayloadError) -> str:
    ended_early = isinstance(error.__cause__, ContentLengthError | TransferEncodingError)
    broken = isinstance(error.__cause__, HttpProcessingError) and not ended_early
    return "protocol-error" if broken else "truncated"


def _closed_in_headers(error: aiohttp.ServerDisconnectedError) -> bool:
    return not isinstance(error.message, str)


def _words(error: Exception) -> str:
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return "closed inside the headers" if _closed_in_headers(error) else "closed before an answer"
    first = str(error).strip().partition("\n")[0]
    return f"{type(error).__name__} {first[:200]}".rstrip()
