import pytest

from worker.demo.news import load

NEWSSTAND = load()
ARTICLES = list(NEWSSTAND.articles.values())


def by_slug(article):
    return article.slug


def test_there_are_at_least_twenty_articles_by_four_publishers():
    read = [article for article in ARTICLES if article.becomes_record]

    assert len(read) >= 20
    assert {article.publisher for article in read} == set(NEWSSTAND.publishers)
    assert len(NEWSSTAND.publishers) == 4


def test_the_war_diplomacy_both_and_neither_are_all_there():
    about = [frozenset(article.about) for article in ARTICLES]

    for topics in [{"ukraine-war"}, {"diplomacy"}, {"ukraine-war", "diplomacy"}, set()]:
        assert about.count(frozenset(topics)) >= 4, topics


def test_a_near_miss_names_what_the_topics_are_made_of():
    neither = " ".join(article.title + article.body for article in ARTICLES if not article.about)

    for word in ["Ukraine", "Kyiv", "ambassador", "summit", "talks", "ceasefire", "siege", "truce", "attack"]:
        assert word in neither, word


def test_the_wire_copy_has_the_text_of_its_twin_and_another_title():
    copy = NEWSSTAND.articles["black-sea-freighter"]
    twin = NEWSSTAND.articles["grain-ship-mine"]

    assert copy.body == twin.body
    assert copy.title != twin.title
    assert copy.publisher != twin.publisher


@pytest.mark.parametrize("article", [a for a in ARTICLES if a.status == 200 and not a.private], ids=by_slug)
def test_an_article_is_long_enough_to_be_told_from_its_surroundings(article):
    assert len(article.body.split()) >= 110
    assert article.title
    assert article.summary


def test_one_article_changes_its_title_and_its_text():
    changing = [article for article in ARTICLES if article.later]

    assert len(changing) == 1
    assert changing[0].changed().title != changing[0].title
    assert len(changing[0].changed().body) > len(changing[0].body)
