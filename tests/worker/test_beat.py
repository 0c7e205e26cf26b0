"""The clock sends what is due in time, and sleeps in between."""

from __future__ import annotations

import time

from celery import Celery

from config.settings import Settings
from worker.app import configuration
from worker.beat import SleepingScheduler


def an_app(seconds: float) -> Celery:
    app = Celery("clock", broker="memory://")
    app.conf.beat_schedule = {"tick": {"task": "tick", "schedule": seconds}}
    app.conf.beat_max_loop_interval = seconds
    return app


def test_the_service_has_this_clock():
    settings = Settings(redis_url="redis://127.0.0.1/0")

    assert configuration(settings)["beat_scheduler"] == f"{SleepingScheduler.__module__}:{SleepingScheduler.__name__}"


def test_between_two_ticks_it_sleeps_and_none_is_late():
    scheduler = SleepingScheduler(an_app(0.2))
    sent: list[float] = []
    scheduler.apply_entry = lambda _entry, producer=None: sent.append(time.monotonic())
    looks, ends = 0, time.monotonic() + 60

    while len(sent) < 5 and time.monotonic() < ends:
        looks += 1
        if (seconds := scheduler.tick()) and seconds > 0:
            time.sleep(seconds)

    assert len(sent) == 5
    assert sent[-1] - sent[0] > 0.7
    assert looks <= 4 * len(sent) + 4
