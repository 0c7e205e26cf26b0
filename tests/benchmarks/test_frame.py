"""The frame of the benchmarks: figures against their targets, and what stops a scenario, in words."""

from __future__ import annotations

import json
import math
import xml.etree.ElementTree as ET

import pytest

from benchmarks import __main__ as all_of_them
from benchmarks.frame import Options, Result, Row, Skipped, against, alone, measured
from benchmarks.machine import machine
from benchmarks.report import BEGIN, END, markdown, number, plot, renewed, table
from benchmarks.scenarios import NAMES, SCENARIOS

FAST = against("fast", 30.0, 10.0, "a/s", target=2.0, aim=4.0)
SMALL = Row("small", 12.0, "MiB", target=10.0, aim=8.0, lower_is_better=True)
RESULT = Result("limit", (FAST, SMALL, Row("alone", 0.0123)), ("60 pages",), data={"curve": [1, 2]})


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (Row("m", 5.0), ""),
        (Row("m", 5.0, target=4.0), "target"),
        (Row("m", 5.0, target=4.0, aim=5.0), "aim"),
        (Row("m", 3.9, target=4.0, aim=5.0), "short"),
        (Row("m", 3.9, target=4.0, aim=3.0, lower_is_better=True), "target"),
        (Row("m", 4.1, target=4.0, lower_is_better=True), "short"),
        (Row("m", 1.0, ratio=9.0, target=4.0), "target"),
        (Row("m", 9.0, ratio=1.0, target=4.0), "short"),
        (Row("m", 0.0, target=0.0, lower_is_better=True), "target"),
        (Row("m", None, target=4.0), "short"),
        (Row("m", math.nan, target=4.0, lower_is_better=True), "short"),
    ],
)
def test_a_figure_is_judged_by_its_ratio_or_else_by_its_value(row, verdict):
    assert row.verdict == verdict


def test_a_ratio_to_nothing_is_no_ratio():
    assert math.isnan(against("m", 1.0, 0.0, "s").ratio)


@pytest.mark.parametrize(
    ("value", "text"), [(None, ""), (0, "0"), (0.01234, "0.0123"), (1.0, "1.00"), (25.04, "25.0"), (12345.6, "12,346")]
)
def test_numbers_have_three_digits_that_count(value, text):
    assert number(value) == text


def test_sizes_are_those_asked_for_or_what_fits_the_time():
    assert Options().number("articles", full=300, quick=20) == 300
    assert Options(quick=True).number("articles", full=300, quick=20) == 20
    assert Options(quick=True, sizes={"articles": 7}).number("articles", full=300, quick=20) == 7


def test_a_result_is_the_same_after_json():
    assert Result.from_data(json.loads(json.dumps(RESULT.as_data()))) == RESULT
    assert [row["verdict"] for row in RESULT.as_data()["rows"]] == ["target", "short", ""]


def test_the_table_says_values_references_and_verdicts():
    lines = table([RESULT, Result("peers", skipped="no such extra")]).splitlines()

    fast = next(line for line in lines if "fast" in line)
    assert fast.split() == ["fast", "30.0", "a/s", "10.0", "3.00", "2.00", "4.00", "target", "reached"]
    assert next(line for line in lines if "small" in line).endswith("SHORT")
    assert "  not run: no such extra" in lines
    assert "  60 pages" in lines


def test_the_markdown_has_a_row_a_figure_and_says_what_did_not_run():
    text = markdown([RESULT, Result("peers", skipped="no such extra")], {"limit": "the plain loop"})

    assert "### limit: the plain loop" in text
    assert text.count("\n| ") == 4
    assert "Not run: no such extra" in text
    assert all(line.count("|") == 9 for line in text.splitlines() if line.startswith("|"))


def test_only_the_part_of_results_is_renewed():
    page = f"before\n{BEGIN}\nold\n{END}\nafter\n"

    assert renewed(renewed(page, "new"), "newer") == f"before\n{BEGIN}\n\nnewer\n\n{END}\nafter\n"
    with pytest.raises(ValueError, match="has no"):
        renewed("no marks", "new")


def test_the_plot_has_a_bar_for_every_figure_with_a_target():
    names = "{http://www.w3.org/2000/svg}"
    drawing = ET.fromstring(plot([RESULT, Result("peers", (Row("a < b & c", 9.0, target=1.0),))]))

    bars = [float(bar.get("width")) for bar in drawing.iter(f"{names}rect") if bar.get("width") != "100%"]
    line = next(drawing.iter(f"{names}line"))
    target = float(line.get("x1")) - 380
    assert bars == pytest.approx([1.5 * target, target * 10 / 12, 3 * target], abs=0.2)
    assert "peers: a < b & c" in [text.text for text in drawing.iter(f"{names}text")]


def test_what_stops_a_scenario_is_its_result():
    def run(_options):
        raise Skipped("no such extra")

    assert measured("peers", run, Options()).skipped == "no such extra"


def made_up_scenario(options):
    """Says what it was asked."""
    return Result("made-up", (Row("feeds", options.number("feeds", full=9, quick=3)),))


def test_a_scenario_runs_alone_with_sizes_and_writes_json(tmp_path, capsys):
    out = tmp_path / "out.json"

    alone(made_up_scenario, ["--quick", "--set", "feeds=5", "--json", str(out)])

    assert json.loads(out.read_text())["rows"][0]["value"] == 5
    assert "feeds" in capsys.readouterr().out


# all of them


def test_every_scenario_has_one_name_and_a_line_of_what_it_is_about():
    assert len(set(NAMES)) == len(NAMES)
    assert all(scenario.says for scenario in SCENARIOS)
    assert all(scenario.quick_limit_seconds < scenario.limit_seconds for scenario in SCENARIOS)


def test_a_scenario_that_does_not_exist_is_refused_by_name(capsys):
    with pytest.raises(SystemExit):
        all_of_them.main(["--only", "limit,nonsense"])

    assert "no scenario nonsense" in capsys.readouterr().err


def test_the_machine_says_what_decides_on_speed():
    found = machine()

    assert set(found) >= {"cpu", "cores", "python", "blis", "date", "commit", "libraries"}
    assert all(found.values())
