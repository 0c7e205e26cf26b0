"""Look-ups that end: a resolver that never answers holds a thread of its own, not the loop and not the other hosts."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress

from worker.http.addresses import AddressInfo

#: shaped as socket.getaddrinfo, which says what the parts of its answer are
Lookup = Callable[..., Sequence[AddressInfo]]

LOOKUP_SECONDS = 4.0
#: look-ups under way at once, those given up on included; getaddrinfo cannot be stopped and may take half a minute
MAX_LOOKUPS = 96
#: look-ups given up on and still under way below one registered name, before more of its names are refused
MAX_STUCK = 4
#: a host with more addresses is tried at these alone
MAX_ADDRESSES = 8


class BoundedResolver:
    """`lookup` has the shape of socket.getaddrinfo."""

    def __init__(self, lookup: Lookup = socket.getaddrinfo, *, timeout_seconds: float = LOOKUP_SECONDS) -> None:
        self._lookup = lookup
        self._timeout_seconds = timeout_seconds
        self._under_way = 0
        self._stuck: Counter[str] = Counter()
        self._lock = threading.Lock()

    async def resolve(self, host: str, port: int = 0) -> list[AddressInfo]:
        """Raises OSError. Whatever port an answer names, it is this one that is asked for."""
        registered = _registered(host)
        with self._lock:
            if self._stuck[registered] >= MAX_STUCK or self._under_way >= MAX_LOOKUPS:
                raise OSError(f"look-up of {host} not begun: too many others do not end")
            self._under_way += 1
        infos = await self._await_lookup(host, port, registered)
        if not infos:
            raise OSError(f"{host} has no address")
        return [
            (family, kind, protocol, "", (sockaddr[0], port, *sockaddr[2:]))
            for family, kind, protocol, _, sockaddr in infos[:MAX_ADDRESSES]
        ]

    async def _await_lookup(self, host: str, port: int, registered: str) -> Sequence[AddressInfo]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Sequence[AddressInfo]] = loop.create_future()
        ended = given_up = False

        def work() -> None:
            nonlocal ended
            result = self._look_up(host, port)
            with self._lock:
                ended = True
                self._under_way -= 1
                if given_up:
                    self._stuck -= Counter((registered,))
            # the loop may be gone by now
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(_settle, answer, result)

        # a thread of its own and a daemon: executors join theirs at exit, and a stuck one would hold the exit
        threading.Thread(target=work, name="lookup", daemon=True).start()
        try:
            return await asyncio.wait_for(answer, self._timeout_seconds)
        except (TimeoutError, asyncio.CancelledError) as reason:
            with self._lock:
                if not ended:
                    given_up = True
                    self._stuck[registered] += 1
            if isinstance(reason, TimeoutError):
                raise OSError(f"look-up of {host} took more than {self._timeout_seconds:g} s") from None
            raise

    def _look_up(self, host: str, port: int) -> Sequence[AddressInfo] | OSError:
        try:
            return self._lookup(host, port, socket.AF_UNSPEC, socket.SOCK_STREAM)
        except OSError as reason:
            return reason
        except Exception as reason:  # noqa: BLE001  # a name that the codec refuses raises UnicodeError
            return OSError(f"{host} cannot be looked up: {reason}")


def _registered(host: str) -> str:
    """The part of a name that one owner holds, roughly: `news.example.co.uk` → `example.co.uk`."""
    labels = host.rstrip(".").lower().split(".")
    keep = 3 if len(labels) > 2 and len(labels[-2]) <= 3 else 2
    return ".".join(labels[-keep:])


def _settle(answer: asyncio.Future[Sequence[AddressInfo]], result: Sequence[AddressInfo] | OSError) -> None:
    if answer.done():
        return
    if isinstance(result, OSError):
        answer.set_exception(result)
    else:
        answer.set_result(result)
