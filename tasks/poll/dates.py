"""The dates of feeds: RFC 822, ISO 8601 and what people write instead. A date without a zone is taken as UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
#: clocks of publishers run ahead by minutes; what lies further ahead is no publication date
AHEAD = timedelta(minutes=10)
#: a time of Auckland that is called one of Los Angeles is so much ahead
ZONES_AHEAD = timedelta(hours=21)
MAX_DATE_CHARS = 100

_HOURS = """
ut 0 utc 0 gmt 0 z 0 wet 0 bst 1 west 1 ist 5.5 cet 1 met 1 mez 1 cest 2 mest 2 mesz 2 eet 2 sast 2 cat 2 wat 1 eest 3
msk 3 trt 3 eat 3 msd 4 gst 4 irst 3.5 pkt 5 npt 5.75 wib 7 ict 7 hkt 8 sgt 8 awst 8 pht 8 myt 8 jst 9 kst 9 acst 9.5
aest 10 aedt 11 nzst 12 nzdt 13 nst -3.5 ndt -2.5 ast -4 adt -3 at -4 est -5 edt -4 et -5 cst -6 cdt -5 ct -6 mst -7
mdt -6 mt -7 pst -8 pdt -7 pt -8 akst -9 akdt -8 hst -10 brt -3 art -3 clt -4 clst -3 a -1 m -12 n 1 y 12
"""
_ZONES = {
    name: timedelta(hours=float(hours)) for name, hours in zip(_HOURS.split()[::2], _HOURS.split()[1::2], strict=True)
}

#: how the names of months begin in the languages of European news
_MONTH_NAMES = """
1 jan ene gen янв січ sty ιαν oca  2 feb fév fev фев лют lut φεβ şub  3 mar mär mrz maa már мар бер mrt μάρ μαρ
4 apr avr abr ápr апр кві kwi απρ nis  5 may mai mag maj mei máj maio мая май тра μάι μαι μαΐ
6 jun juin jún giu июн чер cze ιούν ιουν haz  7 jul juil júl lug lip июл лип ιούλ ιουλ tem
8 aug août aou ago авг сер sie αύγ αυγ ağu  9 sep set szep сен вер wrz σεπ eyl  10 oct okt ott out окт жов paź οκτ eki
11 nov ноя лис lis νοέ νοε kas  12 dec dez déc dic дек гру gru δεκ ara
"""


def _months() -> dict[str, int]:
    months: dict[str, int] = {}
    number = 0
    for word in _MONTH_NAMES.split():
        if word.isdigit():
            number = int(word)
        else:
            months[word] = number
    return months


_MONTHS = _months()
_ZONE = r"(?P<zone>[+-]\d{1,2}:?\d{2}|[+-]\d{1,2}\b|(?:gmt|utc)[+-]\d{1,2}(?::?\d{2})?|[a-z]{1,5}\b)?"
_TIME = (
    r"(?P<hour>\d{1,2})[:h.](?P<minute>\d{2})(?:[:.](?P<second>\d{1,2})(?:[.,:]\d{1,9})?)?\s*(?P<half>[ap]\.?m\b\.?)?"
)
_ISO = re.compile(
    r"(?P<year>\d{4})(?P<dash>[-/.]?)(?P<month>\d{1,2})(?:(?P=dash)(?P<day>\d{1,2}))?(?!\d)"
    rf"(?:(?:\s*t\s*|[\s,_-]+){_TIME}\s*{_ZONE})?"
)
_ISO_COMPACT = re.compile(
    rf"(?P<year>\d{{4}})(?P<month>\d\d)(?P<day>\d\d)t?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)\s*{_ZONE}"
)
_ISO_ORDINAL = re.compile(rf"(?P<year>\d{{4}})-?(?P<ordinal>\d{{3}})(?!\d)(?:t{_TIME}\s*{_ZONE})?")
_NAMED = re.compile(
    r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th|\.|º)?[\s./-]*(?:de\s+)?(?P<name>[^\W\d_]{3,12})"
    r"|(?P<name2>[^\W\d_]{3,12})\.?[\s-]+(?P<day2>\d{1,2})(?:st|nd|rd|th)?)"
    r"\.?[\s,./-]*(?:de\s+)?(?P<year>\d{4}|\d{2}(?!\d|:))"
    rf"(?:[\s,/:|@t-]+(?:(?:at|um|à|a las|в|o|-)\s+)?{_TIME}\s*{_ZONE})?"
)
_ASCTIME = re.compile(rf"(?P<name>[^\W\d_]{{3,12}})\s+(?P<day>\d{{1,2}})\s+{_TIME}\s+(?:{_ZONE}\s+)?(?P<year>\d{{4}})")
_NUMERIC = re.compile(
    rf"(?P<one>\d{{1,2}})(?P<dash>[./-])(?P<two>\d{{1,2}})(?P=dash)(?P<year>\d{{4}})(?:[\s,t]+{_TIME}\s*{_ZONE})?"
)
_CJK = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]\s?")
_EPOCH = re.compile(r"\A\d{9,10}(?:\.\d+)?\Z|\A\d{12,13}\Z")


def read_date(text: str, now: datetime) -> datetime | None:
    """Aware UTC; None where there is no date in it, or one before 1990 or after `now` and ten minutes."""
    text = _CJK.sub(r"\1-\2-\3 ", " ".join(text[:MAX_DATE_CHARS].split()).lower())
    if not text:
        return None
    if _EPOCH.match(text):
        seconds = float(text)
        return _sane(datetime.fromtimestamp(seconds / (1000 if seconds > 1e11 else 1), UTC), now)
    for pattern in (_ISO_COMPACT, _ISO, _ISO_ORDINAL):
        if (match := pattern.match(text)) and (
            found := _moment(match.groupdict(), match["month"] if "month" in match.groupdict() else None)
        ):
            return _sane(found, now)
    return _worded(text, now)


def date_or_ahead(text: str, now: datetime) -> tuple[datetime | None, datetime | None]:
    """As `read_date`; in its place, a date of the hours to come, as where the zone is wrong."""
    date = read_date(text, now)
    return date, None if date else read_date(text, now + ZONES_AHEAD)


def _worded(text: str, now: datetime) -> datetime | None:
    for pattern in (_ASCTIME, _NAMED):
        if match := pattern.search(text):
            groups = match.groupdict()
            month = _month(groups["name"] or groups.get("name2") or "")
            if month and (found := _moment(groups, str(month))):
                return _sane(found, now)
    if match := _NUMERIC.search(text):
        return _day_or_month_first(match.groupdict(), now)
    return None


def _month(name: str) -> int | None:
    name = name.lower()
    return next((_MONTHS[name[:size]] for size in (4, 3) if name[:size] in _MONTHS), None)


def _day_or_month_first(groups: dict[str, str | None], now: datetime) -> datetime | None:
    """Dots and dashes: the day stands first. A slash leaves it open: the reading that lies nearer to now."""
    one, two = groups["one"] or "", groups["two"] or ""
    day_first = _moment({**groups, "day": one}, two)
    month_first = _moment({**groups, "day": two}, one) if groups["dash"] == "/" or not day_first else None
    readings = [sane for found in (day_first, month_first) if found and (sane := _sane(found, now))]
    return min(readings, key=lambda moment: abs(now - moment), default=None)


def _moment(groups: dict[str, str | None], month: str | None) -> datetime | None:
    year = int(groups["year"] or 0)
    if len(groups["year"] or "") < 4:
        year += 2000 if year < 70 else 1900
    hour = int(groups.get("hour") or 0)
    half = (groups.get("half") or "")[:1]
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    second = min(int(groups.get("second") or 0), 59)  # a leap second is the second before
    day = int(groups.get("day") or groups.get("day2") or 1)
    try:
        midnight = datetime(year, int(month or 1), day, tzinfo=_zone(groups.get("zone") or ""))
        if groups.get("ordinal"):
            midnight += timedelta(days=int(groups["ordinal"] or 1) - 1)
        # 24:00 is the end of the day
        moment = midnight + timedelta(hours=hour, minutes=int(groups.get("minute") or 0), seconds=second)
        return moment.astimezone(UTC) if hour <= 24 else None
    except (ValueError, OverflowError):
        return None


def _zone(name: str) -> timezone:
    name = name.removeprefix("gmt").removeprefix("utc") if name[3:4] in ("+", "-") else name
    if name[:1] in ("+", "-"):
        digits = name[1:].replace(":", "")
        hours, minutes = (int(digits), 0) if len(digits) < 3 else (int(digits[:-2]), int(digits[-2:]))
        offset = timedelta(hours=hours, minutes=minutes)
        offset = -offset if name[0] == "-" else offset
    else:
        offset = _ZONES.get(name, timedelta())
    # no place on earth is further from Greenwich; Python's own bound is 24 hours
    return timezone(offset) if abs(offset) <= timedelta(hours=15) else UTC


def _sane(moment: datetime, now: datetime) -> datetime | None:
    return moment if EARLIEST <= moment <= now + AHEAD else None
