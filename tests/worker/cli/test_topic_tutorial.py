"""The tutorial of docs/topics.md, step by step, with the very blocks that stand there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[3] / "docs" / "topics.md").read_text(encoding="utf-8")
TITLE = "Gas storage fills up as minister warns of blackouts"
TERMS = ["--term", "energy security", "--term", "gas storage", "--term", "power grid"]

pytestmark = pytest.mark.slow


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A folder with the article of the page and a topic file that begins as the page begins it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WIREBEAT_SPACY_MODEL", "blank")
    monkeypatch.setenv("WIREBEAT_TOPICS", "my-topics.toml")
    article = re.search(r"cat > article.txt <<'END'\n(.*?)END\n", PAGE, re.DOTALL)
    Path("article.txt").write_text(article[1])
    begin = re.search(r"echo '(.*?)' > my-topics.toml", PAGE)
    Path("my-topics.toml").write_text(begin[1] + "\n")
    return Path("my-topics.toml")


def topic_rows(out: str) -> list[str]:
    lines = out.splitlines()
    return lines[lines.index("topics") + 1 :]


def test_a_topic_of_a_few_terms_is_found_and_explained(desk, wirebeat):
    assert wirebeat("topics", "new", "energy-security", *TERMS).code == 0
    checked = wirebeat("topics", "check")
    found = topic_rows(wirebeat("explain", "article.txt", "--title", TITLE).out)

    assert "energy-security: 1 signals" in checked.lines()[-1]
    assert found[0].startswith("  energy-security 0.9")
    assert any("[gas storage]" in row for row in found)
    assert any("[Energy security]" in row for row in found)


def test_the_list_of_the_page_finds_what_the_first_one_did_not(desk, wirebeat):
    (words,) = [block for block in blocks("toml") if "strategic reserve" in block and "weights" not in block]
    desk.write_text(desk.read_text() + words)
    found = topic_rows(wirebeat("explain", "article.txt", "--title", TITLE).out)
    assert any("[blackouts]" in row for row in found)
    assert any("[grid operator]" in row for row in found)


def test_weights_tell_energy_policy_from_company_news(desk, wirebeat, tmp_path):
    (weights,) = [block for block in blocks("toml") if "market - shortage" in block]
    desk.write_text(desk.read_text() + weights)
    assert wirebeat("topics", "check").code == 0
    (gold,) = blocks("json")
    Path("gold.jsonl").write_text(gold.replace('"..."', '""'))

    report = json.loads(wirebeat("topics", "eval", "gold.jsonl", "--json").out)
    why_not = wirebeat("why-not", "article.txt", "--topic", "diplomacy").lines()

    assert report["all"]["energy-security"]["f1"] == 1.0
    assert "under its threshold of 0.5" in why_not[0]
    assert any("[minister]" in row for row in why_not[1:])


def test_terms_by_language_find_inflected_words(desk, wirebeat):
    (terms,) = [block for block in blocks("toml") if "gasspeicher*" in block]
    desk.write_text(desk.read_text() + '[topics.energy-security]\nname = "Energy security"\n' + terms)
    texts = {
        "de": "Die Gasspeichern des Landes sind voll, und die Energiesicherheit gilt im Winter als gewahrt. " * 2,
        "uk": "Енергетичну безпеку країни обговорили в суботу. Газосховища заповнені, кажуть у міністерстві.",
        "en": "Energy security was the theme of the day, and nobody spoke of the price of coal in the harbour towns.",
    }
    for language, text in texts.items():
        Path("text.txt").write_text(text)
        rows = topic_rows(wirebeat("explain", "text.txt").out)
        name, score = rows[0].split()[:2]
        assert (name, float(score) > 0.5) == ("energy-security", True), (language, rows[0])
        assert "under its threshold" not in rows[0]
