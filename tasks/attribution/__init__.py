"""Who really reported it: cited outlets and whom they rest on, quotes and speakers, dates, syndication."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from config.gazetteer.cues import Cues
from tasks.attribution.dates import DateFinder
from tasks.attribution.lexicon import lexicon
from tasks.attribution.outlets import cited_outlets
from tasks.attribution.quotes import quotes
from tasks.attribution.reading import Reading
from tasks.attribution.sources import cited_sources
from tasks.attribution.speech import acts
from tasks.attribution.syndication import Credits
from tasks.entities.naming import slug

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
    #: as given, with the role `cited-source` on those that the article cites
    entities: tuple[Entity, ...] = ()


class Attributor:
    """Made once from a gazetteer; `attribute` keeps no state."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._credits = Credits(gazetteer)
        self._lexicons = {lang: lexicon(lang, cues) for lang, cues in gazetteer.cues.items()}
        self._dates = {lang: DateFinder(cues) for lang, cues in gazetteer.cues.items() if cues.months}
        self._none = lexicon("", Cues())

    def attribute(self, title: str, body: str, lang: str, entities: Sequence[Entity], origin: Origin) -> Attribution:
        """`entities` as `EntityFinder.find` gave them. A language without words of reporting has quotes by nobody."""
        lang = lang.partition("-")[0]
        own = self._credits.own_keys(origin)
        syndicated = self._credits.syndicated_from(body, lang, origin, own)
        if syndicated:
            # who wrote the text does not cite, but reports
            own |= {slug(syndicated.name), slug(syndicated.name.removeprefix("The "))}
        reading = Reading(body, entities, self._lexicons.get(lang, self._none), self._gazetteer)
        said = acts(reading)
        cited = cited_outlets(reading, own, origin.links)
        sources = cited_sources(reading, title, said, cited, origin.links)
        keys = {source.entity for source in sources if source.entity}
        dates = self._dates.get(lang)
        return Attribution(
            cited_sources=sources,
            quotes=quotes(reading, said, cited),
            dates=dates.find(body, origin.published.date()) if dates else (),
            syndicated_from=syndicated,
            entities=tuple(_cited(entity) if entity.key in keys else entity for entity in entities),
        )


def _cited(entity: Entity) -> Entity:
    return entity.model_copy(update={"roles": (*entity.roles, "cited-source")})
