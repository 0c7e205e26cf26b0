"""B8: what remembering an entry costs, in bytes of the server's memory and in its CPU, beside a plain set of URLs.

    python -m benchmarks.dedupe --set entries=1000000

The memory is filled through worker/ledger/scripts/memory.lua, the code that the service runs. `long` is what is left of
an entry when no feed shows it any more (its link and its guid, its version, a trace of its content); `shown` comes on
top while one does. Needs no network; starts a server of its own.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import redis

from benchmarks.frame import Options, Result, Row, alone
from tasks.ports import Publication
from tests.desk import Desk, entry
from tests.valkey import Valkey, short_folder

BATCH = 500
MOST_ASKED = 100_000
DAY_MS = 86_400_000
#: a moment in the middle of a generation of 30 days, and in that of one of 2 days
NOW_MS = 690 * 30 * DAY_MS + 15 * DAY_MS
#: as in tasks.identity: 24 hex digits, and 8 bytes of a guid
BODIES = {
    "put": "seen_put(id, 1, string.sub(alias, 1, 6), string.sub(alias, 1, 4), HASH) alias_put(alias, id)",
    "ask": "local seen = seen_get(id) or alias_get(alias) if seen then found = found + 1 end",
}
#: The memory of version 0.1: a hash of seen entries and one of aliases, 4,096 buckets each, no second memory.
FIRST_MEMORY = """
local function raw(hex) return (string.gsub(hex, '..', function(pair) return string.char(tonumber(pair, 16)) end)) end
for i = 2, #ARGV, 2 do
  local id, alias = ARGV[i], ARGV[i + 1]
  local a, b = string.byte(alias, 1, 2)
  redis.call('HSET', 'news:seen:690:' .. string.sub(id, 5, 7), raw(string.sub(id, 8, 23)),
    struct.pack('>I2c6c4c32', 1, alias, alias, string.rep(alias, 4)))
  redis.call('HSET', 'news:alias:690:' .. string.format('%03x', a * 16 + math.floor(b / 16)), alias,
    raw(string.sub(id, 5)))
end
"""
URLS = "for i = 2, #ARGV, 2 do redis.call('SADD', 'urls', 'https://www.paper.example/2026/03/01/' .. ARGV[i] .. '-a-harbour-opens-again.html') end"  # noqa: E501  (a script on one line)


class Cost(NamedTuple):
    bytes_each: float
    microseconds_each: float


class Store:
    def __init__(self, server: Valkey) -> None:
        self.url = server.url
        self.db: Any = redis.Redis.from_url(server.url)

    def used(self) -> int:
        return int(self.db.info("memory")["used_memory"])

    def bytes_of(self, pattern: str) -> int:
        """Keys and values; what the server holds beside them (buffers, tables of counters) is not of the entries."""
        pipe, found = self.db.pipeline(transaction=False), 0
        for number, key in enumerate(self.db.scan_iter(pattern, count=1000), start=1):
            pipe.memory_usage(key, samples=0)
            if number % 1000 == 0:
                found += sum(pipe.execute())
        return found + sum(pipe.execute())

    def cpu_seconds(self) -> float:
        told = self.db.info("cpu")
        return float(told["used_cpu_user"] + told["used_cpu_sys"])

    def cost(self, script: str, count: int, seed: int, first: list[str | int]) -> Cost:
        """Of `count` made-up entries, handed over in batches."""
        run = self.db.register_script(script)
        run(args=[*first, *next(batches(1, 0))])
        cpu = self.cpu_seconds()
        for batch in batches(count, seed):
            run(args=[*first, *batch])
        spent = self.cpu_seconds() - cpu
        return Cost(self.bytes_of("*") / count, spent / count * 1e6)

    def forget_shown(self) -> None:
        for key in self.db.scan_iter("news:shown:*", count=1000):
            self.db.unlink(key)


@contextmanager
def store() -> Iterator[Store]:
    with short_folder() as folder:
        server = Valkey(Path(folder))
        server.start()
        one = Store(server)
        try:
            yield one
        finally:
            one.db.close()
            server.stop()


def batches(count: int, seed: int) -> Iterator[list[str | bytes]]:
    rng = random.Random(seed)
    for start in range(0, count, BATCH):
        batch: list[str | bytes] = []
        for _ in range(min(BATCH, count - start)):
            digest = rng.randbytes(20)
            batch += ("art_" + digest[:12].hex(), digest[12:])
        yield batch


def of_memory(body: str) -> str:
    """A script over the service's own memory; its reply is how many were found."""
    folder = resources.files("worker.ledger") / "scripts"
    shared = "".join((folder / f"{part}.lua").read_text("utf-8") for part in ("prelude", "memory"))
    return (
        f"#!lua\n{shared}\nlocal HASH, found = string.rep('x', 32), 0\n"
        f"for i = 3, #ARGV, 2 do local id, alias = ARGV[i], ARGV[i + 1] {BODIES[body]} end\nreturn found"
    )


class Found(NamedTuple):
    links: float
    long: float
    shown: float
    put: float
    known: float
    forgotten: float
    new: float
    false: int
    chance: float


