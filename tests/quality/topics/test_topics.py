"""Floors under what the shipped topics find. Own short texts in the folder; research data where it is there."""

from __future__ import annotations

import json
import re
import textwrap
import time
from pathlib import Path

import pytest

from config.topics import SHIPPED, read_topics
from tasks.normalise import normalise
from tasks.topics import TopicTagger
from tasks.topics.fit import Labelled, best_cut, held_out_scores

HERE = Path(__file__).parent
DATA = Path(__file__).parents[4] / "shared" / "data" / "topics"
CONTRACT = Path(__file__).parents[4] / "shared" / "contract" / "record-example.json"
TOPICS = ("ukraine-war", "diplomacy")
LANGUAGES = ("en", "uk", "ru", "de", "fr", "es", "pl")

ARTICLE = """The president spoke to the Russian leader by phone on Monday and warned him against widening the war in \
Ukraine, two officials said.

In the call, the first since spring, he asked for talks about a ceasefire and offered to host a summit. Kyiv had been \
told of the conversation, its foreign ministry said, and did not object.

Russia's full-scale invasion has gone on for years, and earlier negotiations came to nothing. Moscow has demanded that \
sanctions be lifted before it sends a delegation."""
TITLE = "Leaders discuss end of Ukraine war in phone call"


@pytest.fixture(scope="module")
def tagger():
    return TopicTagger(read_topics(SHIPPED / "topics.toml"))


def rows(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def results(tagger, labelled):
    return [(tagger.tag(row["title"], normalise(row["text"]).text, row["language"]), row["topics"]) for row in labelled]


def f1(found, topic: str) -> float:
    pairs = [(any(tag.id == topic for tag in result.tags), topic in labels) for result, labels in found]
    right = sum(tagged and label for tagged, label in pairs)
    return 2 * right / max(1, sum(tagged + label for tagged, label in pairs))


@pytest.mark.parametrize("language", LANGUAGES)
def test_short_texts_get_their_topics(tagger, language):
    labelled = rows(HERE / f"{language}.jsonl")
    assert len(labelled) >= 30
    found = results(tagger, labelled)
    assert min(f1(found, topic) for topic in TOPICS) >= 0.9
    assert all(tag.evidence for result, _ in found for tag in result.tags)


def test_no_short_text_about_something_else_gets_a_topic(tagger):
    others = [row for language in LANGUAGES for row in rows(HERE / f"{language}.jsonl") if not row["topics"]]
    assert len(others) > 90
    tagged = [row["title"] for row in others if tagger.tag(row["title"], row["text"], row["language"]).tags]
    assert len(tagged) <= 2, tagged


#: of texts that are hard on purpose: sport, culture, business and other wars with the words of the topics, and articles
#: of the topics without their usual words
HARD_F1 = {"en": (0.82, 0.85)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_hard_texts_get_their_topics_more_often_than_not(tagger, language):
    found = results(tagger, rows(HERE / "hard" / f"{language}.jsonl"))
    for topic, floor in zip(TOPICS, HARD_F1.get(language, (0.85, 0.85)), strict=True):
        assert f1(found, topic) >= floor
    assert all(tag.evidence for result, _ in found for tag in result.tags)


#: of texts that say little in the usual words; what stands in `unseen` was never learned from. Scored before anything
#: was done for them: .73 and .52, .84 and .45
PART_F1 = {"wide": (0.88, 0.74), "unseen": (0.9, 0.65)}


@pytest.mark.parametrize("part", PART_F1)
def test_texts_of_a_wide_range_get_their_topics_and_no_others(tagger, part):
    labelled = [row for language in LANGUAGES for row in rows(HERE / part / f"{language}.jsonl")]
    found = results(tagger, labelled)
    for topic, floor in zip(TOPICS, PART_F1[part], strict=True):
        assert f1(found, topic) >= floor
        wrong = [result for result, labels in found for tag in result.tags if tag.id == topic and topic not in labels]
        assert len(wrong) <= 2
    assert all(tag.evidence for result, _ in found for tag in result.tags)


def test_sport_history_and_crime_that_name_ukraine_and_russia_are_seldom_taken_for_the_war(tagger):
    """Leads that were never learned from, half of them about something else in the words of the war. Before the signals
    of them there were 16 false tags."""
    labelled = [row for language in LANGUAGES for row in rows(HERE / "fresh" / f"{language}.jsonl")]
    tagged = [("ukraine-war" in row["topics"]) for row in labelled if "ukraine-war" in topics_of(tagger, row)]
    assert tagged.count(False) <= 7
    assert tagged.count(True) >= 8


def topics_of(tagger, row):
    return {tag.id for tag in tagger.tag(row["title"], normalise(row["text"]).text, row["language"]).tags}


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("How an empress took Crimea", "In 1783 her troops came without a battle, says a new history of Sevastopol."),
        ("Ukrainian beats Russian in three sets", "She saved two match points and won the tie-break in Rome."),
    ],
)
def test_old_years_and_matches_speak_against_the_war(tagger, title, text):
    assert tagger.tag(title, text, "en").scores["ukraine-war"] < 0.5


