"""`wirebeat enrich IN.jsonl -o OUT.jsonl`: a file of pages → a file of records, on all cores."""

from __future__ import annotations

import json
import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from config.settings import load_settings
from config.trouble import ConfigError, read_text
from tasks.reasons import Failed

if TYPE_CHECKING:
    from rich.progress import Progress

    from tasks.tellings import Telling


def enrich(
    rows: Annotated[Path, typer.Argument(help="JSON Lines: {id, url, html | html_file | text, title?, published?}")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="JSON Lines of records; default: stdout")
    ] = None,
    jobs: Annotated[int | None, typer.Option(min=1, max=256, help="processes; default: one per core")] = None,
) -> None:
    """The stages of the service over a file, one record a row. Example: wirebeat enrich pages.jsonl -o records.jsonl"""
    from worker.clock import now
    from worker.crew import Crew
    from worker.observe import set_up_logging
    from worker.offline import Copies, read_row
    from worker.roles import warm_tagger

    settings = load_settings(log_level="error")
    set_up_logging(settings, "enrich-file")
    # not splitlines(): JSON may hold U+2028 and U+0085 as they are
    lines = [line for line in read_text(rows, mend="name a file of JSON Lines").split("\n") if line.strip()]
    tagger, moment, folder = warm_tagger(settings), now(), rows.parent

    def work(line: str) -> tuple[bytes, Telling]:
        record, telling = read_row(tagger, _row(line), folder, moment)
        return record.model_dump_json().encode(), telling

    crew = Crew(
        work,
        members=jobs or os.cpu_count() or 1,
        seconds=settings.article_seconds,
        memory_bytes=settings.article_memory_bytes,
    )
    bad, copies = 0, Copies()
    with _bar() as bar, _writable(output, rows) if output else nullcontext(sys.stdout.buffer) as out:
        for line, result in bar.track(crew.results(lines), total=len(lines)):
            if isinstance(result, Exception):
                bad += 1
                answer = json.dumps({"ext": {"row": _id_of(line)}, "error": str(result)}).encode()
            else:
                answer = copies.named(*result)
            out.write(answer + b"\n")
    if bad:
        sys.stderr.write(f"{bad} of {len(lines)} rows could not be read; each has an `error` in the output\n")


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("enrich"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    return Progress(*columns, console=Console(stderr=True))


def _writable(path: Path, rows: Path) -> BinaryIO:
    if path.exists() and path.samefile(rows):
        raise ConfigError("is the file of the rows itself", file=path, mend="name another with -o")
    try:
        return path.open("wb")
    except OSError as reason:
        raise ConfigError(f"cannot be written: {reason.strerror}", file=path, mend="name another with -o") from None


def _row(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError as reason:
        raise Failed("parse-error", f"the row is not JSON: {reason}") from None


def _id_of(line: str) -> Any:
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row.get("id") if isinstance(row, dict) else None
