"""tail, replay and export over a stream of made-up records."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet
import pytest

from tasks.export.fields import FLAT_FIELDS
from tests import newsroom

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
RECORDS = list(newsroom.records(12, now=NOW))


@pytest.fixture
def published(db):
    """The ids of the stream's entries."""
    ids = []
    for record in RECORDS:
        at = f"{round(record.provenance.processed_at.timestamp() * 1000)}-{len(ids)}"
        ids.append(db.xadd("news:articles", newsroom.stream_fields(record), id=at))
        for topic in record.topics:
            fields = {**newsroom.stream_fields(record), "score": topic.score}
            db.xadd(f"news:topic:{topic.id}", fields, id=at)
    return ids


def test_a_tail_to_the_end_shows_a_line_for_each_record(wirebeat, published):
    done = wirebeat("tail", "--no-follow")

    assert done.code == 0
    assert len(done.lines()) == len(RECORDS)
    assert all(record.title[:90] in line for record, line in zip(RECORDS, done.lines(), strict=True))
    assert any("(version 2)" in line for line in done.lines()) == any(record.version == 2 for record in RECORDS)


def test_whole_records_come_as_they_were_published(wirebeat, published):
    done = wirebeat("tail", "--no-follow", "--json")

    assert [json.loads(line)["id"] for line in done.lines()] == [record.id for record in RECORDS]


def test_flat_fields_come_without_the_record(wirebeat, published):
    rows = [json.loads(line) for line in wirebeat("tail", "--no-follow", "--flat").lines()]

    assert all(list(row) == list(FLAT_FIELDS) for row in rows)


def test_a_topic_has_its_own_stream(wirebeat, published):
    done = wirebeat("tail", "--no-follow", "--topic", "diplomacy", "--json")

    assert len(done.lines()) == sum("diplomacy" in {topic.id for topic in record.topics} for record in RECORDS)


@pytest.mark.parametrize("since", ["id", "ms"])
def test_a_tail_begins_where_it_is_told(wirebeat, published, since):
    start = published[5] if since == "id" else published[5].partition("-")[0]

    done = wirebeat("tail", "--no-follow", "--json", "--since", start)

    assert len(done.lines()) == len(RECORDS) - (6 if since == "id" else 5)


def test_a_tail_since_some_time_ago_leaves_out_what_is_older(wirebeat, db):
    now_ms = round(datetime.now(UTC).timestamp() * 1000)
    for number, hours in enumerate([5, 3, 1]):
        at = now_ms - round(timedelta(hours=hours).total_seconds() * 1000)
        db.xadd("news:articles", newsroom.stream_fields(RECORDS[number]), id=str(at))

    assert len(wirebeat("tail", "--no-follow", "--json", "--since", "4h").lines()) == 2


@pytest.mark.parametrize("since", ["yesterday", "-5", "5-", "1-2-3", "--", "99999999999999999999"])
def test_a_time_that_is_none_is_refused_with_what_would_do(wirebeat, db, since):
    done = wirebeat("tail", "--no-follow", "--since", since)

    assert done.code == 2
    assert "write 2h, 15m" in done.err


def test_a_stream_that_is_not_there_yet_is_an_empty_one(wirebeat, db):
    assert wirebeat("tail", "--no-follow") == (0, "", "")


@pytest.mark.parametrize("command", [("tail", "--no-follow"), ("export",), ("replay", "--to", "again")])
def test_a_topic_that_the_service_does_not_have_is_named(wirebeat, published, db, command):
    assert "no topic" not in wirebeat(*command, "--topic", "nothing-said").err  # nobody told which there are

    db.hset("news:meta", "topics", "ukraine-war,energy")
    of_none, of_one_without_records, of_one_left_out = (
        wirebeat(*command, "--topic", topic) for topic in ("ukrain-war", "energy", "diplomacy")
    )

    assert "the service has no topic 'ukrain-war'; there are: ukraine-war, energy" in of_none.err
    assert of_none.code == 0
    assert "no topic" not in of_one_without_records.err + of_one_left_out.err


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_an_export_is_the_same_file_whatever_letters_the_terminal_has(published, store_url, db, form):
    record = RECORDS[0].model_copy(update={"title": "Зеленський у Києві", "version": 99})
    db.xadd("news:articles", newsroom.stream_fields(record))
    command = [sys.executable, "-m", "worker.cli", "export", "--format", form]
    poor = {**os.environ, "PYTHONIOENCODING": "ascii"}

    done = subprocess.run(command, capture_output=True, check=True, env=poor, cwd=Path(__file__).parents[3], timeout=60)

    assert record.title in done.stdout.decode("utf-8")


