"""Who and what is in an article. All texts are made up."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from config.gazetteer import load_gazetteer
from tasks.entities import EntityFinder

PUBLISHED = datetime(2024, 11, 10, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def finder():
    return EntityFinder(load_gazetteer())


def spans(text, *names):
    """(start, end, label) of each (name, label), as a model would give them."""
    return [(text.index(name), text.index(name) + len(name), label) for name, label in names]


def found(finder, body, *names, title="", lang="en"):
    return {entity.key: entity for entity in finder.find(title, body, lang, PUBLISHED, spans(body, *names))}


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Trains ran to Kyiv again."),
        ("en", "Trains ran to Kiev again."),
        ("uk", "Потяги знову їдуть у Київ."),
        ("uk", "Зустріч у Києві триває."),
        ("ru", "Поезда снова идут в Киев."),
        ("ru", "Встреча в Киеве продолжается."),
        ("de", "Züge fahren wieder nach Kiew."),
        ("pl", "Pociągi znów jadą do Kijowa."),
    ],
)
def test_kyiv_is_one_place_in_every_spelling_and_case(finder, lang, text):
    assert found(finder, text, lang=lang)["place:kyiv"].geo.country == "UA"


def test_mentions_stand_where_they_say(finder):
    body = "Olaf Scholz met NATO officials. Scholz left for the Baltic Sea."

    for entity in finder.find("", body, "en", PUBLISHED, []):
        assert [body[mention.start : mention.end] for mention in entity.mentions] == [m.text for m in entity.mentions]


def test_a_surname_links_only_after_the_full_name(finder):
    assert "person:john-kerry" not in found(finder, "Kerry spoke to the farmers.")
    assert found(finder, "John Kerry arrived. Kerry spoke to the farmers.")["person:john-kerry"].count == 2


def test_a_name_that_stands_for_one_person_alone_links_without_the_full_name(finder):
    assert found(finder, "Lavrov spoke first.")["person:sergei-lavrov"].link == "gazetteer"


def test_another_member_of_the_family_is_not_the_president(finder):
    body = "Mary Trump wrote a book. Mary Trump lives by the sea."

    keys = found(finder, body, ("Mary Trump", "PERSON"))

    assert "person:mary-trump" in keys
    assert "person:donald-trump" not in keys


def test_a_person_whom_the_model_takes_for_an_organisation_is_a_person(finder):
    body = "Trump Says Tariffs Stay. The decision stands."

    assert list(found(finder, body, ("Trump", "ORG"))) == ["person:donald-trump"]


def test_a_headline_verb_is_no_part_of_a_name(finder):
    body = "Anna Berg Visits Farmers in the north. Berg left at noon."

    entity = found(finder, body, ("Anna Berg Visits", "PERSON"))["person:anna-berg"]

    assert [mention.text for mention in entity.mentions] == ["Anna Berg", "Berg"]


def test_a_name_cut_by_the_model_is_whole_through_the_table(finder):
    body = "Ursula von der Leyen spoke. Von der Leyen left."

    keys = found(finder, body, ("Ursula von", "PERSON"), ("der Leyen", "PERSON"))

    assert list(keys) == ["person:ursula-von-der-leyen"]
    assert keys["person:ursula-von-der-leyen"].count == 2


def test_a_longer_name_of_the_model_hides_the_place_within(finder):
    body = "The Bank of Norway raised rates."

    keys = found(finder, body, ("Bank of Norway", "ORG"))

    assert set(keys) == {"org:bank-of-norway"}


def test_a_word_for_its_people_counts_for_a_country_only_where_it_is_not_named(finder):
    assert found(finder, "The Norwegian boats left.")["place:norway"].roles == ("demonym",)
    named = found(finder, "The Norwegian boats left Norway.")["place:norway"]
    assert [mention.text for mention in named.mentions] == ["Norway"]


def test_a_capital_that_speaks_stands_for_its_government(finder):
    assert "metonym:government" in found(finder, "Moscow rejected the plan.")["place:moscow"].roles
    assert found(finder, "It rained in Moscow all day.")["place:moscow"].roles == ()


def test_an_office_is_named_while_it_was_held(finder):
    body = "Joe Biden and Keir Starmer met."
    roles = found(finder, body)["person:joe-biden"].roles
    later = finder.find("", body, "en", datetime(2025, 3, 1, tzinfo=UTC), [])

    assert roles == ("office:president-of-the-united-states",)
    assert next(entity for entity in later if entity.key == "person:joe-biden").roles == ()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Voters in Georgia queued. Atlanta was calm.", "place:georgia-us"),
        ("Voters in Georgia queued. Tbilisi was calm.", "place:georgia"),
    ],
)
def test_the_country_of_context_decides(finder, text, key):
    assert key in found(finder, text)


def test_a_weak_name_without_its_context_is_left_out(finder):
    assert "place:chad" not in found(finder, "Chad and his brother went fishing.")


def test_a_war_and_the_country_in_its_name_are_both_found(finder):
    keys = found(finder, "Russia's invasion of Ukraine began in winter.")

    assert {"event:russian-invasion-of-ukraine", "place:russia", "place:ukraine"} <= set(keys)


def test_the_title_counts_for_salience_and_has_no_offsets(finder):
    keys = found(finder, "Farmers in Poland blocked a road. Poland waited.", title="Tusk meets farmers")

    assert keys["person:donald-tusk"].mentions == ()
    assert keys["person:donald-tusk"].salience > 0
    assert max(entity.salience for entity in keys.values()) == 1.0


def test_a_common_word_is_no_organisation(finder):
    body = "The Assembly met. The assembly was long."

    assert found(finder, body, ("Assembly", "ORG")) == {}


def test_a_place_without_a_known_point_gets_none(finder):
    body = "The market of Grünau opened. Grünau is small."

    assert found(finder, body, ("Grünau", "GPE"))["place:grunau"].geo is None


def test_without_a_model_the_table_alone_answers(finder):
    assert set(found(finder, "NATO and the European Union met in Oslo.")) == {
        "org:nato",
        "org:european-union",
        "place:oslo",
    }


def test_a_table_of_three_lines_is_enough(tmp_path):
    (tmp_path / "mine.toml").write_text('[person]\nanna-berg = { name = "Anna Berg", alone = ["Berg"] }\n', "utf-8")

    entities = EntityFinder(load_gazetteer(tmp_path)).find("", "Berg won.", "en", PUBLISHED, [])

    assert [entity.key for entity in entities] == ["person:anna-berg"]


@pytest.mark.parametrize(
    ("body", "name", "key"),
    [
        ("Boats on the Amazon river carried the medicine.", ("Amazon", "ORG"), "org:amazon"),
        ("The Amazon basin is dry this year.", ("Amazon", "ORG"), "org:amazon"),
        ("The Jordan river is nearly dry.", ("Jordan", "GPE"), "place:jordan"),
        ("The Disney family gave the land.", ("Disney", "ORG"), "org:disney"),
    ],
)
def test_a_river_or_a_family_is_not_the_firm_or_country_of_its_name(finder, body, name, key):
    assert key not in found(finder, body, name)


@pytest.mark.parametrize(
    ("body", "name", "key"),
    [
        ("Amazon said it would build by the river.", ("Amazon", "ORG"), "org:amazon"),
        ("Talks in Jordan went on by the river.", ("Jordan", "GPE"), "place:jordan"),
        ("The Disney family sold its shares in Disney. Disney said nothing.", ("Disney said", "ORG"), "org:disney"),
    ],
)
def test_beside_a_river_or_a_family_the_firm_or_country_is_found_all_the_same(finder, body, name, key):
    assert key in found(finder, body, (name[0].split()[0], name[1]))


PLACES = ("place:israel", "place:jordan", "place:washington", "place:poland", "place:netherlands", "place:london")


@pytest.mark.parametrize(
    ("title", "body", "names", "person", "count"),
    [
        (
            "Israel Cole to lead the union",
            "Israel Cole, a teacher, was elected on Saturday. Cole promised smaller classes.",
            [("Israel", "GPE")],
            "person:israel-cole",
            2,
        ),
        (
            "Washington family sues over a flood",
            "The Washington family has grown peaches for years. Anna Washington asks for two million.",
            [("Washington", "GPE"), ("Anna Washington", "PERSON")],
            "person:anna-washington",
            2,
        ),
        (
            "Sydney Poland to head the hospital",
            "Dr. Sydney Poland will lead the hospital. Poland replaces a friend.",
            [("Sydney Poland", "PERSON")],
            "person:sydney-poland",
            2,
        ),
        (
            "The cabin of Jack London",
            "The cabin of Jack London was restored. London had built it himself.",
            [("Jack London", "PERSON")],
            "person:jack-london",
            2,
        ),
    ],
)
def test_people_who_share_a_name_with_a_place_are_no_places(finder, title, body, names, person, count):
    entities = found(finder, body, *names, title=title)
    assert entities[person].count == count
    assert not {key for key in PLACES if key in entities}


@pytest.mark.parametrize(
    ("body", "names", "place"),
    [
        (
            "Jack London lived in London. London was kind to him.",
            [("Jack London", "PERSON")],
            "london",
        ),
        ("Israel Defense Forces said so. Israel agreed.", [], "israel"),
        ("Officials left. Washington agreed on Monday to send envoys.", [], "washington"),
        ("Then Virginia Democrats won.", [("Virginia Democrats", "PERSON")], "virginia"),
        ("Gen Milley - Poland met allies. Poland agreed.", [("Gen Milley - Poland", "PERSON")], "poland"),
    ],
)
def test_a_place_stays_one_beside_people_and_offices_of_its_name(finder, body, names, place):
    assert f"place:{place}" in found(finder, body, *names)
