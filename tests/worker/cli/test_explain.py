"""explain and why-not: what was found in an article, and the words that it rests on."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tests import newsroom
from tests.service import environment, run_command
from tests.world import html

pytestmark = pytest.mark.slow

WAR = (
    "Russian forces shelled the outskirts of Kharkiv overnight, the Ukrainian army said. "
    "Ukraine's air defences shot down thirty drones, and Kyiv asked its allies for more missiles. "
    "The Kremlin said that its troops had taken two villages along the front line in Donetsk. "
) * 4
FAIR = "The harvest fair drew a record crowd at the weekend, and the stall sold out of bread by noon. " * 6
BLANK = environment(spacy_model="blank")


@pytest.fixture
def page(tmp_path):
    file = tmp_path / "page.html"
    file.write_bytes(html("Drones over Kharkiv", f"<p>{WAR}</p>"))
    return file


def explain(*arguments: str, env=BLANK):
    return run_command(*arguments, env=env)


def test_every_stage_is_shown_with_its_evidence(page):
    done = explain("explain", str(page), "--url", "https://paper.test/a")

    assert done.returncode == 0, done.stderr
    shown = done.stdout
    assert "page      https://paper.test/a" in shown
    assert "title     Drones over Kharkiv" in shown
    assert "body      full" in shown
    assert "  ukraine-war 0.9" in shown or "  ukraine-war 1.0" in shown
    assert any("[" in line and "…" in line and line.strip().startswith("+") for line in shown.splitlines())


def test_extraction_is_shown_step_by_step(tmp_path):
    file = tmp_path / "page.html"
    file.write_text(
        "<html lang=en><head><title>Drones over Kharkiv</title><meta name=author content='Ann Lee'></head><body>"
        "<nav>Home Sport Weather</nav><article><h1>Drones over Kharkiv</h1><p>By Ann Lee</p>"
        "<p>Thirty drones were shot down over the city in the night, the army said, and the sirens fell silent at dawn "
        "after nine hours in which most people had stayed in the stations of the underground.</p>"
        "<aside class=related-articles><p>Two boats lost in a storm</p></aside>"
        "<p>Sign up for our newsletter</p>"
        "<p>The mayor asked for more generators before the winter, since two power stations in the north of the region "
        "were damaged, and promised that schools would open again within the week.</p></article></body></html>"
    )

    rows = explain("explain", str(file)).stdout.splitlines()

    assert "authors   Ann Lee   [meta]" in rows
    assert any(row.startswith("  way     trafilatura: ") for row in rows)
    assert any(
        row.startswith("  part    named        <aside.related-articles>") and row.endswith("Two boats lost in a storm")
        for row in rows
    )
    assert "  dropped lead         By Ann Lee" in rows
    assert "  dropped prompts      Sign up for our newsletter" in rows
    kept = [row for row in rows if row.startswith("  kept    ")]
    assert kept
    assert all("newsletter" not in row and "boats" not in row for row in kept)


def test_the_record_is_the_one_that_would_be_published(page):
    record = json.loads(explain("explain", str(page), "--url", "https://paper.test/a", "--json").stdout)

    assert record["url"] == "https://paper.test/a"
    assert "ukraine-war" in {topic["id"] for topic in record["topics"]}


def test_why_not_says_what_was_missing_and_what_was_there(page, tmp_path):
    fair = tmp_path / "fair.txt"
    fair.write_text(FAIR)

    has = explain("why-not", str(page), "--topic", "ukraine-war")
    lacks = explain("why-not", str(fair), "--topic", "ukraine-war", "--title", "Harvest fair")

    assert "it has this topic" in has.stdout
    assert "under its threshold" in lacks.stdout
    assert "no word of its rules stands in title or text" in lacks.stdout


def test_a_topic_that_is_none_is_told_with_those_there_are(page):
    done = explain("why-not", str(page), "--topic", "gardening")

    assert done.returncode == 78
    assert "no topic 'gardening'" in done.stderr
    assert "diplomacy" in done.stderr


def test_what_is_not_there_is_told_in_words(tmp_path):
    done = explain("explain", str(tmp_path / "none.html"))

    assert done.returncode == 78
    assert "none.html: cannot be read: No such file" in done.stderr


def test_a_pdf_is_told_to_be_no_page(tmp_path):
    file = tmp_path / "paper.pdf"
    file.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 8)

    done = explain("explain", str(file))

    assert done.returncode == 1
    assert "unsupported-type" in done.stderr


def test_an_empty_file_is_told_to_be_empty(tmp_path):
    empty = tmp_path / "empty.txt"
    empty.write_text(" \n")

    done = explain("explain", str(empty))

    assert done.returncode == 1
    assert "empty.txt is empty" in done.stderr


def test_an_address_off_the_public_internet_is_refused():
    done = explain("explain", "http://127.0.0.1:9/a")

    assert done.returncode == 1
    assert "blocked" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_article_of_the_stream_is_explained_from_its_record(db, store_url):
    original, record = newsroom.records(2, now=datetime(2026, 3, 1, tzinfo=UTC))
    record = record.model_copy(update={"duplicate_of": original.id, "cluster": original.cluster})
    db.xadd("news:articles", newsroom.stream_fields(record))
    env = environment(spacy_model="blank", redis_url=store_url)

    found = explain("explain", record.id, env=env)
    missing = explain("explain", "art_" + "0" * 24, env=env)

    assert f"title     {record.title}" in found.stdout
    assert (
        f"copies    copy of {original.id} (1.00 of its text), telling 1 of {original.cluster.id}; sim64:"
        in found.stdout
    )
    assert missing.returncode == 78
    assert "is not in the stream" in missing.stderr
