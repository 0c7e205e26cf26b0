"""`wirebeat explain` and `why-not`: every stage of one article with its evidence; nothing is published."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.settings import Settings, load_settings
from config.trouble import ConfigError
from tasks.decode import decoded
from tasks.ports import Validators
from tasks.reasons import Failed

if TYPE_CHECKING:
    from config.topics import TopicRule
    from tasks.record import Record
    from tasks.tag import Tagger
    from worker.offline import Read

ARTICLE_ID = re.compile(r"art_[0-9a-f]{24}")
Target = Annotated[str, typer.Argument(help="URL, file (HTML or plain text), or id of an article in the stream")]
Title = Annotated[str, typer.Option(help="headline, for a plain text")]
Topics = Annotated[Path | None, typer.Option("--topics", help="topic file; default: the setting")]
CONTEXT_CHARS = 30
LABELS = {"published_at": "published", "modified_at": "modified", "lang": "language", "canonical_url": "canonical"}


def explain(
    target: Target,
    title: Title = "",
    url: Annotated[str, typer.Option(help="address of a page given as a file")] = "",
    topics: Topics = None,
    as_data: Annotated[bool, typer.Option("--json", help="the record that would be published")] = False,
) -> None:
    """Every stage of one article with its evidence. Example: wirebeat explain page.html --url https://example.org/a"""
    settings = load_settings(log_level="error", topics=topics)
    read = _read(settings, _tagger(settings), target, title, url)
    if as_data:
        sys.stdout.write(read.record.model_dump_json() + "\n")
    else:
        sys.stdout.write("\n".join(_lines(read)) + "\n")


def why_not(
    target: Target,
    topic: Annotated[str, typer.Option("--topic", help="id of a topic")],
    title: Title = "",
    url: Annotated[str, typer.Option(help="address of a page given as a file")] = "",
    topics: Topics = None,
) -> None:
    """What spoke for and against a topic. Example: wirebeat why-not page.html --topic diplomacy"""
    settings = load_settings(log_level="error", topics=topics)
    tagger = _tagger(settings)
    known = {rule.id: rule for rule in tagger.topic_rules.topics}
    if topic not in known:
        raise ConfigError(f"no topic {topic!r}", mend=f"there are: {', '.join(known)}")
    read = _read(settings, tagger, target, title, url)
    sys.stdout.write("\n".join(_why_not(read, tagger, known[topic])) + "\n")


def _tagger(settings: Settings) -> Tagger:
    from worker.observe import set_up_logging
    from worker.roles import warm_tagger

    set_up_logging(settings, "explain")
    tagger: Tagger = warm_tagger(settings)
    return tagger


def _why_not(read: Read, tagger: Tagger, topic: TopicRule) -> list[str]:
    result = tagger.topics(read.article)
    if result.untagged:
        return [f"{topic.id}: no lexicon knows the language of the article ({read.article.lang})"]
    for tag in result.tags:
        if tag.id == topic.id:
            return [f"{topic.id} {tag.score:.2f}: it has this topic", *_evidence(read, tag.evidence)]
    evidence = tagger.explain(read.article, topic.id)
    spoke = _evidence(read, evidence) if evidence else ["  no word of its rules stands in title or text"]
    return [f"{topic.id} {result.scores[topic.id]:.2f}: under its threshold of {topic.threshold}", *spoke]


def _read(settings: Settings, tagger: Tagger, target: str, title: str, url: str) -> Read:
    from worker.clock import now
    from worker.offline import NO_URL, read_page

    moment = now()
    if target.startswith(("http://", "https://")):
        page, body = asyncio.run(_fetched(settings, target))
        return read_page(tagger, url=page.final_url, now=moment, html=body, content_type=page.content_type)
    if ARTICLE_ID.fullmatch(target):
        record = _published(settings, target)
        text, title = record["body"] or "", record["title"]
        read = read_page(tagger, url=record["url"], now=moment, text=text, title=title, published=_moment(record))
        return _as_told(read, record)
    path = Path(target)
    try:
        raw = path.read_bytes()
    except OSError as reason:
        raise ConfigError(
            f"cannot be read: {reason.strerror}", file=target, mend="name a file, a URL or an art_... id"
        ) from None
    if not raw.strip():
        raise Failed("no-content", f"{target} is empty")
    if raw.startswith(b"%PDF-") or b"\0" in raw[:4096]:
        raise Failed("unsupported-type", f"{target} is neither HTML nor plain text")
    if raw.lstrip()[:1] == b"<":
        return read_page(tagger, url=url or NO_URL, now=moment, html=raw, title=title)
    return read_page(tagger, url=url or NO_URL, now=moment, text=raw.decode("utf-8", "replace"), title=title)


def _moment(record: dict[str, Any]) -> Any:
    from datetime import datetime

    return datetime.fromisoformat(record["published_at"])


def _as_told(read: Read, record: dict[str, Any]) -> Read:
    """Whose text it is, only the record says: here it is compared with nothing."""
    from tasks.record import Cluster

    cluster = Cluster.model_validate(record["cluster"]) if record.get("cluster") else None
    told = {"cluster": cluster, "duplicate_of": record.get("duplicate_of")}
    return read._replace(record=read.record.model_copy(update=told))


