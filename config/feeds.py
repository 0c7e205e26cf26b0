"""The feed list, TOML or OPML → `Feed`s. A wrong TOML stops with file, line, key and the mend; of an OPML, which others
wrote, the outlines that cannot be used are named and the rest goes on."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from hashlib import sha256
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from config.opml import Outline, is_opml, read_opml
from config.trouble import ConfigError, read_toml

SCHEMA = 1
SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
#: what is longer is refused, wherever it stands: in the list, in a feed, in a redirect
MAX_URL_CHARS = 2048
#: of the keys that may stand in [defaults]
_DEFAULT_KEYS = ("every", "lang", "fulltext", "respect_robots", "timeout", "group", "labels", "topics", "country")

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_DURATION = re.compile(r"\A(\d{1,9}(?:\.\d{1,3})?)\s*([smhd]?)\Z")
_HEADER = re.compile(r"\s*\[\[?\s*([A-Za-z_]+)\s*\]\]?")


def seconds(duration: Any) -> float:
    """`15m`, `1h`, `20s`, `90` or a number of seconds. Raises ValueError."""
    if isinstance(duration, int | float) and not isinstance(duration, bool):
        value = float(duration)
    else:
        match = _DURATION.match(str(duration).strip().lower())
        value = float(match[1]) * _UNITS.get(match[2], 1) if match else 0.0
    if not 0 < value <= 30 * 86_400:
        raise ValueError(f"{duration!r} is no duration; write 90, '20s', '15m' or '1h', at most 30 days")
    return value


def _http_url(url: Any) -> str:
    """Raises ValueError with what is wrong."""
    text = str(url).strip()
    if text[:5].lower() == "feed:":  # as browsers once handed addresses to readers: feed:https://..., feed://...
        text = f"http{text[4:]}" if text[5:7] == "//" else text[5:]
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname, parts.port
    except ValueError as reason:
        raise ValueError(f"{text[:200]!r} is no URL: {reason}") from None
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError(f"{text[:200]!r} is no http or https URL")
    if "@" in parts.netloc:
        raise ValueError("a user name or password in a URL is never sent; take it out")
    if len(text) > MAX_URL_CHARS or re.search(r"[\x00-\x20\x7f\\]", text):
        raise ValueError(
            f"{text[:200]!r} holds blanks, a backslash or control characters, or is longer than {MAX_URL_CHARS}"
        )
    return text


Seconds = Annotated[float, BeforeValidator(seconds)]


class Feed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    id: str = Field(pattern=SLUG, max_length=64)
    url: Annotated[str, BeforeValidator(_http_url)]
    title: str = Field("", max_length=300)
    group: str = Field("", max_length=200)
    labels: tuple[str, ...] = ()
    wikidata: str | None = Field(None, pattern=r"^Q[1-9][0-9]*$")
    #: ISO 3166-1 alpha-2 of the publisher's seat
    country: str | None = Field(None, pattern=r"^[A-Z]{2}$")
    every_seconds: Seconds = Field(alias="every")
    lang: str | None = Field(None, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")
    #: False: the feed's own text is used, its pages are not fetched
    fulltext: bool = True
    respect_robots: bool = True
    enabled: bool = True
    #: None: the settings' feed_timeout_seconds
    timeout_seconds: Seconds | None = Field(None, alias="timeout")
    #: ids of the topics that its articles are tagged with; empty: all
    topics: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.title or self.id


class FeedList(tuple[Feed, ...]):  # noqa: SLOT001 - `problems` needs a place, and tuples take no slots
    """The feeds, and in `problems` a sentence for each outline of an OPML that could not be used."""

    problems: tuple[str, ...]

    def __new__(cls, feeds: Iterable[Feed] = (), problems: Iterable[str] = ()) -> Self:
        made = super().__new__(cls, feeds)
        made.problems = tuple(problems)
        return made


def load_feeds(
    source_text: str, *, file: str, poll_interval_seconds: float, topics: Collection[str] | None = None
) -> FeedList:
    """TOML or OPML, told by content. `topics`: the ids that are known; None: not checked. Raises ConfigError."""
    if is_opml(source_text):
        return _from_opml(source_text, file=file, poll_interval_seconds=poll_interval_seconds)
    if (beginning := source_text.lstrip("\ufeff \t\r\n")).startswith("<"):
        what = f"begins with {beginning[:30]!r}, which is neither TOML nor OPML"
        raise ConfigError(what, file=file, mend="of a feed or of a page, make a list with: wirebeat feeds add URL")
    return _from_toml(source_text, file=file, poll_interval_seconds=poll_interval_seconds, topics=topics)


def _from_toml(text: str, *, file: str, poll_interval_seconds: float, topics: Collection[str] | None) -> FeedList:
    document = read_toml(text, file=file)
    lines = _Lines(text)
    _check_top(document, lines, file)
    defaults = {"every": poll_interval_seconds, **document.get("defaults", {})}
    feeds: list[Feed] = []
    known: dict[str, Feed] = {}
    for number, table in enumerate(document.get("feed", [])):
        feed = _feed(table, defaults, number, lines, file)
        _check_topics(feed, topics, _line(lines, number, "topics", table), file)
        if twin := known.get(feed.id) or known.get(feed.url):
            key = "id" if twin.id == feed.id else "url"
            first = lines.of("feed", feeds.index(twin))
            message = f"feed {feed.id!r}: its {key} is that of the feed in line {first}, too"
            raise ConfigError(
                message, file=file, line=lines.of("feed", number, key), mend=f"give one of the two another {key}"
            )
        known[feed.id] = known[feed.url] = feed
        feeds.append(feed)
    return FeedList(feeds)


class _Lines:
    """Where the tables and keys of a TOML text stand; lines count from 1."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self._starts: dict[str, list[int]] = {}
        for number, line in enumerate(self._lines, start=1):
            if match := _HEADER.match(line):
                self._starts.setdefault(match[1], []).append(number)
        self._all = sorted(number for starts in self._starts.values() for number in starts)

    def of(self, table: str, number: int = 0, key: str = "") -> int | None:
        """Of `key` in the table, else of the table itself; "" is the part before the first table."""
        starts = self._starts.get(table, []) if table else [0]
        if number >= len(starts):
            return None
        start = starts[number]
        end = next((line for line in self._all if line > start), len(self._lines) + 1)
        for line in range(start + 1, end):
            if key and re.match(rf"""\s*["']?{re.escape(key)}["']?\s*[=.]""", self._lines[line - 1]):
                return line
        return start or None


