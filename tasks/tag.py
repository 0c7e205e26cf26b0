"""Article → story: topics with evidence, entities, who reported it, quotes, dates. One page over all of tagging."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, NamedTuple, Protocol

from tasks.attribution import Attributor, Origin
from tasks.entities import EntityFinder
from tasks.record import Rules
from tasks.records import UNTITLED, Story, TopicTag
from tasks.topics import TopicTagger

if TYPE_CHECKING:
    from collections.abc import Collection

    from config.feeds import Feed
    from config.gazetteer import Gazetteer
    from config.topics import TopicRules
    from tasks.records import Article, Entry, Evidence
    from tasks.records import Nlp as NlpInfo
    from tasks.topics import TopicResult

#: The model knows English; names in other languages come from the gazetteer alone.
MODEL_LANGUAGE = "en"


class Found(NamedTuple):
    #: (start, end, label) in characters of the text
    spans: tuple[tuple[int, int, str], ...]
    #: tokens that the model read when the text was longer than its bound; None when it read all
    truncated_at_tokens: int | None


class Nlp(Protocol):
    """A spaCy pipeline with nothing but named entities, or less: what tagging needs of it."""

    @property
    def info(self) -> NlpInfo: ...

    def entities(self, text: str) -> Found: ...


class Tagger:
    """Built once, in the parent of the pool; nothing in it changes afterwards."""

    def __init__(self, topics: TopicRules, gazetteer: Gazetteer, nlp: Nlp) -> None:
        self._topics, self._nlp = TopicTagger(topics), nlp
        self._finder, self._attributor = EntityFinder(gazetteer), Attributor(gazetteer)
        self.rules = Rules(topics=topics.version, gazetteer=gazetteer.version)

    @property
    def topic_rules(self) -> TopicRules:
        return self._topics.rules

    def with_topics(self, topics: TopicRules) -> Tagger:
        """Another one with other topics, and all else in common with this one."""
        other = copy(self)
        other._topics = TopicTagger(topics)  # noqa: SLF001  (of the same class)
        other.rules = self.rules.model_copy(update={"topics": topics.version})
        return other

    def tag(self, article: Article, entry: Entry, feed: Feed) -> Story:
        title, body = tagged_title(article.title), article.body
        topics = self.topics(article)
        nlp = self._nlp.info
        spans: tuple[tuple[int, int, str], ...] = ()
        if article.lang.partition("-")[0] == MODEL_LANGUAGE:
            spans, truncated = self._nlp.entities(body)
            nlp = nlp.model_copy(update={"truncated_at_tokens": truncated}) if truncated else nlp
        entities = self._finder.find(title, body, article.lang, article.published_at, spans)
        origin = Origin(
            published=article.published_at,
            url=article.url,
            publisher=feed.title or article.publisher,
            canonical_url=next((link.url for link in article.links if link.rel == "canonical"), None),
            authors=tuple(author.name for author in article.authors),
            credit=entry.source,
            links=article.links,
        )
        found = self._attributor.attribute(title, body, article.lang, entities, origin)
        return Story(
            topics=of_feed(topics.tags, feed.topics),
            topic_scores=topics.scores,
            untagged=topics.untagged,
            entities=found.entities,
            cited_sources=found.cited_sources,
            quotes=found.quotes,
            dates=found.dates,
            syndicated_from=found.syndicated_from,
            nlp=nlp,
        )

    def explain(self, article: Article, topic_id: str) -> tuple[Evidence, ...]:
        """All that spoke for and against one topic, however low its score. KeyError for a topic that is none."""
        return self._topics.explain(tagged_title(article.title), article.body, article.lang, topic_id)

    def topics(self, article: Article) -> TopicResult:
        return self._topics.tag(tagged_title(article.title), article.body, article.lang)


def tagged_title(title: str) -> str:
    """A missing title is no title, not a title without words of a topic."""
    return "" if title == UNTITLED else title


def of_feed(tags: tuple[TopicTag, ...], topics: Collection[str]) -> tuple[TopicTag, ...]:
    """A feed that names topics is tagged with these alone; the first of those left leads."""
    if not topics:
        return tags
    kept = [tag for tag in tags if tag.id in topics]
    return tuple(tag.model_copy(update={"primary": number == 0}) for number, tag in enumerate(kept))
