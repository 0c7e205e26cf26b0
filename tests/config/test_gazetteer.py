"""The table of names: complete, consistent, and refused with the place when it is wrong."""

from __future__ import annotations

import pytest

from config.gazetteer import load_gazetteer
from config.trouble import ConfigError

GAZETTEER = load_gazetteer()


def test_there_are_more_than_three_hundred_names_of_every_kind():
    kinds = [item.type for item in GAZETTEER.items.values()]

    assert len(kinds) > 300
    assert {"person", "place", "org", "event", "other"} == set(kinds)


def test_every_country_has_a_code_and_a_point():
    for item in GAZETTEER.items.values():
        if item.country or item.capital:
            assert item.code, item.key
            assert item.at, item.key


def test_every_item_can_be_found_by_its_own_name():
    named = {alias.key for alias in GAZETTEER.aliases if alias.when in ("always", "bare")}

    assert set(GAZETTEER.items) - named == set()


def test_no_wikidata_item_stands_for_two():
    given = [item.wikidata for item in GAZETTEER.items.values() if item.wikidata]

    assert len(given) == len(set(given))


def test_words_for_a_people_have_a_plural_where_english_has_one():
    people = {alias.text for alias in GAZETTEER.aliases if alias.when == "people"}

    assert {"Ukrainians", "Iraqis", "Germans", "Greeks"} <= people
    assert not {"Frenchs", "Chineses", "Frenchmans"} & people


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[person]\nx = { nam = 'X' }\n", "unknown key 'nam'"),
        ("[person]\nx = { also = ['X'] }\n", "has no name"),
        ("[place]\nx = { name = 'X', at = [91.0, 0.0] }\n", "latitude"),
        ("[people]\nx = { name = 'X' }\n", "unknown table"),
        ("[person]\nx = { name = 'X', also = 'Y' }\n", "list of names"),
        ("[person\n", "Expected"),
    ],
)
def test_a_wrong_table_is_refused_with_file_and_fault(tmp_path, text, words):
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError, match=words) as refused:
        load_gazetteer(tmp_path)

    assert "mine.toml" in str(refused.value)


def test_a_name_given_twice_is_refused(tmp_path):
    for file in ("a.toml", "b.toml"):
        (tmp_path / file).write_text('[org]\nx = { name = "X" }\n', encoding="utf-8")

    with pytest.raises(ConfigError, match="named twice"):
        load_gazetteer(tmp_path)


def test_an_id_of_nobody_is_refused(tmp_path):
    (tmp_path / "ids.toml").write_text('[wikidata]\n"org:nobody" = "Q1"\n', encoding="utf-8")

    with pytest.raises(ConfigError, match="org:nobody"):
        load_gazetteer(tmp_path)


def test_an_unknown_list_of_cues_is_refused(tmp_path):
    (tmp_path / "reporting").mkdir()
    (tmp_path / "reporting" / "xx.toml").write_text('verb = "says"\n', encoding="utf-8")

    with pytest.raises(ConfigError, match="unknown key 'verb'"):
        load_gazetteer(tmp_path)


def test_every_change_of_a_file_is_another_version(tmp_path):
    (tmp_path / "ids.toml").write_text('release = "2026.11.0"\n', encoding="utf-8")
    (tmp_path / "reporting").mkdir()
    versions = [load_gazetteer(tmp_path).version]
    for file, text in (("mine.toml", '[org]\nx = { name = "X" }\n'), ("reporting/xx.toml", 'verbs = "says"\n')):
        (tmp_path / file).write_text(text, encoding="utf-8")
        versions.append(load_gazetteer(tmp_path).version)

    assert len(set(versions)) == 3
    assert all(version.startswith("2026.11.0+") for version in versions)
