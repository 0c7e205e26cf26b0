"""What is made or read at a first call, before the pool forks: once and shared, instead of once a process.

One made-up article goes through all that an article goes through; left to the first real one, that would cost each
process half a second and 24 MB.
"""

from __future__ import annotations

import ctypes
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import justext.core
import trafilatura.external

from tasks.publish import publication
from tasks.records import Entry, SourceCredit
from worker.offline import read_page

if TYPE_CHECKING:
    from tasks.tag import Tagger

#: so short a name that its domain is looked up in the public list, which is read at the first of them
URL = "https://www.npn.invalid/2026/harbour-bridge"
WHEN = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
_SENTENCES = (
    "NORTHPORT, March 2 (Reuters) - A bridge over the harbour was opened on Monday after two years of work.",
    "“We have waited long for this day,” mayor Anna Berg told the BBC, and thanked the engineers from Norway.",
    "According to The New York Times, which cited two officials with knowledge of the talks, it cost $40 million.",
    "The foreign minister of Ukraine said on Tuesday that envoys of the United Nations would meet in Geneva.",
    "A spokesman for the Harbour Council declined to comment; a second crossing is planned for 14 May 2027.",
)
_PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Harbour bridge opens</title>
<link rel="canonical" href="{url}"><meta property="og:title" content="Harbour bridge opens">
<meta property="og:image" content="/bridge.jpg"><meta name="author" content="Clara Holm">
<script type="application/ld+json">{{"@context": "https://schema.org", "@type": "NewsArticle", "headline":
"Harbour bridge opens", "datePublished": "2026-03-02T09:30:00Z", "author": {{"@type": "Person", "name": "Clara Holm"}},
"publisher": {{"@type": "Organization", "name": "Northport News"}}, "articleSection": "City"}}</script></head>
<body><nav><a href="/">Home</a></nav><main><article><h1>Harbour bridge opens</h1><time datetime="2026-03-02">2 March
</time>{text}</article></main><aside><a href="/more">More</a></aside><footer>Northport News</footer></body></html>"""


def keep_stop_words_once() -> None:
    """trafilatura hands justext the words of all its languages, in small letters, as a tuple; justext makes a set of
    them in small letters, keeps it beside the tuple, and finds it by hashing 154,000 words, 2 ms each time. A set that
    is asked to become a set stays what it is."""
    with suppress(AttributeError):  # other versions may keep them elsewhere; nothing but memory is at stake
        words = frozenset(trafilatura.external.jt_stoplist_init())
        trafilatura.external.JT_STOPLIST = words  # type: ignore[assignment]  # typed by its first value, None
        justext.core.define_stoplist = frozenset


def give_back_free_memory() -> None:
    """What loading left behind: malloc keeps it, and each process that is forked counts its share of it."""
    with suppress(AttributeError, OSError):  # glibc alone has it
        ctypes.CDLL(None).malloc_trim(0)


def read_one_article(tagger: Tagger) -> int:
    """Returns the size of its record in bytes."""
    text = "".join(f'<p>{sentence} <a href="https://example.org/">More</a></p>' for sentence in _SENTENCES * 3)
    entry = Entry(
        feed="warm",
        guid=URL,
        url=URL,
        title="Harbour bridge opens",
        published=WHEN,
        summary=_SENTENCES[0],
        source=SourceCredit(name="Northport News", url="https://www.npn.invalid/"),
    )
    html = _PAGE.format(url=URL, text=text).encode()
    read = read_page(tagger, url=URL, now=WHEN, html=html, content_type="text/html; charset=utf-8", entry=entry)
    return len(publication(read.record, WHEN, telling=read.telling).data)
