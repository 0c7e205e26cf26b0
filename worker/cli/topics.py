"""`wirebeat topics`: are the rules sound, how good are they, and can the weights be better?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.settings import load_settings
from config.topic_file import SLUG
from config.trouble import ConfigError
from worker.cli import topic_changes
from worker.cli.topic_quality import (
    indexes,
    labelled,
    measured,
    parts_of,
    print_errors,
    print_quality,
    quality_of,
    rows_of,
    scored,
)

if TYPE_CHECKING:
    from config.topics import TopicRules
    from tasks.topics.fit import Fitted

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)

Rules = Annotated[Path | None, typer.Option("--topics", help="topic file; default: the setting")]
Gold = Annotated[Path, typer.Argument(help="JSON Lines: title, text, topics; language and source if known")]

STARTER = """
[topics.{id}]
name = "{name}"
# Words and phrases in small letters; (a|b) is a choice, a final * stands for any ending, a leading ! for an exception.
terms = {terms}
"""


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
    rows = list(rows_of(gold))
    judged = scored(tagger, rows)
    parts = {"all": rows} if by is None else {"all": rows, **parts_of(rows, by)}
    report = {
        part: {
            topic: quality_of([scores[index] for index in indexes(rows, members)], tagger.rules, topic)
            for topic, scores in judged.items()
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
        print_quality(part, found)
    for topic, scores in judged.items():
        print_errors(topic, scores, rows, tagger.rules, errors)


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
    rows = [labelled(row) for row in rows_of(gold)]
    strength = fitting.STRENGTH if strength is None else strength
    typer.echo("scored by weights that never saw the source (those written learn from all):")
    held_out = fitting.held_out_scores(tagger, rows, strength=strength)
    cuts = {topic: fitting.best_cut(scores) for topic, scores in held_out.items()}
    print_quality("held out", {topic: measured(scores, cuts[topic]) for topic, scores in held_out.items()})
    learned = fitting.fit(tagger, rows, strength=strength, cuts=cuts)
    for topic_id, fitted in learned.items():
        home = tagger.rules.homes[topic_id]
        if not dry_run:
            home.write_text(rewritten(home.read_text(encoding="utf-8-sig"), topic_id, fitted), encoding="utf-8")
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
    _check_new(topic_id, path)
    words = topic_id.replace("-", " ")
    starter = STARTER.format(
        id=topic_id, name=name or words.capitalize(), terms=json.dumps(term or [words], ensure_ascii=False)
    )
    text = (path.read_text(encoding="utf-8-sig") if path.exists() else "").rstrip("\n") + "\n" + starter
    load_topics(text, file=str(path))
    path.write_text(text.lstrip("\n"), encoding="utf-8")
    typer.echo(f"{path}: [topics.{topic_id}] added; add terms there, then `wirebeat topics check`")


def _check_new(topic_id: str, path: Path) -> None:
    from config.topics import SHIPPED, read_topics

    if not re.fullmatch(SLUG, topic_id):
        made = "-".join(re.findall(r"[a-z0-9]+", topic_id.lower()))
        mend = f"write {made}, and --name for what people read" if made else "write it like this: energy-security"
        raise ConfigError(f"{topic_id!r} is no id: small letters a to z, digits, single hyphens", mend=mend)
    if not path.exists():
        return
    if home := read_topics(path).homes.get(topic_id):
        raise ConfigError(
            f"there is a topic {topic_id!r} already", file=home, mend="add terms there, or take another id"
        )
    if path.resolve() == (SHIPPED / "topics.toml").resolve():
        typer.echo(
            "note: this is the shipped file, which an update replaces; docs/topics.md begins with one of your own",
            err=True,
        )


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
    for topic in rules.topics:
        speaking = {
            name for signal in topic.signals if max(signal.weights.values(), default=0) > 0 for name in signal.every
        }
        mute = sorted(rules.languages - {language for name in speaking for language in rules.concepts[name]})
        if mute:
            yield f"topic {topic.id!r} has no words in {', '.join(mute)}: no article in these can get it"
    for name, lists in rules.concepts.items():
        if name not in used:
            yield f"concept {name!r} is used by no topic"
        for language, terms in lists.items():
            seen: set[str] = set()
            for term in terms:
                if seen >= set(spellings(term)):
                    yield f"concept {name!r}, {language}: {term!r} finds nothing that earlier terms do not find"
                seen.update(spellings(term))


app.command()(topic_changes.diff)
app.command()(topic_changes.retag)
