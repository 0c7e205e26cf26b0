"""A page, as a server sends it, to its record: what the service does with it between fetching and publishing."""

from __future__ import annotations

from collections.abc import Callable

from config.feeds import Feed
from config.settings import load_settings
from tasks.decode import decoded
from tasks.extract import extract
from tasks.pipeline import sighting
from tasks.ports import Claim
from tasks.publish import assemble, publication
from tasks.record import Record, Worker
from tasks.records import Entry, Page
from worker.clock import now
from worker.roles import warm_tagger

MAX_BYTES = 50 << 20


def pipeline() -> Callable[[bytes, str], Record]:
    tagger = warm_tagger(load_settings())
    feed = Feed(id="bench", url="http://bench.invalid/", every_seconds=900.0)
    worker = Worker(name="wirebeat", version="0", task_id="00000000-0000-4000-8000-000000000000", attempt=1)

    def record(body: bytes, url: str) -> Record:
        moment = now()
        entry = Entry(feed=feed.id, guid=url, url=url)
        seen = sighting(feed, entry)
        page = Page(
            url=url,
            final_url=url,
            status=200,
            content_type="text/html",
            content_encoding="gzip",
            fetched_at=moment,
            body=body,
        )
        html = decoded(page.body, page.content_encoding, MAX_BYTES)
        article = extract(html, url=url, now=moment, entry=entry, content_type=page.content_type)
        story = tagger.tag(article, entry, feed)
        claim = Claim(seen.id, "", 1, entry, moment, 0, None, "", page)
        made = assemble(claim, feed, page, article, story, tagger.rules, worker, moment)
        publication(made, moment)
        return made

    return record
