"""How well and how fast topics are found: on labelled articles, with weights that did and did not see them.

    python benchmarks/quality_topics.py [--data DIR]

DIR holds `dev.jsonl` and `multilingual.jsonl` (default: ../shared/data/topics beside this repository)."""

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
from tasks.topics.fit import BEST_SCORE, Labelled, held_out_scores
from worker.cli.topics import Quality, measured

ROOT = Path(__file__).parents[1]
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
        for topic in ("ukraine-war", "diplomacy")
    }


def held_out(tagger: TopicTagger, rows: list[Row], group: Callable[[Row], str]) -> dict[str, Quality]:
    labelled = [
        Labelled(row["title"], normalise(row["text"]).text, "en", frozenset(row["topics"]), group(row)) for row in rows
    ]
    return {topic: measured(scores, BEST_SCORE) for topic, scores in held_out_scores(tagger, labelled).items()}


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
    data = parser.parse_args().data
    tagger = TopicTagger(read_topics(SHIPPED / "topics.toml"))
    rows = rows_of(data / "dev.jsonl")
    show("the shipped weights", scored(tagger, rows))
    show(
        "ten folds, each unseen",
        held_out(tagger, rows, lambda row: str(int(hashlib.sha256(row["id"].encode()).hexdigest(), 16) // 2 % FOLDS)),
    )
    show("each source unseen", held_out(tagger, rows, lambda row: row["source"]))
    for language in sorted(path.stem for path in (ROOT / "tests" / "quality" / "topics").glob("*.jsonl")):
        show(
            f"own short texts, {language}",
            scored(tagger, rows_of(ROOT / "tests" / "quality" / "topics" / f"{language}.jsonl")),
        )
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
