from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.topics import load_topics
from tasks.topics import TopicTagger

RULES = """
[topics.harbour]
name = "Harbours"
terms = ["(harbour|harbor)", "port of call", "wreck*"]

[concepts]
ship = { en = ["ship", "(tug|tow) boat"], de = ["Schiff*"] }
storm = { en = ["storm", "gale", "!storm in a teacup"], de = ["Sturm"] }

[topics.shipping-weather]
name = "Weather at sea"
iptc = ["medtop:20001130"]
parents = ["harbour"]
bias = -2.5
[topics.shipping-weather.weights]
"ship" = { lead = 0.2 }
"ship + storm" = { title = 2.0, lead = 3.0, body = 1.0 }
"storm + storm" = { body = 0.1 }
"storm - ship" = { any = -0.5 }
"""
TITLE = "Gale drives ship onto the rocks"
BODY = "A storm threw the ship against the wall of the harbour. The wreckage was seen at dawn."


@pytest.fixture(scope="module")
def tagger():
    return TopicTagger(load_topics(RULES, file="topics.toml"))


def test_what_was_found_is_where_the_evidence_says(tagger):
    for tag in tagger.tag(TITLE, BODY, "en").tags:
        assert tag.evidence
        for item in tag.evidence:
            assert (TITLE if item.zone == "title" else BODY)[item.start : item.end] == item.text


def test_the_highest_score_comes_first_and_is_primary(tagger):
    tags = tagger.tag(TITLE, BODY, "en").tags
    assert [tag.primary for tag in tags] == [True, *[False] * (len(tags) - 1)]
    assert [tag.score for tag in tags] == sorted((tag.score for tag in tags), reverse=True)


def test_a_topic_of_terms_only_works(tagger):
    result = tagger.tag("Harbour reopens", "The harbor and its port of call reopened.", "en")
    assert [tag.id for tag in result.tags] == ["harbour"]
    assert {item.rule for item in result.tags[0].evidence} == {"term:harbour", "term:harbor", "term:port-of-call"}


def test_a_stem_finds_its_endings_and_a_word_does_not(tagger):
    assert tagger.explain("", "the wreckage", "en", "harbour")
    assert not tagger.explain("", "harboured harbouring", "en", "harbour")


def test_two_concepts_in_two_sentences_are_not_together(tagger):
    together = tagger.tag("", "The ship met a storm.", "en").scores["shipping-weather"]
    apart = tagger.tag("", "The ship left. A storm came.", "en").scores["shipping-weather"]
    assert together > 0.5 > apart


def test_an_exception_hides_what_it_contains(tagger):
    assert not tagger.explain("", "A ship owner called it a storm in a teacup.", "en", "shipping-weather")[1:]


def test_a_concept_in_a_sentence_without_another_counts_against(tagger):
    against = tagger.explain("", "A storm came.", "en", "shipping-weather")
    assert [(item.text, item.weight) for item in against] == [("storm", -0.5)]


TOP = """
[concepts]
ship = ["ship", "tug"]
storm = ["storm"]

[topics.wreck]
name = "Wrecks"
bias = -2.0
[topics.wreck.weights]
"ship + storm" = { top = 3.0 }
"ship + ship" = { top = 1.0 }
"ship - storm" = { top = -1.0 }
"""
LATER = "The sea was calm before. " * 20


def test_title_and_first_lines_are_read_as_one():
    tagger = TopicTagger(load_topics(TOP, file="topics.toml"))
    (tag,) = tagger.tag("Ship lost", "It was out in the night. A storm had come up.", "en").tags
    assert {(item.text, item.zone, item.weight) for item in tag.evidence} == {
        ("Ship", "title", 1.5),
        ("storm", "lead", 1.5),
    }
    assert not tagger.tag("Ship lost", f"{LATER}A storm had come up.", "en").tags


def test_at_the_top_a_concept_may_be_asked_for_twice_or_not_at_all():
    tagger = TopicTagger(load_topics(TOP, file="topics.toml"))
    weights = [
        sum(item.weight for item in tagger.explain(title, body, "en", "wreck"))
        for title, body in (("Ship", "Ship"), ("Ship", "Tug"), ("Ship", f"Ship. {LATER}Storm"), ("Ship", "A storm"))
    ]
    assert weights == [-1.0, 0.0, -1.0, 3.0]


def test_the_first_sentence_stands_for_a_title_that_is_missing(tagger):
    body = "A ship met a storm. A tug was near."
    untitled = tagger.explain("", body, "en", "shipping-weather")
    titled = tagger.explain("At sea", body, "en", "shipping-weather")
    assert {item.text: round(item.weight, 4) for item in untitled} == {
        item.text: round(item.weight + (1.0 if item.text in ("ship", "storm") else 0), 4) for item in titled
    }
    assert all(item.zone != "title" for item in untitled)


