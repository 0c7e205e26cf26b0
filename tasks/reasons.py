"""Why an entry did not become a record: every reason there is, what it means, and whether trying again can help."""

from __future__ import annotations

from typing import NamedTuple


class Reason(NamedTuple):
    meaning: str
    #: how often it is tried before the entry is given up; 1: trying again cannot help
    attempts: int = 1
    #: first wait before the next try; doubles each time
    backoff_seconds: float = 0


#: Add a reason here, and `docs/reliability.md` must name it (a test holds them together).
REASONS: dict[str, Reason] = {
    # the address or the server
    "blocked-url": Reason("scheme, port, user:password, length or shape of the URL is refused before any look-up"),
    "blocked-address": Reason("the host stands for an address that is not on the public internet"),
    "dns": Reason("the host name does not resolve", attempts=4, backoff_seconds=30),
    "connect": Reason("refused, reset or closed before an answer", attempts=4, backoff_seconds=15),
    "tls": Reason("the TLS handshake or certificate failed", attempts=2, backoff_seconds=60),
    "timeout": Reason("a time limit was hit", attempts=3, backoff_seconds=15),
    "too-large": Reason("a limit on bytes on the wire, headers or decoded bytes was hit"),
    "too-many-redirects": Reason("more redirects than allowed, or a loop"),
    "bad-redirect": Reason("a redirect without a usable Location"),
    "http-client-error": Reason("the server refused: 401, 403, 404, 451 ..."),
    "gone": Reason("410: removed on purpose"),
    "rate-limited": Reason("429, or 503 with Retry-After", attempts=8, backoff_seconds=30),
    "http-server-error": Reason("5xx", attempts=6, backoff_seconds=15),
    "protocol-error": Reason("the answer is not valid HTTP", attempts=2, backoff_seconds=15),
    "truncated": Reason("the body is shorter than announced", attempts=3, backoff_seconds=5),
    "encoding": Reason("Content-Encoding is unknown, wrong or nested"),
    "robots": Reason("robots.txt forbids it"),
    # the bytes
    "unsupported-type": Reason("the bytes are not HTML, whatever the header says"),
    "not-a-feed": Reason("there is no feed in the document"),
    "parse-error": Reason("a feed too broken to use"),
    "no-content": Reason("no article text on the page and none in the feed: empty, wall, soft 404, script only"),
    "no-url": Reason("an entry without a usable link and without content"),
    # the work
    "resource-limit": Reason("reading it took more time or memory than allowed"),
    "crashed": Reason("the process working on it died, more than once"),
    "error": Reason("a fault in the worker itself; the detail names it"),
}

#: Ends that are neither a record nor a failure.
DROPPED: dict[str, str] = {
    "unchanged": "the feed changed the entry, but title and body are as published",
    "canary": "our own test article came through; it stands in `news:canary`, not among the news",
    "discarded": "an operator dropped the dead letter",
}

RETRY_AFTER_CAP_SECONDS = 86_400.0


class Failed(Exception):
    """This entry or feed cannot go on now. `reason` is a key of REASONS; whether it is tried again follows from it."""

    def __init__(self, reason: str, detail: str = "", *, retry_after_seconds: float | None = None) -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail[:300]
        self.retry_after_seconds = retry_after_seconds


def backoff_seconds(reason: str, attempt: int, retry_after_seconds: float | None = None) -> float | None:
    """How long to wait before try number `attempt + 1`; None when there is to be none.

    What the setting `backoff_cap` allows at most is the caller's to see to.
    A server that names a time (Retry-After) is taken at its word, at least 1 s and at most a day, and doubled each
    time that it was not enough.
    """
    rule = REASONS[reason]
    if attempt >= rule.attempts:
        return None
    doubled = 2.0 ** (attempt - 1)
    if retry_after_seconds is not None:
        return min(max(retry_after_seconds, 1.0) * doubled, RETRY_AFTER_CAP_SECONDS)
    return rule.backoff_seconds * doubled