def of_ours(count: int, seed: int) -> Found:
    ours: list[str | int] = ["news", NOW_MS]
    with store() as one:
        put, asked = one.cost(of_memory("put"), count, seed, ours), min(count, MOST_ASKED)
        known = one.cost(of_memory("ask"), asked, seed, ours)
        one.forget_shown()
        long_bytes = one.bytes_of("*") / count
        forgotten = one.cost(of_memory("ask"), asked, seed, ours)
        ask = one.db.register_script(of_memory("ask"))
        false = sum(ask(args=[*ours, *batch]) for batch in batches(count, seed + 1))
        new = one.cost(of_memory("ask"), asked, seed + 2, ours)
        return Found(
            one.bytes_of("news:known:id:*") / count,
            long_bytes,
            put.bytes_each - long_bytes,
            put.microseconds_each,
            known.microseconds_each,
            forgotten.microseconds_each,
            new.microseconds_each,
            false,
            chance_of_false(one.db),
        )


def chance_of_false(db: Any) -> float:
    """That a new entry is taken for a known one: records on a shelf, over the values that a tail can have."""
    chance = 0.0
    for kind, tail_bytes in (("known:id", 5), ("known:alias", 4)):
        keys = list(db.scan_iter(f"news:{kind}:*", count=1000))[:2000]
        segments = {key.rpartition(b":")[0] for key in keys}
        pipe = db.pipeline()
        for key in keys:
            pipe.lrange(key, 0, -1)
        width = tail_bytes + (kind == "known:id")
        shelves = [len(shelf) / width for found in pipe.execute() for shelf in found]
        chance += len(segments) * sum(shelves) / max(len(shelves), 1) / 256**tail_bytes
    return chance


def of_records(count: int) -> tuple[float, float]:
    """(payload, bytes of the server beside it) of a record: from its feed into the stream, all that is left of it."""
    with store() as one:
        desk = Desk(one.url)
        desk.feeds("first")
        finished(desk, range(count // 4))  # the server counts each command from its first use on
        used = one.used()
        payload = finished(desk, range(count, 2 * count))
        desk.store.redis.delete(*desk.keys("claim:*"))  # kept for lost answers: gone by themselves after 90 s
        beside = one.used() - used - payload
        desk.store.redis.close()
        return payload / count, beside / count


def finished(desk: Desk, numbers: range) -> int:
    """Bytes of all fields in the stream of articles."""
    payload = 0
    for start in range(0, len(numbers), 40):
        desk.later(61)
        desk.poll(*(entry(number) for number in numbers[start : start + 40]))
        desk.fetch_all()
        while claims := desk.claim("enrich"):
            for claim in claims:
                data = random.Random(claim.id).randbytes(3500).hex().encode()
                outgoing = Publication(1, hashlib.sha256(data).digest(), {"id": claim.id, "version": 1}, data, b"", ())
                desk.store.do(desk.ledger.publish(claim, outgoing))
                payload += len("id") + len(claim.id) + len("version") + 1 + len("data") + len(data)
    return payload


def of_reference(script: str, count: int, seed: int) -> Cost:
    with store() as one:
        return one.cost(script, count, seed, ["news"])


def rows(count: int, seed: int) -> Iterator[Row]:
    of = f"{count:,} entries"
    urls, first, ours = of_reference(URLS, count, seed), of_reference(FIRST_MEMORY, count, seed), of_ours(count, seed)
    yield Row(f"{of}: set of URLs", urls.bytes_each, "B an entry")
    yield Row(f"{of}: memory of version 0.1, link and guid", first.bytes_each, "B an entry")
    yield Row(f"{of}: long memory, link alone", ours.links, "B an entry", target=12, aim=8, lower_is_better=True)
    yield Row(
        f"{of}: long memory, link and guid", ours.long, "B an entry", target=12, aim=8, lower_is_better=True,
        reference=first.bytes_each,
    )  # fmt: skip
    yield Row(f"{of}: on top while a feed shows it", ours.shown, "B an entry")
    yield Row(f"{of}: put into a set of URLs", urls.microseconds_each, "µs of the server")
    yield Row(f"{of}: remembered by version 0.1", first.microseconds_each, "µs of the server")
    yield Row(f"{of}: remembered", ours.put, "µs of the server")
    yield Row(f"{of}: asked, shown by a feed", ours.known, "µs of the server")
    yield Row(f"{of}: asked, known of old", ours.forgotten, "µs of the server")
    yield Row(f"{of}: asked, new", ours.new, "µs of the server")
    yield Row(
        f"{of}: new but taken for known, of as many asked", float(ours.false), "entries", target=0, aim=0,
        lower_is_better=True,
    )  # fmt: skip
    yield Row(f"{of}: the chance of that, by the bits kept", ours.chance, "an entry")


def run(options: Options) -> Result:
    most = options.number("entries", full=1_000_000, quick=10_000)
    payload, beside = of_records(options.number("records", full=4000, quick=400))
    record = Row(
        f"a finished record of {payload:,.0f} bytes: beside these", beside, "B", target=0.05 * payload + 60,
        lower_is_better=True, note="target: 5 % and 60 bytes",
    )  # fmt: skip
    counts = [most] if options.quick or most <= 100_000 else [100_000, most]
    return Result(
        "dedupe",
        (*(row for count in counts for row in rows(count, options.seed)), record),
        notes=("one generation; a service that runs on holds four, what feeds show now stands in the newest",),
    )


if __name__ == "__main__":
    alone(run)
