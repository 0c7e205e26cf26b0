"""What the classes and ids of a page say: each is asked about once, for all elements and pages that have it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

# longer ones are asked about every time: what pages send must not fill the memory
MAX_KEPT_CHARS = 200
MAX_KEPT = 2048
Answer = TypeVar("Answer")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def dashed(name: str) -> str:
    """`storyBody` → `story-body`."""
    lower = name.lower()
    return lower if lower == name else _CAMEL.sub("-", name).lower()


class Answers(dict[str, Answer]):
    """`answers[name]` knows, or asks. Most names are known, and nothing is found as quickly as in a dict."""

    def __init__(self, ask: Callable[[str], Answer]) -> None:
        super().__init__()
        self._ask = ask

    def __missing__(self, name: str) -> Answer:
        answer = self._ask(name)
        if len(name) <= MAX_KEPT_CHARS:
            if len(self) >= MAX_KEPT:
                self.clear()
            self[name] = answer
        return answer
