"""A page, as a server sends it, to its record: what the service does with it between fetching and publishing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from config.settings import load_settings
from tasks.record import Record
from tasks.records import Entry
from worker.bench.plain_loop import FEED, answer_of, record_of
from worker.clock import now
from worker.roles import warm_tagger


def pipeline() -> Callable[[bytes, str], Record]:
    tagger = warm_tagger(load_settings())

    def record(body: bytes, url: str) -> Record:
        entry = Entry(feed=FEED.id, guid=url, url=url)
        return record_of(partial(tagger.tag, entry=entry, feed=FEED), tagger.rules, entry, answer_of(url, body, now()))

    return record
