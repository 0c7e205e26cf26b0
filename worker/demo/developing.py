"""News without end for a demonstration that stays up: the stories of developing.toml, told anew each time."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Sequence
from functools import cache

from pydantic import Field

from worker.demo.news import FOLDER, Article, Change, Data

DETAILS_TOLD = 4
#: every so many tellings, the next publisher prints the agency's text word for word, or the same one is changed later
COPY_EVERY = 5
CHANGE_EVERY = 7
AGENCY = "Tallis Wire"


class Story(Data):
    section: str
    about: tuple[str, ...]
    author: str
    #: {name} in the texts → what may stand there
    words: dict[str, tuple[str, ...]]
    #: one for each lead, and one for them all
    titles: tuple[str, ...]
    leads: tuple[str, ...]
    details: tuple[str, ...] = Field(min_length=DETAILS_TOLD + 1)
    endings: tuple[str, ...]


@cache
def stories() -> tuple[Story, ...]:
    rows = tomllib.loads(FOLDER.joinpath("developing.toml").read_text("utf-8"))["story"]
    return tuple(Story(**row) for row in rows)


def telling(number: int, publishers: list[str]) -> Article:
    """The same number gives the same article. Numbers from 0."""
    copied = number % COPY_EVERY == COPY_EVERY - 1
    article = _told(number - 1 if copied else number, publishers[number % len(publishers)], second_title=copied)
    credited = copied or number % COPY_EVERY == COPY_EVERY - 2
    return article.model_copy(update={"slug": f"news-{number}", "credit": AGENCY if credited else None})


def _told(number: int, publisher: str, *, second_title: bool) -> Article:
    # one story after the other, after the first time round in another order each
    round_, place = divmod(number, len(stories()))
    order: Sequence[int] = range(len(stories()))
    if round_:
        order = random.Random(f"round {round_}").sample(order, len(order))
    story = stories()[order[place]]
    chance = random.Random(number)
    words = {name: chance.choice(choices) for name, choices in story.words.items()}
    kind = chance.randrange(len(story.leads))
    title, other_title, lead = (_filled(t, words) for t in (story.titles[kind], story.titles[-1], story.leads[kind]))
    details = [_filled(text, words) for text in chance.sample(story.details, len(story.details))]
    ending = _filled(chance.choice(story.endings), words)
    body = "\n\n".join([lead, *details[:DETAILS_TOLD], ending])
    later = None
    if number % CHANGE_EVERY == CHANGE_EVERY - 1:
        longer = "\n\n".join([lead, *details, ending])
        later = Change(title=f"{title} (updated)", summary=details[-1], body=longer)
    return Article(
        slug=f"news-{number}",
        publisher=publisher,
        section=story.section,
        title=other_title if second_title else title,
        author=story.author,
        minutes_ago=0,
        about=story.about,
        summary=lead,
        body=body,
        later=None if second_title else later,
    )


def _filled(text: str, words: dict[str, str]) -> str:
    filled = text.format_map(words)
    return filled[0].upper() + filled[1:]
