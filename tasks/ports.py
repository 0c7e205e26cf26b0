"""What the pipeline asks of the outside. `worker/` gives the real ones; tests give hand-written ones."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, Literal, NamedTuple, Protocol, TypeVar, get_args

from tasks.documents import KeptDocuments, ReadDocument
from tasks.network import NetworkWatch
from tasks.record import Worker
from tasks.records import Entry, Page
from tasks.tellings import Telling

if TYPE_CHECKING:
    from tasks.robots import RobotsRules
    from tasks.tag import Tagger
    from tasks.tellings import Known

T = TypeVar("T")
#: where an entry may wait
Stage = Literal["fetch", "enrich"]
#: where there may be work to do; each has a queue, leases, and a role that does it
AnyStage = Literal["poll", "fetch", "enrich"]
STAGES: tuple[AnyStage, ...] = get_args(AnyStage)


class Validators(NamedTuple):
    """What the origin gave to ask again with, byte for byte; `body_hash` is ours, for servers that give neither."""

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None


class Held(Protocol):
    """As much of a claim as it takes to end it."""

    @property
    def id(self) -> str: ...
    @property
    def token(self) -> str: ...


class Claim(NamedTuple):
    """A lease on an entry: until it runs out, nobody else gets it. `token` proves it."""

    id: str
    token: str
    #: tries at this stage, this one included
    attempt: int
    entry: Entry
    seen_at: datetime
    #: version and raw content hash as published before; 0 and None for an article not yet published
    version: int
    content_hash: bytes | None
    #: the feed as configured, JSON; "" when it has left the list since
    feed_config: str
    #: only at the enrich stage
    page: Page | None


class Crashed(NamedTuple):
    """An entry that is dead: the processes working on it died, one after the other."""

    id: str
    feed_id: str
    detail: str


class Claims(NamedTuple):
    claims: tuple[Claim, ...]
    #: until the next entry is due; None when none waits
    next_due_seconds: float | None
    #: `full`: what comes after has enough to do
    held_back: str
    crashed: tuple[Crashed, ...]


class PollClaim(NamedTuple):
    feed_id: str
    token: str
    config: str
    validators: Validators
    errors_in_a_row: int
    #: when a document of the feed was last read in full; 1970 when never
    read_whole_at: datetime
    #: where permanent redirects have led to
    moved_to: str | None


class PollClaims(NamedTuple):
    claims: tuple[PollClaim, ...]
    next_due_seconds: float | None


class Sighting(NamedTuple):
    """An entry as the ledger takes it in: see tasks.identity."""

    id: str
    alias: bytes | None
    fingerprint: bytes
    host: str
    #: JSON
    entry: str
    #: host of the article's address, by which shards divide; "" where there is none
    site: str = ""


class Polled(NamedTuple):
    """What one poll of a feed brought, to be stored all or nothing."""

    validators: Validators
    next_due: datetime
    #: in words, for operators
    status: str
    sightings: tuple[Sighting, ...] = ()
    #: a whole document was read, not a 304 or the same bytes again
    whole: bool = False
    moved_to: str | None = None


class Admission(NamedTuple):
    #: False: the lease had run out, nothing was stored
    held: bool
    new: int
    changed: int
    known: int


class Publication(NamedTuple):
    """A record as it goes into the streams."""

    version: int
    content_hash: bytes
    #: flat fields in the contract's order, without `data`
    fields: dict[str, str | int | float]
    data: bytes
    #: `data` of the topic streams
    partial: bytes
    #: (topic id, score)
    topics: tuple[tuple[str, float], ...]
    #: the id that the page's own address would have, where a redirect led to it
    address: str | None = None
    telling: Telling = Telling()


class Call(NamedTuple, Generic[T]):
    """One step of the ledger, not yet taken: built by a Ledger, carried out by a Store, safe to carry out twice."""

    script: str
    arguments: Sequence[str | bytes | int | float]
    read: Callable[[Any], T]


class Ledger(Protocol):
    """worker.ledger.calls.Ledger says what each does."""

    def claim_polls(
        self, count: int, *, by: str = "", quiet: Sequence[tuple[PollClaim, Polled]] = ()
    ) -> Call[PollClaims]: ...
    def admit(self, claim: PollClaim, polled: Polled, *, elsewhere: int = 0) -> Call[Admission]: ...
    def receive(self, claim: PollClaim, sightings: Sequence[Sighting]) -> Call[tuple[int, int, int]]: ...
    def poll_failed(
        self,
        claim: PollClaim,
        *,
        next_due: datetime,
        status: str,
        error: str,
        stop: bool = False,
        counted: bool = True,
    ) -> Call[bool]: ...
    def claim(self, stage: Stage, count: int, *, by: str) -> Call[Claims]: ...
    def advance(self, claim: Claim, page: bytes) -> Call[int]: ...
    def publish(
        self, claim: Claim, publication: Publication, *, following: Held | None = None
    ) -> Call[tuple[str, str | Known]]: ...
    def lodge(self, address: str, id_: str, content_hash: bytes) -> Call[str]: ...
    def duplicate(self, claim: Claim, content_hash: bytes, *, following: Held | None = None) -> Call[bool]: ...
    def settle(self, claim: Claim, stage: Stage, reason: str, *, following: Held | None = None) -> Call[bool]: ...
    def fail(
        self,
        claim: Held,
        stage: Stage,
        reason: str,
        detail: str,
        *,
        retry_at: datetime | None,
        following: Held | None = None,
    ) -> Call[Literal["retry", "dead", "stale"]]: ...
    def release(self, stage: Stage, claims: Sequence[Claim], *, not_before: datetime | None = None) -> Call[int]: ...


class Store(Protocol):
    def do(self, call: Call[T]) -> T: ...


class AsyncStore(Protocol):
    async def do(self, call: Call[T]) -> T: ...


#: asked before each hop of a redirect, when it is our turn at its host; raises what is to end the fetch
Heed = Callable[[str], Awaitable[None]]


class Fetcher(Protocol):
    async def fetch(
        self,
        url: str,
        *,
        kind: Literal["feed", "page", "robots"],
        validators: Validators,
        timeout_seconds: float | None = None,
        heed: Heed | None = None,
    ) -> Page:
        """Raises tasks.reasons.Failed. A 304 comes back as a Page with status 304 and no body."""


class FeedReader(Protocol):
    async def read_feed(
        self,
        document: bytes,
        *,
        feed: str,
        url: str,
        content_type: str,
        now: datetime,
        max_entries: int,
        before: str,
    ) -> ReadDocument:
        """tasks.poll.read_feed where it can be killed."""


class Robots(Protocol):
    async def rules(self, url: str) -> RobotsRules | None:
        """What is known of the origin's robots.txt; None when it must be asked for first."""

    async def learn(self, url: str) -> None:
        """Asks for it. Raises Failed where the origin cannot say now."""


