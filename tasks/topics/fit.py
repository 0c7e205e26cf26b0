"""Weights from labelled articles: per topic a logistic regression over the signals that its file names."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from config.topics import TopicRule
from tasks.topics.signals import BRIEF_WORDS, VALUES, Reading, count, read

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tasks.topics import TopicTagger

    Floats = NDArray[np.float64]

#: where the search starts and what little data cannot move: the size of a weight by its measure, its sign from the file
START = {"title": 0.3, "lead": 0.12, "body": 0.12, "density": 0.09, "any": 0.12, "distinct": 0.12, "top": 0.15}
#: least weight written, so that a signal that data did not need keeps its sign for the next fit
LEAST = 0.01
#: where held-out scores are best parted becomes the threshold, if it lies between these. Lower, F1 on 479 articles was
#: the same within chance, but a headline that only names a town passed; higher, no topic measured was parted better
CUTS = tuple(round(0.42 + 0.01 * step, 2) for step in range(9))
BEST_SCORE = 0.42
#: F1 is averaged over so many cuts to either side: one article more or less should not move the threshold far
AROUND = 5
#: an article counts this much again without its title, and again as its headline alone: feeds bring all three, and
#: headlines of a source that was never seen would else score too low (macro F1 with each source unseen: .84, with .87)
UNTITLED_COPY = 0.3
HEADLINE_COPY = 0.3
#: of the penalty on squared distance from the start, in units of the signal's spread
STRENGTH = 100.0
ROUNDS = 80
#: labelled articles of a topic, and as many without it, below which nothing is learned
FEWEST = 8
#: parts in which articles are left out where they do not come from several sources
FOLDS = 10


class Labelled(NamedTuple):
    title: str
    body: str
    lang: str
    topics: frozenset[str]
    #: cross-validation keeps a group together: a source, an outlet
    group: str
    #: how much it counts; what counts less than 1, as made-up texts should, is learned from but never scored
    counts: float = 1.0


class Fitted(NamedTuple):
    bias: float
    untitled: float
    brief: float
    #: signal → measure → weight
    weights: dict[str, dict[str, float]]


class _Example(NamedTuple):
    reading: Reading
    topics: frozenset[str]
    group: str
    counts: float
    #: a whole article that is to be scored, not a part of one
    scored: bool


def fit(
    tagger: TopicTagger,
    rows: Sequence[Labelled],
    *,
    strength: float = STRENGTH,
    cuts: Mapping[str, float] | None = None,
) -> dict[str, Fitted]:
    """Topic → weights, where at least FEWEST of `rows` have it and have it not. Signs stay as they are in the file.
    `cuts`: topic → the score that becomes its threshold, as `best_cut` finds it."""
    examples = _examples(tagger, rows)
    return {
        topic.id: _fitted(
            topic, *_solve(topic, _table(topic, examples), strength), (cuts or {}).get(topic.id, BEST_SCORE)
        )
        for topic in tagger.rules.topics
        if _enough(topic, examples)
    }


def held_out_scores(
    tagger: TopicTagger, rows: Sequence[Labelled], *, strength: float = STRENGTH
) -> dict[str, list[tuple[float, bool]]]:
    """Topic → (score, label) of every row, each scored by weights that never saw a row of its group."""
    if len({row.group for row in rows}) == 1:
        rows = [row._replace(group=str(number % FOLDS)) for number, row in enumerate(rows)]
    examples = _examples(tagger, rows)
    scored: dict[str, list[tuple[float, bool]]] = {}
    for topic in tagger.rules.topics:
        if not _enough(topic, examples):
            continue
        table = _table(topic, examples)
        groups = np.array([example.group for example in examples])
        whole = np.array([example.scored for example in examples])
        for group in sorted(set(groups[whole].tolist())):
            unseen = whole & (groups == group)
            coefficients, bias = _solve(topic, table.of(groups != group), strength)
            sums = table.values[unseen] @ coefficients + bias
            labels = (table.labels[unseen] == 1).tolist()
            scored.setdefault(topic.id, []).extend(zip((1 / (1 + np.exp(-sums))).tolist(), labels, strict=True))
    return scored


def best_cut(scores: Sequence[tuple[float, bool]]) -> float:
    """Where held-out scores are best parted, by F1."""
    steps = [round(CUTS[0] + 0.01 * step, 2) for step in range(-AROUND, len(CUTS) + AROUND)]
    found = [_f1(scores, step) for step in steps]
    means = [sum(found[place : place + 2 * AROUND + 1]) for place in range(len(CUTS))]
    return min(CUTS, key=lambda cut: (-round(means[CUTS.index(cut)], 6), abs(cut - BEST_SCORE)))


def _f1(scores: Sequence[tuple[float, bool]], cut: float) -> float:
    found, labelled = [label for score, label in scores if score >= cut], sum(label for _, label in scores)
    return 2 * sum(found) / max(1, len(found) + labelled)


def _examples(tagger: TopicTagger, rows: Sequence[Labelled]) -> list[_Example]:
    examples = []
    for row in rows:
        matcher = tagger.matcher(row.lang)
        if matcher is None:
            continue
        reading = read(matcher, row.title, row.body)
        parts = [(reading, 1.0, row.counts == 1)]
        if row.title and reading.words >= BRIEF_WORDS:
            parts.append((read(matcher, "", row.body), UNTITLED_COPY, False))
        if row.title and reading.words:
            parts.append((read(matcher, row.title, ""), HEADLINE_COPY, False))
        examples += [_Example(part, row.topics, row.group, row.counts * share, scored) for part, share, scored in parts]
    return examples


def _enough(topic: TopicRule, examples: list[_Example]) -> bool:
    labels = [topic.id in example.topics for example in examples if example.scored]
    return min(labels.count(True), labels.count(False)) >= FEWEST


def _columns(topic: TopicRule) -> list[tuple[str, str, float]]:
    """(signal, measure, start) of every weight of the topic, in the order of the file."""
    return [
        (signal.name, measure, math.copysign(START[measure], weight) if weight else 0.0)
        for signal in topic.signals
        for measure, weight in signal.weights.items()
    ]


class _Table(NamedTuple):
    """Examples by weights; the last two columns of `values` are `untitled` and `brief`."""

    values: Floats
    labels: Floats
    counts: Floats

    def of(self, rows: NDArray[np.bool_]) -> _Table:
        return _Table(*(part[rows] for part in self))


def _table(topic: TopicRule, examples: list[_Example]) -> _Table:
    rows = []
    for example in examples:
        row: list[float] = []
        for signal in topic.signals:
            counted = count(signal, example.reading)
            row += [VALUES[measure](counted, example.reading) for measure in signal.weights]
        rows.append([*row, float(not example.reading.titled), float(example.reading.brief)])
    return _Table(
        np.array(rows, dtype=np.float64),
        np.array([topic.id in example.topics for example in examples], dtype=np.float64),
        np.array([example.counts for example in examples]),
    )


class _Problem(NamedTuple):
    """Penalised logistic regression in units of each signal's spread; the last column is the bias."""

    design: Floats
    labels: Floats
    counts: Floats
    target: Floats
    penalty: Floats
    signs: Floats

    def loss(self, at: Floats) -> float:
        sums = self.design @ at
        misfit = (self.counts * (np.logaddexp(0, sums) - self.labels * sums)).sum()
        return float(misfit + 0.5 * (self.penalty * (at - self.target) ** 2).sum())

    def step(self, at: Floats) -> Floats:
        """Newton's direction among the weights that may move: not those at 0 that would take the other sign."""
        likely = 1 / (1 + np.exp(-np.clip(self.design @ at, -30, 30)))
        slope = self.design.T @ (self.counts * (likely - self.labels)) + self.penalty * (at - self.target)
        spread = self.counts * likely * (1 - likely)
        curve = (self.design * spread[:, None]).T @ self.design + np.diag(self.penalty + 1e-6)
        free = ~((self.signs != 0) & (np.abs(at) < 1e-12) & (self.signs * slope > 0))
        step = np.zeros_like(at)
        step[free] = np.linalg.solve(curve[np.ix_(free, free)], slope[free])
        return step

    def kept_signs(self, at: Floats) -> Floats:
        return np.where((self.signs != 0) & (self.signs * at < 0), 0.0, at)


