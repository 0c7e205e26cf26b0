"""The publisher's own name: who writes does not cite, but reports."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tasks.entities.naming import slug

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHORTENED_WORDS = 2


class Ours:
    """Whether a name is the publisher's: as it is known, or as its site's address shortens it (`harbpost`)."""

    def __init__(self, own: frozenset[str]) -> None:
        self._own = own
        self._sites = [key for key in own if key.isalnum() and key.isascii()]
        self._known: dict[str, bool] = {}

    def __call__(self, name: str) -> bool:
        if name not in self._known:
            short = slug(name.removeprefix("The ").removeprefix("the "))
            shortened = (site for site in self._sites if site[:1] == short[:1] and _shortens(site, short.split("-")))
            self._known[name] = short in self._own or slug(name) in self._own or any(shortened)
        return self._known[name]


def _shortens(site: str, words: Sequence[str]) -> bool:
    """Every word of the name gives the letters it starts with, or its first alone, in their order."""
    if len(words) < _SHORTENED_WORDS or not all(words):
        return False
    parts = (f"{word[0]}(?:{'|'.join(word[1:end] for end in range(len(word), 1, -1)) or ''})?" for word in words)
    return re.fullmatch("".join(parts), site) is not None
