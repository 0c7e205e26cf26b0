"""More of what servers do, by accident or on purpose: answers that never end, frames that lie, documents made to hurt.

Each row: what is served, how it may end as a page, how as a feed. `record`: published; `working`: polled without fault.
"""

from __future__ import annotations

import asyncio
import codecs
import gzip
import json
import time
import zlib
from itertools import count
from typing import NamedTuple

from tests.end_to_end import odd_documents
from tests.end_to_end.hostile_web import HostileWeb, answer, feed, page, paragraphs, to

REFUSED = {"blocked-url", "blocked-address"}
NO_PAGE = {"no-content", "unsupported-type"}
NO_FEED = {"not-a-feed", "parse-error"}
HURT = {"working", *NO_FEED, "resource-limit"}


class Stream(NamedTuple):
    """`head`, then `piece` again and again with `pause_seconds` between, until the other side has had enough."""

    head: bytes
    piece: bytes
    pause_seconds: float = 0.0
    pieces: int = 20_000


class Row(NamedTuple):
    served: bytes | Stream
    as_page: set[str]
    as_feed: set[str]


def framed(*lines: str, body: bytes = b"") -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode() + body


def chunk(body: bytes, extension: bytes = b"") -> bytes:
    return b"%x%s\r\n%s\r\n" % (len(body), extension, body)


def told(served: bytes | Stream, *ends: str) -> Row:
    """Ends alike, whether it was asked for as a page or as a feed."""
    return Row(served, set(ends), set(ends))


def read_as_page(served: bytes, *, as_feed: set[str] | None = None) -> Row:
    return Row(served, {"record"}, as_feed or NO_FEED)


def moved(target: str) -> Row:
    return told(to(target), *REFUSED)


def good(name: str) -> bytes:
    return page(f"Of {name}")


CHUNKED = "Transfer-Encoding: chunked"
TEMPTING = (
    b"<html lang=en><head><title>Tempting</title><base href='http://{canary}/'>"
    b"<meta http-equiv=refresh content='0;url=http://{canary}/refresh'><link rel=canonical href='http://{canary}/c'>"
    b"<link rel=amphtml href='http://{canary}/amp'><link rel=preload href='http://{canary}/p'>"
    b"<link rel=stylesheet href='http://{canary}/s'><meta property=og:url content='http://{canary}/og'>"
    b"<meta property=og:image content='http://{canary}/i.png'></head><body><iframe src='http://{canary}/f'></iframe>"
    b"<article><h1>Tempting</h1><img src='http://{canary}/i'>" + paragraphs("the tempting").encode() + b"</article>"
)

