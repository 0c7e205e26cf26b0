"""What the scripts answer, as the records of `tasks/ports.py`. Times come as milliseconds since 1970."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from tasks.account import Account
from tasks.packing import unpack_page
from tasks.ports import Claim, Claims, Crashed, PollClaim, PollClaims, Validators
from tasks.records import Entry

NO_HASH = bytes(32)


def moment(milliseconds_since_1970: float) -> datetime:
    return datetime.fromtimestamp(milliseconds_since_1970 / 1000, UTC)


def text(value: bytes) -> str:
    return value.decode("utf-8")


def or_none(value: bytes) -> str | None:
    return value.decode("utf-8") or None


def read_polls(reply: Any) -> PollClaims:
    rows, next_due_ms = reply
    claims = tuple(
        PollClaim(
            text(feed),
            text(token),
            text(config),
            Validators(or_none(etag), or_none(last_modified), or_none(body_hash)),
            int(errors),
            moment(int(whole_ms)),
            or_none(moved_to),
        )
        for feed, token, config, etag, last_modified, body_hash, errors, whole_ms, moved_to in rows
    )
    return PollClaims(claims, None if next_due_ms < 0 else next_due_ms / 1000)


def read_claims(reply: Any) -> Claims:
    rows, next_due_ms, held_back, crashed = reply
    claims = tuple(
        Claim(
            id=text(id_),
            token=text(token),
            attempt=int(attempt),
            entry=Entry.model_validate_json(entry),
            seen_at=moment(int(seen_at)),
            version=int(version),
            content_hash=None if hash_ == NO_HASH else hash_,
            feed_config=text(config),
            page=unpack_page(page) if page else None,
        )
        for id_, token, attempt, entry, seen_at, version, hash_, config, page in rows
    )
    dead = tuple(Crashed(*map(text, row)) for row in crashed)
    return Claims(claims, None if next_due_ms < 0 else next_due_ms / 1000, text(held_back), dead)


def _pairs(flat: Any) -> dict[str, int]:
    return {text(flat[i]): int(flat[i + 1]) for i in range(0, len(flat), 2)}


def read_account(reply: Any) -> Account:
    flat, fetch, enrich, fetch_due, enrich_due, polls_due, now_ms, asked = reply
    counts, asked_ms = _pairs(flat), _pairs(asked)
    ends: dict[str, Counter[str]] = {"dropped": Counter(), "dead": Counter()}
    for name, count in counts.items():
        kind, _, reason = name.partition(":")
        if reason and count:
            ends[kind][reason] = count
    return Account(
        seen=counts.get("seen", 0),
        published=counts.get("published", 0),
        updated=counts.get("updated", 0),
        duplicate=counts.get("duplicate", 0),
        dropped=dict(ends["dropped"]),
        dead=dict(ends["dead"]),
        pending={"fetch": fetch, "enrich": enrich},
        due={"poll": polls_due, "fetch": fetch_due, "enrich": enrich_due},
        unasked_seconds={stage: (now_ms - at) / 1000 for stage, at in asked_ms.items()},
    )
