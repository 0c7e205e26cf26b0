"""What becomes of an entry, step by step, and what a late or repeated step changes: nothing."""

from __future__ import annotations

import pytest

from tests.desk import PAGE, Desk, entry


def test_an_entry_goes_from_its_feed_to_the_stream_and_leaves_nothing_behind(desk: Desk):
    assert desk.poll(entry(1)).new == 1
    desk.fetch_all()
    (claim,) = desk.claim("enrich")

    end, stream_id = desk.publish(claim)

    assert end == "published"
    assert [key for key, _ in desk.stream()] == [stream_id.encode()]
    assert desk.keys("entry:*") == desk.keys("page:*") == []
    assert desk.account()[:2] == (1, 1)


def test_the_topic_stream_has_the_same_entry_id_and_a_score(desk: Desk):
    desk.poll(entry(1))
    desk.fetch_all()
    desk.publish(desk.claim("enrich")[0])

    (key, fields), *_ = desk.stream("topic:harbours")

    assert key == desk.stream()[0][0]
    assert fields[b"score"] == b"0.8"
    assert list(fields)[-1] == b"data"


def test_an_entry_seen_again_in_its_feed_is_known(desk: Desk):
    desk.poll(entry(1))
    desk.later(61)

    admission = desk.poll(entry(1), entry(2))

    assert (admission.new, admission.changed, admission.known) == (1, 0, 1)


def test_the_same_article_in_another_feed_is_known_even_when_that_feed_words_it_otherwise(desk: Desk):
    desk.poll(entry(1))
    desk.fetch_all()
    desk.publish(desk.claim("enrich")[0])

    desk.later(61)
    admission = desk.poll(entry(1, feed="second", title="Opening of a harbour", guid="other"), feed="second")

    assert admission.known == 1
    assert desk.account().seen == 1


def test_an_entry_that_changed_in_its_feed_comes_back_with_the_version_published(desk: Desk):
    desk.poll(entry(1))
    desk.fetch_all()
    desk.publish(desk.claim("enrich")[0])

    desk.later(61)
    admission = desk.poll(entry(1, title="Harbour opens late"))
    desk.fetch_all()
    (claim,) = desk.claim("enrich")

    assert admission.changed == 1
    assert claim.version == 1
    assert claim.content_hash is not None
    assert desk.publish(claim, body="New")[0] == "published"
    assert desk.account()[:3] == (2, 1, 1)


def test_an_entry_that_changes_while_it_is_read_is_read_again(desk: Desk):
    desk.poll(entry(1))
    desk.fetch_all()
    (claim,) = desk.claim("enrich")
    desk.later(61)
    desk.poll(entry(1, title="Harbour opens late"))

    desk.publish(claim)
    desk.fetch_all()
    (again,) = desk.claim("enrich")

    assert again.entry.title == "Harbour opens late"
    assert again.version == 1
    assert desk.account().balance() == 0


def test_an_entry_whose_link_changed_but_not_its_guid_and_date_is_the_same(desk: Desk):
    desk.poll(entry(1))
    desk.later(61)

    admission = desk.poll(entry(1, url="http://paper.test/article-1?visit=889"))

    assert admission.known == 1


def test_two_links_to_one_page_are_one_record_and_one_duplicate(desk: Desk):
    desk.poll(entry(1, url="http://short.test/a", guid="a"), entry(2, url="http://short.test/b", guid="b"))
    desk.fetch_all()
    page = "art_" + "ab" * 12
    ends = [desk.publish(claim, address=page)[0] for claim in desk.claim("enrich")]

    assert sorted(ends) == ["duplicate", "published"]
    assert len(desk.stream()) == 1
    assert desk.account().balance() == 0


@pytest.mark.parametrize("order", [1, -1])
def test_two_links_to_one_page_that_word_it_in_two_ways_do_not_change_it_by_turns(desk: Desk, order: int):
    page = "art_" + "ab" * 12
    links = (entry(1, url="http://short.test/a", guid="a"), entry(2, url="http://short.test/b", guid="b"))
    desk.poll(*links)
    desk.fetch_all()
    for claim in desk.claim("enrich"):
        desk.publish(claim, address=page)

    for _ in range(3):
        desk.later(3 * 86_400)
        assert desk.poll(*links[::order]).known == 2
    desk.later(61)
    first, second = links
    assert desk.poll(*(first.model_copy(update={"title": "Harbour opens late"}), second)[::order]).changed == 1


