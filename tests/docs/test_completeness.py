import re
from pathlib import Path

import pytest

from config.settings import Settings
from tasks.reasons import DROPPED, REASONS, backoff_seconds

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT.joinpath(".env.example").read_text("utf-8")
OPERATIONS = ROOT.joinpath("docs/operations.md").read_text("utf-8")
RELIABILITY = ROOT.joinpath("docs/reliability.md").read_text("utf-8")
SERVICE = "\n".join(file.read_text("utf-8") for file in sorted(ROOT.joinpath("worker").rglob("*.py")))
DECISIONS = sorted(ROOT.glob("docs/decisions/*.md"))
README_SETTINGS = re.findall(r"(?m)^\| `WIREBEAT_(\w+)` \| (.+?) \|", ROOT.joinpath("README.md").read_text("utf-8"))
SETTINGS = {
    name: field
    for name, field in Settings.model_fields.items()
    if not (field.description or "").startswith("tests only")
}


def default_of(name):
    """As an operator would write it; what is shipped is named as in the repository."""
    value = SETTINGS[name].get_default(call_default_factory=True)
    if name in ("feeds", "topics"):
        return str(Path(value).relative_to(ROOT))
    if value is None or value == []:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_stands_in_the_example_with_its_default_and_meaning(name):
    assert f"# {SETTINGS[name].description}\n# WIREBEAT_{name.upper()}={default_of(name)}\n" in EXAMPLE


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_stands_in_the_operators_manual_with_its_default_and_meaning(name):
    default = f"`{default_of(name)}`" if default_of(name) else "unset"

    assert f"| `WIREBEAT_{name.upper()}` | {default} | {SETTINGS[name].description} |" in OPERATIONS


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_setting_is_read_by_the_service(name):
    assert re.search(rf"settings\.{name}\b", SERVICE)


def test_no_setting_is_documented_that_there_is_not():
    compose = set(re.findall(r"\$\{(WIREBEAT_\w+)", ROOT.joinpath("docker-compose.yml").read_text("utf-8")))
    known = {f"WIREBEAT_{name.upper()}" for name in SETTINGS} | compose

    assert set(re.findall(r"(?m)^# (WIREBEAT_\w+)=", EXAMPLE)) == known
    assert {f"WIREBEAT_{name}" for name, _ in README_SETTINGS} <= known


@pytest.mark.parametrize(("name", "default"), README_SETTINGS)
def test_the_readme_gives_the_defaults_that_there_are(name, default):
    if default.startswith("`"):
        assert default.strip("`") == default_of(name.lower())


@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_is_explained_with_its_tries_and_waits(reason):
    rule = REASONS[reason]
    waits = ", ".join(f"{backoff_seconds(reason, attempt):g}" for attempt in range(1, rule.attempts))

    assert f"| `{reason}` | {rule.meaning} | {rule.attempts} | {waits} |" in RELIABILITY


def test_every_way_of_being_dropped_is_explained_and_no_reason_that_there_is_not():
    for reason, meaning in DROPPED.items():
        assert f"| dropped, `{reason}` | {meaning} |" in RELIABILITY
    assert set(re.findall(r"(?m)^\| `([a-z-]+)` \|", RELIABILITY)) == set(REASONS)


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_is_half_a_page_in_four_parts(page):
    text = page.read_text("utf-8")

    assert re.match(rf"# {int(page.name[:4])}\. \S", text)
    assert re.search(r"(?m)^Status: (accepted|superseded by \[.+\]|proposed), \d{4}-\d{2}-\d{2}$", text)
    assert re.findall(r"(?m)^## (.+)$", text) == ["Context", "Decision", "Consequences"]
    assert len(text.split()) < 350


def test_decisions_are_numbered_without_gaps_and_listed_in_the_design():
    design = ROOT.joinpath("docs/design.md").read_text("utf-8")

    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    for page in DECISIONS:
        assert f"](decisions/{page.name})" in design
