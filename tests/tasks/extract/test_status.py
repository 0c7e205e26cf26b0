from datetime import UTC, datetime

import pytest

from tasks.extract import extract
from tasks.reasons import Failed
from tasks.records import Entry
from tests.tasks.extract.status_pages import BRIEF, CASES

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
# states in which a body may be shown as the article
OPEN = {"full", "partial", "live_blog"}


def state_of(html: str, content: str) -> str:
    entry = Entry(feed="tern", guid="1", url="https://tern.example/wall", title="", content=content)
    try:
        return extract(html, url="https://tern.example/wall", now=NOW, entry=entry).body_status
    except Failed as failed:
        return failed.reason


def test_the_state_of_made_up_pages_is_right_on_95_of_100():
    wrong = [(name, said, state) for name, state, html, content in CASES if (said := state_of(html, content)) != state]
    assert len(CASES) >= 60
    assert len(wrong) <= 0.05 * len(CASES), wrong


@pytest.mark.parametrize(("name", "state", "html", "content"), [case for case in CASES if case[1] not in OPEN])
def test_no_wall_and_no_teaser_passes_for_an_article(name, state, html, content):
    assert state_of(html, content) not in OPEN


@pytest.mark.parametrize(("end", "state"), [(" ...", "teaser"), (" […]", "teaser"), ("…", "full"), (".", "full")])
def test_a_text_that_a_program_cut_is_a_teaser(end, state):
    text = "The mayor opened the new quay on Monday and thanked the workers, who had gone on through two winters" + end
    html = f"<html lang=en><head><title>Quay opened</title></head><body><h1>Quay opened</h1><p>{text}</p></body></html>"
    assert extract(html, url="https://tern.example/quay", now=NOW).body_status == state


def test_what_decided_is_kept():
    locked = next(html for name, _, html, _ in CASES if name == "partial-locked")
    article = extract(locked, url="https://tern.example/wall", now=NOW)
    assert "the page says it is not free to read" in article.body_evidence


def test_a_wall_with_a_feed_summary_keeps_its_state_and_the_feeds_words():
    html = next(html for name, _, html, _ in CASES if name == "consent-en")
    entry = Entry(feed="tern", guid="1", url="https://tern.example/wall", title="Office shut", summary=BRIEF)
    article = extract(html, url="https://tern.example/wall", now=NOW, entry=entry)
    assert article.body_status == "consent_wall"
    assert article.body == BRIEF


@pytest.mark.parametrize(
    ("title", "state"),
    [
        ("Storm reaches the coast – live", "live_blog"),
        ("Storm reaches the coast - live | Tern Post", "live_blog"),
        ("The storm: live", "live_blog"),
        ("A house to live in", "full"),
        ("Where terns live", "full"),
        ("Storm – live music goes on", "full"),
    ],
)
def test_a_headline_that_ends_with_live_and_clock_times_make_a_live_blog(title, state):
    entries = "".join(
        f"<li><span>{hour}:15</span><p>The storm took the roof of boathouse {hour}, the harbour master said.</p></li>"
        for hour in range(10, 16)
    )
    html = f"<html lang=en><title>{title}</title><body><h1>{title}</h1><ul>{entries}</ul></body></html>"
    assert extract(html, url="https://tern.example/storm", now=NOW).body_status == state
