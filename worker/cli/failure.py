"""Trouble in words with the right exit code, instead of a traceback."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import redis

from config.trouble import ConfigError
from tasks.reasons import Failed
from worker.cli import EXIT_ALREADY_RUNNING, EXIT_BAD_CONFIG, EXIT_NO_SERVER

if TYPE_CHECKING:
    from collections.abc import Iterator

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
#: words of a server's refusal → what to do; the first that fits
_REFUSALS = (
    ("MISCONF", "it cannot write to its disk: make room there, its log says more"),
    ("maxmemory", "raise its maxmemory, or keep less: WIREBEAT_STREAM_MAX_ENTRIES, WIREBEAT_STREAM_MAX_AGE_DAYS"),
    ("read only replica", "name the server that it is a replica of in WIREBEAT_REDIS_URL"),
    ("WRONGTYPE", "a key of that name is something else, perhaps another program's: choose another name or prefix"),
    ("permission", "its user needs all rights on the keys of the prefix"),
)


@contextmanager
def plainly() -> Iterator[None]:
    try:
        with _written():
            yield
    except ConfigError as trouble:
        from worker.embedded import AlreadyRunning

        _say(str(trouble), trouble.mend)
        sys.exit(EXIT_ALREADY_RUNNING if isinstance(trouble, AlreadyRunning) else EXIT_BAD_CONFIG)
    except redis.exceptions.RedisError as trouble:
        _say(*of_server(trouble))
        sys.exit(EXIT_NO_SERVER)
    except Failed as trouble:
        _say(str(trouble), "")
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except OSError as trouble:
        if trouble.errno not in _NO_ROOM:
            raise
        _say(f"not all could be written: {trouble.strerror}", "make room and run it again; what is there is not whole")
        # or Python would try to write the rest once more at the exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(1)


@contextmanager
def _written() -> Iterator[None]:
    """A few lines reach a file only when the command ends: that there is no room for them is to be told, too."""
    try:
        yield
    finally:
        if sys.stdout is not None:  # closed by who started it
            sys.stdout.flush()


def of_server(trouble: redis.exceptions.RedisError) -> tuple[str, str]:
    """(what is wrong, what to do)"""
    words = str(trouble)
    if "HELLO must be called" in words or words.startswith("NOAUTH"):
        where = "WIREBEAT_REDIS_URL=redis://:PASSWORD@HOST:6379/0, best in the file /run/secrets/wirebeat_redis_url"
        return "the server asks for a password, and the URL holds none", where
    if isinstance(trouble, redis.exceptions.AuthenticationError):
        return f"the server does not know this user or password: {words}", "look at WIREBEAT_REDIS_URL"
    if isinstance(trouble, (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError)):
        return f"the server cannot be reached: {words}", "start it, or unset WIREBEAT_REDIS_URL to use the embedded one"
    mend = next((mend for part, mend in _REFUSALS if part in words), "its log may say more")
    return f"the server refused: {words}", mend


def _say(message: str, mend: str) -> None:
    sys.stderr.write(f"error: {message}\n" + (f"  → {mend}\n" if mend else ""))
