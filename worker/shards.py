"""The stores of the other shards, each opened when something is handed over to it for the first time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from config.sharding import shard_of, shard_prefix

if TYPE_CHECKING:
    from collections.abc import Callable

    from config.settings import Settings

S = TypeVar("S")


class Shards(Generic[S]):
    def __init__(self, settings: Settings, open_store: Callable[[str], S]) -> None:
        """`open_store`: of a prefix."""
        self._settings, self._open_store = settings, open_store
        self._stores: dict[int, S] = {}

    def elsewhere(self, host: str) -> S | None:
        """The store of the shard that the host belongs to; None: of this one, as is what has no host."""
        one, count = self._settings.shard, self._settings.shards
        shard = shard_of(host, count) if host else one
        if shard == one:
            return None
        if shard not in self._stores:
            self._stores[shard] = self._open_store(shard_prefix(self._settings.prefix, shard, count))
        return self._stores[shard]
