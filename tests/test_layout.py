"""The shape of the code: small modules and functions, commands that are where the table says, help that shows how."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest
import typer

from worker.cli import COMMANDS, main

ROOT = Path(__file__).parents[1]
PACKAGES = ("config", "tasks", "worker")
MODULES = sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))
MAX_LINES = 300
MAX_FUNCTION_LINES = 40
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "manager", "base", "common", "misc", "core"}


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_a_module_fits_on_a_few_screens(file: Path):
    assert len(file.read_text(encoding="utf-8").splitlines()) < MAX_LINES


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_the_body_of_a_function_fits_on_one_screen(file: Path):
    functions = (
        node
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    long = [one.name for one in functions if (one.end_lineno or 0) - one.body[0].lineno + 1 >= MAX_FUNCTION_LINES]

    assert long == []


def test_scripts_fit_on_a_few_screens_too():
    for file in (ROOT / "worker").rglob("*.lua"):
        assert len(file.read_text(encoding="utf-8").splitlines()) < MAX_LINES


def test_no_module_has_a_name_that_says_nothing():
    parts = {part for file in MODULES for part in (file.stem, file.parent.name)}

    assert not parts & VAGUE_NAMES


def test_every_module_says_what_it_is_for():
    silent = [
        name_of(file)
        for file in MODULES
        if (text := file.read_text(encoding="utf-8")).strip() and not ast.get_docstring(ast.parse(text))
    ]

    assert [name for name in silent if not name.endswith("__main__.py")] == []


def test_every_exception_from_a_rule_has_its_reason_beside_it():
    bare = [
        f"{name_of(file)} line {number}"
        for folder in (*PACKAGES, "benchmarks", "tests")
        for file in sorted((ROOT / folder).rglob("*.py"))
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(r"# noqa: [A-Z0-9, ]+$", line)
    ]

    assert bare == []


def test_nothing_runs_under_tests_as_a_package():
    assert list((ROOT / "tests").rglob("__init__.py")) == []


# commands


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_where_the_table_says(name: str):
    module = import_module(COMMANDS[name][0])
    found = getattr(module, name.replace("-", "_"), None) or getattr(module, "app", None)

    assert callable(found)


def test_every_module_of_commands_is_in_the_table():
    there = {f"worker.cli.{file.stem}" for file in (ROOT / "worker" / "cli").glob("*.py")}
    parts = {"worker.cli.__init__", "worker.cli.__main__", "worker.cli.failure", "worker.cli.account"}

    named = {module for module, _ in COMMANDS.values()}
    inner = {module for module in there - parts - named if not hasattr(import_module(module), "COMMANDS")}
    commands_of = {
        module for module in inner if any(isinstance(v, typer.Typer) for v in vars(import_module(module)).values())
    }

    assert named <= there
    assert not commands_of - named, "a module offers commands that the table does not name"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_says_what_it_does_and_shows_how(name: str, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])

    shown = capsys.readouterr().out
    assert ended.value.code == 0
    assert f"wirebeat {name}" in shown
    assert len(shown.splitlines()) > 3
    if "Commands:" in shown:
        shown = "".join(_help(name, sub, capsys) for sub in _below(shown))
    assert "Example: wirebeat" in one_line(shown) or name == "version"  # which takes nothing


def one_line(text: str) -> str:
    return " ".join(text.split())


def _below(shown: str) -> list[str]:
    rows = shown.partition("Commands:")[2].splitlines()
    return [row.split()[0] for row in rows if row.startswith("  ") and row.strip()]


def _help(name: str, sub: str, capsys) -> str:
    with pytest.raises(SystemExit):
        main([name, sub, "--help"])
    shown = capsys.readouterr().out
    assert f"Example: wirebeat {name} {sub}" in one_line(shown), f"wirebeat {name} {sub} shows no example"
    return shown


def test_the_help_of_all_names_every_command(capsys):
    with pytest.raises(SystemExit):
        main([])

    shown = capsys.readouterr().out
    assert all(f"\n  {name} " in shown for name in COMMANDS)
