"""`wirebeat topics diff` and `retag`: what other rules would change in the stream, and the updates that say so."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.settings import load_settings
from config.trouble import ConfigError
from worker.cli.stream import since_id
from worker.server import server_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tasks.retag import Changes, Move
    from worker.ledger import SyncStore
    from worker.retagging import Stream

Rules = Annotated[Path | None, typer.Option("--rules", "--topics", help="topic file; default: the setting")]
Last = Annotated[int | None, typer.Option(min=1, help="only so many articles, the newest")]
Since = Annotated[str | None, typer.Option(help="only what came since: 2h, 7d, a stream id or ms since 1970")]
Moved = Annotated[
    float | None,
    typer.Option(min=0.01, max=1, help="also where nothing but a score moved, by so much"),
]
DIFF_LAST = 1000
TITLE_CHARS = 60
#: a column of `diff` for each kind of change
KINDS = ("added", "removed", "moved")


def diff(
    rules: Rules = None,
    last: Last = None,
    since: Since = None,
    moved: Moved = 0.05,
    rows: Annotated[int, typer.Option(min=0, help="show so many articles; 0 shows all")] = 40,
    as_data: Annotated[bool, typer.Option("--json", help="one JSON object, every move of a score in it")] = False,
) -> None:
    """What the rules in the files would change in the stream. Example: wirebeat topics diff --last 500"""
    settings = load_settings(log_level="error")
    last = DIFF_LAST if last is None and since is None else last
    with server_url(settings) as url:
        stream = _stream(url, settings.prefix, rules or settings.topics)
        looked = list(_slim(stream, last, since_id(since)))
    if as_data:
        sys.stdout.write(json.dumps(_as_data(stream, looked), ensure_ascii=False) + "\n")
        return
    changed = [row for row in looked if row[1].matter(moved)]
    shown = changed[:rows] if rows else changed
    lines = [_line(row, found, moved) for row, found in shown]
    if len(shown) < len(changed):
        lines.append(f"... and {len(changed) - len(shown)} more: --rows 0 shows all")
    sys.stdout.write("\n".join([*lines, *_totals(stream, looked)]) + "\n")


def retag(
    rules: Rules = None,
    last: Last = None,
    since: Since = None,
    moved: Moved = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say how many would be updated")] = False,
) -> None:
    """Publish an update of every article in the stream that the rules tag otherwise. Running it twice changes nothing.

    Example: wirebeat topics retag --since 24h
    """
    from worker.ledger import Ledger
    from worker.retagging import retag as publish_updates

    settings = load_settings(log_level="error")
    with server_url(settings) as url:
        stream = _stream(url, settings.prefix, rules or settings.topics, fail_point=settings.fail_point)
        looked, wanted = 0, []
        for one in stream.newest_first(last=last, since=since_id(since)):
            looked += 1
            if one.changes.matter(moved):
                wanted.append(one.entry_id)
        if dry_run:
            sys.stdout.write(f"{len(wanted)} of {looked} articles would be updated{_unread(stream)}\n")
            return
        ends = publish_updates(stream, Ledger(), wanted[::-1])
    told = [f"{ends['updated']} of {looked} articles updated{_unread(stream)}"]
    told += [text.format(ends[end]) for end, text in LEFT.items() if ends[end]]
    sys.stdout.write("\n".join(told) + "\n")


#: how an update may not come to be → in words
LEFT = {
    "stale": "{} had another version meanwhile, or are older than what is remembered of them",
    "gone": "{} were trimmed from the stream meanwhile",
    "busy": "{} were being read all the while: run it again",
}


def _stream(url: str, prefix: str, path: Path, *, fail_point: str | None = None) -> Stream:
    from config.topics import read_topics
    from tasks.topics import TopicTagger
    from worker.ledger import SyncStore
    from worker.retagging import Stream

    store: SyncStore = SyncStore(url, prefix, fail_point=fail_point)
    if store.redis.xlen(f"{prefix}:articles") == 0:
        raise ConfigError(f"no record in {prefix}:articles", mend="start the service first, or mind WIREBEAT_PREFIX")
    return Stream(store, TopicTagger(read_topics(path)))


Row = dict[str, Any]


def _slim(stream: Stream, last: int | None, since: str | None) -> Iterator[tuple[Row, Changes]]:
    """Without bodies, so that a long stream fits in memory."""
    for one in stream.newest_first(last=last, since=since):
        record = one.record
        row = {"entry": one.entry_id.decode(), "id": record.id, "version": record.version, "title": record.title}
        yield {**row, "url": record.url, "rules": record.provenance.rules.topics}, one.changes


def _line(row: Row, found: Changes, least_move: float | None) -> str:
    said = [f"+{move.topic} {move.after:.2f}" for move in found.added]
    said += [f"-{move.topic} {move.before:.2f} → {move.after:.2f}" for move in found.removed]
    said += [
        f"{move.topic} {move.before:.2f} → {move.after:.2f}"
        for move in found.moved
        if least_move is not None and abs(move.after - move.before) >= least_move
    ]
    title = " ".join(row["title"].split())
    title = title if len(title) <= TITLE_CHARS else title[: TITLE_CHARS - 1] + "…"
    return f"{row['id']}  {title:<{TITLE_CHARS}}  {'  '.join(said)}"


def _counts(looked: list[tuple[Row, Changes]]) -> dict[str, Counter[str]]:
    counts = {topic: Counter[str]() for _, found in looked for topic in found.result.scores}
    for _, found in looked:
        for kind in KINDS:
            moves: tuple[Move, ...] = getattr(found, kind)
            for move in moves:
                counts.setdefault(move.topic, Counter())[kind] += 1
    return counts


def _totals(stream: Stream, looked: list[tuple[Row, Changes]]) -> list[str]:
    changed = sum(found.matter(None) for _, found in looked)
    used = Counter(row["rules"] for row, _ in looked)
    counts = _counts(looked)
    width = max(map(len, counts), default=0)
    return [
        f"rules in the files: {stream.tagger.rules.version}; of the records: "
        + (", ".join(f"{version} ({count})" for version, count in used.most_common(3)) or "none"),
        f"{changed} of {len(looked)} articles would have other topics{_unread(stream)}",
        *(
            f"  {topic:<{width}}  " + "  ".join(f"{kind} {count[kind]}" for kind in KINDS)
            for topic, count in sorted(counts.items())
        ),
    ]


def _as_data(stream: Stream, looked: list[tuple[Row, Changes]]) -> Row:
    return {
        "rules": stream.tagger.rules.version,
        "articles": len(looked),
        "changed": sum(found.matter(None) for _, found in looked),
        "unreadable": stream.unreadable,
        "topics": {topic: {kind: count[kind] for kind in KINDS} for topic, count in sorted(_counts(looked).items())},
        "changes": [
            {**row, **{kind: [move._asdict() for move in getattr(found, kind)] for kind in KINDS}}
            for row, found in looked
            if any(getattr(found, kind) for kind in KINDS)
        ],
    }


def _unread(stream: Stream) -> str:
    return f"; {stream.unreadable} records could not be read" if stream.unreadable else ""