class Limits(NamedTuple):
    max_feed_bytes: int
    max_page_bytes: int
    max_entries_per_poll: int
    max_body_chars: int
    backoff_cap_seconds: float


class Gathering(NamedTuple):
    """What polling and fetching ask of the outside."""

    ledger: Ledger
    store: AsyncStore
    web: Fetcher
    reader: FeedReader
    robots: Robots
    network: NetworkWatch
    documents: KeptDocuments
    limits: Limits
    user_agent: str
    respect_robots: bool
    now: Callable[[], datetime]
    #: takes note of a poll that brought no document, to be told to the ledger with the next claim
    unchanged: Callable[[PollClaim, Polled], None]
    #: tells a stage that there is work, so that it need not wait for the next tick
    wake: Callable[[str], None]
    #: one line and one count for each end: (event, feed, fields)
    saw: Callable[..., None]
    #: host → the store of the shard that it belongs to; None: of this one
    elsewhere: Callable[[str], AsyncStore | None] = lambda _host: None


class Reading(NamedTuple):
    """What reading and tagging articles asks of the outside."""

    ledger: Ledger
    store: Store
    tagger: Tagger
    limits: Limits
    #: which process this is, at which try
    worker: Callable[[int], Worker]
    now: Callable[[], datetime]
    saw: Callable[..., None]
    #: as of Gathering
    elsewhere: Callable[[str], Store | None] = lambda _host: None
