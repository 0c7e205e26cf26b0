"""`wirebeat topics`: are the rules sound, how good are they, and can the weights be better?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from config.settings import load_settings
from config.trouble import ConfigError
from worker.cli import topic_changes

if TYPE_CHECKING:
    from config.topics import TopicRules
    from tasks.topics import TopicTagger
    from tasks.topics.fit import Fitted, Labelled

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)

Rules = Annotated[Path | None, typer.Option("--topics", help="topic file; default: the setting")]
Gold = Annotated[Path, typer.Argument(help="JSON Lines: title, text, topics; language and source if known")]

app.command()(topic_changes.diff)
app.command()(topic_changes.retag)

STARTER = """
[topics.{id}]
name = "{name}"
# Words and phrases in small letters; (a|b) is a choice, a final * stands for any ending, a leading ! for an exception.
terms = {terms}
"""


class Quality(NamedTuple):
    precision: float
    recall: float
    f1: float
    average_precision: float
    positives: int


@app.command()
def check(topics: Rules = None) -> None:
    """Read the topic file and what it includes; exit code 78 names the first fault. Example: wirebeat topics check"""
    rules = _rules(topics)
    typer.echo(f"version {rules.version}: {', '.join(str(path) for path in rules.files)}")
    for topic in rules.topics:
        used = {concept for signal in topic.signals for concept in signal.every}
        languages = {
            language: sum(language in rules.concepts[name] for name in used) for language in sorted(rules.languages)
        }
        shown = " ".join(f"{language} {count}/{len(used)}" for language, count in languages.items())
        typer.echo(
            f"{topic.id}: {len(topic.signals)} signals, threshold {topic.threshold}; concepts with words: {shown}"
        )
    for remark in _remarks(rules):
        typer.echo(f"note: {remark}", err=True)


@app.command(name="eval")
def evaluate(
    gold: Gold,
    topics: Rules = None,
    by: Annotated[str | None, typer.Option(help="also by this field of the rows")] = None,
    errors: Annotated[int, typer.Option(help="show so many wrong rows a topic, worst first")] = 0,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Score the rules on labelled articles. Example: wirebeat topics eval labelled.jsonl"""
    from tasks.topics import TopicTagger

    tagger = TopicTagger(_rules(topics))
    rows = list(_rows(gold))
    scored = _scored(tagger, rows)
    parts = {"all": rows} if by is None else {"all": rows, **_parts(rows, by)}
    report = {
        part: {
            topic: _quality([scores[index] for index in _indexes(rows, members)], tagger.rules, topic)
            for topic, scores in scored.items()
        }
        for part, members in parts.items()
    }
    if as_json:
        typer.echo(
            json.dumps(
                {part: {topic: quality._asdict() for topic, quality in found.items()} for part, found in report.items()}
            )
        )
        return
    for part, found in report.items():
        _print_quality(part, found)
    for topic, scores in scored.items():
        _print_errors(topic, scores, rows, tagger.rules, errors)


