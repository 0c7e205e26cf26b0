import re
from pathlib import Path

import pytest

from config.settings import Settings

PAGE = (Path(__file__).parents[3] / "docs" / "security.md").read_text()
LIMITS = [
    name
    for name in Settings.model_fields
    if name.startswith(("max_", "article_", "host_")) or name.endswith("_timeout_seconds")
]


def documented(name):
    """The second column of the limit's row, as a number of seconds, bytes or things."""
    row = re.search(rf"^\| [^|]*`{name}`[^|]*\| ([^|]+) \|", PAGE, re.MULTILINE)
    names = re.findall(r"`(\w+)`", row[0].split("|")[1])
    value = row[1].split(", ")[names.index(name)] if len(names) > 1 else row[1]
    units = {"MiB": 1 << 20, "GiB": 1 << 30}
    number, _, unit = value.replace(",", "").partition(" ")
    return float(number) * units.get(unit, 1)


@pytest.mark.parametrize("name", LIMITS)
def test_every_limit_stands_on_the_security_page_with_its_default(name):
    assert documented(name) == Settings.model_fields[name].default


def test_there_are_limits_to_document():
    assert len(LIMITS) > 10