def test_an_export_is_a_table_of_the_flat_fields(wirebeat, published):
    rows = list(csv.DictReader(io.StringIO(wirebeat("export", "--format", "csv").out)))

    assert list(rows[0]) == list(FLAT_FIELDS)
    assert [row["id"] for row in rows] == [record.id for record in RECORDS]


def test_an_export_is_records_line_by_line(wirebeat, published):
    assert [json.loads(line)["title"] for line in wirebeat("export").lines()] == [record.title for record in RECORDS]


def test_an_export_to_parquet_without_what_it_needs_says_what_to_install(wirebeat, published, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)  # as if it were not installed

    done = wirebeat("export", "--format", "parquet")

    assert done.code == 2
    assert "wirebeat[parquet]" in done.err
    assert done.out == ""


def test_an_export_to_parquet_has_types_lists_and_whole_records(published, store_url, tmp_path):
    with (tmp_path / "records.parquet").open("wb") as file:
        command = [sys.executable, "-m", "worker.cli", "export", "--format", "parquet"]
        subprocess.run(command, stdout=file, check=True, cwd=Path(__file__).parents[3], timeout=60)

    table = pyarrow.parquet.read_table(tmp_path / "records.parquet")

    assert table.column_names == [*FLAT_FIELDS, "data"]
    rows = table.to_pylist()
    assert [row["topics"] for row in rows] == [[topic.id for topic in record.topics] for record in RECORDS]
    assert [row["words"] for row in rows] == [record.words for record in RECORDS]
    assert [json.loads(row["data"])["title"] for row in rows] == [record.title for record in RECORDS]


def test_an_export_in_another_format_is_refused(wirebeat, db):
    assert wirebeat("export", "--format", "xml").code == 2


def test_a_replay_copies_every_record_once_however_often_it_is_run(wirebeat, published, db):
    first = wirebeat("replay", "--to", "again")
    second = wirebeat("replay", "--to", "again")

    assert f"replayed {len(RECORDS)} of {len(RECORDS)}" in first.err
    assert f"replayed 0 of {len(RECORDS)}" in second.err
    copies = [fields for _, fields in db.xrange("again")]
    assert [(copy["id"], copy["version"]) for copy in copies] == [(r.id, str(r.version)) for r in RECORDS]
    assert [copy["replayed_from"] for copy in copies] == published


def test_a_replay_needs_a_name_to_write_to(wirebeat, published, db):
    assert wirebeat("replay", "--to", " ").code == 2
    assert not db.exists(" ")


@pytest.mark.parametrize("to", ["news:articles", "news:topic:diplomacy", "news:dead", "news:account"])
def test_a_replay_never_goes_into_what_the_service_writes(wirebeat, published, db, to):
    before = db.xlen("news:articles"), db.xlen("news:topic:diplomacy")

    done = wirebeat("replay", "--to", to)

    assert done.code == 2
    assert to in done.err
    assert (db.xlen("news:articles"), db.xlen("news:topic:diplomacy")) == before


def test_a_replay_into_what_is_no_stream_is_told_in_words(wirebeat, published, db):
    db.set("again", "text")

    done = wirebeat("replay", "--to", "again")

    assert done.code == 69
    assert "WRONGTYPE" in done.err
    assert "choose another name" in done.err
    assert "Traceback" not in done.err
