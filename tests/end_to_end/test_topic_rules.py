"""Topic rules changed while the service runs, and what was published before tagged anew: with everything real."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from config.topics import load_topics, read_topics
from tests.service import Service, account_of, environment, records, run_command, site
from tests.valkey import Valkey

pytestmark = pytest.mark.slow

FIRST = '[topics.front]\nname = "Front"\nterms = ["(drone|drones|missile|missiles)"]\n'
SECOND = (
    FIRST + '[topics.power]\nname = "Power"\nterms = ["(power|grid|electricity|substation*|pylon*|transformer*)"]\n'
)
WRONG = FIRST + "treshold = 0.4\n"


def test_rules_change_without_a_restart_and_what_was_published_is_updated_once(folder: Path, server: Valkey):
    topics = folder / "topics.toml"
    topics.write_text(FIRST)
    with site(change_after_seconds=600.0, poll_every_seconds=2.0) as news:
        env = environment(
            news, redis_url=server.url, feeds=news.feeds_url, topics=str(topics), spacy_model="blank", web_port="0"
        )
        service = Service(folder, "run", "--no-web", env=env)
        try:
            service.until(lambda: len(records(server.url)) > 20, "records")
            service.until(lambda: _meta(server).get("topics_version") == read_topics(topics).version, "version in meta")
            topics.write_text(WRONG)
            service.until(lambda: "line 4" in _meta(server).get("topics_trouble", ""), "trouble in meta")
            topics.write_text(SECOND)
            service.until(lambda: service.events("topic-rules-changed"), "other rules")
            news.change_after_seconds = 0.0
            service.until(lambda: _updated(server), "an article that changed")
            refused = service.events("topic-rules-refused")
            processes = service.events("process-died")
        finally:
            code = service.stop()

    second = read_topics(topics).version
    assert code == 0
    assert len(refused) == 1
    assert processes == []
    assert _meta(server)["topics_trouble"] == ""
    rules = {record["version"]: record["provenance"]["rules"]["topics"] for record in _records(server)}
    assert rules == {1: load_topics(FIRST, file="topics.toml").version, 2: second}

    before = len(records(server.url))
    diff = json.loads(run_command("topics", "diff", "--json", env=env).stdout)
    done = run_command("topics", "retag", env=env)
    again = run_command("topics", "retag", env=env)

    assert diff["changed"] > 0
    assert done.stdout == f"{diff['changed']} of {diff['articles']} articles updated\n", done.stderr
    assert again.stdout == f"0 of {diff['articles']} articles updated\n"
    assert len(records(server.url)) == before + diff["changed"]
    assert max(Counter((fields["id"], fields["version"]) for fields in records(server.url)).values()) == 1
    account = account_of(env)
    assert account["balance"] == 0
    assert account["published"] + account["updated"] == len(records(server.url))


def _meta(server: Valkey) -> dict[str, str]:
    with server.client() as db:
        return db.hgetall("news:meta")


def _records(server: Valkey) -> list[dict]:
    return [json.loads(fields["data"]) for fields in records(server.url)]


def _updated(server: Valkey) -> bool:
    return any(fields["version"] == "2" for fields in records(server.url))
