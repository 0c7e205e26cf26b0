"""What every field means: the one source of `docs/stream.md`, the JSON Schema and the AsyncAPI document."""

from __future__ import annotations

from typing import Literal, NamedTuple


class FlatField(NamedTuple):
    kind: Literal["text", "number"]
    meaning: str
    #: what parts the members of a list; "" where the field holds one value
    parted_by: Literal["", ",", "|"] = ""


#: In stream order; a new one may be added at the end, before `data`.
FLAT_FIELDS: dict[str, FlatField] = {
    "schema": FlatField("text", "Name and major version of the record's schema, `article/1`."),
    "op": FlatField("text", "What happened: created, updated, corrected or retracted; treat any other as updated."),
    "id": FlatField("text", "The article; the same for all its versions."),
    "version": FlatField("number", "Version of the article, from 1. `id` and `version` together name a record."),
    "published_at": FlatField("text", "Publication time, RFC 3339 in UTC."),
    "published_ts": FlatField("number", "The same in milliseconds since 1970."),
    "title": FlatField("text", "Headline."),
    "url": FlatField(
        "text", "Address to show and to count by, without tracking parameters; empty without a link."
    ),
    "source": FlatField("text", "Publisher's name."),
    "source_id": FlatField("text", "Publisher's id."),
    "feed": FlatField("text", "Id of the feed that carried it."),
    "lang": FlatField("text", "Language, BCP 47."),
    "topics": FlatField("text", "Topic ids, highest score first.", ","),
    "people": FlatField("text", "Names of people, most salient first.", "|"),
    "orgs": FlatField("text", "Names of organisations, most salient first.", "|"),
    "places": FlatField("text", "Names of places, most salient first.", "|"),
    "countries": FlatField("text", "ISO 3166 codes of the countries named or placed in.", ","),
    "reported_by": FlatField("text", "Outlets whose reporting the article passes on.", "|"),
    "summary": FlatField("text", "Short summary, cut to about 300 characters."),
    "words": FlatField("number", "Words of the body."),
    "body_status": FlatField("text", "What the body is: full, partial, teaser, consent_wall, ..."),
    "cluster": FlatField("text", "Text that the article is a telling of, begins with `clu_`: its own, until copied."),
    "duplicate_of": FlatField("text", "Id of the article that this one copies."),
    "lag_ms": FlatField("number", "Milliseconds from publication to the stream."),
}

DATA_FIELD = "data"