def test_an_hour_of_the_day_is_no_year(tagger):
    text = "Explosions were heard in the port at {} GMT, and the harbour was closed."
    morning, evening = (tagger.tag("Blasts in Odesa", text.format(hour), "en") for hour in ("0640", "1840"))
    assert morning.scores == evening.scores


def test_texts_that_are_learned_from_are_not_those_that_never_are():
    seen, unseen = (
        {row["title"] for part in parts for path in HERE.glob(f"{part}*.jsonl") for row in rows(path)}
        for parts in (("", "hard/", "wide/", "leads/"), ("unseen/", "fresh/"))
    )
    assert len(unseen) >= 150
    assert not seen & unseen


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "A postcard from Odesa"),
        ("de", "Eine Postkarte aus Odessa"),
        ("fr", "Une carte postale de Lviv"),
        ("es", "Una postal de Kiev"),
        ("pl", "Pocztówka z Kijowa"),
        ("ru", "Открытка из Львова"),
        ("uk", "Листівка зі Львова"),
    ],
)
def test_a_headline_that_only_names_a_town_is_not_about_the_war(tagger, language, title):
    assert 0.2 < tagger.tag(title, "", language).scores["ukraine-war"] < 0.5


def test_words_of_war_in_a_report_of_a_match_are_not_about_the_war(tagger):
    match = (
        "The striker hit a missile from thirty metres in Odesa. The coach praised his army of fans. The goalkeeper was "
        "besieged after half time."
    )
    attack = (
        "Three former players of the Ukrainian league were killed in battle near Pokrovsk this month. The club said "
        "the midfielder had joined a brigade after Russia's invasion."
    )
    assert tagger.tag("Late goal for Odesa", match, "en").scores["ukraine-war"] < 0.5
    assert tagger.tag("Footballers at the front", attack, "en").scores["ukraine-war"] >= 0.5


def test_both_topics_of_one_article_are_found_with_and_without_its_title(tagger):
    assert min(tagger.tag(TITLE, ARTICLE, "en").scores[topic] for topic in TOPICS) >= 0.8
    assert min(tagger.tag("", ARTICLE, "en").scores[topic] for topic in TOPICS) >= 0.5


@pytest.mark.parametrize("columns", [50, 72, 90])
def test_hard_wrapping_does_not_move_the_scores(tagger, columns):
    wrapped = "\n\n".join(textwrap.fill(paragraph, columns) for paragraph in ARTICLE.split("\n\n"))
    straight, again = tagger.tag("", ARTICLE, "en").scores, tagger.tag("", normalise(wrapped).text, "en").scores
    assert max(abs(straight[topic] - again[topic]) for topic in TOPICS) <= 0.02


def test_a_related_line_adds_no_evidence(tagger):
    other = "The bakery opens at six. Its bread is sold out by nine.\n\nThe baker is her own best customer."
    noisy = other.replace("\n\n", "\n\nRelated article: Kremlin Says Russian Troops Will Stay in Ukraine\n\n")
    assert tagger.tag("Bread", normalise(noisy).text, "en") == tagger.tag("Bread", other, "en")