def test_two_of_a_concept_are_two_different_terms(tagger):
    same = tagger.explain("", "A storm, a storm, near the ship", "en", "shipping-weather")
    different = tagger.explain("", "A storm, a gale, near the ship", "en", "shipping-weather")
    assert sum(item.weight for item in different) > sum(item.weight for item in same)


def test_parents_are_tagged_with_the_evidence_of_the_child(tagger):
    tags = {tag.id: tag for tag in tagger.tag("", "The ship met a storm.", "en").tags}
    assert tags["harbour"].score == tags["shipping-weather"].score
    assert {item.rule for item in tags["harbour"].evidence} == {"child:shipping-weather"}


def test_a_language_without_a_lexicon_is_said_to_be_one(tagger):
    assert tagger.tag("Havn", "Et skib i storm", "da") == ((), {}, "language", {})


def test_each_language_has_its_own_words(tagger):
    assert tagger.tag("", "Das Schiffswrack im Sturm", "de-AT").scores["shipping-weather"] > 0.5
    assert tagger.tag("", "Das Schiffswrack im Sturm", "en").scores["shipping-weather"] < 0.1


def test_what_came_near_is_kept_with_its_evidence(tagger):
    result = tagger.tag("", "The ship left. The ship came back.", "en")
    assert result.tags == ()
    assert [item.text for item in result.near["shipping-weather"]] == ["ship", "ship"]


def test_capitals_and_letters_that_grow_in_lower_case_do_not_move_the_evidence(tagger):
    body = "İİİ İstanbul: THE SHIP met a Storm."
    (tag, *_) = tagger.tag("", body, "en").tags
    assert {item.text for item in tag.evidence} == {"SHIP", "Storm"}


def test_curly_quotes_and_hyphens_do_not_part_a_term(tagger):
    assert tagger.explain("", "a port-of-call", "en", "harbour")
    assert not tagger.explain("", "a port. Of call", "en", "harbour")


def test_the_same_text_gives_the_same_result_byte_for_byte(tagger):
    again = TopicTagger(load_topics(RULES, file="topics.toml"))
    first, second = tagger.tag(TITLE, BODY, "en"), again.tag(TITLE, BODY, "en")
    assert [tag.model_dump_json() for tag in first.tags] == [tag.model_dump_json() for tag in second.tags]
    assert list(first.scores.items()) == list(second.scores.items())


def test_a_word_that_speaks_for_a_topic_never_lowers_its_score(tagger):
    scores = [
        tagger.tag("", "The sea. " + "A ship in a storm. " * n, "en").scores["shipping-weather"] for n in range(8)
    ]
    assert scores == sorted(scores)


WORDS = st.sampled_from(
    ["ship", "storm", "gale", "Harbour", "wreck", "wrecks", "tug", "boat", ".", "!", "\n\n", "İ", "’", "teacup"]
)


@given(st.lists(WORDS, max_size=30).map(" ".join), st.lists(WORDS, max_size=60).map(" ".join))
def test_no_tag_is_without_a_span_and_no_span_is_off(title, body):
    tagger = TopicTagger(load_topics(RULES, file="topics.toml"))
    result = tagger.tag(title, body, "en")
    for tag in result.tags:
        assert tag.evidence
        assert tag.score >= 0.5
    for item in [item for spans in result.near.values() for item in spans]:
        assert (title if item.zone == "title" else body)[item.start : item.end] == item.text


@pytest.mark.parametrize("text", ["storm " * 17_000, "A" * 1_000_000], ids=["word", "letter"])
def test_a_text_made_to_be_slow_is_not(tagger, text):
    started = time.process_time()
    tagger.tag(text[:300], text, "en")
    assert time.process_time() - started < 1.0


def test_a_term_may_have_signs_that_a_pattern_would_read():
    rules = '[topics.odd]\nname = "Odd"\nterms = ["c++", "a.b", "what?", "100%", "[sic]"]\n'
    tagger = TopicTagger(load_topics(rules, file="topics.toml"))
    found = tagger.explain("", "They wrote C++ and a.b [sic], 100% of it. What?", "en", "odd")
    assert {item.text for item in found} == {"C", "a.b", "sic", "100", "What"}
    assert not tagger.explain("", "ab, axb and 1000", "en", "odd")


def test_a_word_inside_another_is_not_found(tagger):
    assert not tagger.explain("", "Harbourside, unharbour, harboured", "en", "harbour")


def test_words_in_capitals_are_found_only_in_capitals():
    rules = '[topics.us]\nname = "United States"\nterms = ["US", "WHO chief"]\n'
    tagger = TopicTagger(load_topics(rules, file="topics.toml"))
    found = tagger.explain("", "It is for us to say who chief among us is: the US, or the WHO chief.", "en", "us")
    assert [item.text for item in sorted(found, key=lambda item: item.start)] == ["US", "WHO chief"]


def test_equal_scores_are_ordered_by_id(tagger):
    tags = tagger.tag("", "The ship met a storm.", "en").tags
    assert [tag.id for tag in tags] == ["harbour", "shipping-weather"]
