"""The steps from bytes to an `Article`, in order."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from typing import NamedTuple

from lxml.html import HtmlElement

from tasks.extract import bodies, details, languages, markup, page, people, pruning, status, times, titles, walls
from tasks.extract.bodies import Body
from tasks.extract.cleaning import Context, Drop
from tasks.extract.maintext import main_text
from tasks.extract.normal import MAX_BODY_CHARS, normal_text
from tasks.extract.page import Facts
from tasks.extract.pruning import Part
from tasks.extract.status import Verdict, View
from tasks.extract.text import folded, one_line, words
from tasks.extract.times import Dated
from tasks.reasons import Failed
from tasks.records import UNTITLED, Article, Entry, Extractor, Person

_VERSION = version("trafilatura")
# a feed's text is worth more than the page's only where it is clearly longer
FEED_CHARS = 300
FEED_FACTOR = 1.3
# about status.PARTIAL_WORDS: of 222 pages it foretells 49 of the 56 that leave something open, and 11 that do not
MIN_PARAGRAPH_CHARS = 2000


class Reading(NamedTuple):
    """An article, and what was taken out of it by which rule, for those who ask why."""

    article: Article
    drops: tuple[Drop, ...] = ()
    #: only where it was traced
    parts: tuple[Part, ...] = ()
    #: (method, characters) of every way to the text that was tried
    ways: tuple[tuple[str, int], ...] = ()


class _Known(NamedTuple):
    """What is known of a page before its text is looked for."""

    facts: Facts
    title: str
    authors: tuple[Person, ...]
    dated: Dated
    context: Context
    sources: dict[str, str]


def extract(
    html: str | bytes,
    *,
    url: str,
    now: datetime,
    entry: Entry | None = None,
    content_type: str = "",
    max_body_chars: int = MAX_BODY_CHARS,
) -> Article:
    """Raises Failed: `unsupported-type` for bytes that are no HTML, `no-content` where page and feed have no text."""
    return read(html, url=url, now=now, entry=entry, content_type=content_type, max_body_chars=max_body_chars).article


def read(
    html: str | bytes,
    *,
    url: str,
    now: datetime,
    entry: Entry | None = None,
    content_type: str = "",
    max_body_chars: int = MAX_BODY_CHARS,
    traced: bool = False,
) -> Reading:
    """`traced`: also the parts of the page that were taken out before its text was looked for. Raises as `extract`."""
    parts: list[Part] | None = [] if traced else None
    instead = partial(_from_entry, entry=entry, url=url, now=now, max_body_chars=max_body_chars)
    if isinstance(html, bytes):
        markup.check_is_markup(html)
        html = markup.decode(html, content_type)
    tree = markup.parse(html)
    if tree is None:
        return instead(Verdict("empty", ("an empty page",)))
    known = _known(tree, url=url, now=now, entry=entry)
    early = status.view(tree, known.facts, html) if _likely_open(known.facts, tree) else None
    first = bodies.from_tree(pruning.pruned(tree, parts, headline=known.title), context=known.context)
    view = _view(known.facts, html, first, early)
    if verdict := walls.wall(known.facts, view, first.blocks):
        return instead(verdict)
    body, score, ways = bodies.chosen(first, bodies.second_ways(known.facts, html, first, known.context))
    if verdict := walls.shell(body.blocks):
        return instead(verdict)
    feed = bodies.from_markup(entry.content if entry else "", "feed", known.context)
    verdict = _judged(known, view, body, feed)
    if verdict.status == "feed_only":
        body, score = feed, 0.8
    if not body.blocks and verdict.status != "video" and not _is_article(known.facts):
        return instead(Verdict("empty", ("no text on the page",)))
    reading = _assembled(known, body, score, verdict, entry, max_body_chars)
    return reading._replace(parts=tuple(parts or ()), ways=(*ways, *([("feed", feed.chars)] if feed.blocks else ())))


def _known(tree: HtmlElement, *, url: str, now: datetime, entry: Entry | None) -> _Known:
    facts = page.read(tree, url=url)
    title, title_from = titles.headline(facts, one_line(entry.title) if entry else "")
    authors, authors_from = people.authors(facts, tree, entry.authors if entry else ())
    dated = times.published(facts, tree, now=now, entry=entry)
    readings = {title, *titles.candidates(facts).values(), *facts.whole_h1s, *facts.h1s}
    context = Context(
        titles=tuple(folded(text) for text in sorted(readings) if text),
        authors=frozenset(" ".join(folded(one.name)) for one in authors),
        captions=pruning.captions(tree),
        headline=title,
    )
    sources = {"title": title_from, "authors": authors_from, "published_at": dated.source}
    return _Known(facts, title, authors, dated, context, sources)


def _likely_open(facts: Facts, tree: HtmlElement) -> bool:
    """Whether the text will leave something open, as far as can be told before it is found."""
    return status.is_suspect(facts) or bodies.paragraph_chars(tree) < MIN_PARAGRAPH_CHARS


def _view(facts: Facts, html: str, first: Body, early: View | None) -> View:
    """The page is read a second time where nobody saw that its text would leave something open: the tree is used up."""
    if not status.needs_view(facts, first.blocks):
        return status.without_view(facts)
    again = markup.parse(html) if early is None else None
    return early or (status.without_view(facts) if again is None else status.view(again, facts, html))


def _judged(known: _Known, view: View, body: Body, feed: Body) -> Verdict:
    """`feed_only` where the page does not have the whole article, and the feed clearly more of it."""
    feed_words = sum(one.words for one in feed.blocks)
    verdict = status.judged(known.facts, view, body.blocks, body.drops, feed_words=feed_words)
    if verdict.status in ("full", "live_blog") or feed.chars <= max(FEED_CHARS, FEED_FACTOR * body.chars):
        return verdict
    return Verdict("feed_only", (f"the feed has more than the page, which is {verdict.status}", *verdict.evidence))


def _is_article(facts: Facts) -> bool:
    """A page that says it is an article and what it is about, though its text is not there."""
    declared = bool(facts.data.articles) or facts.meta("og:type").lower() == "article"
    return declared and len(words(facts.meta("og:description", "description"))) >= 5


def _assembled(
    known: _Known, body: Body, score: float, verdict: Verdict, entry: Entry | None, max_body_chars: int
) -> Reading:
    facts, sources = known.facts, dict(known.sources)
    text, links, notices = normal_text(body.blocks, facts.url, max_body_chars)
    summary, sources["summary"] = details.summary(facts, entry, body.blocks)
    lang, sources["lang"] = languages.language(
        text or summary, said=languages.stated(facts), feed=entry.lang if entry else None
    )
    authors, sources["authors"] = _byline(known, body, text, lang)
    canonical, sources["canonical_url"] = details.canonical(facts)
    image, sources["image"] = details.image(facts, entry)
    section, sources["section"] = details.section(facts)
    tags, sources["tags"] = details.tags(facts, entry)
    publisher, sources["publisher"] = details.publisher(facts)
    sources["body"] = body.method
    article = Article(
        url=details.shown_url(facts.url),
        canonical_url=canonical,
        title=known.title or UNTITLED,
        authors=authors,
        lang=lang,
        published_at=known.dated.at,
        published_from=known.dated.kind,
        published_day=known.dated.day or None,
        modified_at=known.dated.modified,
        summary=summary,
        summary_from="feed" if sources["summary"] == "feed" else "lead" if sources["summary"] == "lead" else "html",
        body=text,
        body_status=verdict.status,
        body_evidence=verdict.evidence,
        image=image,
        section=section,
        tags=tags,
        publisher=publisher,
        links=(*details.original(facts), *details.links(facts, body.blocks), *links),
        warnings=notices,
        extractor=_extractor(body.method, score),
        field_sources={field: source for field, source in sources.items() if source},
    )
    return Reading(article, tuple(body.drops))


def _byline(known: _Known, body: Body, text: str, lang: str) -> tuple[tuple[Person, ...], str]:
    """(authors, source): whom a line around the text names, where the page's marks and data name nobody."""
    declared = known.sources["authors"]
    if declared not in ("", "json-ld-organisation"):
        return known.authors, declared
    found = people.from_lines(one.text for one in body.drops)
    # in German every noun has a capital, so that a heading looks like a name
    if not found and lang != "de" and (known.facts.data.articles or known.facts.meta("og:type").lower() == "article"):
        around = (one.text for one in body.drops if one.rule in ("lead", "tail"))
        found = people.from_bare_lines(around, f"{known.title} {text}")
    return (found, "byline") if found else (known.authors, declared)


