"""Dates as pages write them → aware moments, or None. Never a guess where day and month could be swapped unseen."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple

FIRST_YEAR = 1990
# clocks of publishers run fast, and a story may be dated to the full ten minutes
AHEAD = timedelta(minutes=10)

_NAMES = tomllib.loads(Path(__file__).with_name("dates.toml").read_text(encoding="utf-8"))
_ZONES_HOURS: dict[str, float] = _NAMES["zones"]
_MONTHS = {name: int(number) for number, names in _NAMES["months"].items() for name in names.split()}

# months are single words; in Devanagari with vowel signs, which are no letters
_MONTH = r"(?P<mon>(?:[^\W\d_]|[\u0900-\u0903\u093c-\u094d]){3,12})"
# the month a second time, as the Levant calls it
_AGAIN = r"(?:\s?/\s?[^\W\d_]{3,12}(?:\s[^\W\d_]{3,12})?)?"
_AT = r"um|at|à|alle|klo?\.?|às|a las|в|о|v|godz\.?|ora|ore|στις|בשעה|الساعة|pukul|lúc|saat"
_TIME = (
    rf"(?:[T\s,|.–-]+(?:{_AT})?\s*(?P<h>\d{{1,2}})[:.h](?P<mi>\d{{2}})"
    r"(?::(?P<s>\d{2})(?:[.,]\d+)?)?\s*(?P<ap>[ap]\.?m\.?)?)?"
)
_ZONE = r"\s*(?:\(?(?P<z>[+-]\d{2}:?\d{2}|[+-]\d{1,2}\b|[A-Za-zМСКмск]{1,5}\b)\)?)?"
_ISO = re.compile(r"(?<!\d)(?P<y>\d{4})(?P<sep>[-/.]?)(?P<m>\d{2})(?P=sep)(?P<d>\d{2})(?!\d{3})" + _TIME + _ZONE)
# not the first of some days: 2020/7/11-12
_YEAR_FIRST = re.compile(
    r"(?<![\d.])(?P<y>(?:19|20)\d{2})(?P<sep>[-/.])\s?(?P<m>\d{1,2})(?P=sep)\s?(?P<d>\d{1,2})(?!\d|\.\d|\s?[-–~～]\s?\d{1,2}(?![\d:]))"
    + _TIME
    + _ZONE
)
_CJK = re.compile(
    r"(?P<y>\d{4})\s*[年년]\s*(?P<m>\d{1,2})\s*[月월]\s*(?P<d>\d{1,2})\s*[日일]?(?:[^\d]{0,6}(?P<h>\d{1,2})[:時시](?P<mi>\d{2}))?"
)
_DAY_NAME_YEAR = re.compile(
    r"(?<!\d)(?P<d>\d{1,2})(?:st|nd|rd|th|er|º|\.)?(?:\s+de|\s+of)?[\s-]+"
    + _MONTH
    + _AGAIN
    + r"\.?(?:\s+de|\s+del)?[\s,-]+(?P<y>\d{4})"
    + _TIME
    + _ZONE
)
_NAME_DAY_YEAR = re.compile(_MONTH + r"\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})" + _TIME + _ZONE)
# 2026. október 6., 2026 m. spalio 6 d.
_YEAR_NAME_DAY = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d{2})(?:\.|\s+m\.)?\s+" + _MONTH + r"\s+(?P<d>\d{1,2})(?!\d)(?:\.|\s+d\.)?" + _TIME + _ZONE
)
# Tue Nov 05 10:00:00 UTC 2019
_UNIX = re.compile(
    r"(?P<mon>[A-Za-z]{3})\s+(?P<d>\d{1,2})\s+(?P<h>\d{2}):(?P<mi>\d{2})(?::(?P<s>\d{2}))?\s+(?P<z>[A-Z]{2,5})?\s*(?P<y>\d{4})"
)
_NUMBERS = re.compile(r"(?<!\d)(?P<a>\d{1,2})(?P<sep>[./-])(?P<b>\d{1,2})(?P=sep)(?P<y>\d{4})(?!\d)" + _TIME + _ZONE)
_EPOCH = re.compile(r"^\s*(\d{9,10}|\d{12,13})\s*$")
_PATTERNS = (_ISO, _CJK, _UNIX, _DAY_NAME_YEAR, _NAME_DAY_YEAR, _NUMBERS, _YEAR_FIRST, _YEAR_NAME_DAY)
# who writes these puts the month first
_AMERICAN_ZONES = frozenset("et est edt ct cst cdt mt mst mdt pt pst pdt".split())


class Written(NamedTuple):
    moment: datetime
    #: the day as the page writes it, in its own zone
    day: str
    has_time: bool


def parse(text: str, *, now: datetime, month_first: bool = False) -> Written | None:
    """None where there is no date, or none between 1990 and ten minutes after `now`."""
    text = text.strip()[:120]
    if not text:
        return None
    epoch = _EPOCH.match(text)
    if epoch:
        digits = epoch.group(1)
        return _sane(datetime.fromtimestamp(int(digits) / (1000 if len(digits) > 11 else 1), UTC), now, zone=True)
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            written = _read(match.groupdict(), now, month_first=month_first)
            if written is not None:
                return written
    return None


def _read(parts: dict[str, str | None], now: datetime, *, month_first: bool) -> Written | None:
    year = int(parts["y"] or 0)
    american = (parts.get("z") or "").lower() in _AMERICAN_ZONES
    day_month = _day_and_month(parts, month_first=month_first or american)
    if day_month is None:
        return None
    zone, known = _zone(parts.get("z"))
    hour, has_time = int(parts.get("h") or 0), parts.get("h") is not None
    if (half := parts.get("ap")) and hour <= 12:
        hour = hour % 12 + (12 if half.lower().startswith("p") else 0)
    clock = (hour, int(parts.get("mi") or 0), min(int(parts.get("s") or 0), 59))
    try:
        moment = datetime(year, day_month[1], day_month[0], *clock, tzinfo=zone)
    except (ValueError, OverflowError):
        return None
    return _sane(moment, now, zone=known and has_time, has_time=has_time)


def _day_and_month(parts: dict[str, str | None], *, month_first: bool) -> tuple[int, int] | None:
    if "a" in parts:
        first, second = int(parts["a"] or 0), int(parts["b"] or 0)
        # dots are written day first everywhere
        swap = (month_first and parts.get("sep") != ".") if max(first, second) <= 12 else second > 12
        return (second, first) if swap else (first, second)
    if parts.get("mon") is not None:
        month = _MONTHS.get((parts["mon"] or "").lower())
        return (int(parts["d"] or 0), month) if month else None
    return int(parts["d"] or 0), int(parts["m"] or 0)


def _zone(name: str | None) -> tuple[timezone, bool]:
    if not name:
        return UTC, False
    if name[0] in "+-":
        digits = name[1:].replace(":", "")
        hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
        offset = timedelta(hours=hours, minutes=minutes) * (-1 if name[0] == "-" else 1)
        return (timezone(offset), True) if abs(offset) <= timedelta(hours=14) else (UTC, False)
    hours_off = _ZONES_HOURS.get(name.lower())
    return (timezone(timedelta(hours=hours_off)), True) if hours_off is not None else (UTC, False)


def _sane(moment: datetime, now: datetime, *, zone: bool, has_time: bool = True) -> Written | None:
    # a day without a time, or a time without a zone, may be up to 14 hours ahead of UTC
    ahead = AHEAD if zone else timedelta(hours=14)
    try:
        utc = moment.astimezone(UTC)
    except OverflowError:
        return None
    if utc.year < FIRST_YEAR or utc > now + ahead:
        return None
    return Written(min(utc, now) if not zone and utc > now + AHEAD else utc, moment.date().isoformat(), has_time)
