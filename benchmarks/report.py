"""Results as a table for terminals, a table for Markdown, and a plot."""

from __future__ import annotations

import math
from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.frame import Result, Row

_HEADS = ("", "value", "unit", "reference", "ratio", "target", "aim", "")
_SAID = {"aim": "aim reached", "target": "target reached", "short": "SHORT", "": ""}
#: the part of docs/performance.md that `--write` renews
BEGIN, END = "<!-- results -->", "<!-- end of results -->"


def number(value: float | None) -> str:
    """Three digits that count."""
    if value is None:
        return ""
    if math.isnan(value):
        return "none"
    if value == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{digits}f}"


def cells(row: Row) -> tuple[str, ...]:
    bound = "≤ " if row.lower_is_better else ""
    target, aim = (f"{bound}{number(bar)}" if bar is not None else "" for bar in (row.target, row.aim))
    return (
        row.metric,
        number(row.value),
        row.unit,
        number(row.reference),
        number(row.ratio),
        target,
        aim,
        _SAID[row.verdict],
    )


def table(results: Iterable[Result]) -> str:
    """For a terminal; a scenario that did not run says why."""
    lines: list[str] = []
    for result in results:
        lines.append(f"{result.name}  ({result.wall_seconds:.0f} s)")
        if result.skipped:
            lines.append(f"  not run: {result.skipped}")
        if result.rows:
            grid = [_HEADS, *(cells(row) for row in result.rows)]
            widths = [max(len(line[column]) for line in grid) for column in range(len(_HEADS))]
            lines += ["  " + _aligned(line, widths) for line in grid]
        lines += [f"  {row.metric}: {row.note}" for row in result.rows if row.note]
        lines += [f"  {note}" for note in result.notes]
        lines.append("")
    return "\n".join(lines) + "\n"


def _aligned(line: tuple[str, ...], widths: list[int]) -> str:
    left = (0, 2, 7)
    return "  ".join(
        text.ljust(width) if column in left else text.rjust(width)
        for column, (text, width) in enumerate(zip(line, widths, strict=True))
    ).rstrip()


def markdown(results: Iterable[Result], says: dict[str, str]) -> str:
    """`says`: scenario → what it is about."""
    parts = []
    for result in results:
        parts.append(f"### {result.name}: {says.get(result.name, '')}\n")
        if result.skipped:
            parts.append(f"Not run: {result.skipped}\n")
        if result.rows:
            lines = ["| | value | unit | reference | ratio | target | aim | |", "|---|--:|---|--:|--:|--:|--:|---|"]
            lines += ["| " + " | ".join(cells(row)) + " |" for row in result.rows]
            parts.append("\n".join(lines) + "\n")
        notes = [f"- {row.metric}: {row.note}" for row in result.rows if row.note]
        notes += [f"- {note}" for note in result.notes]
        if notes:
            parts.append("\n".join(notes) + "\n")
    return "\n".join(parts)


def renewed(page: str, results: str) -> str:
    """The page with its part of results replaced."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no {BEGIN} … {END}")
    return f"{before}{BEGIN}\n\n{results.strip()}\n\n{END}{after}"


_ROW, _LEFT, _WIDE = 22, 380, 420
_COLOURS = {"aim": "#2e7d32", "target": "#7cb342", "short": "#c62828", "": "#9e9e9e"}


def plot(results: Iterable[Result]) -> str:
    """Bars of what was reached against the target (the line at 1); longer is better, cut at 3."""
    bars = [
        (f"{result.name}: {row.metric}", _reach(row), row) for result in results for row in result.rows if row.target
    ]
    height = _ROW * len(bars) + 50
    unit = _WIDE / 3
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LEFT + _WIDE + 70}" height="{height}"',
        ' font-family="sans-serif" font-size="12" role="img">',
        "<title>What was reached, against its target</title>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
    ]
    for place, (name, reach, row) in enumerate(bars):
        top = 30 + place * _ROW
        width = max(1.0, min(reach, 3.0) * unit)
        lines += [
            f'<text x="{_LEFT - 8}" y="{top + 13}" text-anchor="end" fill="#212121">{escape(name)}</text>',
            f'<rect x="{_LEFT}" y="{top + 2}" width="{width:.1f}" height="14" fill="{_COLOURS[row.verdict]}"/>',
            f'<text x="{_LEFT + width + 5:.1f}" y="{top + 13}" fill="#212121">{escape(number(row.judged))}</text>',
        ]
    line = _LEFT + unit
    lines += [
        f'<line x1="{line:.1f}" x2="{line:.1f}" y1="24" y2="{height - 14}" stroke="#212121" stroke-dasharray="4 3"/>',
        f'<text x="{line:.1f}" y="18" text-anchor="middle" fill="#212121">target</text>',
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _reach(row: Row) -> float:
    found = row.judged
    if found is None or math.isnan(found) or not row.target:
        return 0.0
    if row.lower_is_better:
        return row.target / found if found > 0 else 3.0
    return found / row.target
