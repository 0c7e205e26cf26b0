"""Topic rules that change while articles are read: read once, in the pool's parent, and taken over by its processes."""

from __future__ import annotations

import ctypes
import hashlib
import os
import pickle
import tempfile
import threading
import time
import weakref
from multiprocessing.sharedctypes import RawArray
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import structlog

from config.topics import read_topics
from config.trouble import ConfigError
from worker.ledger import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from config.topics import TopicRules

log = structlog.get_logger("wirebeat")

#: Between two looks at the files. What two looks in a row find counts, so that no file is read half written.
LOOK_SECONDS = 1.5
#: A wrong file is read again even if it looks the same: what it lacked may be a file that it includes.
AGAIN_SECONDS = 10.0

_Stamp = tuple[tuple[str, int, int, int] | None, ...]


class TopicFiles:
    """`look` says what became of the files since the last look."""

    def __init__(self, path: Path, rules: TopicRules, *, again_seconds: float = AGAIN_SECONDS) -> None:
        self._path, self._rules, self._again_seconds = path, rules, again_seconds
        self._watched: tuple[Path, ...] = rules.files or (path,)
        self._stamp: _Stamp | None = None
        self._settled = False
        self._trouble: str | None = None
        self._read_at = 0.0

    def look(self) -> TopicRules | None:
        """Other rules than before, None while there are none. Raises ConfigError, once for each fault."""
        stamp = tuple(_stamp_of(file) for file in self._watched)
        if stamp != self._stamp:
            self._stamp, self._settled = stamp, False
            return None
        again = self._trouble is not None and time.monotonic() - self._read_at > self._again_seconds
        if self._settled and not again:
            return None
        self._settled, self._read_at = True, time.monotonic()
        return self._read()

    @property
    def wrong(self) -> bool:
        return self._trouble is not None

    def _read(self) -> TopicRules | None:
        try:
            rules = read_topics(self._path)
        except ConfigError as trouble:
            if trouble.file is not None and Path(trouble.file) not in self._watched:
                self._watched = (*self._watched, Path(trouble.file))
            known, self._trouble = self._trouble, str(trouble)
            if known != self._trouble:
                raise
            return None
        self._trouble = None
        self._watched = rules.files
        if rules.version == self._rules.version:
            return None
        self._rules = rules
        return rules


def _stamp_of(file: Path) -> tuple[str, int, int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return str(file), status.st_mtime_ns, status.st_size, status.st_ino


class PostedRules:
    """Made before the pool forks; what the parent posts, the processes find: the same rules in all, whatever the files
    have become meanwhile."""

    def __init__(self) -> None:
        self._file, path = tempfile.mkstemp()
        os.unlink(path)  # noqa: PTH108  (the file lives as long as somebody has it open)
        weakref.finalize(self, os.close, self._file)
        self._digest = RawArray(ctypes.c_char, hashlib.sha256().digest_size)

    def post(self, rules: TopicRules) -> bytes:
        content = pickle.dumps(rules)
        os.pwrite(self._file, content, 0)
        os.ftruncate(self._file, len(content))
        digest = hashlib.sha256(content).digest()
        self._digest.raw = digest
        return digest

    @property
    def digest(self) -> bytes:
        """Of what was posted last; zeros before."""
        raw: bytes = self._digest.raw
        return raw

    def rules(self, digest: bytes) -> TopicRules | None:
        """None while it is being written: to be asked for again."""
        content = os.pread(self._file, os.fstat(self._file).st_size, 0)
        if hashlib.sha256(content).digest() != digest:
            return None
        rules: TopicRules = pickle.loads(content)  # noqa: S301  (written by the parent of this process)
        return rules


class Told(NamedTuple):
    """What readers of `news:meta` learn."""

    version: str
    #: "" where the files are sound
    trouble: str


class TopicWatch(threading.Thread):
    """`changed(rules)` and `tell(told)` may fail for want of the store and are then tried again."""

    def __init__(
        self,
        path: Path,
        rules: TopicRules,
        *,
        changed: Callable[[TopicRules], None],
        tell: Callable[[Told], None],
        stopping: Callable[[], bool],
    ) -> None:
        super().__init__(name="topic-watch", daemon=True)
        self._files, self._changed, self._tell, self._stopping = TopicFiles(path, rules), changed, tell, stopping
        self._told: Told | None = None
        self._now = Told(rules.version, "")

    def run(self) -> None:
        while not self._stopping():
            try:
                self.look()
            except Exception:  # the watch outlives any fault
                log.warning("topic-watch-fault", exc_info=True)
            time.sleep(LOOK_SECONDS)

    def look(self) -> None:
        try:
            if rules := self._files.look():
                self._changed(rules)
                self._now = Told(rules.version, "")
                log.info("topic-rules-changed", version=rules.version)
        except ConfigError as trouble:
            self._now = Told(self._now.version, trouble.in_full)
            reason, in_use = str(trouble), self._now.version
            log.error("topic-rules-refused", reason=reason, mend=trouble.mend, in_use=in_use)  # noqa: TRY400  (no fault of ours)
        if not self._files.wrong:
            self._now = self._now._replace(trouble="")
        if self._now != self._told:
            try:
                self._tell(self._now)
            except StoreUnavailable:
                return
            self._told = self._now
