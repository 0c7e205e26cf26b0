"""Many small news sites on loopback, in a process of their own: addresses of their own, a network's delay, items that
appear at moments drawn before. It takes little CPU time itself, since it shares the machine with what is measured."""

from __future__ import annotations

import asyncio
import gzip
import multiprocessing
import random
import socket
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from worker.clock import now
from worker.leashed import die_with_parent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker.bench.pages import GeneratedPage

_FORK = multiprocessing.get_context("fork")
_BUILT = "Mon, 02 Mar 2026 09:30:00 GMT"
_WORDS = "The council met on Monday and heard what the harbour, the bridge and the winter would cost. " * 3


class Item(NamedTuple):
    """Stands in `feed` from `after_seconds` on, counted from `Papers.begin`."""

    after_seconds: float
    feed: int
    page: int


class Habit(NamedTuple):
    """How the sites answer."""

    #: of feeds and pages, drawn evenly between the two
    delay_seconds: tuple[float, float] = (0.0, 0.0)
    keep_alive: bool = True
    #: items that stand in every feed from the beginning, the same in all
    standing: int = 0
    #: site → seconds before each of its pages, and its robots.txt; None: it accepts and never answers
    slow: tuple[tuple[int, float | None], ...] = ()
    seed: int = 1


class Papers:
    """Feed n is `/feed/n` of site n mod `sites`. Its items' pages are at another address of that site."""

    def __init__(
        self, *, feeds: int, sites: int, pages: Sequence[GeneratedPage] = (), items: Sequence[Item] = (), habit: Habit
    ) -> None:
        self.feeds, self.sites, self.items, self.habit = feeds, sites, items, habit
        self._pages = pages
        self._began: Any = _FORK.Value("d", 0.0)
        #: False: neither ETag nor Last-Modified, so an unchanged feed comes again as a whole
        self.validators: Any = _FORK.Value("b", 1)
        #: of the polls, so many find a document with another date and nothing new in it
        self.changed_share: Any = _FORK.Value("d", 0.0)
        self.polls: Any = _FORK.Array("L", feeds)
        #: seconds since 1970 at which each feed was asked first; 0: not yet
        self.first_asked: Any = _FORK.Array("d", feeds)
        self.connections: Any = _FORK.Value("L", 0)
        self._ours, theirs = _FORK.Pipe()
        self._process = _FORK.Process(target=self._serve, args=(theirs,), daemon=True)
        self.port = 0

    def __enter__(self) -> Self:
        self._process.start()
        self.port = self._ours.recv()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.join()

    def begin(self, at: float | None = None) -> float:
        """The items' clock starts. Seconds since 1970."""
        self._began.value = at or now().timestamp()
        return float(self._began.value)

    def host(self, feed: int) -> str:
        return _address(feed % self.sites)

    def page_host(self, feed: int) -> str:
        return _address(self.sites + feed % self.sites)

    @property
    def process_id(self) -> int:
        return int(self._process.pid or 0)

    def documents(self) -> list[bytes]:
        """Of each feed, as it stands with no items but the standing ones."""
        press = _Press(self)
        press.port = self.port
        return [press.document(n, 0, _BUILT) for n in range(self.feeds)]

    def feed_list(self, every: str) -> str:
        return "".join(
            f'[[feed]]\nid = "paper-{n}"\nurl = "http://{self.host(n)}:{self.port}/feed/{n}"\nevery = "{every}"\n'
            for n in range(self.feeds)
        )

    # in the process of the sites

    def _serve(self, pipe: Any) -> None:
        die_with_parent()
        asyncio.run(self._answer(pipe))

    async def _answer(self, pipe: Any) -> None:
        press = _Press(self)
        loop = asyncio.get_running_loop()
        port = 0
        for site in range(2 * self.sites if self.items or self.habit.standing else self.sites):
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((_address(site), port))
            port = listener.getsockname()[1]
            await loop.create_server(lambda site=site: _Connection(press, site), sock=listener, backlog=256)  # type: ignore[misc]
        press.port = port
        pipe.send(port)
        await asyncio.sleep(3600)


def _address(site: int) -> str:
    return f"127.{1 + site // 65_025}.{site // 255 % 255}.{1 + site % 255}"


