"""Where settings come from, in which order, and what is said of a wrong one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.settings import Settings, load_settings, mistaken_variables, place_of
from config.trouble import ConfigError, line_of


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place to start from: no file, no variable."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.upper().startswith("WIREBEAT_"):
            monkeypatch.delenv(name)
    (tmp_path / "config").mkdir()
    return tmp_path


def toml(folder: Path, text: str) -> None:
    (folder / "config" / "settings.toml").write_text(text)


def dotenv(folder: Path, text: str) -> None:
    (folder / ".env").write_text(text)


def test_without_anything_the_defaults_hold():
    settings = load_settings()

    assert settings.redis_url is None
    assert settings.prefix == "news"
    assert settings.allow_origins == []
    assert Path(settings.feeds).is_file()
    assert settings.topics.is_file()


def test_a_flag_goes_before_a_variable_before_dotenv_before_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch):
    toml(folder, "web_port = 1\n")
    assert load_settings().web_port == 1
    dotenv(folder, "WIREBEAT_WEB_PORT=2\n")
    assert load_settings().web_port == 2
    monkeypatch.setenv("WIREBEAT_WEB_PORT", "3")
    assert load_settings().web_port == 3
    assert load_settings(web_port=4).web_port == 4
    assert load_settings(web_port=None).web_port == 3


def test_a_variable_that_is_empty_is_not_set(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WIREBEAT_REDIS_URL", "")

    assert load_settings().redis_url is None


def test_origins_are_parted_by_commas(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WIREBEAT_ALLOW_ORIGINS", "127.0.0.0/8:80, [fd00::/8]:443 ,")

    assert load_settings().allow_origins == ["127.0.0.0/8:80", "[fd00::/8]:443"]


def test_settings_do_not_change():
    with pytest.raises(ValueError, match="frozen"):
        load_settings().prefix = "other"


def wrong(**flags) -> ConfigError:
    with pytest.raises(ConfigError) as trouble:
        load_settings(**flags)
    return trouble.value


def test_a_wrong_variable_is_named_with_its_value_and_what_was_expected(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WIREBEAT_HOST_INTERVAL", "soon")

    trouble = wrong()

    assert str(trouble).startswith("WIREBEAT_HOST_INTERVAL: host_interval: Input should be a valid number")
    assert "'soon'" in str(trouble)
    assert "seconds between two requests to one host" in trouble.mend


def test_a_wrong_line_of_dotenv_is_named(folder: Path):
    dotenv(folder, "# notes\nWIREBEAT_PREFIX=news\nexport WIREBEAT_WEB_PORT=99999\n")

    trouble = wrong()

    assert str(trouble).startswith(".env line 3: web_port: ")
    assert "65535" in str(trouble)


def test_a_wrong_line_of_the_file_is_named(folder: Path):
    toml(folder, '# settings\n\nprefix = "news"\nseen_days = 1\n')

    assert str(wrong()).startswith("config/settings.toml line 4: seen_days: ")


def test_a_wrong_flag_is_named():
    assert str(wrong(web_port=70_000)).startswith("--port: web_port: ")


def test_broken_toml_is_named_with_its_line(folder: Path):
    toml(folder, 'prefix = "news\n')

    trouble = wrong()

    assert str(trouble).startswith("config/settings.toml line 1: broken TOML: ")


def test_an_unknown_key_is_named_with_the_nearest_there_is(folder: Path):
    toml(folder, 'prefix = "news"\nhost_intervall = 2\n')

    trouble = wrong()

    assert str(trouble) == "config/settings.toml line 2: unknown key 'host_intervall'"
    assert trouble.mend == "did you mean 'host_interval'?"


def test_an_unknown_key_like_no_other_is_told_where_to_look(folder: Path):
    toml(folder, "zzz = 2\n")

    assert "wirebeat check" in wrong().mend


@pytest.mark.parametrize(
    "origin", ["127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "example.org:80", "127.0.0.1/33:80", "1:2:3"]
)
def test_an_origin_that_is_none_is_refused_with_an_example(origin: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WIREBEAT_ALLOW_ORIGINS", origin)

    assert "for example 127.0.0.0/8:8080" in str(wrong())


@pytest.mark.parametrize("prefix", ["", "a b", "news:", "x" * 65, "né"])
def test_a_prefix_that_would_not_do_is_refused(prefix: str):
    assert "prefix" in str(wrong(prefix=prefix))


def test_every_setting_says_what_it_is():
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert len(field.description.split()) >= 3, name


def test_a_variable_that_is_nearly_a_setting_is_told_with_the_one_that_is_meant(monkeypatch: pytest.MonkeyPatch):
    for name in ("FEED", "SECRETS_DIR", "ENRICH_MEMORY", "WEB_ADDRESS", "TOPICS"):
        monkeypatch.setenv(f"WIREBEAT_{name}", "x")
    assert mistaken_variables() == ["WIREBEAT_FEED is no setting; did you mean WIREBEAT_FEEDS?"]


def test_it_is_told_where_a_value_comes_from(folder: Path, monkeypatch: pytest.MonkeyPatch):
    toml(folder, 'user_agent = "x"\nprefix = "news"\n')
    dotenv(folder, "WIREBEAT_WEB_PORT=2\n")
    monkeypatch.setenv("WIREBEAT_LOG_LEVEL", "debug")

    assert place_of("prefix") == ("config/settings.toml", 2)
    assert place_of("web_port") == (".env", 1)
    assert place_of("log_level") == ("WIREBEAT_LOG_LEVEL", None)
    assert place_of("data_dir") == ("default", None)
    assert place_of("web_port", {"web_port": 1}) == ("--port", None)


def test_a_wrong_secret_is_named_by_its_file(folder: Path):
    (folder / "secrets").mkdir()
    (folder / "secrets" / "wirebeat_web_port").write_text("many\n")
    program = "from config.settings import load_settings\nload_settings()"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WIREBEAT_")}

    told = subprocess.run(
        [sys.executable, "-c", program],
        env={**kept, "WIREBEAT_SECRETS_DIR": str(folder / "secrets")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert f"ConfigError: {folder}/secrets/wirebeat_web_port: web_port: " in told.stderr


@pytest.mark.parametrize(
    ("text", "key", "within", "line"),
    [
        ("a = 1\nb = 2\n", "b", None, 2),
        ('"b" = 2\n', "b", None, 1),
        ("ab = 1\na = 2\n", "a", None, 2),
        ("[[feed]]\nid = 1\n[[feed]]\nid = 2\n", "id", "id = 1", 2),
        ("# a = 1\n", "a", None, None),
        ("", "a", None, None),
        ("export A=1\n", "A", None, 1),
        ("A_B=1\nA = 2\n", "A", None, 2),
    ],
)
def test_a_key_is_found_in_its_line(text: str, key: str, within: str | None, line: int | None):
    assert line_of(text, key, within=within) == line
