"""What the gateway answers a second, beside a bare Starlette application that answers with the same bytes.

    python benchmarks/gateway.py [--records 10000] [--seconds 3] [--connections 8]

Client, server and store share the machine, so that the ratio says more than the numbers. Afterwards: how long an event
takes from the store to many connected readers.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests import newsroom  # noqa: E402  (made-up records, as in the tests)
from tests.valkey import Valkey  # noqa: E402  (as above)

QUESTIONS = (
    "/v1/articles?view=card&limit=20",
    "/v1/articles?limit=20",
    "/v1/articles?view=card&limit=20&topic=energy",
    "/v1/articles?view=card&limit=20&q=harvest%20zebra",
    "/v1/stats/volume",
)
#: that each reader is sent
EVENTS = 50
BARE = """
import sys, http.client, uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
source = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
kept = {}
for question in sys.argv[3:]:
    source.request("GET", question)
    kept[question] = source.getresponse().read()
async def answer(request):
    question = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return Response(kept[question], media_type="application/json")
app = Starlette(routes=[Route("/{rest:path}", answer)])
uvicorn.run(app, port=int(sys.argv[2]), log_level="error", access_log=False)
"""


async def asked(port: int, question: str, seconds: float, connections: int) -> list[float]:
    """Seconds that each answer took."""
    spent: list[float] = []
    end = time.perf_counter() + seconds

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < end:
            began = time.perf_counter()
            writer.write(f"GET {question} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            await reader.readexactly(int(re.search(rb"content-length: (\d+)", head)[1]))
            spent.append(time.perf_counter() - began)
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    return spent


async def fan_out(port: int, store: Valkey, readers: int) -> list[float]:
    """Milliseconds from the store's clock to the reader, of every event at every reader."""
    waited: list[float] = []

    async def one(connected: asyncio.Semaphore) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /v1/stream?view=card HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        seen = 0
        while seen < EVENTS:
            line = await reader.readline()
            if line.startswith(b"event: hello"):
                connected.release()
            elif line.startswith(b"id: "):
                seen += 1
                waited.append(time.time() * 1000 - int(line[4:].split(b"-")[0]))
        writer.close()

    connected = asyncio.Semaphore(0)
    tasks = [asyncio.create_task(one(connected)) for _ in range(readers)]
    for _ in range(readers):
        await connected.acquire()
    db = store.client()
    for number, record in enumerate(newsroom.records(EVENTS, now=datetime.now(UTC), seed=99)):
        fresh = record.model_copy(update={"id": f"art_{readers:08x}{number:016x}"})
        db.xadd("news:articles", newsroom.stream_fields(fresh))
        await asyncio.sleep(0.02)
    await asyncio.gather(*tasks)
    return waited


def quantiles(values: list[float]) -> tuple[float, float]:
    ordered = sorted(values)
    return ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]


def filled(store: Valkey, records: int) -> None:
    pipe = store.client().pipeline(transaction=False)
    for number, record in enumerate(newsroom.records(records, now=datetime.now(UTC))):
        pipe.xadd("news:articles", newsroom.stream_fields(record))
        if number % 500 == 499:
            pipe.execute()
    pipe.execute()


async def measured(port: int, bare: int, store: Valkey, options: argparse.Namespace) -> None:
    print(f"{'':52} {'gateway/s':>10} {'p50 ms':>7} {'p95 ms':>7} {'bare/s':>8} {'ratio':>6}")
    for question in QUESTIONS:
        here = await asked(port, question, options.seconds, options.connections)
        there = await asked(bare, question, options.seconds, options.connections)
        p50, p95 = quantiles(here)
        rate, bare_rate = len(here) / options.seconds, len(there) / options.seconds
        print(
            f"{question:52} {rate:10.0f} {p50 * 1000:7.1f} {p95 * 1000:7.1f} {bare_rate:8.0f} {rate / bare_rate:6.2f}"
        )
    for readers in (1, 50, 200):
        p50, p95 = quantiles(await fan_out(port, store, readers))
        print(f"{readers:4} readers of /v1/stream: an event arrives after {p50:.0f} ms (p50), {p95:.0f} ms (p95)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--connections", type=int, default=8)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wb-") as folder:
        store = Valkey(Path(folder))
        store.start()
        filled(store, options.records)
        # the store's socket in the environment, as in a container
        command = ["env", f"WIREBEAT_REDIS_URL={store.url}", sys.executable, "-m", "worker.cli", "web", "--port", "0"]
        gateway = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        port = next(int(found[1]) for line in gateway.stderr if (found := re.search(r"127\.0\.0\.1:(\d+)", line)))
        time.sleep(4 + options.records / 5000)
        bare = subprocess.Popen([sys.executable, "-c", BARE, str(port), str(port + 1), *QUESTIONS])
        time.sleep(3)
        try:
            asyncio.run(measured(port, port + 1, store, options))
        finally:
            for process in (bare, gateway):
                process.terminate()
                process.wait()
            store.stop()


if __name__ == "__main__":
    main()
