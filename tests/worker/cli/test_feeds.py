"""`wirebeat feeds` as it is typed: over real files, and a real site on loopback."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from typer.testing import CliRunner

from config.feeds import load_feeds
from config.trouble import ConfigError
from worker.cli.feeds import app

LIST = """# our feeds
schema = 1

[[feed]]
id = "harbour-post"
title = "Harbour Post"
url = "https://harbour.example/rss"
group = "Ports"
# seen: on their front page
"""
DATE = "<pubDate>Fri, 20 Nov 2026 09:30:00 GMT</pubDate>"
ITEM = "<item><title>{0}</title><link>/a/{0}</link><guid>g{0}</guid>" + DATE + "</item>"
RSS = (
    '<rss version="2.0"><channel><title>{title}</title><language>en</language>'
    + ITEM.format("One")
    + ITEM.format("Two")
    + "</channel></rss>"
)


@pytest.fixture
def place(tmp_path, monkeypatch):
    file = tmp_path / "feeds.toml"
    file.write_text(LIST)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WIREBEAT_FEEDS", str(file))
    monkeypatch.setenv("WIREBEAT_HOST_INTERVAL", "0")
    return file


@pytest.fixture
def run(place):
    def typed(*words, keys=None):
        return CliRunner().invoke(app, list(words), input=keys, catch_exceptions=True)

    return typed


@pytest.fixture
def site(monkeypatch):
    """Paths → documents, served on loopback at an origin that may be fetched."""
    pages, asked = {}, []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            status, body = (200, pages[self.path]) if self.path in pages else (404, "nothing here")
            status, location = (301, body[3:]) if body.startswith("-> ") else (status, None)
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("WIREBEAT_ALLOW_ORIGINS", f"127.0.0.1:{server.server_port}")
    pages["asked"], pages["root"] = asked, f"http://127.0.0.1:{server.server_port}"
    yield pages
    server.shutdown()
    thread.join()
    server.server_close()


def feeds_in(file):
    return load_feeds(file.read_text(), file=str(file), poll_interval_seconds=900)


def test_parse_prints_one_json_line_a_file_and_goes_on_after_a_bad_one(run, tmp_path):
    (tmp_path / "good.xml").write_text(RSS.format(title="Inland"))
    (tmp_path / "page.html").write_text("<html><title>Hello</title></html>")
    done = run("parse", "good.xml", "page.html", "missing.xml", "--json", "--url", "https://inland.example/rss")
    good, page, missing = map(json.loads, done.stdout.splitlines())
    assert done.exit_code == 1
    assert run("parse", "good.xml", "page.html").exit_code == 0
    assert (good["file"], good["format"], good["title"], good["error"]) == ("good.xml", "rss20", "Inland", None)
    assert good["entries"][0] == {
        "id": "gOne",
        "link": "https://inland.example/a/One",
        "title": "One",
        "published": "2026-11-20T09:30:00Z",
        "updated": None,
        "summary": "",
    }
    assert page == {
        "file": "page.html",
        "format": None,
        "title": None,
        "entries": [],
        "error": "not-a-feed: an HTML page titled 'Hello'",
    }
    assert missing["error"] == "cannot be read: No such file or directory"


def test_parse_is_readable_without_json(run, tmp_path):
    (tmp_path / "good.xml").write_text(RSS.format(title="Inland"))
    done = run("parse", "good.xml")
    assert "good.xml: rss20  Inland" in done.stdout
    assert "2026-11-20T09:30:00Z  One" in done.stdout


def test_list_shows_the_feeds_and_gives_them_as_json(run):
    assert "harbour-post" in run("list").stdout
    assert json.loads(run("list", "--json").stdout)["url"] == "https://harbour.example/rss"


def test_export_and_import_carry_a_list_over(run, place, tmp_path):
    assert run("export", "out.opml").exit_code == 0
    assert run("export").stdout == (tmp_path / "out.opml").read_text()
    done = run("import", "out.opml", "--feeds", "new.toml")
    assert "1 added, 0 were there, 0 left out" in done.stderr
    [feed] = feeds_in(tmp_path / "new.toml")
    assert (feed.title, feed.url, feed.group) == ("Harbour Post", "https://harbour.example/rss", "Ports")


def test_each_shard_can_be_given_its_own_part_of_the_list(run, place, monkeypatch):
    place.write_text("".join(f'[[feed]]\nid = "p{n}"\nurl = "https://p{n}.example/rss"\n' for n in range(12)))
    monkeypatch.setenv("WIREBEAT_SHARDS", "3")
    parts = []
    for shard in range(3):
        monkeypatch.setenv("WIREBEAT_SHARD", str(shard))
        parts.append({word for word in run("export", "--own").stdout.split('"') if word.startswith("https://p")})

    assert all(parts)
    assert sorted(url for part in parts for url in part) == sorted(f"https://p{n}.example/rss" for n in range(12))


def test_import_leaves_what_is_there_and_names_what_it_leaves_out(run, place, tmp_path):
    (tmp_path / "in.opml").write_text(
        """<opml version="2.0"><body><outline text="Again" xmlUrl="https://harbour.example/rss"/>
        <outline text="Harbour Post" xmlUrl="https://other.example/rss"/><outline type="rss" text="Nowhere"/>
        </body></opml>"""
    )
    done = run("import", "in.opml")
    assert "'Nowhere' left out: it has no xmlUrl" in done.stderr
    assert "1 added, 1 were there, 1 left out" in done.stderr
    first, second = feeds_in(place)
    assert first.id == "harbour-post"
    assert second.id.startswith("harbour-post-")
    assert place.read_text().startswith(LIST)


def test_remove_takes_a_feed_off_when_asked_twice(run, place):
    run("export", "again.opml")
    assert run("remove", "harbour-post", keys="n\n").exit_code == 1
    assert len(feeds_in(place)) == 1
    assert run("remove", "harbour-post", keys="y\n").exit_code == 0
    assert len(feeds_in(place)) == 0
    run("import", "again.opml")
    assert len(feeds_in(place)) == 1
    assert place.read_text().startswith("# our feeds")


def test_an_edit_keeps_the_mode_of_the_file_and_leaves_nothing_beside_it(run, place):
    place.chmod(0o600)
    run("remove", "harbour-post", "--yes")
    assert place.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in place.parent.iterdir()] == ["feeds.toml"]


def test_a_file_that_cannot_take_the_new_place_leaves_nothing_behind(run, tmp_path):
    (tmp_path / "out.opml").mkdir()
    assert "cannot be written" in str(run("export", "out.opml").exception)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["feeds.toml", "out.opml"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("remove", "nobody"), "no feed 'nobody'"),
        (("export", "no/such/folder/out.opml"), "cannot be written: No such file or directory"),
        (("check", "nobody"), "no feed nobody"),
        (("list", "--feeds", "missing.toml"), "cannot be read"),
        (("list", "--feeds", "https://harbour.example/feeds.opml"), "is a URL"),
    ],
)
def test_trouble_is_said_in_words(run, words, said):
    trouble = run(*words).exception
    assert isinstance(trouble, ConfigError)
    assert said in str(trouble)
    assert trouble.mend


def test_an_opml_is_read_but_not_edited(run, tmp_path):
    run("export", "out.opml")
    assert "harbour.example" in run("list", "--feeds", "out.opml").stdout
    trouble = run("remove", "harbour-post", "--feeds", "out.opml", "--yes").exception
    assert "not edited" in str(trouble)
    assert "wirebeat feeds import" in trouble.mend


def test_add_takes_the_feed_that_a_page_names(run, place, site):
    site["/"] = '<html><link rel="alternate" type="application/rss+xml" href="/world.xml"></html>'
    site["/world.xml"] = RSS.format(title="Inland Times")
    done = run("add", site["root"] + "/", "--group", "Inland", keys="y\n")
    assert "1  Inland Times  [rss20, 2 entries]" in done.stderr
    assert "2026-11-20 09:30  One" in done.stderr
    added = feeds_in(place)[-1]
    assert (added.id, added.url, added.lang, added.group) == (
        "inland-times",
        site["root"] + "/world.xml",
        "en",
        "Inland",
    )


def test_add_asks_which_one_where_there_are_several(run, place, site):
    site["/"] = '<link rel="alternate" type="application/rss+xml" href="/a.xml"><a href="/b.rss">more</a>'
    site["/a.xml"], site["/b.rss"] = RSS.format(title="A"), RSS.format(title="B")
    assert run("add", site["root"], keys="3\nb\n2\n").exit_code == 0
    assert feeds_in(place)[-1].title == "B"


def test_add_looks_where_sites_usually_have_their_feed(run, place, site):
    site["/"], site["/feed.xml"] = "<html>nothing named</html>", RSS.format(title="Hidden")
    assert run("add", site["root"], "--yes").exit_code == 0
    assert feeds_in(place)[-1].url == site["root"] + "/feed.xml"
    assert "/robots.txt" in site["asked"]


def test_add_does_not_add_a_feed_twice(run, place, site):
    site["/rss"] = RSS.format(title="A")
    run("add", site["root"] + "/rss", "--yes")
    done = run("add", site["root"] + "/rss", "--yes")
    assert "in the list already, as a" in done.stderr
    assert len(feeds_in(place)) == 2


def test_add_finds_nothing_and_says_so(run, place, site):
    site["/"] = "<html>nothing</html>"
    done = run("add", site["root"], "--yes")
    assert done.exit_code == 1
    assert "no feed found" in done.stderr
    assert len([path for path in site["asked"] if path != "/"]) <= 13


def test_check_reads_each_feed_once_and_tells_the_ill_ones(run, place, site):
    tables = "".join(
        f'[[feed]]\nid = "{name}"\nurl = "{site["root"]}/{name}"\n' for name in ("well", "moved", "page", "gone")
    )
    place.write_text(tables + f'[[feed]]\nid = "off"\nurl = "{site["root"]}/off"\nenabled = false\n')
    site["/well"], site["/moved"], site["/page"] = RSS.format(title="Well"), "-> /well", "<html><title>Shop</title>"
    done = run("check", "--json")
    rows = {row["id"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert done.exit_code == 1
    assert set(rows) == {"well", "moved", "page", "gone"}
    assert (rows["well"]["trouble"], rows["well"]["entries"], rows["well"]["newest"]) == (
        None,
        2,
        "2026-11-20T09:30:00Z",
    )
    assert rows["moved"]["moved_to"] == site["root"] + "/well"
    assert rows["page"]["trouble"] == "not-a-feed: an HTML page titled 'Shop'"
    assert rows["gone"]["trouble"].startswith("http-client-error")
    assert run("check", "well").exit_code == 0
    assert "√ well" in run("check", "well").stdout
    assert "x page" in run("check", "page").stdout
