"""What a robots.txt lets us do, as RFC 9309 says. Reading one takes time linear in its length, always."""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from functools import lru_cache
from typing import NamedTuple, Self

from protego import Protego

#: RFC 9309 asks for 500 KiB at least
MAX_BYTES = 512 * 1024
#: of lines that bind us, and of characters in one: enough for 500 KiB of real rules, and no more work than that
MAX_LINES = 20_000
MAX_LINE_CHARS = 2100
MAX_CRAWL_DELAY_SECONDS = 30.0

#: Failures that say the origin has no usable robots.txt, which RFC 9309 calls unavailable: everything is allowed.
#: All others say that it cannot tell now (unreachable): nothing is, until it can.
UNAVAILABLE_REASONS = frozenset(
    "http-client-error gone no-content too-many-redirects bad-redirect blocked-url blocked-address encoding".split()
)

_AGENT_LINE = re.compile(r"user[- ]?agents?(?:\s*:|\s)\s*(.*)", re.IGNORECASE)
_RULE_LINE = re.compile(r"(?:allow|dis+al+[ao]w|diasllow|crawl[- ]delay)(?:\s*:|\s)", re.IGNORECASE)
_TOKEN = re.compile(r"[a-z_-]+", re.IGNORECASE)
_COMPATIBLE = re.compile(r"compatible;\s*([a-z_-]+)", re.IGNORECASE)


class RobotsRules(NamedTuple):
    """`text`: the groups that bind one crawler or all, nothing else; safe and small enough to store as it is."""

    text: str = ""
    #: the origin could not be asked: nothing is allowed, for now
    unreachable: bool = False

    @classmethod
    def read(cls, status: int, body: bytes, user_agent: str) -> Self:
        """`body` as decoded, in full or cut. 429 and 5xx ask to stay away for now; other errors mean there are none."""
        if status == 429 or status >= 500 or status < 200:
            return cls(unreachable=True)
        if status >= 300:
            return cls()
        body = body[:MAX_BYTES]
        # the standard says UTF-8, some editors say Unicode and mean UTF-16
        charset = "utf-16" if body.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig"
        return cls(_relevant(body.decode(charset, "replace"), product_token(user_agent)))

    @classmethod
    def after_failure(cls, reason: str) -> Self:
        """`reason`: of the Failed with which the request ended."""
        return cls(unreachable=reason not in UNAVAILABLE_REASONS)

    @classmethod
    def loads(cls, stored: str) -> Self:
        return cls(unreachable=True) if stored == _UNREACHABLE else cls(stored)

    def dumps(self) -> str:
        return _UNREACHABLE if self.unreachable else self.text

    def allows(self, url: str, user_agent: str) -> bool:
        if self.unreachable:
            return False
        return not self.text or bool(_parsed(self.text).can_fetch(url, product_token(user_agent)))

    def crawl_delay_seconds(self, user_agent: str) -> float | None:
        if not self.text:
            return None
        delay = _parsed(self.text).crawl_delay(product_token(user_agent))
        return None if delay is None else min(float(delay), MAX_CRAWL_DELAY_SECONDS)


_UNREACHABLE = "!unreachable"


def product_token(user_agent: str) -> str:
    """The name that a robots.txt calls a crawler by: `Wirebeat/0.1 (+https://…/bot)` → `wirebeat`, never `bot`."""
    match = _COMPATIBLE.search(user_agent)
    if match:
        return match[1].lower()
    match = _TOKEN.match(user_agent.strip())
    return match[0].lower() if match else "*"


def _parsed(text: str) -> Protego:
    return _parsed_small(text) if len(text) <= _SMALL_CHARS else _parsed_large(text)


#: a parsed file takes some forty times its text in memory, so the big ones are not kept for long
_SMALL_CHARS = 32 * 1024
_parsed_small = lru_cache(maxsize=64)(Protego.parse)
_parsed_large = lru_cache(maxsize=2)(Protego.parse)


def _relevant(text: str, token: str) -> str:
    """The groups for `*` and for `token`.

    protego keeps a copy of each rule for each agent of a group, so that a file of thousands of both would cost their
    product; and it finds an agent's name anywhere in ours.
    """
    kept: list[str] = []
    group: list[str] = []
    in_agents = False
    for raw in text.splitlines():
        line = raw.partition("#")[0].strip()
        agent = _AGENT_LINE.match(line)
        if agent:
            group = group if in_agents else []
            in_agents = True
            name = _named(agent[1], token)
            if name and name not in group:
                group.append(name)
        elif _RULE_LINE.match(line):
            if in_agents:
                kept += [f"User-agent: {name}" for name in group]
            in_agents = False
            if group and len(line) <= MAX_LINE_CHARS:
                kept.append(line)
        if len(kept) >= MAX_LINES:
            break
    return "\n".join(kept)


def _named(value: str, token: str) -> str | None:
    if value.strip() == "*":
        return "*"
    match = _TOKEN.match(value.strip())
    return token if match and match[0].lower() == token else None
