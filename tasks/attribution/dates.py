"""Days named in the text, resolved against the day of publication."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tasks.records import DateMention

if TYPE_CHECKING:
    from config.gazetteer.cues import Cues

#: a day and month without a year is the nearest one, but for what is announced this many days ahead at most
_AHEAD_DAYS = 75
_WEEK = 7


class DateFinder:
    """The patterns of one language. Weekdays, `yesterday`, days with a month, with or without a year."""

    def __init__(self, cues: Cues) -> None:
        self._cues = cues
        self._weekdays = {name: number for number, name in enumerate(cues.weekdays)}
        self._months = {name: number % 12 + 1 for number, name in enumerate((*cues.months, *cues.month_abbreviations))}
        self._future = re.compile(rf"\b(?:{_any(cues.future)})\b", re.IGNORECASE)
        self._pattern = self._compiled()

    def _compiled(self) -> re.Pattern[str]:
        cues = self._cues
        on = rf"(?:(?:{_any(cues.on)})\s)?" if cues.on else ""
        step = rf"(?:(?P<next>{_any(cues.next)})\s|(?P<last>{_any(cues.last)})\s)?"
        month = rf"(?:{_any((*cues.months, *cues.month_abbreviations))})"
        year = r"(?:,?\s(?P<{}>(?:19|20)\d\d)\b)?"
        parts = [
            rf"{on}(?P<m1>{month})\.?\s(?P<d1>[0-3]?\d)(?:st|nd|rd|th)?\b(?!:|\.\d|%){year.format('y1')}",
            rf"{on}(?P<d2>[0-3]?\d)(?:st|nd|rd|th|\.|-го|-го)?\s(?:de\s|of\s)?(?P<m2>{month})\b\.?(?:\sde)?{year.format('y2')}",
            r"(?P<iso>(?:19|20)\d\d-[01]\d-[0-3]\d)\b",
        ]
        if cues.weekdays:
            parts.append(rf"{on}{step}(?P<weekday>{_any(cues.weekdays)})(?=\b(?!['’]?s?\s(?:Night|Times)))")
        if cues.relative:
            parts.append(rf"(?P<relative>{_any(tuple(cues.relative))})")
        # most words start no date: their first letter tells, before the long alternatives are tried
        words = (
            *cues.months,
            *cues.month_abbreviations,
            *cues.weekdays,
            *cues.relative,
            *cues.on,
            *cues.next,
            *cues.last,
        )
        first = "".join(sorted({letter for word in words for letter in (word[0], word[0].upper())}))
        return re.compile(rf"(?<![\w-])(?=[{re.escape(first)}\d])(?:{'|'.join(parts)})(?!\w)", re.IGNORECASE)

    def find(self, body: str, published: date) -> tuple[DateMention, ...]:
        found = []
        for match in self._pattern.finditer(body):
            day = self._day(match, body, published)
            if day is not None:
                given = any(match[group] for group in ("iso", "y1", "y2"))
                counted_from = None if given else "published_at"
                found.append(
                    DateMention(
                        text=match[0],
                        start=match.start(),
                        end=match.end(),
                        value=day.isoformat(),
                        relative_to=counted_from,
                    )
                )
        return tuple(found)

    def _day(self, match: re.Match[str], body: str, published: date) -> date | None:
        groups = match.groupdict()
        if groups["iso"]:
            return _valid(*map(int, groups["iso"].split("-")))
        if groups.get("relative"):
            return published + timedelta(days=self._cues.relative[groups["relative"].lower()])
        if groups.get("weekday"):
            return self._of_weekday(match, body, published)
        month, day = groups["m1"] or groups["m2"], groups["d1"] or groups["d2"]
        if (month[0].islower() and self._cues.months[0] == "january") or not month:
            return None
        year = groups["y1"] or groups["y2"]
        number = self._months[month.lower()]
        return _valid(int(year), number, int(day)) if year else _nearest(published, number, int(day))

    def _of_weekday(self, match: re.Match[str], body: str, published: date) -> date | None:
        name = match["weekday"]
        if name[0].islower() and self._cues.weekdays[0] == "monday":
            return None
        wanted = self._weekdays[name.lower()] % _WEEK
        back = (published.weekday() - wanted) % _WEEK
        if match["last"]:
            return published - timedelta(days=back or _WEEK)
        if match["next"]:
            return published + timedelta(days=_WEEK - back)
        sentence = max(body.rfind(". ", 0, match.start()), body.rfind("\n", 0, match.start()), match.start() - 60)
        if back and self._future.search(body, max(0, sentence), match.start()):
            return published + timedelta(days=_WEEK - back)
        return published - timedelta(days=back)


def _nearest(published: date, month: int, day: int) -> date | None:
    candidates = [_valid(published.year + shift, month, day) for shift in (-1, 0, 1)]
    near = [one for one in candidates if one and one - published <= timedelta(days=_AHEAD_DAYS)]
    return max(near, default=None)


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _any(words: tuple[str, ...]) -> str:
    return "|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word))))
