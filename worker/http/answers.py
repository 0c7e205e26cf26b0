"""What an answer means: its status as a reason, its Retry-After in seconds, its headers made safe to keep."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from tasks.reasons import RETRY_AFTER_CAP_SECONDS, Failed
from worker.http.incoming import Head

REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT_REDIRECTS = frozenset({301, 308})
#: what is offered and taken; brotli and zstd are neither, since their decoders open a bomb in one step
CODINGS = {"gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}
#: what servers write into Content-Encoding when there is none
NO_CODING = frozenset({"", "identity", "none", "utf-8", "utf8", "binary", "8bit", "7bit"})
MAX_HEADER_CHARS = 1024

_REASON_OF_STATUS = {
    204: "no-content",
    205: "no-content",
    206: "protocol-error",
    304: "protocol-error",
    408: "timeout",
    410: "gone",
    429: "rate-limited",
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def check_status(head: Head, now: Callable[[], datetime]) -> None:
    """Raises Failed for every status that is no page."""
    status = head.status
    reason = _REASON_OF_STATUS.get(status)
    if reason is None and 200 <= status < 300:
        return
    wait = None
    if status in (429, 503):
        # a date is one of the server's own clock, where it tells that
        answered_at = http_date(head.get(b"date")) or now()
        wait = retry_after_seconds(head.get(b"retry-after"), answered_at)
    if status == 503 and wait is not None:
        reason = "rate-limited"
    raise Failed(reason or _reason_of_class(status), str(status), retry_after_seconds=wait)


def _reason_of_class(status: int) -> str:
    if status < 200:
        return "protocol-error"
    if status < 400:
        return "bad-redirect"
    return "http-server-error" if 500 <= status < 600 else "http-client-error"


def retry_after_seconds(text: str | None, answered_at: datetime) -> float | None:
    """Seconds or any of the three date forms of RFC 9110; None where it says nothing usable. Between 0 and the cap."""
    text = (text or "").strip()
    if re.fullmatch(r"[0-9]{1,18}(\.[0-9]{0,9})?", text):
        return min(float(text), RETRY_AFTER_CAP_SECONDS)
    moment = http_date(text)
    if moment is None:
        return None
    return min(max((moment - answered_at).total_seconds(), 0.0), RETRY_AFTER_CAP_SECONDS)


def http_date(text: str | None) -> datetime | None:
    if not text or len(text) > 64:
        return None
    try:
        moment = parsedate_to_datetime(text)
        # asctime names no zone, and means UTC
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def content_encoding(headers: Iterable[str]) -> str:
    """`gzip`, `deflate` or "" for none. Raises Failed for any other, and for more than one."""
    codings = [coding.strip().lower() for header in headers for coding in header.split(",")]
    codings = [coding for coding in codings if coding not in NO_CODING]
    if not codings:
        return ""
    if len(codings) > 1 or codings[0] not in CODINGS:
        named = ", ".join(codings)[:100]
        raise Failed("encoding", f"Content-Encoding {named!r}")
    return CODINGS[codings[0]]


def kept(header: str | None) -> str:
    """A header as text that may be stored and shown: no control characters, no surrogates, capped."""
    return _CONTROL.sub("", header or "")[:MAX_HEADER_CHARS].strip()


def validator(header: str | None) -> str | None:
    """A validator byte for byte, or None where it could not be sent back so."""
    if not header or len(header) > MAX_HEADER_CHARS or _CONTROL.search(header):
        return None
    return header