@app.command()
def fit(
    gold: Gold,
    topics: Rules = None,
    strength: Annotated[
        float | None, typer.Option(help="how hard data must pull to move a weight; higher for fewer rows")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say how good the weights would be")] = False,
) -> None:
    """Learn the weights of the topics in GOLD into the topic files. Example: wirebeat topics fit labelled.jsonl"""
    from tasks.topics import TopicTagger
    from tasks.topics import fit as fitting

    tagger = TopicTagger(_rules(topics))
    rows = [_labelled(row) for row in _rows(gold)]
    strength = fitting.STRENGTH if strength is None else strength
    typer.echo("scored by weights that never saw the source (those written learn from all):")
    held_out = fitting.held_out_scores(tagger, rows, strength=strength)
    cuts = {topic: fitting.best_cut(scores) for topic, scores in held_out.items()}
    _print_quality("held out", {topic: measured(scores, cuts[topic]) for topic, scores in held_out.items()})
    learned = fitting.fit(tagger, rows, strength=strength, cuts=cuts)
    for topic_id, fitted in learned.items():
        home = tagger.rules.homes[topic_id]
        if not dry_run:
            home.write_text(rewritten(home.read_text(encoding="utf-8"), topic_id, fitted), encoding="utf-8")
        typer.echo(f"{topic_id}: {'would be written' if dry_run else 'written'} to {home}")
    for topic_id in sorted({topic for row in rows for topic in row.topics} - learned.keys()):
        known = topic_id in tagger.rules.homes
        reason = f"fewer than {fitting.FEWEST} articles with it, or without" if known else "no topic of the rules"
        typer.echo(f"{topic_id}: not fitted: {reason}", err=True)


@app.command()
def new(
    topic_id: Annotated[str, typer.Argument(metavar="ID", help="small letters and hyphens: energy-security")],
    name: Annotated[str | None, typer.Option(help="what people read; default: made from the id")] = None,
    term: Annotated[list[str] | None, typer.Option(help="a word or phrase; may be given again")] = None,
    topics: Rules = None,
) -> None:
    """Write a starter topic at the end of the topic file. Example: wirebeat topics new energy-security"""
    from config.topics import load_topics

    path = topics or load_settings().topics
    words = topic_id.replace("-", " ")
    starter = STARTER.format(
        id=topic_id, name=name or words.capitalize(), terms=json.dumps(term or [words], ensure_ascii=False)
    )
    text = (path.read_text(encoding="utf-8") if path.exists() else "").rstrip("\n") + "\n" + starter
    load_topics(text, file=str(path))
    path.write_text(text.lstrip("\n"), encoding="utf-8")
    typer.echo(f"{path}: [topics.{topic_id}] added; add terms there, then `wirebeat topics check`")


def rewritten(text: str, topic_id: str, fitted: Fitted) -> str:
    """The topic file with other numbers; comments, order and spacing stay."""
    import tomlkit

    document = tomlkit.parse(text)
    table: Any = document["topics"]
    topic = table[topic_id]
    topic["bias"] = fitted.bias
    for key, number in (("untitled", fitted.untitled), ("brief", fitted.brief)):
        if key in topic or number:
            topic[key] = number
    if "weights" not in topic:
        topic["weights"] = tomlkit.table()
    for signal, row in fitted.weights.items():
        if signal not in topic["weights"]:
            topic["weights"][signal] = tomlkit.inline_table()
        for measure, weight in row.items():
            topic["weights"][signal][measure] = weight
    return tomlkit.dumps(document)


def _rules(path: Path | None) -> TopicRules:
    from config.topics import read_topics

    return read_topics(path or load_settings().topics)


def _remarks(rules: TopicRules) -> Iterator[str]:
    from config.topic_file import spellings

    used = {concept for topic in rules.topics for signal in topic.signals for concept in (*signal.every, *signal.none)}
    for name, lists in rules.concepts.items():
        if name not in used:
            yield f"concept {name!r} is used by no topic"
        for language, terms in lists.items():
            seen: set[str] = set()
            for term in terms:
                if seen >= set(spellings(term)):
                    yield f"concept {name!r}, {language}: {term!r} finds nothing that earlier terms do not find"
                seen.update(spellings(term))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
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


def _labelled(row: dict[str, Any]) -> Labelled:
    from tasks.normalise import normalise
    from tasks.topics.fit import Labelled

    return Labelled(
        str(row.get("title") or ""),
        normalise(row["text"]).text,
        str(row.get("language") or row.get("lang") or "en"),
        frozenset(row["topics"]),
        str(row.get("source") or row.get("id") or ""),
    )


def _scored(tagger: TopicTagger, rows: list[dict[str, Any]]) -> dict[str, list[tuple[float, bool]]]:
    """Topic → (score, label) of each row; only topics that are labelled somewhere."""
    from tasks.normalise import normalise

    known = [topic.id for topic in tagger.rules.topics if any(topic.id in row["topics"] for row in rows)]
    scored: dict[str, list[tuple[float, bool]]] = {topic: [] for topic in known}
    for row in rows:
        lang = str(row.get("language") or row.get("lang") or "en")
        result = tagger.tag(str(row.get("title") or ""), normalise(row["text"]).text, lang)
        for topic in known:
            scored[topic].append((result.scores.get(topic, 0.0), topic in row["topics"]))
    return scored


def _parts(rows: list[dict[str, Any]], by: str) -> dict[str, list[dict[str, Any]]]:
    parts: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        parts.setdefault(f"{by} {row.get(by, '')}", []).append(row)
    return parts


def _indexes(rows: list[dict[str, Any]], members: list[dict[str, Any]]) -> list[int]:
    wanted = {id(row) for row in members}
    return [index for index, row in enumerate(rows) if id(row) in wanted]


def _quality(scores: list[tuple[float, bool]], rules: TopicRules, topic: str) -> Quality:
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


def _print_quality(part: str, found: dict[str, Quality]) -> None:
    typer.echo(f"== {part}")
    for topic, quality in found.items():
        typer.echo(
            f"{topic:<20} P {quality.precision:.3f}  R {quality.recall:.3f}  F1 {quality.f1:.3f}"
            f"  AP {quality.average_precision:.3f}  ({quality.positives} articles)"
        )
    if found:
        typer.echo(f"{'macro F1':<20} {sum(quality.f1 for quality in found.values()) / len(found):.3f}")


def _print_errors(
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
