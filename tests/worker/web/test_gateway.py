"""The gateway over real HTTP, over a real stream."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
import time
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
import yaml

from config.settings import Settings
from tasks.export.fields import FLAT_FIELDS
from tasks.export.schema import article_schema
from tasks.records import rfc3339
from tests import newsroom
from tests.gateway import NOW, RECORDS, publish, running
from tests.valkey import valkey as running_valkey
from worker.ledger import AsyncStore
from worker.maintenance import describe
from worker.web.app import ENDPOINTS
from worker.web.query import FILTERS as KNOWN_FILTERS

STREAM_PAGE = Path(__file__).parents[3].joinpath("docs/stream.md").read_text("utf-8")
LATEST = {record.id: record for record in RECORDS}


def articles(gateway, query=""):
    return gateway.ask(f"/v1/articles?{query}").json()["articles"]


def test_full_records_are_what_the_stream_holds(gateway):
    found = articles(gateway, "limit=500")
    assert [record["id"] for record in found] == [
        record.id for record in reversed(RECORDS) if LATEST[record.id] is record
    ]
    validator = jsonschema.Draft202012Validator(article_schema())
    assert [error for record in found for error in validator.iter_errors(record)] == []
    assert found[0] == json.loads(RECORDS[-1].model_dump_json())


def test_pages_follow_one_another_without_gap_or_repeat(gateway):
    seen, cursor = [], ""
    while cursor is not None:
        page = gateway.ask(f"/v1/articles?limit=17&view=flat{cursor and f'&cursor={cursor}'}").json()
        seen += [row["entry"] for row in page["articles"]]
        cursor = page["next"]
    assert len(seen) == len(set(seen)) == len(LATEST)
    assert seen == sorted(seen, key=lambda entry: [int(part) for part in entry.split("-")], reverse=True)


def test_replaced_versions_are_shown_only_when_asked_for(gateway):
    assert len(articles(gateway, "limit=500&versions=all&view=card")) == len(RECORDS)


FILTERS = {
    "topic=energy": lambda r: "energy" in [t.id for t in r.topics],
    "topic=energy,diplomacy": lambda r: {"energy", "diplomacy"} & {t.id for t in r.topics},
    "topic=none": lambda r: not r.topics,
    "source=north-wire": lambda r: r.source.id == "north-wire",
    "entity=place:odesa": lambda r: "place:odesa" in [e.key for e in r.entities],
    "lang=de": lambda r: r.lang == "de",
    "lang=DE,fr": lambda r: r.lang in ("de", "fr"),
    "no_copies=1": lambda r: r.duplicate_of is None,
    "q=harvest%20fair": lambda r: "arvest fair" in r.title,
    "q=%22draws%20crowds%22": lambda r: "draws crowds" in r.title,
    "q=HARVEST%20zebra": lambda r: False,
    "reported_by=North%20Wire": lambda r: "North Wire" in [c.name for c in r.cited_sources if c.role == "reported-by"],
    "published_since={six_hours_ago}": lambda r: r.published_at >= NOW - timedelta(hours=6),
    "published_since=30h": lambda r: True,
    "published_since=5m": lambda r: False,
    "published_until=2026-01-01T00:00:00Z": lambda r: False,
    "since=1h": lambda r: True,
    "until=1h": lambda r: False,
    "source=north-wire&topic=diplomacy": lambda r: (
        r.source.id == "north-wire" and "diplomacy" in [t.id for t in r.topics]
    ),
}


@pytest.mark.parametrize("query", FILTERS)
def test_a_filter_gives_all_that_fit_and_nothing_else(gateway, query):
    wanted = {record.id for record in LATEST.values() if FILTERS[query](record)}
    asked = query.format(six_hours_ago=rfc3339(NOW - timedelta(hours=6)))
    assert {record["id"] for record in articles(gateway, f"{asked}&limit=500&view=card")} == wanted


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("tpoic=energy", "unknown parameter 'tpoic'"),
        ("limit=0", "from 1 to 500"),
        ("limit=501", "from 1 to 500"),
        ("since=yesterday", "a time is expected"),
        ("since=2026-11-23T10:00:00", "zone"),
        ("cursor=x", "entry id"),
        ("view=all", "full, card, flat"),
        ("q=" + "a" * 201, "200 characters"),
        ("topic=" + ",".join(map(str, range(51))), "50 values"),
    ],
)
def test_a_query_that_cannot_be_meant_is_refused_in_words(gateway, query, words):
    answer = gateway.ask(f"/v1/articles?{query}")
    assert answer.status == 400
    assert words in answer.json()["error"]


def test_lines_hold_one_record_each(gateway):
    answer = gateway.ask("/v1/articles?limit=5", Accept="application/x-ndjson")
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    assert len([json.loads(line) for line in answer.body.splitlines()]) == 5
    assert answer.headers["x-next-cursor"]


def test_a_table_has_the_flat_fields_and_no_formulas(scratch):
    hostile = RECORDS[0].model_copy(update={"title": '=HYPERLINK("http://evil.example")', "id": "art_" + "e" * 24})
    publish(scratch.client(), [*RECORDS[:5], hostile])
    with running(scratch) as web:
        web.wait_for(6)
        answer = web.ask("/v1/articles?limit=3", Accept="text/csv")
    rows = list(csv.reader(io.StringIO(answer.body.decode())))
    assert rows[0] == ["entry", *FLAT_FIELDS]
    assert len(rows) == 4
    assert rows[1][rows[0].index("title")].startswith("'=HYPERLINK")


def test_flat_rows_come_as_a_bare_array_with_numbers_as_numbers(gateway):
    rows = gateway.ask("/v1/articles?flat=1&limit=3").json()
    assert isinstance(rows, list)
    assert list(rows[0]) == ["entry", *FLAT_FIELDS]
    for name, field in FLAT_FIELDS.items():
        assert isinstance(rows[0][name], int if field.kind == "number" else str), name


def test_one_article_by_id_and_version(gateway):
    updated = next(record for record in reversed(RECORDS) if record.version == 2)
    assert gateway.ask(f"/v1/articles/{updated.id}").json()["version"] == 2
    assert gateway.ask(f"/v1/articles/{updated.id}?version=1").json()["version"] == 1
    assert gateway.ask(f"/v1/articles/{updated.id}?version=9").status == 404
    assert gateway.ask("/v1/articles/art_nothing").status == 404


@pytest.mark.parametrize(
    ("shape", "media", "mark"),
    [
        ("ninjs", "application/json", '"ninjs"'),
        ("cloudevents", "application/cloudevents+json", '"specversion"'),
        ("jsonld", "application/ld+json", '"NewsArticle"'),
    ],
)
def test_one_article_in_another_shape(gateway, shape, media, mark):
    answer = gateway.ask(f"/v1/articles/{RECORDS[3].id}?format={shape}")
    assert answer.headers["content-type"].startswith(media)
    assert mark in answer.body.decode()


def test_a_record_of_a_later_minor_version_is_still_exported(scratch):
    later = json.loads(RECORDS[0].model_dump_json()) | {
        "schema": "article/1.9",
        "mood": "fair",
        "id": "art_" + "9" * 24,
    }
    fields = newsroom.stream_fields(RECORDS[0]) | {"id": later["id"], "data": json.dumps(later)}
    scratch.client().xadd("news:articles", fields | {"later": "field"})
    with running(scratch) as web:
        web.wait_for(1)
        assert web.ask(f"/v1/articles/{later['id']}?format=ninjs").status == 200
        assert web.ask(f"/v1/articles/{later['id']}").json()["mood"] == "fair"


def test_entries_that_are_no_records_are_passed_over_and_counted(valkey, filled):
    db = valkey.client()
    entries = [
        db.xadd("news:articles", fields) for fields in ({"a": "b"}, {"data": "{"}, {"data": "[]"}, {"data": "{}"})
    ]
    try:
        with running(valkey) as web:
            web.wait_for(len(filled))
            assert web.ask("/v1/articles?limit=1").status == 200
            assert web.ask("/v1/stats/queues").json()["unreadable"] == 4
    finally:
        db.xdel("news:articles", *entries)


def test_the_index_keeps_no_more_than_it_may(valkey, filled):
    with running(valkey, capacity=30) as web:
        web.wait_for(30)
        assert len(web.app.state.gateway.index) == 30
        assert len(articles(web, "limit=500&view=card&versions=all")) == 30


# server-sent events


def test_what_is_published_arrives_as_an_event_with_its_entry_id(scratch):
    publish(scratch.client(), RECORDS[:3])
    with running(scratch) as web, web.events("/v1/stream?view=card") as next_event:
        web.wait_for(3)
        (entry,) = publish(scratch.client(), RECORDS[5:6])
        event = next_event()
    assert (event["event"], event["id"]) == ("article", entry)
    assert json.loads(event["data"])["id"] == RECORDS[5].id


def test_a_reader_that_was_cut_off_resumes_after_its_last_event(gateway, filled):
    with gateway.events("/v1/stream?view=flat", Last_Event_ID=filled[100]) as next_event:
        assert [next_event()["id"] for _ in range(5)] == filled[101:106]


def test_events_are_filtered_like_lists(gateway, filled):
    wanted = [e for e, r in zip(filled, RECORDS, strict=True) if "energy" in [t.id for t in r.topics]]
    with gateway.events("/v1/stream?topic=energy&view=card&after=0-0") as next_event:
        assert [next_event()["id"] for _ in range(len(wanted))] == wanted


def test_full_events_hold_the_whole_record(gateway, filled):
    with gateway.events(f"/v1/stream?after={filled[8]}") as next_event:
        assert json.loads(next_event()["data"]) == json.loads(RECORDS[9].model_dump_json())


def test_a_reader_older_than_the_index_is_served_from_the_store(valkey, filled):
    with running(valkey, capacity=10) as web:
        web.wait_for(10)
        with web.events("/v1/stream?view=card&after=0-0") as next_event:
            assert [next_event()["id"] for _ in range(len(filled))] == filled


def test_a_reader_that_comes_back_after_a_trim_is_told_of_the_gap(scratch):
    db = scratch.client()
    ids = publish(db, RECORDS[:30])
    db.xtrim("news:articles", maxlen=5, approximate=False)
    with running(scratch) as web:
        web.wait_for(5)
        with web.events("/v1/stream?view=card", Last_Event_ID=ids[3]) as next_event:
            gap = next_event()
            assert (gap["event"], json.loads(gap["data"])) == ("gap", {"after": ids[3], "first": ids[25]})
            assert [next_event()["id"] for _ in range(5)] == ids[25:]
        with web.events("/v1/stream?view=card", Last_Event_ID=ids[26]) as next_event:
            assert next_event()["event"] == "article"


def test_older_entries_that_are_no_records_do_not_stop_a_reader(scratch):
    db = scratch.client()
    first = publish(db, RECORDS[:1])
    for _ in range(150):
        db.xadd("news:articles", {"a": "b"})
    rest = publish(db, RECORDS[1:40])
    with running(scratch, capacity=10) as web:
        web.wait_for(10)
        with web.events("/v1/stream?view=card&after=0-0") as next_event:
            assert [next_event()["id"] for _ in range(40)] == first + rest


def test_a_made_up_event_id_is_refused(gateway):
    assert gateway.ask("/v1/stream", Last_Event_ID="<script>").status == 400


# counts


def test_volume_counts_every_article_once_and_by_topic(gateway):
    series = gateway.ask("/v1/stats/volume?bucket=1h&published_since=25h").json()
    assert sum(series["all"]) == len(LATEST)
    for topic, counts in series["topics"].items():
        assert sum(counts) == sum(topic in [t.id for t in r.topics] for r in LATEST.values())
    assert series["bucket_ms"] == 3_600_000
    assert all(len(counts) == len(series["times"]) for counts in [series["all"], *series["topics"].values()])


def test_volume_as_rows_for_tools_that_plot_tables(gateway):
    rows = gateway.ask("/v1/stats/volume?flat=1&bucket=1d&published_since=2d").json()
    assert sum(row["articles"] for row in rows if row["topic"] == "all") == len(LATEST)
    assert [row["time"] for row in rows] == sorted(row["time"] for row in rows)


def test_rankings_count_articles(gateway):
    people = gateway.ask("/v1/stats/entities?type=person&limit=3").json()["entities"]
    assert len(people) == 3
    first = people[0]
    assert first["articles"] == sum(first["key"] in [e.key for e in r.entities] for r in LATEST.values())
    publishers = gateway.ask("/v1/stats/sources").json()["sources"]
    assert sum(source["articles"] for source in publishers) == len(LATEST)
    reported = gateway.ask("/v1/stats/sources?role=reported_by").json()["sources"]
    assert {source["name"] for source in reported} <= {outlet[1] for outlet in newsroom.OUTLETS}
    assert reported


def test_a_ranking_knows_how_it_was_in_the_span_before(gateway):
    ranked = gateway.ask("/v1/stats/sources?published_since=12h").json()["sources"]
    before = sum(source["before"] for source in ranked)
    old = [r for r in LATEST.values() if 12 * 3600 <= (NOW - r.published_at).total_seconds() < 24 * 3600]
    assert abs(before - len(old)) <= 1


def test_stories_are_those_told_more_than_once(gateway):
    stories = gateway.ask("/v1/stats/clusters").json()["clusters"]
    assert stories
    for story in stories:
        members = [r for r in LATEST.values() if r.cluster.id == story["cluster"]]
        assert story["articles"] == len(members) >= 2


# descriptions


def test_every_endpoint_is_described_with_every_parameter(gateway):
    document = gateway.ask("/v1/openapi.json").json()
    for endpoint in ENDPOINTS:
        described = document["paths"][endpoint.path]["get"]
        names = {parameter["name"] for parameter in described["parameters"]}
        assert set(endpoint.parameters) <= names
    assert len(document["paths"]) == len(ENDPOINTS)


def test_the_page_on_the_stream_names_every_endpoint_and_every_filter():
    section = STREAM_PAGE.partition("## Over HTTP")[2].partition("\n## ")[0]
    table, _, filters = section.partition("Filters are the same everywhere")
    paths = {path for cell in re.findall(r"(?m)^\| (.+?) \|", table) for path in re.findall(r"`(/.*?)`", cell)}
    assert paths == {"/", *(endpoint.path for endpoint in ENDPOINTS)}
    assert set(KNOWN_FILTERS) == set(re.findall(r"`(\w+)`", filters.partition("Times are")[0]))


def test_the_descriptions_are_served(gateway):
    assert gateway.ask("/v1/schema").json() == article_schema()
    streams = yaml.safe_load(gateway.ask("/v1/asyncapi.yaml").body)
    reference = streams["components"]["messages"]["article"]["payload"]["schema"]["$ref"]
    assert reference == f"http://127.0.0.1:{gateway.port}/v1/schema"


def test_the_list_is_a_json_feed_too(gateway):
    feed = gateway.ask("/v1/feed.json?limit=4&topic=diplomacy").json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert len(feed["items"]) == 4
    assert all(item["id"] and item["url"] and item["content_text"] for item in feed["items"])


# who may ask, and what a browser may do


def test_every_answer_forbids_what_the_page_does_not_need(gateway):
    for path in ("/", "/v1/articles?limit=1", "/nothing", "/v1/articles?limit=x", "/readyz"):
        headers = gateway.ask(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_nothing_can_be_changed(gateway):
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert gateway.ask("/v1/articles", method=method).status in {404, 405}


def test_a_name_that_is_not_loopback_is_not_answered(gateway):
    assert gateway.ask("/v1/articles", Host="evil.example").status == 421
    assert gateway.ask("/v1/articles", Host=f"localhost:{gateway.port}").status == 200
    assert gateway.ask("/v1/articles", Host="[::1]:80").status == 200


def test_files_outside_the_page_are_out_of_reach(gateway):
    for path in ("/../app.py", "/%2e%2e/app.py", "/..%2fapp.py", "/page.html/../../app.py"):
        assert gateway.ask(path).status == 404


def test_with_a_token_only_its_bearer_reads(valkey, filled):
    with running(valkey, web_token="s3cret-token") as web:
        assert web.ask("/livez").status == 200
        assert web.ask("/").status == 200
        refused = web.ask("/v1/articles")
        assert (refused.status, refused.headers["www-authenticate"]) == (401, "Bearer")
        assert web.ask("/metrics").status == 401
        assert web.ask("/v1/stream").status == 401
        assert web.ask("/v1/articles", Authorization="Bearer wrong").status == 401
        assert web.ask("/v1/articles", Authorization="Bearer s3cret-token").status == 200
        assert web.ask("/v1/articles", Authorization="Bearer s3cret-token", Host="news.example").status == 200


def test_a_browser_trades_the_token_for_a_cookie(valkey, filled):
    with running(valkey, web_token="s3cret-token") as web:
        assert web.ask("/v1/session", method="POST", Authorization="Bearer wrong").status == 401
        cookie = web.ask("/v1/session", method="POST", Authorization="Bearer s3cret-token").headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "samesite=strict" in cookie.lower()
        assert "s3cret-token" not in cookie
        assert web.ask("/v1/articles", Cookie=cookie.partition(";")[0]).status == 200
        assert web.ask("/v1/articles", Cookie="wirebeat_session=forged").status == 401


# what the service says of itself


def test_what_the_service_tells_of_itself_is_served_and_every_field_of_it_is_explained(scratch):
    async def told() -> None:
        store = AsyncStore(scratch.url, "news")
        await describe(Settings(redis_url=scratch.url), store)
        await store.redis.aclose()

    with running(scratch) as web:
        assert web.ask("/v1/meta").status == 404
        asyncio.run(told())
        told_later = dict.fromkeys(("feeds_digest", "feeds_trouble", "topics_version", "topics_trouble"), "")
        scratch.client().hset("news:meta", mapping=told_later)  # by the script that stores the list, and by readers
        meta = web.ask("/v1/meta").json()

    assert meta["schema"] == RECORDS[0].schema_
    assert "ukraine-war" in meta["topics"]
    assert meta["streams"] == ["news:articles", *(f"news:topic:{topic}" for topic in meta["topics"])]
    section = STREAM_PAGE.partition("### What the service says of itself")[2].partition("\n## ")[0]
    assert set(re.findall(r"`(\w+)`", "".join(re.findall(r"(?m)^\| (.+?) \|", section)))) == set(meta)


# health


def report(db, *, seconds_ago=0.0, roles=("beat", "gather", "enrich")):
    at_ms = int((time.time() - seconds_ago) * 1000)
    for role in roles:
        told = {"role": role, "at_ms": at_ms, "version": "0.1.0"}
        db.hset("news:heartbeat", f"{role}@box:1", json.dumps(told))


def test_a_dead_worker_turns_readiness_red_and_says_which_and_since_when(scratch):
    db = scratch.client()
    report(db)
    publish(db, RECORDS[:1])
    with running(scratch) as web:
        web.wait_for(1)
        assert web.ask("/readyz").status == 200
        report(db, seconds_ago=45, roles=("enrich",))
        web.app.state.gateway._snapshot = None  # what was found is kept for a second
        answer = web.ask("/readyz")
        assert answer.status == 503
        trouble = answer.json()["troubles"][0]
        assert trouble["what"] == "enrich"
        assert re.search(r"silent for (4\d|5\d) s|silent for \d+ min", trouble["text"])
        assert re.fullmatch(r"[-0-9]{10}T[:0-9]{8}(\.\d{3})?Z", trouble["since"])
        report(db)
        web.app.state.gateway._snapshot = None
        assert web.ask("/readyz").status == 200


def test_a_feed_that_went_quiet_is_named_by_readiness_and_in_the_list_of_feeds(scratch):
    db, now_ms, hour_ms = scratch.client(), round(time.time() * 1000), 3_600_000
    report(db)
    for number, record in enumerate(RECORDS[:24]):  # one every two hours for two days, then none for two
        fields = newsroom.stream_fields(record) | {"feed": "post"}
        db.xadd("news:articles", fields, id=f"{now_ms - 96 * hour_ms + number * 2 * hour_ms}-1")
    db.hset("news:feeds", "post", json.dumps({"id": "post", "url": "https://post.example/rss", "title": "The Post"}))
    db.hset("news:feed:post", mapping={"last_success_ms": now_ms, "next_due_ms": now_ms + hour_ms, "polls": 99})
    with running(scratch) as web:
        web.wait_for(20)
        ready = web.ask("/readyz")
        (feed,) = web.ask("/v1/stats/feeds").json()["feeds"]

    assert (ready.status, ready.json()["status"]) == (200, "degraded")
    assert ready.json()["troubles"][0]["what"] == "feed post"
    assert feed["level"] == "amber"
    assert "gave no record for 2 d; its longest pause before was 2 h" in feed["words"]
    assert feed["last_record"] == ready.json()["troubles"][0]["since"]


def test_metrics_can_be_scraped(scratch):
    db = scratch.client()
    report(db)
    publish(db, RECORDS[:1])
    db.hset("news:account", mapping={"seen": 7, "published": 5, "dropped:unchanged": 2})
    with running(scratch) as web:
        web.wait_for(1)
        text = web.ask("/metrics").body.decode()
    assert 'news_articles_total{outcome="dropped",reason="unchanged"} 2.0' in text
    assert "news_entries_seen_total 7.0" in text
    assert "news_gateway_indexed 1.0" in text
    assert 'news_heartbeat_timestamp_seconds{role="enrich"}' in text


def test_a_group_that_was_trimmed_past_is_shown_as_such(scratch):
    db = scratch.client()
    publish(db, RECORDS[:50])
    db.xgroup_create("news:articles", "slow", id="0", entries_read=0)
    db.xreadgroup("slow", "one", {"news:articles": ">"}, count=5)
    db.xtrim("news:articles", maxlen=20, approximate=False)
    with running(scratch) as web:
        web.wait_for(20)
        (group,) = web.ask("/v1/stats/consumers").json()["consumers"]
        metrics = web.ask("/metrics").body.decode()
    assert (group["behind"], group["lost"], group["pending"]) == (20, 25, 5)
    assert 'news_consumer_lost_entries{group="slow",stream="news:articles"} 25.0' in metrics


def test_the_gateway_outlives_its_store():
    with running_valkey() as store:
        publish(store.client(), RECORDS[:10])
        with running(store) as web:
            web.wait_for(9)
            with web.events("/v1/stream?view=card") as next_event:
                store.stop()
                assert web.ask("/livez").status == 200
                assert len(web.ask("/v1/articles").json()["articles"]) >= 9
                unready = web.ask("/readyz")
                assert unready.status == 503
                assert "store" in unready.json()["troubles"][0]["text"]
                for path in ("/v1/stats/consumers", "/v1/meta"):
                    answer = web.ask(path)
                    assert (answer.status, answer.headers["retry-after"]) == (503, "2")
                    assert "the store cannot be reached" in answer.json()["error"]
                store.start()
                (entry,) = publish(store.client(), RECORDS[20:21])
                assert next_event()["id"] == entry
