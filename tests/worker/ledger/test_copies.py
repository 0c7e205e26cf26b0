"""Copies among what is published: found whoever is first, said once and for good, forgotten after days."""

from __future__ import annotations

import random
from importlib import resources

import pytest

from tasks.pipeline import read_article
from tests.world import World, html, item, page, rss
from worker.ledger import milliseconds

CHANCE = random.Random(11)
VOCABULARY = ["".join(CHANCE.choices("abcdefghijklmnoprstu", k=CHANCE.randint(3, 9))) for _ in range(1500)]
DAY = 86_400


def words(seed: int, count: int = 300) -> list[str]:
    return random.Random(seed).choices(VOCABULARY, k=count)


def paragraphs(text: list[str]) -> str:
    lines = [" ".join(text[at : at + 25]).capitalize() for at in range(0, len(text), 25)]
    return "".join(f"<p>{line}.</p>" for line in lines)


class Press(World):
    """Outlets, each with a site and a feed of its own; `prints` puts an article of `text` on the site of one."""

    def __init__(self, url: str, *outlets: str) -> None:
        super().__init__(url)
        self.items: dict[str, list[dict[str, str]]] = {outlet: [] for outlet in outlets}
        feeds = [self.feed(outlet) for outlet in outlets]
        rows = [(feed.id, feed.model_dump_json(), f"{feed.id}.test", feed.url) for feed in feeds]
        self.store.do(self.ledger.sync_feeds("all", rows))
        self.robots.known = {f"http://{outlet}.test": "" for outlet in outlets}

    def prints(self, outlet: str, text: list[str], number: int = 1, **more: str) -> None:
        url = f"http://{outlet}.test/{number}"
        told = [item for item in self.items[outlet] if item["link"] != url]
        self.items[outlet] = [*told, item(number, link=url, guid=url, **more)]
        self.web.answers[url] = page(html(f"{outlet} {number}", paragraphs(text)))

    def gather(self) -> None:
        for outlet, items in self.items.items():
            self.web.answers[f"http://{outlet}.test/feed"] = page(rss(*items))
        self.later(1000)
        self.poll()
        self.fetch()

    def publishes(self) -> list[dict]:
        """What is new, as records."""
        before = len(self.records())
        self.gather()
        self.read()
        return self.records()[before:]


@pytest.fixture
def press(valkey_url):
    press = Press(valkey_url, "north", "south", "east")
    yield press
    press.close()


def test_the_first_to_be_published_is_the_original_and_all_others_name_it(press: Press):
    told = []
    for outlet in ("south", "north", "east"):
        press.prints(outlet, words(1))
        told += press.publishes()

    first, *copies = told
    assert (first["duplicate_of"], [copy["duplicate_of"] for copy in copies]) == (None, [first["id"]] * 2)
    assert {record["cluster"]["id"] for record in told} == {f"clu_2026-03-01_{first['id'][4:12]}"}
    assert [record["cluster"]["size"] for record in told] == [1, 2, 3]
    assert {record["cluster"]["first"] for record in told} == {first["id"]}
    assert {record["cluster"]["similarity"] for record in told} == {1.0}
    assert len({record["provenance"]["simhash"] for record in told}) == 1
    assert press.account()[:4] == (3, 3, 0, 0)


def test_a_text_of_its_own_is_a_cluster_of_one(press: Press):
    press.prints("north", words(1))
    press.prints("south", words(2))
    told = press.publishes()

    assert [record["duplicate_of"] for record in told] == [None, None]
    assert [record["cluster"]["first"] for record in told] == [record["id"] for record in told]


def test_the_flat_fields_say_the_same(press: Press):
    for outlet in ("north", "south"):
        press.prints(outlet, words(1))
        press.publishes()

    records = press.records()
    flat = [fields for _, fields in press.store.redis.xrange("test:articles")]
    assert [fields[b"duplicate_of"].decode() for fields in flat] == ["", records[0]["id"]]
    assert [fields[b"cluster"].decode() for fields in flat] == [record["cluster"]["id"] for record in records]


def test_an_outlet_that_prints_its_own_words_again_does_not_copy(press: Press):
    press.prints("north", words(1))
    press.prints("north", words(1), number=2)
    assert [record["duplicate_of"] for record in press.publishes()] == [None, None]

    press.prints("south", words(1))
    (copy,) = press.publishes()
    assert copy["duplicate_of"] in {record["id"] for record in press.records()[:2]}


