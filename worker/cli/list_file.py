"""The feed list as a file that is edited: read with its place, written all or nothing."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import NamedTuple

from config.feeds import Feed, FeedList, load_feeds
from config.opml import is_opml
from config.settings import load_settings
from config.trouble import ConfigError, read_text


class ListFile(NamedTuple):
    place: str
    #: as it stands there; "" for a file yet to be made
    text: str
    feeds: FeedList


def read_list(flag: str | None, *, missing_is_new: bool = False) -> ListFile:
    """`flag`: path that was given; None: the settings'. Raises ConfigError."""
    settings = load_settings(feeds=flag)
    place = settings.feeds
    if place.startswith(("http://", "https://")):
        raise ConfigError("the feed list is a URL", file=place, mend="name a file with --feeds, or edit it where it is")
    text = "" if missing_is_new and not Path(place).exists() else read_text(place)
    return ListFile(place, text, load_feeds(text, file=place, poll_interval_seconds=settings.poll_interval))


def check_editable(listed: ListFile) -> None:
    """Raises ConfigError for a list that others made."""
    place = listed.place
    if is_opml(listed.text):
        mend = f"make a TOML of it: wirebeat feeds import {place} --feeds feeds.toml; then set WIREBEAT_FEEDS"
        raise ConfigError("the feed list is an OPML; it is read, not edited", file=place, mend=mend)


def append(listed: ListFile, feeds: list[Feed]) -> None:
    """Raises ConfigError where the list would not be valid with them; then nothing is written."""
    from config.feed_edits import with_feeds

    check_editable(listed)
    if feeds:
        replace(listed.place, with_feeds(listed.text, feeds, file=listed.place))


def replace(place: str, text: str) -> None:
    """All or nothing: whoever reads the file meanwhile, or after a crash, sees the old text or the new one.

    Raises ConfigError."""
    path = Path(place).resolve()
    try:
        _replace(path, text)
    except OSError as reason:
        mend = "name another file, or write to it as its owner"
        raise ConfigError(f"cannot be written: {reason.strerror}", file=place, mend=mend) from None


def _replace(path: Path, text: str) -> None:
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as new:
            new.write(text)
            new.flush()
            os.fsync(new.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
