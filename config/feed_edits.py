"""Changes to a feeds.toml that leave its comments and its order alone."""

from __future__ import annotations

from collections.abc import Iterable

import tomlkit

from config.feeds import SCHEMA, Feed, load_feeds

NEW_FILE = f"""\
# Feeds. Edit by hand, or with wirebeat feeds: add URL, remove ID, import FILE.opml, export, check, list.
schema = {SCHEMA}
"""


def with_feeds(toml_text: str, feeds: Iterable[Feed], *, file: str) -> str:
    """The text with the feeds at its end. Raises ConfigError where the list would not be valid then."""
    tables = [_table(feed) for feed in feeds]
    text = "\n".join([(toml_text or NEW_FILE).rstrip("\n") + "\n", *tables])
    load_feeds(text, file=file, poll_interval_seconds=1)
    return text


def _table(feed: Feed) -> str:
    """What is not as it is by default; how often a feed is polled is left to [defaults]."""
    chosen = feed.model_dump(by_alias=True, exclude_defaults=True, exclude={"every_seconds"}, mode="json")
    return "[[feed]]\n" + "".join(f"{key} = {tomlkit.item(value).as_string()}\n" for key, value in chosen.items())


def without_feed(toml_text: str, feed_id: str, *, file: str) -> str:
    """The text without the table of that feed and what stands in it. Raises KeyError where there is none."""
    document = tomlkit.parse(toml_text)
    tables = document.get("feed", [])
    number = next((number for number, table in enumerate(tables) if table.get("id") == feed_id), None)
    if number is None:
        raise KeyError(feed_id)
    del tables[number]
    if not tables:  # `feed = []` would be in the way of the next [[feed]]
        del document["feed"]
    text = tomlkit.dumps(document)
    load_feeds(text, file=file, poll_interval_seconds=1)
    return text