def test_a_longer_take_is_a_copy_of_the_one_that_it_has_more_of(press: Press):
    press.prints("north", words(1, 200) + words(2, 100))
    press.publishes()
    press.prints("south", words(2, 100) + words(3, 200))
    press.publishes()
    press.prints("east", words(2, 100) + words(3, 200) + words(4, 60))
    (copy,) = press.publishes()

    assert copy["duplicate_of"] == press.records()[1]["id"]
    assert 0.7 < copy["cluster"]["similarity"] < 1


# two at once


class Interrupted:
    """A store that does something else just before each of the next publications."""

    def __init__(self, store, *before) -> None:
        self._store, self._before, self.scripts = store, list(before), []

    def do(self, call):
        if call.script == "publish" and self._before:
            self._before.pop(0)()
        self.scripts.append(call.script)
        return self._store.do(call)


def test_of_two_that_are_published_in_the_same_moment_one_is_the_original(press: Press):
    for outlet in ("north", "south", "east"):
        press.prints(outlet, words(1))
    press.gather()
    one, other, third = press.store.do(press.ledger.claim("enrich", 3, by="w")).claims
    third_between = Interrupted(press.store, lambda: read_article(press.reading, third))
    other_between = Interrupted(
        press.store, lambda: read_article(press.reading._replace(store=third_between), other), lambda: None
    )
    read_article(press.reading._replace(store=other_between), one)

    records = press.records()
    assert [record["id"] for record in records] == [third.id, other.id, one.id]
    assert [record["duplicate_of"] for record in records] == [None, third.id, third.id]
    assert [record["cluster"]["size"] for record in records] == [1, 2, 3]
    assert other_between.scripts == ["publish", "publish"]
    assert [press.account().published, press.store.redis.zcard("test:pending:enrich")] == [3, 0]


def test_another_article_in_between_is_no_reason_to_begin_again(press: Press):
    press.prints("north", words(1))
    press.prints("south", words(2))
    press.gather()
    one, other = press.store.do(press.ledger.claim("enrich", 2, by="w")).claims
    between = Interrupted(press.store, lambda: read_article(press.reading, other))
    read_article(press.reading._replace(store=between), one)

    assert between.scripts == ["publish"]
    assert len(press.records()) == 2


def test_told_again_to_publish_it_tells_nothing_twice(press: Press):
    """The answer was lost, and the client asks again: as redis-py does by itself."""
    calls = []

    class Noting:
        def do(self, call):
            calls.append(call)
            return press.store.do(call)

    for outlet in ("north", "south"):
        press.prints(outlet, words(1))
        press.gather()
        (claim,) = press.store.do(press.ledger.claim("enrich", 1, by="w")).claims
        read_article(press.reading._replace(store=Noting()), claim)
    kept = everything_kept(press)
    ends = [press.store.do(call) for call in calls if call.script == "publish"]

    assert ends == [("stale", "")] * 3, "the copy was told of the original first"
    assert everything_kept(press) == kept
    press.prints("east", words(1))
    assert press.publishes()[0]["cluster"]["size"] == 3


def everything_kept(press: Press) -> dict[bytes, dict[bytes, bytes]]:
    return {key: press.store.redis.hgetall(key) for key in press.store.redis.scan_iter("test:copies:*")}


# versions


def changed(press: Press, outlet: str, text: list[str], title: str) -> dict:
    press.prints(outlet, text, title=title)
    (record,) = press.publishes()
    assert record["version"] > 1
    return record


def test_a_later_version_stays_what_the_article_was(press: Press):
    for outlet in ("north", "south"):
        press.prints(outlet, words(1))
        press.publishes()
    first, copy = press.records()
    edited_copy = changed(press, "south", [*words(1)[:250], *words(5, 50)], "Another headline")
    edited_first = changed(press, "north", [*words(1)[:290], *words(6, 10)], "A headline of ours")

    assert (edited_copy["duplicate_of"], edited_first["duplicate_of"]) == (first["id"], None)
    assert {edited_copy["cluster"]["id"], edited_first["cluster"]["id"]} == {copy["cluster"]["id"]}
    assert [edited_copy["cluster"]["size"], edited_first["cluster"]["size"]] == [2, 2]
    assert edited_copy["cluster"]["similarity"] < 1


