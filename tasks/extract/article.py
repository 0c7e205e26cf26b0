"""The steps from bytes to an `Article`, in order."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import version

from tasks.extract import bodies, languages, markup, page, people, pruning, times, titles
from tasks.extract.blocks import text_of
from tasks.extract.cleaning import Context
from tasks.extract.text import clean, folded, one_line
from tasks.reasons import Failed
from tasks.records import Article, Entry, Extractor, Person

_VERSION = version("trafilatura")


def extract(
    html: str | bytes, *, url: str, now: datetime, entry: Entry | None = None, content_type: str = ""
) -> Article:
    if isinstance(html, bytes):
        markup.check_is_markup(html)
        html = markup.decode(html, content_type)
    tree = markup.parse(html)
    if tree is None:
        raise Failed("no-content", "an empty page")
    facts = page.read(tree, url=url)
    title, title_from = titles.headline(facts, entry.title if entry else "")
    authors, authors_from = people.authors(facts, entry.authors if entry else ())
    dated = times.published(facts, tree, now=now, entry=entry)
    context = Context(
        titles=tuple(folded(text) for text in {title, *titles.candidates(facts).values(), *facts.h1s} if text),
        authors=frozenset(" ".join(folded(one.name)) for one in authors),
        captions=pruning.captions(tree),
    )
    body = bodies.chosen(bodies.from_tree(pruning.pruned(tree), url=url, context=context), [bodies.from_data(facts)])
    if authors_from in ("", "json-ld-organisation") and (found := people.from_lines(drop.text for drop in body.drops)):
        authors, authors_from = found, "byline"
    text = text_of(body.blocks)[: bodies.MAX_CHARS]
    if not text:
        raise Failed("no-content", "no text on the page")
    lang, lang_from = languages.language(text, said=languages.stated(facts), feed=entry.lang if entry else None)
    summary = one_line(facts.meta("og:description", "description"))
    return Article(
        url=url,
        title=title or "(untitled)",
        authors=authors,
        lang=lang,
        published_at=dated.at,
        published_from=dated.kind,
        modified_at=dated.modified,
        summary=summary,
        summary_from="html" if summary else "lead",
        body=clean(text),
        body_status="full",
        extractor=Extractor(name="trafilatura", version=_VERSION, mode="default", method=body.method),
        field_sources={"title": title_from, "authors": authors_from, "published_at": dated.source, "lang": lang_from},
    )


def from_feed(entry: Entry, *, url: str, now: datetime) -> Article:
    title = one_line(entry.title)
    context = Context(titles=(folded(title),), authors=frozenset(), captions=frozenset())
    body = bodies.from_feed(entry.content, context)
    text = text_of(body.blocks)[: bodies.MAX_CHARS] or clean(entry.summary)
    if not text:
        raise Failed("no-content", "the feed's entry has neither content nor summary")
    lang, lang_from = languages.language(text, said="", feed=entry.lang)
    published_at = entry.published or entry.updated or now
    names = [name for text in entry.authors for name in people.names_in(text)]
    return Article(
        url=url,
        title=title or "(untitled)",
        authors=tuple(Person(name=name) for name in names),
        lang=lang,
        published_at=published_at,
        published_from="feed" if published_at is not now else "fetch",
        modified_at=entry.updated if entry.updated and entry.updated > published_at else None,
        summary=one_line(entry.summary),
        summary_from="feed" if entry.summary else "lead",
        body=text,
        body_status="feed_only",
        body_evidence=("the text is the feed's own",),
        image=entry.image,
        tags=entry.tags,
        extractor=Extractor(name="trafilatura", version=_VERSION, mode="default", method="feed"),
        field_sources={"title": "feed", "authors": "feed", "published_at": "feed", "lang": lang_from, "body": "feed"},
    )


def warm() -> None:
    """Pays trafilatura's, justext's, htmldate's and the language detector's first calls, about a second."""
    sentence = "A bridge over the river was opened on Monday after two years of work, the town council said. "
    page_text = (
        f"<html><head><title>A bridge</title></head><body><article><p>{sentence * 8}</p></article></body></html>"
    )
    extract(page_text, url="https://warm.invalid/bridge", now=datetime(2000, 1, 1, tzinfo=UTC))