class _Press:
    """Makes the answers."""

    def __init__(self, papers: Papers) -> None:
        self.papers, self.habit = papers, papers.habit
        self.port = 0
        self._rng = random.Random(papers.habit.seed)
        self._packed = [gzip.compress(page.html, 6) for page in papers._pages]
        self._of_feed: dict[int, list[tuple[int, Item]]] = {}
        for number, item in enumerate(papers.items):
            self._of_feed.setdefault(item.feed, []).append((number, item))
        self._documents: dict[tuple[int, int, str], bytes] = {}
        self.slow = dict(papers.habit.slow)

    def delay(self, site: int, *, feed: bool) -> float | None:
        site %= self.papers.sites
        if site in self.slow and not feed:
            return self.slow[site]
        least, most = self.habit.delay_seconds
        return self._rng.uniform(least, most) if most else 0.0

    def answer(self, path: str, asked_with: str) -> bytes:
        kind, _, number = path[1:].partition("/")
        if kind == "feed":
            return self._feed(int(number), asked_with)
        if kind == "a":
            return _response(self._packed[int(number) % len(self._packed)], "text/html", "Content-Encoding: gzip\r\n")
        if kind == "robots.txt":
            return _response(b"User-agent: *\nAllow: /\n", "text/plain")
        return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"

    def _feed(self, feed: int, asked_with: str) -> bytes:
        self.papers.polls[feed] += 1
        if not self.papers.first_asked[feed]:
            self.papers.first_asked[feed] = now().timestamp()
        began = self.papers._began.value
        age = now().timestamp() - began if began else -1.0
        shown = sum(item.after_seconds <= age for _, item in self._of_feed.get(feed, ()))
        changed = self._rng.random() < self.papers.changed_share.value
        built = f"{_BUILT}{self._rng.random()}" if changed else _BUILT
        etag = f'"{shown}{built if changed else ""}"'
        extra = f"ETag: {etag}\r\n" if self.papers.validators.value else ""
        if extra and asked_with == etag:
            return f"HTTP/1.1 304 Not Modified\r\n{extra}\r\n".encode()
        key = (feed, shown, built)
        body = self._documents.get(key) or self.document(feed, shown, built)
        if not changed and len(self._documents) < 20_000:
            self._documents[key] = body
        return _response(body, "application/rss+xml", extra)

    def document(self, feed: int, shown: int, built: str) -> bytes:
        host = self.papers.page_host(feed)
        rows = [
            _row(f"http://{host}:{self.port}/a/{number}", self._title(item.page), f"{feed}-{number}")
            for number, item in reversed(self._of_feed.get(feed, [])[:shown])
        ]
        rows += [
            _row(f"http://{self.papers.page_host(0)}:{self.port}/a/{n}", f"The wire, number {n}", f"wire-{n}")
            for n in range(self.habit.standing)
        ]
        head = f"<title>Paper {feed}</title><link>http://{host}/</link><lastBuildDate>{built}</lastBuildDate>"
        return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{"".join(rows)}</channel></rss>'.encode()

    def _title(self, page: int) -> str:
        pages = self.papers._pages
        return pages[page % len(pages)].title if pages else f"Item {page}"


def _row(url: str, title: str, guid: str) -> str:
    return (
        f"<item><title>{title}</title><link>{url}</link><guid isPermaLink='false'>{guid}</guid>"
        f"<pubDate>{_BUILT}</pubDate><description>{_WORDS}</description></item>"
    )


def _response(body: bytes, content_type: str, extra: str = "") -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
    return head.encode() + body


class _Connection(asyncio.Protocol):
    def __init__(self, press: _Press, site: int) -> None:
        self._press, self._site = press, site
        self._transport: Any = None
        self._buffer = b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._press.papers.connections.value += 1

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head, self._buffer = self._buffer[:end].decode("latin-1"), self._buffer[end + 4 :]
            lines = head.split("\r\n")
            path = lines[0].split(" ")[1]
            asked_with = next((line[15:] for line in lines if line[:15].lower() == "if-none-match: "), "")
            delay = self._press.delay(self._site, feed=path.startswith("/feed/"))
            if delay is None:
                return
            if delay:
                asyncio.get_running_loop().call_later(delay, self._send, path, asked_with)
            else:
                self._send(path, asked_with)

    def _send(self, path: str, asked_with: str) -> None:
        if self._transport.is_closing():
            return
        self._transport.write(self._press.answer(path, asked_with))
        if not self._press.habit.keep_alive:
            self._transport.close()
