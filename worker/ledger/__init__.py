"""The truth about every entry, in Redis: one state per entry, one pending set per stage, every step one script.

`Ledger` builds the calls, `SyncStore` and `AsyncStore` carry them out. Why this loses nothing: docs/reliability.md.
"""

from worker.ledger.calls import Ledger, Politeness, milliseconds, owner_of
from worker.ledger.replies import moment
from worker.ledger.store import RETRIES, AsyncStore, StoreUnavailable, SyncStore

__all__ = [
    "RETRIES",
    "AsyncStore",
    "Ledger",
    "Politeness",
    "StoreUnavailable",
    "SyncStore",
    "milliseconds",
    "moment",
    "owner_of",
]
