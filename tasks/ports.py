"""What the pipeline asks of the outside. `worker/` gives the real ones; tests give hand-written ones."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, NamedTuple, Protocol

from tasks.records import Entry, Page
from tasks.records import Nlp as NlpInfo

Stage = Literal["fetch", "enrich"]


class Validators(NamedTuple):
    """What the origin gave to ask again with, byte for byte; `body_hash` is ours, for servers that give neither."""

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None


class Claim(NamedTuple):
    """A lease on an entry: until it runs out, nobody else gets it. `token` proves it."""

    id: str
    token: int
    #: tries at this stage, this one included
    attempt: int
    entry: Entry
    seen_at: datetime
    #: version and content hash as published before; 0 and None for an article not yet published
    version: int
    content_hash: str | None


class Fetcher(Protocol):
    async def fetch(self, url: str, *, kind: Literal["feed", "page", "robots"], validators: Validators) -> Page:
        """Raises tasks.reasons.Failed. A 304 comes back as a Page with status 304 and no body."""
        ...


class Found(NamedTuple):
    #: (start, end, label) in characters of the text
    spans: tuple[tuple[int, int, str], ...]
    #: tokens that the model read when the text was longer than its bound; None when it read all
    truncated_at_tokens: int | None


class Nlp(Protocol):
    """A spaCy pipeline with nothing but named entities, or less: what `tasks.tag` needs of it."""

    @property
    def info(self) -> NlpInfo: ...

    def entities(self, text: str) -> Found: ...


Fields = dict[str, Any]
