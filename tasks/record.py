"""What dashboards read: one version of one article, as published. Only additions in 1.x; docs/stream.md."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from tasks.records import (
    ArticleId,
    BodyStatus,
    CitedSource,
    DateMention,
    Entity,
    Extractor,
    Link,
    Moment,
    Nlp,
    Notice,
    Person,
    PublishedFrom,
    Quote,
    RobotsSaid,
    Sha256,
    Shape,
    Share,
    Slug,
    SyndicatedFrom,
    TopicTag,
    Wikidata,
    is_none,
)

SCHEMA = "article/1.0"


class Publisher(Shape):
    id: Slug
    name: str = Field(min_length=1)
    domain: str
    wikidata: Wikidata | None = None
    country: str | None = None
    labels: tuple[str, ...] = ()


class FeedRef(Shape):
    id: Slug
    url: str | None
    title: str | None


class Http(Shape):
    status: int
    final_url: str
    etag: str | None = None
    last_modified: str | None = None
    bytes: int = Field(ge=0)
    robots: RobotsSaid


class Rules(Shape):
    topics: str
    gazetteer: str


class Worker(Shape):
    name: str
    version: str
    task_id: str
    attempt: int = Field(ge=1)


class Cluster(Shape):
    id: str = Field(pattern=r"^clu_")
    size: int = Field(ge=1)
    first: ArticleId
    similarity: Share


class Provenance(Shape):
    feed: FeedRef
    guid: str | None
    seen_at: Moment | None
    fetched_at: Moment | None
    processed_at: Moment
    http: Http | None = Field(default=None, exclude_if=is_none)
    extractor: Extractor
    #: what decided `body_status`, and which source each field came from
    body_evidence: tuple[str, ...] = ()
    field_sources: dict[str, str] = Field(default_factory=dict)
    nlp: Nlp
    rules: Rules
    worker: Worker
    content_hash: Sha256
    simhash: str | None = Field(default=None, pattern=r"^sim64:[0-9a-f]{16}$", exclude_if=is_none)
    warnings: tuple[Notice, ...] = ()


class Record(Shape):
    """One version of one article, as published in the `data` field of a stream entry."""

    schema_: str = Field(default=SCHEMA, alias="schema", pattern=r"^article/1\.[0-9]+$")
    id: ArticleId
    op: Literal["created", "updated", "corrected", "retracted"]
    representation: Literal["full", "partial"] = "full"
    version: int = Field(ge=1)
    previous: Sha256 | None = None
    title: str = Field(min_length=1)
    url: str
    canonical_url: str | None = None
    source: Publisher
    authors: tuple[Person, ...] = ()
    lang: str = Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")
    published_at: Moment
    published_from: PublishedFrom
    published_day: str | None = Field(default=None, pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
    modified_at: Moment | None = None
    summary: str
    summary_from: Literal["feed", "html", "lead"] = "lead"
    body: str | None
    body_status: BodyStatus
    words: int = Field(ge=0)
    image: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    topics: tuple[TopicTag, ...] = ()
    topic_scores: dict[str, float] = Field(default_factory=dict)
    untagged: Literal["language"] | None = None
    entities: tuple[Entity, ...] = ()
    cited_sources: tuple[CitedSource, ...] = ()
    quotes: tuple[Quote, ...] = ()
    dates: tuple[DateMention, ...] = ()
    links: tuple[Link, ...] = ()
    cluster: Cluster | None = None
    duplicate_of: ArticleId | None = None
    syndicated_from: SyndicatedFrom | None = None
    provenance: Provenance
    ext: dict[str, Any] = Field(default_factory=dict)
