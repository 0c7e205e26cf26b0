"""How often records of a feed come, and whether it has gone quiet against that: it answers, and nothing comes of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from worker.ledger import moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from worker.web.rows import Row

#: fewer say nothing of a rhythm
FEWEST_RECORDS = 10
#: a night is in every feed's rhythm, even where it has not been seen yet
QUIET_AT_LEAST = timedelta(days=1)
TIMES_THE_LONGEST_PAUSE = 2


class Rhythm(NamedTuple):
    records: int
    first: datetime
    last: datetime
    longest_pause: timedelta


def rhythms(rows: Iterable[Row]) -> Mapping[str, Rhythm]:
    """Feed → when its records came. `rows` in the order of the stream."""
    kept: dict[str, tuple[int, int, int, int]] = {}
    for row in rows:
        at = row.entry[0]
        count, first, last, pause = kept.get(row.feed, (0, at, at, 0))
        kept[row.feed] = (count + 1, first, at, max(pause, at - last))
    return {
        feed: Rhythm(count, moment(first), moment(last), timedelta(milliseconds=pause))
        for feed, (count, first, last, pause) in kept.items()
    }


def quiet_for(rhythm: Rhythm, answered: datetime) -> timedelta | None:
    """`answered`: when the feed last did. None where it is as ever, or too little is known of it."""
    known_for = rhythm.last - rhythm.first
    if rhythm.records < FEWEST_RECORDS or known_for < QUIET_AT_LEAST:
        return None
    quiet = answered - rhythm.last
    return quiet if quiet > max(TIMES_THE_LONGEST_PAUSE * rhythm.longest_pause, QUIET_AT_LEAST) else None
