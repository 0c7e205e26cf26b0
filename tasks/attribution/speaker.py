"""Whom words belong to."""

from __future__ import annotations

from typing import Literal, NamedTuple

SpeakerType = Literal["named", "anonymous", "official", "outlet", "document"]


class Speaker(NamedTuple):
    #: the entity's name, or the words as they stand
    name: str
    type: SpeakerType
    entity: str | None
    start: int
    end: int
    #: a pronoun to be resolved, instead of a name
    pronoun: str | None = None
