"""What became of all that was seen."""

from __future__ import annotations

from typing import NamedTuple


class Account(NamedTuple):
    """Every entry that a feed showed, and where it is: `seen` is the sum of all the others."""

    seen: int
    published: int
    updated: int
    duplicate: int
    dropped: dict[str, int]
    dead: dict[str, int]
    pending: dict[str, int]
    #: work that could be done at this moment, polls of feeds among it; no part of the sum
    due: dict[str, int]
    #: how long ago a stage was last asked for work, by whomever
    unasked_seconds: dict[str, float]

    def balance(self) -> int:
        """0, always."""
        ends = self.published + self.updated + self.duplicate
        return self.seen - ends - sum(self.dropped.values()) - sum(self.dead.values()) - sum(self.pending.values())
