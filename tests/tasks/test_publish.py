"""The record, and the flat fields that dashboards filter by."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.feeds import Feed
from tasks.export.fields import FLAT_FIELDS
from tasks.ports import Claim
from tasks.publish import assemble, content_hash, flat_fields, partial, publication, publisher_of
from tasks.record import Record, Rules, Worker
from tasks.records import Article, Entry, Extractor, Nlp, Page, Story
from tests import newsroom

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
RECORDS = list(newsroom.records(40, now=NOW))
FEED = Feed.model_validate({"id": "paper", "url": "https://www.paper.test/feed", "every": 900})


def article(**changed) -> Article:
    plain = {
        "url": "https://www.paper.test/a",
        "title": "Harbour reopens",
        "lang": "en",
        "published_at": NOW - timedelta(hours=1),
        "published_from": "feed",
        "body": "The quay is open.",
        "body_status": "full",
        "extractor": Extractor(name="x", version="0", mode="y"),
    }
    return Article.model_validate({**plain, **changed})


def claim(**changed) -> Claim:
    entry = Entry(feed="paper", guid="g", url="https://www.paper.test/a?utm_source=rss", title="Harbour reopens")
    plain = Claim("art_" + "0" * 24, "1", 2, entry, NOW, 0, None, "", None)
    return plain._replace(**changed)


def record(of: Article | None = None, of_claim: Claim | None = None, page: Page | None = None) -> Record:
    page = page or Page(url="u", final_url="https://www.paper.test/a", status=200, fetched_at=NOW, body=b"12345")
    story = Story(nlp=Nlp(library="none", version="0", model=None, model_version=None))
    worker = Worker(name="w", version="0", task_id="0", attempt=2)
    return assemble(
        of_claim or claim(), FEED, page, of or article(), story, Rules(topics="t", gazetteer="g"), worker, NOW
    )


# what makes two versions differ


@pytest.mark.parametrize("same", ["The quay  is open.", " The quay\nis open.\n\n", "The\tquay is open."])
def test_white_space_makes_no_version(same: str):
    assert content_hash("Title", same) == content_hash(" Title ", "The quay is open.")


@pytest.mark.parametrize(("title", "body"), [("Title", "The quay is shut."), ("Other", "The quay is open.")])
def test_other_words_make_a_version(title: str, body: str):
    assert content_hash(title, body) != content_hash("Title", "The quay is open.")


def test_words_do_not_wander_between_title_and_body():
    assert content_hash("a b", "c") != content_hash("a", "b c")


# the record


def test_the_first_version_is_created_and_knows_no_previous():
    made = record()

    assert (made.op, made.version, made.previous) == ("created", 1, None)
    assert made.provenance.content_hash == "sha256:" + content_hash(made.title, made.body).hex()
    assert made.provenance.worker.attempt == 2


def test_a_later_version_names_the_one_before():
    made = record(of_claim=claim(version=3, content_hash=b"\1" * 32))

    assert (made.op, made.version, made.previous) == ("updated", 4, "sha256:" + "01" * 32)


def test_a_record_without_a_page_says_nothing_of_one():
    made = record(page=Page(url="u", final_url="https://www.paper.test/a", status=0, fetched_at=NOW))

    assert made.provenance.http is None
    assert "http" not in json.loads(made.model_dump_json())["provenance"]


def test_a_record_says_how_its_page_came():
    http = record().provenance.http

    assert (http.status, http.bytes, http.final_url) == (200, 5, "https://www.paper.test/a")


def test_a_publisher_is_named_by_its_feed_else_by_its_page_else_by_its_host():
    named = FEED.model_copy(update={"title": "The Paper"})

    assert publisher_of(named, article(publisher="Paper Online")).name == "The Paper"
    assert publisher_of(FEED, article(publisher="Paper Online")).name == "Paper Online"
    assert publisher_of(FEED, article()).name == "www.paper.test"
    assert publisher_of(FEED, article()).domain == "paper.test"


# the partial record


def test_a_partial_record_has_all_that_lists_need_and_nothing_long():
    for one in RECORDS:
        short = partial(one)
        assert short.representation == "partial"
        assert short.body is None
        assert (short.quotes, short.dates) == ((), ())
        assert not any(topic.evidence for topic in short.topics)
        assert not any(entity.mentions for entity in short.entities)
        assert not any(source.evidence for source in short.cited_sources)
        assert [topic.score for topic in short.topics] == [topic.score for topic in one.topics]
        assert short.provenance == one.provenance
        assert Record.model_validate_json(short.model_dump_json()).model_dump_json() == short.model_dump_json()


def test_a_record_is_not_changed_by_taking_its_partial():
    before = RECORDS[0].model_dump_json()
    partial(RECORDS[0])

    assert RECORDS[0].model_dump_json() == before


# the flat fields


def test_flat_fields_stand_in_the_order_of_the_contract_and_none_is_left_out():
    order = (
        "schema op id version published_at published_ts title url source source_id feed lang topics people orgs places "
        "countries reported_by summary words body_status cluster duplicate_of lag_ms"
    )

    assert list(flat_fields(record(), NOW)) == order.split() == list(FLAT_FIELDS)


def test_what_is_empty_is_an_empty_text():
    flat = flat_fields(record(), NOW)

    assert all(
        flat[name] == "" for name in ("topics", "people", "orgs", "places", "countries", "reported_by", "cluster")
    )
    assert flat["duplicate_of"] == ""
    assert flat["schema"] == "article/1"
    assert flat["lag_ms"] == 3_600_000


def test_an_article_from_the_future_has_no_negative_lag():
    assert flat_fields(record(article(published_at=NOW + timedelta(days=1))), NOW)["lag_ms"] == 0


def test_what_parts_names_stands_in_no_name():
    entity = RECORDS[0].entities[0].model_copy(update={"name": "Anna | Berg", "type": "person"})
    made = RECORDS[0].model_copy(update={"entities": (entity,)})

    assert flat_fields(made, NOW)["people"] == "Anna   Berg"


def test_a_long_summary_is_cut():
    assert len(flat_fields(record(article(summary="word " * 500)), NOW)["summary"]) == 300


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)


@settings(max_examples=100)
@given(
    base=st.sampled_from(RECORDS),
    title=TEXT.filter(len),
    summary=TEXT,
    name=TEXT.filter(len),
    published=st.datetimes(timezones=st.just(UTC)),
    now=st.datetimes(timezones=st.just(UTC)),
)
def test_flat_fields_of_any_record_are_texts_and_numbers_of_fixed_type(base, title, summary, name, published, now):
    entities = tuple(entity.model_copy(update={"name": name}) for entity in base.entities)
    made = base.model_copy(update={"title": title, "summary": summary, "entities": entities, "published_at": published})

    flat = flat_fields(made, now)

    assert list(flat) == list(FLAT_FIELDS)
    for field, value in flat.items():
        kind = (int, float) if FLAT_FIELDS[field].kind == "number" else str
        assert isinstance(value, kind), field
        str(value).encode()
    assert flat["lag_ms"] >= 0
    for field, about in FLAT_FIELDS.items():
        if about.parted_by == "|":
            assert str(flat[field]).count("|") <= max(0, len(made.entities) + len(made.cited_sources) - 1)


def test_a_publication_holds_all_that_the_streams_get():
    made = next(one for one in RECORDS if one.topics and one.op == "created")
    outgoing = publication(made, NOW, address="art_" + "1" * 24)

    assert json.loads(outgoing.data)["id"] == made.id
    assert json.loads(outgoing.partial)["representation"] == "partial"
    assert outgoing.topics == tuple((topic.id, topic.score) for topic in made.topics)
    assert outgoing.content_hash == bytes.fromhex(made.provenance.content_hash.removeprefix("sha256:"))
    assert outgoing.address == "art_" + "1" * 24
    assert "data" not in outgoing.fields


def test_an_article_without_topics_needs_no_partial_record():
    assert publication(record(), NOW).partial == b""
