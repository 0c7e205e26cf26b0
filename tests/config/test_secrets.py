import os
import subprocess
import sys

import pytest

SHOW = "from config.settings import load_settings; print(load_settings().redis_url)"


@pytest.fixture
def redis_url_as_a_process_sees_it(tmp_path):
    """A process of its own: the environment and the working directory are read when it starts."""

    def show(secret=None, dotenv=None, **environment):
        folder = tmp_path / "secrets"
        if secret:
            folder.mkdir()
            (folder / "wirebeat_redis_url").write_text(secret + "\n")
        if dotenv:
            (tmp_path / ".env").write_text(f"WIREBEAT_REDIS_URL={dotenv}\n")
        clean = {name: value for name, value in os.environ.items() if not name.startswith("WIREBEAT_")}
        answer = subprocess.run(
            [sys.executable, "-W", "error", "-c", SHOW],
            env={**clean, "WIREBEAT_SECRETS_DIR": str(folder), **environment},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return answer.stdout.strip()

    return show


def test_a_secret_is_read_from_its_file(redis_url_as_a_process_sees_it):
    assert redis_url_as_a_process_sees_it(secret="redis://secret:6379/0") == "redis://secret:6379/0"


def test_no_folder_of_secrets_is_no_matter(redis_url_as_a_process_sees_it):
    assert redis_url_as_a_process_sees_it() == "None"


def test_environment_and_dotenv_come_before_a_secret(redis_url_as_a_process_sees_it):
    url = redis_url_as_a_process_sees_it(secret="redis://c", dotenv="redis://b", WIREBEAT_REDIS_URL="redis://a")

    assert url == "redis://a"


def test_dotenv_comes_before_a_secret(redis_url_as_a_process_sees_it):
    assert redis_url_as_a_process_sees_it(secret="redis://c", dotenv="redis://b") == "redis://b"
