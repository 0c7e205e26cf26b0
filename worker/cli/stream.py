"""`wirebeat tail`, `replay`, `export`: records out of the streams."""

from __future__ import annotations

import csv
import json
import re
import sys
from io import TextIOWrapper
from typing import Annotated, Any

import redis
import typer

from config.settings import load_settings
from tasks.export.fields import FLAT_FIELDS
from worker.server import server_url

Topic = Annotated[str | None, typer.Option(help="only this topic's stream")]
SinceOption = Annotated[
    str | None, typer.Option(help="from then on: 2h, 15m, a stream id, ms since 1970, or 0 for everything kept")
]


#: milliseconds since 1970, or the id of an entry: two numbers, in the server each of 64 bits
_ENTRY_ID = re.compile(r"([0-9]{1,20})(?:-([0-9]{1,20}))?")
_MAX_ID_PART = (1 << 64) - 1


def _stream(url: str, prefix: str, topic: str | None) -> str:
    """A stream that is not there yet may come; that the service knows no such topic is said on stderr."""
    if not topic:
        return f"{prefix}:articles"
    stream = f"{prefix}:topic:{topic}"
    with redis.Redis.from_url(url, decode_responses=True) as client:
        known = str(client.hget(f"{prefix}:meta", "topics") or "")
        if known and topic not in known.split(",") and not client.exists(stream):
            sys.stderr.write(f"the service has no topic {topic!r}; there are: {known.replace(',', ', ')}\n")
    return stream


def since_id(text: str | None) -> str | None:
    """`2h` → milliseconds since 1970; anything else as it is."""
    from config.feeds import seconds
    from worker.clock import now

    if text is None or text in ("0", "$") or _is_entry_id(text):
        return text
    try:
        return str(round((now().timestamp() - seconds(text)) * 1000))
    except ValueError:
        raise typer.BadParameter(f"--since {text!r}: write 2h, 15m, a stream id or milliseconds since 1970") from None


def _is_entry_id(text: str) -> bool:
    match = _ENTRY_ID.fullmatch(text)
    return match is not None and all(int(part or 0) <= _MAX_ID_PART for part in match.groups())


def tail(
    topic: Topic = None,
    since: SinceOption = None,
    as_data: Annotated[bool, typer.Option("--json", help="the whole record, one a line")] = False,
    flat: Annotated[bool, typer.Option("--flat", help="the flat fields as JSON, one a line")] = False,
    follow: Annotated[bool, typer.Option(help="wait for more; --no-follow ends with what there is")] = True,
) -> None:
    """Follow a stream. Example: wirebeat tail --topic ukraine-war --since 2h"""
    from worker.client import Reader

    settings = load_settings()
    with server_url(settings) as url:
        start = since_id(since) or ("$" if follow else "0")
        try:
            for entry in Reader(url, _stream(url, settings.prefix, topic), since=start, follow=follow):
                sys.stdout.write(_line(entry.fields, as_data=as_data, flat=flat) + "\n")
                sys.stdout.flush()
        except KeyboardInterrupt:
            return


def _line(fields: dict[str, str], *, as_data: bool, flat: bool) -> str:
    if as_data:
        return fields["data"]
    if flat:
        return json.dumps({name: value for name, value in fields.items() if name != "data"}, ensure_ascii=False)
    record: dict[str, Any] = json.loads(fields["data"])
    topics = "  ".join(f"{topic['id']} {topic['score']:.2f}" for topic in record["topics"])
    update = f"(version {fields['version']}) " if fields["version"] != "1" else ""
    reported = f"  ← {fields['reported_by'].replace('|', ', ')}" if fields["reported_by"] else ""
    published, source = fields["published_at"][11:16], fields["source"][:24]
    return f"{published}  {source:<24}  {update}{fields['title'][:90]}  {topics}{reported}"


def replay(
    to: Annotated[str, typer.Option(help="stream to write to; made when it is not there")],
    since: SinceOption = "0",
    topic: Topic = None,
) -> None:
    """Copy records into another stream, ids and versions as they are. Example: wirebeat replay --since 2h --to again"""
    from rich.console import Console
    from rich.progress import track

    settings = load_settings()
    if not to.strip():
        raise typer.BadParameter("--to: name the stream to write to")
    if to.startswith(f"{settings.prefix}:"):
        raise typer.BadParameter(f"--to {to}: names that begin with {settings.prefix}: are the service's own")
    with server_url(settings) as url:
        client: Any = redis.Redis.from_url(url)
        entries = client.xrange(_stream(url, settings.prefix, topic), since_id(since) or "-", "+")
        present = {fields.get(b"replayed_from") for _, fields in client.xrange(to)} if client.exists(to) else set()
        copied = 0
        for entry_id, fields in track(entries, description="replay", console=Console(stderr=True)):
            if entry_id not in present:
                client.xadd(to, {**fields, b"replayed_from": entry_id})
                copied += 1
        sys.stderr.write(f"replayed {copied} of {len(entries)} to {to}; the others were there already\n")


def export(
    since: SinceOption = "0",
    topic: Topic = None,
    form: Annotated[
        str, typer.Option("--format", help="jsonl: whole records; csv: flat fields; parquet: both")
    ] = "jsonl",
) -> None:
    """Records as a file on stdout. Example: wirebeat export --format csv --since 24h > day.csv"""
    from worker.client import Reader

    if form not in ("jsonl", "csv", "parquet"):
        raise typer.BadParameter(f"--format {form}: jsonl, csv or parquet")
    if form == "parquet" and sys.stdout.isatty():
        raise typer.BadParameter("--format parquet is no text: send it into a file, > records.parquet")
    if isinstance(sys.stdout, TextIOWrapper):  # a file of records is no text of this terminal's
        sys.stdout.reconfigure(encoding="utf-8")
    settings = load_settings()
    with server_url(settings) as url:
        reader = Reader(url, _stream(url, settings.prefix, topic), since=since_id(since) or "0", follow=False)
        if form == "jsonl":
            for entry in reader:
                sys.stdout.write(entry.fields["data"] + "\n")
            return
        if form == "parquet":
            from worker.cli.parquet import write_parquet

            write_parquet((entry.fields for entry in reader), sys.stdout.buffer)
            return
        table = csv.DictWriter(sys.stdout, FLAT_FIELDS, extrasaction="ignore")
        table.writeheader()
        for entry in reader:
            table.writerow(entry.fields)
