import ast
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads(ROOT.joinpath("pyproject.toml").read_text("utf-8"))
DISTRIBUTIONS = packages_distributions()
OURS = {"config", "tasks", "worker", "tests", "benchmarks"}


def names(requirements):
    return {canonicalize_name(Requirement(line).name) for line in requirements}


def imported(folder):
    """Distribution → a file that imports it."""
    found = {}
    for file in sorted(ROOT.joinpath(folder).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                modules = [node.module]
            for top in {module.partition(".")[0] for module in modules} - OURS - set(sys.stdlib_module_names):
                for distribution in DISTRIBUTIONS.get(top, [top]):
                    found[canonicalize_name(distribution)] = file.relative_to(ROOT)
    return found


@pytest.mark.parametrize("folder", ["config", "tasks", "worker"])
def test_what_is_imported_is_asked_for_by_name(folder):
    extras = [name for extra in PROJECT["project"]["optional-dependencies"].values() for name in extra]
    declared = names(PROJECT["project"]["dependencies"]) | names(extras)
    undeclared = {
        distribution: str(file) for distribution, file in imported(folder).items() if distribution not in declared
    }

    assert undeclared == {}


def test_what_the_tests_import_is_asked_for_too():
    declared = names(PROJECT["project"]["dependencies"]) | names(PROJECT["dependency-groups"]["dev"])

    undeclared = {distribution: str(file) for distribution, file in imported("tests").items()}

    assert set(undeclared) - declared == set(), undeclared
