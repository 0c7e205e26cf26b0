"""What is wrong with the configuration, said so that it can be mended: file, line, key, and what to do."""

from __future__ import annotations

import codecs
import re
import tomllib
from pathlib import Path
from typing import Any

_XML_CHARSET = re.compile(rb"""\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})""")


class ConfigError(Exception):
    """Stops the start with exit code 78. Where it is stands before the message: `config/feeds.toml line 12: ...`."""

    def __init__(
        self, message: str, *, file: str | Path | None = None, line: int | None = None, mend: str = ""
    ) -> None:
        place = f"{file} line {line}: " if file and line else f"{file}: " if file else ""
        super().__init__(f"{place}{message}")
        self.file = str(file) if file else None
        self.line = line
        #: one sentence that says what to do; "" where the message says it
        self.mend = mend

    @property
    def in_full(self) -> str:
        return f"{self} → {self.mend}" if self.mend else str(self)


def read_text(
    path: str | Path, *, what: str = "", mend: str = "name another file", named_in: tuple[str, int | None] | None = None
) -> str:
    """`text_of` a file. `what` it should be: `the feed list`; `named_in`: file and line to
    mend, where that is not the file itself. Raises ConfigError."""
    try:
        return text_of(Path(path).read_bytes())
    except (OSError, UnicodeDecodeError) as reason:
        why = reason.strerror if isinstance(reason, OSError) else "it is not UTF-8"
        mend = mend if isinstance(reason, OSError) else "save it as UTF-8"
        file, line = named_in or (path, None)
        raise ConfigError(f"{what} cannot be read: {why}".lstrip(), file=file, line=line, mend=mend) from None


def text_of(raw: bytes) -> str:
    """UTF-8, with or without a byte order mark; UTF-16 with one; XML also in the charset that it names: OPML of old
    readers. Line ends as one sign. Raises UnicodeDecodeError."""
    named = _XML_CHARSET.match(raw)
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = raw.decode("utf-16")
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as not_utf8:
            try:
                text = raw.decode(named[1].decode() if named else "utf-8")
            except (LookupError, UnicodeError):
                raise not_utf8 from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_toml(text: str, *, file: str | Path, mend: str = "") -> dict[str, Any]:
    """Raises ConfigError with the line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as reason:
        line = re.search(r"at line (\d+)", str(reason))
        raise ConfigError(f"broken TOML: {reason}", file=file, line=int(line[1]) if line else None, mend=mend) from None


def line_of(text: str, key: str, *, within: str | None = None) -> int | None:
    """The line, from 1, where a TOML or .env text sets `key`, or begins a table (`[feed`, as far as it is known).

    `within`: from the first line that holds this string on."""
    started = within is None
    end = "" if key.startswith("[") else r"[\"']?\s*[=.]"
    setting = re.compile(rf"\s*(?:export\s+)?[\"']?{re.escape(key.strip())}{end}")
    for number, line in enumerate(text.splitlines(), start=1):
        started = started or (within is not None and within in line)
        if started and setting.match(line):
            return number
    return None
