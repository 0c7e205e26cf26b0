"""Scenarios in processes of their own: cheap ones for real, and ones that fail, hang or are not there."""

from __future__ import annotations

import gzip
import json
import random
import statistics

import pytest

from benchmarks import __main__ as all_of_them
from benchmarks.frame import Result, Row
from benchmarks.lanes import Lane, in_turns
from benchmarks.report import BEGIN, END
from benchmarks.scenarios import Scenario
from worker.bench.pages import from_folder, generated, made_up_page, pages_of


def shout(page, number):
    return f"{number} {page.title}"


def loud():
    return shout


def broken():
    raise OSError("no such model")


def test_lanes_read_the_same_pages_in_turns():
    pages = generated(4)
    with Lane("one", pages, loud) as one, Lane("other", pages, loud) as other:
        in_turns([one, other], rounds=2)

        assert [turn.articles for turn in one.turns] == [2, 4, 4]
        assert len(other.turns) == 3
        assert one.take(2) == [f"0 {pages[0].title}", f"1 {pages[1].title}"]


def test_a_lane_that_cannot_be_built_says_why():
    with Lane("bad", generated(1), broken) as lane, pytest.raises(RuntimeError, match="bad: OSError: no such model"):
        lane.ready()


def test_a_scenario_that_is_not_there_is_said(capsys):
    asked = all_of_them.asked_for(["--quick"])

    assert all_of_them.measured_apart(Scenario("nowhere", ""), asked).skipped == "there is no such module"


def test_a_scenario_that_does_not_end_is_ended(tmp_path):
    command = ["sleep", "30"]

    assert all_of_them._ended(command, tmp_path / "log", 0.2) is None


def test_a_scenario_that_fails_has_its_exit_code(tmp_path):
    assert all_of_them._ended(["false"], tmp_path / "log", 5) == 1


def test_former_results_stand_in_for_scenarios_that_do_not_run(tmp_path, capsys):
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_text(json.dumps({"results": [Result("naive", (Row("m", 1.0),)).as_data()]}))
    new.write_text(json.dumps(Result("limit", (Row("m", 2.0),)).as_data()))

    assert all_of_them.main(["--add", str(old), "--add", str(new), "--json", str(tmp_path / "all.json")]) == 0

    found = {result["name"]: result for result in json.loads((tmp_path / "all.json").read_text())["results"]}
    assert found["naive"]["rows"][0]["value"] == 1.0
    assert found["limit"]["rows"][0]["value"] == 2.0
    assert found["soak"]["skipped"] == "not measured in this run"
    assert "not measured in this run" in capsys.readouterr().out


# pages


def test_made_up_pages_are_the_same_for_the_same_seed():
    assert generated(2, seed=5) == generated(2, seed=5)
    assert generated(1, seed=5) != generated(1, seed=6)


def test_made_up_pages_have_the_size_and_the_elements_of_real_ones():
    pages = [made_up_page(random.Random(seed), seed).html for seed in range(60)]

    sizes = sorted(len(page) for page in pages)
    elements = sorted(page.count(b"<") - page.count(b"</") for page in pages)
    assert 90_000 < sizes[30] < 180_000
    assert sizes[57] > 200_000
    assert 450 < elements[30] < 1100
    assert 3.2 < statistics.median(len(page) / len(gzip.compress(page, 6)) for page in pages) < 6


def test_a_folder_of_pages_is_read_with_or_without_an_index(tmp_path):
    (tmp_path / "one.html").write_bytes(b"<p>one</p>")
    (tmp_path / "two.html").write_bytes(b"<p>two</p>")

    assert [page.html for page in pages_of(tmp_path, 9)] == [b"<p>one</p>", b"<p>two</p>"]
    assert len(from_folder(tmp_path, 1)) == 1
    (tmp_path / "gold.jsonl").write_text(json.dumps({"html": "two.html", "title": "Two"}))
    assert from_folder(tmp_path, 9) == [("Two", b"<p>two</p>")]


@pytest.mark.slow
def test_the_cheap_scenarios_run_and_fill_the_page(tmp_path, capsys):
    page = tmp_path / "performance.md"
    page.write_text(f"# Performance\n\n{BEGIN}\n{END}\n")
    out = tmp_path / "all.json"

    sizes = ["--set", "articles=4", "--set", "every=2"]
    code = all_of_them.main(["--quick", "--only", "stages,soak", *sizes, "--json", str(out), "--write", str(page)])

    found = json.loads(out.read_text())
    assert code == 0
    measured = [result["name"] for result in found["results"] if not result["skipped"]]
    assert measured == ["stages", "soak"]
    assert all(result["rows"] for result in found["results"] if result["name"] in measured)
    assert "### soak:" in page.read_text()
    assert (tmp_path / "performance.svg").read_text().startswith("<svg")
    assert "extract" in capsys.readouterr().out
