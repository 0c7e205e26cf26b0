"""Settings → what a process opens: its ledger, its store, its limits, and the name on its leases."""

from __future__ import annotations

import os
import socket
import uuid
from typing import TYPE_CHECKING

from tasks.ports import Limits
from worker.ledger import RETRIES, Ledger, Politeness, SyncStore

if TYPE_CHECKING:
    from config.settings import Settings


def open_ledger(settings: Settings) -> Ledger:
    politeness = Politeness(round(settings.host_interval * 1000), settings.host_concurrency)
    return Ledger(politeness, high_water=settings.high_water)


def open_store(settings: Settings, *, retries: int = RETRIES) -> SyncStore:
    return SyncStore(settings.redis_url or "", settings.prefix, fail_point=settings.fail_point, retries=retries)


def limits(settings: Settings) -> Limits:
    return Limits(
        max_feed_bytes=settings.max_feed_bytes,
        max_page_bytes=settings.max_page_bytes,
        max_entries_per_poll=settings.max_entries_per_poll,
        max_body_chars=settings.max_body_chars,
        backoff_cap_seconds=settings.backoff_cap,
    )


def process_name(role_pid: int) -> str:
    """How the leases of a role, and of the processes below it, begin: so they can be freed when it is found dead."""
    return f"{socket.gethostname()}/{role_pid}/"


def lease_name(role_pid: int) -> str:
    return f"{process_name(role_pid)}{os.getpid()}/{uuid.uuid4().hex[:8]}"
