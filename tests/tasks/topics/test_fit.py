from __future__ import annotations

import pytest

from config.topics import load_topics
from tasks.topics import TopicTagger
from tasks.topics.fit import BEST_SCORE, Labelled, fit, held_out_scores

RULES = """
[concepts]
ship = ["ship", "tug"]
storm = ["storm", "gale"]
tea = ["tea", "sugar"]

[topics.shipping-weather]
name = "Weather at sea"
bias = -2.0
[topics.shipping-weather.weights]
"ship" = { title = 0.1, body = 0.1 }
"storm" = { title = 0.1, body = 0.1 }
"ship + storm" = { title = 0.1, body = 0.1 }
"tea" = { title = -0.1, body = -0.1 }

[topics.unlabelled]
name = "Nothing of it in the data"
terms = ["nothing"]
"""
YES = frozenset({"shipping-weather"})
LONG = "The sea was calm before and the crew had slept. " * 9


def rows() -> list[Labelled]:
    found = []
    for number in range(12):
        group = f"paper-{number % 3}"
        found += [
            Labelled("Ship lost in storm", f"{LONG} The ship met a storm.", "en", YES, group),
            Labelled("Gale drives tug ashore", "A gale drove the tug ashore.", "en", YES, group),
            Labelled("Ship named", f"{LONG} The ship was named at noon.", "en", frozenset(), group),
            Labelled("Tea ship", "A ship with tea and sugar, a storm in the tea trade.", "en", frozenset(), group),
            Labelled("Storm fells trees", f"{LONG} The storm felled trees.", "en", frozenset(), group),
            Labelled("Skib i storm", "Et skib.", "da", YES, group),
        ]
    return found


@pytest.fixture(scope="module")
def tagger():
    return TopicTagger(load_topics(RULES, file="topics.toml"))


@pytest.fixture(scope="module")
def fitted(tagger):
    return fit(tagger, rows(), strength=1.0)


def test_only_topics_that_are_labelled_are_fitted(fitted):
    assert set(fitted) == {"shipping-weather"}


def test_fitted_weights_tell_the_articles_apart(tagger, fitted):
    found = fitted["shipping-weather"]
    lines = [
        f'"{name}" = {{ {", ".join(f"{m} = {w}" for m, w in row.items())} }}' for name, row in found.weights.items()
    ]
    text = RULES.split("[topics.shipping-weather.weights]", maxsplit=1)[0].replace(
        "bias = -2.0", f"bias = {found.bias}"
    )
    text += f"untitled = {found.untitled}\nbrief = {found.brief}\n[topics.shipping-weather.weights]\n" + "\n".join(
        lines
    )
    better = TopicTagger(load_topics(text, file="topics.toml"))
    for row in rows():
        if row.lang == "en":
            assert bool(better.tag(row.title, row.body, "en").tags) == bool(row.topics), row.title


def test_no_weight_changes_its_sign(fitted):
    weights = fitted["shipping-weather"].weights
    assert all(weight < 0 for weight in weights["tea"].values())
    assert all(weight > 0 for name, row in weights.items() if name != "tea" for weight in row.values())


def test_fitting_again_gives_the_same_weights(tagger, fitted):
    assert fit(tagger, list(reversed(rows())), strength=1.0) == fitted


def test_each_row_is_scored_by_weights_that_did_not_see_its_group(tagger):
    scores = held_out_scores(tagger, rows(), strength=1.0)["shipping-weather"]
    assert len(scores) == 60
    right = sum((score >= BEST_SCORE) == label for score, label in scores)
    assert right == len(scores)


def test_a_topic_with_few_articles_is_not_fitted(tagger):
    assert fit(tagger, rows()[:12]) == {}
    assert held_out_scores(tagger, rows()[:12]) == {}


def test_articles_of_one_source_are_left_out_in_parts(tagger):
    scores = held_out_scores(tagger, [row._replace(group="paper") for row in rows()], strength=1.0)
    assert len(scores["shipping-weather"]) == 60