def _check_top(document: Mapping[str, Any], lines: _Lines, file: str) -> None:
    for key in document:
        if key not in ("schema", "defaults", "feed"):
            line = lines.of(key) or lines.of("", 0, key)
            raise ConfigError(f"unknown key {key!r}", file=file, line=line, mend="known: schema, [defaults], [[feed]]")
    if document.get("schema", SCHEMA) != SCHEMA:
        line = lines.of("", 0, "schema")
        raise ConfigError(f"schema {document['schema']!r}; this version reads {SCHEMA}", file=file, line=line)
    defaults, feeds = document.get("defaults", {}), document.get("feed", [])
    if not isinstance(defaults, dict):
        raise ConfigError("defaults is no table", file=file, line=lines.of("", 0, "defaults"), mend="write [defaults]")
    for key in defaults:
        if key not in _DEFAULT_KEYS:
            line = lines.of("defaults", 0, key)
            raise ConfigError(
                f"unknown key {key!r} in [defaults]", file=file, line=line, mend=_mend(key, _DEFAULT_KEYS)
            )
    if not isinstance(feeds, list) or not all(isinstance(table, dict) for table in feeds):
        line = lines.of("feed") or lines.of("", 0, "feed")
        raise ConfigError("feed is no list of tables", file=file, line=line, mend="write [[feed]] with two brackets")


