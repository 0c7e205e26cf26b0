"""The feed list from a file or a URL, and when it is worth telling the ledger."""

from __future__ import annotations

import asyncio
import gzip
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from config.feeds import FeedList, load_feeds
from config.settings import Settings
from config.trouble import ConfigError
from worker.canary import FEED_ID, canary_feed
from worker.feedlist import read_feed_list, sync_call
from worker.http import Client
from worker.ledger import Ledger

LIST = '[[feed]]\nid = "paper"\nurl = "https://paper.test/feed"\ntopics = ["harbours"]\n'
OPML = (
    '<opml version="2.0"><body><outline text="Paper" xmlUrl="https://paper.test/feed"/>'
    '<outline text="Odd" xmlUrl="gopher://x"/></body></opml>'
)


def read(place: str, *, topics=None, **settings):
    made = Settings(feeds=place, **settings)

    async def once():
        async with Client(made) as client:
            return await read_feed_list(made, client, topics=topics)

    return asyncio.run(once())


@pytest.fixture
def served():
    """A list at a URL: `answer` is (status, headers, body)."""

    class Handler(BaseHTTPRequestHandler):
        answer = (200, {}, b"")

        def do_GET(self):
            status, headers, body = type(self).answer
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    Handler.url = f"http://127.0.0.1:{server.server_address[1]}/feeds"
    Handler.origins = [f"127.0.0.0/8:{server.server_address[1]}"]
    yield Handler
    server.shutdown()
    server.server_close()
    thread.join()


def trouble(place: str, **more) -> ConfigError:
    with pytest.raises(ConfigError) as raised:
        read(place, **more)
    assert raised.value.mend or raised.value.line, "it does not say what to do"
    return raised.value


def test_a_file_is_read(tmp_path):
    file = tmp_path / "feeds.toml"
    file.write_text(LIST)

    assert [feed.id for feed in read(str(file))] == ["paper"]


def test_a_file_that_is_missing_is_named_with_what_to_do(tmp_path):
    raised = trouble(str(tmp_path / "none.toml"))

    assert "none.toml: the feed list cannot be read: No such file" in str(raised)
    assert "--feeds" in raised.mend


def test_a_file_in_another_encoding_is_said_to_be(tmp_path):
    (tmp_path / "feeds.toml").write_bytes(f"{LIST}# café\n".encode("latin-1"))

    assert "not UTF-8" in str(trouble(str(tmp_path / "feeds.toml")))


def test_a_file_with_a_byte_order_mark_is_read_as_one_without(tmp_path):
    (tmp_path / "feeds.toml").write_text(LIST, encoding="utf-8-sig")

    assert [feed.id for feed in read(str(tmp_path / "feeds.toml"))] == ["paper"]


def test_a_folder_is_no_list(tmp_path):
    assert "cannot be read" in str(trouble(str(tmp_path)))


def test_a_topic_that_is_not_known_is_named_with_its_line(tmp_path):
    (tmp_path / "feeds.toml").write_text(LIST)

    raised = trouble(str(tmp_path / "feeds.toml"), topics=["harbors"])

    assert "line 4: feed 'paper': unknown topic 'harbours'" in str(raised)
    assert "harbors" in raised.mend


def test_an_opml_with_a_bad_url_goes_on_without_it(tmp_path):
    (tmp_path / "feeds.opml").write_text(OPML)

    feeds = read(str(tmp_path / "feeds.opml"))

    assert [feed.url for feed in feeds] == ["https://paper.test/feed"]
    assert len(feeds.problems) == 1
    assert "gopher" in feeds.problems[0]


@pytest.mark.parametrize("form", ["plain", "gzip", "bom"])
def test_a_url_is_fetched_and_opened(served, form: str):
    body = LIST.encode()
    served.answer = {
        "plain": (200, {}, body),
        "gzip": (200, {"Content-Encoding": "gzip"}, gzip.compress(body)),
        "bom": (200, {}, b"\xef\xbb\xbf" + body),
    }[form]

    assert [feed.id for feed in read(served.url, allow_origins=served.origins)] == ["paper"]


@pytest.mark.parametrize(("status", "words"), [(404, "http-client-error"), (500, "http-server-error")])
def test_a_url_that_does_not_answer_is_named(served, status: int, words: str):
    served.answer = (status, {}, b"")

    raised = trouble(served.url, allow_origins=served.origins)

    assert served.url in str(raised)
    assert words in str(raised)


def test_a_url_off_the_public_internet_says_which_setting_allows_it(served):
    assert "WIREBEAT_ALLOW_ORIGINS" in trouble(served.url).mend


def test_a_page_in_place_of_a_list_is_broken(served):
    served.answer = (200, {"Content-Type": "text/html"}, b"<!doctype html><title>Not here</title>")

    assert served.url in str(trouble(served.url, allow_origins=served.origins))


# what is told to the ledger


def digest(text: str) -> str:
    return sync_call(Ledger(), load_feeds(text, file="f", poll_interval_seconds=900))[0]


def test_the_digest_changes_with_what_matters_and_with_nothing_else():
    assert digest(LIST) == digest("# a comment\n" + LIST.replace(" = ", "="))
    assert digest(LIST) != digest(LIST + 'every = "1h"\n')
    assert digest(LIST) != digest(LIST.replace("/feed", "/other"))


def test_a_feed_that_is_turned_off_is_not_told():
    off = LIST + "enabled = false\n"

    call = sync_call(Ledger(), load_feeds(off, file="f", poll_interval_seconds=900))[1]

    assert call.arguments[2] == 0
    assert digest(off) != digest(LIST)


def test_each_feed_belongs_to_one_shard_and_each_shard_has_its_canary():
    text = "".join(f'[[feed]]\nid = "p{number}"\nurl = "https://paper{number}.example/feed"\n' for number in range(40))
    feeds = load_feeds(text, file="f", poll_interval_seconds=900)
    with_canary = FeedList((*feeds, canary_feed(Settings(canary_interval=60))), ())

    told = [sync_call(Ledger(), with_canary, shard=shard, shards=4)[1].arguments for shard in range(4)]

    ids = [set(arguments[3::4]) for arguments in told]
    assert sorted(id_ for one in ids for id_ in one - {FEED_ID}) == sorted(feed.id for feed in feeds)
    assert all(FEED_ID in one and len(one) > 4 for one in ids)
