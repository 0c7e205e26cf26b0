"""Entry, page, article and story → the record, and the record → the fields of a stream entry."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from tasks.export.fields import FLAT_FIELDS
from tasks.ports import Publication
from tasks.record import FeedRef, Http, Provenance, Publisher, Record, Rules, Worker
from tasks.records import Article, Page, Story
from tasks.tellings import Telling

if TYPE_CHECKING:
    from datetime import datetime

    from config.feeds import Feed
    from tasks.copies import Place, Sketch
    from tasks.ports import Claim, Reading

NOT_KEPT = Telling()
SUMMARY_CHARS = 300


def content_hash(title: str, body: str) -> bytes:
    """What makes two versions differ: title and body, white space aside."""
    return hashlib.sha256("\n".join((" ".join(title.split()), " ".join(body.split()))).encode()).digest()


def words_in(text: str) -> int:
    return len(text.split())


def publisher_of(feed: Feed, article: Article) -> Publisher:
    host = urlsplit(article.url).hostname or urlsplit(feed.url).hostname or "unknown"
    return Publisher(
        id=feed.id,
        name=feed.title or article.publisher or host,
        domain=host.removeprefix("www."),
        wikidata=feed.wikidata,
        country=feed.country,
        labels=tuple(feed.labels),
    )


def assemble(
    claim: Claim, feed: Feed, page: Page, article: Article, story: Story, rules: Rules, worker: Worker, now: datetime
) -> Record:
    """The full record of this version; `previous` and `version` follow from what the ledger says was published."""
    return Record(
        id=claim.id,
        op="updated" if claim.version else "created",
        version=claim.version + 1,
        previous=f"sha256:{claim.content_hash.hex()}" if claim.version and claim.content_hash else None,
        title=article.title,
        url=article.url,
        canonical_url=article.canonical_url,
        source=publisher_of(feed, article),
        authors=article.authors,
        lang=article.lang,
        published_at=article.published_at,
        published_from=article.published_from,
        published_day=article.published_day,
        modified_at=article.modified_at,
        summary=article.summary,
        summary_from=article.summary_from,
        body=article.body,
        body_status=article.body_status,
        words=words_in(article.body),
        image=article.image,
        section=article.section,
        tags=article.tags,
        topics=story.topics,
        topic_scores=story.topic_scores,
        untagged=story.untagged,
        entities=story.entities,
        cited_sources=story.cited_sources,
        quotes=story.quotes,
        dates=story.dates,
        links=article.links,
        syndicated_from=story.syndicated_from,
        provenance=_provenance(claim, feed, page, article, story, rules, worker, now),
    )


def _provenance(
    claim: Claim, feed: Feed, page: Page, article: Article, story: Story, rules: Rules, worker: Worker, now: datetime
) -> Provenance:
    return Provenance(
        feed=FeedRef(id=feed.id, url=feed.url, title=feed.title),
        guid=claim.entry.guid,
        seen_at=claim.seen_at,
        fetched_at=page.fetched_at,
        processed_at=now,
        http=_http(page) if page.status else None,
        extractor=article.extractor,
        body_evidence=article.body_evidence,
        field_sources=article.field_sources,
        nlp=story.nlp,
        rules=rules,
        worker=worker,
        content_hash=f"sha256:{content_hash(article.title, article.body).hex()}",
        warnings=article.warnings,
    )


def _http(page: Page) -> Http:
    return Http(
        status=page.status,
        final_url=page.final_url,
        etag=page.etag,
        last_modified=page.last_modified,
        bytes=len(page.body),
        robots=page.robots,
    )


def partial(record: Record) -> Record:
    """What topic streams carry: no body, offsets or evidence; the full record stands at the same entry id."""
    return record.model_copy(
        update={
            "representation": "partial",
            "body": None,
            "topics": tuple(topic.model_copy(update={"evidence": ()}) for topic in record.topics),
            "entities": tuple(entity.model_copy(update={"mentions": ()}) for entity in record.entities),
            "cited_sources": tuple(s.model_copy(update={"evidence": ()}) for s in record.cited_sources),
            "quotes": (),
            "dates": (),
        }
    )


def _names(record: Record, kind: Literal["person", "org", "place"]) -> str:
    return "|".join(entity.name.replace("|", " ") for entity in record.entities if entity.type == kind)


def flat_fields(record: Record, now: datetime) -> dict[str, str | int | float]:
    """Lists of names are parted by `|` (names hold commas), of slugs and codes by `,`; empty text is "", a number 0."""
    published_ms = round(record.published_at.timestamp() * 1000)
    countries = dict.fromkeys(e.geo.country for e in record.entities if e.geo and e.geo.country)
    reported_by = dict.fromkeys(s.name.replace("|", " ") for s in record.cited_sources if s.role == "reported-by")
    values: dict[str, str | int | float] = {
        "schema": record.schema_.partition(".")[0],
        "op": record.op,
        "id": record.id,
        "version": record.version,
        "published_at": record.model_dump(mode="json", include={"published_at"})["published_at"],
        "published_ts": published_ms,
        "title": record.title,
        "url": record.url,
        "source": record.source.name,
        "source_id": record.source.id,
        "feed": record.provenance.feed.id,
        "lang": record.lang,
        "topics": ",".join(topic.id for topic in record.topics),
        "people": _names(record, "person"),
        "orgs": _names(record, "org"),
        "places": _names(record, "place"),
        "countries": ",".join(countries),
        "reported_by": "|".join(reported_by),
        "summary": record.summary[:SUMMARY_CHARS],
        "words": record.words,
        "body_status": record.body_status,
        "cluster": record.cluster.id if record.cluster else "",
        "duplicate_of": record.duplicate_of or "",
        "lag_ms": max(0, round(now.timestamp() * 1000) - published_ms),
    }
    return {name: values[name] for name in FLAT_FIELDS}


def publication(
    record: Record, now: datetime, *, address: str | None = None, telling: Telling = NOT_KEPT
) -> Publication:
    return Publication(
        version=record.version,
        content_hash=bytes.fromhex(record.provenance.content_hash.removeprefix("sha256:")),
        fields=flat_fields(record, now),
        data=record.model_dump_json().encode(),
        partial=partial(record).model_dump_json().encode() if record.topics else b"",
        topics=tuple((topic.id, topic.score) for topic in record.topics),
        address=address,
        telling=telling,
    )


def publish(
    ports: Reading, claim: Claim, record: Record, *, address: str | None, following: Claim | None
) -> tuple[str, str]:
    """As the ledger's publish. Where other outlets have told the same text, the record is made to say so, until it says
    what is so in the moment in which it is published."""
    from tasks.copies import NOTHING, place, sketch_of  # noqa: PLC0415  (numpy is not for the roles that only wait)

    text, known = sketch_of(record), NOTHING
    while True:
        placed = place(record, text, known)
        outgoing = publication(compared(record, text, placed), ports.now(), address=address, telling=placed.telling)
        end, where = ports.store.do(ports.ledger.publish(claim, outgoing, following=following))
        if isinstance(where, str):
            return end, where
        known = where


def alone(record: Record) -> Record:
    """Compared with nothing: for what is not published."""
    from tasks.copies import place, sketch_of  # noqa: PLC0415  (as above)

    text = sketch_of(record)
    return compared(record, text, place(record, text))


def compared(record: Record, text: Sketch, placed: Place) -> Record:
    provenance = record.provenance.model_copy(update={"simhash": text.simhash})
    return record.model_copy(
        update={"cluster": placed.cluster, "duplicate_of": placed.duplicate_of, "provenance": provenance}
    )
