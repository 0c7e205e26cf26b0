from __future__ import annotations

import json
import tomllib

import pytest
from typer.testing import CliRunner

from config.topics import read_topics
from config.trouble import ConfigError
from worker.cli.topics import app

TOPICS = """# Ports and what passes through them.
[topics.harbour]
name = "Harbours"
# as people write it
terms = ["harbour", "port of call"]   # two for now
bias = -2.0
"""
ROWS = [
    {"title": "Harbour reopens", "text": "The harbour is open.", "topics": ["harbour"], "source": "a"},
    {"title": "New port of call", "text": "A port of call for liners.", "topics": ["harbour"], "source": "b"},
    {"title": "Bank gains", "text": "Shares rose.", "topics": [], "source": "a"},
    {"title": "Rain", "text": "It rained on the harbour wall of a painting.", "topics": [], "source": "b"},
]


@pytest.fixture
def topics(tmp_path):
    path = tmp_path / "topics.toml"
    path.write_text(TOPICS, encoding="utf-8")
    return path


@pytest.fixture
def gold(tmp_path):
    path = tmp_path / "gold.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in ROWS), encoding="utf-8")
    return path


def run(*arguments: object) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_check_tells_version_topics_and_languages(topics):
    output = run("check", "--topics", topics)
    assert read_topics(topics).version in output
    assert "harbour: 1 signals, threshold 0.5; concepts with words: en 1/1" in output


def test_eval_counts_what_is_right(topics, gold):
    report = json.loads(run("eval", gold, "--topics", topics, "--json"))
    assert report["all"]["harbour"]["positives"] == 2
    assert report["all"]["harbour"]["recall"] == 1.0


def test_eval_shows_parts_and_errors(topics, gold):
    output = run("eval", gold, "--topics", topics, "--by", "source", "--errors", "3")
    assert "== source a" in output
    assert "macro F1" in output


def test_eval_without_a_right_answer_is_nothing_not_a_crash(topics, tmp_path):
    empty = tmp_path / "empty.jsonl"
    empty.write_text("\n", encoding="utf-8")
    assert json.loads(run("eval", empty, "--topics", topics, "--json")) == {"all": {}}


def test_a_row_that_is_no_labelled_article_is_named(topics, gold):
    gold.write_text('{"title": "x", "text": "y", "topics": []}\n{"title": 1}\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"gold.jsonl line 2"):
        run("eval", gold, "--topics", topics)


def test_fit_on_too_few_articles_says_so_and_writes_nothing(topics, gold):
    assert "harbour: not fitted: fewer than 8" in run("fit", gold, "--topics", topics)
    assert topics.read_text(encoding="utf-8") == TOPICS


@pytest.fixture
def much_gold(gold):
    gold.write_text("\n".join(json.dumps(row) for row in ROWS * 4), encoding="utf-8")
    return gold


def test_fit_changes_numbers_and_nothing_else(topics, much_gold):
    run("fit", much_gold, "--topics", topics)
    text = topics.read_text(encoding="utf-8")
    for line in TOPICS.splitlines():
        assert line in text or line.startswith("bias")
    assert tomllib.loads(text)["topics"]["harbour"]["weights"]["harbour"]["title"] > 0
    read_topics(topics)


def test_fit_on_trial_writes_nothing(topics, much_gold):
    assert "would be written" in run("fit", much_gold, "--topics", topics, "--dry-run")
    assert topics.read_text(encoding="utf-8") == TOPICS


def test_a_new_topic_works_at_once(topics):
    run("new", "energy-security", "--term", "gas pipeline", "--term", "power grid", "--topics", topics)
    rules = read_topics(topics)
    assert rules.topics[-1].name == "Energy security"
    assert rules.concepts["energy-security"] == {"en": ("(gas pipeline|gas pipelines)", "(power grid|power grids)")}


def test_a_topic_that_is_there_is_not_written_again(topics):
    with pytest.raises(ConfigError):
        run("new", "harbour", "--topics", topics)
    assert topics.read_text(encoding="utf-8") == TOPICS


def test_a_name_that_is_no_id_is_refused(topics):
    with pytest.raises(ConfigError) as caught:
        run("new", "Energy Security", "--topics", topics)
    assert "write energy-security" in caught.value.mend
    assert topics.read_text(encoding="utf-8") == TOPICS


def test_gold_that_is_not_there_is_told_in_words(topics, tmp_path):
    with pytest.raises(ConfigError, match=r"none\.jsonl: cannot be read: No such file"):
        run("eval", tmp_path / "none.jsonl", "--topics", topics)


def test_a_label_that_is_no_topic_is_told(topics, gold):
    gold.write_text(json.dumps({"title": "x", "text": "y", "topics": ["harbor"]}), encoding="utf-8")
    assert "note: some are labelled 'harbor', which is no topic" in run("eval", gold, "--topics", topics)


def test_check_tells_in_which_languages_a_topic_is_mute(topics):
    topics.write_text(TOPICS + '[topics.ship]\nname = "Ships"\nterms = { en = ["ship"], de = ["Schiff*"] }\n')
    assert "note: topic 'harbour' has no words in de: no article in these can get it" in run(
        "check", "--topics", topics
    )
