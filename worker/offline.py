"""One article without store and streams, through the stages of the service: for files, `explain`, benchmarks."""

from __future__ import annotations

import gzip
import hashlib
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NamedTuple

from config.feeds import Feed
from tasks.copies import place, site_of, sketch_of
from tasks.extract import Reading, from_feed, read
from tasks.identity import article_id_of_url, canonical_url
from tasks.ports import Claim
from tasks.publish import assemble, compared
from tasks.reasons import Failed
from tasks.record import Record, Worker
from tasks.records import Article, Entry, Page, Story
from tasks.tellings import Known, Telling

if TYPE_CHECKING:
    from pathlib import Path

    from tasks.tag import Tagger

NO_URL = "http://file.invalid/"


class Read(NamedTuple):
    entry: Entry
    page: Page
    #: the article, and what was taken out on the way to it
    reading: Reading
    story: Story
    record: Record
    #: of the record that was compared with nothing
    telling: Telling

    @property
    def article(self) -> Article:
        return self.reading.article


def read_page(  # noqa: PLR0913  (an article is a page with what its feed says of it)
    tagger: Tagger,
    *,
    url: str,
    now: datetime,
    html: bytes | str | None = None,
    text: str | None = None,
    title: str = "",
    published: datetime | None = None,
    content_type: str = "",
    entry: Entry | None = None,
) -> Read:
    """From HTML, or from a plain text. Raises Failed."""
    feed = Feed(id="file", url=NO_URL, every_seconds=900.0)
    entry = entry or Entry(feed=feed.id, guid=None, url=url, title=title, published=published, summary=text or "")
    body = html.encode("utf-8", "surrogatepass") if isinstance(html, str) else (html or b"")
    page = Page(url=url, final_url=url, status=200 if html is not None else 0, fetched_at=now, body=body)
    if html is not None:
        reading = read(html, url=url, now=now, entry=entry, content_type=content_type, traced=True)
    else:
        reading = Reading(_given(entry, url=url, now=now))
    article = reading.article
    story = tagger.tag(article, entry, feed)
    worker = Worker(name="wirebeat", version=version("wirebeat"), task_id=TASK, attempt=1)
    claim = Claim(_id(url, article), "", 1, entry, now, 0, None, "", page)
    record = assemble(claim, feed, page, article, story, tagger.rules, worker, now)
    words = sketch_of(record)
    placed = place(record, words, outlet=2 * site_of(record))
    return Read(entry, page, reading, story, compared(record, words, placed), placed.telling)


def _given(entry: Entry, *, url: str, now: datetime) -> Article:
    """A plain text as it is; a row of a headline alone is an article without a body."""
    if entry.summary.strip():
        article = from_feed(entry, url=url, now=now)
        return article.model_copy(update={"body_status": "full", "body_evidence": ("the text was given as it is",)})
    # as its own text, which says what language it is in; beside a title of the same words it would be no text
    article = from_feed(entry.model_copy(update={"summary": entry.title, "title": ""}), url=url, now=now)
    alone = {"body": "", "summary": "", "body_status": "empty", "body_evidence": ("a headline alone was given",)}
    return article.model_copy(update={"title": entry.title, **alone})


#: No task carried it: all zeros, so that the same file gives the same record.
TASK = "00000000-0000-4000-8000-000000000000"


def _id(url: str, article: Article) -> str:
    if url != NO_URL:
        return article_id_of_url(url)
    return "art_" + hashlib.sha256(f"{article.title}\n{article.body}".encode()).hexdigest()[:24]


def read_row(tagger: Tagger, row: dict[str, Any], folder: Path, now: datetime) -> tuple[Record, Telling]:
    """A row `{id, url, html | html_file | text, title?, published?}`; `html_file` is relative to `folder`."""
    if not isinstance(row, dict):
        raise Failed("parse-error", "the row is not a JSON object")
    html: bytes | str | None = row.get("html")
    text: str | None = row.get("text") if html is None else None
    if html is None and row.get("html_file"):
        html, text = _file(folder / str(row["html_file"])), None
    if html is None and text is None:
        raise Failed("no-content", "the row has none of html, html_file and text")
    url = canonical_url(row["url"]) if row.get("url") else NO_URL
    read = read_page(
        tagger,
        url=url,
        now=now,
        html=html,
        text=text,
        title=row.get("title") or "",
        published=_moment(row.get("published")),
    )
    telling = read.telling if url != NO_URL else Telling()  # no address, no outlet
    return read.record.model_copy(update={"ext": {"row": row.get("id")}}), telling


class Copies:
    """Among the rows of one file, in their order: as the ledger finds them among what is published."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}
        self._had: dict[bytes, str] = {}

    def named(self, record: bytes, telling: Telling) -> bytes:
        """`record`: JSON, compared with nothing; the same, or another one that names the text it copies."""
        runs = [telling.asked[at : at + 4] for at in range(0, len(telling.asked), 4)]
        near = dict.fromkeys(self._had[run] for run in runs if run in self._had)
        if near and telling.kept[0][0] not in self._kept:
            one = Record.model_validate_json(record)
            text = sketch_of(one)
            others = tuple((id_, self._kept[id_]) for id_ in near)
            placed = place(one, text, Known(others=others), outlet=2 * site_of(one))
            if placed.duplicate_of:
                record = compared(one, text, placed).model_dump_json().encode()
            telling = placed.telling
        self._kept.update(telling.kept)
        if telling.found and telling.kept:
            for run in runs:
                self._had.setdefault(run, telling.kept[0][0])
        return record


def _file(path: Path) -> bytes:
    try:
        raw = path.read_bytes()
        return gzip.decompress(raw) if path.suffix == ".gz" else raw
    except (OSError, EOFError) as reason:
        raise Failed("no-content", f"{path}: {getattr(reason, 'strerror', None) or reason}") from None


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        raise Failed("parse-error", f"published: {text!r} is no ISO 8601 date") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
