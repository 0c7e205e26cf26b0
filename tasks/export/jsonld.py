"""Record → schema.org NewsArticle as JSON-LD. It has no room for scores, evidence and offsets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tasks.records import rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tasks.record import Record
    from tasks.records import CitedSource, Entity, Quote

Json = dict[str, Any]

ENTITY_TYPES = {"person": "Person", "org": "Organization", "place": "Place", "event": "Event", "other": "Thing"}
SOURCE_TYPES = {"outlet": "NewsMediaOrganization", "organisation": "Organization", "named-person": "Person"}


def news_article(record: Record) -> Json:
    article: Json = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": f"urn:wirebeat:{record.id}",
        "identifier": record.id,
        "version": record.version,
        "url": record.url,
        "headline": record.title,
        "abstract": record.summary,
        "articleBody": record.body or "",
        "wordCount": record.words,
        "inLanguage": record.lang,
        "datePublished": rfc3339(record.published_at),
        "dateModified": rfc3339(record.modified_at) if record.modified_at else "",
        "sdDatePublished": record.provenance.processed_at.date().isoformat(),  # schema.org has a day here, no time
        "articleSection": record.section or "",
        "keywords": list(record.tags),
        "image": record.image or "",
        "author": [_thing("Person", author.name, url=author.url) for author in record.authors],
        "publisher": _thing(
            "NewsMediaOrganization",
            record.source.name,
            url=f"https://{record.source.domain}",
            item=record.source.wikidata,
        ),
        "about": [_thing("Thing", topic.name, item=topic.wikidata) for topic in record.topics],
        "mentions": [_entity(entity) for entity in record.entities],
        "citation": [_citation(cited) for cited in record.cited_sources if cited.urls],
        "isBasedOn": list(_bases(record)),
        "hasPart": [_quotation(quote) for quote in record.quotes],
    }
    return {key: value for key, value in article.items() if value not in ("", [])}


def _thing(kind: str, name: str, *, url: str | None = None, item: str | None = None) -> Json:
    thing = {"@type": kind, "name": name}
    if url:
        thing["url"] = url
    if item:
        thing["sameAs"] = f"http://www.wikidata.org/entity/{item}"
    return thing


def _entity(entity: Entity) -> Json:
    thing = _thing(ENTITY_TYPES[entity.type], entity.name, item=entity.wikidata)
    if entity.geo:
        thing["geo"] = {"@type": "GeoCoordinates", "latitude": entity.geo.lat, "longitude": entity.geo.lon}
    return thing


def _citation(cited: CitedSource) -> Json:
    publisher = _thing(SOURCE_TYPES.get(cited.type, "Thing"), cited.name, item=cited.wikidata)
    return {"@type": "CreativeWork", "url": cited.urls[0], "publisher": publisher}


def _bases(record: Record) -> Iterable[Json]:
    """Whose work the article passes on: the outlet it is taken from, and those whose reporting it retells."""
    if record.syndicated_from:
        yield _work_of(record.syndicated_from.name)
    for cited in record.cited_sources:
        if cited.role == "reported-by" and cited.primary:
            yield _work_of(cited.name)


def _work_of(name: str) -> Json:
    return {"@type": "CreativeWork", "publisher": {"@type": "NewsMediaOrganization", "name": name}}


def _quotation(quote: Quote) -> Json:
    quotation: Json = {"@type": "Quotation", "text": quote.text}
    if quote.speaker:
        kind = "Person" if quote.speaker_type == "named" else "Thing"
        quotation["spokenByCharacter"] = {"@type": kind, "name": quote.speaker}
    return quotation
