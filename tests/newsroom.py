"""Made-up outlets and stories: records that look like a day's news, for tests and for looking at the page."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from tasks.export.fields import DATA_FIELD
from tasks.publish import flat_fields
from tasks.record import Record
from tasks.records import rfc3339

OUTLETS = (
    ("harbour-post", "The Harbour Post", "harbourpost.example", ("independent",), "GB"),
    ("north-wire", "North Wire", "northwire.example", ("wire",), "NO"),
    ("capital-ledger", "Capital Ledger", "capitalledger.example", ("independent",), "US"),
    ("state-herald", "State Herald", "stateherald.example", ("state-controlled",), "RU"),
    ("river-courier", "River Courier", "rivercourier.example", (), "DE"),
    ("institute-review", "Institute Review", "institutereview.example", ("think-tank",), "FR"),
    ("dnipro-daily", "Dnipro Daily", "dniprodaily.example", ("independent",), "UA"),
)
TOPICS = {
    "ukraine-war": ("Ukraine war", ("medtop:20000062",), "Q110999040"),
    "diplomacy": ("Diplomacy", ("medtop:20000639",), "Q1889"),
    "energy": ("Energy", (), None),
}
PEOPLE = (
    "Ada Lindqvist", "Viktor Halas", "Mara Osei", "Jonas Weidt", "Iryna Kovalchuk", "Tomás Arroyo", "Sofia Marchetti",
    "Edward Nkemelu",
)  # fmt: skip
PLACES = (
    ("Kharkiv", "UA", 49.99, 36.23), ("Odesa", "UA", 46.48, 30.73), ("Geneva", "CH", 46.2, 6.15),
    ("Ankara", "TR", 39.93, 32.86), ("Vilnius", "LT", 54.69, 25.28),
)  # fmt: skip
ORGS = ("Grain Corridor Council", "Baltic Grid Board", "Foreign Ministry", "Red Harbour Relief")
# (title, opening sentence, topic → words that speak for it)
PLOTS = (
    (
        "{person} says talks in {place} may resume within days",
        "{person} said on Tuesday that ceasefire talks in {place} may resume within days, {outlet} reported.",
        {"ukraine-war": ("ceasefire talks",), "diplomacy": ("talks in {place}", "resume within days")},
    ),
    (
        "Drones strike grid near {place} as repair crews wait",
        "A drone strike cut power near {place} overnight, and the front line moved little, the {org} said.",
        {"ukraine-war": ("drone strike", "front line"), "energy": ("cut power",)},
    ),
    (
        "{org} opens hearing on grain route past {place}",
        "The {org} opened a hearing on the grain route past {place}; envoys of six countries took part.",
        {"diplomacy": ("envoys of six countries",)},
    ),
    (
        "Harvest fair draws crowds to {place}",
        "The harvest fair drew record crowds to {place} at the weekend, said {person}, who runs it.",
        {},
    ),
)
MORE = (
    "Officials gave no figures. “We have waited long enough,” {person} told reporters.",
    "Several people familiar with the matter confirmed the account to {outlet} on condition that they not be named.",
    "The next meeting is planned for Friday, weather permitting — 🌾 season makes roads slow.",
)


def records(count: int, *, now: datetime, seed: int = 7, hours: float = 24.0) -> Iterator[Record]:
    """`count` records, oldest first, spread over the `hours` before `now`; about one in eight copies an earlier one,
    one in fifteen is a second version."""
    rng = random.Random(seed)
    made: list[Record] = []
    for number in range(count):
        at = now - timedelta(hours=hours) * (1 - (number + 1) / (count + 1))
        draw = rng.random()
        if made and draw < 1 / 15:
            record = _second_version(rng.choice(made[-200:]), at)
        elif made and draw < 1 / 15 + 1 / 8:
            record = _copy_of(rng, rng.choice(made[-200:]), number, at)
        else:
            record = _story(rng, number, at)
        made.append(record)
        yield record


def stream_fields(record: Record) -> dict[str, str]:
    """As they are read from the stream, written a minute after the article came out."""
    flat = flat_fields(record, record.published_at + timedelta(minutes=1))
    return {name: str(value) for name, value in flat.items()} | {DATA_FIELD: record.model_dump_json()}


def _own_words(number: int) -> str:
    """A paragraph that no other article has."""
    rng = random.Random(number)
    return " ".join(f"{rng.getrandbits(24):x}" for _ in range(150)) + "."


def _story(rng: random.Random, number: int, at: datetime) -> Record:
    title, opening, spoken = rng.choice(PLOTS)
    person, (place, country, lat, lon), org = rng.choice(PEOPLE), rng.choice(PLACES), rng.choice(ORGS)
    outlet, reporter = rng.sample(OUTLETS, 2)
    words = {"person": person, "place": place, "org": org, "outlet": reporter[1]}
    body = "\n\n".join([opening.format(**words), *(part.format(**words) for part in MORE), _own_words(number)])
    topics = []
    for topic, phrases in spoken.items():
        name, iptc, wikidata = TOPICS[topic]
        evidence = [
            _span(body, phrase.format(**words)) | {"rule": f"term:{topic}-{n}", "weight": 0.4 - 0.1 * n, "zone": "lead"}
            for n, phrase in enumerate(phrases)
        ]
        topics.append(
            {
                "id": topic,
                "name": name,
                "score": round(rng.uniform(0.55, 0.99), 2),
                "primary": not topics,
                "iptc": iptc,
                "wikidata": wikidata,
                "evidence": evidence,
            }
        )
    entities = [
        _entity("person", person, body, 0.9),
        _entity("place", place, body, 0.6) | {"geo": {"country": country, "lat": lat, "lon": lon}},
        _entity("org", org, body, 0.4),
    ]
    return Record.model_validate(
        {
            "id": f"art_{hashlib.sha256(str(number).encode()).hexdigest()[:24]}",
            "op": "created",
            "version": 1,
            "title": title.format(**words),
            "url": f"https://{outlet[2]}/news/{number}",
            "source": _publisher(outlet),
            "authors": [{"name": rng.choice(PEOPLE)}],
            "lang": "en",
            "published_at": at,
            "published_from": "feed",
            "summary": opening.format(**words),
            "body": body,
            "body_status": "full",
            "words": len(body.split()),
            "topics": topics,
            "topic_scores": {topic["id"]: topic["score"] for topic in topics},
            "entities": [entity for entity in entities if entity["count"]],
            "cited_sources": _cited(body, reporter[1]),
            "quotes": [_span(body, "We have waited long enough") | {"speaker": person, "speaker_type": "named"}],
            "links": [],
            "cluster": {
                "id": f"clu_{number:06}",
                "size": 1,
                "first": f"art_{hashlib.sha256(str(number).encode()).hexdigest()[:24]}",
                "similarity": 1.0,
            },
            "provenance": _provenance(outlet, at, body),
        }
    )


def _second_version(record: Record, at: datetime) -> Record:
    body = (record.body or "") + "\n\nThis article was updated with further detail."
    shape = json.loads(record.model_dump_json())
    shape |= {"op": "updated", "version": record.version + 1, "previous": record.provenance.content_hash, "body": body}
    shape |= {"words": len(body.split()), "modified_at": rfc3339(at)}
    shape["provenance"] |= {"content_hash": _hash(body), "processed_at": rfc3339(at)}
    return Record.model_validate(shape)


def _copy_of(rng: random.Random, record: Record, number: int, at: datetime) -> Record:
    outlet = rng.choice([o for o in OUTLETS if o[0] != record.source.id])
    shape = json.loads(record.model_dump_json())
    shape |= {
        "id": f"art_{hashlib.sha256(str(number).encode()).hexdigest()[:24]}",
        "op": "created",
        "version": 1,
        "previous": None,
        "url": f"https://{outlet[2]}/news/{number}",
        "source": _publisher(outlet),
        "published_at": rfc3339(at),
        "duplicate_of": record.duplicate_of or record.id,
        "syndicated_from": {"name": record.source.name, "evidence": "same_text"},
        "provenance": _provenance(outlet, at, record.body or ""),
    }
    shape["cluster"]["size"] += 1
    return Record.model_validate(shape)


def _span(body: str, phrase: str) -> dict[str, object]:
    start = body.index(phrase)
    return {"text": phrase, "start": start, "end": start + len(phrase)}


def _entity(kind: str, name: str, body: str, salience: float) -> dict[str, object]:
    key = f"{kind}:{name.lower().replace(' ', '-')}"
    count = body.count(name)
    mentions = [_span(body, name)] if count else []
    return {"key": key, "name": name, "type": kind, "salience": salience, "count": count, "mentions": mentions}


def _cited(body: str, reporter: str) -> list[dict[str, object]]:
    if reporter not in body.split("\n", maxsplit=1)[0]:
        return []
    return [
        {
            "name": reporter,
            "type": "outlet",
            "role": "reported-by",
            "primary": True,
            "underlying": [{"label": "several people familiar with the matter", "type": "anonymous"}],
            "evidence": [_span(body, f"{reporter} reported")],
        }
    ]


def _publisher(outlet: tuple[str, str, str, tuple[str, ...], str]) -> dict[str, object]:
    ident, name, domain, labels, country = outlet
    return {"id": ident, "name": name, "domain": domain, "labels": labels, "country": country}


def _provenance(outlet: tuple[str, str, str, tuple[str, ...], str], at: datetime, body: str) -> dict[str, object]:
    feed = {"id": outlet[0], "url": f"https://{outlet[2]}/rss", "title": outlet[1]}
    return {
        "feed": feed,
        "guid": None,
        "seen_at": rfc3339(at),
        "fetched_at": rfc3339(at),
        "processed_at": rfc3339(at),
        "extractor": {"name": "trafilatura", "version": "2.3.1", "mode": "precision"},
        "nlp": {"library": "spacy", "version": "3.8.18", "model": "blank", "model_version": None},
        "rules": {"topics": "2026.11.0", "gazetteer": "2026.11.0"},
        "worker": {
            "name": "wirebeat",
            "version": "0.1.0",
            "task_id": "5d0c4a1e-4a55-4f0c-9b3f-0a1c7c1b9a10",
            "attempt": 1,
        },
        "content_hash": _hash(body),
    }


def _hash(body: str) -> str:
    return f"sha256:{hashlib.sha256(body.encode()).hexdigest()}"
