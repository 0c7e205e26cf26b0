"""One role in this process: beat, or a Celery worker for some of the queues."""

from __future__ import annotations

import gc
import os
import resource
from contextlib import suppress
from importlib.metadata import version
from threading import Thread
from typing import TYPE_CHECKING, Any

import structlog
from celery import signals

from tasks.pipeline import Wired
from worker.app import make_app, queue_of
from worker.heartbeat import Heartbeat
from worker.observe import set_up_logging
from worker.opening import open_store
from worker.warden import Slots
from worker.wiring import Clockwork, Wiring

if TYPE_CHECKING:
    from celery import Celery

    from config.settings import Settings

log = structlog.get_logger("wirebeat")

#: kind of worker → the stages whose queues it drains
WORKERS: dict[str, tuple[str, ...]] = {
    "poll": ("poll",),
    "fetch": ("fetch",),
    "gather": ("poll", "fetch"),
    "enrich": ("enrich",),
}
#: Celery's threads only wait for the loop: one a drain, one for the tick, one to spare.
GATHER_THREADS = 4
#: Open files where the system has no limit of its own.
MOST_FILES = 65_536


def run_beat(settings: Settings) -> None:
    set_up_logging(settings, "beat")
    app = make_app(settings)
    _keep_logging_ours(settings, "beat")
    Heartbeat(settings, "beat", open_store(settings), version("wirebeat")).start()
    app.start(["--quiet", "beat", "--loglevel", settings.log_level])


def run_worker(settings: Settings, role: str) -> None:
    """Returns when the role was told to stop."""
    set_up_logging(settings, role)
    with open(os.devnull, "wb") as nothing:  # noqa: PTH123  (a device, not a path of ours)
        os.dup2(nothing.fileno(), 1)  # Celery says good-bye in plain text; a role has no data for stdout
    app = make_app(settings)
    _keep_logging_ours(settings, role)
    pool = _enrich(settings, app) if role == "enrich" else _gather(settings, app, role)
    Heartbeat(settings, role, open_store(settings), version("wirebeat")).start()
    queues = ",".join(queue_of(settings, stage) for stage in WORKERS[role])
    arguments = ["--quiet", "worker", "--loglevel", settings.log_level, "--queues", queues]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]  # nobody listens to events
    app.start([*arguments, *pool, *quiet, "--hostname", f"{role}-{os.getpid()}@%h"])


def _keep_logging_ours(settings: Settings, role: str) -> None:
    # a connected receiver is what keeps Celery from setting up handlers of its own
    signals.setup_logging.connect(lambda **_: set_up_logging(settings, role), weak=False)


def _allow_connections() -> None:
    """As many as the system lets us have open: a connection is kept for each host that is asked often."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with suppress(ValueError, OSError):  # macOS names a limit that it does not grant
        resource.setrlimit(resource.RLIMIT_NOFILE, (most if most != resource.RLIM_INFINITY else MOST_FILES, most))


def _gather(settings: Settings, app: Celery, role: str) -> list[str]:
    from worker.gathering import Gatherer

    if settings.allow_origins:
        log.warning("origins-allowed", off_the_public_internet=settings.allow_origins)
    _allow_connections()
    clockwork = Clockwork(settings, app)
    gatherer = Gatherer(settings, clockwork.wake)
    Wired.drains = Wiring(clockwork, gatherer=gatherer)
    signals.worker_shutting_down.connect(lambda **_: gatherer.end(), weak=False)

    def begin() -> None:
        if role != "fetch":  # the list as it is now, without waiting for the first round of maintenance
            gatherer.maintain()
        gc.collect()
        gc.freeze()  # a fifth of what a poll costs is looking again and again through what stays
        gc.set_threshold(5000)  # and a twelfth, through what the polls of one claim are about to leave by themselves
        for stage in WORKERS[role]:
            clockwork.wake(stage)

    signals.worker_ready.connect(lambda **_: Thread(target=begin, daemon=True).start(), weak=False)
    return ["--pool", "threads", "--concurrency", str(GATHER_THREADS)]


def _enrich(settings: Settings, app: Celery) -> list[str]:
    from worker.reading import ArticleReader
    from worker.warming import give_back_free_memory

    processes = settings.enrich_processes or os.cpu_count() or 1
    reader = ArticleReader(settings, warm_tagger(settings), Slots(processes * 4))
    clockwork = Clockwork(settings, app)
    Wired.drains = Wiring(clockwork, articles=reader)
    # wake-ups sent before it was there have run out by now: it does not wait for the next tick as well
    signals.worker_ready.connect(lambda **_: clockwork.wake("enrich"), weak=False)
    signals.worker_process_init.connect(lambda **_: reader.in_pool_process(), weak=False)
    signals.worker_process_shutdown.connect(lambda **_: reader.slots.leave(), weak=False)
    signals.worker_shutting_down.connect(lambda **_: reader.slots.stop(), weak=False)
    reader.start_warden()
    reader.start_topic_watch()
    gc.collect()
    give_back_free_memory()
    gc.freeze()  # what was loaded stays shared between the processes
    return ["--pool", "prefork", "--concurrency", str(processes), "-O", "fair"]


def warm_tagger(settings: Settings) -> Any:
    """Everything that reads and tags articles, loaded and run once: what a fork then shares costs nobody again."""
    from config.gazetteer import load_gazetteer
    from config.topics import read_topics
    from tasks.extract import warm
    from tasks.tag import Tagger
    from worker.nlp import load_nlp
    from worker.warming import keep_stop_words_once, read_one_article

    gazetteer = load_gazetteer()
    nlp = load_nlp(settings)
    tagger = Tagger(read_topics(settings.topics), gazetteer, nlp)
    for note in nlp.notes:
        log.warning("model", note=note)
    keep_stop_words_once()
    warm()
    read_one_article(tagger)
    return tagger
