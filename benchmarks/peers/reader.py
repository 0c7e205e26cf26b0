"""Reads pages with one library, for a parent that asks: a JSON line in, {"url", "html": file}, a JSON line out.

Runs with the Python of the library's own environment, so it imports nothing of ours unless it is told to measure us.
CPU time is that of the whole process, threads included. The network is shut before the library is imported.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import socket
import sys
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

OUR_MOMENT = "2026-11-23T00:00:00+00:00"


def no_network(*_: Any, **__: Any) -> Any:
    raise OSError("the network is shut while libraries are measured")


def newspaper4k() -> Any:
    from newspaper import Article, Config

    config = Config()
    config.fetch_images = False

    def read(html: str, url: str) -> tuple[str, str]:
        article = Article(url, config=config)
        article.download(input_html=html)
        article.parse()
        return article.title, article.text

    return read


def goose3() -> Any:
    from goose3 import Goose

    goose = Goose({"enable_image_fetching": False})

    def read(html: str, _url: str) -> tuple[str, str]:
        article = goose.extract(raw_html=html)
        return article.title, article.cleaned_text

    return read


def readability_lxml() -> Any:
    from readability import Document

    def read(html: str, url: str) -> tuple[str, str]:
        document = Document(html, url=url)
        return document.title(), document.summary()

    return read


def news_please() -> Any:
    from newsplease import NewsPlease

    def read(html: str, url: str) -> tuple[str, str]:
        article = NewsPlease.from_html(html, url=url, fetch_images=False)
        return article.title or "", article.maintext or ""

    return read


def trafilatura() -> Any:
    import trafilatura as library

    def read(html: str, url: str) -> tuple[str, str]:
        found: Any = library.bare_extraction(html, url=url, with_metadata=True)
        return (found.title or "", found.text or "") if found else ("", "")

    return read


def wirebeat() -> Any:
    from datetime import datetime

    from tasks.extract import extract, warm

    warm()
    moment = datetime.fromisoformat(OUR_MOMENT)

    def read(html: str, url: str) -> tuple[str, str]:
        article = extract(html.encode(), url=url, now=moment)
        return article.title, article.body

    return read


def whole() -> Any:
    """Everything that a page goes through but HTTP and the queue: extraction, names, topics, sources, the record."""
    import gzip

    from benchmarks.peers.pipeline import pipeline

    record = pipeline()

    def read(html: str, url: str) -> tuple[str, str]:
        made = record(gzip.compress(html.encode(), 1), url)
        return made.title, made.body or ""

    return read


READERS = {
    "newspaper4k": newspaper4k,
    "goose3": goose3,
    "readability-lxml": readability_lxml,
    "news-please": news_please,
    "trafilatura": trafilatura,
    "wirebeat": wirebeat,
    "whole": whole,
}


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def text_of(name: str, found: str) -> str:
    """readability-lxml gives HTML; its text is taken outside of what is measured."""
    if name != "readability-lxml":
        return found
    parser = _Text()
    parser.feed(found)
    return " ".join(" ".join(parser.parts).split())


def main(name: str) -> None:
    # libraries print: what the parent reads goes through a descriptor of its own
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    logging.disable(logging.CRITICAL)
    socket.socket.connect = socket.getaddrinfo = socket.create_connection = no_network
    read = READERS[name]()
    gc.collect()
    gc.freeze()  # as our service does once all is loaded; here for every library
    answers.write("ready\n")
    answers.flush()
    for line in sys.stdin:
        asked = json.loads(line)
        html = Path(asked["html"]).read_text(encoding="utf-8", errors="replace")
        title = text = fault = ""
        started = time.process_time()
        try:
            title, text = read(html, asked["url"])
        except Exception as reason:  # noqa: BLE001  (what a library raises is its answer)
            fault = f"{type(reason).__name__}: {reason}"[:200]
        spent = time.process_time() - started
        answer = {"cpu": spent, "title": title, "text": text_of(name, text or ""), "fault": fault}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main(sys.argv[1])
