import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.poll.tails import without_tail


@pytest.mark.parametrize(
    ("summary", "kept"),
    [
        ("Ships waited.\n\nThe post Ships waited appeared first on Harbour Post.", "Ships waited."),
        ("Ships waited.\n\nThe post Ships waited first appeared on Harbour Post.", "Ships waited."),
        ("Schiffe warten.\nDer Beitrag Schiffe warten erschien zuerst auf Hafenpost.", "Schiffe warten."),
        ("Les navires attendent. L’article Navires est apparu en premier sur Le Port.", "Les navires attendent."),
        ("Кораблі чекають.\n\nЗапис Кораблі чекають спершу з'явився на Порт.", "Кораблі чекають."),
        ("Ships waited off the coast […]", "Ships waited off the coast …"),
        ("Ships waited off the coast [...]\nContinue reading Ships waited", "Ships waited off the coast …"),
        ("Ships waited. Read more...", "Ships waited."),
        ("Корабли ждут.\nЧитать далее →", "Корабли ждут."),
        ("The post of minister stays empty.", "The post of minister stays empty."),
        ("He asked people to read more books.", "He asked people to read more books."),
        ("The post office said the stamp appeared first on a letter of 1840. It is rare.\n\nExperts agree.", None),
        ("The post office said the stamp appeared first on a letter of 1840. It is rare.", None),
        ("", ""),
    ],
)
def test_what_software_hangs_under_a_summary_goes(summary, kept):
    assert without_tail(summary) == (summary if kept is None else kept)


@given(
    st.lists(st.sampled_from(["the", "post", "read", "harbour", "ships.", "a"]), min_size=1, max_size=400).map(" ".join)
)
def test_ordinary_words_stay_as_they_are_however_many(summary):
    assert without_tail(summary) == summary


def test_the_place_where_the_tail_is_looked_for_leaves_no_trace():
    words = "x" * 99 + " " + "y" * 899
    assert without_tail(words) == words