def test_one_of_two_links_to_a_page_that_is_left_speaks_for_it(desk: Desk):
    links = (entry(1, url="http://short.test/a", guid="a"), entry(2, url="http://short.test/b", guid="b"))
    desk.poll(*links)
    desk.fetch_all()
    (first, _) = (desk.publish(claim, address="art_" + "ab" * 12)[1] and claim for claim in desk.claim("enrich"))
    desk.later(61)

    assert desk.poll(links[1].model_copy(update={"title": "Harbour opens late"})).changed == 1
    assert desk.claim("fetch")[0].id == first.id


def test_two_articles_behind_one_login_page_are_no_duplicates(desk: Desk):
    desk.poll(entry(1), entry(2))
    desk.fetch_all()
    login = "art_" + "cd" * 12

    ends = [desk.publish(c, title=c.entry.title, address=login)[0] for c in desk.claim("enrich")]

    assert ends == ["published", "published"]


def test_a_publication_sent_twice_is_published_once(desk: Desk):
    desk.poll(entry(1))
    desk.fetch_all()
    (claim,) = desk.claim("enrich")

    assert [desk.publish(claim)[0] for _ in range(2)] == ["published", "stale"]
    assert len(desk.stream()) == 1


def test_a_worker_whose_lease_ran_out_cannot_publish_after_its_successor(desk: Desk):
    desk.poll(entry(1))
    desk.fetch_all()
    (late,) = desk.claim("enrich")
    desk.later(100)
    (successor,) = desk.claim("enrich", by="worker-2")

    assert desk.publish(late)[0] == "stale"
    assert desk.publish(successor)[0] == "published"


def test_an_advance_sent_twice_changes_nothing_the_second_time(desk: Desk):
    desk.poll(entry(1))
    (claim,) = desk.claim("fetch")

    waiting = [desk.store.do(desk.ledger.advance(claim, PAGE)) for _ in range(2)]

    assert waiting == [1, 0]


def test_a_leased_entry_is_nobody_elses_until_the_lease_runs_out(desk: Desk):
    desk.poll(entry(1))
    assert len(desk.claim("fetch")) == 1
    assert desk.claim("fetch", by="worker-2") == ()

    desk.later(46)

    assert len(desk.claim("fetch", by="worker-2")) == 1


def test_the_answer_to_a_claim_that_got_lost_is_given_again(desk: Desk):
    desk.poll(entry(1), entry(2))
    call = desk.ledger.claim("fetch", 10, by="worker-1")

    first, again = desk.store.do(call).claims, desk.store.do(call).claims

    assert [claim.token for claim in first] == [claim.token for claim in again]
    assert all(claim.attempt == 1 for claim in again)


def test_an_entry_that_goes_on_killing_its_process_is_dead_and_its_neighbours_are_not(desk: Desk):
    desk.poll(*(entry(number) for number in range(4)))
    desk.fetch_all()
    poison = desk.claim("enrich", 4)[0].id  # the first of a batch is the one being worked on
    published, told = set(), []
    for _ in range(16):
        desk.later(100)
        claims = desk.store.do(desk.ledger.claim("enrich", 4, by="worker-1"))
        told += claims.crashed
        for claim in claims.claims:
            if claim.id == poison:
                break  # dead: nothing is said to the ledger
            published.add(desk.publish(claim) and claim.id)

    account = desk.account()

    assert [(one.id, one.feed_id) for one in told] == [(poison, "first")]
    assert "died 8 times" in told[0].detail

    assert account.dead == {"crashed": 1}
    assert account.published == 3
    assert account.balance() == 0


def test_a_suspect_is_claimed_alone(desk: Desk):
    desk.poll(*(entry(number) for number in range(4)))
    desk.fetch_all()
    suspect = desk.claim("enrich", 4)[0].id
    desk.later(100)

    sizes = []
    for _ in range(4):
        claims = desk.claim("enrich", 4)
        sizes.append((len(claims), suspect in {claim.id for claim in claims}))

    assert (1, True) in sizes
    assert all(size == 1 for size, with_suspect in sizes if with_suspect)


def test_what_a_dead_process_had_not_begun_costs_it_no_attempt(desk: Desk):
    desk.poll(*(entry(number) for number in range(3)))
    desk.fetch_all()
    begun, *waiting = desk.claim("enrich", 3, by="host/1")

    assert desk.store.do(desk.ledger.orphaned("enrich", "host/1")) == 3
    attempts = {}
    while claims := desk.claim("enrich", 3, by="host/2"):
        attempts |= {claim.id: claim.attempt for claim in claims}

    assert attempts[begun.id] == 2
    assert {attempts[claim.id] for claim in waiting} == {1}


