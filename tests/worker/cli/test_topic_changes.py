"""topics diff and retag: on records as the ledger published them."""

from __future__ import annotations

import json

import pytest

from config.topics import read_topics
from tasks.publish import content_hash, publication
from tasks.topics import TopicTagger
from tests import newsroom
from tests.desk import Desk, entry
from tests.service import environment, run_command
from worker.clock import now

BEFORE = '[topics.harbour]\nname = "Harbours"\nterms = ["harbour"]\n'
AFTER = BEFORE.replace('["harbour"]', '["quay"]') + '[topics.ships]\nname = "Ships"\nterms = ["ship*", "ferr*"]\n'
TEXTS = {
    "Harbour closed": "The harbour stays closed until the storm has passed.",
    "Ferry aground": "A ferry ran aground; the ship's crew is well.",
    "New quay opens": "The quay is open, and the old wall is gone.",
    "Bread prices rise": "Bakers ask for more money this winter.",
}


class Paper:
    """Every text as a record of version 1, tagged by the rules in the file."""

    def __init__(self, url: str, rules) -> None:
        self.desk, self.rules = Desk(url), rules
        rules.write_text(BEFORE)
        self.desk.ledger.now = now()
        self.desk.feeds("first")
        self.desk.poll(*(entry(number, title=title) for number, title in enumerate(TEXTS)))
        self.desk.fetch_all()
        tagger = TopicTagger(read_topics(rules))
        plain = next(newsroom.records(1, now=now()))
        for claim in self.desk.claim("enrich"):
            title, body = claim.entry.title, TEXTS[claim.entry.title]
            found = tagger.tag(title, body, "en")
            digest = f"sha256:{content_hash(title, body).hex()}"
            changed = {"id": claim.id, "title": title, "body": body, "lang": "en"}
            tags = {"topics": found.tags, "topic_scores": found.scores}
            provenance = plain.provenance.model_copy(update={"content_hash": digest})
            record = plain.model_copy(update={**changed, **tags, "provenance": provenance})
            self.desk.store.do(self.desk.ledger.publish(claim, publication(record, now())))
        rules.write_text(AFTER)

    def records(self) -> list[dict]:
        return [json.loads(fields[b"data"]) for _, fields in self.desk.stream()]

    def topics(self) -> dict[str, list[tuple[int, list[str]]]]:
        """Title → (version, topics) of each of its records."""
        found: dict[str, list[tuple[int, list[str]]]] = {}
        for record in self.records():
            found.setdefault(record["title"], []).append((record["version"], [t["id"] for t in record["topics"]]))
        return found


@pytest.fixture
def paper(store_url, tmp_path, monkeypatch):
    rules = tmp_path / "topics.toml"
    monkeypatch.setenv("WIREBEAT_PREFIX", "test")
    monkeypatch.setenv("WIREBEAT_TOPICS", str(rules))
    paper = Paper(store_url, rules)
    yield paper
    paper.desk.store.redis.close()


RETAGGED = {
    "Harbour closed": [(1, ["harbour"]), (2, [])],
    "Ferry aground": [(1, []), (2, ["ships"])],
    "New quay opens": [(1, []), (2, ["harbour"])],
    "Bread prices rise": [(1, [])],
}


def test_diff_tells_what_would_change_and_changes_nothing(wirebeat, paper):
    done = wirebeat("topics", "diff")

    assert done.code == 0, done.err
    *rows, versions, total, harbour, ships = done.lines()
    said = {row[30:].split("  ")[0]: row for row in rows}
    assert "-harbour 0." in said["Harbour closed"]
    assert "+ships 0." in said["Ferry aground"]
    assert "Bread prices rise" not in said
    assert read_topics(paper.rules).version in versions
    assert total.startswith("3 of 4 articles would have other topics")
    assert harbour.split() == "harbour added 1 removed 1 moved 0".split()
    assert ships.split() == "ships added 1 removed 0 moved 0".split()
    assert len(paper.records()) == 4


def test_diff_as_data_has_every_record_and_the_totals(wirebeat, paper):
    told = json.loads(wirebeat("topics", "diff", "--json").out)

    assert (told["articles"], told["changed"], told["unreadable"]) == (4, 3, 0)
    assert told["rules"] == read_topics(paper.rules).version
    assert told["topics"]["ships"] == {"added": 1, "removed": 0, "moved": 0}
    (ferry,) = [change for change in told["changes"] if change["title"] == "Ferry aground"]
    assert [move["topic"] for move in ferry["added"]] == ["ships"]
    assert ferry["version"] == 1


