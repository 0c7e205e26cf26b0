"""The whole service against an origin that misbehaves on purpose, beside feeds that do not.

    python benchmarks/hostile.py [--kit hostile_origin.py] [--seconds 150] [--every 40] [--full]

The kit is a program that serves bad feeds and pages on loopback, prints one JSON line with its addresses, and tells at
/catalogue what should become of each and at /hits what arrived (default: ../shared/tools/hostile_origin.py beside this
repository). Every behaviour is one feed of the service; what became of it is read from the streams and the log.
`--full` keeps the limits of production (20 and 30 s) instead of 3 s. Exit code 1 when a bar is not met.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import redis

from worker.bench.service import process_tree
from worker.embedded import EmbeddedServer

ROOT = Path(__file__).parents[1]
KIT = ROOT.parent / "shared" / "tools" / "hostile_origin.py"
MIB = 1 << 20
#: an end that may still change, as long as the time of the run does not cover all its tries
UNSETTLED = "retry"
HOST_CONCURRENCY = 16
#: the kit is asked for so many in each good feed
BENIGN_ENTRIES = 10


OUTCOMES_SHARE = 0.98
MOST_MIB = 700
LATE_INTERVALS = 1.0
#: in a record or the log, they came from a file or an address that must not be read
FROM_A_FILE = "root:x:0"
NEVER_SENT = frozenset({"cookie", "authorization"})


class Run(NamedTuple):
    catalogue: dict[str, Any]
    hits: dict[str, Any]
    log: list[str]
    records: list[dict[str, Any]]
    dead: list[dict[str, str]]
    peaks: dict[str, int]
    alive: bool


def get_json(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=10) as answer:  # the kit's own pages, on loopback
        return json.load(answer)


@contextmanager
def kit_running(path: Path, seconds: float, slow_seconds: float) -> Iterator[dict[str, Any]]:
    command = [sys.executable, str(path), "--seconds", str(seconds), "--slow-seconds", str(slow_seconds)]
    command += ["--entries", str(BENIGN_ENTRIES)]
    kit = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert kit.stdout is not None
        yield json.loads(kit.stdout.readline())
    finally:
        kit.terminate()
        kit.wait(10)


def feed_list(catalogue: dict[str, Any], every: float) -> str:
    feeds = [(f"benign-{number}", url) for number, url in enumerate(catalogue["benign_feeds"])]
    feeds += [(row["name"], row["feed_url"]) for row in catalogue["behaviours"] if row["enabled"]]
    tables = [f"[[feed]]\nid = {json.dumps(name)}\nurl = {json.dumps(url)}\n" for name, url in feeds]
    return f"schema = 1\n[defaults]\nevery = {every}\n" + "".join(tables)


def look_at_memory(root: int, peaks: dict[str, int]) -> None:
    for pid in process_tree(root):
        try:
            status = Path(f"/proc/{pid}/status").read_text()
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        resident = next((int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmRSS")), 0)
        words = [Path(word.decode(errors="replace")).name for word in command[1:] if word and not word.startswith(b"-")]
        name = " ".join(words[:3]) or status.partition("\n")[0]
        peaks[name] = max(peaks.get(name, 0), resident)


def serve(options: argparse.Namespace, folder: Path) -> Run:
    slow = 45.0 if options.full else 8.0
    with kit_running(options.kit, options.seconds + 60, slow) as kit:
        catalogue = get_json(kit["catalogue"])
        (folder / "feeds.toml").write_text(feed_list(catalogue, options.every))
        server = EmbeddedServer(folder / "data", port=0, prefix="news")
        (folder / "data").mkdir()
        server.start()
        try:
            run = watch(options, folder, catalogue, server.url)
            return run._replace(hits=get_json(f"{kit['origin']}/hits"))
        finally:
            server.stop()


def environment(options: argparse.Namespace, catalogue: dict[str, Any], url: str) -> dict[str, str]:
    port = catalogue["origin"].rpartition(":")[2]
    limits = {} if options.full else {"PAGE_TIMEOUT_SECONDS": "3", "FEED_TIMEOUT_SECONDS": "3"}
    settings = {
        "REDIS_URL": url,
        "ALLOW_ORIGINS": f"127.0.0.0/8:{port}",
        "HOST_INTERVAL": "0.02",
        "HOST_CONCURRENCY": str(HOST_CONCURRENCY),
        "BACKOFF_CAP": "1",
        "LOG_FORMAT": "json",
        "LOG_LEVEL": "debug",
        "USER_AGENT": "Wirebeat/0 (+https://news.example/bot; desk@news.example)",
        **limits,
    }
    return {**os.environ, **{f"WIREBEAT_{name}": value for name, value in settings.items()}}


def watch(options: argparse.Namespace, folder: Path, catalogue: dict[str, Any], url: str) -> Run:
    log = folder / "log"
    command = [sys.executable, "-m", "worker.cli", "run", "--no-web", "--feeds", str(folder / "feeds.toml")]
    peaks: dict[str, int] = {}
    with log.open("wb") as out:
        service = subprocess.Popen(
            command, cwd=ROOT, env=environment(options, catalogue, url), stdout=out, stderr=out, start_new_session=True
        )
        try:
            end = time.monotonic() + options.seconds
            while time.monotonic() < end and service.poll() is None:
                look_at_memory(service.pid, peaks)
                time.sleep(0.5)
            alive = service.poll() is None
        finally:
            service.send_signal(signal.SIGTERM)
            try:
                service.wait(20)
            except subprocess.TimeoutExpired:
                service.kill()
    store = redis.Redis.from_url(url, decode_responses=True, encoding_errors="replace")
    records = [fields for _, fields in store.xrange("news:articles")]  # type: ignore[union-attr]
    binary = redis.Redis.from_url(url)
    dead = [
        {name.decode(): value.decode("utf-8", "replace") for name, value in fields.items() if name != b"page"}
        for _, fields in binary.xrange("news:dead")  # type: ignore[union-attr]
    ]
    return Run(catalogue, {}, log.read_text(errors="replace").splitlines(), records, dead, peaks, alive)


def events(lines: list[str]) -> tuple[list[dict[str, Any]], list[str]]:
    """(events, lines that are no JSON object)"""
    parsed, odd = [], []
    for line in filter(str.strip, lines):
        try:
            event = json.loads(line)
        except ValueError:
            event = None
        if isinstance(event, dict):
            parsed.append(event)
        else:
            odd.append(line)
    return parsed, odd


def outcomes(run: Run, told: list[dict[str, Any]]) -> dict[str, str]:
    """What became of each behaviour: a record, a dead letter, a feed error, or nothing that anybody need know of."""
    ends: dict[str, str] = {}
    for event in told:
        if event.get("event") == "poll-failed":
            ends.setdefault(event["feed"], f"feed-error:{event['reason']}")
        elif event.get("event") == UNSETTLED:
            ends[event["feed"]] = f"dead-letter:{event['reason']}"
    for letter in run.dead:
        ends[letter["feed"]] = f"dead-letter:{letter['reason']}"
    for record in run.records:
        ends[record["feed"]] = "record"
    return ends


def benign_lateness(told: list[dict[str, Any]], every: float) -> list[float]:
    """Seconds beyond its interval, of every poll of a good feed but the first."""
    polls: dict[str, list[float]] = defaultdict(list)
    for event in told:
        if event.get("event") == "polled" and event["feed"].startswith("benign-"):
            polls[event["feed"]].append(datetime.fromisoformat(event["timestamp"]).timestamp())
    return [later - earlier - every for times in polls.values() for earlier, later in pairwise(times)]


def judged(run: Run, every: float) -> Iterator[tuple[str, object, bool]]:
    """What was looked at, what was found, and whether that is good. Prints the faults it finds."""
    told, odd = events(run.log)
    rows = [row for row in run.catalogue["behaviours"] if row["enabled"]]
    wrong = unexpected(rows, outcomes(run, told))
    yield "outcomes as expected", f"{len(rows) - wrong} of {len(rows)}", wrong <= len(rows) * (1 - OUTCOMES_SHARE)
    per_feed = Counter(record["feed"] for record in run.records)
    doubled = [row["name"] for row in rows if "one-record" in row["checks"] and per_feed[row["name"]] != 1]
    yield "one record where there is one article", f"{len(doubled)} wrong {doubled}", not doubled
    good = Counter(record["url"] for record in run.records if record["feed"].startswith("benign-"))
    due = len(run.catalogue["benign_feeds"]) * BENIGN_ENTRIES
    yield "records of good entries", f"{len(good)} of {due}", len(good) == due == good.total()
    late = benign_lateness(told, every)
    p95 = statistics.quantiles(late, n=20)[-1] if len(late) > 1 else float("inf")
    yield "good feeds late, p95 s", f"{p95:.1f} of {len(late)} polls", p95 <= every * LATE_INTERVALS
    yield "log lines that are no JSON object", shown(odd), not odd
    traces = [line for line in run.log if "Traceback" in line or '"exception"' in line]
    yield "tracebacks in the log", shown(traces), not traces
    written = [*(record["data"] for record in run.records), *run.log]
    leaks = [text for text in written if run.catalogue["canary_body"] in text or FROM_A_FILE in text]
    yield "secrets in records or log", shown(leaks), not leaks
    yield "canary hits", len(run.hits["canary_hits"]), not run.hits["canary_hits"]
    sent = NEVER_SENT & {name for path in run.hits["paths"].values() for name in path["sent"]}
    yield "cookies, credentials sent", sorted(sent), not sent
    yield "requests open at once", run.hits["max_open_total"], run.hits["max_open_total"] <= HOST_CONCURRENCY
    biggest = max(run.peaks.values(), default=0)
    yield "biggest process, MiB", biggest, biggest <= MOST_MIB
    yield "service alive at the end", run.alive, run.alive


def unexpected(rows: list[dict[str, Any]], ends: dict[str, str]) -> int:
    wrong = 0
    for row in rows:
        got = ends.get(row["name"], "ignored")
        if got not in (row["expect"], *row["accept"]):
            wrong += 1
            print(f"{row['name']:32} {got:32} expected {row['expect']}")
    return wrong


def shown(faults: list[str]) -> int:
    for fault in faults[:10]:
        print("a fault:", fault[:300])
    return len(faults)


def report(run: Run, every: float) -> bool:
    results = list(judged(run, every))
    for name, found, good in results:
        print(f"{'ok  ' if good else 'FAIL'} {name:40} {found}")
    for name, peak in sorted(run.peaks.items(), key=lambda item: -item[1])[:8]:
        print(f"       {peak:6} MiB  {name}")
    return all(good for _, _, good in results)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kit", type=Path, default=KIT)
    parser.add_argument("--seconds", type=float, default=150.0, help="how long the service runs")
    parser.add_argument("--every", type=float, default=40.0, help="seconds between two polls of a feed")
    parser.add_argument("--full", action="store_true", help="with the limits of production")
    parser.add_argument("--keep", type=Path, help="folder to keep log and data in")
    options = parser.parse_args()
    if not options.kit.is_file():
        print(f"no kit at {options.kit}: name one with --kit", file=sys.stderr)
        return 69
    if options.keep:
        options.keep.mkdir(parents=True)
        return 0 if report(serve(options, options.keep), options.every) else 1
    with tempfile.TemporaryDirectory(prefix="wb-hostile-") as folder:
        return 0 if report(serve(options, Path(folder)), options.every) else 1


if __name__ == "__main__":
    sys.exit(main())
