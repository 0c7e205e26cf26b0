"""From a page to its story, with the shipped lists of names and no model."""

import pytest

from config.feeds import Feed
from config.gazetteer import load_gazetteer
from config.topics import load_topics
from tasks.records import Entry, Nlp
from tasks.tag import Found, Tagger
from tests.tasks.extract.pages import URL, article

RULES = '[topics.ferries]\nname = "Ferries"\nterms = ["ferry"]\n'
ENTRY = Entry(feed="post", guid="1", url=URL)
FEED = Feed(id="post", url="https://www.harrow.example/feed", title="Harrow Bay Post", every="15m")


class Model:
    info = Nlp(library="none", version="0", model=None, model_version=None)

    def __init__(self) -> None:
        self.read: list[str] = []

    def entities(self, text: str) -> Found:
        self.read.append(text)
        return Found((), None)


@pytest.fixture(scope="module")
def model() -> Model:
    return Model()


@pytest.fixture(scope="module")
def tagger(model) -> Tagger:
    return Tagger(load_topics(RULES, file="topics.toml"), load_gazetteer(), model)


def test_a_page_that_names_another_sites_as_canonical_is_syndicated_from_there(tagger):
    head = '<link rel="canonical" href="https://apnews.com/article/748f8eb6520f">'
    story = tagger.tag(article(head=head), ENTRY, FEED)
    assert story.syndicated_from
    assert story.syndicated_from.name == "Associated Press"
    assert story.syndicated_from.evidence == "canonical_url"
    assert tagger.tag(article(), ENTRY, FEED).syndicated_from is None


def test_the_model_is_asked_in_its_own_language_alone(tagger, model):
    english = article()
    for lang, asked in (("en-GB", 1), ("de", 0)):
        model.read.clear()
        tagger.tag(english.model_copy(update={"lang": lang}), ENTRY, FEED)
        assert len(model.read) == asked


def test_a_feed_with_topics_of_its_own_has_no_others(tagger):
    assert [tag.id for tag in tagger.tag(article(), ENTRY, FEED).topics] == ["ferries"]
    assert tagger.tag(article(), ENTRY, FEED.model_copy(update={"topics": ("weather",)})).topics == ()