def test_the_end_of_one_article_marks_the_next_as_begun(desk: Desk):
    desk.poll(entry(1), entry(2))
    desk.fetch_all()
    first, second = desk.claim("enrich", 2)
    desk.publish(first, following=second)

    desk.store.do(desk.ledger.orphaned("enrich", "worker-1"))
    (again,) = desk.claim("enrich", 2)

    assert again.attempt == 2


def test_a_failure_that_may_pass_is_tried_again_when_it_is_due_and_not_before(desk: Desk):
    desk.poll(entry(1))
    (claim,) = desk.claim("fetch")
    retry_at = desk.ledger.now.replace(minute=1)

    assert desk.store.do(desk.ledger.fail(claim, "fetch", "timeout", "20 s", retry_at=retry_at)) == "retry"
    assert desk.claim("fetch") == ()
    desk.later(61)
    assert desk.claim("fetch")[0].attempt == 2


def test_a_dead_entry_keeps_its_input_and_can_be_tried_again(desk: Desk):
    desk.poll(entry(1))
    desk.fetch_all()
    (claim,) = desk.claim("enrich")
    desk.store.do(desk.ledger.fail(claim, "enrich", "error", "a fault", retry_at=None))
    assert desk.account().dead == {"error": 1}
    ((letter, fields),) = desk.stream("dead")
    assert fields[b"stage"] == b"enrich"
    assert fields[b"page"] == PAGE

    assert desk.store.do(desk.ledger.dead_retry(letter.decode()))
    desk.publish(desk.claim("enrich")[0])

    assert desk.account()[:2] == (1, 1)
    assert desk.account().dead == {}
    assert desk.stream("dead") == []


def test_a_dropped_dead_letter_is_counted_as_dropped(desk: Desk):
    desk.poll(entry(1))
    (claim,) = desk.claim("fetch")
    desk.store.do(desk.ledger.fail(claim, "fetch", "robots", "", retry_at=None))
    letter = desk.stream("dead")[0][0].decode()

    assert [desk.store.do(desk.ledger.dead_drop(letter)) for _ in range(2)] == [True, False]
    assert desk.account().dropped == {"discarded": 1}
    assert desk.account().balance() == 0


def test_an_unchanged_article_is_dropped_and_counted(desk: Desk):
    desk.poll(entry(1))
    desk.fetch_all()
    desk.publish(desk.claim("enrich")[0])
    desk.later(61)
    desk.poll(entry(1, title="Harbour opens!"))
    desk.fetch_all()

    assert desk.store.do(desk.ledger.settle(desk.claim("enrich")[0], "enrich", "unchanged"))
    assert desk.account().dropped == {"unchanged": 1}
    assert desk.account().balance() == 0


def test_fetching_pauses_while_too_many_pages_wait_to_be_read(desk: Desk):
    desk.poll(*(entry(number) for number in range(60)))
    while claims := desk.claim("fetch", 10):
        for claim in claims:
            desk.store.do(desk.ledger.advance(claim, PAGE))

    claims = desk.store.do(desk.ledger.claim("fetch", 10, by="worker-1"))

    assert claims.held_back == "full"
    assert desk.account().pending == {"fetch": 10, "enrich": 50}
    desk.publish(desk.claim("enrich", 1)[0])
    assert desk.claim("fetch")


def test_an_entry_seen_long_ago_is_remembered_as_long_as_it_stands_in_its_feed(desk: Desk):
    desk.poll(entry(1))
    desk.fetch_all()
    desk.publish(desk.claim("enrich")[0])

    for _ in range(12):
        desk.later(25 * 86_400)
        assert desk.poll(entry(1)).known == 1

    assert desk.account().seen == 1


@pytest.mark.parametrize("steps", range(6))
def test_the_account_balances_after_every_step(desk: Desk, steps: int):
    desk.poll(entry(1), entry(2), entry(3))
    done = 0
    for stage in ("fetch", "enrich"):
        for claim in desk.claim(stage):
            if done == steps:
                break
            if stage == "fetch":
                desk.store.do(desk.ledger.advance(claim, PAGE))
            else:
                desk.publish(claim)
            done += 1
            assert desk.account().balance() == 0
    assert desk.account().seen == 3