def test_diff_may_be_asked_of_another_file_and_of_fewer_articles(wirebeat, paper, tmp_path):
    same = tmp_path / "same.toml"
    same.write_text(BEFORE)

    assert json.loads(wirebeat("topics", "diff", "--rules", str(same), "--json").out)["changed"] == 0
    assert json.loads(wirebeat("topics", "diff", "--last", "1", "--json").out)["articles"] == 1
    assert json.loads(wirebeat("topics", "diff", "--since", "2h", "--json").out)["articles"] == 4


def test_retag_publishes_the_next_version_of_what_changed(wirebeat, paper):
    done = wirebeat("topics", "retag")

    assert (done.code, done.out) == (0, "3 of 4 articles updated\n"), done.err
    assert paper.topics() == RETAGGED
    account = paper.desk.account()
    assert (account.published, account.updated, account.balance()) == (4, 3, 0)
    for record in paper.records():
        if record["version"] == 2:
            assert record["op"] == "updated"
            assert record["previous"] == record["provenance"]["content_hash"]
            assert record["provenance"]["rules"]["topics"] == read_topics(paper.rules).version
    assert [fields[b"version"] for _, fields in paper.desk.stream("topic:ships")] == [b"2"]


def test_updates_come_in_the_order_of_the_stream(wirebeat, paper):
    wirebeat("topics", "retag")
    titles = [record["title"] for record in paper.records()]
    assert titles[4:] == [title for title in titles[:4] if title != "Bread prices rise"]


def test_retag_twice_is_retag_once(wirebeat, paper):
    wirebeat("topics", "retag")
    assert wirebeat("topics", "retag").out == "0 of 4 articles updated\n"
    assert len(paper.records()) == 7


def test_retag_on_trial_publishes_nothing(wirebeat, paper):
    assert wirebeat("topics", "retag", "--dry-run").out == "3 of 4 articles would be updated\n"
    assert len(paper.records()) == 4


def test_a_score_that_moved_is_no_update_unless_it_is_asked_for(wirebeat, paper):
    paper.rules.write_text(BEFORE.replace('["harbour"]', '["harbour", "storm"]'))
    assert wirebeat("topics", "retag", "--dry-run").out == "0 of 4 articles would be updated\n"
    assert wirebeat("topics", "retag", "--dry-run", "--moved", "0.01").out == "1 of 4 articles would be updated\n"


def test_an_article_being_read_is_left_to_a_later_run(wirebeat, paper):
    desk = paper.desk
    desk.later(61)
    desk.poll(entry(0, title="Harbour closed, again"))
    desk.fetch_all()
    desk.claim("enrich")

    done = wirebeat("topics", "retag")

    assert done.lines() == ["2 of 4 articles updated", "1 were being read all the while: run it again"]


def test_a_feed_that_names_its_topics_keeps_to_them(wirebeat, paper):
    config = json.dumps({"id": "harbour-post", "topics": ["harbour"]})
    feed = paper.records()[0]["provenance"]["feed"]["id"]
    paper.desk.store.redis.hset("test:feeds", feed, config)
    wirebeat("topics", "retag")
    assert paper.topics()["Ferry aground"] == [(1, [])]


def test_a_record_that_cannot_be_read_is_counted_and_the_rest_goes_on(wirebeat, paper):
    paper.desk.store.redis.xadd("test:articles", {"id": "art_x", "data": '{"schema": "article/9.0"}'})
    done = wirebeat("topics", "retag")
    assert done.out == "3 of 4 articles updated; 1 records could not be read\n"


def test_an_empty_stream_and_a_wrong_file_are_told_in_words(wirebeat, paper):
    paper.rules.write_text("[topics.harbour]\nname = 'x'\n")
    wrong = wirebeat("topics", "retag")
    paper.rules.write_text(AFTER)
    paper.desk.store.redis.flushall()
    empty = wirebeat("topics", "diff")

    assert (wrong.code, empty.code) == (78, 78)
    assert "topics.toml line 1: topic 'harbour' has neither terms nor weights" in wrong.err
    assert "no record in test:articles" in empty.err


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_run_that_is_killed_is_finished_by_the_next(paper, store_url, when):
    env = environment(redis_url=store_url, prefix="test", topics=str(paper.rules))
    killed = run_command("topics", "retag", env={**env, "WIREBEAT_FAIL_POINT": f"retag:{when}:2"})
    assert killed.returncode == 9
    assert len(paper.records()) == (5 if when == "before" else 6)

    again = run_command("topics", "retag", env=env)

    assert again.stdout == f"{2 if when == 'before' else 1} of 4 articles updated\n", again.stderr
    assert paper.topics() == RETAGGED
    assert paper.desk.account().balance() == 0
