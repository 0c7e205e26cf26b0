"""Article → story: topics with evidence, entities, who reported it, quotes, dates. One page over the parts of tagging."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.records import Rules, Story
from tasks.topics import TopicTagger

if TYPE_CHECKING:
    from config.feeds import Feed
    from config.topics import TopicRules
    from tasks.ports import Nlp
    from tasks.records import Article, Entry


class Tagger:
    """Built once, in the parent of the pool; nothing in it changes afterwards."""

    def __init__(self, topics: TopicRules, nlp: Nlp) -> None:
        self._topics = TopicTagger(topics)
        self._nlp = nlp
        self.rules = Rules(topics=topics.version, gazetteer="0")

    def tag(self, article: Article, entry: Entry, feed: Feed) -> Story:
        topics = self._topics.tag(article.title, article.body, article.lang)
        return Story(
            topics=topics.tags,
            topic_scores=topics.scores,
            untagged=topics.untagged,
            nlp=self._nlp.info,
        )