def _solve(topic: TopicRule, table: _Table, strength: float) -> tuple[Floats, float]:
    """Damped Newton steps; a weight that would change its sign stops at 0. Returns the weights and the bias."""
    spread = np.maximum(table.values.std(axis=0), 0.05)
    starts = np.array([*(start for _, _, start in _columns(topic)), 0.0, 0.0, 0.0])
    penalty = np.full(len(starts), strength)
    penalty[-1] = 1e-3
    problem = _Problem(
        design=np.column_stack([table.values / spread, np.ones(len(table.values))]),
        labels=table.labels,
        counts=table.counts,
        target=starts * np.append(spread, 0.0),
        penalty=penalty,
        signs=np.sign(starts),
    )
    at = problem.target.copy()
    at[-1] = -np.median(problem.design @ at) - 0.5
    loss = problem.loss(at)
    for _ in range(ROUNDS):
        step, size = problem.step(at), 1.0
        following = problem.kept_signs(at - step)
        while problem.loss(following) >= loss and size > 1e-4:
            size /= 2
            following = problem.kept_signs(at - size * step)
        if loss - problem.loss(following) < 1e-7:
            break
        at, loss = following, problem.loss(following)
    return at[:-1] / spread, float(at[-1])


def _fitted(topic: TopicRule, coefficients: Floats, bias: float, cut: float) -> Fitted:
    weights: dict[str, dict[str, float]] = {}
    for (signal, measure, start), coefficient in zip(_columns(topic), coefficients, strict=False):
        size = max(LEAST, round(abs(float(coefficient)), 2))
        weights.setdefault(signal, {})[measure] = (
            math.copysign(size, start) if start else round(float(coefficient), 2) + 0.0
        )
    shift = math.log(topic.threshold / (1 - topic.threshold)) - math.log(cut / (1 - cut))
    untitled, brief = (round(float(coefficient), 2) for coefficient in coefficients[-2:])
    return Fitted(round(bias + shift, 2), untitled, brief, weights)
