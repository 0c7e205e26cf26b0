"""`wirebeat check`: a line for each part, and the exit code that the service would end with."""

from __future__ import annotations

import pytest

from tests.service import environment, run_command

pytestmark = pytest.mark.slow
GOOD = {"spacy_model": "blank", "user_agent": "Tests/1 (+https://wirebeat.example/bot)"}


def check(*options: str, **settings: str):
    return run_command("check", *options, env=environment(**{**GOOD, **settings}))


def line_of(done, what: str) -> str:
    return next(line for line in done.stdout.splitlines() if f" {what} " in line)


def test_where_all_is_well_every_part_has_its_line():
    done = check()

    assert done.returncode == 0, done.stdout
    assert [line.split()[1] for line in done.stdout.splitlines() if line.startswith("√")][:2] == ["settings", "disk"]
    for part in ("feeds", "topics", "server", "model"):
        assert line_of(done, part)
    assert "embedded" in line_of(done, "server")
    assert "ukraine-war" in line_of(done, "topics")
    assert line_of(done, "model").startswith("!")


def test_a_server_out_of_reach_is_69_and_the_rest_is_looked_at():
    done = check(redis_url="redis://127.0.0.1:1/0")

    assert done.returncode == 69
    assert line_of(done, "server").startswith("x")
    assert line_of(done, "feeds").startswith("√")


@pytest.mark.parametrize("url", ["amqp://guest:secret@127.0.0.1:1//", "redis://:secret@127.0.0.1:1/0"])
def test_a_broker_out_of_reach_is_69_and_its_password_is_not_told(url: str):
    done = check(broker_url=url)

    assert done.returncode == 69, done.stdout
    assert line_of(done, "broker").startswith("x")
    assert "secret" not in done.stdout


def test_a_broker_of_no_known_kind_is_78():
    done = check(broker_url="carrier-pigeon://loft")

    assert done.returncode == 78
    assert "amqp://" in line_of(done, "broker")


def test_a_broker_that_answers_has_its_line(valkey_url):
    done = check(broker_url=valkey_url)

    assert done.returncode == 0, done.stdout
    assert line_of(done, "broker").startswith("√")


def test_bad_feeds_are_78_with_their_place(tmp_path):
    feeds = tmp_path / "feeds.toml"
    feeds.write_text('[[feed]]\nid = "paper"\nurl = "https://paper.test/"\ntopics = ["gardening"]\n')

    done = check(feeds=str(feeds))

    assert done.returncode == 78
    assert f"{feeds} line 4: " in line_of(done, "feeds")


def test_outlines_that_were_left_out_are_named_and_stop_nothing(tmp_path):
    feeds = tmp_path / "feeds.opml"
    feeds.write_text('<opml version="2.0"><body><outline text="Odd" xmlUrl="gopher://x"/></body></opml>')

    done = check(feeds=str(feeds))

    assert done.returncode == 0
    assert "outline 'Odd' left out" in done.stdout


def test_all_settings_are_shown_with_their_place_and_no_secret():
    done = check("--all", web_token="hunter-two-secret", redis_url="redis://:hunter-two-secret@127.0.0.1:1/0")

    assert "hunter-two-secret" not in done.stdout + done.stderr
    assert "web_token = ***  (WIREBEAT_WEB_TOKEN)" in done.stdout
    assert "web_port = 8000  (default)" in done.stdout


def test_what_is_worth_a_look_is_marked_but_no_failure():
    done = check(user_agent="Wirebeat/0.1 (+https://wirebeat.invalid/bot)", allow_origins="127.0.0.0/8:8080")

    assert done.returncode == 0
    assert "names no contact" in done.stdout
    assert "127.0.0.0/8:8080" in line_of(done, "origins")
