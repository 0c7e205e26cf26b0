"""Which server this is, and whether it may hold the truth: reachable, new enough, never evicting."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from config.trouble import ConfigError
from worker.cluster import is_cluster, owner_url, plain_url
from worker.embedded import AlreadyRunning, EmbeddedServer, lock_data_dir

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.settings import Settings

OLDEST = (7, 0)
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class ServerInfo(NamedTuple):
    name: str
    version: str
    policy: str
    append_only: bool


def check_server(url: str, prefix: str = "{}") -> ServerInfo:
    """Of a cluster: the node that holds the prefix. Raises redis ConnectionError when it is out of reach, ConfigError
    when it must not be used."""
    parts = urlsplit(plain_url(url))
    if parts.scheme in ("redis", "rediss") and (parts.hostname or "localhost") not in LOOPBACK and not parts.password:
        raise ConfigError(
            f"the server at {parts.hostname} is not on this machine, and the URL holds no password",
            mend="give it one, redis://user:password@host:6379/0, best in the file /run/secrets/wirebeat_redis_url",
        )
    if is_cluster(url) and "{" not in prefix:
        raise ConfigError(
            f"on a cluster all keys of the prefix {prefix} must be on one node",
            mend=f"WIREBEAT_PREFIX={{{prefix}}}, or several shards: docs/scaling.md",
        )
    with _asked_briefly(owner_url(url, prefix)) as client:
        info: Any = client.info()
    if info.get("cluster_enabled") and not is_cluster(url):
        raise ConfigError(
            f"the server at {parts.hostname} is a node of a cluster", mend="write redis+cluster:// instead of redis://"
        )
    found = ServerInfo(
        name="Valkey" if "valkey_version" in info else "Redis",
        version=str(info.get("valkey_version") or info["redis_version"]),
        policy=str(info.get("maxmemory_policy", "unknown")),
        append_only=bool(info.get("aof_enabled")),
    )
    if tuple(int(part) for part in found.version.split(".")[:2]) < OLDEST:
        raise ConfigError(f"{found.name} {found.version} is too old", mend="Redis 7.0 or Valkey 7.2 and newer will do")
    if found.policy != "noeviction":
        raise ConfigError(
            f"{found.name} evicts keys when memory is full (maxmemory-policy {found.policy}): entries would be lost",
            mend="CONFIG SET maxmemory-policy noeviction, and the same in its configuration file",
        )
    return found


def ping(url: str, prefix: str = "{}") -> None:
    """Raises redis ConnectionError when it is out of reach, ConfigError for what is no URL of a server."""
    with _asked_briefly(owner_url(url, prefix)) as client:
        client.ping()


@contextmanager
def _asked_briefly(url: str) -> Iterator[redis.Redis]:
    """A client for one question: whoever waits for the answer wants to know soon that there is none."""
    few = Retry(ConstantBackoff(0.2), 3)
    try:
        client = redis.Redis.from_url(url, socket_timeout=3, socket_connect_timeout=2, retry=few)
    except ValueError as reason:
        raise ConfigError(f"WIREBEAT_REDIS_URL: {reason}", mend="for example redis://localhost:6379/0") from None
    try:
        yield client
    finally:
        client.close()


@contextmanager
def server_url(settings: Settings) -> Iterator[str]:
    """The configured server; else the embedded one: the running service's, or started for as long as it is needed."""
    if settings.redis_url is not None:
        ping(settings.redis_url, settings.prefix)
        yield owner_url(settings.redis_url, settings.prefix)
        return
    server = EmbeddedServer(settings.data_dir, port=0, prefix=settings.prefix)
    if not settings.data_dir.is_dir():
        raise ConfigError(
            f"nothing has run here yet: there is no data directory {settings.data_dir}",
            mend="start the service with `wirebeat run`, or name its directory in WIREBEAT_DATA_DIR",
        )
    try:
        lock = lock_data_dir(settings.data_dir)
    except AlreadyRunning:
        yield server.running_url()
        return
    try:
        server.start()
        yield server.url
    finally:
        server.stop()
        lock.close()
