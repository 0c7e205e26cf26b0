"""A feed as the ledger keeps it: JSON, the same text at every poll."""

from __future__ import annotations

from functools import lru_cache

from config.feeds import Feed

#: a poll of an unchanged feed costs about as much as reading its settings anew
KEPT = 20_000


@lru_cache(KEPT)
def stored_feed(config: str) -> Feed:
    return Feed.model_validate_json(config)
