"""How well and how fast topics are found: on labelled articles, with weights that did and did not see them.

    python benchmarks/quality_topics.py [--data DIR] [--fit]

DIR holds `dev.jsonl` and `multilingual.jsonl` (default: ../shared/data/topics beside this repository). `--fit` writes
the weights of the shipped topics anew: learned from `dev.jsonl` and, each counting a quarter or a half, the project's
texts."""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from config.topics import SHIPPED, read_topics
from tasks.normalise import normalise
from tasks.topics import TopicTagger
from tasks.topics.fit import Labelled, best_cut, fit, held_out_scores
from worker.cli.topic_quality import Quality, measured
from worker.cli.topics import rewritten

ROOT = Path(__file__).parents[1]
OWN = ROOT / "tests" / "quality" / "topics"
#: what of these counts when it is learned from; what stands in `unseen` and `fresh` never is
LEARNED = {"": 0.25, "hard/": 0.25, "wide/": 0.25, "leads/": 0.5}
#: leads were written against false alarms of war; with them, diplomacy was told worse on sources unseen (.870, .875)
NOT_FOR = {"diplomacy": ("leads/",)}
TOPICS = ("ukraine-war", "diplomacy")
FOLDS = 10
NOISE = (
    "Related article: Kremlin Officials Meet Over Peace Plan for Ukraine\n\n"
    "https://paper.example/2024/11/10/leaders-call-on-the-war-in-ukraine/\n\n"
    "MORE: Zelensky asks allies for missiles. UKRAINE SAYS RUSSIAN MISSILES HIT KYIV AS PUTIN VOWS MORE STRIKES"
)

Row = dict[str, Any]


def rows_of(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def show(label: str, found: dict[str, Quality]) -> None:
    parts = [
        f"{topic} F1 {q.f1:.3f} AP {q.average_precision:.3f} P {q.precision:.3f} R {q.recall:.3f}"
        for topic, q in found.items()
    ]
    print(f"{label:<28} macro {sum(q.f1 for q in found.values()) / len(found):.3f}  {'  '.join(parts)}")


def scored(tagger: TopicTagger, rows: list[Row]) -> dict[str, Quality]:
    results = [tagger.tag(row["title"], normalise(row["text"]).text, row["language"]) for row in rows]
    bare = sum(1 for result in results for tag in result.tags if not tag.evidence)
    print(f"{'tags without evidence':<28} {bare}")
    return {
        topic: measured(
            [(result.scores[topic], topic in row["topics"]) for result, row in zip(results, rows, strict=True)], 0.5
        )
        for topic in TOPICS
    }


def own_texts(topic: str) -> list[Labelled]:
    """They help to learn what the research set has little of, and are never scored by what learned from them."""
    return [
        labelled(row, "own", counts)
        for part, counts in LEARNED.items()
        if part not in NOT_FOR.get(topic, ())
        for file in sorted(OWN.glob(f"{part}*.jsonl"))
        for row in rows_of(file)
    ]


def labelled(row: Row, group: str, counts: float = 1.0) -> Labelled:
    body = normalise(row["text"]).text
    return Labelled(row["title"], body, row["language"], frozenset(row["topics"]), group, counts)


def held_out(tagger: TopicTagger, rows: list[Row], group: Callable[[Row], str]) -> dict[str, Quality]:
    """Each row scored by weights that never saw its group; the cuts are chosen on these very scores, as `fit` does."""
    grouped = [labelled(row, group(row)) for row in rows]
    scores = {topic: held_out_scores(tagger, [*grouped, *own_texts(topic)])[topic] for topic in TOPICS}
    return {topic: measured(those, best_cut(those)) for topic, those in scores.items()}


def write_weights(tagger: TopicTagger, rows: list[Row]) -> None:
    for topic in TOPICS:
        learned_from = [*(labelled(row, row["source"]) for row in rows), *own_texts(topic)]
        cut = best_cut(held_out_scores(tagger, learned_from)[topic])
        print("cut:", topic, cut)
        fitted = fit(tagger, learned_from, cuts={topic: cut})[topic]
        home = tagger.rules.homes[topic]
        home.write_text(rewritten(home.read_text(encoding="utf-8"), topic, fitted), encoding="utf-8")


def injected(tagger: TopicTagger, rows: list[Row], topic: str) -> str:
    negatives = [row for row in rows if topic not in row["topics"] and row["length"] == "full"]
    before = after = 0
    for row in negatives:
        paragraphs = [part for part in re.split(r"\n\s*\n|\n", row["text"]) if part.strip()]
        middle = len(paragraphs) // 2
        noisy = "\n\n".join([*paragraphs[:middle], NOISE, *paragraphs[middle:]])
        before += tagger.tag(row["title"], normalise(row["text"]).text, "en").scores[topic] >= 0.5
        after += tagger.tag(row["title"], normalise(noisy).text, "en").scores[topic] >= 0.5
    return f"{topic} {before} → {after} of {len(negatives)}"


def per_second(work: Callable[[], object], documents: int) -> str:
    """CPU time of one core, the best of five runs."""
    spent = []
    for _ in range(5):
        started = time.process_time()
        work()
        spent.append(time.process_time() - started)
    return f"{documents / min(spent):.0f} documents/s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "topics")
    parser.add_argument("--fit", action="store_true")
    asked = parser.parse_args()
    data = asked.data
    tagger = TopicTagger(read_topics(SHIPPED / "topics.toml"))
    rows = rows_of(data / "dev.jsonl")
    if asked.fit:
        write_weights(tagger, rows)
        tagger = TopicTagger(read_topics(SHIPPED / "topics.toml"))
    show("the shipped weights", scored(tagger, rows))
    show(
        "ten folds, each unseen",
        held_out(tagger, rows, lambda row: str(int(hashlib.sha256(row["id"].encode()).hexdigest(), 16) // 2 % FOLDS)),
    )
    show("each source unseen", held_out(tagger, rows, lambda row: row["source"]))
    for part in (*LEARNED, "unseen/", "fresh/"):
        name = f"own texts, {part.rstrip('/') or 'short'}"
        folder = OWN / part
        for path in sorted(folder.glob("*.jsonl")):
            show(f"{name}, {path.stem}", scored(tagger, rows_of(path)))
    show("other languages", scored(tagger, rows_of(data / "multilingual.jsonl")))
    print(
        "false tags without and with injected lines:",
        "; ".join(injected(tagger, rows, topic) for topic in ("ukraine-war", "diplomacy")),
    )
    texts = [(row["title"], normalise(row["text"]).text) for row in rows]
    print("tagging:", per_second(lambda: [tagger.tag(title, body, "en") for title, body in texts], len(rows)))
    print("normalising:", per_second(lambda: [normalise(row["text"]) for row in rows], len(rows)))


if __name__ == "__main__":
    main()
