"""The Celery app: queues, limits and the clock. Celery wakes drains up; it carries nothing that may not be lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from celery import Celery
from kombu import Connection

from config.settings import Settings
from config.trouble import ConfigError
from tasks.ports import STAGES
from worker.cluster import is_cluster

if TYPE_CHECKING:
    from collections.abc import Mapping

#: task → the stage whose queue it is sent to; tick and maintain are for those who poll
TASKS: Mapping[str, str] = {"tick": "poll", "maintain": "poll", **{f"drain_{stage}": stage for stage in STAGES}}
WAKE_EXPIRES_SECONDS = 5
#: Drains wait for what is due soon by themselves, and hints wake them: ticks are for the rest.
TICK_SECONDS = 3.0
MAINTAIN_SECONDS = 30.0
RECONNECT_SECONDS: Mapping[str, float] = {"interval_start": 0.5, "interval_step": 0.5, "interval_max": 2.0}


def broker_url(settings: Settings) -> str:
    """Celery's spelling of the server's URL: redis-py says `unix://`, kombu `redis+socket://`."""
    url = settings.broker_url or settings.redis_url
    if url is None:
        raise ConfigError("no server: WIREBEAT_REDIS_URL is not set", mend="`wirebeat run` starts an embedded one")
    if is_cluster(url):
        raise ConfigError("a cluster cannot be Celery's broker", mend="name a server beside it in WIREBEAT_BROKER_URL")
    if not url.startswith("unix://"):
        return url
    parts = urlsplit(url)
    return f"redis+socket://{parts.netloc}{unquote(parts.path)}"


def key_prefix(settings: Settings) -> str:
    return f"{settings.prefix}:celery:"


def queue_of(settings: Settings, stage: str) -> str:
    """Two installations, or two shards, on one broker get none of each other's wake-ups."""
    return stage if is_redis(broker_url(settings)) else f"{settings.prefix}.{stage}"


def is_redis(broker: str) -> bool:
    return urlsplit(broker).scheme in ("redis", "rediss", "redis+socket")


def transport_options(settings: Settings) -> dict[str, Any]:
    if not is_redis(broker_url(settings)):
        return {}
    return {
        "visibility_timeout": 60,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        "socket_keepalive": True,
        "health_check_interval": 5,
        "max_connections": 20,
        "global_keyprefix": key_prefix(settings),
    }


#: What each setting is for: docs/decisions/0001-ledger-instead-of-messages.md and celery's own names.
def configuration(settings: Settings) -> dict[str, Any]:
    return {
        "broker_url": broker_url(settings),
        "result_backend": None,
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_default_queue": queue_of(settings, "poll"),
        # a wake-up is worth nothing after a restart: no disk is written for it
        "task_default_delivery_mode": "transient",
        "task_routes": {f"wirebeat.{task}": {"queue": queue_of(settings, stage)} for task, stage in TASKS.items()},
        # a lost wake-up costs a second; late acknowledgement brings repeats and hanging stops
        "task_acks_late": False,
        "worker_prefetch_multiplier": 1,
        # fuses: a drain ends by itself after DRAIN_SECONDS
        "task_time_limit": 120,
        "worker_max_tasks_per_child": 200,
        "worker_max_memory_per_child": settings.article_memory_bytes // 1024,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "worker_send_task_events": False,
        "task_send_sent_event": False,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "worker_soft_shutdown_timeout": 0,
        "worker_enable_remote_control": False,
        "beat_max_loop_interval": TICK_SECONDS,
        "beat_scheduler": "worker.beat:SleepingScheduler",
        "beat_schedule": {
            "tick": {"task": "wirebeat.tick", "schedule": TICK_SECONDS, "options": {"expires": TICK_SECONDS}},
            "maintain": {"task": "wirebeat.maintain", "schedule": MAINTAIN_SECONDS, "options": {"expires": 30}},
        },
        "broker_transport_options": transport_options(settings),
    }


class SteadyConnection(Connection):
    """Soon asks again for a broker that is away: Celery waits up to half a minute, and no setting bounds it."""

    def ensure_connection(self, *args: Any, **kwargs: Any) -> Any:
        return super().ensure_connection(*args, **{**kwargs, **RECONNECT_SECONDS})


def make_app(settings: Settings) -> Celery:
    app = Celery("wirebeat", include=["tasks.pipeline"])
    app.amqp.Connection = SteadyConnection
    app.conf.update(configuration(settings))
    return app
