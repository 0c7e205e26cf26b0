"""The shapes of a story on its way: Entry → Page → Article → Story. What is published stands in tasks/record.py."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer

#: What stands as the title where neither page nor feed has one: a record always has a title.
UNTITLED = "(untitled)"

BodyStatus = Literal[
    "full", "partial", "teaser", "feed_only", "consent_wall", "bot_wall", "live_blog", "video", "empty", "omitted"
]
PublishedFrom = Literal["feed", "html", "url", "fetch"]
RobotsSaid = Literal["allowed", "unknown", "ignored-by-config"]


def rfc3339(moment: datetime) -> str:
    """UTC with milliseconds where there are any, always with a final Z."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds" if moment.microsecond else "seconds")
    return text.replace("+00:00", "Z")


def is_none(value: object) -> bool:
    """`exclude_if` of the fields that the contract leaves out rather than null."""
    return value is None


Moment = Annotated[
    AwareDatetime,
    AfterValidator(lambda moment: moment.astimezone(UTC)),
    PlainSerializer(rfc3339, return_type=str, when_used="json"),
    Field(json_schema_extra={"pattern": "Z$"}),
]
Wikidata = Annotated[str, Field(pattern=r"^Q[1-9][0-9]*$")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
ArticleId = Annotated[str, Field(pattern=r"^art_[0-9a-f]{24}$")]
Sha256 = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
Share = Annotated[float, Field(ge=0, le=1)]


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True, validate_by_name=True)


# What a feed shows


class SourceCredit(Shape):
    """RSS `<source>` or `atom:source`: whom the feed itself names as the origin of an entry."""

    name: str
    url: str | None = None


class Entry(Shape):
    """One item of a feed document, cleaned: no control characters, lengths capped, text fields without HTML."""

    feed: Slug
    guid: str | None
    #: absolute, as the feed gave it (tracking parameters included); None where the entry has no usable link
    url: str | None
    #: what the feed calls the link, where `url` had a better place to come from (feedburner:origLink); else None
    link: str | None = None
    title: str = ""
    published: Moment | None = None
    updated: Moment | None = None
    #: what it gives for published and updated that cannot be, yet: of the hours to come, as where a zone is wrong
    ahead: tuple[Moment | None, Moment | None] | None = Field(default=None, exclude_if=is_none)
    authors: tuple[str, ...] = ()
    summary: str = ""
    #: the feed's own full content as HTML, untrusted; "" where the feed has none
    content: str = ""
    tags: tuple[str, ...] = ()
    lang: str | None = None
    image: str | None = None
    source: SourceCredit | None = None


class FeedDocument(Shape):
    """A feed as read: `format` is the dialect (`rss20`, `atom10`, `rdf`, `json11`, `sitemap`, ...)."""

    format: str
    title: str = ""
    link: str | None = None
    lang: str | None = None
    entries: tuple[Entry, ...] = ()
    #: how long the publisher says the document stays fresh (RSS ttl, sy:updatePeriod); None where it does not say
    ttl_seconds: int | None = None
    #: where the reader had to forgive something: unclosed tags, a lying charset
    warnings: tuple[str, ...] = ()


# What the web answered


class Page(Shape):
    """One answer of a web server. `body` is as it came over the wire; `tasks.decode.decoded` opens it, bounded."""

    url: str
    final_url: str
    #: where a chain of permanent redirects, and nothing but those, led: ask there from now on
    moved_to: str | None = None
    status: int
    content_type: str = ""
    content_encoding: str = ""
    etag: str | None = None
    last_modified: str | None = None
    fetched_at: Moment
    robots: RobotsSaid = "unknown"
    #: why there is no page (a key of REASONS), where the entry goes on with the feed's own content
    failed: str | None = None
    body: bytes = Field(default=b"", exclude=True, repr=False)


# What the page says


class Person(Shape):
    name: str = Field(min_length=1)
    url: str | None = None


class Link(Shape):
    url: str | None
    rel: Literal["source", "related", "canonical", "update", "correction", "other"]
    text: str | None


class Notice(Shape):
    """Something a reader of the record should know: what was removed, guessed or cut."""

    code: Slug
    detail: str


class Extractor(Shape):
    name: str
    version: str
    mode: str
    #: which of the ways to the text was chosen (`trafilatura`, `json-ld`, `script-state`, `feed`, ...), and how sure
    method: str | None = None
    score: Share | None = None


