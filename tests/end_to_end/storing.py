"""What became of a run among hostile servers: dead letters, fields that hold markup, lines of the log that are none."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterator, Mapping

import redis

from tests.end_to_end.hostile_web import SECRET

#: What a browser would take for a tag, a comment or a declaration.
OPENS_A_TAG = re.compile(r"<[a-zA-Z/!?]")


def dead_letters(url: str) -> dict[str, str]:
    """Feed → reason. A letter holds the page as it came, so the fields are bytes."""
    with redis.Redis.from_url(url) as client:
        return {fields[b"feed"].decode(): fields[b"reason"].decode() for _, fields in client.xrange("news:dead")}


def astray(ends: dict[str, str], expected: Mapping[str, Container[str]], prefix: str) -> dict[str, str | None]:
    """What ended otherwise than it may."""
    got = {f"{prefix}-{name}": (ends.get(f"{prefix}-{name}"), expected[name]) for name in expected}
    return {name: end for name, (end, may) in got.items() if end not in may}


def but_for_late_ones(wrong: dict[str, str | None], most: int = 3) -> dict[str, str | None]:
    """Without those that a busy machine was too late for, so long as they are few."""
    late = [name for name, end in wrong.items() if end == "timeout"]
    return {name: end for name, end in wrong.items() if name not in late} if len(late) <= most else wrong


def texts(value: object) -> Iterator[str]:
    """Every string in a record, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def markup_stored(published: list[dict[str, str]]) -> list[str]:
    """Texts, in any field, that a page might show as markup, follow as a script, or that came from inside."""
    found = []
    for fields in published:
        stored = [*fields.values(), *texts(json.loads(fields["data"]))]
        stored.remove(fields["data"])
        found += [text for text in stored if OPENS_A_TAG.search(text) or SECRET in text]
        found += [text for text in stored if text.startswith("javascript:")]
    return found


def odd_lines(log: str) -> list[str]:
    """Lines that are no object with an event, that tell of a fault of ours, or a secret of others."""
    return [line for line in log.splitlines() if _is_odd(line)] if log else ["the log is empty"]


def _is_odd(line: str) -> bool:
    try:
        told = json.loads(line)
    except ValueError:
        return True
    return not (isinstance(told, dict) and told.get("event")) or "exception" in told or SECRET in line
