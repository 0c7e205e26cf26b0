"""Articles that hang or crash a process in C, and sites that never answer, among innocent ones: exactly these die.

python -m tests.chaos.poison [--entries 400] [--hanging 8] [--crashing 3] [--silent 10] [--seed 1]
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from tests.chaos.world import World
from tests.service import Service, account_of, environment
from tests.valkey import short_folder

#: A spaCy model like any other, but that one word keeps a regular expression busy in C for years, where neither a
#: signal nor a time limit of Python reaches it, and that another is read from no memory at all.
MODEL = """
import ctypes
import re
import spacy

@spacy.Language.component("hanging")
def hanging(doc):
    if "CRASH" in doc.text:
        ctypes.string_at(0)
    if "HANG" in doc.text:
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


class Bad(NamedTuple):
    """Which articles are so."""

    hanging: frozenset[int]
    crashing: frozenset[int]
    silent: frozenset[int]


def run(folder: Path, entries: int, bad: Bad) -> dict[str, Any]:
    _install_model(folder)
    words = {**dict.fromkeys(bad.hanging, "HANG"), **dict.fromkeys(bad.crashing, "CRASH")}
    with World(entries, feeds=6, silent=bad.silent, poisoned=words) as world:
        world.shown = entries
        (folder / "feeds.toml").write_text(world.feed_list("1h"))
        env = environment(
            feeds=str(folder / "feeds.toml"), data_dir=str(folder / "d"), allow_origins=world.origins,
            host_interval="0", host_concurrency="16", respect_robots="false", page_timeout_seconds="1.5",
            read_timeout_seconds="1", article_seconds="3", spacy_model="hanging_model",
        )  # fmt: skip
        env["PYTHONPATH"] = str(folder)
        started = time.monotonic()
        service = Service(folder, "run", "--until-idle", "--no-web", env=env)
        try:
            code = service.wait(480)
        finally:
            service.end()
        account = account_of(env)
        return {
            "code": code,
            "seconds": round(time.monotonic() - started, 1),
            **{name: account[name] for name in ("seen", "published", "dead", "balance")},
            "dead_ids": len({row["id"] for row in service.events("dead")}),
        }


def faults(told: dict[str, Any], entries: int, bad: Bad) -> list[str]:
    dead = {"resource-limit": len(bad.hanging), "crashed": len(bad.crashing), "timeout": len(bad.silent)}
    count = sum(dead.values())
    wanted = {
        "code": 0, "seen": entries, "published": entries - count, "balance": 0, "dead": dead, "dead_ids": count,
    }  # fmt: skip
    return [f"{name}: {told[name]}, not {value}" for name, value in wanted.items() if told[name] != value]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=400)
    parser.add_argument("--hanging", type=int, default=8)
    parser.add_argument("--crashing", type=int, default=3)
    parser.add_argument("--silent", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    drawn = iter(random.Random(asked.seed).sample(range(asked.entries), asked.hanging + asked.crashing + asked.silent))
    bad = Bad(*(frozenset(islice(drawn, count)) for count in (asked.hanging, asked.crashing, asked.silent)))
    with short_folder() as folder:
        told = run(Path(folder), asked.entries, bad)
    wrong = faults(told, asked.entries, bad)
    print(json.dumps(told, indent=1))
    print(f"faults: {wrong}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
