"""Labelled articles for `wirebeat topics eval` and `fit`: read, scored, and told how well."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from config.trouble import ConfigError, read_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from config.topics import TopicRules
    from tasks.topics import TopicTagger
    from tasks.topics.fit import Labelled


class Quality(NamedTuple):
    precision: float
    recall: float
    f1: float
    average_precision: float
    positives: int


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    text = read_text(path, mend="name a file of labelled articles, one JSON object a line")
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            row["text"], row["topics"] = str(row.get("text") or ""), list(row["topics"])
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ConfigError(
                "not a labelled article",
                file=path,
                line=number,
                mend='{"title": "...", "text": "...", "topics": ["..."]}',
            ) from None
        yield row


def labelled(row: dict[str, Any]) -> Labelled:
    from tasks.normalise import normalise
    from tasks.topics.fit import Labelled

    return Labelled(
        str(row.get("title") or ""),
        normalise(row["text"]).text,
        str(row.get("language") or row.get("lang") or "en"),
        frozenset(row["topics"]),
        str(row.get("source") or row.get("id") or ""),
    )


def scored(tagger: TopicTagger, rows: list[dict[str, Any]]) -> dict[str, list[tuple[float, bool]]]:
    """Topic → (score, label) of each row; only topics that are labelled somewhere."""
    from tasks.normalise import normalise

    known = [topic.id for topic in tagger.rules.topics if any(topic.id in row["topics"] for row in rows)]
    for other in sorted({topic for row in rows for topic in row["topics"]} - {t.id for t in tagger.rules.topics}):
        typer.echo(f"note: some are labelled {other!r}, which is no topic of the rules", err=True)
    scored: dict[str, list[tuple[float, bool]]] = {topic: [] for topic in known}
    for row in rows:
        lang = str(row.get("language") or row.get("lang") or "en")
        result = tagger.tag(str(row.get("title") or ""), normalise(row["text"]).text, lang)
        for topic in known:
            scored[topic].append((result.scores.get(topic, 0.0), topic in row["topics"]))
    return scored


def parts_of(rows: list[dict[str, Any]], by: str) -> dict[str, list[dict[str, Any]]]:
    parts: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        parts.setdefault(f"{by} {row.get(by, '')}", []).append(row)
    return parts


def indexes(rows: list[dict[str, Any]], members: list[dict[str, Any]]) -> list[int]:
    wanted = {id(row) for row in members}
    return [index for index, row in enumerate(rows) if id(row) in wanted]


def quality_of(scores: list[tuple[float, bool]], rules: TopicRules, topic: str) -> Quality:
    return measured(scores, next(rule.threshold for rule in rules.topics if rule.id == topic))


def measured(scores: list[tuple[float, bool]], threshold: float) -> Quality:
    positives = sum(label for _, label in scores)
    found = sum(score >= threshold for score, _ in scores)
    right = sum(label for score, label in scores if score >= threshold)
    seen = hits = 0
    area = 0.0
    for score in sorted({score for score, _ in scores}, reverse=True):
        tied = [label for other, label in scores if other == score]
        seen, hits = seen + len(tied), hits + sum(tied)
        area += sum(tied) * hits / seen
    return Quality(
        right / found if found else 0.0,
        right / positives if positives else 0.0,
        2 * right / (found + positives) if found + positives else 0.0,
        area / positives if positives else 0.0,
        positives,
    )


def print_quality(part: str, found: dict[str, Quality]) -> None:
    typer.echo(f"== {part}")
    for topic, quality in found.items():
        typer.echo(
            f"{topic:<20} P {quality.precision:.3f}  R {quality.recall:.3f}  F1 {quality.f1:.3f}"
            f"  AP {quality.average_precision:.3f}  ({quality.positives} articles)"
        )
    if found:
        typer.echo(f"{'macro F1':<20} {sum(quality.f1 for quality in found.values()) / len(found):.3f}")


def print_errors(
    topic: str, scores: list[tuple[float, bool]], rows: list[dict[str, Any]], rules: TopicRules, limit: int
) -> None:
    threshold = next(rule.threshold for rule in rules.topics if rule.id == topic)
    wrong = [
        (abs(score - label), index) for index, (score, label) in enumerate(scores) if (score >= threshold) != label
    ]
    for _, index in sorted(wrong, reverse=True)[:limit]:
        score, label = scores[index]
        typer.echo(
            f"{topic} {'missed' if label else 'false'} {score:.2f}  "
            f"{rows[index].get('title') or rows[index]['text'][:90]}"
        )
