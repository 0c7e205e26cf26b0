"""Copies of a text, told by the words; and texts that are alike without being copies."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.copies import FEWEST_WORDS, KEPT_RUNS, NO_SKETCH, SHARED_AT_LEAST, place, shared, sketch
from tasks.record import Record
from tasks.tellings import Known
from tests.newsroom import records

CHANCE = random.Random(4)
VOCABULARY = ["".join(CHANCE.choices("abcdefghijklmnop", k=CHANCE.randint(3, 9))) for _ in range(2000)]
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
RECORD = next(iter(records(1, now=NOW)))


def text(seed: int, words: int = 240) -> str:
    return " ".join(random.Random(seed).choices(VOCABULARY, k=words))


def article(number: int, source: str, body: str, **more: object) -> Record:
    publisher = RECORD.source.model_copy(update={"id": source, "domain": f"{source}.example"})
    own = {"id": f"art_{number:024x}", "source": publisher, "body": body, "version": 1, "op": "created"}
    return RECORD.model_copy(update=own | more)


def told(*articles: tuple[str, str]) -> list[int | None]:
    """(outlet, text), as they are published → the number of which each is called a copy of."""
    kept: dict[str, bytes] = {}
    ends: list[int | None] = []
    for number, (source, body) in enumerate(articles):
        record = article(number, source, body)
        others = tuple((id_, one) for id_, one in kept.items() if len(one) == 64)
        placed = place(record, sketch(body), Known(b"t", b"", others))
        kept.update(placed.telling.kept)
        ends.append(int(placed.duplicate_of[4:], 16) if placed.duplicate_of else None)
    return ends


def alike(one: str, other: str) -> int:
    return shared(sketch(one).runs, sketch(other).runs)


# what is a copy


def test_the_first_to_come_is_the_original_and_all_others_are_its_copies():
    body = text(1)
    assert told(("one", body), ("two", body), ("three", body)) == [None, 0, 0]


def test_a_new_beginning_and_another_ending_make_no_new_text():
    body = text(1)
    assert told(("one", body), ("two", f"{text(2, 12)} {body} {text(3, 12)}")) == [None, 0]


def test_quotation_marks_dashes_and_capitals_make_no_new_text():
    words = text(1).split()
    one = " ".join(f'"{word.title()}" -' if n % 9 == 0 else word for n, word in enumerate(words))
    other = " ".join(f"“{word}” —" if n % 9 == 0 else word for n, word in enumerate(words))
    assert alike(one, other) == KEPT_RUNS
    assert sketch(one).simhash == sketch(other).simhash


@pytest.mark.parametrize("share", [0.9, 0.95])
def test_a_text_with_some_words_changed_is_mostly_still_found(share: float):
    found = 0
    for seed in range(60):
        words = text(seed).split()
        # an editor changes sentences, not every tenth word
        cut = int(len(words) * (1 - share))
        at = random.Random(seed).randrange(len(words) - cut)
        changed = [*words[:at], *text(seed + 1000, cut).split(), *words[at + cut :]]
        found += told(("one", " ".join(words)), ("two", " ".join(changed)))[1] == 0
    assert found >= 57


def test_of_several_texts_it_is_the_copy_of_the_one_that_it_is_likest():
    body = text(1, 300)
    cut = " ".join([*body.split()[:150], *text(2, 150).split()])
    assert told(("one", cut), ("two", body), ("three", body)) == [None, None, 1]


# what is none


def test_texts_of_their_own_are_nobodys_copies():
    assert not any(told(*((f"outlet-{seed}", text(seed)) for seed in range(200))))


def test_a_quotation_in_common_makes_no_copy():
    quoted = text(9, 50)
    assert told(("one", f"{text(1)} {quoted}"), ("two", f"{text(2)} {quoted}")) == [None, None]


def test_an_outlet_does_not_copy_itself():
    body = text(1)
    assert told(("one", body), ("one", body)) == [None, None]


@pytest.mark.parametrize("same", ["id", "domain"])
def test_neither_does_another_section_of_it(same: str):
    body = sketch(text(1))
    first = article(0, "one", text(1))
    mine = {"id": "other", "domain": "other.example"} | {same: getattr(first.source, same)}
    second = article(1, "other", text(1))
    second = second.model_copy(update={"source": second.source.model_copy(update=mine)})
    known = Known(b"t", b"", place(first, body).telling.kept)
    assert place(second, body, known).duplicate_of is None


def test_short_texts_are_not_compared():
    short = text(1, FEWEST_WORDS - 1)
    assert sketch(short) == NO_SKETCH
    assert told(("one", short), ("two", short)) == [None, None]


def test_one_sentence_over_and_over_is_no_text_to_compare():
    refrain = "the ferry leaves at nine " * 40
    assert (sketch(refrain).runs, sketch(refrain).asked) == (b"", b"")
    assert told(("one", refrain), ("two", refrain)) == [None, None]


@pytest.mark.parametrize("status", ["teaser", "consent_wall", "live_blog", "video"])
def test_what_is_no_whole_text_is_not_compared_but_has_its_simhash(status: str):
    assert sketch(text(1), status) == (b"", b"", sketch(text(1)).simhash)


TOWNS = "Arnholt Belcastle Corvane Dunmarrow Eastwick Farrow Glenmoor Harrowgate Inverlea Jarrowby".split()
SKIES = "dry and bright;cloudy with sunny spells;grey with drizzle;wet and windy;cold but clear".split(";")
TEMPLATES = {
    "weather": (
        "{town} can expect a day that is {sky}, with temperatures between {a} and {b} degrees and a {sky2} "
        "evening. The wind blows from the {wind} at {c} kilometres an hour, in gusts up to {d}. During the night "
        "it cools to {e} degrees in {town} and to {f} in the valleys around it. On {day} it will be {sky3}, with "
        "{g} hours of sun and a chance of rain of {h} per cent. The weather service has issued no warnings for "
        "the district of {town}. Those who suffer from hay fever should know that pollen counts are at {i} "
        "grains. The sun sets at {j} minutes past {k}. The outlook for the rest of the week is {sky4}, and {l} "
        "degrees are possible in {town} on the weekend."
    ),
    "market": (
        "Shares in {town} closed {a} points higher on {day}, at {b}, after a session in which {c} of the {d} "
        "stocks of the index rose and {e} fell. Turnover was {f} million, against {g} million the day before. "
        "Banks gained {h} per cent while retailers lost {i} per cent. {name} led the winners with a rise of {j} "
        "per cent to {k}, followed by {name2}. At the bottom of the index stood {name3}, which fell by {l} per "
        "cent. The currency was little changed at {m} to the dollar, and the yield of ten-year bonds fell to {n} "
        "per cent. Traders said that they were waiting for the figures on inflation that are due on {day2}, and "
        "for what the central bank makes of them."
    ),
    "obituary": (
        "{name} {name2}, of {town}, passed away on {day} at the age of {a} after an illness borne with courage. "
        "Born in {town2} as the {nth} of {b} children, {name} worked for {c} years at the {trade} and was a "
        "member of the {club} for {d} years. {name} is survived by {e} children, {f} grandchildren and by "
        "{name3}, to whom the family wishes to give thanks. The funeral takes place on {day2} at {g} o'clock at "
        "the church of {town2}. In lieu of flowers the family asks for gifts to the hospice of {town}, where "
        "{name} was cared for with so much kindness."
    ),
    "quake": (
        "An earthquake of magnitude {a} struck {b} kilometres {wind} of {town} at {c} minutes past {d} on {day}, "
        "the seismological service said. It was centred at a depth of {e} kilometres. There were no immediate "
        "reports of damage or of people hurt. The service counted {f} aftershocks, the strongest of magnitude "
        "{g}. Residents of {town2}, {h} kilometres away, told the local radio that lamps had swung for {i} "
        "seconds. An earthquake of magnitude {j} damaged {k} houses in {town3} in the year {l}. This report was "
        "written by a program and checked by an editor of the desk."
    ),
}


def filled(template: str, seed: int) -> str:
    chance = random.Random(seed)
    kinds = {"town": TOWNS, "sky": SKIES, "wind": ["north", "south-west", "east", "north-west", "west"]}
    kinds |= {"day": ["Monday", "Tuesday", "Friday", "Sunday"], "name": [word.title() for word in VOCABULARY]}
    kinds |= {"nth": ["second", "third", "youngest"], "trade": VOCABULARY, "club": VOCABULARY}

    def value(slot: re.Match[str]) -> str:
        kind = slot[1].rstrip("0123456789")
        return chance.choice(kinds[kind]) if kind in kinds else str(chance.randint(2, 99))

    return re.sub(r"\{(\w+)\}", value, template)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_that_many_outlets_fill_in_makes_no_copies(name: str):
    texts = [filled(TEMPLATES[name], seed) for seed in range(60)]
    assert max(alike(one, other) for one, other in combinations(texts, 2)) < SHARED_AT_LEAST


# sketches


@given(st.text(max_size=2000))
@settings(max_examples=50)
def test_any_text_has_a_sketch_of_fixed_size_that_is_its_own(body: str):
    made = sketch(body)
    assert (len(made.runs), len(made.asked)) in {(0, 0), (2 * KEPT_RUNS, 20)}
    assert sketch(f"  {body}\n") == made


@given(st.integers(0, 9999), st.integers(60, 500), st.integers(0, 40))
@settings(max_examples=50)
def test_a_text_shares_all_with_itself_and_as_much_with_another_as_that_with_it(seed: int, words: int, cut: int):
    one, other = sketch(text(seed, words)), sketch(" ".join(text(seed, words).split()[cut:]))
    assert shared(one.runs, other.runs) == shared(other.runs, one.runs) <= KEPT_RUNS
    assert shared(one.runs, one.runs) == len(one.runs) // 2


def test_a_sketch_is_the_same_in_every_version_and_on_every_machine():
    made = sketch("The ferry to the island leaves from the eastern quay, and " + " ".join(map(str, range(80))))
    assert made.simhash == "sim64:a288538904832703"
    assert made.asked.hex() == "19630ffd309fc8776fe588089dd72b7d6e5885dc"


def test_what_is_kept_of_a_text_has_the_size_that_the_ledger_counts_on():
    """hash-max-listpack-value; and copies.lua tells the two by it."""
    body = text(1)
    first, copy = article(0, "one", body), article(1, "two", body)
    ((_, original),) = place(first, sketch(body)).telling.kept
    telling = place(copy, sketch(body), Known(b"t", b"", ((first.id, original),))).telling
    assert (len(original), [len(kept) for _, kept in telling.kept]) == (64, [17, 64])


@pytest.mark.parametrize("year", [1850, 1970, 2149, 9999])
def test_a_date_that_cannot_be_is_no_trouble(year: int):
    body = text(1)
    odd = article(0, "one", body, published_at=datetime(year, 7, 1, tzinfo=UTC))
    placed = place(odd, sketch(body))
    assert re.fullmatch(r"clu_\d{4}-\d\d-\d\d_[0-9a-f]{8}", placed.cluster.id)
    again = place(odd.model_copy(update={"version": 2}), sketch(text(2)), Known(b"t", placed.telling.kept[0][1]))
    assert again.cluster == placed.cluster


def test_more_copies_than_can_be_counted_are_still_copies():
    body = text(1)
    first = article(0, "one", body)
    kept = place(first, sketch(body)).telling.kept[0][1]
    full = kept[:2] + b"\xff\xff" + kept[4:]
    placed = place(article(1, "two", body), sketch(body), Known(b"t", b"", ((first.id, full),)))
    assert (placed.duplicate_of, placed.cluster.size) == (first.id, 65_536)
