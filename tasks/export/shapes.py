"""The shapes of a single record that readers may ask for instead of our own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tasks.export.cloudevents import cloudevent
from tasks.export.jsonld import news_article
from tasks.export.ninjs import ninjs
from tasks.record import Record

#: name → writer, media type; a new shape is a module beside this one and its line here
EXPORTERS: dict[str, tuple[Callable[[Record], dict[str, Any]], str]] = {
    "ninjs": (ninjs, "application/json"),
    "cloudevents": (cloudevent, "application/cloudevents+json"),
    "jsonld": (news_article, "application/ld+json"),
}
