"""Articles that hang a process in C, and sites that never answer, among innocent ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.world import World
from tests.service import Service, account_of, environment
from tests.valkey import short_folder

pytestmark = pytest.mark.slow

ENTRIES = 120
POISONED, SILENT = frozenset({7, 31, 64}), frozenset({12, 50, 51, 90})

#: A spaCy model like any other, but that a certain word keeps a regular expression busy in C for years: neither a
#: signal nor a time limit of Python reaches it there.
MODEL = """
import re
import spacy

@spacy.Language.component("hanging")
def hanging(doc):
    if "POISON" in doc.text:
        re.match(r"(a+)+$", "a" * 64 + "b")
    return doc

def load(**_):
    language = spacy.blank("en")
    language.add_pipe("hanging", name="ner")
    return language
"""


def _install_model(folder: Path) -> None:
    (folder / "hanging_model").mkdir()
    (folder / "hanging_model" / "__init__.py").write_text(MODEL)
    (folder / "hanging_model-1.0.dist-info").mkdir()
    (folder / "hanging_model-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: hanging-model\nVersion: 1.0\n"
    )


def test_exactly_the_bad_entries_die_with_their_reasons_and_no_neighbour():
    with short_folder() as name, World(ENTRIES, feeds=6, silent=SILENT, poisoned=POISONED) as world:
        folder = Path(name)
        _install_model(folder)
        world.shown = ENTRIES
        (folder / "feeds.toml").write_text(world.feed_list("1h"))
        env = environment(
            feeds=str(folder / "feeds.toml"), data_dir=str(folder / "d"), allow_origins=world.origins,
            host_interval="0", host_concurrency="16", respect_robots="false", page_timeout_seconds="1.5",
            read_timeout_seconds="1", article_seconds="3", spacy_model="hanging_model",
        )  # fmt: skip
        env["PYTHONPATH"] = str(folder)
        service = Service(folder, "run", "--until-idle", "--no-web", env=env)
        try:
            assert service.wait(240) == 0, service.log[-3000:]
        finally:
            service.end()
        account = account_of(env)
        ends = {row["id"]: row["reason"] for row in service.events("dead")}

    assert account["dead"] == {"resource-limit": len(POISONED), "timeout": len(SILENT)}
    assert account["published"] == ENTRIES - len(POISONED) - len(SILENT)
    assert account["balance"] == 0
    assert len(ends) == len(POISONED) + len(SILENT)
