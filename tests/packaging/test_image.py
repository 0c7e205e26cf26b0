import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT.joinpath("Dockerfile").read_text("utf-8").replace("\\\n", " ")
STEPS = [line.split(None, 1) for line in DOCKERFILE.splitlines() if line and not line.startswith("#")]
RUNTIME = STEPS[max(i for i, (step, _) in enumerate(STEPS) if step == "FROM") :]


def test_only_locked_wheels_are_installed():
    installs = [words for step, words in STEPS if step == "RUN" and "pip install" in words]

    assert len(installs) == 2
    assert "--require-hashes --only-binary :all: -r requirements.txt" in installs[0]
    assert "--no-deps --no-build-isolation ." in installs[1]


def test_the_image_that_runs_has_no_build_tools_and_no_root():
    assert [words for step, words in RUNTIME if step == "USER"] == ["10001:10001"]
    assert not any("pip install" in words or "apt-get" in words for _, words in RUNTIME)
    assert ["ARG", "PYTHON_VERSION=3.13"] in STEPS


def test_the_image_says_when_it_is_ill():
    health = next(words for step, words in RUNTIME if step == "HEALTHCHECK")

    assert '["python", "-m", "worker.health", "--max-age", "60"]' in health


def test_all_that_is_copied_is_let_into_the_build_and_nothing_else():
    copied = {
        source for step, words in STEPS if step == "COPY" and "--from" not in words for source in words.split()[:-1]
    }
    allowed = set(re.findall(r"(?m)^!(\S+)", ROOT.joinpath(".dockerignore").read_text("utf-8")))

    assert copied == allowed
    for name in copied:
        assert ROOT.joinpath(name).exists(), name