ODD_ANSWERS: dict[str, Row] = {
    # that never end
    "headers-by-drops": told(Stream(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n", 0.2), "timeout"),
    "body-by-drops": told(Stream(framed("Content-Length: 99999"), b"<p>drop</p>", 0.2), "timeout"),
    "status-by-drops": told(Stream(b"HTT", b"P", 0.2), "timeout", "protocol-error"),
    "continues": told(Stream(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), "too-large", "protocol-error", "timeout"),
    "hints": told(
        Stream(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"), "too-large", "protocol-error", "timeout"
    ),
    "chunks-without-end": told(Stream(framed(CHUNKED), chunk(b"<p>again</p>" * 900)), "too-large"),
    "small-chunks": told(Stream(framed(CHUNKED), chunk(b"a") * 2000), "too-large", "timeout"),
    "no-length-no-end": told(Stream(framed("Connection: close"), b"<p>again</p>" * 900), "too-large"),
    # that frame it wrongly
    "many-headers": told(
        framed(*(f"X-{n}: y" for n in range(5000)), body=good("many-headers")), "too-large", "protocol-error"
    ),
    "long-header": told(framed("X-A: " + "y" * 200_000, body=good("long-header")), "too-large", "protocol-error"),
    "long-status": told(b"HTTP/1.1 200 " + b"O" * 1_000_000 + b"\r\n\r\n", "too-large", "protocol-error"),
    "folded": Row(
        answer(good("folded"), "200 OK", "X-A: b", " folded: c"),
        {"record", "protocol-error"},
        {*NO_FEED, "protocol-error"},
    ),
    "extensions": told(Stream(framed(CHUNKED) + b"5;a=", b"x" * 9000), "too-large", "protocol-error"),
    "trailers": told(
        Stream(framed(CHUNKED) + chunk(b"<p>a</p>") + b"0\r\n", b"X-A: b\r\n" * 90), "too-large", "protocol-error"
    ),
    "bad-chunk-size": told(framed(CHUNKED, body=b"zz\r\nhello\r\n0\r\n\r\n") + b"EOF", "protocol-error", "truncated"),
    "negative-chunk": told(framed(CHUNKED, body=b"-5\r\nhello\r\n0\r\n\r\n") + b"EOF", "protocol-error", "truncated"),
    "two-lengths": told(framed("Content-Length: 5", "Content-Length: 50", body=b"hello") + b"EOF", "protocol-error"),
    "negative-length": told(framed("Content-Length: -5", body=b"hello") + b"EOF", "protocol-error", *NO_PAGE, *NO_FEED),
    "length-of-words": told(
        framed("Content-Length: five", body=b"hello") + b"EOF", "protocol-error", *NO_PAGE, *NO_FEED
    ),
    "length-and-chunks": Row(
        framed("Content-Length: 3", CHUNKED, body=chunk(good("length-and-chunks")) + b"0\r\n\r\n") + b"EOF",
        {"record", "protocol-error"},
        {*NO_FEED, "protocol-error"},
    ),
    "says-too-little": Row(
        framed(f"Content-Length: {len(good('says-too-little')) - 300}", body=good("says-too-little")) + b"EOF",
        {"record"},
        NO_FEED,
    ),
    "null-in-header": told(framed("X-A: a\0b", body=good("null-in-header")) + b"EOF", "protocol-error"),
    "tls-on-http": told(b"\x15\x03\x01\x00\x02\x02\x28" * 20 + b"EOF", "protocol-error"),
    "http-zero-nine": told(good("http-zero-nine") + b"EOF", "protocol-error"),
    "http-2-at-once": told(b"\0\0\x12\x04\0\0\0\0\0" + bytes(40) + b"EOF", "protocol-error"),
    "nothing-at-all": told(b"EOF", "connect", "protocol-error"),
    # that lead astray
    "with-user": moved("http://user:word@127.0.0.1/"),
    "mail-port": moved("http://127.0.0.1:25/"),
    "mapped": moved("http://[::ffff:127.0.0.2]:{canary_port}/"),
    "nat64": moved("http://[64:ff9b::7f00:2]/"),
    "octal": moved("http://0177.0.0.02:{canary_port}/"),
    "hex": moved("http://0x7f.0.0.2:{canary_port}/"),
    "short": moved("http://127.2:{canary_port}/"),
    "full-width": moved("http://%EF%BC%91%EF%BC%92%EF%BC%97.0.0.2:{canary_port}/"),
    "with-a-dot": moved("http://127.0.0.2.:{canary_port}/"),
    "no-scheme": moved("//{canary}/"),
    "other-scheme": moved("HtTp:\\\\{canary}/"),
    "data": moved("data:text/html,hello"),
    "file": moved("file:///etc/passwd"),
    "refreshed": Row(answer(good("refreshed"), "200 OK", "Refresh: 0;url=http://{canary}/"), {"record"}, NO_FEED),
    "for-a-cookie": told(to("{again}").replace(b"\r\n\r\n", b"\r\nSet-Cookie: seen=1\r\n\r\n"), "too-many-redirects"),
    "three-hundred": told(
        answer(b"choose", "300 Multiple Choices"), "bad-redirect", "http-client-error", *NO_PAGE, *NO_FEED
    ),
    # of odd status
    "no-content": told(b"HTTP/1.1 204 No Content\r\n\r\n", "no-content"),
    "a-part": told(answer(good("a-part"), "206 Partial Content", "Content-Range: bytes 0-9/999999"), "protocol-error"),
    "unchanged-unasked": Row(
        b"HTTP/1.1 304 Not Modified\r\n\r\n",
        {"protocol-error", "http-client-error", *NO_PAGE},
        {"not modified", "protocol-error"},
    ),
    "status-999": told(answer(b"", "999 Go away"), "http-client-error", "http-server-error", "protocol-error"),
    "status-7": told(answer(b"", "7 Odd"), "protocol-error", "http-server-error", "http-client-error"),
    "empty": Row(answer(b""), NO_PAGE, NO_FEED | {"working"}),
    "later-9999": told(answer(b"", "429 Slow", "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT"), "rate-limited"),
    "later-negative": told(answer(b"", "429 Slow", "Retry-After: -999"), "rate-limited"),
    "later-huge": told(answer(b"", "503 Slow", "Retry-After: " + "9" * 400), "rate-limited", "http-server-error"),
    # that are packed to hurt
    "deflate-bomb": told(answer(zlib.compress(bytes(30_000_000)), "200 OK", "Content-Encoding: deflate"), "too-large"),
    "bomb-in-bomb": told(
        answer(gzip.compress(gzip.compress(bytes(30_000_000))), "200 OK", "Content-Encoding: gzip"), *NO_PAGE, *NO_FEED
    ),
    "members": told(answer(gzip.compress(b"a") * 500, "200 OK", "Content-Encoding: gzip"), "encoding", "too-large"),
    "not-packed": told(answer(good("not-packed"), "200 OK", "Content-Encoding: gzip"), "encoding"),
    "packed-oddly": told(answer(good("packed-oddly"), "200 OK", "Content-Encoding: br, x-own"), "encoding"),
    # pages
    "tempting": read_as_page(answer(TEMPTING)),
    "refresh-alone": Row(answer(b"<meta http-equiv=refresh content='0;url=http://{canary}/'>"), NO_PAGE, NO_FEED),
    "nulls": read_as_page(answer(good("nulls").replace(b"work", b"wo\0rk"))),
    "utf-16-bare": Row(
        answer(good("utf-16-bare").decode().encode("utf-16-le"), "200 OK", "Content-Type: text/html"),
        {"record", *NO_PAGE},
        NO_FEED,
    ),
    "utf-7": Row(
        answer(codecs.encode(good("utf-7").decode(), "utf-7"), "200 OK", "Content-Type: text/html; charset=utf-7"),
        {"record", *NO_PAGE},
        NO_FEED,
    ),
    "charset-of-python": read_as_page(
        answer(good("charset-of-python"), "200 OK", "Content-Type: text/html; charset=zlib_codec")
    ),
    "turned": read_as_page(
        answer(page("turned \u202ehtap\u2066 x", paragraphs("the \u202ekcab\u202c \u200b\u2028quay")))
    ),
    "deep": Row(
        answer(b"<div>" * 100_000 + paragraphs("the deep").encode()), {"record", "resource-limit", *NO_PAGE}, HURT
    ),
    "attributes": Row(
        answer(b"<html><body " + b"a=b " * 250_000 + b">" + good("attributes")),
        {"record", "resource-limit", *NO_PAGE},
        HURT,
    ),
    "numbers": read_as_page(
        answer(
            page(
                "numbers",
                paragraphs("the numbers") + "<script type='application/ld+json'>"
                '{"@type":"NewsArticle","datePublished":' + "9" * 5000 + ',"wordCount":1e99999,"x":NaN}</script>',
            )
        )
    ),
    "says-it-is-a-picture": Row(
        answer(good("says-it-is-a-picture"), "200 OK", "Content-Type: image/png"), {"record", *NO_PAGE}, NO_FEED
    ),
    "a-feed-as-page": Row(answer(feed(("a", "{origin}/story/other"))), {"record", *NO_PAGE}, {"working"}),
}


def rss(inner: str, head: str = "", attributes: str = "") -> bytes:
    return answer(f'{head}<rss version="2.0"{attributes}><channel><title>Odd</title>{inner}</channel></rss>'.encode())


def item(inner: str) -> str:
    return f"<item><title>Of the quay</title><link>{{origin}}/story/shared</link>{inner}</item>"


def in_json(text: str) -> bytes:
    return answer(text.encode(), "200 OK", "Content-Type: application/feed+json")


FINE = {"working"}
LAUGHS = "".join(f'<!ENTITY {b} "' + f"&{a};" * 10 + '">' for a, b in ("ab", "bc", "cd", "de"))
JSON_HEAD = '{"version":"https://jsonfeed.org/version/1.1","title":"Odd","items":'
#: name → what is served, how the poll may end
ODD_FEEDS: dict[str, tuple[bytes, set[str]]] = {
    "outer-entity": (rss(item("&x;"), '<!DOCTYPE r [<!ENTITY x SYSTEM "http://{canary}/">]>'), {"parse-error"}),
    "outer-file": (rss(item("&x;"), '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), {"parse-error"}),
    "outer-dtd": (rss(item(""), '<!DOCTYPE r SYSTEM "http://{canary}/x.dtd">'), FINE | {"parse-error"}),
    "parameter": (rss(item(""), '<!DOCTYPE r [<!ENTITY % p SYSTEM "http://{canary}/">%p;]>'), HURT),
    "laughs": (
        rss(
            item("&e;"),
            f'<!DOCTYPE r [<!ENTITY a "ha">{LAUGHS}]>',
        ),
        {"parse-error"},
    ),
    "stylesheet": (rss(item(""), '<?xml-stylesheet href="http://{canary}/x.xsl"?>'), FINE),
    "included": (
        rss(
            item('<xi:include href="http://{canary}/" parse="text"/>'),
            attributes=' xmlns:xi="http://www.w3.org/2001/XInclude"',
        ),
        FINE,
    ),
    "other-base": (rss('<item xml:base="http://{canary}/"><title>t</title><link>/a</link></item>'), FINE),
    "side-links": (
        rss(
            '<atom:link rel="hub" href="http://{canary}/hub"/><atom:link rel="next" href="http://{canary}/next"/>'
            "<image><url>http://{canary}/i</url></image>"
            + item('<enclosure url="http://{canary}/e" type="image/png"/><comments>http://{canary}/c</comments>'),
            attributes=' xmlns:atom="http://www.w3.org/2005/Atom"',
        ),
        FINE,
    ),
    "deep-xml": (rss(item("<a>" * 100_000)), HURT),
    "attributes-xml": (rss("<item " + "".join(f'a{n}="b" ' for n in range(60_000)) + "></item>"), HURT),
    "same-attributes": (rss("<item " + 'a="b" ' * 200_000 + "></item>"), HURT),
    "name-spaces": (rss("".join(f'<x{n}:a xmlns:x{n}="urn:{n}"/>' for n in range(20_000)) + item("")), HURT),
    "one-cdata": (rss(item("<description><![CDATA[" + "<b>" * 900_000 + "]]></description>")), HURT),
    "many-cdata": (rss(item("<description>" + "<![CDATA[a]]>" * 200_000 + "</description>")), HURT),
    "cdata-without-end": (rss(item("<description><![CDATA[" + "<![CDATA[" * 200_000)), HURT),
    "hundred-thousand": (rss(item("") * 100_000), FINE),
    "long-title": (rss("<item><title>" + "quay " * 500_000 + "</title><link>{origin}/story/long</link></item>"), FINE),
    "odd-dates": (
        rss(
            item("<pubDate>Fri, 99 Foo 99999999999 99:99:99 +9999</pubDate>")
            + item("<pubDate>" + "9" * 5000 + "</pubDate>")
        ),
        FINE,
    ),
    "odd-links": (
        rss(
            "".join(
                f"<item><title>t</title><link>{link}</link><guid>{n}</guid></item>"
                for n, link in enumerate(
                    [
                        "data:text/html,a",
                        "javascript:alert(1)",
                        "http://a\r\nX: b/",
                        "ftp://{canary}/",
                        "//{canary}/",
                        "?",
                        "",
                        "http://",
                        "http://[::1",
                        "http://" + "a" * 5000,
                        "{origin}/story/&#0;",
                        "http://xn--a/",
                    ]
                )
            )
        ),
        FINE,
    ),
    "utf-16-bare": (
        answer(
            feed(("t", "{origin}/story/shared")).decode().replace("{origin}", "http://127.0.0.1").encode("utf-16-le")
        ),
        HURT,
    ),
    "codec": (rss(item(""), '<?xml version="1.0" encoding="bz2_codec"?>'), HURT),
    "utf-7": (rss(item("+ADw-script+AD4-"), '<?xml version="1.0" encoding="utf-7"?>'), HURT),
    "deep-json": (in_json(JSON_HEAD + "[" * 200_000), HURT),
    "deep-objects": (in_json('{"a":' * 100_000), HURT),
    "no-numbers": (in_json(JSON_HEAD + '[{"id":NaN,"title":Infinity,"url":-Infinity}]}'), HURT),
    "huge-number": (in_json(JSON_HEAD + '[{"id":' + "9" * 100_000 + ',"url":1e99999,"date_published":1e999}]}'), HURT),
    "items-of-anything": (
        in_json(JSON_HEAD + '[null,1,"a",[[]],{"id":{},"url":[1],"authors":"x","tags":{"a":1},"title":{"b":[]}}]}'),
        HURT,
    ),
    "items-no-list": (in_json(JSON_HEAD + '{"a":"b"}}'), HURT),
    "half-a-letter": (
        in_json(JSON_HEAD + '[{"id":"\\ud800","title":"\\udfff quay","url":"{origin}/story/shared"}]}'),
        HURT,
    ),
    "keys": (
        in_json(
            json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [{f"k{n}": n for n in range(100_000)}]})
        ),
        HURT,
    ),
}

#: what an origin of its own says of itself → how a page of it may end
ODD_ROBOTS: dict[str, tuple[bytes | Stream, set[str]]] = {
    "without-end": (Stream(framed("Connection: close"), b"User-agent: x\nDisallow: /\n" * 400), {"record"}),
    "by-drops": (Stream(framed("Content-Length: 9999"), b"Disallow: /x\n", 0.2), {"timeout", "robots"}),
    "to-the-inside": (to("http://{canary}/robots.txt"), {"record", "robots", *REFUSED}),
    "in-circles": (to("/robots.txt"), {"record", "robots", "too-many-redirects"}),
    "of-bytes": (answer(bytes(range(256)) * 400), {"record"}),
    "one-line": (answer(b"User-agent: *" + b"a" * 400_000), {"record"}),
    "of-patterns": (answer(b"User-agent: *\nDisallow: /" + b"*a" * 900 + b"$\n"), {"record"}),
    "fifty-thousand": (answer(b"User-agent: *\n" + b"Disallow: /*x*y*z\n" * 25_000), {"record"}),
    "broken": (answer(b"", "500 Broken"), {"robots", "http-server-error"}),
    "packed": (
        answer(gzip.compress(bytes(30_000_000)), "200 OK", "Content-Encoding: gzip"),
        {"record", "robots", "encoding", "too-large"},
    ),
}


class OddWeb(HostileWeb):
    """The rows above, each once as a page and once as a feed, and origins with a robots.txt each, beside good feeds."""

    def __init__(self) -> None:
        super().__init__()
        self._robots: dict[int, str] = {}
        self._count = count()
        #: path → how long the other side listened to what does not end
        self.held_seconds: dict[str, float] = {}

    async def open(self) -> list[asyncio.Server]:
        servers = await super().open()
        for name in ODD_ROBOTS:
            servers.append(await asyncio.start_server(self._converse, "127.0.0.1", 0))
            self._robots[servers[-1].sockets[0].getsockname()[1]] = name
        return servers

    @property
    def origins(self) -> str:
        ports = [self.origin.rpartition(":")[2], *map(str, self._robots)]
        return ",".join(f"127.0.0.1:{port}" for port in ports)

    async def _send(self, path: str, writer) -> bool:
        name = self._robots.get(writer.get_extra_info("sockname")[1])
        served = ODD_ROBOTS[name][0] if name and path == "/robots.txt" else self._answer(path)
        if isinstance(served, Stream):
            return await self._stream(path, served, writer)
        return await self._write(self._filled(served, path), writer)

    async def _stream(self, path: str, served: Stream, writer) -> bool:
        started = time.monotonic()
        try:
            writer.write(served.head)
            for _ in range(served.pieces):
                writer.write(served.piece)
                await writer.drain()
                await asyncio.sleep(served.pause_seconds)
        finally:
            held = time.monotonic() - started
            self.held_seconds[path] = max(held, self.held_seconds.get(path, 0.0))
        return False

    async def _write(self, served: bytes, writer) -> bool:
        writer.write(served.removesuffix(b"EOF"))
        await writer.drain()
        return not served.endswith(b"EOF")

    def _filled(self, served: bytes, path: str) -> bytes:
        """With the length put right where it was right before the places were filled in."""
        head, end, body = served.partition(b"\r\n\r\n")
        again = path.partition("?")[0] + f"?{next(self._count)}"
        filled = super()._filled(body, path)
        head = head.replace(b"Content-Length: %d" % len(body), b"Content-Length: %d" % len(filled))
        return super()._filled(head, path).replace(b"{again}", again.encode()) + end + filled

    def _answer(self, path: str) -> bytes | Stream:
        kind, _, name = path.partition("?")[0].strip("/").partition("/")
        others = {
            "bad": lambda: odd_documents.PAGES[name][0] if name in odd_documents.PAGES else ODD_ANSWERS[name].served,
            "feed": lambda: (ODD_FEEDS | odd_documents.FEEDS)[name][0],
            "guarded": lambda: answer(feed((f"guarded {name}", f"http://127.0.0.1:{self._port(name)}/story/{name}"))),
        }
        return others[kind]() if kind in others else super()._answer(path)

    def _port(self, name: str) -> int:
        return next(port for port, found in self._robots.items() if found == name)

    def feeds(self) -> dict[str, str]:
        good = {name: url for name, url in super().feeds().items() if name.startswith("good")}
        return {
            **good,
            **{f"answer-{name}": f"{self.origin}/bad/{name}" for name in ODD_ANSWERS},
            **{f"page-{name}": f"{self.origin}/carrier/{name}" for name in ODD_ANSWERS},
            **{f"page-{name}": f"{self.origin}/carrier/{name}" for name in odd_documents.PAGES},
            **{f"feed-{name}": f"{self.origin}/feed/{name}" for name in ODD_FEEDS | odd_documents.FEEDS},
            **{f"robots-{name}": f"{self.origin}/guarded/{name}" for name in ODD_ROBOTS},
        }