#: Class of tasks.records → field (as in JSON) → meaning.
RECORD_FIELDS: dict[str, dict[str, str]] = {
    "Record": {
        "schema": "Name and version of this schema. Major: breaking. Minor: only new optional fields or enum values.",
        "id": "Same for every version of one article; starts with letters so that no reader takes it for a number.",
        "op": "What happened. New values may come in a minor version: treat an unknown one as `updated`.",
        "representation": "`partial` (topic streams): no body, offsets or evidence; the full record stands at the same "
        "entry id of the main stream.",
        "version": "From 1; grows by one each time title or body change beyond noise, or the article is tagged anew.",
        "previous": "`content_hash` of the version before; null for version 1.",
        "title": "Headline, without the site's name.",
        "url": "Address to show and to count by: without tracking parameters; empty without a link.",
        "canonical_url": "What the page names as its canonical address on its own site; another site's is a link.",
        "source": "The publisher.",
        "authors": "By-line, one person each.",
        "lang": "Language of the text, BCP 47.",
        "published_at": "RFC 3339, always UTC with a final Z.",
        "published_day": "The day of publication as the source writes it, in its own time zone.",
        "published_from": "Where that time came from; `fetch`: the source gave none, and it is the time it was seen.",
        "modified_at": "When the page says it was last changed.",
        "summary": "Plain text.",
        "summary_from": "Where the summary came from; `lead`: the first sentences of the body.",
        "body": "Plain text, paragraphs parted by a blank line. Offsets everywhere count its Unicode code points.",
        "body_status": "What `body` is. Only `full` promises the whole article; a wall's text is never in `body`.",
        "words": "Words of `body`.",
        "image": "Lead picture.",
        "section": "The publisher's own section.",
        "tags": "The publisher's own keywords.",
        "topics": "Highest score first; empty when no topic reached its threshold.",
        "topic_scores": "Topic id → score, also of topics that stayed under their threshold.",
        "untagged": "Why there could be no topics; null where there could.",
        "entities": "Most salient first.",
        "cited_sources": "Whom the article cites; the first stands nearest to the lead.",
        "quotes": "Words in quotation marks and who is said to have spoken them.",
        "dates": "Dates that the text names.",
        "links": "Addresses that the text names or that were taken out of it.",
        "cluster": "The text that this article is a telling of: its own, with all copies of it, or the one it copies.",
        "duplicate_of": "The article that this one copies; null when it is nobody's copy.",
        "syndicated_from": "The outlet or agency whose text this is, when it is not the publisher's own.",
        "provenance": "How the record came to be.",
        "ext": "Local additions; never used by Wirebeat itself.",
    },
    "Publisher": {
        "id": "Stable id of the publisher.",
        "name": "Name to show.",
        "domain": "Host of the address, without `www.`.",
        "wikidata": "Wikidata item; null when not known, never guessed.",
        "country": "ISO 3166 code of the country it publishes from.",
        "labels": "From the feed list: independent, government, state-controlled, wire, think-tank ...",
    },
    "Person": {"name": "Name as printed.", "url": "The author's page."},
    "Span": {
        "text": "The exact text, so that a reader needs no offsets.",
        "start": "First character of `text` in `body`, counted in Unicode code points from 0.",
        "end": "One past the last character.",
    },
    "TopicTag": {
        "id": "Topic id, as in the name of its stream.",
        "name": "Name to show.",
        "score": "How sure, from 0 to 1.",
        "primary": "The topic that the article is most about.",
        "iptc": "IPTC Media Topics, as QCodes `medtop:` and eight digits.",
        "wikidata": "Wikidata item of the topic.",
        "evidence": "What spoke for the topic.",
    },
    "Evidence": {
        "rule": "The rule that fired.",
        "weight": "What the rule added to the score, before it is squeezed into 0 to 1.",
        "zone": "Where the words stand; offsets of `title` count in the title, all others in the body.",
        "share": "This rule's part of all that spoke for the topic, 0 to 1.",
    },
    "Entity": {
        "key": "Stable key to group by across articles.",
        "name": "Normalised name.",
        "type": "Kind of thing.",
        "label": "The model's own label, such as GPE.",
        "wikidata": "Wikidata item; null when not linked, never guessed.",
        "link": "Who linked it.",
        "salience": "How much the article is about it, 0 to 1.",
        "count": "Mentions in the article.",
        "mentions": "Where the body names it.",
        "roles": "Parts it plays, such as `cited-source` or `metonym:government`.",
        "geo": "Where a place is; left out where unknown.",
    },
    "Geo": {
        "country": "ISO 3166 code.",
        "lat": "Degrees north.",
        "lon": "Degrees east.",
    },
    "CitedSource": {
        "name": "Name, or the article's own words for someone unnamed.",
        "type": "Kind of source.",
        "entity": "Key of the entity that it is.",
        "wikidata": "Wikidata item; null when not linked.",
        "role": "`reported-by`: its reporting is passed on; `said`: it spoke; `cited`: it is named; `data`: figures.",
        "primary": "The article's main claim rests on this source.",
        "urls": "Addresses given for it.",
        "underlying": "Whom that source cites in its turn: one more link of the chain.",
        "evidence": "The words that cite it.",
    },
    "Underlying": {"label": "The words used for it.", "type": "Kind of source."},
    "Quote": {
        "speaker": "Name, or the article's words for someone unnamed; null when nobody is named.",
        "speaker_type": "Kind of speaker.",
        "speaker_entity": "Key of the speaker's entity.",
        "about": "Key of the entity spoken about.",
        "via": "Outlet through which the words came, when they were not said to this publisher.",
        "cue": "The verb that attributes them.",
    },
    "DateMention": {
        "value": "ISO date.",
        "relative_to": "Field that a relative date was counted from; left out where the text itself gives the year.",
    },
    "Link": {
        "url": "Address; null where only the words are known.",
        "rel": "How it relates to the article; `canonical`: the page of another site that this one calls its original; "
        "`update` and `correction` are reserved and not given yet.",
        "text": "The words of the link.",
    },
    "Cluster": {
        "id": "Begins with `clu_`; made of the day and the id of the first article, and the same for all its copies.",
        "size": "Articles that have told the text so far, this one included.",
        "first": "The article that had it first.",
        "similarity": "How much of its text it has in common with the first, 0 to 1, estimated from 28 runs of words.",
    },
    "SyndicatedFrom": {
        "name": "Name of the outlet or agency.",
        "wikidata": "Wikidata item; null when not linked.",
        "evidence": "What told so; `same_text` is reserved and not given yet: copies are told in `cluster`.",
        "text": "The words that told so.",
    },
    "Provenance": {
        "feed": "The feed that carried it.",
        "guid": "The feed's own id of the entry.",
        "seen_at": "When the entry was first seen in its feed.",
        "fetched_at": "When the page was fetched; null when it was not.",
        "processed_at": "When the record was made.",
        "http": "How the web server answered; left out when nothing was fetched.",
        "extractor": "What read the page.",
        "body_evidence": "What decided `body_status`, in words.",
        "field_sources": "Field → where on the page or in the feed it came from.",
        "nlp": "What found the names.",
        "rules": "Versions of the rules.",
        "worker": "Who made the record.",
        "content_hash": "SHA-256 of normalised title and body.",
        "simhash": "64-bit similarity hash of the body's first 400 words; left out for bodies too short to compare.",
        "warnings": "What was removed, guessed or cut.",
    },
    "FeedRef": {"id": "Feed id.", "url": "Address of the feed.", "title": "The feed's own title."},
    "Http": {
        "status": "HTTP status.",
        "final_url": "Address after redirects.",
        "etag": "As sent.",
        "last_modified": "As sent.",
        "bytes": "Bytes of the answer on the wire.",
        "robots": "What robots.txt said.",
    },
    "Extractor": {
        "name": "Name of the library.",
        "version": "Its version.",
        "mode": "How it was set.",
        "method": "Which way to the text was chosen.",
        "score": "How sure, 0 to 1.",
    },
    "Nlp": {
        "library": "Name of the library.",
        "version": "Its version.",
        "model": "Name of the model; null when none was used.",
        "model_version": "Its version.",
        "truncated_at_tokens": "Tokens that the model read of a longer text; null when it read all.",
    },
    "Rules": {
        "topics": "Version of the topic rules.",
        "gazetteer": "Version of the lists of known names and of the words of reporting.",
    },
    "Worker": {
        "name": "Name of the program.",
        "version": "Its version.",
        "task_id": "The piece of work, as in the logs.",
        "attempt": "Which try succeeded, from 1.",
    },
    "Notice": {"code": "Stable slug.", "detail": "In words."},
}
