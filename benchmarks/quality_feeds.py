"""How well feed documents are read: agreement with what the sources of the documents state, and what real feeds give.

    python benchmarks/quality_feeds.py [--data DIR] [--show]

DIR holds `index.jsonl` and the documents it names (default: ../shared/data/feeds beside this repository)."""

from __future__ import annotations

import argparse
import email.utils
import io
import json
import re
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser

from tasks.clean import clean_line, strip_html
from tasks.poll import read_feed
from tasks.reasons import Failed
from tasks.records import Entry, FeedDocument

ROOT = Path(__file__).parents[1]
URL = "http://127.0.0.1:8097/feed"
NOW = datetime(2026, 11, 23, tzinfo=UTC)
Row = tuple[str, bool, Any, Any]
_CHECK = re.compile(
    r"(?:feed|entries\[(?P<entry>\d+)\])(?:\['|\.)(?P<key>title|link|id|description|summary|tagline|subtitle)(?:'\])?\Z"
)
_CONTENT = re.compile(r"entries\[(?P<entry>\d+)\]\['content'\]\[0\]\['value'\]\Z")


def line(text: Any) -> str:
    return clean_line(strip_html(str(text or ""), 10_000), 500)


def link(entry: Entry) -> str | None:
    return entry.link or entry.url


def stated(document: FeedDocument, expected: dict[str, Any], source: str) -> Iterator[Row]:
    """(measure, agreed, wanted, got) for everything that the document's own source says about it."""
    if "entries" in expected:
        yield "count", len(document.entries) == expected["entries"], expected["entries"], len(document.entries)
    yield from compared(expected, {"feed title": ("title", document.title), "feed link": ("link", document.link)})
    for entry in document.entries[:1]:
        yield from compared(expected, {"title": ("first_title", entry.title), "link": ("first_link", link(entry))})
    for item, entry in zip(expected.get("items", ()), document.entries, strict=False):
        yield from compared(item, {"title": ("title", entry.title), "link": ("link", link(entry))})
        if item.get("isoDate"):
            wanted = datetime.fromisoformat(item["isoDate"]).replace(microsecond=0)
            yield "date", wanted in (entry.published, entry.updated), wanted, entry.published
    for path, value in expected.get("checks", ()) if source == "feedparser" else ():
        yield from checked(document, path, value)


def compared(wanted: dict[str, Any], got: dict[str, tuple[str, str | None]]) -> Iterator[Row]:
    for measure, (key, value) in got.items():
        # one of the sources reads every document as UTF-8 and states what comes of it
        if wanted.get(key) and "\ufffd" not in wanted[key]:
            yield measure, line(wanted[key]) == line(value), wanted[key], value


def checked(document: FeedDocument, path: str, value: Any) -> Iterator[Row]:
    """One condition of feedparser's own tests, where it speaks of something that an entry has."""
    match = _CHECK.match(path) or _CONTENT.match(path)
    if not match or not isinstance(value, str) or not line(value):
        return
    key = match.groupdict().get("key", "content")
    if match["entry"] is None:
        got = {"title": document.title, "link": document.link}.get(key)
        if key in ("title", "link"):
            yield f"feed {key}", line(value) == line(got), value, got
        return
    if int(match["entry"]) >= len(document.entries):
        yield key, False, value, None
        return
    entry = document.entries[int(match["entry"])]
    texts = (line(entry.summary), line(entry.content))
    got = {"title": entry.title, "link": link(entry), "id": entry.guid}.get(key)
    if key in ("title", "link", "id"):
        yield key, line(value) == line(got), value, got
    else:
        yield "text", line(value) in texts, value, texts


def real(document: FeedDocument, body: bytes) -> Iterator[Row]:
    """Entries of published feeds beside feedparser's fields and dates as the standard library reads them."""
    raw = feedparser.parse(io.BytesIO(body))
    if len(raw.entries) != len(document.entries):
        return
    for entry, reference in zip(document.entries, raw.entries, strict=True):
        yield "real: link", bool(entry.url and entry.url.startswith("http")), reference.get("link"), entry.url
        if line(reference.get("title")):
            yield "real: title", bool(entry.title), reference.get("title"), entry.title
        text = dict.get(reference, "published") or dict.get(reference, "updated") or ""
        if text:
            wanted = standard_date(text)
            got = entry.published or entry.updated
            yield "real: date", bool(got) and (wanted is None or wanted == got), text, got


def standard_date(text: str) -> datetime | None:
    for read in (datetime.fromisoformat, email.utils.parsedate_to_datetime):
        try:
            moment = read(text.strip())
        except (ValueError, TypeError):
            continue
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
    return None


def measured(data: Path, *, show: bool) -> dict[str, list[bool]]:
    rows: dict[str, list[bool]] = defaultdict(list)
    slowest = (0.0, "")
    for text in (data / "index.jsonl").read_text().splitlines():
        item = json.loads(text)
        body = (data / item["file"]).read_bytes()
        begun = time.process_time()
        try:
            document = read_feed(body, feed="feed", url=URL, now=NOW)
        except Failed as reason:
            rows["entries or one clear error"].append(True)
            print(f"  {item['file']}: {reason}")
            continue
        except Exception as fault:  # noqa: BLE001 - any other exception is what is looked for
            rows["entries or one clear error"].append(False)
            print(f"  {item['file']}: {type(fault).__name__}: {fault}")
            continue
        finally:
            slowest = max(slowest, (time.process_time() - begun, item["file"]))
        rows["entries or one clear error"].append(True)
        found = list(stated(document, item.get("expected", {}), item["source"]))
        found += real(document, body) if item.get("real") else []
        for measure, agreed, wanted, got in found:
            name = measure if measure.startswith("real") else f"{item['source']}: {measure}"
            rows[name].append(agreed)
            if show and not agreed:
                print(f"  {item['file']} {measure}: wanted {str(wanted)[:200]!r}, got {str(got)[:300]!r}")
    print(f"slowest: {slowest[0]:.3f} s CPU, {slowest[1]}")
    return rows


def as_stated(rows: dict[str, list[bool]]) -> list[bool]:
    """Whether count, titles and links are what those who made the documents say of them."""
    stated = [name for name in rows if name.endswith((": count", "title", "link")) and "real" not in name]
    return [right for name in stated for right in rows[name]]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "feeds")
    options.add_argument("--show", action="store_true", help="print every disagreement")
    given = options.parse_args()
    rows = measured(given.data, show=given.show)
    print(f"{'measure':36} {'right':>6} {'of':>6}  share")
    for name in sorted(rows):
        print(f"{name:36} {sum(rows[name]):6} {len(rows[name]):6}  {sum(rows[name]) / len(rows[name]):.4f}")
    stated = as_stated(rows)
    print(f"{'stated count, title or link':36} {sum(stated):6} {len(stated):6}  {sum(stated) / len(stated):.4f}")


if __name__ == "__main__":
    main()
