"""Pages and comments send their readers to files and names that are there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
PACKAGES = ("config", "tasks", "worker", "benchmarks", "tests")
MODULES = [file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py"))]
SCRIPTS = sorted((ROOT / "worker").rglob("*.lua"))
#: `worker/http/`, `tasks/poll/draft.py`, `tasks.ports.Claim`
PLACE = re.compile(rf"(?<![\w./@{{-])((?:{'|'.join(PACKAGES)}|docs)(?:[./]\w[\w-]*)+/?)")
#: an operator may write it
NOT_SHIPPED = {"config/settings.toml"}
#: of the past
PAST = {"CHANGELOG.md"}


def told(file: Path) -> str:
    """Comments and docstrings of a module; a page as it is."""
    text = file.read_text(encoding="utf-8")
    if file.suffix != ".py":
        return text
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = [ast.get_docstring(node) or "" for node in ast.walk(ast.parse(text)) if isinstance(node, documented)]
    comments = re.findall(r"(?m)(?:^|\s)#:? .*", text)
    return "\n".join([*docstrings, *comments])


def is_there(place: str) -> bool:
    if place in NOT_SHIPPED:
        return True
    if "/" in place:
        path = ROOT / place
        return path.exists() or path.with_suffix(".py").exists()
    parts = place.split(".")
    for count in range(len(parts), 0, -1):
        module = ROOT.joinpath(*parts[:count])
        if found := next((one for one in (module.with_suffix(".py"), module / "__init__.py") if one.is_file()), None):
            return all(re.search(rf"\b{name}\b", source(found)) for name in parts[count : count + 1])
    return ROOT.joinpath(*parts).is_dir()


@cache
def source(module: Path) -> str:
    return module.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["pages", "modules", "scripts"])
def test_every_place_that_is_named_is_there(kind):
    files = {"pages": PAGES, "modules": MODULES, "scripts": SCRIPTS}[kind]

    missing = [
        f"{file.relative_to(ROOT)}: {place}"
        for file in files
        if file.name not in PAST
        for place in PLACE.findall(told(file))
        if not is_there(place)
    ]

    assert missing == []


@pytest.mark.parametrize(
    ("place", "there"),
    [
        ("tasks/ports.py", True),
        ("tasks/ports", True),
        ("tasks.ports.Claim", True),
        ("worker/ledger/scripts/", True),
        ("tasks/port.py", False),
        ("tasks.ports.Nobody", False),
        ("worker.nothing", False),
    ],
)
def test_a_place_is_looked_for(place, there):
    assert is_there(place) == there
