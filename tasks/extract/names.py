"""What the classes and ids of a page say: each is asked about once, for all elements and pages that have it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

# longer ones are asked about every time: what pages send must not fill the memory
MAX_KEPT_CHARS = 200
MAX_KEPT = 8192
Answer = TypeVar("Answer")


def kept(ask: Callable[[str], Answer]) -> Callable[[str], Answer]:
    known = lru_cache(maxsize=MAX_KEPT)(ask)
    return lambda name: known(name) if len(name) <= MAX_KEPT_CHARS else ask(name)
