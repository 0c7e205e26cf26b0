"""`wirebeat feeds`: the feed list, and what stands behind the addresses in it."""

# Imports stand where they are needed: `feeds list` pays neither for the HTTP client nor for feedparser.

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.feeds import Feed, FeedList, feed_ids, load_feeds, unused_id
from config.opml import Outline, write_opml
from config.settings import load_settings
from config.sharding import is_of_shard
from config.trouble import ConfigError, read_text
from tasks.reasons import Failed
from tasks.records import rfc3339
from worker import clock
from worker.cli.feed_status import poll, status
from worker.cli.list_file import append, check_editable, read_list, replace

if TYPE_CHECKING:
    from config.settings import Settings
    from tasks.records import Entry
    from worker.discovery import Found, Health

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="The feed list: list, add, remove, import, export, check, status, parse, poll.",
)

ListPlace = Annotated[str | None, typer.Option("--feeds", help="the feed list; default: that of the settings")]
Json = Annotated[bool, typer.Option("--json", help="one JSON object a line")]
Yes = Annotated[bool, typer.Option("--yes", help="do not ask")]

NEWEST_SHOWN = 3
UNREADABLE = "cannot be read"

app.command()(status)
app.command()(poll)


@app.command()
def parse(
    files: Annotated[list[Path], typer.Argument(help="feed documents on disk")],
    as_data: Json = False,
    url: Annotated[str, typer.Option(help="where they came from: relative links hang on it")] = "",
) -> None:
    """What the service would read in them; exit 1 if one cannot be opened. Example: wirebeat feeds parse saved.xml"""
    unread = False
    for file in files:
        row = _parsed(file, url)
        unread = unread or (row["error"] or "").startswith(UNREADABLE)
        if as_data:
            sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
        else:
            sys.stdout.write(f"{row['file']}: {row['error'] or row['format']}  {row['title'] or ''}\n")
            for entry in row["entries"]:
                when = entry["published"] or entry["updated"] or "no date"
                sys.stdout.write(
                    f"  {when:<20}  {entry['title'][:70] or '(no title)'}  {entry['link'] or '(no link)'}\n"
                )
    raise typer.Exit(1 if unread else 0)


def _parsed(file: Path, url: str) -> dict[str, Any]:
    from tasks.poll import read_feed

    nothing: dict[str, Any] = {"file": str(file), "format": None, "title": None, "entries": []}
    try:
        document = read_feed(file.read_bytes(), feed="file", url=url, now=clock.now())
    except OSError as trouble:
        return {**nothing, "error": f"{UNREADABLE}: {trouble.strerror}"}
    except Failed as trouble:
        return {**nothing, "error": str(trouble)}
    entries = [_row(entry) for entry in document.entries]
    return {"file": str(file), "format": document.format, "title": document.title, "entries": entries, "error": None}


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.guid,
        "link": entry.link or entry.url,
        "title": entry.title,
        "published": rfc3339(entry.published) if entry.published else None,
        "updated": rfc3339(entry.updated) if entry.updated else None,
        "summary": entry.summary,
    }


@app.command("list")
def list_(feeds: ListPlace = None, as_data: Json = False) -> None:
    """The feeds as configured. Example: wirebeat feeds list --json"""
    for feed in read_list(feeds).feeds:
        if as_data:
            sys.stdout.write(feed.model_dump_json() + "\n")
        else:
            state = "on " if feed.enabled else "off"
            sys.stdout.write(f"{feed.id:<24} {state} {feed.every_seconds:>6g}s  {feed.group:<12.12} {feed.url}\n")


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="a feed, or a page that has feeds")],
    name: Annotated[str | None, typer.Option("--id", help="id of the feed; default: made of its title")] = None,
    group: Annotated[str, typer.Option(help="group that it stands in")] = "",
    feeds: ListPlace = None,
    yes: Yes = False,
) -> None:
    """Find the feeds behind an address, show their newest items, add one. Example: wirebeat feeds add example.org"""
    listed = read_list(feeds, missing_is_new=True)
    settings = load_settings(feeds=feeds)
    address = url if "://" in url else f"https://{url}"
    found = asyncio.run(_search(address, settings))
    if not found:
        sys.stderr.write(f"no feed found at {address}, nor where sites usually have one\n")
        raise typer.Exit(1)
    for number, one in enumerate(found, start=1):
        _show(number, one)
    chosen = found[_choice(len(found), yes=yes) - 1]
    twin = next((feed for feed in listed.feeds if feed.url == chosen.url), None)
    if twin:
        sys.stderr.write(f"{chosen.url} is in the list already, as {twin.id}\n")
        return
    feed = _new_feed(chosen, listed.feeds, name=name, group=group, settings=settings)
    append(listed, [feed])
    sys.stderr.write(f"added {feed.id} to {listed.place}\n")


async def _search(url: str, settings: Settings) -> list[Found]:
    from worker.discovery import discovered
    from worker.http import Client

    async with Client(settings) as client:
        return await discovered(url, client, settings)


def _show(number: int, found: Found) -> None:
    document = found.document
    sys.stderr.write(
        f"{number}  {document.title or '(no title)'}  [{document.format}, {len(document.entries)} entries]\n"
    )
    sys.stderr.write(f"   {found.url}\n")
    for entry in document.entries[:NEWEST_SHOWN]:
        when = entry.published or entry.updated
        sys.stderr.write(f"     {when:%Y-%m-%d %H:%M}  " if when else "     no date           ")
        sys.stderr.write(f"{entry.title[:90]}\n")


