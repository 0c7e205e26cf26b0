"""The scripts against a plain dict: feeds show entries under changing links and words, and months pass."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.identity import alias, article_id, fingerprint
from tasks.records import Entry
from tests.desk import Desk, entry
from worker.ledger import milliseconds

DAY = 86_400
FEEDS = ("first", "second")
SHOWN = st.tuples(st.integers(1, 4), st.sampled_from(["", "?visit=1", "?visit=2"]), st.sampled_from(["opens", "burns"]))
STEPS = st.lists(
    st.tuples(
        st.sampled_from([0, 0, 1, 2, 7, 13, 35, 91, 125]),  # days that pass before
        st.sampled_from(FEEDS),
        st.lists(SHOWN, max_size=4, unique_by=lambda shown: shown[0]),
    ),
    min_size=2,
    max_size=14,
)


@dataclass
class Details:
    known_month: int
    version: int
    shown_days: int = -99
    owner: str = ""
    fingerprint: bytes = b""


class Model:
    """Two dicts, by id and by guid. A month is 30 days and four are kept; of pairs of days five are."""

    def __init__(self) -> None:
        self.ids: dict[str, Details] = {}
        self.guids: dict[bytes, tuple[int, int, str]] = {}  # (month, pair of days, id)

    def at(self, now_ms: int) -> None:
        self.month, self.days = now_ms // (30 * DAY * 1000), now_ms // (2 * DAY * 1000)

    def of(self, id_: str) -> Details | None:
        found = self.ids.get(id_)
        return found if found and self.month - found.known_month < 4 else None

    def is_shown(self, found: Details | None) -> bool:
        return found is not None and self.days - found.shown_days < 5

    def put(self, id_: str, version: int, owner: str, mark: bytes) -> None:
        self.ids[id_] = Details(self.month, version, self.days, owner, mark)

    def put_guid(self, guid: bytes, id_: str) -> None:
        self.guids[guid] = (self.month, self.days, id_)

    def show(self, feed: str, one: Entry) -> tuple[str, str, int]:
        """(new, changed or known, under which id, the version that comes of it)"""
        id_, guid, mark = article_id(one), alias(one), fingerprint(one)
        assert guid is not None
        found, forgotten_under_which = self.of(id_), False
        if found is None:
            month, days, first = self.guids.get(guid, (-99, -99, ""))
            if self.days - days < 5:
                self.put_guid(guid, first)
                id_, found = first, self.of(first)
            elif self.month - month < 4:
                forgotten_under_which = True
        if found is None and not forgotten_under_which:
            self.put(id_, 1, feed, mark)
            self.put_guid(guid, id_)
            return "new", id_, 1
        if found is None or not self.is_shown(found):
            self.put(id_, found.version if found else 0, feed, mark)
            self.put_guid(guid, id_)
            return "known", id_, 0
        if found.owner == feed and found.fingerprint != mark:
            self.put(id_, found.version + 1, feed, mark)
            self.put_guid(guid, id_)
            return "changed", id_, found.version + 1
        if found.owner == feed:
            if found.shown_days != self.days:
                self.put(id_, found.version, feed, mark)
                self.put_guid(guid, id_)
        else:
            found.known_month = self.month
        return "known", id_, 0


def played(desk: Desk, steps) -> None:
    desk.store.redis.flushall()
    desk.feeds(*FEEDS)
    model = Model()
    for days, feed, shown in steps:
        desk.later(days * DAY + 61)
        model.at(milliseconds(desk.ledger.now))
        entries = [
            entry(n, feed=feed, url=f"http://paper.test/article-{n}{visit}", title=f"Harbour {words} {n}")
            for n, visit, words in shown
        ]
        expected = []
        for one in entries:
            kind, id_, version = model.show(feed, one)
            expected.append((kind, id_, version, one.title))
        check(desk, desk.poll(*entries, feed=feed), expected)


def check(desk: Desk, admission, expected) -> None:
    counted = [sum(kind == name for kind, *_ in expected) for name in ("new", "changed", "known")]
    assert [admission.new, admission.changed, admission.known] == counted
    desk.fetch_all()
    came = []
    for claim in desk.claim("enrich"):
        assert desk.publish(claim, title=claim.entry.title, body=claim.id)[0] == "published"
        came.append((claim.id, claim.version + 1))
    assert sorted(came) == sorted((id_, version) for kind, id_, version, _ in expected if kind != "known")
    assert desk.account().balance() == 0


@settings(max_examples=40)
@given(steps=STEPS)
def test_what_is_known_and_what_has_changed_is_what_a_dict_would_say(desk: Desk, steps):
    played(desk, steps)


@pytest.mark.slow
@settings(max_examples=600)
@given(steps=STEPS)
def test_what_is_known_and_what_has_changed_is_what_a_dict_would_say_at_length(desk: Desk, steps):
    played(desk, steps)
