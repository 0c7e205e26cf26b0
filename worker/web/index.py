"""The newest records, in memory and in stream order, so that filters and counts need no search in the store."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple

from worker.web.rows import EntryId, Names, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    #: rows → those of them that are wanted, in the same order
    Choose = Callable[[list[Row]], list[Row]]

CAPACITY = 10_000
#: twice as many as ten thousand articles name, so that it is looked through seldom
MOST_NAMES = 100_000
NOTHING: EntryId = (0, 0)
#: a page of what is often found is full after few of them
LOOKED_AT_ONCE = 500


class Found(NamedTuple):
    rows: list[Row]
    #: where the next page begins, going back in time; None at the end
    next: EntryId | None


class Index:
    def __init__(self, capacity: int = CAPACITY, *, most_names: int = MOST_NAMES) -> None:
        self.capacity = capacity
        self._most_names = most_names
        self.names = Names({}, {}, {})
        self._rows: list[Row] = []
        #: article → its newest version; and every version that is kept
        self._newest: dict[str, Row] = {}
        self._keys: set[tuple[str, int]] = set()

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def first(self) -> EntryId:
        return self._rows[0].entry if self._rows else NOTHING

    @property
    def last(self) -> EntryId:
        return self._rows[-1].entry if self._rows else NOTHING

    def add(self, row: Row) -> bool:
        """False where the record is here already (delivery is at least once) or comes out of order."""
        if (row.id, row.version) in self._keys or row.entry <= self.last:
            return False
        self._rows.append(row)
        self._keys.add((row.id, row.version))
        self._remember(row)
        # in one go for many, since each cut moves the whole list
        if len(self._rows) > self.capacity + max(1, self.capacity // 20):
            self._forget(len(self._rows) - self.capacity)
        return True

    def _remember(self, row: Row) -> None:
        known = self._newest.get(row.id)
        if known is None or known.version < row.version:
            self._newest[row.id] = row

    def _forget(self, count: int) -> None:
        orphaned = set()
        for row in self._rows[:count]:
            self._keys.discard((row.id, row.version))
            if self._newest.get(row.id) is row:
                del self._newest[row.id]
                orphaned.add(row.id)
        del self._rows[:count]
        self._forget_names()
        # versions do not always come in order: a lower one may stay behind
        for row in self._rows:
            if row.id in orphaned:
                self._remember(row)

    def _forget_names(self) -> None:
        names = self.names.entities
        if len(names) > self._most_names:
            used = {key for row in self._rows for key in row.entities}
            for key in [key for key in names if key not in used]:
                del names[key]

    def is_newest(self, row: Row) -> bool:
        return self._newest.get(row.id) is row

    def newest(self, article_id: str) -> Row | None:
        return self._newest.get(article_id)

    def version(self, article_id: str, version: int) -> Row | None:
        return next((row for row in reversed(self._rows) if row.id == article_id and row.version == version), None)

    def after(self, entry: EntryId, limit: int) -> Sequence[Row]:
        begin = bisect_right(self._rows, entry, key=lambda row: row.entry)
        return self._rows[begin : begin + limit]

    def find(self, choose: Choose, *, limit: int, before: EntryId | None = None, all_versions: bool = False) -> Found:
        """Newest first."""
        rows: list[Row] = []
        end = len(self._rows) if before is None else bisect_left(self._rows, before, key=lambda row: row.entry)
        while end > 0:
            looked_at = self._rows[max(0, end - LOOKED_AT_ONCE) : end]
            end -= len(looked_at)
            for row in choose(looked_at[::-1]):
                if all_versions or self.is_newest(row):
                    if len(rows) == limit:
                        return Found(rows, rows[-1].entry)
                    rows.append(row)
        return Found(rows, None)

    def every(self, choose: Choose) -> list[Row]:
        """The newest versions that fit, newest first."""
        newest = self._newest
        return [row for row in choose(self._rows[::-1]) if newest.get(row.id) is row]

    def in_order(self) -> Iterator[Row]:
        """Every version that is kept, as they came."""
        return iter(self._rows)

    def behind(self, entry: EntryId) -> int:
        """Records after this entry."""
        return len(self._rows) - bisect_right(self._rows, entry, key=lambda row: row.entry)
