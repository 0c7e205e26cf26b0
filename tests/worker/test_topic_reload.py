"""Topic files that change while the service runs: taken over whole or not at all, and told of once."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import pytest
import redis
import structlog

from config.settings import Settings
from config.topics import TopicRules, load_topics, read_topics
from config.trouble import ConfigError
from tests.desk import Desk, entry
from worker.reading import ArticleReader
from worker.topic_reload import PostedRules, Told, TopicFiles, TopicWatch
from worker.warden import Slots

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")

SMALL = '[topics.harbour]\nname = "Harbours"\nterms = ["harbour"]\n'
OTHER = SMALL.replace('"harbour"]', '"harbour", "quay"]')
WRONG = SMALL + "treshold = 0.4\n"


@pytest.fixture
def path(tmp_path) -> Path:
    path = tmp_path / "topics.toml"
    path.write_text(SMALL)
    return path


def looks(files: TopicFiles, count: int = 4) -> list[TopicRules]:
    return [rules for _ in range(count) if (rules := files.look())]


def test_a_file_that_stays_as_it_is_changes_nothing(path):
    assert looks(TopicFiles(path, read_topics(path))) == []


def test_a_file_that_changed_between_the_start_and_the_first_look_is_taken_over(path):
    rules = read_topics(path)
    path.write_text(OTHER)
    (found,) = looks(TopicFiles(path, rules))
    assert found.version == read_topics(path).version != rules.version


def test_a_file_that_is_still_being_written_is_not_read(path):
    files = TopicFiles(path, read_topics(path))
    looks(files)
    for length in range(20, len(OTHER), 7):
        path.write_text(OTHER[:length])
        assert files.look() is None
    path.write_text(OTHER)
    assert len(looks(files)) == 1


def test_a_change_in_an_included_file_is_seen_and_a_new_one_is_watched_too(path, tmp_path):
    words = tmp_path / "words.toml"
    words.write_text('[concepts]\nship = ["ship"]\n')
    path.write_text('include = ["words.toml"]\n' + SMALL + "[topics.harbour.weights]\nship = { title = 1.0 }\n")
    files = TopicFiles(path, load_topics(SMALL, file=str(path)))
    assert len(looks(files)) == 1
    words.write_text('[concepts]\nship = ["ship", "ferry"]\n')
    (rules,) = looks(files)
    assert rules.concepts["ship"] == {"en": ("ship", "ferry")}


def test_a_comment_is_no_change(path):
    files = TopicFiles(path, read_topics(path))
    looks(files)
    path.write_text("# ports\n" + SMALL)
    assert looks(files) == []


def test_a_wrong_file_is_told_of_once_and_the_next_sound_one_is_taken_over(path):
    files = TopicFiles(path, read_topics(path))
    looks(files)
    path.write_text(WRONG)
    assert files.look() is None
    with pytest.raises(ConfigError, match="line 4"):
        files.look()
    assert looks(files) == []
    assert files.wrong
    path.write_text(OTHER)
    assert len(looks(files)) == 1
    assert not files.wrong


def test_a_fault_in_a_file_that_was_not_included_before_ends_with_that_file(path, tmp_path):
    files = TopicFiles(path, read_topics(path))
    looks(files)
    (tmp_path / "more.toml").write_text(WRONG.replace("topics.harbour", "topics.quay"))
    path.write_text('include = ["more.toml"]\n' + SMALL)
    files.look()
    with pytest.raises(ConfigError, match=r"more\.toml line 4"):
        files.look()
    (tmp_path / "more.toml").write_text(SMALL.replace("topics.harbour", "topics.quay"))
    (rules,) = looks(files)
    assert [topic.id for topic in rules.topics] == ["quay", "harbour"]


def test_an_included_file_that_appears_later_is_found_after_a_while(path, tmp_path):
    path.write_text('include = ["late.toml"]\n' + SMALL)
    files = TopicFiles(path, load_topics(SMALL, file=str(path)), again_seconds=0.0)
    files.look()
    with pytest.raises(ConfigError, match="cannot be read"):
        files.look()
    (tmp_path / "late.toml").write_text(SMALL.replace("topics.harbour", "topics.quay"))
    (rules,) = looks(files)
    assert len(rules.topics) == 2


def test_what_is_posted_is_found_by_a_process_forked_before(path):
    posted = PostedRules()
    context = multiprocessing.get_context("fork")
    ask, answer = context.Pipe()
    ready, written = context.Event(), context.Event()

    def child() -> None:
        ready.set()
        written.wait(60)
        rules = posted.rules(posted.digest)
        answer.send(rules and rules.version)
        os._exit(0)

    process = context.Process(target=child)
    process.start()
    assert ready.wait(60)
    rules = read_topics(path)
    posted.post(load_topics(OTHER, file="longer"))
    posted.post(rules)
    written.set()
    assert ask.recv() == rules.version
    process.join(60)


def test_what_is_only_half_posted_is_not_taken(path):
    posted = PostedRules()
    digest = posted.post(read_topics(path))
    posted.post(load_topics(OTHER, file="topics.toml"))
    assert posted.rules(digest) is None


class Desks:
    """What a watch told, and to whom it gave rules."""

    def __init__(self, path: Path) -> None:
        self.changed: list[str] = []
        self.told: list[Told] = []
        self.away = False
        self.watch = TopicWatch(
            path,
            read_topics(path),
            changed=lambda rules: self.changed.append(rules.version),
            tell=self.tell,
            stopping=lambda: True,
        )

    def tell(self, told: Told) -> None:
        if self.away:
            raise redis.exceptions.ConnectionError("away")
        self.told.append(told)

    def look(self, count: int = 4) -> list[dict]:
        with structlog.testing.capture_logs() as logs:
            for _ in range(count):
                self.watch.look()
        return logs


def test_readers_are_told_of_the_rules_in_use_and_of_what_is_wrong_with_the_files(path):
    desks, first = Desks(path), read_topics(path).version
    assert desks.look() == []
    path.write_text(WRONG)
    (refused,) = desks.look()
    path.write_text(OTHER)
    (changed,) = desks.look()

    second = read_topics(path).version
    assert (refused["event"], refused["log_level"], refused["in_use"]) == ("topic-rules-refused", "error", first)
    assert changed == {"event": "topic-rules-changed", "log_level": "info", "version": second}
    assert desks.changed == [second]
    assert [told.version for told in desks.told] == [first, first, second]
    assert [bool(told.trouble) for told in desks.told] == [False, True, False]
    assert "topics.toml line 4: topics.harbour.treshold" in desks.told[1].trouble


def test_a_wrong_file_that_is_put_back_is_told_to_be_sound(path):
    desks = Desks(path)
    path.write_text(WRONG)
    desks.look()
    path.write_text(SMALL)
    desks.look()
    assert desks.changed == []
    assert [bool(told.trouble) for told in desks.told] == [False, True, False]


def test_what_could_not_be_told_is_told_when_the_store_is_back(path):
    desks = Desks(path)
    desks.away = True
    desks.look()
    assert desks.told == []
    desks.away = False
    desks.look()
    assert len(desks.told) == 1


class Tagger:
    """As much of tasks.tag.Tagger as a reader of articles asks for when rules change."""

    def __init__(self, topic_rules: TopicRules) -> None:
        self.topic_rules = topic_rules

    def with_topics(self, rules: TopicRules) -> Tagger:
        return Tagger(rules)


def test_the_next_article_is_read_by_the_new_rules(valkey_url, path):
    desk = Desk(valkey_url)
    desk.feeds("first")
    desk.poll(*(entry(number) for number in range(3)))
    desk.fetch_all()
    reader = ArticleReader(Settings(redis_url=valkey_url, prefix="test"), Tagger(read_topics(path)), Slots(1))
    reader.by = "host/1/2/x"
    used: list[str] = []

    def work(ports, claim, following):
        used.append(ports.tagger.topic_rules.version)
        if len(used) == 1:
            reader._posted.post(load_topics(OTHER, file="topics.toml"))
        desk.publish(claim, body=claim.entry.title, following=following)

    reader.drain(work)

    old, new = read_topics(path).version, load_topics(OTHER, file="topics.toml").version
    assert used == [old, new, new]
    assert desk.account().published == 3
    reader.store.redis.close()
    desk.store.redis.close()


def test_the_parent_posts_new_rules_and_tells_of_them(valkey_url, path):
    with redis.Redis.from_url(valkey_url, decode_responses=True) as db:
        db.flushall()
        reader = ArticleReader(Settings(redis_url=valkey_url, prefix="test"), Tagger(read_topics(path)), Slots(1))
        rules = load_topics(OTHER, file="topics.toml")
        reader._post_rules(rules)
        reader._tell_rules(Told(rules.version, ""))
        assert reader._posted.rules(reader._posted.digest).version == rules.version
        assert reader._tagger.topic_rules.version == rules.version
        assert db.hgetall("test:meta") == {"topics_version": rules.version, "topics_trouble": ""}
        reader.store.redis.close()
