"""A file of pages → a file of records: every row has its answer, in its place."""

from __future__ import annotations

import gzip
import json

import pytest

from tests.service import environment, run_command
from tests.world import body, html

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("enrich")


@pytest.fixture(scope="module")
def rows(folder):
    (folder / "page.html").write_bytes(html("A plain file"))
    (folder / "paper.pdf").write_bytes(b"%PDF-1.7\n" + bytes(2000))
    (folder / "page.html.gz").write_bytes(gzip.compress(html("A compressed file")))
    separators = "Fishing crews waited.\u2028Engineers measured the wall.\u0085Nobody minded. " * 8
    return [
        {"id": "inline", "url": "https://paper.test/1?utm_source=x", "html": html("Harbour reopens").decode()},
        {"id": "file", "url": "https://paper.test/2", "html_file": "page.html"},
        {"id": 3, "url": "https://paper.test/3", "html_file": "page.html.gz"},
        {"id": "text", "title": "Talks", "text": separators, "published": "2026-03-01T12:00:00Z"},
        {"id": "naive", "title": "Talks", "text": separators, "published": "2026-03-01T12:00:00"},
        {"id": "bare", "title": "A headline alone", "text": ""},
        {"id": "missing", "html_file": "none.html"},
        {"id": "nothing"},
        {"id": "pdf", "url": "https://paper.test/4", "html_file": "paper.pdf"},
        {"id": "bad-url", "url": "gopher://paper.test/", "text": separators},
        {"id": "bad-date", "text": separators, "published": "yesterday"},
        {"id": "number", "url": 17, "text": separators},
        {"id": "epoch", "text": separators, "published": 1772452800},
        ["a", "list"],
        {"id": "last", "url": "https://paper.test/5", "html": html("The last", body("pier")).decode()},
    ]


@pytest.fixture(scope="module")
def done(folder, rows):
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    lines.insert(4, "")
    lines.insert(9, '{"id": "broken", ')
    (folder / "in.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    env = environment(spacy_model="blank")
    return run_command("enrich", str(folder / "in.jsonl"), "-o", str(folder / "out.jsonl"), "--jobs", "2", env=env)


@pytest.fixture(scope="module")
def answers(done, folder):
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in (folder / "out.jsonl").read_text(encoding="utf-8").split("\n")[:-1]]


def test_every_row_has_its_answer_in_its_place(answers, rows):
    expected = [row["id"] if isinstance(row, dict) else None for row in rows]
    expected.insert(8, None)

    assert [answer["ext"]["row"] for answer in answers] == expected


def test_pages_in_a_row_in_a_file_and_compressed_become_records(answers):
    by_row = {answer["ext"]["row"]: answer for answer in answers}

    assert by_row["inline"]["title"] == "Harbour reopens"
    assert by_row["inline"]["url"] == "https://paper.test/1"
    assert by_row["file"]["title"] == "A plain file"
    assert by_row[3]["title"] == "A compressed file"
    assert by_row["last"]["body_status"] == "full"


def test_a_text_is_taken_as_it_is_and_a_headline_alone_will_do(answers):
    by_row = {answer["ext"]["row"]: answer for answer in answers}

    assert by_row["text"]["published_at"] == by_row["naive"]["published_at"] == "2026-03-01T12:00:00Z"
    assert by_row["text"]["body_status"] == "full"
    assert "Engineers measured" in by_row["text"]["body"]
    bare = by_row["bare"]
    assert (bare["title"], bare["body_status"], bare["body"]) == ("A headline alone", "empty", "")


def test_a_bad_row_says_what_is_wrong_with_it_and_the_rest_goes_on(answers, done):
    errors = {answer["ext"]["row"]: answer["error"] for answer in answers if "error" in answer}

    assert errors["missing"].startswith("no-content: ")
    assert "none.html: No such file" in errors["missing"]
    assert "none of html, html_file and text" in errors["nothing"]
    assert errors["pdf"].startswith("unsupported-type")
    assert errors["bad-url"].startswith("blocked-url")
    assert "'yesterday' is no ISO 8601 date" in errors["bad-date"]
    assert errors["epoch"] == "parse-error: published: 1772452800 is no ISO 8601 date"
    assert errors[None].startswith("parse-error: the row is not ")
    assert "number" in errors
    assert len(errors) == 8
    assert "9 of 16 rows could not be read" in done.stderr


def test_copies_among_the_rows_name_the_first_of_them_whichever_process_read_them(folder):
    report, other = body(times=5), body("pier", times=5).replace("ferry", "trawler").replace("council", "board")
    rows = [
        {"id": "first", "url": "https://one.test/1", "html": html("Quay reopens", report).decode()},
        {"id": "other", "url": "https://two.test/1", "html": html("Pier closes", other).decode()},
        {"id": "copy", "url": "https://two.test/2", "html": html("Ferries at last", report).decode()},
        {"id": "again", "url": "https://one.test/2", "html": html("Quay reopens", report).decode()},
        {"id": "no address", "html": html("Quay reopens", report).decode()},
        {"id": "copy too", "url": "https://three.test/1", "html": html("A quay", report).decode()},
    ]
    (folder / "copies.jsonl").write_text("\n".join(map(json.dumps, rows)))
    told = []
    for jobs in ("1", "2"):
        command = ("enrich", str(folder / "copies.jsonl"), "--jobs", jobs)
        records = map(json.loads, run_command(*command, env=environment(spacy_model="blank")).stdout.splitlines())
        told.append({r["ext"]["row"]: (r["duplicate_of"], r["cluster"]["size"], r["id"]) for r in records})

    assert told[0] == told[1]
    first = told[0]["first"][2]
    copies = {row: (original, size) for row, (original, size, _) in told[0].items() if original}
    assert copies == {"copy": (first, 2), "copy too": (first, 3)}


def test_records_go_to_stdout_where_no_file_is_named(folder):
    (folder / "one.jsonl").write_text('{"id": 1, "title": "Talks", "text": "Talks went on."}\n')

    done = run_command("enrich", str(folder / "one.jsonl"), env=environment(spacy_model="blank"))

    assert json.loads(done.stdout)["ext"]["row"] == 1


@pytest.mark.parametrize("wrong", ["none.jsonl", "latin.jsonl", "."])
def test_a_file_that_cannot_be_read_is_named(folder, wrong):
    (folder / "latin.jsonl").write_bytes('{"text": "caf\u00e9"}'.encode("latin-1"))

    done = run_command("enrich", str(folder / wrong))

    assert done.returncode == 78
    assert f"{folder / wrong}: cannot be read" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_place_that_cannot_be_written_is_named(folder):
    (folder / "one.jsonl").write_text('{"id": 1, "text": "Talks went on."}\n')

    done = run_command(
        "enrich",
        str(folder / "one.jsonl"),
        "-o",
        str(folder / "none" / "out.jsonl"),
        env=environment(spacy_model="blank"),
    )

    assert done.returncode == 78
    assert "cannot be written: No such file" in done.stderr


def test_the_rows_are_never_written_over(folder):
    rows = folder / "one.jsonl"
    rows.write_text('{"id": 1, "text": "Talks went on."}\n')

    done = run_command("enrich", str(rows), "-o", str(rows), env=environment(spacy_model="blank"))

    assert done.returncode == 78
    assert "is the file of the rows itself" in done.stderr
    assert rows.read_text() == '{"id": 1, "text": "Talks went on."}\n'
