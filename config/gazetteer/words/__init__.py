"""Words that names are told from: titles, offices, abbreviations, words that only look like a name."""

from __future__ import annotations

import tomllib
from pathlib import Path

_RAW = tomllib.loads((Path(__file__).parent / "en.toml").read_text(encoding="utf-8"))
#: list → its words; `en.toml` says what each is for
WORDS: dict[str, frozenset[str]] = {
    key: frozenset(value.split() if isinstance(value, str) else value) for key, value in _RAW.items()
}
