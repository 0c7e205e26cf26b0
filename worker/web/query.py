"""Query strings → filters. One table says what there is; the OpenAPI document is made of the same table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from tasks.export.shapes import EXPORTERS
from worker.web.rows import EntryId, entry_id_of

if TYPE_CHECKING:
    from starlette.datastructures import QueryParams

    from worker.web.rows import Row

    Wanted = Callable[[Row], bool]

MAX_LIMIT = 500
DEFAULT_LIMIT = 50
MAX_QUERY_CHARS = 200
MAX_VALUES = 50

#: what an article without a topic is filed under
NO_TOPIC = ("none",)

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_RELATIVE = re.compile(r"(\d{1,6})([smhd])")
_WORDS = re.compile(r'"([^"]+)"|(\S+)')


class BadQuery(ValueError):
    """Answered with 400 and this text."""


class Filters(NamedTuple):
    topics: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    entities: frozenset[str] = frozenset()
    langs: frozenset[str] = frozenset()
    reported_by: frozenset[str] = frozenset()
    clusters: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    since_ms: int | None = None
    until_ms: int | None = None
    published_since_ms: int | None = None
    published_until_ms: int | None = None
    no_copies: bool = False

    def fit(self) -> Wanted:
        """Made for the filters that are set: it is asked of every row of the index, and most are not."""
        said = [partial(_says, word.encode("utf-8", "replace")) for word in self.words]
        checks: list[Wanted] = [*said, *self._about(), *self._of_then()]
        if len(checks) > 1:
            return partial(_passes, tuple(checks))
        return checks[0] if checks else _everything

    def choose(self, rows: list[Row]) -> list[Row]:
        """Those that fit, in their order. Of thousands in a list much faster than one after the other."""
        for word in self.words:
            sought = word.encode("utf-8", "replace")
            rows = [row for row in rows if sought in row.text]
        for check in (*self._about(), *self._of_then()):
            rows = list(filter(check, rows))
        return rows

    def _about(self) -> Iterator[Wanted]:
        topics, sources, entities, langs = self.topics, self.sources, self.entities, self.langs
        reported_by, clusters = self.reported_by, self.clusters
        if topics:
            yield lambda row: not topics.isdisjoint(row.topics or NO_TOPIC)
        if sources:
            yield lambda row: row.source_id in sources
        if entities:
            yield lambda row: not entities.isdisjoint(row.entities)
        if langs:
            yield lambda row: row.lang.lower() in langs
        if reported_by:
            yield lambda row: not reported_by.isdisjoint(row.reported_by)
        if clusters:
            yield lambda row: row.story in clusters
        if self.no_copies:
            yield lambda row: not row.duplicate_of

    def _of_then(self) -> Iterator[Wanted]:
        since, until = self.since_ms, self.until_ms
        published_since, published_until = self.published_since_ms, self.published_until_ms
        if since is not None:
            yield lambda row: row.entry[0] >= since
        if until is not None:
            yield lambda row: row.entry[0] < until
        if published_since is not None:
            yield lambda row: row.published_ms >= published_since
        if published_until is not None:
            yield lambda row: row.published_ms < published_until


def _passes(checks: tuple[Wanted, ...], row: Row) -> bool:
    for check in checks:  # noqa: SIM110  (all() with a generator takes twice as long, ten thousand times a query)
        if not check(row):
            return False
    return True


def _everything(_row: Row) -> bool:
    return True


def _says(word: bytes, row: Row) -> bool:
    return word in row.text


class Parameter(NamedTuple):
    read: Callable[[list[str], datetime], Any]
    meaning: str
    schema: dict[str, Any]
    field: str = ""


def _many(values: list[str], _now: datetime) -> frozenset[str]:
    parts = frozenset(part.strip() for value in values for part in value.split(",") if part.strip())
    if len(parts) > MAX_VALUES:
        raise ValueError(f"at most {MAX_VALUES} values")
    return parts


def _tags(values: list[str], now: datetime) -> frozenset[str]:
    """Tags of languages are the same in any case (BCP 47)."""
    return frozenset(map(str.lower, _many(values, now)))


def _names(values: list[str], _now: datetime) -> frozenset[str]:
    # names hold commas, so they come one a parameter
    if len(values) > MAX_VALUES:
        raise ValueError(f"at most {MAX_VALUES} values")
    return frozenset(values)


def _search(values: list[str], _now: datetime) -> tuple[str, ...]:
    text = " ".join(values)
    if len(text) > MAX_QUERY_CHARS:
        raise ValueError(f"at most {MAX_QUERY_CHARS} characters")
    return tuple((phrase or word).lower() for phrase, word in _WORDS.findall(text))


def moment_ms(values: list[str], now: datetime) -> int:
    text = values[-1].strip()
    if relative := _RELATIVE.fullmatch(text):
        ago = timedelta(**{_UNITS[relative[2]]: int(relative[1])})
        return int((now - ago).timestamp() * 1000)
    if text.isdigit() and len(text) <= 15:
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("a time is expected: 2h, 2026-11-23T10:00:00Z, or milliseconds since 1970") from None
    if moment.tzinfo is None:
        raise ValueError("a time needs its zone, such as a final Z")
    return int(moment.timestamp() * 1000)


def _limit(values: list[str], _now: datetime) -> int:
    number = int(values[-1]) if values[-1].isdigit() else 0
    if not 1 <= number <= MAX_LIMIT:
        raise ValueError(f"a number from 1 to {MAX_LIMIT} is expected")
    return number


def _version(values: list[str], _now: datetime) -> int:
    if not values[-1].isdigit() or len(values[-1]) > 9 or int(values[-1]) < 1:
        raise ValueError("a version from 1 is expected")
    return int(values[-1])


def _entry_id(values: list[str], _now: datetime) -> EntryId:
    if not re.fullmatch(r"\d{1,15}(-\d{1,19})?", values[-1]):
        raise ValueError("an entry id is expected, such as 1795414041772-3")
    return entry_id_of(values[-1])


def _flag(values: list[str], _now: datetime) -> bool:
    if values[-1] not in {"0", "1", "true", "false", ""}:
        raise ValueError("1 or 0 is expected")
    return values[-1] in {"1", "true", ""}


def _choice(meaning: str, *allowed: str, default: str | None = None) -> Parameter:
    def read(values: list[str], _now: datetime) -> str:
        if values[-1] not in allowed:
            raise ValueError(f"one of {', '.join(allowed)} is expected")
        return values[-1]

    return Parameter(read, meaning, {"enum": list(allowed)} | ({"default": default} if default else {}))


def _bucket(values: list[str], _now: datetime) -> int:
    relative = _RELATIVE.fullmatch(values[-1])
    if not relative or int(relative[1]) == 0:
        raise ValueError("a span is expected: 5m, 1h, 1d")
    return int(timedelta(**{_UNITS[relative[2]]: int(relative[1])}).total_seconds() * 1000)


_TEXTS = {"type": "array", "items": {"type": "string"}, "maxItems": MAX_VALUES}
_TEXT = {"type": "string"}
_YES = {"type": "boolean"}
_TIME = "2h, 2026-11-23T10:00:00Z, or milliseconds since 1970"

FILTERS = {
    "topic": Parameter(_many, "Topic ids, comma-separated; `none`: articles without a topic.", _TEXTS, "topics"),
    "source": Parameter(_many, "Publisher ids, comma-separated.", _TEXTS, "sources"),
    "entity": Parameter(_many, "Entity keys such as place:kyiv, comma-separated.", _TEXTS, "entities"),
    "lang": Parameter(_tags, "Languages, BCP 47, comma-separated.", _TEXTS, "langs"),
    "reported_by": Parameter(
        _names, "Name of an outlet whose reporting is passed on; may be repeated.", _TEXTS, "reported_by"
    ),
    "cluster": Parameter(_many, "Story ids, comma-separated.", _TEXTS, "clusters"),
    "q": Parameter(
        _search,
        "Words or quoted phrases, all of which stand in title, summary or names.",
        _TEXT | {"maxLength": MAX_QUERY_CHARS},
        "words",
    ),
    "since": Parameter(moment_ms, f"Came into the stream at or after this time: {_TIME}.", _TEXT, "since_ms"),
    "until": Parameter(moment_ms, "Came into the stream before this time.", _TEXT, "until_ms"),
    "published_since": Parameter(moment_ms, "Published at or after this time.", _TEXT, "published_since_ms"),
    "published_until": Parameter(moment_ms, "Published before this time.", _TEXT, "published_until_ms"),
    "no_copies": Parameter(_flag, "1: leave out copies of other articles.", _YES, "no_copies"),
}

LIMIT = {
    "limit": Parameter(
        _limit,
        "How many at most.",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    )
}
PAGE = LIMIT | {
    "cursor": Parameter(_entry_id, "`next` of the page before.", _TEXT),
    "versions": _choice("`all`: also versions that were replaced.", "latest", "all", default="latest"),
}
VIEW = {
    "view": _choice(
        "`full` records, `card`: what the page shows, `flat` fields.", "full", "card", "flat", default="full"
    ),
    "flat": Parameter(_flag, "1: the same as view=flat, answered as a bare array.", _YES),
}
AFTER = {"after": Parameter(_entry_id, "Begin after this entry; Last-Event-ID goes before it.", _TEXT)}
FORM = {"form": _choice("Instead of an Accept header.", "json", "ndjson", "csv")}
ONE = {
    "version": Parameter(_version, "This version; the newest by default.", {"type": "integer", "minimum": 1}),
    "format": _choice("Shape of the answer.", "record", *EXPORTERS, default="record"),
}
BUCKET = {
    "bucket": Parameter(_bucket, "Width of a bar: 5m, 1h, 1d; chosen to fit by default.", _TEXT),
    "by": _choice("Which time is counted.", "published", "arrived", default="published"),
    "flat": Parameter(_flag, "1: rows of time, topic, articles, as an array.", _YES),
}
KIND = {"type": _choice("Kind of entity.", "person", "org", "place", "event", "other")}
ROLE = {
    "role": _choice("Who published, or whose reporting is passed on.", "publisher", "reported_by", default="publisher")
}


class Query(NamedTuple):
    filters: Filters
    #: the other parameters by name; missing ones are not there
    values: dict[str, Any]


def read_query(params: QueryParams, known: dict[str, Parameter], now: datetime) -> Query:
    """Raises BadQuery, also for names it does not know: a misspelt filter would answer with everything."""
    filters: dict[str, Any] = {}
    values: dict[str, Any] = {}
    for name in params:
        if name not in known:
            raise BadQuery(f"unknown parameter {name!r}; there are: {', '.join(sorted(known)) or 'none'}")
        parameter = known[name]
        try:
            value = parameter.read(params.getlist(name), now)
        except (ValueError, OverflowError) as problem:
            raise BadQuery(f"{name}: {problem}") from problem
        if parameter.field:
            filters[parameter.field] = value
        else:
            values[name] = value
    return Query(Filters(**filters), values)
