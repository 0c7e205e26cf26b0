from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.topic_file import spellings
from config.topics import SHIPPED, load_topics, read_topics
from config.trouble import ConfigError

SMALL = """[topics.harbour]
name = "Harbours"
terms = ["harbour", "port of call"]
"""


def trouble(text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load_topics(text, file="topics.toml")
    return caught.value


def test_the_shipped_topics_are_sound():
    rules = read_topics(SHIPPED / "topics.toml")
    assert {topic.id for topic in rules.topics} >= {"ukraine-war", "diplomacy"}
    assert rules.languages >= {"en", "uk", "ru", "de", "fr", "es", "pl"}


def test_the_shipped_topics_have_words_for_every_concept_in_every_language():
    rules = read_topics(SHIPPED / "topics.toml")
    used = {name for topic in rules.topics for signal in topic.signals for name in (*signal.every, *signal.none)}
    assert {name: rules.languages - rules.concepts[name].keys() for name in used} == dict.fromkeys(used, frozenset())


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("gas pipeline", ["gas pipeline", "gas pipelines"]),
        ("asylum seekers", ["asylum seekers", "asylum seeker"]),
        ("(oil|gas) refinery", ["oil refinery", "gas refinery", "oil refineries", "gas refineries"]),
        ("supplies", ["supplies", "supply"]),
        ("birthday", ["birthday", "birthdays"]),
        ("tax index", ["tax index", "tax indexes"]),
        ("witness", ["witness", "witnesses"]),
        ("speeches", ["speeches", "speech"]),
        *(
            (word, [word.removeprefix("!")])
            for word in ("rights", "politics", "crisis", "gas", "LNG", "NATO", "wreck*")
        ),
    ],
)
def test_a_list_of_english_terms_finds_singular_and_plural(written, found):
    text = SMALL.replace('"harbour", "port of call"', f'"{written}", "!{written}"')
    (terms,) = [lists["en"] for lists in load_topics(text, file="topics.toml").concepts.values()]
    assert [spellings(term) for term in terms] == [found, found]
    assert [term.startswith("!") for term in terms] == [False, True]


def test_other_lists_find_words_as_they_are_written():
    text = '[concepts]\nquay = ["quay"]\n' + SMALL.replace('["harbour", "port of call"]', '{ de = ["Hafen"] }')
    concepts = load_topics(text, file="topics.toml").concepts
    assert concepts == {"quay": {"en": ("quay",)}, "harbour": {"de": ("Hafen",)}}


def test_a_topic_of_terms_only_gets_weights_of_its_own():
    (topic,) = load_topics(SMALL, file="topics.toml").topics
    assert [signal.name for signal in topic.signals] == ["harbour"]
    assert topic.signals[0].weights["title"] > topic.signals[0].weights["body"] > 0


@pytest.mark.parametrize(
    "change",
    [
        ('"harbour"', '"harbours"'),
        ('name = "Harbours"', 'name = "Ports"'),
        ("terms", "threshold = 0.6\nterms"),
        ("terms", "bias = -1.5\nterms"),
    ],
)
def test_the_version_changes_with_whatever_changes_a_tag(change):
    assert (
        load_topics(SMALL, file="topics.toml").version
        != load_topics(SMALL.replace(*change), file="topics.toml").version
    )


