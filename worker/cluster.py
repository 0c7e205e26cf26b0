"""The server may be a cluster, `redis+cluster://`: all keys of a prefix are on one of its nodes, which is talked to.

No cluster client: a plain connection that asks which node has the slot whenever it is opened, and is opened anew when a
node says that the slot moved. So everything that works with one server works with one node of many.
"""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

import redis
import redis.asyncio
from redis import exceptions

from config.sharding import slot_of

SCHEMES = {"redis+cluster": "redis", "rediss+cluster": "rediss"}
#: What a cluster answers while a slot moves or a node is replaced: nothing was done, and a new connection helps.
MOVING: tuple[type[Exception], ...] = (
    exceptions.MovedError,
    exceptions.AskError,
    exceptions.ClusterDownError,
    exceptions.TryAgainError,
)
#: Whoever asks where a slot is asks the next node when this one is away.
ASKED_BRIEFLY: dict[str, Any] = {"socket_timeout": 2.0, "socket_connect_timeout": 1.0, "retry": None}


class Node(NamedTuple):
    host: str
    port: int


def is_cluster(url: str) -> bool:
    return urlsplit(url).scheme in SCHEMES


def plain_url(url: str, node: Node | None = None) -> str:
    """Of the node, else of the first that the URL names; of a server that is no cluster: as it is."""
    if not is_cluster(url):
        return url
    parts = urlsplit(url)
    login, at, hosts = parts.netloc.rpartition("@")
    place = hosts.partition(",")[0]
    if node is not None:
        place = f"[{node.host}]:{node.port}" if ":" in node.host else f"{node.host}:{node.port}"
    return urlunsplit(parts._replace(scheme=SCHEMES[parts.scheme], netloc=f"{login}{at}{place}"))


def named_nodes(url: str) -> list[str]:
    """Plain URLs of all that `redis+cluster://a:1,b:2/0` names."""
    parts = urlsplit(url)
    login, at, hosts = parts.netloc.rpartition("@")
    return [plain_url(urlunsplit(parts._replace(netloc=f"{login}{at}{host}"))) for host in hosts.split(",")]


def owner_url(url: str, prefix: str) -> str:
    """Of the node that holds the prefix now, for what is done in a moment. Raises redis ConnectionError."""
    return plain_url(url, _Place(url, prefix).found()) if is_cluster(url) else url


def pool_url(url: str) -> str:
    """For `from_url`. Never `rediss://` of a cluster: redis-py would take its own class of connections for it."""
    return f"redis{plain_url(url).removeprefix('rediss').removeprefix('redis')}" if is_cluster(url) else url


def pool_options(url: str, prefix: str, *, asynchronous: bool = False) -> dict[str, Any]:
    """What `Redis.from_url(pool_url(url), ...)` must be told beside."""
    if not is_cluster(url):
        return {}
    return {"connection_class": _KINDS[asynchronous, urlsplit(url).scheme], "place": _Place(url, prefix)}


class _Place:
    """Where the slot of a prefix is. Shared by the connections of a pool."""

    def __init__(self, url: str, prefix: str) -> None:
        self._url, self._key = url, f"{prefix}:account"
        #: may be asked; all that were met, for those in the URL may be the ones that died
        self._nodes: dict[str, None] = dict.fromkeys(named_nodes(url))

    def found(self) -> Node:
        """Raises redis ConnectionError when no node knows."""
        trouble: Exception | None = None
        for url in list(self._nodes):
            client: Any = redis.Redis.from_url(url, **ASKED_BRIEFLY)
            try:
                with client:
                    return self._read(client.execute_command("CLUSTER", "SLOTS"), url)
            except exceptions.RedisError as reason:
                trouble = reason
        raise exceptions.ConnectionError(f"the cluster does not say where {self._key} is: {trouble}") from trouble

    async def found_async(self) -> Node:
        trouble: Exception | None = None
        for url in list(self._nodes):
            client: Any = redis.asyncio.Redis.from_url(url, **ASKED_BRIEFLY)
            try:
                async with client:
                    return self._read(await client.execute_command("CLUSTER", "SLOTS"), url)
            except exceptions.RedisError as reason:
                trouble = reason
        raise exceptions.ConnectionError(f"the cluster does not say where {self._key} is: {trouble}") from trouble

    def _read(self, ranges: Any, asked: str) -> Node:
        """`ranges`: first slot, last slot, then nodes, the primary first, each with address and port."""
        slot, owner = slot_of(self._key), None
        for first, last, *nodes in ranges:
            known = [Node(_text(node[0]) or urlsplit(asked).hostname or "", int(node[1])) for node in nodes]
            self._nodes |= {plain_url(self._url, node): None for node in known}
            if first <= slot <= last:
                owner = known[0]
        if owner is None:
            raise exceptions.ConnectionError(f"slot {slot} is no node's")
        return owner


def _text(value: bytes | str | None) -> str:
    return value.decode() if isinstance(value, bytes) else value or ""


class _ToOwner(redis.Connection):
    def __init__(self, *, place: _Place, **options: Any) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call]
        self._place = place

    def _connect(self) -> Any:
        self.host, self.port = self._place.found()
        return super()._connect()  # type: ignore[no-untyped-call]


class _ToOwnerByTls(_ToOwner, redis.SSLConnection):
    """Certificates and names are checked against the node's own address."""


class _ToOwnerAsync(redis.asyncio.Connection):
    def __init__(self, *, place: _Place, **options: Any) -> None:
        super().__init__(**options)
        self._place = place

    async def _connect(self) -> None:
        self.host, self.port = await self._place.found_async()
        await super()._connect()  # type: ignore[no-untyped-call]


class _ToOwnerAsyncByTls(_ToOwnerAsync, redis.asyncio.SSLConnection):
    """As `_ToOwnerByTls`."""


_KINDS = {
    (False, "redis+cluster"): _ToOwner,
    (False, "rediss+cluster"): _ToOwnerByTls,
    (True, "redis+cluster"): _ToOwnerAsync,
    (True, "rediss+cluster"): _ToOwnerAsyncByTls,
}
