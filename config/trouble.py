"""What is wrong with the configuration, said so that it can be mended: file, line, key, and what to do."""

from __future__ import annotations

import re
from pathlib import Path


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