def _choice(count: int, *, yes: bool) -> int:
    if yes:
        return 1
    if count == 1:
        typer.confirm("add it?", default=True, abort=True, err=True)
        return 1

    def number(text: str) -> int:
        if not text.isdigit() or not 1 <= int(text) <= count:
            raise typer.BadParameter(f"a number from 1 to {count}")
        return int(text)

    return int(typer.prompt("which one", default="1", value_proc=number, err=True))


def _new_feed(found: Found, listed: FeedList, *, name: str | None, group: str, settings: Settings) -> Feed:
    title = found.document.title
    made = name or unused_id(feed_ids({found.url: title})[found.url], found.url, {feed.id for feed in listed})
    every = settings.poll_interval
    lang = found.document.lang
    return Feed(id=made, title=title[:300], url=found.url, group=group, lang=lang, every_seconds=every)


@app.command()
def remove(
    name: Annotated[str, typer.Argument(metavar="ID", help="id of the feed")], feeds: ListPlace = None, yes: Yes = False
) -> None:
    """Take a feed off the list; what it brought stays. Example: wirebeat feeds remove kyiv-post"""
    from config.feed_edits import without_feed

    listed = read_list(feeds)
    feed = next((feed for feed in listed.feeds if feed.id == name), None)
    if feed is None:
        raise ConfigError(f"no feed {name!r}", file=listed.place, mend="see: wirebeat feeds list")
    check_editable(listed)
    if not yes:
        typer.confirm(f"remove {feed.name} ({feed.url})?", abort=True, err=True)
    replace(listed.place, without_feed(listed.text, name, file=listed.place))
    sys.stderr.write(f"removed {name} from {listed.place}\n")


@app.command("import")
def import_(file: Annotated[Path, typer.Argument(help="OPML of another reader")], feeds: ListPlace = None) -> None:
    """Add the feeds of an OPML that are not in the list yet. Example: wirebeat feeds import subscriptions.opml"""
    listed = read_list(feeds, missing_is_new=True)
    settings = load_settings(feeds=feeds)
    imported = load_feeds(read_text(file), file=str(file), poll_interval_seconds=settings.poll_interval)
    for problem in imported.problems:
        sys.stderr.write(f"{problem}\n")
    urls, ids = {feed.url for feed in listed.feeds}, {feed.id for feed in listed.feeds}
    new = [feed for feed in imported if feed.url not in urls]
    named = [feed.model_copy(update={"id": unused_id(feed.id, feed.url, ids)}) for feed in new]
    append(listed, named)
    sys.stderr.write(f"{len(new)} added, {len(imported) - len(new)} were there, {len(imported.problems)} left out\n")


@app.command("export")
def export_(
    file: Annotated[Path | None, typer.Argument(help="file to write; none: standard output")] = None,
    feeds: ListPlace = None,
    own: Annotated[bool, typer.Option("--own", help="only the feeds of the shard that the settings name")] = False,
) -> None:
    """The list as OPML, which other readers take. Example: wirebeat feeds export feeds.opml"""
    settings = load_settings()
    listed = [
        feed for feed in read_list(feeds).feeds if not own or is_of_shard(feed.url, settings.shard, settings.shards)
    ]
    outlines = [Outline(feed.name, feed.url, (feed.group,) if feed.group else (), feed.lang or "") for feed in listed]
    opml = write_opml(outlines, title="Wirebeat feeds")
    if file is None:
        sys.stdout.write(opml)
    else:
        replace(str(file), opml)
        sys.stderr.write(f"{len(outlines)} feeds in {file}\n")


@app.command()
def check(
    names: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="ids; none: all that are on")] = None,
    feeds: ListPlace = None,
    as_data: Json = False,
) -> None:
    """Fetch and read each feed once; exit 1 if one is ill. Example: wirebeat feeds check nato-news"""
    listed = read_list(feeds).feeds
    unknown = set(names or ()) - {feed.id for feed in listed}
    if unknown:
        raise ConfigError(f"no feed {', '.join(sorted(unknown))}", mend="see: wirebeat feeds list")
    wanted = [feed for feed in listed if feed.id in names] if names else [feed for feed in listed if feed.enabled]
    raise typer.Exit(0 if asyncio.run(_check_all(wanted, load_settings(feeds=feeds), as_data=as_data)) else 1)


async def _check_all(wanted: list[Feed], settings: Settings, *, as_data: bool) -> bool:
    from worker.discovery import examined
    from worker.http import Client

    all_well = True
    async with Client(settings) as client:
        async for health in examined(wanted, client, settings):
            all_well = all_well and not health.trouble
            row = _health_row(health)
            sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n" if as_data else _health_line(row))
            sys.stdout.flush()
    return all_well


def _health_row(health: Health) -> dict[str, Any]:
    document = health.document
    dates = [when for entry in document.entries if (when := entry.published or entry.updated)] if document else []
    return {
        "id": health.feed.id,
        "url": health.feed.url,
        "trouble": health.trouble or None,
        "moved_to": health.moved_to or None,
        "format": document.format if document else None,
        "title": document.title if document else None,
        "entries": len(document.entries) if document else 0,
        "newest": rfc3339(max(dates)) if dates else None,
        "warnings": list(document.warnings) if document else [],
    }


def _health_line(row: dict[str, Any]) -> str:
    if row["trouble"]:
        return f"x {row['id']:<24} {row['trouble']}\n"
    notes = [f"moved to {row['moved_to']}: change the list"] if row["moved_to"] else []
    newest = f"newest {row['newest']}" if row["newest"] else "no dates"
    about = f"{row['format']}, {row['entries']} entries, {newest}"
    return f"{'!' if notes else '√'} {row['id']:<24} {'; '.join([about, *notes, *row['warnings']])}\n"
