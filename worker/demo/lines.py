"""A record → what the demonstration prints of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.markup import escape
from rich.text import Text

SHOWN_EVIDENCE = 3
SHORTEST_TITLE = 24


def arrival(record: dict[str, Any], width: int | None) -> Text:
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


def evidence(record: dict[str, Any]) -> Iterable[str]:
    """Why the record has its topics, as markup."""
    yield f"Why these topics: {escape(record['title'])}"
    for topic in record["topics"]:
        weights = {one["text"].casefold(): one for one in sorted(topic["evidence"], key=lambda one: one["weight"])}
        strongest = sorted(weights.values(), key=lambda one: -one["weight"])[:SHOWN_EVIDENCE]
        words = ", ".join(f"“{escape(one['text'])}” {one['weight']:+.2f}" for one in strongest)
        yield f"  {topic['id']} {topic['score']:.2f}: {words}"
