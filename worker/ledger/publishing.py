"""A publication as the scripts take it, and what they answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tasks.tellings import Known

if TYPE_CHECKING:
    from tasks.ports import Publication
    from tasks.tellings import Telling
    from worker.ledger.store import Argument


def brought(publication: Publication) -> list[Argument]:
    """What publication.lua takes."""
    flat = [part for pair in publication.fields.items() for part in pair]
    topics = [part for pair in publication.topics for part in pair]
    return [len(flat) + 2, *flat, "data", publication.data, publication.partial, len(publication.topics), *topics]


def told(telling: Telling) -> list[Argument]:
    """What copies.lua takes."""
    kept = [part for pair in telling.kept for part in pair]
    return [telling.token, telling.asked, int(telling.found), len(telling.kept), *kept]


def read_end(reply: Any) -> tuple[str, str | Known]:
    if reply[0] != b"again":
        return reply[0].decode(), reply[1].decode()
    _, token, own, *others = reply
    pairs = zip(others[::2], others[1::2], strict=True)
    return "again", Known(token, own, tuple((id_.decode(), kept) for id_, kept in pairs))
