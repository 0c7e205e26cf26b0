"""The invented publishers and their articles, from the data files beside this module."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

FOLDER = files("worker.demo")


class Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Publisher(Data):
    id: str
    name: str
    tagline: str
    #: a page template in looks/
    look: str
    feed: Literal["rss", "atom", "json"]


class Change(Data):
    """What the publisher makes of an article after it was read for the first time."""

    title: str
    summary: str
    body: str


class Article(Data):
    slug: str
    publisher: str
    section: str
    title: str
    author: str
    minutes_ago: int = Field(ge=0)
    #: the topics that a reader would file it under; the tests hold the tagger to them
    about: tuple[str, ...]
    summary: str
    #: paragraphs parted by blank lines; `## ` starts a subheading
    body: str
    #: the agency whose text this is
    credit: str | None = None
    #: slug of the article whose body this one prints word for word
    same_text_as: str | None = None
    #: paragraphs in front of the paywall; None: there is none
    shown_paragraphs: int | None = None
    status: int = 200
    content_in_feed: bool = False
    #: robots.txt asks not to read it
    private: bool = False
    later: Change | None = None

    @property
    def path(self) -> str:
        folder = "private" if self.private else self.section.lower().replace(" ", "-")
        return f"/{folder}/{self.slug}.html"

    @property
    def paragraphs(self) -> list[str]:
        return [paragraph.strip() for paragraph in self.body.split("\n\n") if paragraph.strip()]

    @property
    def becomes_record(self) -> bool:
        return not self.private and (self.status == 200 or self.content_in_feed)

    def changed(self) -> Article:
        return self.model_copy(update=self.later.model_dump()) if self.later else self


class Newsstand(NamedTuple):
    publishers: dict[str, Publisher]
    articles: dict[str, Article]
    #: (publisher, section) of feeds that repeat a part of the publisher's main feed
    section_feeds: list[tuple[str, str]]

    def of(self, publisher: str) -> list[Article]:
        """Newest first."""
        return sorted(
            (article for article in self.articles.values() if article.publisher == publisher),
            key=lambda article: article.minutes_ago,
        )


def load() -> Newsstand:
    publishers = tomllib.loads(FOLDER.joinpath("publishers.toml").read_text("utf-8"))
    section_feeds = [(feed["publisher"], feed["section"]) for feed in publishers.pop("section_feed")]
    articles = {}
    for file in sorted(FOLDER.joinpath("articles").iterdir(), key=lambda file: file.name):
        slug = file.name.removesuffix(".toml")
        articles[slug] = Article(slug=slug, **tomllib.loads(file.read_text("utf-8")))
    for slug, article in articles.items():
        if article.same_text_as:
            articles[slug] = article.model_copy(update={"body": articles[article.same_text_as].body})
    return Newsstand({id_: Publisher(id=id_, **row) for id_, row in publishers.items()}, articles, section_feeds)
