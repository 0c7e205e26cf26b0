"""An article of one's own making, attributed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from config.gazetteer import load_gazetteer
from tasks.attribution import Attributor, Origin
from tasks.entities import EntityFinder


@pytest.fixture(scope="session")
def attribute():
    """body, (name, label) pairs that a model would see, and fields of `Origin` → Attribution"""
    gazetteer = load_gazetteer()
    finder, attributor = EntityFinder(gazetteer), Attributor(gazetteer)

    def attributed(body, *names, title="", lang="en", **origin):
        published = origin.pop("published", datetime(2024, 11, 10, 12, tzinfo=UTC))
        spans = [(body.index(name), body.index(name) + len(name), label) for name, label in names]
        entities = finder.find(title, body, lang, published, spans)
        known = Origin(published, origin.pop("url", "https://daily.example/a"), **origin)
        return attributor.attribute(title, body, lang, entities, known)

    return attributed
