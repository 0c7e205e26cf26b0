"""Trouble in words with the right exit code, instead of a traceback."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import redis

from config.trouble import ConfigError
from tasks.reasons import Failed
from worker.cli import EXIT_ALREADY_RUNNING, EXIT_BAD_CONFIG, EXIT_NO_SERVER

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def plainly() -> Iterator[None]:
    try:
        yield
    except ConfigError as trouble:
        from worker.embedded import AlreadyRunning

        _say(str(trouble), trouble.mend)
        sys.exit(EXIT_ALREADY_RUNNING if isinstance(trouble, AlreadyRunning) else EXIT_BAD_CONFIG)
    except (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError) as trouble:
        _say(
            f"the server cannot be reached: {trouble}", "start it, or unset WIREBEAT_REDIS_URL to use the embedded one"
        )
        sys.exit(EXIT_NO_SERVER)
    except redis.exceptions.RedisError as trouble:
        _say(f"the server refused: {trouble}", "its user needs all rights on the keys of the prefix")
        sys.exit(EXIT_NO_SERVER)
    except Failed as trouble:
        _say(str(trouble), "")
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)


def _say(message: str, mend: str) -> None:
    sys.stderr.write(f"error: {message}\n" + (f"  → {mend}\n" if mend else ""))
