"""What is wrong is said in words, with its place, what to do, and the right exit code: as real commands."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from pathlib import Path

import pytest

from tests.service import environment, run_command
from tests.valkey import Valkey
from tests.world import body, html
from worker.embedded import lock_data_dir

pytestmark = pytest.mark.slow

LIST = '[[feed]]\nid = "paper"\nurl = "https://paper.test/feed"\n'
ONCE = ("run", "--until-idle", "--no-web")


@pytest.fixture
def feeds(folder: Path) -> Path:
    file = folder / "feeds.toml"
    file.write_text(LIST)
    return file


def refused(folder: Path, *arguments: str, code: int = 78, seconds: float = 60.0, **settings: str) -> str:
    """What is said on stderr; checks that it is short, tells what to do and is no traceback."""
    env = environment(**{"data_dir": str(folder / "data"), **settings})
    started = time.monotonic()
    done = run_command(*arguments, env=env, timeout=seconds)
    assert done.returncode == code, (done.returncode, done.stderr)
    assert time.monotonic() - started < seconds
    assert "Traceback" not in done.stderr
    assert "error: " in done.stderr
    assert done.stdout == ""
    return done.stderr


# feeds


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[[feed]\nid = 1\n", 1, "broken TOML"),
        (LIST + "fulltextt = true\n", 4, "fulltext"),
        (LIST + 'topics = ["ukrain-war"]\n', 4, "unknown topic 'ukrain-war'"),
        (LIST + 'every = "soon"\n', 4, "is no duration"),
        (LIST + LIST, 5, "that of the feed in line 1"),
        ('[[feed]]\nid = "paper"\nurl = "ftp://paper.test"\n', 3, "no http or https URL"),
    ],
)
def test_a_wrong_feed_list_is_named_with_file_and_line(folder: Path, feeds: Path, text: str, line: int, words: str):
    feeds.write_text(text)

    said = refused(folder, *ONCE, "--feeds", str(feeds))

    assert f"{feeds} line {line}: " in said
    assert words in said
    assert not (folder / "data").exists(), "something ran all the same"


def test_an_unknown_topic_is_answered_with_the_one_that_was_meant(folder: Path, feeds: Path):
    feeds.write_text(LIST + 'topics = ["ukrain-war"]\n')

    assert "ukraine-war" in refused(folder, *ONCE, "--feeds", str(feeds))


def test_a_missing_feed_list_is_named_with_what_to_do(folder: Path):
    said = refused(folder, *ONCE, "--feeds", str(folder / "none.toml"))

    assert f"{folder}/none.toml: the feed list cannot be read: No such file or directory" in said
    assert "→ name another with --feeds" in said


def test_a_list_behind_an_address_that_may_not_be_asked_says_which_setting_allows_it(folder: Path):
    said = refused(folder, *ONCE, "--feeds", "http://127.0.0.1:9/feeds.opml")

    assert "WIREBEAT_ALLOW_ORIGINS" in said


# settings


def test_a_wrong_setting_is_named_with_its_value_and_meaning(folder: Path, feeds: Path):
    said = refused(folder, *ONCE, "--feeds", str(feeds), host_interval="soon")

    assert "WIREBEAT_HOST_INTERVAL: host_interval: " in said
    assert "'soon'" in said
    assert "seconds between two requests to one host" in said


def test_missing_topic_rules_are_named(folder: Path, feeds: Path):
    said = refused(folder, *ONCE, "--feeds", str(feeds), topics=str(folder / "none.toml"))

    assert "none.toml: the topic rules cannot be read" in said


# servers


@pytest.mark.parametrize("command", [("stats",), ("tail",), ("dead", "list"), ("worker", "fetch"), ("beat",)])
def test_a_server_out_of_reach_is_told_within_seconds(folder: Path, command):
    said = refused(folder, *command, code=69, seconds=45, redis_url="redis://127.0.0.1:1/0")

    assert "cannot be reached" in said


def test_a_service_whose_server_is_out_of_reach_ends_within_seconds(folder: Path, feeds: Path):
    refused(folder, *ONCE, "--feeds", str(feeds), code=69, seconds=45, redis_url="redis://127.0.0.1:1/0")


@pytest.mark.parametrize("command", [ONCE, ("worker", "enrich"), ("beat",)])
def test_a_server_that_evicts_is_refused(folder: Path, feeds: Path, command):
    server = Valkey(folder)
    server.start()
    try:
        server.client().config_set("maxmemory-policy", "allkeys-lru")
        said = refused(folder, *command, redis_url=server.url, feeds=str(feeds))
    finally:
        server.stop()

    assert "evicts keys when memory is full (maxmemory-policy allkeys-lru)" in said
    assert "CONFIG SET maxmemory-policy noeviction" in said


def test_a_server_that_is_none_is_refused(folder: Path, feeds: Path):
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        threading.Thread(target=answer, daemon=True).start()
        url = f"redis://127.0.0.1:{listening.getsockname()[1]}/0"
        refused(folder, *ONCE, "--feeds", str(feeds), code=69, seconds=60, redis_url=url)
        listening.shutdown(socket.SHUT_RDWR)


def test_a_role_without_a_server_says_what_starts_one(folder: Path):
    assert "wirebeat run" in refused(folder, "worker", "fetch")


def test_a_role_that_is_none_is_answered_with_those_there_are(folder: Path):
    assert "poll, fetch, gather, enrich" in refused(folder, "worker", "print")


# the data directory


def test_a_data_directory_in_use_is_refused_at_once(folder: Path, feeds: Path):
    with lock_data_dir(folder / "data"):
        said = refused(folder, *ONCE, "--feeds", str(feeds), code=3, seconds=45)

    assert f"another Wirebeat is running on {folder}/data (process {os.getpid()})" in said
    assert "--data-dir" in said


def test_a_data_directory_that_cannot_be_written_is_named(folder: Path, feeds: Path):
    (folder / "file").write_text("")

    said = refused(folder, *ONCE, "--feeds", str(feeds), data_dir=str(folder / "file" / "data"))

    assert "file/data cannot be written" in said
    assert "WIREBEAT_DATA_DIR" in said


def test_a_command_where_nothing_has_run_says_so(folder: Path):
    assert "nothing has run here yet" in refused(folder, "stats")


# what goes on all the same


class Site:
    """Answers each path with what it is told to; of a list of pairs (path → type and body)."""

    def __init__(self, **answers: tuple[str, bytes]) -> None:
        self._answers = {f"/{name}": answer for name, answer in answers.items()}
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.port}/{name}"

    def add(self, name: str, kind: str, content: bytes) -> None:
        self._answers[f"/{name}"] = (kind, content)

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection:
                path = connection.recv(65536).split(b" ")[1].decode()
                kind, content = self._answers.get(path, ("", b""))
                status = "200 OK" if kind else "404 Not Found"
                head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n"
                connection.sendall(f"{head}Connection: close\r\n\r\n".encode() + content)


@pytest.fixture
def site():
    site = Site(page=("text/html", html("Not a feed", body())), paper=("application/pdf", b"%PDF-1.7\n" + bytes(3000)))
    items = "".join(
        f"<item><title>Harbour {name}</title><link>{site.url(name)}</link><guid>{name}</guid></item>"
        for name in ("paper", "story")
    )
    site.add("feed", "application/rss+xml", f'<rss version="2.0"><channel>{items}</channel></rss>'.encode())
    site.add("story", "text/html", html("Harbour story", body()))
    yield site
    site.close()


def test_a_feed_that_is_a_page_an_article_that_is_a_pdf_and_a_model_that_is_missing_stop_nothing(folder: Path, site):
    feeds = folder / "feeds.opml"
    feeds.write_text(
        '<opml version="2.0"><body>'
        f'<outline text="Good" xmlUrl="{site.url("feed")}"/><outline text="Page" xmlUrl="{site.url("page")}"/>'
        '<outline text="Odd" xmlUrl="gopher://paper.test/"/></body></opml>'
    )
    env = environment(
        data_dir=str(folder / "data"),
        allow_origins=f"127.0.0.0/8:{site.port}",
        spacy_model="no_such_model",
        enrich_processes="1",
    )

    done = run_command(*ONCE, "--feeds", str(feeds), env=env, timeout=90)

    assert done.returncode == 0, done.stderr[-3000:]
    assert "warning: " in done.stderr
    assert "outline 'Odd' left out: 'gopher://paper.test/' is no http or https URL" in done.stderr
    rows = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    failed = [row for row in rows if row["event"] == "poll-failed"]
    assert [(row["feed"], row["reason"]) for row in failed] == [("page", "not-a-feed")]
    (model,) = [row for row in rows if row["event"] == "model" and "no_such_model" in row["note"]]
    assert "gazetteer" in model["note"]
    assert "2  entries seen in feeds" in done.stdout
    assert "1  published" in done.stdout
    assert "1  dead, unsupported-type" in done.stdout
    (dead,) = [row for row in rows if row["event"] == "dead"]
    assert (dead["stage"], dead["reason"]) == ("enrich", "unsupported-type")
