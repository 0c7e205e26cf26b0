"""Who really reported it: cited outlets and whom they rest on, quotes and speakers, dates, syndication."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from config.gazetteer import Gazetteer
    from tasks.records import CitedSource, DateMention, Entity, Link, Quote, SourceCredit, SyndicatedFrom


class Origin(NamedTuple):
    """What is known about where an article stands and whom page and feed name for it."""

    published: datetime
    url: str
    publisher: str | None = None
    canonical_url: str | None = None
    authors: tuple[str, ...] = ()
    #: RSS `<source>` of the entry
    credit: SourceCredit | None = None
    links: tuple[Link, ...] = ()


class Attribution(NamedTuple):
    #: nearest to the lead first
    cited_sources: tuple[CitedSource, ...] = ()
    quotes: tuple[Quote, ...] = ()
    dates: tuple[DateMention, ...] = ()
    syndicated_from: SyndicatedFrom | None = None
    #: as given, with the role `cited-source` where an article cites them
    entities: tuple[Entity, ...] = ()


def attribute(
    title: str, body: str, lang: str, entities: Sequence[Entity], origin: Origin, gazetteer: Gazetteer
) -> Attribution:
    return Attribution(entities=tuple(entities))
