"""Records that stand in the stream, under other topic rules: which would change, and the updates that say so."""

from __future__ import annotations

import json
import time
import uuid
from collections import Counter
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError

from tasks.publish import publication
from tasks.record import Record, Worker
from tasks.retag import changes, retagged
from worker.clock import now

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tasks.retag import Changes
    from tasks.topics import TopicTagger
    from worker.ledger import Ledger, SyncStore

#: Records asked for at once: some 20 KB each.
BATCH = 50
#: An article that a process is just reading is tried again after so long, and so often.
BUSY_SECONDS = 1.0
BUSY_TRIES = 3


class Looked(NamedTuple):
    entry_id: bytes
    record: Record
    changes: Changes


class Stream:
    """The newest version of every article in the main stream, and how `tagger` would tag it."""

    def __init__(self, store: SyncStore, tagger: TopicTagger) -> None:
        self.store, self.tagger = store, tagger
        #: records of another schema than ours, or without a text
        self.unreadable = 0
        feeds = store.redis.hgetall(f"{store.prefix}:feeds")
        self._feed_topics = {feed.decode(): json.loads(config).get("topics") or () for feed, config in feeds.items()}

    def newest_first(self, *, last: int | None, since: str | None) -> Iterator[Looked]:
        """`last`: so many articles at most; `since`: a stream id or milliseconds since 1970."""
        for entry_id, fields in self._newest(last, since):
            if looked := self._look(entry_id, fields):
                yield looked

    def at(self, entry_id: bytes) -> Looked | None:
        """None where it was trimmed away meanwhile."""
        found = self.store.redis.xrange(f"{self.store.prefix}:articles", entry_id, entry_id)
        return self._look(entry_id, found[0][1]) if found else None

    def _look(self, entry_id: bytes, fields: dict[bytes, bytes]) -> Looked | None:
        try:
            record = Record.model_validate_json(fields[b"data"])
        except (ValidationError, KeyError):
            record = None
        if record is None or record.body is None or record.op == "retracted":
            self.unreadable += 1
            return None
        allowed = self._feed_topics.get(record.provenance.feed.id, ())
        return Looked(entry_id, record, changes(record, self.tagger, allowed))

    def _newest(self, last: int | None, since: str | None) -> Iterator[tuple[bytes, dict[bytes, bytes]]]:
        stream, end, seen = f"{self.store.prefix}:articles", "+", set[bytes]()
        while entries := self.store.redis.xrevrange(stream, end, since or "-", count=BATCH):
            for entry_id, fields in entries:
                if (article := fields.get(b"id", entry_id)) in seen:
                    continue
                if last is not None and len(seen) == last:
                    return
                seen.add(article)
                yield entry_id, fields
            end = f"({entries[-1][0].decode()}"


def retag(stream: Stream, ledger: Ledger, entry_ids: Sequence[bytes]) -> Counter[str]:
    """Publishes an update of each of these entries, in their order → how many were `updated`; `stale`, since another
    version came meanwhile; `gone`, trimmed away; `busy`, being read by a process all the while."""
    worker = Worker(name="wirebeat", version=version("wirebeat"), task_id=str(uuid.uuid4()), attempt=1)
    ends: Counter[str] = Counter()
    left = list(entry_ids)
    for attempt in range(BUSY_TRIES):
        if attempt and left:
            time.sleep(BUSY_SECONDS)
        busy = []
        for entry_id in left:
            end = _retag_one(stream, ledger, entry_id, worker)
            if end == "busy":
                busy.append(entry_id)
            else:
                ends[end] += 1
        left = busy
    ends["busy"] += len(left)
    return +ends


def _retag_one(stream: Stream, ledger: Ledger, entry_id: bytes, worker: Worker) -> str:
    looked = stream.at(entry_id)
    if looked is None:
        return "gone"
    moment = now()
    record = retagged(looked.record, looked.changes.result, stream.tagger.rules.version, worker, moment)
    end: Any = stream.store.do(ledger.retag(record.id, publication(record, moment)))
    return str(end[0])