def test_the_version_stays_when_only_a_comment_changes():
    with_comment = load_topics("# ports\n" + SMALL, file="topics.toml")
    assert with_comment.version == load_topics(SMALL, file="other.toml").version


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[topics.harbour]\nterms = ['x']\n", 1, "name"),
        (SMALL + "treshold = 0.4\n", 4, "treshold"),
        (SMALL + "threshold = 2\n", 4, "threshold"),
        (SMALL + 'wikidata = "1234"\n', 4, "wikidata"),
        (SMALL + 'iptc = ["20000062"]\n', 4, "iptc"),
        (SMALL + "bias = 1.0\n", 4, "bias"),
        (SMALL + 'parents = ["sea"]\n', 4, "sea"),
        (SMALL + 'parents = ["harbour"]\n', 4, "ancestor"),
        (SMALL + "[topics.harbour.weights]\nship = { title = 1.0 }\n", 5, "ship"),
        (SMALL + "[topics.harbour.weights]\nharbour = { headline = 1.0 }\n", 5, "headline"),
        (SMALL.replace('"harbour"', '"(harbour"'), 3, "(harbour"),
        (SMALL.replace('"harbour"', '"harbour)"'), 3, "harbour)"),
        (SMALL.replace('"harbour"', '"!!"'), 3, "!!"),
        (SMALL + "name = \n", 4, "TOML"),
        ('[topics.harbour]\nname = "Harbours"\n', 1, "neither"),
        ("[topics.Harbour]\nname = 'x'\nterms = ['x']\n", 1, "Harbour"),
        ("topics:\n  harbour:\n", 1, "TOML"),
        ('{"topics": {}}', 1, "TOML"),
        ('[[topics]]\nid = "harbour"\n', 1, "topics"),
        ('[harbour]\nname = "Harbours"\n', 1, "harbour"),
        ("include = 'words.toml'\n" + SMALL, 1, "include"),
        ("language = 'EN'\n" + SMALL, 1, "language"),
        (SMALL + 'name = "again"\n', 4, "TOML"),
        (SMALL.replace('"Harbours"', '""'), 2, "name"),
        (SMALL.replace('"Harbours"', "“Harbours”"), 2, "TOML"),
        (SMALL.replace('["harbour", "port of call"]', '"harbour"'), 3, "terms"),
        (SMALL.replace('["harbour", "port of call"]', "[]"), 3, "terms"),
        (SMALL.replace('["harbour", "port of call"]', '["harbour" "quay"]'), 3, "TOML"),
        (SMALL.replace('["harbour", "port of call"]', '{ english = ["quay"] }'), 3, "english"),
        (SMALL.replace('["harbour", "port of call"]', '{ en = "quay" }'), 3, "terms.en"),
        (SMALL.replace('["harbour", "port of call"]', '["!harbour"]'), 1, "exceptions"),
        (SMALL.replace('"harbour"', '"har*bour"'), 3, "*"),
        (SMALL.replace('"harbour"', '"*"'), 3, "letter"),
        (SMALL.replace('"harbour"', "7"), 3, "terms.0"),
        (SMALL + 'threshold = "high"\n', 4, "threshold"),
        (SMALL + "[topics.harbour.weights]\nharbour = 2\n", 5, "weights"),
        (SMALL + '[topics.harbour.weights]\n"harbour + " = { title = 1.0 }\n', 4, "harbour + "),
        (SMALL + "[concepts]\nBig_Ship = ['ship']\n", 5, "Big_Ship"),
        (SMALL + "[concepts]\nship = []\n", 5, "ship"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line_and_what_to_do(text, line, words):
    found = trouble(text)
    assert found.line == line
    assert words in str(found)
    assert str(found).startswith("topics.toml line ")
    assert found.mend


@pytest.mark.parametrize(
    ("text", "line", "key", "meant"),
    [
        ('[topics.gas]\nnaem = "Gas"\nterms = ["gas"]', 2, "naem", "name"),
        ('[topics.gas]\nname = "Gas"\ntresholds = 0.4\nterms = ["gas"]', 3, "tresholds", "threshold"),
        ('inlcude = ["wirebeat:topics.toml"]', 1, "inlcude", "include"),
    ],
)
def test_a_misspelt_key_is_told_with_the_one_that_is_meant(text, line, key, meant):
    found = trouble(text)
    assert (found.line, found.mend) == (line, f"did you mean {meant!r}?")
    assert key in str(found)


def test_a_mark_that_editors_put_at_the_start_is_no_fault(tmp_path):
    path = tmp_path / "topics.toml"
    path.write_text(SMALL, encoding="utf-8-sig")
    assert [topic.id for topic in read_topics(path).topics] == ["harbour"]


@pytest.mark.parametrize("content", [b"\xff\xfe[\0t", None])
def test_what_is_no_text_is_refused_with_its_name(tmp_path, content):
    path = tmp_path / "topics.toml"
    path.mkdir() if content is None else path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"topics\.toml: the topic rules cannot be read") as caught:
        read_topics(path)
    assert caught.value.mend


def test_an_empty_file_is_refused():
    assert "no topic" in str(trouble(""))


def test_a_file_includes_others_beside_it_and_the_shipped_ones(tmp_path):
    (tmp_path / "words.toml").write_text('language = "de"\n[concepts]\nship = ["Schiff*"]\n', encoding="utf-8")
    mine = tmp_path / "mine.toml"
    mine.write_text(
        'include = ["wirebeat:topics.toml", "words.toml"]\n[concepts]\nship = ["ship"]\n'
        '[topics.ships]\nname = "Ships"\n[topics.ships.weights]\nship = { title = 3.0 }\n',
        encoding="utf-8",
    )
    rules = read_topics(mine)
    assert [topic.id for topic in rules.topics] == ["ukraine-war", "diplomacy", "ships"]
    assert rules.concepts["ship"] == {"de": ("Schiff*",), "en": ("ship",)}
    assert rules.homes["ships"] == mine
    assert rules.files[0] == mine


def test_a_missing_include_names_the_line_that_asks_for_it(tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text('# words\ninclude = ["nowhere.toml"]\n' + SMALL, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_topics(mine)
    assert (caught.value.file, caught.value.line) == (str(mine), 2)


def test_the_same_topic_in_two_files_is_refused(tmp_path):
    (tmp_path / "other.toml").write_text(SMALL, encoding="utf-8")
    mine = tmp_path / "mine.toml"
    mine.write_text('include = ["other.toml"]\n' + SMALL, encoding="utf-8")
    with pytest.raises(ConfigError, match="is there already"):
        read_topics(mine)


def test_files_that_include_each_other_are_read_once(tmp_path):
    first, second = tmp_path / "a.toml", tmp_path / "b.toml"
    first.write_text('include = ["b.toml"]\n' + SMALL, encoding="utf-8")
    second.write_text('include = ["a.toml"]\n[concepts]\nship = ["ship"]\n', encoding="utf-8")
    assert len(read_topics(first).files) == 2


@pytest.mark.parametrize(
    ("term", "ways"),
    [
        ("war (in|on) ukraine", ["war in ukraine", "war on ukraine"]),
        ("end the (ukraine|) war", ["end the ukraine war", "end the war"]),
        ("(port (of call|authority)|dock)", ["port of call", "port authority", "dock"]),
        ("!Goodwill Ambassador", ["goodwill ambassador"]),
        ("US troops", ["US troops"]),
    ],
)
def test_a_term_stands_for_its_spellings(term, ways):
    assert spellings(term) == ways


@given(st.text(alphabet="ab (|)*!", max_size=14))
def test_a_term_is_read_or_refused(term):
    try:
        ways = spellings(term)
    except ValueError:
        return
    assert ways
    assert all(any(char.isalnum() for char in way) for way in ways)


@given(st.text(max_size=60))
def test_no_text_breaks_the_loader_with_another_error(text):
    with suppress(ConfigError):
        assert load_topics(text, file="topics.toml").topics
