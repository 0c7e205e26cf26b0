"""`wirebeat demo`: the real service reads the bundled news site, and its records are shown as they arrive."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
import tempfile
import webbrowser
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, AsyncIterator
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import aiohttp
import typer
from redis.asyncio import Redis
from redis.exceptions import RedisError
from rich.console import Console
from rich.status import Status

from config.settings import surroundings
from worker.clock import now
from worker.demo.lines import arrival, evidence
from worker.demo.site import DemoSite, serve
from worker.leashed import die_with_parent
from worker.loopback import free_port

PREFIX = "news"
STREAM = f"{PREFIX}:articles"
STOP_SECONDS = 15.0
#: the site is gone after this even where nobody ends it
STAY_SECONDS = 12 * 3600.0
LOOK_SECONDS = 0.1
#: the report whose topics are explained at the end
RETOLD = "/trump-putin-call.html"
CLI = [sys.executable, "-m", "worker.cli"]


class Wishes(NamedTuple):
    seconds: float
    stay: bool
    every_seconds: float
    port: int
    reader_port: int
    browser: bool


def demo(
    *,
    seconds: Annotated[float, typer.Option(help="Give up when not all has come after this long.", min=5)] = 120.0,
    stay: Annotated[
        bool | None,
        typer.Option(
            "--stay/--until-idle",
            help="Go on with new articles until Ctrl-C, or end when all has come.  [default: stay in a terminal]",
            show_default=False,
        ),
    ] = None,
    every: Annotated[float, typer.Option(help="Seconds between two new articles, while it stays.", min=0.5)] = 8.0,
    port: Annotated[
        int, typer.Option(help="Port of the live page; the next free one where it is taken.", min=0, max=65535)
    ] = 8000,
    reader_port: Annotated[
        int, typer.Option(help="Port for readers of the stream; likewise.", min=0, max=65535)
    ] = 6390,
    browser: Annotated[
        bool | None,
        typer.Option(
            help="Open the live page in a browser.  [default: in a terminal of a desktop]", show_default=False
        ),
    ] = None,
) -> None:
    """The whole service on a small invented news site, all on this machine. Example: wirebeat demo --stay"""
    console = Console(highlight=False, soft_wrap=True)
    around = surroundings()
    watched = console.is_terminal and not around.ci
    wishes = Wishes(
        seconds=seconds,
        stay=watched if stay is None else stay,
        every_seconds=every,
        port=_found_port(console, port, "the live page is on"),
        reader_port=_found_port(console, reader_port, "readers find the stream on"),
        browser=watched and around.display if browser is None else browser,
    )
    with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        raise typer.Exit(asyncio.run(_demo(console, wishes)))


class Show(NamedTuple):
    console: Console
    site: DemoSite
    service: Process
    environment: dict[str, str]
    log: Path
    wishes: Wishes

    @property
    def page_url(self) -> str:
        return f"http://127.0.0.1:{self.wishes.port}/"

    @property
    def reader_url(self) -> str:
        return f"redis://127.0.0.1:{self.wishes.reader_port}/0"


async def _demo(console: Console, wishes: Wishes) -> int:
    if (this := asyncio.current_task()) is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)
    folder = Path(tempfile.mkdtemp(prefix="wirebeat-demo-"))
    lifetime_seconds = wishes.seconds + (STAY_SECONDS if wishes.stay else 0)
    try:
        async with serve(started=now(), seconds=lifetime_seconds) as site:
            console.print(f"Four invented publishers at {', '.join(site.origins)}; feeds: {site.feeds_url}")
            async with _service(console, site, folder, wishes) as show:
                console.print(f"Stream for readers:  {STREAM} at {show.reader_url}")
                announcing = asyncio.create_task(_announce(show))
                try:
                    return await _watch(show)
                finally:
                    announcing.cancel()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.asynccontextmanager
async def _service(console: Console, site: DemoSite, folder: Path, wishes: Wishes) -> AsyncIterator[Show]:
    """`wirebeat run` with a data directory of its own and nothing of the caller's configuration."""
    settings = {
        "WIREBEAT_ALLOW_ORIGINS": ",".join(site.origins),
        "WIREBEAT_DATA_DIR": str(folder / "data"),
        "WIREBEAT_EMBEDDED_PORT": str(wishes.reader_port),
        "WIREBEAT_HOST_INTERVAL": "0.1",
        "WIREBEAT_POLL_INTERVAL": str(site.poll_every_seconds),
        "WIREBEAT_USER_AGENT": "Wirebeat-demo/0.1 (+http://127.0.0.1/; this machine only)",
    }
    inherited = os.environ.items()  # noqa: TID251  (handed on to a process of ours, not read)
    environment = {name: value for name, value in inherited if not name.startswith("WIREBEAT_")} | settings
    log_file = folder / "service.log"
    with log_file.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *CLI,
            *("run", "--feeds", site.feeds_url, "--port", str(wishes.port)),
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=log,
            preexec_fn=lambda: die_with_parent(signal.SIGTERM),
        )
    try:
        yield Show(console, site, process, environment, log_file, wishes)
    finally:
        await _stop(process)


