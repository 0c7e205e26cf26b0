"""Scores on labelled data in the same commit, and names in one pass against those of spaCy.

The labelled pages, feeds and texts are no part of the repository (`../shared/data` beside it): without them only the
names are compared, on made-up pages or those of `--pages`.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.frame import Options, Result, Row, alone
from benchmarks.loops import MODEL
from config.settings import load_settings
from worker.bench.pages import pages_of
from worker.clock import now

DATA = Path(__file__).parents[2] / "shared" / "data"
EVERY_TOKEN = 1_000_000


def run(options: Options) -> Result:
    rows = list(names(options))
    notes = ["names: identical to the model's component; its whole pipeline also ends names at the parser's sentences"]
    for part, folder in ((articles, "articles"), (topics, "topics"), (feeds, "feeds")):
        if options.quick:
            notes.append(f"{folder}: not part of --quick")
        elif (DATA / folder).is_dir():
            with contextlib.redirect_stdout(sys.stderr):
                rows += part(DATA / folder)
        else:
            notes.append(f"{folder}: the labelled data is not at hand")
    return Result("quality", tuple(rows), tuple(notes))


def names(options: Options) -> Iterator[Row]:
    import spacy

    from tasks.extract import extract
    from worker.nlp import UNUSED, load_nlp, tame

    pages = pages_of(options.pages, options.number("articles", full=150, quick=10), options.seed)
    own = load_nlp(load_settings(ner_max_tokens=EVERY_TOKEN))
    component, whole = spacy.load(MODEL, exclude=list(UNUSED)), spacy.load(MODEL)
    found = other_than_component = other_than_whole = texts = 0
    for number, page in enumerate(pages):
        try:
            article = extract(page.html, url=f"http://bench.invalid/{number}", now=now())
        except Exception:  # noqa: BLE001  (a page without a text has no names)
            continue
        if not article.lang.startswith("en"):
            continue
        body = tame(article.body[:20_000])
        mine = set(own.entities(body).spans)
        theirs, all_of_it = (
            {(ent.start_char, ent.end_char, ent.label_) for ent in nlp(body).ents} for nlp in (component, whole)
        )
        texts += 1
        found += len(mine)
        other_than_component += len(mine ^ theirs)
        other_than_whole += len(mine ^ all_of_it)
    unit = f"of {found:,} names in {texts} texts"
    yield Row(
        "names other than spaCy's component gives, or missing", other_than_component, unit, target=0,
        lower_is_better=True, note="model: en_core_web_sm, whole texts up to 20,000 characters",
    )  # fmt: skip
    yield Row("names other than spaCy's whole pipeline gives, or missing", other_than_whole, unit)


def articles(data: Path) -> list[Row]:
    from benchmarks import quality_articles as measure

    score = measure.scorer(data)
    gold = [row for row in score.load(data / "gold.jsonl") if row.get("bench") and row.get("tier") != "snapshot"]
    measure.warm()
    found, _, slowest = measure.run(gold, data, {"wirebeat": measure.ours})
    rows = []
    for floor in measure.FLOORS:
        value = measure.figures(score, gold, found["wirebeat"], floor)
        rows.append(Row(f"pages: {floor[0]}", value, target=floor[4], lower_is_better=floor[5]))
    return [*rows, Row("pages: slowest", slowest, "s CPU", target=measure.MAX_PAGE_SECONDS, lower_is_better=True)]


def topics(data: Path) -> list[Row]:
    from benchmarks import quality_topics as measure
    from config.topics import SHIPPED, read_topics

    tagger = measure.TopicTagger(read_topics(SHIPPED / "topics.toml"))
    scores = measure.scored(tagger, measure.rows_of(data / "dev.jsonl"))
    return [Row(f"topics: {topic} F1", quality.f1) for topic, quality in scores.items()]


def feeds(data: Path) -> list[Row]:
    from benchmarks import quality_feeds as measure

    told = measure.as_stated(measure.measured(data, show=False))
    return [Row("feeds: count, titles and links as stated", sum(told) / max(1, len(told)))]


if __name__ == "__main__":
    alone(run)
