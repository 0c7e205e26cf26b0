"""Words that names are told from: titles, offices, abbreviations, words that only look like a name."""

from __future__ import annotations

import tomllib
from pathlib import Path

_RAW = {
    key: words
    for file in sorted(Path(__file__).parent.glob("*.toml"))
    for key, words in tomllib.loads(file.read_text(encoding="utf-8")).items()
}
#: list → its words; the TOML files beside this one say what each is for
WORDS: dict[str, frozenset[str]] = {
    key: frozenset(value.split() if isinstance(value, str) else value) for key, value in _RAW.items()
}