def _mend(key: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    return f"did you mean {near[0]!r}?" if near else "known: " + ", ".join(sorted(known))


_KEYS = tuple(field.alias or name for name, field in Feed.model_fields.items())


def _feed(table: Mapping[str, Any], defaults: Mapping[str, Any], number: int, lines: _Lines, file: str) -> Feed:
    try:
        for key in table:
            if key not in _KEYS:
                raise _wrong(f"unknown key {key!r}", key, table, number, lines, file, mend=_mend(key, _KEYS))
        return Feed.model_validate({**defaults, **table})
    except ValidationError as reason:
        first = reason.errors(include_url=False)[0]
        key = str(first["loc"][0])
        if first["type"] == "missing":
            message, mend = f"the key {key!r} is missing", f'write {key} = "…"'
            if key == "id":
                mend = f'write id = "{_slug(str(table.get("title", "")), str(table.get("url", "")))}"'
        else:
            message, mend = f"{key}: {first['msg'].removeprefix('Value error, ')}", ""
            if first["type"] == "string_pattern_mismatch":
                message, mend = f"{key} = {first['input']!r} has the wrong form", _FORMS.get(key, "")
        raise _wrong(message, key, table, number, lines, file, mend=mend) from None


_FORMS = {
    "id": "lower-case letters and digits with single hyphens between: kyiv-independent",
    "wikidata": "an item such as Q1202611",
    "country": "two capital letters such as UA",
    "lang": "a language tag such as en or pt-BR",
}


def _wrong(
    message: str, key: str, table: Mapping[str, Any], number: int, lines: _Lines, file: str, *, mend: str
) -> ConfigError:
    line = _line(lines, number, key, table)
    name = table.get("id") or table.get("title") or table.get("url") or f"number {number + 1}"
    return ConfigError(f"feed {str(name)[:80]!r}: {message}", file=file, line=line, mend=mend)


def _line(lines: _Lines, number: int, key: str, table: Mapping[str, Any]) -> int | None:
    from_defaults = key not in table and key in _DEFAULT_KEYS and lines.of("defaults")
    return lines.of("defaults", 0, key) if from_defaults else lines.of("feed", number, key)


def _check_topics(feed: Feed, topics: Collection[str] | None, line: int | None, file: str) -> None:
    for topic in feed.topics if topics is not None else ():
        if topic not in (topics or ()):
            message = f"feed {feed.id!r}: unknown topic {topic!r}"
            raise ConfigError(message, file=file, line=line, mend=_mend(topic, topics or ()))


def _from_opml(text: str, *, file: str, poll_interval_seconds: float) -> FeedList:
    problems: list[str] = []
    outlines: dict[str, Outline] = {}
    for outline in read_opml(text, file=file):
        try:
            url = _http_url(outline.url)
        except ValueError as reason:
            what = str(reason) if outline.url else "it has no xmlUrl"
            problems.append(f"{file}: outline {outline.title[:80]!r} left out: {what}")
            continue
        if url in outlines:
            problems.append(f"{file}: outline {outline.title[:80]!r} left out: {url[:200]} stands there twice")
        outlines.setdefault(url, outline)
    ids = feed_ids({url: outline.title for url, outline in outlines.items()})
    feeds = [
        Feed(
            id=ids[url],
            url=url,
            title=outline.title[:300],
            group=outline.folders[0][:200] if outline.folders else "",
            lang=outline.lang if re.match(r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$", outline.lang) else None,
            every_seconds=poll_interval_seconds,
        )
        for url, outline in outlines.items()
    ]
    return FeedList(feeds, problems)


def feed_ids(titles: Mapping[str, str]) -> dict[str, str]:
    """URL → id for feeds that have none: what the title says, else the host. Feeds that would share an id all get
    their URL's hash behind it, so no id depends on the order of the list."""
    slugs = {url: _slug(title, url) for url, title in titles.items()}
    count = Counter(slugs.values())
    return {
        url: slug if count[slug] == 1 else f"{slug}-{sha256(url.encode()).hexdigest()[:8]}"
        for url, slug in slugs.items()
    }


def unused_id(name: str, url: str, taken: Collection[str]) -> str:
    """`name`, with the URL's hash behind it where another feed of the list has it."""
    return f"{name}-{sha256(url.encode()).hexdigest()[:8]}" if name in taken else name


def _slug(title: str, url: str) -> str:
    for text in (title, (urlsplit(url).hostname or "").removeprefix("www.")):
        plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
        # a title in another script leaves a few stray letters: the host says more
        slug = re.sub(r"[^a-z0-9]+", "-", plain)[:48].strip("-")
        if len(slug) * 2 >= len(text.strip()[:48]) and slug:
            return slug
    return "feed-" + sha256(url.encode()).hexdigest()[:8]
