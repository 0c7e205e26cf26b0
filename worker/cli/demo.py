"""`wirebeat demo`: the real service reads the bundled news site, and its records are shown as they arrive."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from redis.asyncio import Redis
from redis.exceptions import RedisError
from rich.console import Console
from rich.markup import escape
from rich.status import Status
from rich.text import Text

from worker.clock import now
from worker.demo.site import DemoSite, serve
from worker.embedded import die_with_parent

PREFIX = "news"
STREAM = f"{PREFIX}:articles"
STOP_SECONDS = 15.0
#: how long the site stays up for the live page
STAY_SECONDS = 3600.0
#: the report whose topics are explained at the end
RETOLD = "/trump-putin-call.html"
SHOWN_EVIDENCE = 3
SHORTEST_TITLE = 24
CLI = [sys.executable, "-m", "worker.cli"]


def demo(
    *,
    seconds: Annotated[float, typer.Option(help="Give up after this long.", min=5)] = 120.0,
    stay: Annotated[bool, typer.Option(help="Keep running with the live page, until Ctrl-C.")] = False,
    port: Annotated[int, typer.Option(help="Port of the live page, with --stay.")] = 8000,
) -> None:
    """The whole service on a small invented news site, all on this machine. Example: wirebeat demo --stay"""
    console = Console(highlight=False, soft_wrap=True)
    with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        raise typer.Exit(asyncio.run(_demo(console, seconds, port if stay else None)))


class Show(NamedTuple):
    console: Console
    site: DemoSite
    service: Process
    environment: dict[str, str]
    log: Path
    reader_url: str
    #: None: without the live page
    page_port: int | None


async def _demo(console: Console, seconds: float, page_port: int | None) -> int:
    if (this := asyncio.current_task()) is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)
    folder = Path(tempfile.mkdtemp(prefix="wirebeat-demo-"))
    lifetime_seconds = seconds + (STAY_SECONDS if page_port else 0)
    try:
        async with serve(started=now(), seconds=lifetime_seconds) as site:
            console.print(f"Four invented publishers at {', '.join(site.origins)}; feeds: {site.feeds_url}")
            async with _service(console, site, folder, page_port) as show:
                console.print(f"Reading {STREAM} at {show.reader_url}\n")
                return await _watch(show, seconds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.asynccontextmanager
async def _service(console: Console, site: DemoSite, folder: Path, page_port: int | None) -> AsyncIterator[Show]:
    """`wirebeat run` with a data directory of its own and nothing of the caller's configuration."""
    reader_port = _free_port()
    settings = {
        "WIREBEAT_ALLOW_ORIGINS": ",".join(site.origins),
        "WIREBEAT_DATA_DIR": str(folder / "data"),
        "WIREBEAT_EMBEDDED_PORT": str(reader_port),
        "WIREBEAT_HOST_INTERVAL": "0.1",
        "WIREBEAT_POLL_INTERVAL": str(site.poll_every_seconds),
        "WIREBEAT_USER_AGENT": "Wirebeat-demo/0.1 (+http://127.0.0.1/; this machine only)",
    }
    inherited = os.environ.items()  # noqa: TID251  (handed on to a process of ours, not read)
    environment = {name: value for name, value in inherited if not name.startswith("WIREBEAT_")} | settings
    web = ["--no-web"] if page_port is None else ["--port", str(page_port)]
    log_file = folder / "service.log"
    with log_file.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *CLI,
            *("run", "--feeds", site.feeds_url, *web),
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=log,
            preexec_fn=lambda: die_with_parent(signal.SIGTERM),
        )
    try:
        yield Show(console, site, process, environment, log_file, f"redis://127.0.0.1:{reader_port}/0", page_port)
    finally:
        await _stop(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def _stop(process: Process) -> None:
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


async def _watch(show: Show, seconds: float) -> int:
    console, awaited = show.console, show.site.expected
    try:
        async with asyncio.timeout(seconds):
            with console.status("starting the service ...") as status:
                retold = await _print_arrivals(show, awaited, status)
            if show.service.returncode is not None:
                return _fell_over(show)
            if retold:
                _show_evidence(console, retold)
            await _show_account(show)
    except TimeoutError:
        missing = ", ".join(f"{url} version {version}" for url, version in awaited.items())
        console.print(f"\nStill missing after {seconds:.0f} s: {missing or 'nothing, but work was left'}")
        return _fell_over(show)
    if show.page_port is not None:
        console.print(f"\nThe live page: http://127.0.0.1:{show.page_port}/   (Ctrl-C ends the demonstration)")
        await show.service.wait()
    return 0


async def _print_arrivals(show: Show, awaited: dict[str, int], status: Status) -> dict[str, Any] | None:
    """Empties `awaited`, unless the service ends before. Reads the one record that is worth a closer look."""
    retold, count = None, len(awaited)
    async for fields in _entries(show):
        record = json.loads(fields["data"])
        show.console.print(_line(record, show.console.width if show.console.is_terminal else None))
        if record["url"].endswith(RETOLD):
            retold = record
        if awaited.get(record["url"]) == record["version"]:
            del awaited[record["url"]]
        if not awaited:
            break
        status.update(f"{count - len(awaited)} of {count} articles; one of them is about to change ...")
    return retold


async def _entries(show: Show) -> AsyncIterator[dict[str, str]]:
    """The stream from its beginning on, until the service ends."""
    last = "0"
    async with Redis.from_url(show.reader_url, decode_responses=True) as database:
        while show.service.returncode is None:
            try:
                answer = await database.xread({STREAM: last}, count=50, block=500)
            except RedisError:  # not up yet
                await asyncio.sleep(0.1)
                continue
            for _stream, entries in _pairs(answer):
                for id_, fields in entries:
                    last = id_
                    yield fields


def _pairs(answer: Any) -> list[Any]:
    return list(answer.items()) if isinstance(answer, dict) else list(answer or ())


def _line(record: dict[str, Any], width: int | None) -> Text:
    """`width`: what is longer loses the end of its title; None: nothing is cut."""
    outlets = [source["name"] for source in record["cited_sources"] if source["role"] == "reported-by"]
    notes = [
        f"version {record['version']}" if record["version"] > 1 else "",
        "" if record["body_status"] == "full" else record["body_status"].replace("_", " "),
        f"text of {record['syndicated_from']['name']}" if record["syndicated_from"] else "",
        "copy" if record["duplicate_of"] else "",
    ]
    ending = Text()
    for note in filter(None, notes):
        ending.append(f" ({note})", "yellow")
    for topic in record["topics"]:
        ending.append(f"  {topic['id']} {topic['score']:.2f}", "green")
    if outlets:
        ending.append(f"  ← {', '.join(outlets)}", "cyan")
    beginning = Text(f"{record['published_at'][11:16]}  ", "dim").append(f"{record['source']['name']:<18}  ", "bold")
    title = Text(record["title"])
    if width is not None:
        title.truncate(max(width - beginning.cell_len - ending.cell_len, SHORTEST_TITLE), overflow="ellipsis")
    return beginning + title + ending


def _show_evidence(console: Console, record: dict[str, Any]) -> None:
    console.print(f"\nWhy these topics: {escape(record['title'])}")
    for topic in record["topics"]:
        weights = {one["text"].casefold(): one for one in sorted(topic["evidence"], key=lambda one: one["weight"])}
        strongest = sorted(weights.values(), key=lambda one: -one["weight"])[:SHOWN_EVIDENCE]
        words = ", ".join(f"“{escape(one['text'])}” {one['weight']:+.2f}" for one in strongest)
        console.print(f"  {topic['id']} {topic['score']:.2f}: {words}")


async def _show_account(show: Show) -> None:
    console = show.console
    async with Redis.from_url(show.reader_url, decode_responses=True) as database:
        while await _waiting(database):  # noqa: ASYNC110  (the store tells nobody that it is empty)
            await asyncio.sleep(0.2)
    stats = await asyncio.create_subprocess_exec(
        *CLI, "stats", cwd=show.log.parent, env=show.environment, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await stats.communicate()
    console.print("\nThe account (`wirebeat stats`): what became of every entry that a feed showed")
    console.print(told.decode().rstrip(), markup=False)
    answers = [(path, status) for (_, path, status), count in show.site.answered.items() for _ in range(count)]
    pages = sum(status == HTTPStatus.OK and path.endswith(".html") for path, status in answers)
    unchanged = sum(status == HTTPStatus.NOT_MODIFIED for _, status in answers)
    console.print(f"The site gave out {pages} pages and answered {unchanged} polls with 304, not modified.")


async def _waiting(database: Redis) -> int:
    return sum([await database.zcard(f"{PREFIX}:pending:{stage}") for stage in ("fetch", "enrich")])


def _fell_over(show: Show) -> int:
    ended = show.service.returncode
    state = "is still running" if ended is None else f"ended with exit code {ended}"
    show.console.print(f"\nThe service {state}. The last lines of its log:", style="red")
    for line in show.log.read_text("utf-8", "replace").splitlines()[-20:]:
        show.console.print(line, markup=False)
    return 1
