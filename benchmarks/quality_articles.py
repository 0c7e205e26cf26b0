"""The quality of extraction on real pages with known answers, beside trafilatura's defaults on the same pages.

    python benchmarks/quality_articles.py [--data DIR] [--out FILE] [--only SOURCE,...] [--no-reference]

DIR holds gold.jsonl, the pages and score.py, which computes every figure; it is no part of this repository. Pages are
read in turn by both, so their CPU times compare. Prints the table and exits 1 where a floor of FLOORS is missed."""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import logging
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import trafilatura

from tasks.extract import extract, warm
from tasks.reasons import Failed

DATA = Path(__file__).parents[2] / "shared" / "data" / "articles"
# after the last of the pages was fetched
NOW = datetime(2026, 11, 23, tzinfo=UTC)
LABELS = Path(__file__).parents[1] / "tests" / "quality" / "extraction" / "body_status.tsv"
NEWS = ("fundus", "scrapinghub")

#: (name, sources, part, figure, floor, is the floor an upper bound): just below what was measured
FLOORS = (
    ("news text F1", NEWS, "text", "f1", 0.975, False),
    ("news exact text", NEWS, "text", "accuracy", 0.5, False),
    ("wcxb text F1", ("wcxb",), "text", "f1", 0.932, False),
    ("title exact", None, "title", "exact", 0.86, False),
    ("date, fundus", ("fundus",), "date", "day", 0.99, False),
    ("date, all", None, "date", "day", 0.92, False),
    ("authors, fundus", ("fundus",), "authors", "set", 0.88, False),
    ("authors wrong, fundus", ("fundus",), "authors", "wrong", 0.045, True),
)
MIN_STATUS = 0.97
MIN_SPEED = 0.9
MAX_PAGE_SECONDS = 5.0


def scorer(data: Path) -> Any:
    spec = importlib.util.spec_from_file_location("score", data / "score.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ours(raw: bytes, url: str) -> dict[str, Any]:
    try:
        found = extract(raw, url=url, now=NOW)
    except Failed as failed:
        return {"failed": str(failed)}
    return {
        "title": found.title,
        "authors": [one.name for one in found.authors],
        "date": None if found.published_from == "fetch" else found.published_day,
        "text": found.body,
        "language": found.lang,
        "status": found.body_status,
    }


def reference(raw: bytes, url: str) -> dict[str, Any]:
    found: Any = trafilatura.bare_extraction(raw, url=url, with_metadata=True)
    if found is None:
        return {}
    authors = [found.author] if found.author else []
    return {"title": found.title, "authors": authors, "date": found.date, "text": found.text}


def run(
    gold: list[dict[str, Any]], data: Path, readers: dict[str, Any]
) -> tuple[dict[str, dict[str, Any]], Any, float]:
    found: dict[str, dict[str, Any]] = {name: {} for name in readers}
    seconds = dict.fromkeys(readers, 0.0)
    slowest = 0.0
    for row in gold:
        raw = gzip.decompress((data / row["html"]).read_bytes())
        for name, reader in readers.items():
            started = time.process_time()
            found[name][row["id"]] = reader(raw, row["url"] or "https://unknown.invalid/")
            took = time.process_time() - started
            seconds[name] += took
            slowest = max(slowest, took) if name == "wirebeat" else slowest
    return found, seconds, slowest


def figures(score: Any, gold: list[dict[str, Any]], found: dict[str, Any], floor: tuple[Any, ...]) -> float | None:
    _, sources, part, figure, _, _ = floor
    rows = [row for row in gold if sources is None or row["source"] in sources]
    result = score.score(rows, found, 2)
    return result[part][figure] if part in result else None


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--out", type=Path, help="write the predictions there, one JSON line a page")
    parser.add_argument("--only", default="", help="sources, comma-separated")
    parser.add_argument("--no-reference", action="store_true")
    chosen = parser.parse_args(arguments)
    if not (chosen.data / "gold.jsonl").exists():
        print(f"{chosen.data} has no gold.jsonl: nothing measured")
        return 0
    logging.disable(logging.CRITICAL)
    score = scorer(chosen.data)
    gold = [row for row in score.load(chosen.data / "gold.jsonl") if row.get("bench") and row.get("tier") != "snapshot"]
    gold = [row for row in gold if not chosen.only or row["source"] in chosen.only.split(",")]
    readers = {"wirebeat": ours} if chosen.no_reference else {"wirebeat": ours, "trafilatura": reference}
    warm()
    found, seconds, slowest = run(gold, chosen.data, readers)
    if chosen.out:
        rows = ({"id": key, **value} for key, value in found["wirebeat"].items())
        chosen.out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    missed = report(score, gold, found, seconds, slowest)
    if not chosen.only:
        missed += states(score.load(chosen.data / "gold.jsonl"), chosen.data, found["wirebeat"])
    return 1 if missed else 0


def states(gold: list[dict[str, Any]], data: Path, known: dict[str, Any]) -> int:
    """The share of labelled pages, most of them full, whose body_status is right."""
    lines = LABELS.read_text(encoding="utf-8").splitlines()
    labels = dict(line.split("\t") for line in lines if line and not line.startswith("#"))
    rows = [row for row in gold if row["id"] in labels]
    missing = [row for row in rows if row["id"] not in known]
    found = known | run(missing, data, {"wirebeat": ours})[0]["wirebeat"]
    said = {row["id"]: found[row["id"]].get("status", "") for row in rows}
    right = sum(said[key] == labels[key] for key in said) / len(said)
    other = [key for key in said if labels[key] != "full"]
    passed = sum(said[key] == "full" for key in other)
    print(f"{'body_status':24}{right:>10.3f}{MIN_STATUS:>8.3f}   {passed} of {len(other)} others passed as full")
    return int(right < MIN_STATUS)


def report(score: Any, gold: list[dict[str, Any]], found: Any, seconds: Any, slowest: float) -> int:
    """How many floors are missed."""
    missed = 0
    print(f"{len(gold)} pages\n{'':24}{'wirebeat':>10}{'floor':>8}{'trafilatura':>13}")
    for floor in FLOORS:
        mine = figures(score, gold, found["wirebeat"], floor)
        if mine is None:
            continue
        other = figures(score, gold, found["trafilatura"], floor) if "trafilatura" in found else None
        bad = mine > floor[4] if floor[5] else mine < floor[4]
        missed += bad
        print(
            f"{floor[0]:24}{mine:>10.3f}{floor[4]:>8.3f}"
            f"{'' if other is None else f'{other:.3f}':>13}{'  MISSED' if bad else ''}"
        )
    print(f"{'slowest page, CPU s':24}{slowest:>10.2f}{MAX_PAGE_SECONDS:>8.2f}")
    missed += slowest > MAX_PAGE_SECONDS
    if "trafilatura" in seconds:
        ratio = seconds["trafilatura"] / seconds["wirebeat"]
        print(f"{'speed, ratio':24}{ratio:>10.2f}{MIN_SPEED:>8.2f}{1.0:>13.2f}")
        missed += ratio < MIN_SPEED
    return missed


if __name__ == "__main__":
    sys.exit(main())
