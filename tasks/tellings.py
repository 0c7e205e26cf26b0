"""Texts that are told more than once: what tasks/copies.py asks of the ledger, and what it gives it to keep."""

from __future__ import annotations

from typing import NamedTuple


class Known(NamedTuple):
    """What the ledger has on an article that is about to be published: nothing, for most."""

    #: names all of it, in few bytes
    token: bytes = b""
    #: what was kept of its version before; b"" for nothing
    own: bytes = b""
    #: (article, what is kept of it): texts that have a run in common with it, and the one that it copied before
    others: tuple[tuple[str, bytes], ...] = ()


class Telling(NamedTuple):
    """What the ledger is to keep of a text, if there are no others than those that were known."""

    #: of Known
    token: bytes = b""
    #: the runs by which it was looked for; `found`: by which it is to be found, too
    asked: bytes = b""
    found: bool = False
    #: (article, what to keep of it)
    kept: tuple[tuple[str, bytes], ...] = ()
