"""The README's programs are run as they are printed, against the server that `wirebeat run` embeds."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import redis

from tests.ports import free_port
from worker.cli import COMMANDS
from worker.embedded import EmbeddedServer

ROOT = Path(__file__).parents[2]
README = ROOT.joinpath("README.md").read_text("utf-8")
#: file name → program
PROGRAMS = dict(re.findall(r"(?ms)^```(?:python|js) (\S+)\n(.*?)^```", README))
NODE_CLIENT = "redis@6"


@pytest.fixture(scope="module")
def stream(tmp_path_factory):
    """(reader's URL, function that publishes an entry)."""
    port = free_port()
    server = EmbeddedServer(tmp_path_factory.mktemp("d"), port=port, prefix="news")
    server.start()
    database = redis.Redis.from_url(server.url)

    def publish(title, topics=(("ukraine-war", 0.98), ("diplomacy", 0.91))):
        record = {"title": title, "topics": [{"id": id_, "score": score} for id_, score in topics]}
        fields = {"published_at": "2026-11-23T06:00:00Z", "source": "Eastline Monitor", "title": title}
        entry = {**fields, "data": json.dumps(record)}
        id_ = database.xadd("news:articles", entry)
        for topic, _ in topics:
            database.xadd(f"news:topic:{topic}", entry, id=id_)

    yield server.reader_url, publish
    database.close()
    server.stop()


def first_line(command, folder, url):
    """What a program that never ends prints first."""
    program = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "REDIS_URL": url},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    too_long = threading.Timer(90, program.kill)
    too_long.start()
    line = program.stdout.readline().strip()
    if line:
        program.kill()
    errors = program.communicate()[1]
    too_long.cancel()
    return line or errors


def written(name, folder):
    folder.joinpath(name).write_text(PROGRAMS[name], "utf-8")
    return name


def test_the_readme_shows_how_to_read_in_two_languages():
    assert set(PROGRAMS) == {"follow.py", "follow.mjs", "group.py"}


def test_the_python_program_prints_a_record_of_its_topic(stream, tmp_path):
    url, publish = stream
    publish("A market opens", topics=())
    publish("A treaty is signed")

    line = first_line([sys.executable, written("follow.py", tmp_path), "0"], tmp_path, url)

    topics = "{'ukraine-war': 0.98, 'diplomacy': 0.91}"
    assert line == f"2026-11-23T06:00:00Z Eastline Monitor | A treaty is signed | {topics}"


def test_the_group_program_acknowledges_what_it_handled(stream, tmp_path):
    url, publish = stream
    publish("A bridge is rebuilt", topics=())

    line = first_line([sys.executable, written("group.py", tmp_path)], tmp_path, url)

    assert re.match(r"\d+-\d+ \S", line)
    groups = redis.Redis.from_url(url, decode_responses=True).xinfo_groups("news:articles")
    assert [group["name"] for group in groups] == ["my-dashboard"]


@pytest.fixture(scope="module")
def node_folder(tmp_path_factory):
    """A folder with the Redis client for Node that the README names."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("Node is not installed")
    folder = tmp_path_factory.mktemp("node")
    brief = ["--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=0", "--fetch-timeout=20000"]
    try:
        subprocess.run(["npm", "install", *brief, NODE_CLIENT], cwd=folder, capture_output=True, check=True, timeout=60)
    except subprocess.SubprocessError as trouble:
        pytest.skip(f"the Redis client for Node cannot be installed: {trouble}")
    return folder


@pytest.mark.slow
def test_the_node_program_prints_a_record_of_its_topic(stream, node_folder):
    url, publish = stream
    publish("A treaty is signed")

    line = first_line(["node", written("follow.mjs", node_folder), "0"], node_folder, url)

    assert line == "2026-11-23T06:00:00Z Eastline Monitor | A treaty is signed | ukraine-war 0.98, diplomacy 0.91"


def test_every_page_that_the_documentation_links_to_is_there():
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")]
    for page in pages:
        for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


#: written by an operator, where there is one
OPERATORS_OWN = "config/settings.toml"


def test_every_place_that_the_documentation_names_is_there():
    for page in [ROOT / "CONTRIBUTING.md", ROOT / "docs/design.md", ROOT / "docs/operations.md"]:
        for place in re.findall(r"`((?:config|tasks|worker|tests|docs)/[\w./-]*)", page.read_text("utf-8")):
            assert place == OPERATORS_OWN or (ROOT / place.rstrip("./")).exists(), f"{page.name}: {place}"


def test_every_command_that_the_readme_names_exists():
    named = set(re.findall(r"wirebeat ([a-z][a-z-]*)", README)) - {"is", "polls"}
    targets = set(re.findall(r"(?m)^make ([a-z-]+)", README))
    makefile = ROOT.joinpath("Makefile").read_text("utf-8")

    assert named <= set(COMMANDS)
    assert targets <= set(re.findall(r"(?m)^([a-z-]+):", makefile))
