"""Topic rules as data: `topics.toml` and the lexicons it includes → `TopicRules`, checked, with line and mend."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from config.topic_file import TopicTable, in_both_numbers, parsed, spellings
from config.trouble import ConfigError, line_of, read_text

SHIPPED = Path(__file__).parent
#: stands before a path that is looked up beside the shipped topics.toml, wherever that is installed
SHIPPED_PREFIX = "wirebeat:"
MEND_INCLUDE = "mend the path in `include`: a file beside this one, or with wirebeat: before it a shipped one"

#: for a topic that is nothing but a list of terms; with the shipped words: F1 .88 for the war, .78 for diplomacy; with
#: a dozen words jotted down, .84 and .68, and .83 and .64 without `distinct`: many words say more than one said often
TERMS_ONLY: dict[str, float] = {"title": 2.2, "lead": 0.9, "body": 0.55, "density": 1.0, "distinct": 0.8}
TERMS_ONLY_BIAS = -2.5


@dataclass(frozen=True, slots=True)
class Signal:
    """What of the text is counted: sentences (or hits) with all of `every` and none of `none`."""

    name: str
    every: tuple[str, ...]
    none: tuple[str, ...]
    #: measure → weight
    weights: dict[str, float]


@dataclass(frozen=True, slots=True)
class TopicRule:
    id: str
    name: str
    iptc: tuple[str, ...]
    wikidata: str | None
    parents: tuple[str, ...]
    threshold: float
    bias: float
    #: added where the article has no title, or a body of only a few lines
    untitled: float
    brief: float
    signals: tuple[Signal, ...]


@dataclass(frozen=True, slots=True)
class TopicRules:
    #: changes whenever anything that can change a tag changes
    version: str
    topics: tuple[TopicRule, ...]
    #: concept → language → terms as written
    concepts: dict[str, dict[str, tuple[str, ...]]]
    languages: frozenset[str]
    #: every file the rules were read from, the first one first
    files: tuple[Path, ...] = field(default=(), compare=False)
    #: topic id → the file that defines it
    homes: dict[str, Path] = field(default_factory=dict, compare=False)


@dataclass(slots=True)
class _Gathered:
    concepts: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    topics: dict[str, tuple[TopicTable, str, str]] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)


def read_topics(path: Path) -> TopicRules:
    text = read_text(path, what="the topic rules", mend="name another in WIREBEAT_TOPICS")
    return load_topics(text, file=str(path))


def load_topics(text: str, *, file: str) -> TopicRules:
    """`file` names the text in errors; its folder is where relative includes are looked up. Raises ConfigError."""
    gathered = _Gathered()
    _gather(text, file, gathered)
    if not gathered.topics:
        raise ConfigError(
            "no topic in it", file=file, mend='add one: `[topics.my-topic]` with a `name` and `terms = ["..."]`'
        )
    topics = tuple(_topic(name, *entry, gathered) for name, entry in gathered.topics.items())
    _check_parents(topics, gathered)
    concepts = {
        name: {language: tuple(dict.fromkeys(terms)) for language, terms in lists.items()}
        for name, lists in gathered.concepts.items()
    }
    languages = frozenset(language for lists in concepts.values() for language in lists)
    release = parsed(text, file).release or "local"
    return TopicRules(
        f"{release}+{_hash(topics, concepts)}",
        topics,
        concepts,
        languages,
        tuple(gathered.files),
        {name: Path(home) for name, (_, home, _) in gathered.topics.items()},
    )


def _gather(text: str, file: str, gathered: _Gathered) -> None:
    path = Path(file)
    if path in gathered.files:
        return
    gathered.files.append(path)
    table = parsed(text, file)
    for included in table.include:
        folder = SHIPPED if included.startswith(SHIPPED_PREFIX) else path.parent
        target = folder / included.removeprefix(SHIPPED_PREFIX)
        named_in = file, line_of(text, "include")
        _gather(read_text(target, what=str(target), mend=MEND_INCLUDE, named_in=named_in), str(target), gathered)
    for name, lists in table.concepts.items():
        _add_terms(gathered, name, lists, table.language, file, text)
    for name, topic in table.topics.items():
        if name in gathered.topics:
            raise ConfigError(
                f"topic {name!r} is there already, in {gathered.topics[name][1]}",
                file=file, line=line_of(text, f"[topics.{name}]"), mend="give it another id, or remove one of the two",
            )  # fmt: skip
        if topic.terms:
            _add_terms(gathered, name, topic.terms, table.language, file, text, inflected=True)
        gathered.topics[name] = (topic, file, text)


def _add_terms(
    gathered: _Gathered,
    name: str,
    lists: list[str] | dict[str, list[str]],
    language: str | None,
    file: str,
    text: str,
    *,
    inflected: bool = False,
) -> None:
    """`inflected`: English terms are found in singular and plural, as who lists words for a topic expects."""
    by_language = {language or "en": lists} if isinstance(lists, list) else lists
    for code, terms in by_language.items():
        for term in terms:
            try:
                spellings(term)
            except ValueError as error:
                line = next(
                    (
                        n
                        for n, content in enumerate(text.splitlines(), 1)
                        if json.dumps(term, ensure_ascii=False) in content
                    ),
                    None,
                )
                raise ConfigError(
                    f"{name}: term {term!r}: {error}",
                    file=file,
                    line=line,
                    mend="write the words only, or (one|two) for a choice",
                ) from None
        found = map(in_both_numbers, terms) if inflected and code == "en" else terms
        gathered.concepts.setdefault(name, {}).setdefault(code, []).extend(found)


def _topic(topic_id: str, table: TopicTable, file: str, text: str, gathered: _Gathered) -> TopicRule:
    line = line_of(text, f"[topics.{topic_id}]")
    weights = {name: {str(measure): number for measure, number in row.items()} for name, row in table.weights.items()}
    if not weights and not table.terms:
        raise ConfigError(
            f"topic {topic_id!r} has neither terms nor weights", file=file, line=line, mend='add `terms = ["..."]`'
        )
    if table.terms and topic_id not in weights:
        weights[topic_id] = dict(TERMS_ONLY)
    bias = table.bias if table.bias is not None else TERMS_ONLY_BIAS
    least = bias + max(0.0, table.untitled) + max(0.0, table.brief)
    if 1 / (1 + math.exp(-least)) >= table.threshold:
        raise ConfigError(
            f"topic {topic_id!r}: bias {bias} alone passes the threshold: every article would be tagged",
            file=file, line=line_of(text, "bias", within=f"[topics.{topic_id}]") or line,
            mend="lower bias or raise threshold",
        )  # fmt: skip
    signals = tuple(_signal(name, row, topic_id, file, text, gathered) for name, row in weights.items())
    speaking = [signal for signal in signals if any(weight > 0 for weight in signal.weights.values())]
    if not speaking:
        raise ConfigError(
            f"topic {topic_id!r}: no weight is above 0", file=file, line=line, mend="nothing could ever be tagged"
        )
    if not any(_finds(concept, gathered) for signal in speaking for concept in signal.every):
        raise ConfigError(
            f"topic {topic_id!r}: nothing but exceptions", file=file, line=line, mend="add a term without a leading !"
        )
    return TopicRule(
        topic_id, table.name, tuple(table.iptc), table.wikidata, tuple(table.parents), table.threshold, bias,
        table.untitled, table.brief, signals,
    )  # fmt: skip


def _finds(concept: str, gathered: _Gathered) -> bool:
    return any(not term.startswith("!") for terms in gathered.concepts[concept].values() for term in terms)


def _signal(name: str, row: dict[str, float], topic_id: str, file: str, text: str, gathered: _Gathered) -> Signal:
    """`a + b - c`: a and b in one sentence that has no c. `a + a`: two different terms of a."""
    first, *others = name.replace(" - ", " + -").split(" + ")
    every = [first.strip(), *(part.strip() for part in others if not part.startswith("-"))]
    none = [part[1:].strip() for part in others if part.startswith("-")]
    known = ", ".join(sorted(gathered.concepts))
    for concept in (*every, *none):
        if concept not in gathered.concepts:
            raise ConfigError(
                f"topics.{topic_id}.weights: {name!r} names the concept {concept!r}, which no file defines",
                file=file,
                line=line_of(text, name, within=f"[topics.{topic_id}.weights]")
                or line_of(text, f"[topics.{topic_id}.weights]"),
                mend=f'add `{concept} = ["..."]` under [concepts], or mend the name; known: {known}'
                if concept
                else "write it as `one + other` or `one - other`",
            )  # fmt: skip
    return Signal(name, tuple(every), tuple(none), row)


def _check_parents(topics: tuple[TopicRule, ...], gathered: _Gathered) -> None:
    known = {topic.id: topic for topic in topics}
    for topic in topics:
        _, file, text = gathered.topics[topic.id]
        line = line_of(text, "parents", within=f"[topics.{topic.id}]")
        above, seen = list(topic.parents), set[str]()
        while above:
            parent = above.pop()
            if parent not in known:
                raise ConfigError(
                    f"topic {topic.id!r}: parent {parent!r} is no topic",
                    file=file,
                    line=line,
                    mend="define it or remove it",
                )
            if parent == topic.id:
                raise ConfigError(
                    f"topic {topic.id!r} is its own ancestor", file=file, line=line, mend="remove one of the parents"
                )
            if parent not in seen:
                seen.add(parent)
                above.extend(known[parent].parents)


def _hash(topics: tuple[TopicRule, ...], concepts: dict[str, dict[str, tuple[str, ...]]]) -> str:
    content: Any = [
        [
            [
                t.id,
                t.name,
                t.iptc,
                t.wikidata,
                t.parents,
                t.threshold,
                t.bias,
                t.untitled,
                t.brief,
                [[s.name, s.weights] for s in t.signals],
            ]
            for t in topics
        ],
        concepts,
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:10]
