"""What can be asked of the ledger: each method builds one script call. Times go in as milliseconds since 1970."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from urllib.parse import urlsplit

from tasks.ports import Admission, Call
from worker.ledger.publishing import brought, read_end, told
from worker.ledger.replies import read_account, read_claims, read_polls, text
from worker.ledger.store import Argument

if TYPE_CHECKING:
    from tasks.account import Account
    from tasks.ports import AnyStage, Claim, Claims, Held, PollClaim, PollClaims, Polled, Publication, Sighting, Stage
    from tasks.tellings import Known

#: A lease outlasts the work it covers: a fetch ends after 20 to 30 s, four articles after 20 s each at the worst.
LEASE_MS: Mapping[str, int] = {"poll": 60_000, "fetch": 45_000, "enrich": 90_000}
#: How many processes an entry may cost. A fetch runs no dangerous code, so its deaths are accidents of others. An
#: article that hangs or grows is told of by the warden at once; one that crashes its process costs eight forks, and
#: three would not do: of the articles in work while processes are killed all the time, one is soon hit three times.
MAX_CRASHES: Mapping[str, int] = {"fetch": 20, "enrich": 8}


def milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def owner_of(feed: str) -> bytes:
    """The 4 bytes by which an article remembers which feed showed it first."""
    return hashlib.sha256(feed.encode()).digest()[:4]


def _named(following: Held | None) -> tuple[str, str]:
    return ("", "") if following is None else (following.id, following.token)


def _shown(sightings: Sequence[Sighting]) -> list[Argument]:
    """As scripts/sightings.lua takes them."""
    parts = [part for s in sightings for part in (s.id, s.alias or b"", s.fingerprint, s.host, s.entry)]
    return [len(sightings), *parts]


class Politeness(NamedTuple):
    host_interval_ms: int = 1000
    host_concurrency: int = 2


class Ledger:
    """`now` of the constructor is for tests that move time; None: the server's clock."""

    def __init__(self, politeness: Politeness = Politeness(), *, high_water: int = 2000) -> None:  # noqa: B008  (immutable)
        self._politeness = politeness
        self._high_water = high_water
        self.now: datetime | None = None

    def _call(self, script: str, read: Any, *arguments: Argument) -> Call[Any]:
        now: Argument = "" if self.now is None else milliseconds(self.now)
        return Call(script, [now, *arguments], read)

    # feeds

    def sync_feeds(self, digest: str, feeds: Sequence[tuple[str, str, str, str]]) -> Call[tuple[int, int]]:
        """`feeds`: (id, config as JSON, host, url). Reads (new or changed, removed)."""
        return self._call("sync_feeds", tuple, digest, len(feeds), *(part for feed in feeds for part in feed))

    def poll_now(self, feeds: Sequence[str] = ()) -> Call[int]:
        return self._call("poll_now", int, len(feeds), *feeds)

    def claim_polls(
        self, count: int, *, by: str = "", ahead_seconds: float = 0.0, quiet: Sequence[tuple[PollClaim, Polled]] = ()
    ) -> Call[PollClaims]:
        """`ahead_seconds`: what is due so soon is given out, too, but for feeds whose last poll failed. `quiet`: polls
        that brought no document, told with the same call: they are most of all polls."""
        told: list[Argument] = []
        for claim, polled in quiet:
            other = polled.validators != claim.validators
            told.append(f"{claim.feed_id} {claim.token} {milliseconds(polled.next_due)} {other:d} {polled.status}")
            if other:
                told += (value or "" for value in polled.validators)
        ahead_ms = round(ahead_seconds * 1000)
        asked = (count, ahead_ms, LEASE_MS["poll"], uuid.uuid4().hex, by, *self._politeness)
        return self._call("claim_polls", read_polls, *asked, len(quiet), *told)

    def admit(self, claim: PollClaim, polled: Polled, *, elsewhere: int = 0) -> Call[Admission]:
        """Validators, next due time and new entries of one poll, all or nothing. `elsewhere`: new ones of it that other
        shards took."""
        return self._call(
            "admit",
            lambda reply: Admission(bool(reply[0]), *reply[1:]),
            claim.feed_id,
            claim.token,
            milliseconds(polled.next_due),
            *(value or "" for value in polled.validators),
            polled.status,
            int(polled.whole),
            polled.moved_to or "",
            urlsplit(polled.moved_to or "").hostname or "",
            owner_of(claim.feed_id),
            elsewhere,
            *_shown(polled.sightings),
        )

    def receive(self, claim: PollClaim, sightings: Sequence[Sighting]) -> Call[tuple[int, int, int]]:
        """Into the shard that the sightings belong to, not the feed's. Reads (new, changed, known)."""
        return self._call("receive", tuple, claim.feed_id, claim.config, owner_of(claim.feed_id), *_shown(sightings))

    def poll_failed(
        self,
        claim: PollClaim,
        *,
        next_due: datetime,
        status: str,
        error: str,
        stop: bool = False,
        counted: bool = True,
    ) -> Call[bool]:
        """`counted`: as one of the errors in a row by which a feed is asked ever later."""
        due = milliseconds(next_due)
        return self._call("poll_failed", bool, claim.feed_id, claim.token, due, status, error, int(stop), int(counted))

    # entries

    def claim(self, stage: Stage, count: int, *, by: str) -> Call[Claims]:
        """`by` names the process, so that its leases can be freed when it is found dead."""
        nonce = uuid.uuid4().hex
        return self._call(
            f"claim_{stage}",
            read_claims,
            *(stage, count, LEASE_MS[stage], MAX_CRASHES[stage], nonce, by, self._high_water),
            *self._politeness,
        )

    def advance(self, claim: Claim, page: bytes) -> Call[int]:
        return self._call("advance", int, claim.id, claim.token, page)

    def publish(
        self, claim: Claim, publication: Publication, *, following: Held | None = None
    ) -> Call[tuple[str, str | Known]]:
        """Reads ('published', stream id), ('duplicate', id of the other), ('stale', '') or ('again', what to know)."""
        return self._call(
            "publish",
            read_end,
            *(claim.id, claim.token, *_named(following), publication.address or "", publication.version),
            *(publication.content_hash, *told(publication.telling), *brought(publication)),
        )

    def retag(self, id_: str, publication: Publication) -> Call[tuple[str, str]]:
        """The version after the one published last. Reads ('updated', stream id), ('busy', '') or ('stale', '')."""
        return self._call(
            "retag",
            lambda reply: (text(reply[0]), text(reply[1])),
            *(id_, publication.version - 1, *brought(publication)),
        )

    def lodge(self, address: str, id_: str, content_hash: bytes) -> Call[str]:
        """Into the shard that the address belongs to. Reads the article that was published there; "" for none."""
        return self._call("lodge", text, address, id_, content_hash)

    def duplicate(self, claim: Claim, content_hash: bytes, *, following: Held | None = None) -> Call[bool]:
        """Of an article that another shard published."""
        return self._call("duplicate", bool, claim.id, claim.token, *_named(following), content_hash)

    def settle(self, claim: Claim, stage: Stage, reason: str, *, following: Held | None = None) -> Call[bool]:
        return self._call("settle", bool, claim.id, claim.token, stage, *_named(following), reason)

    def fail(
        self,
        claim: Held,
        stage: Stage,
        reason: str,
        detail: str,
        *,
        retry_at: datetime | None,
        following: Held | None = None,
    ) -> Call[Literal["retry", "dead", "stale"]]:
        when: Argument = "" if retry_at is None else milliseconds(retry_at)
        return self._call("fail", text, claim.id, claim.token, stage, *_named(following), reason, detail, when)

    def release(self, stage: Stage, claims: Sequence[Claim], *, not_before: datetime | None = None) -> Call[int]:
        when: Argument = "" if not_before is None else milliseconds(not_before)
        held = [part for claim in claims for part in (claim.id, claim.token)]
        return self._call("release", int, stage, when, len(claims), *held)

    def orphaned(self, stage: AnyStage, by: str = "") -> Call[int]:
        return self._call("orphaned", int, stage, by)

    def hop(self, host: str) -> Call[float]:
        """Reads seconds to wait before `host` may be asked by a redirect."""
        return self._call("hop", lambda reply: reply / 1000, host, self._politeness.host_interval_ms)

    def hop_open(self, host: str, token: str) -> Call[bool]:
        """Reads whether `host` has a place for one more open request; it is given back with hop_done, or by time."""
        return self._call("hop_open", bool, host, token, self._politeness.host_concurrency, LEASE_MS["fetch"])

    def hop_done(self, host: str, token: str) -> Call[bool]:
        return self._call("hop_done", bool, host, token)

    # what became of it

    def account(self) -> Call[Account]:
        return self._call("account", read_account)

    def idle(self, since: datetime, horizon_seconds: float) -> Call[tuple[int, int, int]]:
        """Reads (feeds not done, entries due before the horizon, entries put off beyond it)."""
        return self._call("idle", tuple, milliseconds(since), int(horizon_seconds * 1000))

    def dead_retry(self, stream_id: str) -> Call[bool]:
        return self._call("dead_retry", bool, stream_id)

    def dead_drop(self, stream_id: str) -> Call[bool]:
        return self._call("dead_drop", bool, stream_id)