async def _fetched(settings: Settings, url: str) -> tuple[Any, bytes]:
    from worker.http import Client

    async with Client(settings) as client:
        page = await client.fetch(url, kind="page", validators=Validators())
    return page, decoded(page.body, page.content_encoding, settings.max_page_bytes)


def _published(settings: Settings, id_: str) -> dict[str, Any]:
    from worker.client import Reader
    from worker.server import server_url

    found = None
    with server_url(settings) as url:
        for entry in Reader(url, f"{settings.prefix}:articles", since="0", follow=False):
            found = entry.fields["data"] if entry.fields["id"] == id_ else found
    if found is None:
        raise ConfigError(
            f"{id_} is not in the stream", mend="it may have been trimmed; `wirebeat dead list` has failures"
        )
    record: dict[str, Any] = json.loads(found)
    return record


def _lines(read: Read) -> list[str]:
    record = read.record
    rows = [*_fields(read), *_text(read), _copies(record)]
    rows.append(
        "topics" if record.topics else f"topics    none{' (no lexicon for this language)' if record.untagged else ''}"
    )
    for topic in record.topics:
        rows += [f"  {topic.id} {topic.score:.2f}", *_evidence(read, topic.evidence)]
    below = {name: score for name, score in record.topic_scores.items() if name not in {t.id for t in record.topics}}
    rows += [f"  {name} {score:.2f}, under its threshold" for name, score in below.items()]
    for entity in record.entities:
        rows.append(f"{entity.type:<9} {entity.name} {entity.wikidata or ''} ×{entity.count} {', '.join(entity.roles)}")
    for source in record.cited_sources:
        behind = ", ".join(under.label for under in source.underlying)
        rows.append(
            f"source    {source.name} ({source.role}{', primary' if source.primary else ''})"
            + (f" ← {behind}" if behind else "")
        )
    for quote in record.quotes:
        rows.append(
            f"quote     “{quote.text[:70]}” {quote.speaker or 'speaker unknown'}"
            + (f", via {quote.via}" if quote.via else "")
        )
    return rows


def _copies(record: Record) -> str:
    cluster, simhash = record.cluster, record.provenance.simhash or "too short to compare"
    if cluster is None:
        return f"copies    not told; {simhash}"
    if record.duplicate_of:
        alike = f"copy of {record.duplicate_of} ({cluster.similarity:.2f} of its text)"
        return f"copies    {alike}, telling {cluster.size} of {cluster.id}; {simhash}"
    return f"copies    a text of its own, {cluster.id}; {simhash}"


def _fields(read: Read) -> list[str]:
    """What the page says of itself, each with the source it was taken from."""
    article, came_from = read.article, read.article.field_sources
    shown = {
        "title": article.title,
        "authors": ", ".join(author.name for author in article.authors),
        "published_at": article.published_at.isoformat(),
        "modified_at": article.modified_at.isoformat() if article.modified_at else "",
        "lang": article.lang,
        "summary": _short(article.summary),
        "section": article.section or "",
        "tags": _short(", ".join(article.tags)),
        "image": article.image or "",
        "canonical_url": article.canonical_url or "",
        "publisher": article.publisher or "",
    }
    rows = [
        f"{LABELS.get(field, field):<9} {value or '-'}" + (f"   [{came_from[field]}]" if field in came_from else "")
        for field, value in shown.items()
    ]
    return [f"page      {article.url}", *rows]


def _text(read: Read) -> list[str]:
    """The ways to the text, what was kept of it, and what was taken out by which rule."""
    article, reading = read.article, read.reading
    score = f" (score {article.extractor.score:.2f})" if article.extractor.score is not None else ""
    rows = [f"body      {article.body_status}: {read.record.words} words by {article.extractor.method}{score}"]
    rows += [f"          because {reason}" for reason in article.body_evidence]
    rows += [f"          - {notice.code}: {notice.detail}" for notice in article.warnings]
    rows += [f"  way     {method}: {chars} characters" for method, chars in reading.ways]
    rows += [
        f"  part    {part.why:<12} <{_short(part.element, 40)}> {part.chars} characters: {_short(part.text)}"
        for part in reading.parts
    ]
    rows += [f"  dropped {drop.rule:<12} {_short(drop.text)}" for drop in reading.drops]
    rows += [f"  kept    {_short(paragraph)}" for paragraph in article.body.split("\n\n") if paragraph]
    return rows


def _short(text: str, most: int = 90) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"


def _evidence(read: Read, evidence: Any) -> list[str]:
    rows = []
    for one in evidence:
        text = read.article.title if one.zone == "title" else read.article.body
        before, after = text[max(0, one.start - CONTEXT_CHARS) : one.start], text[one.end : one.end + CONTEXT_CHARS]
        shown = " ".join(f"{before}[{one.text}]{after}".split())
        rows.append(f"    {one.weight:+.2f}  {one.rule:<32} {one.zone:<5} …{shown}…")
    return rows