def _extractor(method: str, score: float) -> Extractor:
    return Extractor(name="trafilatura", version=_VERSION, mode="balanced", method=method, score=score)


def _from_entry(verdict: Verdict, entry: Entry | None, *, url: str, now: datetime, max_body_chars: int) -> Reading:
    """What the feed has, where the page is a wall or empty. Raises Failed where the feed has nothing either."""
    name = verdict.status.replace("_", " ")
    if entry is None or not (entry.content.strip() or entry.summary.strip()):
        raise Failed("no-content", f"{name}: {'; '.join(verdict.evidence)}")
    article = from_feed(entry, url=url, now=now, max_body_chars=max_body_chars)
    evidence = (*(f"the page: {one}" for one in verdict.evidence), *article.body_evidence)
    walled = verdict.status in ("consent_wall", "bot_wall") and not entry.content.strip()
    kept = article.model_copy(
        update={"body_status": verdict.status if walled else "feed_only", "body_evidence": evidence}
    )
    return Reading(kept)


def from_feed(entry: Entry, *, url: str, now: datetime, max_body_chars: int = MAX_BODY_CHARS) -> Article:
    """`body_status` is feed_only. Raises Failed('no-content') where the entry has neither content nor summary."""
    title = one_line(entry.title)
    context = Context(titles=(folded(title),), authors=frozenset(), captions=frozenset())
    body = bodies.from_markup(entry.content, "feed", context)
    blocks = body.blocks or bodies.from_string(entry.summary, "feed", context).blocks
    text, links, notices = normal_text(blocks, url, max_body_chars)
    if not text:
        raise Failed("no-content", "the feed's entry has neither content nor summary")
    lang, lang_from = languages.language(text, said="", feed=entry.lang)
    dated = times.of_entry(entry, now)
    names = [name for text_of_names in entry.authors for name in people.names_in(text_of_names)]
    return Article(
        url=details.shown_url(url),
        title=title or UNTITLED,
        authors=tuple(Person(name=name) for name in names),
        lang=lang,
        published_at=dated.at,
        published_from=dated.kind,
        published_day=dated.day or None,
        modified_at=dated.modified,
        summary=one_line(entry.summary)[: details.MAX_SUMMARY_CHARS],
        summary_from="feed" if entry.summary else "lead",
        body=text,
        body_status="feed_only",
        body_evidence=("the text is the feed's own",),
        image=entry.image,
        tags=entry.tags,
        links=links,
        warnings=notices,
        extractor=_extractor("feed", 0.8 if body.blocks else 0.4),
        field_sources={
            "title": "feed",
            "authors": "feed",
            "published_at": dated.source,
            "lang": lang_from,
            "body": "feed",
        },
    )


def warm() -> None:
    """Pays the first calls of trafilatura, justext, the list of domains and the language detector: half a second."""
    sentence = "A bridge over the river was opened on Monday after two years of work, the town council said. "
    shell = "<html><head><title>A bridge</title></head><body><article><p>{}</p></article></body></html>"
    now = datetime(2000, 1, 1, tzinfo=UTC)
    for repeats in (2, 40):
        page = shell.format(sentence * repeats)
        extract(page, url="https://warm.invalid/bridge", now=now)
        if (tree := markup.parse(page)) is not None:
            # short texts are compared with what other readers find
            main_text(tree, compared=True)
