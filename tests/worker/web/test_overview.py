"""What the page tells beyond single records: stories told more than once, and when the service was down."""

from __future__ import annotations

import time

from tests.gateway import RECORDS, publish, running
from worker.web.series import MINUTE

ORIGINALS = [record for record in RECORDS if record.version == 1 and not record.duplicate_of]


def test_a_copy_is_folded_and_tells_one_story_with_its_original(scratch):
    original, third = ORIGINALS[0], ORIGINALS[5]
    other = next(record for record in ORIGINALS if record.source.id != original.source.id)
    cluster = original.cluster.model_copy(update={"size": 2, "similarity": 0.93})
    copy = other.model_copy(update={"duplicate_of": original.id, "cluster": cluster})
    publish(scratch.client(), [original, third, copy])
    with running(scratch) as web:
        web.wait_for(3)
        cards = {card["id"]: card["duplicate_of"] for card in web.ask("/v1/articles?view=card").json()["articles"]}
        assert cards == {original.id: None, third.id: None, copy.id: original.id}
        (story,) = web.ask("/v1/stats/clusters").json()["clusters"]
        assert (story["cluster"], story["articles"], story["title"]) == (cluster.id, 2, original.title)
        told = web.ask(f"/v1/articles?view=card&cluster={story['cluster']}").json()["articles"]
        assert {card["id"] for card in told} == {original.id, copy.id}
        left = web.ask("/v1/articles?view=card&no_copies=1").json()["articles"]
        assert copy.id not in {card["id"] for card in left}


def test_records_from_before_copies_were_named_are_stories_of_their_own(scratch):
    old = [record.model_copy(update={"cluster": None}) for record in ORIGINALS[:2]]
    publish(scratch.client(), old)
    with running(scratch) as web:
        web.wait_for(2)
        assert web.ask("/v1/stats/clusters").json()["clusters"] == []
        (card,) = web.ask(f"/v1/articles?view=card&cluster={old[0].id}").json()["articles"]
        assert card["id"] == old[0].id


def test_when_the_service_was_down_stands_beside_the_volume(scratch):
    db, now_ms = scratch.client(), int(time.time() * 1000)
    publish(db, RECORDS)
    hour = 60 * MINUTE
    db.zadd("news:up", {str(now_ms - 9 * hour): now_ms - 5 * hour, str(now_ms - 3 * hour): now_ms})
    with running(scratch) as web:
        web.wait_for(100)
        day = web.ask("/v1/stats/volume?published_since=24h").json()
        assert day["gaps"] == [[now_ms - 5 * hour, now_ms - 3 * hour]]
        later = web.ask("/v1/stats/volume?published_since=4h").json()
        assert [end for _, end in later["gaps"]] == [now_ms - 3 * hour]
        assert later["gaps"][0][0] == later["start_ms"]
        db.zadd("news:up", {str(now_ms - 3 * hour): now_ms - hour})
        web.app.state.gateway._snapshot = None  # what was found is kept for a second, what was answered for two
        (_, second) = web.ask("/v1/stats/volume?published_since=23h").json()["gaps"]
        assert second[0] == now_ms - hour, "a gap that still goes on"


def test_a_service_that_never_told_when_it_was_up_has_no_gaps(scratch):
    publish(scratch.client(), RECORDS[:20])
    with running(scratch) as web:
        web.wait_for(20)
        assert web.ask("/v1/stats/volume").json()["gaps"] == []


def test_a_list_that_is_asked_for_again_is_given_again_until_something_comes(scratch):
    publish(scratch.client(), ORIGINALS[:3])
    with running(scratch) as web:
        web.wait_for(3)
        first = web.ask("/v1/articles?view=card").body
        assert web.ask("/v1/articles?view=card").body == first
        assert web.ask("/v1/articles?view=card", accept="text/csv").headers["content-type"].startswith("text/csv")
        publish(scratch.client(), ORIGINALS[3:4])
        web.wait_for(4)
        assert web.ask("/v1/articles?view=card").json()["articles"][0]["id"] == ORIGINALS[3].id
