"""Topic rules as data: `topics.toml` and the lexicons it includes → `TopicRules`, checked, with line and mend."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple

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


class _Source(NamedTuple):
    """A topic file, as it is named and as it is written."""

    file: str
    text: str

    def wrong(self, problem: str, *, topic: str, key: str = "", mend: str) -> ConfigError:
        """At the key in the topic's table, else where that table begins."""
        table = f"[topics.{topic}]"
        line = (line_of(self.text, key, within=table) if key else None) or line_of(self.text, table)
        return ConfigError(problem, file=self.file, line=line, mend=mend)


@dataclass(slots=True)
class _Gathered:
    concepts: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    topics: dict[str, tuple[TopicTable, _Source]] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)


def read_topics(path: Path) -> TopicRules:
    text = read_text(path, what="the topic rules", mend="name another in WIREBEAT_TOPICS")
    return load_topics(text, file=str(path))


def load_topics(text: str, *, file: str) -> TopicRules:
    """`file` names the text in errors; its folder is where relative includes are looked up. Raises ConfigError."""
    gathered = _Gathered()
    release = _gather(_Source(file, text), gathered) or "local"
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
    return TopicRules(
        version=f"{release}+{_hash(topics, concepts)}",
        topics=topics,
        concepts=concepts,
        languages=frozenset(language for lists in concepts.values() for language in lists),
        files=tuple(gathered.files),
        homes={name: Path(source.file) for name, (_, source) in gathered.topics.items()},
    )


def _gather(source: _Source, gathered: _Gathered) -> str | None:
    """Of the file and all that it includes; returns the release that the file itself names."""
    path = Path(source.file)
    if path in gathered.files:
        return None
    gathered.files.append(path)
    table = parsed(source.text, source.file)
    for included in table.include:
        folder = SHIPPED if included.startswith(SHIPPED_PREFIX) else path.parent
        target = folder / included.removeprefix(SHIPPED_PREFIX)
        named_in = source.file, line_of(source.text, "include")
        text = read_text(target, what=str(target), mend=MEND_INCLUDE, named_in=named_in)
        _gather(_Source(str(target), text), gathered)
    for name, lists in table.concepts.items():
        _add_terms(gathered, name, lists, table.language, source)
    for name, topic in table.topics.items():
        if name in gathered.topics:
            there = gathered.topics[name][1].file
            mend = "give it another id, or remove one of the two"
            raise source.wrong(f"topic {name!r} is there already, in {there}", topic=name, mend=mend)
        if topic.terms:
            _add_terms(gathered, name, topic.terms, table.language, source, inflected=True)
        gathered.topics[name] = (topic, source)
    return table.release


def _add_terms(
    gathered: _Gathered,
    name: str,
    lists: list[str] | dict[str, list[str]],
    language: str | None,
    source: _Source,
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
                quoted = json.dumps(term, ensure_ascii=False)
                line = next((n for n, content in enumerate(source.text.splitlines(), 1) if quoted in content), None)
                mend = "write the words only, or (one|two) for a choice"
                raise ConfigError(f"{name}: term {term!r}: {error}", file=source.file, line=line, mend=mend) from None
        found = map(in_both_numbers, terms) if inflected and code == "en" else terms
        gathered.concepts.setdefault(name, {}).setdefault(code, []).extend(found)


def _topic(topic_id: str, table: TopicTable, source: _Source, gathered: _Gathered) -> TopicRule:
    weights = {name: {str(measure): number for measure, number in row.items()} for name, row in table.weights.items()}
    if table.terms and topic_id not in weights:
        weights[topic_id] = dict(TERMS_ONLY)
    bias = table.bias if table.bias is not None else TERMS_ONLY_BIAS
    signals = tuple(_signal(name, row, topic_id, source, gathered) for name, row in weights.items())
    _check_speaks(topic_id, signals, source, gathered)
    least = bias + max(0.0, table.untitled) + max(0.0, table.brief)
    if 1 / (1 + math.exp(-least)) >= table.threshold:
        problem = f"topic {topic_id!r}: bias {bias} alone passes the threshold: every article would be tagged"
        raise source.wrong(problem, topic=topic_id, key="bias", mend="lower bias or raise threshold")
    return TopicRule(
        id=topic_id,
        name=table.name,
        iptc=tuple(table.iptc),
        wikidata=table.wikidata,
        parents=tuple(table.parents),
        threshold=table.threshold,
        bias=bias,
        untitled=table.untitled,
        brief=table.brief,
        signals=signals,
    )


def _check_speaks(topic_id: str, signals: tuple[Signal, ...], source: _Source, gathered: _Gathered) -> None:
    """Something must be able to speak for the topic."""
    speaking = [signal for signal in signals if any(weight > 0 for weight in signal.weights.values())]
    if not signals:
        problem, mend = f"topic {topic_id!r} has neither terms nor weights", 'add `terms = ["..."]`'
    elif not speaking:
        problem, mend = f"topic {topic_id!r}: no weight is above 0", "nothing could ever be tagged"
    elif not any(_finds(concept, gathered) for signal in speaking for concept in signal.every):
        problem, mend = f"topic {topic_id!r}: nothing but exceptions", "add a term without a leading !"
    else:
        return
    raise source.wrong(problem, topic=topic_id, mend=mend)


def _finds(concept: str, gathered: _Gathered) -> bool:
    return any(not term.startswith("!") for terms in gathered.concepts[concept].values() for term in terms)


def _signal(name: str, row: dict[str, float], topic_id: str, source: _Source, gathered: _Gathered) -> Signal:
    """`a + b - c`: a and b in one sentence that has no c. `a + a`: two different terms of a."""
    first, *others = name.replace(" - ", " + -").split(" + ")
    every = [first.strip(), *(part.strip() for part in others if not part.startswith("-"))]
    none = [part[1:].strip() for part in others if part.startswith("-")]
    for concept in (*every, *none):
        if concept not in gathered.concepts:
            problem = f"topics.{topic_id}.weights: {name!r} names the concept {concept!r}, which no file defines"
            known = ", ".join(sorted(gathered.concepts))
            mend = f'add `{concept} = ["..."]` under [concepts], or mend the name; known: {known}'
            if not concept:
                mend = "write it as `one + other` or `one - other`"
            raise source.wrong(problem, topic=f"{topic_id}.weights", key=name, mend=mend)
    return Signal(name, tuple(every), tuple(none), row)


def _check_parents(topics: tuple[TopicRule, ...], gathered: _Gathered) -> None:
    known = {topic.id: topic for topic in topics}
    for topic in topics:
        wrong = partial(gathered.topics[topic.id][1].wrong, topic=topic.id, key="parents")
        above, seen = list(topic.parents), set[str]()
        while above:
            parent = above.pop()
            if parent not in known:
                raise wrong(f"topic {topic.id!r}: parent {parent!r} is no topic", mend="define it or remove it")
            if parent == topic.id:
                raise wrong(f"topic {topic.id!r} is its own ancestor", mend="remove one of the parents")
            if parent not in seen:
                seen.add(parent)
                above.extend(known[parent].parents)


def _hash(topics: tuple[TopicRule, ...], concepts: dict[str, dict[str, tuple[str, ...]]]) -> str:
    told = [
        (t.id, t.name, t.iptc, t.wikidata, t.parents, t.threshold, t.bias, t.untitled, t.brief,
         [(signal.name, signal.weights) for signal in t.signals])
        for t in topics
    ]  # fmt: skip
    content = json.dumps([told, concepts], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:10]
