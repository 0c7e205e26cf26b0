"""Texts made to be read again and again by one pattern: what each costs grows with its length, not with its square."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

import pytest

from tasks.attribution import layout
from tasks.entities.press import press_names
from tasks.extract import extract, markup, people, structured

#: Many times what each takes. What was tried again and again took from 20 seconds to a year.
SECONDS = 10.0
NOW = datetime(2026, 3, 1, tzinfo=UTC)
TEXT = "<p>The council said on Monday that the bridge over the river would be closed until the end of the winter.</p>"


def _page(*, head: str = "", body: str = "", text: str = TEXT) -> None:
    html = f"<html lang=en><head><title>Of the bridge</title>{head}</head><body><article><h1>Of the bridge</h1>"
    extract(f"{html}{text}{body}</article></body></html>", url="https://news.example/bridge", now=NOW)


def _stated(**fields: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **fields})}</script>'


COSTLY = {
    "comments before words": lambda: markup.check_is_markup(b"<!-- a -->" * 200 + b"words"),
    "a charset of blanks": lambda: markup.decode(b"\xe9\xff" * 40, "text/html; charset=" + " " * 60_000 + "!"),
    "blanks behind the end of a comment": lambda: structured.read_json("-->" + " " * 200_000 + "!"),
    "a script of one word": lambda: _page(body=f"<script>{'state' * 60_000}</script>"),
    "a script whose string is not closed": lambda: _page(body='<script>"' + '\\"' * 150_000 + "</script>"),
    "an address that does not end": lambda: _page(body=f"<p>{'a@' * 120_000}</p>", text=TEXT * 9),
    "an author of many words": lambda: people.names_in("Ann Quay " * 14_000),
    "many such authors": lambda: _page(head=_stated(author=["Ann Quay " * 400] * 300)),
    "a headline of many names": lambda: _page(head=_stated(headline=" | " * 40_000 + "!")),
    "a site of many parts": lambda: press_names("A-" * 150_000),
    "full stops without end": lambda: layout.sentences("." * 90_000, layout.Area(0, 90_000)),
}


@pytest.mark.parametrize("cost", COSTLY.values(), ids=COSTLY)
def test_a_text_made_to_be_read_again_and_again_is_read_in_linear_time(cost):
    began = time.process_time()
    cost()
    assert time.process_time() - began < SECONDS


def test_a_state_is_found_by_its_name_with_and_without_the_window_before_it():
    prose = "The ferry to the island will run twice a day from the first of May on, the harbour master said. " * 12
    state = json.dumps({"article": {"body": prose}})
    for name in (
        "window.__INITIAL_STATE__",
        "__APOLLO_STATE__",
        "var appState",
        "window.__preloadedState",
        "x.app_state",
    ):
        html = (
            f"<html><title>Of the ferry</title><body><div id=app></div><script>{name} = {state}</script></body></html>"
        )
        article = extract(html, url="https://news.example/ferry", now=NOW)
        assert article.body.count("harbour master") == 12, name
