"""Each stage of an article alone, in one process, beside what the libraries take for the same by default."""

from __future__ import annotations

import gzip
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from benchmarks.frame import Options, Result, Row, alone
from benchmarks.loops import MODEL, URL
from config.settings import load_settings
from tasks.decode import decoded
from tasks.extract import extract
from tasks.polling import sighting
from tasks.ports import Claim
from tasks.publish import assemble, publication
from tasks.record import Rules
from tasks.records import Article, Entry, Page, Story
from worker.bench.pages import GeneratedPage, pages_of
from worker.bench.plain_loop import FEED, MAX_BYTES, WORKER
from worker.clock import now
from worker.observe import set_up_logging
from worker.roles import warm_tagger

ENTRIES = 25


class Watch:
    """CPU of this thread, in milliseconds, by stage."""

    def __init__(self) -> None:
        self.spent: dict[str, list[float]] = defaultdict(list)

    def of(self, stage: str, work: Callable[[], Any]) -> Any:
        began = time.thread_time()
        found = work()
        self.spent[stage].append(1000 * (time.thread_time() - began))
        return found


def run(options: Options) -> Result:
    settings = load_settings(log_level="error")
    set_up_logging(settings, "bench")
    tagger = warm_tagger(settings)
    pages = pages_of(options.pages, options.number("articles", full=200, quick=20), options.seed)
    theirs = None if options.quick else _libraries()
    warm, watch = Watch(), Watch()
    for watched, some in ((warm, pages[:5]), (watch, pages)):
        for number, page in enumerate(some):
            _one(watched, tagger, page, number, now())
            if theirs is not None:
                theirs(watched, page, number)
        _feed(watched, pages)
    rows = [_row(stage, watch.spent, reference) for stage, reference in _STAGES if stage in watch.spent]
    return Result("stages", tuple(rows), (f"{len(pages)} pages; ms of CPU, medians; p95 in the notes of each",))


#: stage → what it is compared with
_STAGES = (
    ("read a feed of 25 entries", ""),
    ("read a feed of 25 entries, 24 known", "read a feed of 25 entries"),
    ("open gzip", ""),
    ("extract", "trafilatura, by default"),
    ("names by the model", "spaCy's component"),
    ("spaCy's component", "spaCy's whole pipeline"),
    ("topics", ""),
    ("all of tagging, names included", ""),
    ("record and stream fields", ""),
)


def _row(stage: str, spent: dict[str, list[float]], reference: str) -> Row:
    mine, other = statistics.median(spent[stage]), spent.get(reference)
    ordered = sorted(spent[stage])
    p95 = ordered[int(len(ordered) * 0.95)]
    note = f"mean {statistics.mean(ordered):.2f}, p95 {p95:.2f}" + (f"; reference: {reference}" if other else "")
    if not other:
        return Row(stage, mine, "ms", note=note)
    median = statistics.median(other)
    return Row(stage, mine, "ms", median, median / mine, note=note)


def _one(watch: Watch, tagger: Any, page: GeneratedPage, number: int, moment: datetime) -> None:
    url = f"{URL}/{number}"
    packed = gzip.compress(page.html, 6)
    entry = Entry(feed=FEED.id, guid=None, url=url, title=page.title)
    html = watch.of("open gzip", lambda: decoded(packed, "gzip", MAX_BYTES))
    article = watch.of("extract", lambda: extract(html, url=url, now=moment, entry=entry, content_type="text/html"))
    watch.of("names by the model", lambda: tagger._nlp.entities(article.body))
    watch.of("topics", lambda: tagger.topics(article))
    story = watch.of("all of tagging, names included", lambda: tagger.tag(article, entry, FEED))
    answer = Page(url=url, final_url=url, status=200, fetched_at=moment, body=packed)
    watch.of("record and stream fields", lambda: _published(answer, entry, article, story, tagger.rules, moment))


def _published(answer: Page, entry: Entry, article: Article, story: Story, rules: Rules, moment: datetime) -> object:
    claim = Claim(sighting(FEED, entry).id, "", 1, entry, moment, 0, None, "", answer)
    return publication(assemble(claim, FEED, answer, article, story, rules, WORKER, moment), moment)


def _libraries() -> Callable[[Watch, GeneratedPage, int], None]:
    import spacy
    import trafilatura

    from worker.nlp import UNUSED

    whole, names = spacy.load(MODEL), spacy.load(MODEL, exclude=list(UNUSED))

    def both(watch: Watch, page: GeneratedPage, number: int) -> None:
        found: Any = watch.of(
            "trafilatura, by default",
            lambda: trafilatura.bare_extraction(page.html, url=f"{URL}/{number}", with_metadata=True),
        )
        text = found.text if found and found.text else ""
        watch.of("spaCy's whole pipeline", lambda: whole(text))
        watch.of("spaCy's component", lambda: names(text))

    return both


def _feed(watch: Watch, pages: list[GeneratedPage]) -> None:
    from tasks.poll import read_feed

    items = [
        f"<item><title>{page.title}</title><link>http://bench.invalid/a/{number}</link>"
        "<pubDate>Sun, 01 Mar 2026 09:30:00 GMT</pubDate><description>A bridge was opened.</description></item>"
        for number, page in enumerate((pages * ENTRIES)[:ENTRIES])
    ]
    document, shorter = (
        f"<?xml version='1.0'?><rss version='2.0'><channel><title>B</title>{''.join(some)}</channel></rss>".encode()
        for some in (items, items[1:])
    )
    read = partial(read_feed, feed=FEED.id, url="http://bench.invalid/feed", now=now())
    before = read(shorter).remembered
    for _ in range(5):
        watch.of("read a feed of 25 entries", lambda: read(document))
        watch.of("read a feed of 25 entries, 24 known", lambda: read(document, before=before))


if __name__ == "__main__":
    alone(run)