def _found_port(console: Console, wanted: int, purpose: str) -> int:
    try:
        port = free_port(wanted)
    except OSError:
        port = free_port(0)
    if wanted and port != wanted:
        console.print(f"Port {wanted} is taken by another program; {purpose} {port} instead.")
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


async def _announce(show: Show) -> None:
    """Says where the page is as soon as it answers, some seconds before the first article."""
    async with aiohttp.ClientSession() as session:
        while True:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with session.get(f"{show.page_url}livez", timeout=aiohttp.ClientTimeout(1)):
                    break
            await asyncio.sleep(LOOK_SECONDS)
    show.console.print(f"The live page:       {show.page_url}\n", style="bold")
    if show.wishes.browser:
        await asyncio.to_thread(webbrowser.open, show.page_url)


async def _watch(show: Show) -> int:
    console, awaited = show.console, show.site.expected
    entries = _entries(show)
    try:
        async with asyncio.timeout(show.wishes.seconds):
            with console.status("starting the service ...") as status:
                retold = await _print_arrivals(show, entries, awaited, status)
            if show.service.returncode is not None:
                return _fell_over(show)
            if retold:
                console.print("\n" + "\n".join(evidence(retold)))
            await _show_account(show)
    except TimeoutError:
        missing = ", ".join(f"{url} version {version}" for url, version in awaited.items())
        console.print(f"\nStill missing after {show.wishes.seconds:.0f} s: {missing or 'nothing, but work was left'}")
        return _fell_over(show)
    if not show.wishes.stay:
        console.print("That was all; `wirebeat demo --stay` goes on with new articles and keeps the live page.")
        return 0
    return await _go_on(show, entries)


async def _go_on(show: Show, entries: AsyncIterator[dict[str, str]]) -> int:
    """Until Ctrl-C, or until the service ends by itself."""
    show.site.tell_news(show.wishes.every_seconds)
    show.console.print("\nThe publishers go on telling; each new article appears here and on the page.")
    command = f"WIREBEAT_DATA_DIR={show.environment['WIREBEAT_DATA_DIR']} wirebeat top"
    show.console.print(f"Any other command on this service, in another terminal:  {command}\n", markup=False)
    with show.console.status(f"live at {show.page_url} · Ctrl-C ends the demonstration"):
        async for fields in entries:
            _print_arrival(show, json.loads(fields["data"]))
    return _fell_over(show)


async def _print_arrivals(
    show: Show, entries: AsyncIterator[dict[str, str]], awaited: dict[str, int], status: Status
) -> dict[str, Any] | None:
    """Empties `awaited`, unless the service ends before. Reads the one record that is worth a closer look."""
    retold, count = None, len(awaited)
    async for fields in entries:
        record = json.loads(fields["data"])
        _print_arrival(show, record)
        if record["url"].endswith(RETOLD):
            retold = record
        if awaited.get(record["url"]) == record["version"]:
            del awaited[record["url"]]
        if not awaited:
            break
        status.update(f"{count - len(awaited)} of {count} articles; one of them is about to change ...")
    return retold


def _print_arrival(show: Show, record: dict[str, Any]) -> None:
    show.console.print(arrival(record, show.console.width if show.console.is_terminal else None))


async def _entries(show: Show) -> AsyncGenerator[dict[str, str], None]:
    """The stream from its beginning on, until the service ends."""
    last = "0"
    async with Redis.from_url(show.reader_url, decode_responses=True) as database:
        while show.service.returncode is None:
            try:
                answer = await database.xread({STREAM: last}, count=50, block=500)
            except RedisError:  # not up yet
                await asyncio.sleep(LOOK_SECONDS)
                continue
            for _stream, entries in _pairs(answer):
                for id_, fields in entries:
                    last = id_
                    yield fields


def _pairs(answer: Any) -> list[Any]:
    return list(answer.items()) if isinstance(answer, dict) else list(answer or ())


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
