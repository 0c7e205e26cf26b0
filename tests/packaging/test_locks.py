import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads(ROOT.joinpath("pyproject.toml").read_text("utf-8"))
RUNTIME = PROJECT["project"]["dependencies"]
DEVELOPMENT = PROJECT["dependency-groups"]["dev"]
PYTHONS = ["3.11.0", "3.11.7", "3.12.4", "3.13.1", "3.14.0"]
PLATFORMS = [("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64"), ("darwin", "x86_64")]


def locked(name):
    """(requirement, number of hashes) of each entry."""
    text = re.sub(r"^#.*\n", "", ROOT.joinpath(name).read_text("utf-8"), flags=re.MULTILINE).replace("\\\n", " ")
    return [(Requirement(line.split("--hash")[0].strip()), line.count("--hash=sha256:")) for line in text.splitlines()]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_everything_is_pinned_with_hashes(name):
    for requirement, hashes in locked(name):
        assert hashes, requirement
        assert [one.operator for one in requirement.specifier] == ["=="], requirement


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_no_index_url_path_or_editable_package_is_named(name):
    text = ROOT.joinpath(name).read_text("utf-8")

    assert not re.findall(r"(?m)^\s*-|://|@ |file:|^/", re.sub(r"--hash=sha256:[0-9a-f]{64}", "", text))


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize(("system", "machine"), PLATFORMS)
@pytest.mark.parametrize(("name", "asked"), [("requirements.txt", RUNTIME), ("requirements-dev.txt", DEVELOPMENT)])
def test_what_the_project_asks_for_is_locked_once_for_each_python_and_platform(name, asked, system, machine, python):
    where = {
        "python_full_version": python,
        "python_version": python.rpartition(".")[0],
        "sys_platform": system,
        "platform_machine": machine,
        "platform_system": system.capitalize(),
    }
    here = [one for one, _ in locked(name) if one.marker is None or one.marker.evaluate(where)]
    versions = {canonicalize_name(one.name): Version(str(one.specifier).removeprefix("==")) for one in here}

    assert len(versions) == len(here)
    for wanted in map(Requirement, asked):
        assert versions[canonicalize_name(wanted.name)] in wanted.specifier, wanted


def test_what_is_developed_with_is_what_is_installed():
    runtime, development = (
        {f"{one.name}{one.specifier}" for one, _ in locked(name)}
        for name in ["requirements.txt", "requirements-dev.txt"]
    )

    assert runtime <= development


def test_the_builder_of_the_project_itself_is_locked_too():
    builder = Requirement(PROJECT["build-system"]["requires"][0])
    versions = {one.name: str(one.specifier).removeprefix("==") for one, _ in locked("requirements.txt")}

    assert versions[builder.name] in builder.specifier
