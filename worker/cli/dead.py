"""`wirebeat dead`: entries that could not become records, why, and another try for them."""

from __future__ import annotations

import difflib
import json
import sys
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, get_args

import typer

from config.feeds import seconds
from config.settings import load_settings
from tasks.ports import Stage
from tasks.reasons import REASONS
from worker.clock import now
from worker.ledger import Ledger, SyncStore
from worker.observe import printable
from worker.server import server_url

if TYPE_CHECKING:
    from collections.abc import Iterator

dead = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Entries that could not become records: list, show, retry, drop.",
)


def _known_reason(reason: str | None) -> str | None:
    if reason is None or reason in REASONS:
        return reason
    near = difflib.get_close_matches(reason, REASONS, n=1)
    raise typer.BadParameter(
        f"no reason {reason!r}; {f'did you mean {near[0]}?' if near else 'see docs/reliability.md'}"
    )


def _known_stage(stage: str | None) -> str | None:
    if stage is None or stage in get_args(Stage):
        return stage
    raise typer.BadParameter(f"no stage {stage!r}; there are: {', '.join(get_args(Stage))}")


Feed = Annotated[str | None, typer.Option(help="only of this feed")]
Why = Annotated[str | None, typer.Option("--reason", help="only with this reason", callback=_known_reason)]
Where = Annotated[
    str | None, typer.Option("--stage", help="only from this stage: fetch or enrich", callback=_known_stage)
]
Older = Annotated[str | None, typer.Option("--older", help="only older than, for example 2h")]
Json = Annotated[bool, typer.Option("--json", help="one JSON object a line")]
Yes = Annotated[bool, typer.Option("--yes", help="do not ask")]
Ids = Annotated[list[str] | None, typer.Argument(help="ids of entries (art_...) or of dead letters; none: all")]


class Letter(NamedTuple):
    stream_id: str
    fields: dict[str, str]

    def about(self) -> dict[str, Any]:
        entry = json.loads(self.fields["entry"])
        kept = {name: self.fields.get(name, "") for name in ("id", "stage", "reason", "detail", "feed", "attempts")}
        return {"letter": self.stream_id, **kept, "url": entry.get("url"), "title": entry.get("title", "")}


class Filter(NamedTuple):
    feed: str | None = None
    reason: str | None = None
    stage: str | None = None
    older: str | None = None

    def letters(self, store: SyncStore, ids: list[str] | None = None) -> Iterator[Letter]:
        last = "+" if self.older is None else str(round((now().timestamp() - _age_seconds(self.older)) * 1000))
        start = "-"
        while batch := store.redis.xrange(f"{store.prefix}:dead", start, last, count=200):
            for raw_id, raw in batch:
                fields = {k.decode(): v.decode("utf-8", "replace") for k, v in raw.items() if k != b"page"}
                letter = Letter(raw_id.decode(), fields)
                if self._wanted(letter) and (not ids or letter.stream_id in ids or fields["id"] in ids):
                    yield letter
            start = f"({batch[-1][0].decode()}"

    def _wanted(self, letter: Letter) -> bool:
        asked = {"feed": self.feed, "reason": self.reason, "stage": self.stage}
        return all(value is None or letter.fields[name] == value for name, value in asked.items())


def _age_seconds(text: str) -> float:
    try:
        return seconds(text)
    except ValueError as reason:
        raise typer.BadParameter(f"--older: {reason}") from None


@dead.command("list")
def list_(
    feed: Feed = None, reason: Why = None, stage: Where = None, older: Older = None, as_data: Json = False
) -> None:
    """One line each. Example: wirebeat dead list --reason timeout"""
    settings = load_settings()
    with server_url(settings) as url:
        for letter in Filter(feed, reason, stage, older).letters(SyncStore(url, settings.prefix)):
            about = letter.about()
            if as_data:
                sys.stdout.write(json.dumps(about, ensure_ascii=False) + "\n")
            else:
                title = printable(about["title"] or about["url"] or "")[:60]
                sys.stdout.write(
                    f"{about['letter']}  {about['id']}  {about['stage']:<6}  {about['reason']:<18}  "
                    f"{about['feed']:<24}  {title}\n"
                )


@dead.command()
def show(ids: Ids = None) -> None:
    """All that is known of them. Example: wirebeat dead show art_0123456789abcdef01234567"""
    settings = load_settings()
    unknown = set(ids or ())
    with server_url(settings) as url:
        for letter in Filter().letters(SyncStore(url, settings.prefix), ids):
            unknown -= {letter.stream_id, letter.fields["id"]}
            about = letter.about()
            meaning = REASONS[about["reason"]].meaning if about["reason"] in REASONS else ""
            for name, value in {**about, "meaning": meaning, "entry": json.loads(letter.fields["entry"])}.items():
                text = json.dumps(value, ensure_ascii=False, indent=1) if isinstance(value, dict) else str(value)
                shown = "\n".join(map(printable, text.split("\n")))
                sys.stdout.write(f"{name:<9} {shown}\n")
            sys.stdout.write("\n")
    _name_unknown(unknown)


def _name_unknown(ids: set[str]) -> None:
    if ids:
        sys.stderr.write(f"no dead letter {', '.join(sorted(ids))}; see: wirebeat dead list\n")
        raise typer.Exit(1)


@dead.command()
def retry(
    ids: Ids = None, feed: Feed = None, reason: Why = None, stage: Where = None, older: Older = None, yes: Yes = False
) -> None:
    """Another try, at the stage where it ended. Example: wirebeat dead retry --reason http-server-error --yes"""
    _each(ids, Filter(feed, reason, stage, older), "retry", "dead_retry", yes=yes)


@dead.command()
def drop(
    ids: Ids = None, feed: Feed = None, reason: Why = None, stage: Where = None, older: Older = None, yes: Yes = False
) -> None:
    """Give them up; they are counted as dropped. Example: wirebeat dead drop --feed isw --older 7d --yes"""
    _each(ids, Filter(feed, reason, stage, older), "drop", "dead_drop", yes=yes)


def _each(ids: list[str] | None, chosen: Filter, verb: str, call: str, *, yes: bool) -> None:
    settings = load_settings()
    with server_url(settings) as url:
        store = SyncStore(url, settings.prefix)
        letters = list(chosen.letters(store, ids))
        if letters and not yes and not typer.confirm(f"{verb} {len(letters)} dead letters?", err=True):
            raise typer.Exit(1)
        done = sum(store.do(getattr(Ledger(), call)(letter.stream_id)) for letter in letters)
        sys.stderr.write(f"{verb}: {done} of {len(letters)}\n")
    _name_unknown(set(ids or ()).difference(*((letter.stream_id, letter.fields["id"]) for letter in letters)))
