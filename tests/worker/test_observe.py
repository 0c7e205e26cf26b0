"""A log is read by programs: one JSON object a line, whatever strangers put into titles and errors."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HOSTILE = [
    "two\nlines",
    'quote " and backslash \\',
    "escape \x1b[2J\x1b]0;title\x07 end",
    "carriage\rreturn",
    "separator \u2028 and \u0085 and \x0b",
    "lone \ud800 surrogate",
    "right-to-left \u202e txt",
    '{"event": "published"}',
    "%s %d {braces} {0}",
    "x" * 20_000,
]
PROGRAM = """
import sys, json, logging, warnings
import structlog
from config.settings import Settings
from worker.observe import saw, set_up_logging
set_up_logging(Settings(log_format=sys.argv[1], log_level="debug"), "test")
for text in json.loads(sys.argv[2]):
    saw("dead", "paper", id="art_1", title=text, reason="error", detail=text)
    logging.getLogger("library").error("said %s", text, extra={"note": text})
    try:
        raise ValueError(text)
    except ValueError:
        structlog.get_logger("wirebeat").exception("fault", feed="paper")
warnings.warn("a warning")
saw("dead", "paper", odd=object, data=b"\\xff\\xfe", nested={"a": [1, None]})
"""

SECRET = """
import sys
import structlog
from config.settings import Settings
from worker.observe import set_up_logging
settings = Settings(log_format=sys.argv[1], redis_url="redis://:" + "hunter" + "2@127.0.0.1/0")
set_up_logging(settings, "test")
def broken(url):
    raise ValueError("no")
try:
    broken(settings.redis_url)
except ValueError:
    structlog.get_logger("wirebeat").exception("fault")
"""


def logged(form: str, texts: list[str]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, form, json.dumps(texts)], capture_output=True, check=True, timeout=60
    )
    assert done.stdout == b""
    return done.stderr.decode("utf-8")


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return logged("json", HOSTILE).split("\n")[:-1]


def test_every_line_is_one_json_object(lines):
    assert len(lines) == 3 * len(HOSTILE) + 2
    for line in lines:
        row = json.loads(line)
        assert {"event", "level", "role", "timestamp"} <= row.keys()
        assert row["role"] == "test"


def test_what_strangers_wrote_is_in_it_as_they_wrote_it(lines):
    ends = [row for row in map(json.loads, lines) if row["event"] == "dead" and "title" in row]

    assert [row["title"] for row in ends] == HOSTILE


def test_lines_are_lines_to_every_tool(lines):
    for line in lines:
        assert line.isascii()
        assert line.isprintable()
        assert len(line.splitlines()) == 1


def test_what_libraries_say_and_python_warns_of_is_logged_alike(lines):
    rows = [json.loads(line) for line in lines]

    assert [row["event"] for row in rows if row.get("note")] == [f"said {text}" for text in HOSTILE]
    assert any("a warning" in row["event"] for row in rows)


def test_a_fault_comes_with_where_it_happened(lines):
    faults = [row for row in map(json.loads, lines) if row["event"] == "fault"]

    assert faults[0]["exception"][0]["exc_type"] == "ValueError"
    assert faults[0]["exception"][0]["frames"]


def test_no_local_variable_stands_in_a_log_for_some_hold_secrets():
    for form in ("json", "pretty"):
        shown = subprocess.run(
            [sys.executable, "-c", SECRET, form], capture_output=True, check=True, timeout=60, text=True
        ).stderr
        assert "ValueError" in shown
        assert "hunter2" not in shown


def test_on_a_terminal_nothing_moves_the_cursor_or_begins_a_line():
    shown = logged("pretty", [text for text in HOSTILE if "surrogate" not in text])

    assert "\x1b" not in shown
    assert "\r" not in shown
    assert "\u2028" not in shown
    ends = [line for line in shown.split("\n") if "dead" in line and "art_1" in line]
    assert len(ends) == len(HOSTILE) - 1


LOST = """
import logging
from billiard.einfo import ExceptionInfo
from billiard.exceptions import WorkerLostError
from config.settings import Settings
from worker.observe import set_up_logging
set_up_logging(Settings(log_format="json"), "test")
for error in (WorkerLostError("signal 9"), ValueError("no")):
    try:
        raise error
    except Exception:
        # as Celery hands it on
        logging.getLogger("celery.worker").error("raised %s", error, exc_info=ExceptionInfo().exc_info)
"""


def test_a_process_of_the_pool_that_was_killed_is_told_of_without_a_trace():
    done = subprocess.run([sys.executable, "-c", LOST], capture_output=True, check=True, timeout=60)

    lost, fault = (json.loads(line) for line in done.stderr.splitlines())
    assert (lost["level"], "exception" in lost) == ("warning", False)
    assert (fault["level"], "exception" in fault) == ("error", True)
