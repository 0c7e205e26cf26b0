"""A web most of which means harm: answers, feeds and links, each with what may become of it; and a few good feeds."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections import Counter
from contextlib import asynccontextmanager, contextmanager
from html import escape

from tests.serving import beside

GOOD_FEEDS, GOOD_ENTRIES = 3, 4
SECRET = "the-word-behind-the-wall"
PLACES = ["quay", "mill", "bridge", "lock", "tower", "orchard"]
MARKUP = "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(2)&gt;"
RAW_MARKUP = "<script>alert(3)</script><img src=x onerror=alert(4)><b>bold</b>"


def paragraphs(subject: str) -> str:
    return "".join(
        f"<p>The council of the {place} said that work on {subject} would go on until spring, and that the "
        f"people who live beside the {place} had been asked what they thought of it before the plan was drawn.</p>"
        for place in PLACES
    )


def page(subject: str, body: str | None = None) -> bytes:
    body = paragraphs(subject) if body is None else body
    return f"<!doctype html><html lang=en><title>{subject}</title><article><h1>{subject}</h1>{body}</article>".encode()


def page_of_markup() -> bytes:
    """Markup in all that a page says of itself, raw, escaped once and escaped twice."""
    twice = MARKUP.replace("&", "&amp;")
    told = {
        "@type": "NewsArticle",
        "headline": f"Of the harbour {RAW_MARKUP}",
        "description": RAW_MARKUP,
        "articleSection": RAW_MARKUP,
        "keywords": [RAW_MARKUP, "harbour"],
        "author": {"@type": "Person", "name": f"Ann Quay {RAW_MARKUP}"},
        "publisher": {"@type": "Organization", "name": f"Harbour Post {RAW_MARKUP}"},
    }
    metas = "".join(
        f'<meta property="{name}" content="{MARKUP}{twice} harbour">'
        for name in ("og:title", "og:description", "og:site_name", "article:section", "article:tag", "author")
    )
    head = f"<title>Of the harbour {MARKUP}</title>{metas}"
    linked = f'<a href="https://example.org/&quot;&gt;{MARKUP}">the council {MARKUP}</a>'
    said = f"<p>&quot;The quay {MARKUP} will open&quot;, said Ann Quay {twice} of {linked}.</p>"
    script = json.dumps(told).replace("</", "<\\/")
    return (
        f"<!doctype html><html lang=en><head>{head}<script type='application/ld+json'>{script}</script></head>"
        f"<body><article><h1>Of the harbour {MARKUP}</h1><p class=byline>By Ann Quay {MARKUP}</p>"
        f"{said}{paragraphs('the harbour ' + MARKUP + twice)}</article></body></html>"
    ).encode()


#: makes an article of its own where the page has none
FEED_MARKUP = (
    f"<author>ann@example.org (Ann {MARKUP})</author><category>{MARKUP} quay</category>"
    f"<description>{MARKUP}{escape(paragraphs('the quay ' + MARKUP + RAW_MARKUP) * 2)}</description>"
    f"<source url='https://example.org/{MARKUP}'>Post {MARKUP}</source>"
    f"<enclosure type='image/png' url='https://example.org/{MARKUP}.png'/>"
)


def feed(*items: tuple[str, str], head: str = "", extra: str = "") -> bytes:
    entries = "".join(f"<item><title>{title}</title><link>{link}</link>{extra}</item>" for title, link in items)
    return f'{head}<rss version="2.0"><channel><title>Feed</title>{entries}</channel></rss>'.encode()


def answer(body: bytes, status: str = "200 OK", *lines: str) -> bytes:
    head = "".join(f"{line}\r\n" for line in lines)
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{head}\r\n".encode() + body


def to(target: str, status: str = "302 Found") -> bytes:
    return answer(b"moved", status, f"Location: {target}")


#: name → (what is served, what may become of it); `{canary}` is the place that nothing may reach
ANSWERS: dict[str, tuple[object, set[str]]] = {
    "inside": (to("http://{canary}/"), {"blocked-url", "blocked-address"}),
    "inside-by-number": (to("http://2130706434:{canary_port}/"), {"blocked-url", "blocked-address"}),
    "inside-by-name": (to("http://localhost/"), {"blocked-address"}),
    "metadata": (to("http://169.254.169.254/latest/meta-data/"), {"blocked-address"}),
    "gopher": (to("gopher://{canary}/_x"), {"blocked-url"}),
    "for-ever": (to("{here}"), {"too-many-redirects"}),
    "nowhere": (to(""), {"bad-redirect"}),
    "silent": (None, {"timeout"}),
    "cut": (answer(b"<html>half", "200 OK").replace(b"h: 10", b"h: 999") + b"EOF", {"truncated"}),
    "not-http": (b"220 mail.example ESMTP\r\n\r\nEOF", {"protocol-error"}),
    "bomb": (answer(gzip.compress(bytes(30_000_000)), "200 OK", "Content-Encoding: gzip"), {"too-large"}),
    "chain": (answer(b"x", "200 OK", "Content-Encoding: gzip, gzip"), {"encoding"}),
    "announced": (b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n", {"too-large"}),
    "forbidden": (answer(b"", "403 Forbidden"), {"http-client-error"}),
    "gone": (answer(b"", "410 Gone"), {"gone"}),
}
#: `working`: read, with nothing in it
FEEDS: dict[str, tuple[bytes, set[str]]] = {
    "no-feed": (answer(page("no feed")), {"not-a-feed"}),
    "a-path": (answer(b"/etc/passwd"), {"not-a-feed"}),
    "laughs": (
        answer(feed(head='<!DOCTYPE r [<!ENTITY a "' + "x" * 100_000 + '">]>' + "<!-- -->" * 9000)),
        {"parse-error"},
    ),
    "nested": (answer(b"<rss><channel>" + b"<a>" * 200_000), {"working", "parse-error", "resource-limit"}),
    "a-picture": (answer(b"\x89PNG\r\n\x1a\n" + bytes(500)), {"not-a-feed"}),
}
LINKS: dict[str, tuple[str, set[str]]] = {
    "to-the-inside": ("http://{canary}/", {"blocked-url", "blocked-address"}),
    "to-a-file": ("file:///etc/passwd", {"blocked-url", "no-url"}),
    "to-a-script": ("javascript:alert(1)", {"blocked-url", "no-url"}),
    "to-the-forbidden": ("{origin}/private/1", {"robots"}),
    "to-a-picture": ("{origin}/picture", {"unsupported-type"}),
    "to-nothing": ("{origin}/nothing", {"no-content"}),
}


class HostileWeb:
    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.canary_hits = 0
        self.origin = self.canary = ""

    async def open(self) -> list[asyncio.Server]:
        web = await asyncio.start_server(self._converse, "127.0.0.1", 0)
        canary = await asyncio.start_server(self._count_canary, "127.0.0.2", 0)
        self.origin = f"http://127.0.0.1:{web.sockets[0].getsockname()[1]}"
        self.canary = f"127.0.0.2:{canary.sockets[0].getsockname()[1]}"
        return [web, canary]

    async def _count_canary(self, reader, writer) -> None:
        self.canary_hits += 1
        writer.write(answer(page(SECRET)))
        writer.close()

    async def _converse(self, reader, writer) -> None:
        try:
            while True:
                request = await reader.readuntil(b"\r\n\r\n")
                path = request.split(b" ", 2)[1].decode()
                self.asked[path] += 1
                if not await self._send(path, writer):
                    return
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _send(self, path: str, writer) -> bool:
        """Whether the connection may be used again."""
        served = self._answer(path)
        if served is None:
            await asyncio.sleep(30)
            return False
        writer.write(self._filled(served, path).removesuffix(b"EOF"))
        await writer.drain()
        return not served.endswith(b"EOF")

    def _filled(self, served: bytes, path: str) -> bytes:
        places = {"canary": self.canary, "canary_port": self.canary.rpartition(":")[2], "here": path}
        for name, value in {**places, "origin": self.origin}.items():
            served = served.replace(b"{%s}" % name.encode(), value.encode())
        return served

    def _answer(self, path: str) -> bytes | None:
        kind, _, name = path.strip("/").partition("/")
        answers = {
            "robots.txt": lambda: answer(b"User-agent: *\nDisallow: /private/\n"),
            "good": lambda: answer(feed(*self._stories(name))),
            "story": lambda: answer(page_of_markup() if name == "markup" else page(f"Story {name}")),
            "carrier": lambda: answer(feed((f"carrier {name}", f"{self.origin}/bad/{name}"))),
            "link": lambda: answer(feed((f"link {name}", self._filled(LINKS[name][0].encode(), path).decode()))),
            "picture": lambda: answer(
                b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "200 OK", "Content-Type: text/html"
            ),
            "nothing": lambda: answer(page("nothing", "")),
            "markup": lambda: answer(
                feed(
                    (MARKUP, f"{self.origin}/story/markup"),
                    (MARKUP, f"{self.origin}/nothing/markup"),
                    extra=FEED_MARKUP,
                )
            ),
            "feed": lambda: FEEDS[name][0],
            "bad": lambda: ANSWERS[name][0],
        }
        return answers[kind]()

    def _stories(self, name: str) -> list[tuple[str, str]]:
        return [(f"{name} {n}", f"{self.origin}/story/{name}-{n}") for n in range(GOOD_ENTRIES)]

    def feeds(self) -> dict[str, str]:
        """Feed id → URL."""
        return {
            **{f"good-{n}": f"{self.origin}/good/{n}" for n in range(GOOD_FEEDS)},
            **{f"answer-{name}": f"{self.origin}/bad/{name}" for name in ANSWERS},
            **{f"page-{name}": f"{self.origin}/carrier/{name}" for name in ANSWERS},
            **{f"feed-{name}": f"{self.origin}/feed/{name}" for name in FEEDS},
            **{f"link-{name}": f"{self.origin}/link/{name}" for name in LINKS},
            "markup": f"{self.origin}/markup",
        }


@contextmanager
def hostile_web(web: HostileWeb | None = None):
    web = web or HostileWeb()
    with beside(_opened(web)):
        yield web


@asynccontextmanager
async def _opened(web: HostileWeb):
    servers = await web.open()
    try:
        yield
    finally:
        for server in servers:
            server.close()
