"""Says every few seconds that a role is alive: a file for health checks, a field in the store for dashboards."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from typing import TYPE_CHECKING

import redis
import structlog

from worker.clock import now
from worker.health import HEARTBEAT_FILE

if TYPE_CHECKING:
    from collections.abc import Callable

    from config.settings import Settings
    from worker.ledger import SyncStore

log = structlog.get_logger("wirebeat")
BEAT_SECONDS = 5.0


class Heartbeat(threading.Thread):
    """`alive` says whether the role does its work; a role that is deaf stops beating."""

    def __init__(
        self, settings: Settings, role: str, store: SyncStore, version: str, alive: Callable[[], bool] = lambda: True
    ) -> None:
        super().__init__(name="heartbeat", daemon=True)
        self._file, self._store, self._alive = settings.heartbeat_file or HEARTBEAT_FILE, store, alive
        self._field = f"{role}@{socket.gethostname()}:{os.getpid()}"
        self._role, self._version = role, version

    def run(self) -> None:
        while True:
            if self._alive():
                self._beat()
            time.sleep(BEAT_SECONDS)

    def _beat(self) -> None:
        told = {
            "role": self._role,
            "at_ms": round(now().timestamp() * 1000),
            "version": self._version,
            "pid": os.getpid(),
        }
        try:
            self._file.touch()
            self._store.redis.hset(f"{self._store.prefix}:heartbeat", self._field, json.dumps(told))
        except (OSError, redis.RedisError) as reason:
            log.warning("heartbeat-failed", reason=str(reason))
