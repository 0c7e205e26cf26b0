"""What strangers send (queries, stream entries) never breaks the gateway."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from tests import newsroom
from worker.web.index import Index
from worker.web.query import BUCKET, FILTERS, FORM, ONE, PAGE, VIEW, BadQuery, moment_ms, read_query
from worker.web.rows import Names, entry_id_of, row_of

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
EVERYTHING = FILTERS | PAGE | VIEW | FORM | ONE | BUCKET
RECORD = next(newsroom.records(1, now=NOW))
FIELDS = {name.encode(): value.encode() for name, value in newsroom.stream_fields(RECORD).items()}


def names():
    return Names({}, {}, {})


@given(st.lists(st.tuples(st.sampled_from(sorted(EVERYTHING)), st.text(max_size=60))))
def test_any_query_is_either_understood_or_refused(pairs):
    with suppress(BadQuery):
        query = read_query(QueryParams(pairs), EVERYTHING, NOW)
        row = row_of(b"1-0", FIELDS, names())
        assert query.filters.choose([row]) == ([row] if query.filters.fit()(row) else [])


@given(st.integers(min_value=0, max_value=9999), st.sampled_from("smhd"))
def test_a_relative_time_is_before_now(number, unit):
    assert moment_ms([f"{number}{unit}"], NOW) <= NOW.timestamp() * 1000


@pytest.mark.parametrize(
    "text",
    ["2026-11-23T10:00:00Z", "2026-11-23T11:00:00+01:00", "1795428000000", "2h"],
    ids=["zulu", "zone", "ms", "ago"],
)
def test_the_same_moment_can_be_said_in_four_ways(text):
    assert moment_ms([text], NOW) == 1795428000000


@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), st.binary(max_size=40)))
def test_broken_fields_give_no_row_and_no_error(broken):
    row = row_of(b"1-0", FIELDS | broken, names())
    assert row is None or row.entry == (1, 0)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(json.loads(FIELDS[b"data"]))), json_values)
def test_a_record_with_one_field_of_any_other_kind_gives_a_row_or_none(field, value):
    record = json.loads(FIELDS[b"data"]) | {field: value}
    row = row_of(b"1-0", FIELDS | {b"data": json.dumps(record).encode()}, names())
    assert row is None or row.entry_id == "1-0"


def test_a_row_holds_what_the_page_shows():
    row = row_of(b"1795428000000-3", FIELDS, names())
    card = json.loads(row.card)
    assert card["title"] == RECORD.title
    assert card["entry"] == row.entry_id == "1795428000000-3"
    assert [topic["id"] for topic in card["topics"]] == [topic.id for topic in RECORD.topics]
    assert "body" not in card
    assert RECORD.title.lower().encode() in row.text


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 3)), max_size=80), st.integers(1, 30))
def test_the_index_is_bounded_ordered_and_without_repeats(arrivals, capacity):
    index = Index(capacity)
    base = row_of(b"1-0", FIELDS, names())
    for place, (article, version) in enumerate(arrivals, start=1):
        index.add(type(base)(**{name: getattr(base, name) for name in base.__slots__} | {
            "entry": (place, 0), "id": f"art_{article}", "version": version,
        }))  # fmt: skip
    rows = list(index.in_order())[::-1]
    assert len(rows) <= capacity + max(1, capacity // 20)
    assert [row.entry for row in rows] == sorted((row.entry for row in rows), reverse=True)
    assert len({(row.id, row.version) for row in rows}) == len(rows)
    shown = index.every(list)
    assert len({row.id for row in shown}) == len(shown) == len({row.id for row in rows})
    for row in shown:
        assert row.version == max(other.version for other in rows if other.id == row.id)


def test_names_that_no_kept_article_bears_are_forgotten():
    index = Index(20, most_names=50)
    base = row_of(b"1-0", FIELDS, index.names)
    for place in range(1, 500):
        key = f"person:number-{place}"
        index.names.entities[key] = key
        index.add(replace(base, entry=(place, 0), id=f"art_{place}", entities=(key,)))
    assert len(index.names.entities) <= 80
    assert all(key in index.names.entities for row in index.in_order() for key in row.entities)


@given(st.integers(0, 10**15), st.integers(0, 10**19))
def test_entry_ids_are_read_as_they_are_written(milliseconds, number):
    assert entry_id_of(f"{milliseconds}-{number}") == (milliseconds, number)
