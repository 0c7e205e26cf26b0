"""Our extraction, and our whole pipeline, beside other extraction libraries: CPU time of the same pages, in turn.

    python -m benchmarks.peers [--pages ../shared/data/articles] [--set pages=100] [--set passes=3]

A folder of pages with a gold.jsonl gives English news pages with labels, and with a score.py beside it text F1, too."""

from __future__ import annotations

import gzip
import json
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple, Self

from benchmarks.frame import Options, Result, Row, Skipped, against, alone
from benchmarks.peers.environments import NAMES, NotMade, python_of
from benchmarks.quality_articles import NEWS, scorer
from worker.bench.pages import generated

ROOT = Path(__file__).parents[2]
READER = Path(__file__).with_name("reader.py")
OURS = ("whole", "wirebeat", "trafilatura")
#: library → (target, aim) of our extraction's pages per CPU second against its
BARS = {"newspaper4k": (3.5, 4.5), "goose3": (3.5, 4.5), "news-please": (6.0, 8.0)}
WHOLE_BARS = (1.6, 2.5)
START_SECONDS = 60


class Page(NamedTuple):
    id: str
    url: str
    html: str
    #: of gold.jsonl; None where there are no labels
    gold: dict[str, Any] | None


class Library:
    """One library at work in a process of its own."""

    def __init__(self, name: str, python: Path) -> None:
        self.name = name
        self.spent: dict[str, list[float]] = {}
        self.found: dict[str, dict[str, Any]] = {}
        self.faults: dict[str, str] = {}
        ours = {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"} if name in OURS else {}
        self._said = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the process)
        self._process = subprocess.Popen(
            [str(python), str(READER), name],
            env={"PATH": "/usr/bin:/bin", "HOME": tempfile.gettempdir(), "LANG": "C.UTF-8", **ours},
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
        )

    def __enter__(self) -> Self:
        if self._answer() == "ready\n":
            return self
        self._said.seek(0)
        last = self._said.read().decode(errors="replace").strip().splitlines()[-1:]
        self.__exit__()
        why = f"it does not start: {last}"
        raise RuntimeError(f"{self.name}: {why}") if self.name in OURS else NotMade(why)

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()
        self._said.close()

    def _answer(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline()

    def read(self, page: Page, file: Path, *, counts: bool) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"url": page.url, "html": str(file)}) + "\n")
        self._process.stdin.flush()
        line = self._answer()
        if not line:
            raise RuntimeError(f"{self.name} died on {page.id}")
        answer = json.loads(line)
        if counts:
            self.spent.setdefault(page.id, []).append(answer["cpu"])
            self.found[page.id] = {"title": answer["title"], "text": answer["text"]}
            if answer["fault"]:
                self.faults[page.id] = answer["fault"]

    def milliseconds(self) -> list[float]:
        """Of each page the median of its passes."""
        return sorted(1000 * statistics.median(times) for times in self.spent.values())

    @property
    def pages_per_second(self) -> float:
        return 1000 * len(self.spent) / sum(self.milliseconds())


def pages_of(options: Options, count: int) -> list[Page]:
    if options.pages is None:
        made = generated(count, options.seed)
        return [Page(str(n), f"https://paper.example/{n}", one.html.decode(), None) for n, one in enumerate(made)]
    listed = options.pages / "gold.jsonl"
    if not listed.exists():
        raise Skipped(f"{options.pages} has no gold.jsonl")
    rows = [json.loads(line) for line in listed.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row.get("language") == "en" and row.get("text") and row.get("source") in NEWS]
    random.Random(options.seed).shuffle(rows)
    return [_labelled(options.pages, row) for row in rows[:count]]


def _labelled(folder: Path, row: dict[str, Any]) -> Page:
    raw = (folder / row["html"]).read_bytes()
    html = gzip.decompress(raw) if row["html"].endswith(".gz") else raw
    return Page(row["id"], row["url"] or "https://paper.example/", html.decode("utf-8", "replace"), row)


def run(options: Options) -> Result:
    pages = pages_of(options, options.number("pages", full=60, quick=3))
    passes = options.number("passes", full=3, quick=1)
    missing: list[str] = []
    with tempfile.TemporaryDirectory(prefix="wb-peers-") as folder, ExitStack() as stack:
        ours = OURS[1:] if options.quick else OURS  # the model alone takes seconds to load
        libraries = _opened(stack, ours, missing, make=not options.quick)
        files = [Path(folder) / f"{number}.html" for number in range(len(pages))]
        for file, page in zip(files, pages, strict=True):
            file.write_text(page.html, encoding="utf-8")
        for turn in range(passes + 1):  # the first two pages once more before: what a first call loads is no page's
            for number, (page, file) in enumerate(zip(pages, files, strict=True)):
                if turn == 0 and number == 2:
                    break
                first = number % len(libraries)
                for library in libraries[first:] + libraries[:first]:
                    library.read(page, file, counts=turn > 0)
    if len(libraries) == len(ours):
        raise Skipped(f"no library to compare with: {'; '.join(missing)}")
    return _result(options, {library.name: library for library in libraries}, pages, missing)


def _opened(stack: ExitStack, ours: Sequence[str], missing: list[str], *, make: bool) -> list[Library]:
    libraries = []
    for name in (*ours, *NAMES):
        try:
            python = Path(sys.executable) if name in OURS else python_of(name, make=make)
            libraries.append(stack.enter_context(Library(name, python)))
        except NotMade as reason:
            missing.append(f"{name}: {reason}")
    return libraries


def _result(options: Options, libraries: dict[str, Library], pages: list[Page], missing: list[str]) -> Result:
    score = scorer(options.pages) if options.pages and (options.pages / "score.py").exists() else None
    ours, rows = libraries["wirebeat"], []
    for name, library in libraries.items():
        note = _note(library, score, pages)
        speed = library.pages_per_second
        if name == "whole":
            rows.append(Row("whole pipeline", speed, "pages/CPU s", note=note))
        elif name == "wirebeat":
            rows.append(Row("our extraction", speed, "pages/CPU s", note=note))
        else:
            target, aim = BARS.get(name, (None, None))
            metric = f"our extraction against {name}"
            rows.append(against(metric, ours.pages_per_second, speed, "pages/CPU s", target=target, aim=aim, note=note))
    if (peer := libraries.get("news-please")) and "whole" in libraries:
        speed, (target, aim) = libraries["whole"].pages_per_second, WHOLE_BARS
        metric = "whole pipeline against news-please's extraction"
        rows.append(against(metric, speed, peer.pages_per_second, "pages/CPU s", target=target, aim=aim))
    kind = "English news pages with labels" if options.pages else "made-up pages"
    notes = (
        f"{len(pages)} {kind}; each library in turn for each page, network shut, pictures off, text decoded before",
        "whole pipeline: one process without HTTP and queue; end_to_end says what those cost",
        *missing,
    )
    data = {name: {"ms": library.milliseconds(), "faults": library.faults} for name, library in libraries.items()}
    return Result("peers", tuple(rows), notes, data=data)


def _note(library: Library, score: Any, pages: list[Page]) -> str:
    times = library.milliseconds()
    p95 = times[min(len(times) - 1, round(0.95 * len(times)))]
    said = f"{library.name} median {statistics.median(times):.1f} ms, p95 {p95:.1f} ms"
    if score is not None:
        gold = [page.gold for page in pages if page.gold is not None]
        said += f", text F1 {score.score(gold, library.found, 2)['text']['f1']:.3f}"
    return f"{said}, {len(library.faults)} failed" if library.faults else said


if __name__ == "__main__":
    alone(run)