@pytest.mark.parametrize(
    "text", ["ukraine " * 12_500, "war " * 25_000, "A" * 1_000_000], ids=["topic", "word", "letter"]
)
def test_a_long_monotone_text_is_read_in_no_time(tagger, text):
    spent = []
    for _ in range(3):
        started = time.process_time()
        tagger.tag("Ukraine", text, "en")
        spent.append(time.process_time() - started)
    assert min(spent) < 0.5  # 0.003 where it was measured


@pytest.mark.quality
@pytest.mark.skipif(not DATA.exists(), reason="research data is not there")
class TestOnResearchData:
    def test_english_topics_are_found(self, tagger):
        found = results(tagger, rows(DATA / "dev.jsonl"))
        assert f1(found, "ukraine-war") >= 0.91
        assert f1(found, "diplomacy") >= 0.88
        assert all(tag.evidence for result, _ in found for tag in result.tags)

    def test_sources_that_were_never_seen_get_their_topics(self, tagger):
        labelled = [
            Labelled(
                row["title"],
                normalise(row["text"]).text,
                "en",
                frozenset(row["topics"]),
                row.get("source", "own"),
                counts,
            )
            for path, counts in (
                (DATA / "dev.jsonl", 1.0),
                (HERE / "en.jsonl", 0.25),
                (HERE / "wide" / "en.jsonl", 0.25),
            )
            for row in rows(path)
        ]
        scores = held_out_scores(tagger, labelled)
        for topic, floor in zip(TOPICS, (0.89, 0.84), strict=True):
            cut = best_cut(scores[topic])
            right = sum(label for score, label in scores[topic] if score >= cut)
            positive = sum((score >= cut) + label for score, label in scores[topic])
            assert 2 * right / positive >= floor

    def test_other_languages_are_found_more_often_than_not(self, tagger):
        found = results(tagger, rows(DATA / "multilingual.jsonl"))
        assert f1(found, "ukraine-war") >= 0.5
        assert f1(found, "diplomacy") >= 0.7

    @pytest.mark.parametrize("topic", TOPICS)
    def test_injected_lines_add_no_more_than_two_tags(self, tagger, topic):
        noise = (
            "Related article: Kremlin Officials Meet Over Peace Plan for Ukraine\n\n"
            "https://paper.example/2024/11/10/leaders-call-on-the-war-in-ukraine/\n\n"
            "MORE: Zelensky asks allies for missiles. UKRAINE SAYS RUSSIAN MISSILES HIT KYIV AS PUTIN VOWS MORE STRIKES"
        )
        extra = 0
        for row in rows(DATA / "dev.jsonl"):
            if topic in row["topics"] or row["length"] != "full":
                continue
            paragraphs = [part for part in re.split(r"\n\s*\n|\n", row["text"]) if part.strip()]
            middle = len(paragraphs) // 2
            noisy = "\n\n".join([*paragraphs[:middle], noise, *paragraphs[middle:]])
            plain, with_noise = (tagger.tag(row["title"], normalise(text).text, "en") for text in (row["text"], noisy))
            extra += with_noise.scores[topic] >= 0.5 > plain.scores[topic]
        assert extra <= 2

    def test_the_example_record_gets_its_topics(self, tagger):
        record = json.loads(CONTRACT.read_text(encoding="utf-8"))
        wrapped = "\n\n".join(textwrap.fill(part, 76) for part in record["body"].split("\n\n"))
        wrapped = wrapped.replace("two people\n", "two people\n\nhttps://paper.example/2024/11/10/a-phone-call/\n\n", 1)
        for body in (record["body"], normalise(wrapped).text):
            assert min(tagger.tag(record["title"], body, "en").scores[topic] for topic in TOPICS) >= 0.8
            assert min(tagger.tag("", body, "en").scores[topic] for topic in TOPICS) >= 0.5