class Article(Shape):
    """A page read: fields that the page or its feed does not give are None or empty, never guessed."""

    #: the address to show and to count by: https where it was fetched so, no tracking parameters, same site
    url: str
    canonical_url: str | None = None
    title: str
    authors: tuple[Person, ...] = ()
    lang: str
    published_at: Moment
    published_from: PublishedFrom
    #: the calendar day as its source writes it, in the publisher's own zone; None where no source names one
    published_day: str | None = None
    modified_at: Moment | None = None
    summary: str = ""
    summary_from: Literal["feed", "html", "lead"] = "lead"
    #: plain text, paragraphs parted by a blank line; offsets everywhere count its Unicode code points
    body: str = ""
    body_status: BodyStatus
    #: what decided `body_status`, in words
    body_evidence: tuple[str, ...] = ()
    image: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    #: the site's own name for itself
    publisher: str | None = None
    links: tuple[Link, ...] = ()
    warnings: tuple[Notice, ...] = ()
    extractor: Extractor
    #: field → which source it came from (`json-ld`, `og`, `h1`, `feed`, ...)
    field_sources: dict[str, str] = {}


# What it is about


class Span(Shape):
    """`text` stands at body[start:end], counted in Unicode code points."""

    text: str = Field(min_length=1)
    start: int = Field(ge=0)
    end: int = Field(ge=1)


class Evidence(Span):
    rule: str
    #: what this rule added to the topic's score, before the logistic
    weight: float
    #: where the words stand; offsets of `title` count in the title
    zone: Literal["title", "lead", "body"] = "body"
    #: this rule's part of all that spoke for the topic
    share: Share | None = None


class TopicTag(Shape):
    id: Slug
    name: str = Field(min_length=1)
    score: Share
    primary: bool = False
    iptc: tuple[str, ...] = ()
    wikidata: Wikidata | None = None
    evidence: tuple[Evidence, ...] = ()


class Geo(Shape):
    country: str | None
    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)


EntityType = Literal["person", "org", "place", "event", "other"]


class Entity(Shape):
    key: str = Field(pattern=r"^(person|org|place|event|other):[^\s]+$")
    name: str = Field(min_length=1)
    type: EntityType
    label: str = ""
    wikidata: Wikidata | None = None
    link: Literal["gazetteer", "model", "none"] = "none"
    salience: Share
    count: int = Field(ge=1)
    mentions: tuple[Span, ...] = ()
    roles: tuple[str, ...] = ()
    geo: Geo | None = Field(default=None, exclude_if=is_none)


class Underlying(Shape):
    label: str
    type: Literal["anonymous", "official", "named-person", "document"]


class CitedSource(Shape):
    name: str = Field(min_length=1)
    type: Literal["outlet", "official", "organisation", "named-person", "anonymous", "document"]
    entity: str | None = None
    wikidata: Wikidata | None = None
    role: Literal["reported-by", "said", "cited", "data"]
    #: the article's main claim rests on this source
    primary: bool = False
    urls: tuple[str, ...] = ()
    underlying: tuple[Underlying, ...] = ()
    evidence: tuple[Span, ...] = ()


class Quote(Span):
    speaker: str | None
    speaker_type: Literal["named", "anonymous", "official", "outlet", "unknown"]
    speaker_entity: str | None = None
    about: str | None = None
    #: the outlet through which the words came, when they were not said to this publisher
    via: str | None = None
    cue: str | None = None


class DateMention(Span):
    #: ISO date
    value: str
    #: left out where the text itself gives the year
    relative_to: str | None = Field(default=None, exclude_if=is_none)


class SyndicatedFrom(Shape):
    name: str = Field(min_length=1)
    wikidata: Wikidata | None = None
    evidence: Literal["feed_source", "canonical_url", "credit_line", "byline", "same_text"]
    text: str | None = None


class Nlp(Shape):
    library: str
    version: str
    model: str | None
    model_version: str | None
    #: tokens of the text that the model read, when the text was longer than the bound; None when it read all
    truncated_at_tokens: int | None = None


class Story(Shape):
    """What tagging found in an article."""

    topics: tuple[TopicTag, ...] = ()
    #: topic id → score, also of the topics that stayed under their threshold
    topic_scores: dict[str, float] = {}
    #: why there could be no topics: `language` where no lexicon knows the article's language
    untagged: Literal["language"] | None = None
    entities: tuple[Entity, ...] = ()
    cited_sources: tuple[CitedSource, ...] = ()
    quotes: tuple[Quote, ...] = ()
    dates: tuple[DateMention, ...] = ()
    syndicated_from: SyndicatedFrom | None = None
    nlp: Nlp