def test_a_copy_that_becomes_a_text_of_its_own_is_nobodys_copy_and_can_be_copied(press: Press):
    for outlet in ("north", "south"):
        press.prints(outlet, words(1))
        press.publishes()
    own = changed(press, "south", words(7), "What we found out")
    press.prints("east", words(7))
    (copy,) = press.publishes()

    assert (own["duplicate_of"], own["cluster"]["first"], own["cluster"]["size"]) == (None, own["id"], 1)
    assert (copy["duplicate_of"], copy["cluster"]["id"]) == (own["id"], own["cluster"]["id"])


def test_an_original_that_grows_is_found_by_the_words_it_has_now(press: Press):
    press.prints("north", words(1, 70))
    press.publishes()
    changed(press, "north", words(1, 70) + words(8, 250), "What is known by now")
    press.prints("south", words(1, 70) + words(8, 250))
    (copy,) = press.publishes()

    assert copy["duplicate_of"] == press.records()[0]["id"]


def test_what_was_published_before_is_no_copy_of_what_came_after(press: Press):
    press.prints("north", words(1, 40))
    (stub,) = press.publishes()
    press.prints("south", words(1, 40) + words(9, 260))
    press.publishes()
    whole = changed(press, "north", words(1, 40) + words(9, 260), "The whole report")

    assert (stub["cluster"]["size"], whole["duplicate_of"], whole["cluster"]["id"]) == (1, None, stub["cluster"]["id"])


# what is kept


def test_a_text_is_forgotten_after_days_and_nothing_is_left_of_it(press: Press):
    press.prints("north", words(1))
    press.publishes()
    press.later(9 * DAY)
    press.prints("south", words(1))
    assert press.publishes()[0]["duplicate_of"] == press.records()[0]["id"]

    press.later(20 * DAY)
    press.prints("east", words(1))
    assert press.publishes()[0]["duplicate_of"] is None
    expiries = [press.store.redis.pttl(key) for key in everything_kept(press)]
    assert all(0 < expiry <= 15 * DAY * 1000 for expiry in expiries)


def test_a_copy_keeps_its_name_when_the_original_is_forgotten(press: Press):
    press.prints("north", words(1))
    press.publishes()
    press.later(9 * DAY)
    press.prints("south", words(1))
    press.publishes()
    # the original is kept for as long as it is copied: only its first generation goes
    for key in press.store.redis.scan_iter("test:copies:*"):
        for field, value in press.store.redis.hgetall(key).items():
            if len(value) == 64:
                press.store.redis.hdel(key, field)
    edited = changed(press, "south", [*words(1)[:280], *words(5, 20)], "Another headline")

    first, copy = press.records()[:2]
    assert (edited["duplicate_of"], edited["cluster"]["id"]) == (first["id"], copy["cluster"]["id"])
    assert (edited["cluster"]["size"], edited["cluster"]["similarity"]) == (2, 1.0)


def test_what_is_dropped_or_a_duplicate_is_no_telling(press: Press):
    press.prints("north", words(1))
    press.publishes()
    kept = everything_kept(press)
    press.prints("north", words(1), title="Harbour news 1, again")  # the page is as it was
    press.publishes()

    assert everything_kept(press) == kept
    assert press.account().dropped == {"unchanged": 1}


KEEP = """
for _ = 1, take_number() do
  local id, asked, record = take(), take(), take()
  telling = {token = '', asked = asked, found = true, id, record}
  if again_of(id, 1) then error('they are not alike') end
  keep_telling(id)
end
"""


def test_an_article_takes_no_more_than_250_bytes_whatever_there_is_of_others(press: Press):
    """As publish.lua keeps them, without the rest of it."""
    folder = resources.files("worker.ledger") / "scripts"
    text = "".join((folder / f"{part}.lua").read_text() for part in ("prelude", "memory", "copies")) + KEEP
    keep = press.store.redis.register_script(text)
    bytes_of = random.Random(2).randbytes
    used = []
    for _ in range(12):
        told = [part for _ in range(500) for part in (f"art_{bytes_of(12).hex()}", bytes_of(20), bytes_of(64))]
        keep(keys=["test:account"], args=["test", milliseconds(press.now), 500, *told])
        used.append(press.store.redis.info("memory")["used_memory"])

    assert (used[-1] - used[1]) / 5000 < 250
    assert {press.store.redis.object("encoding", key) for key in everything_kept(press)} == {b"listpack"}
