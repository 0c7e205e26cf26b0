import json
import re
import subprocess
from importlib.resources import files

import pytest
import redis
from jsonschema.validators import validator_for
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.settings import Settings
from tests.packaging.compose import COMPOSE, OURS, ROLES, ROOT, TEXT, VARIABLE
from tests.patience import until
from worker.cli import COMMANDS
from worker.embedded import READER_RULES, server_binary
from worker.roles import WORKERS


def test_the_file_keeps_to_the_compose_specification():
    schema = json.loads(
        files("check_jsonschema").joinpath("builtin_schemas/vendor/compose-spec.json").read_text("utf-8")
    )

    errors = [f"{'/'.join(map(str, e.path))}: {e.message}" for e in validator_for(schema)(schema).iter_errors(COMPOSE)]

    assert errors == []


def test_there_is_a_service_for_each_role():
    assert set(ROLES) == {"beat", "fetch", "enrich", "web"}


@pytest.mark.parametrize("name", OURS)
def test_a_service_of_ours_runs_with_as_little_as_it_can(name):
    service = OURS[name]

    assert service["user"] == "10001:10001"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["init"] is True
    assert service["depends_on"] == {"server": {"condition": "service_healthy"}}


@pytest.mark.parametrize("name", ROLES)
def test_the_command_of_a_role_is_one_that_there_is(name):
    program, command, *arguments = ROLES[name]["command"]

    assert program == "wirebeat"
    assert command in COMMANDS
    assert command != "worker" or arguments[0] in WORKERS


@pytest.mark.parametrize("name", ROLES)
def test_a_role_is_watched_and_bounded(name):
    service = ROLES[name]

    assert service["healthcheck"]["test"][:4] == ["CMD", "python", "-m", "worker.health"]
    assert service["mem_limit"]
    assert service["logging"]["options"]["max-size"]
    assert service["stop_grace_period"] == "20s"


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_nothing_is_reachable_from_other_hosts_unless_asked_for(name):
    for port in COMPOSE["services"][name].get("ports", []):
        assert port.startswith("127.0.0.1:")


def test_no_password_stands_in_the_file():
    assert not re.search(r"(?i)password\s*[:=]\s*['\"]?[^\s{}\"'$/]{4,}", TEXT)
    assert set(COMPOSE["secrets"]) == {"redis_password", "users.acl", "wirebeat_redis_url"}


def test_every_service_variable_is_a_setting_and_every_other_one_stands_in_the_example():
    settings = {f"WIREBEAT_{name.upper()}" for name in Settings.model_fields}
    given = {name for service in OURS.values() for name in service["environment"]}
    example = ROOT.joinpath(".env.example").read_text("utf-8")

    assert given <= settings
    for name, default in VARIABLE.findall(TEXT):
        assert f"# {name}={default}" in example or name in settings, name


def test_the_server_never_forgets():
    command = COMPOSE["services"]["server"]["command"]

    assert command[command.index("--maxmemory-policy") + 1] == "noeviction"
    assert command[command.index("--appendonly") + 1] == "yes"


@pytest.fixture
def secrets(tmp_path):
    subprocess.run([ROOT / "config/valkey/make-secrets.sh", tmp_path / "secrets"], check=True, capture_output=True)
    return tmp_path / "secrets"


def test_passwords_are_made_once_and_kept(secrets):
    before = {file.name: file.read_text() for file in secrets.iterdir()}

    subprocess.run([ROOT / "config/valkey/make-secrets.sh", secrets], check=True, capture_output=True)

    assert {file.name: file.read_text() for file in secrets.iterdir()} == before
    assert len(before["redis_password"]) == 48
    assert before["redis_password"] != before["dashboard_password"]
    assert secrets.stat().st_mode & 0o077 == 0


def test_dashboards_may_do_the_same_in_containers_as_on_the_embedded_server(secrets):
    dashboard = next(line for line in (secrets / "users.acl").read_text().splitlines() if " dashboard " in line)

    granted = {word for word in dashboard.split() if word.startswith(("+", "-"))}

    assert granted == {word for word in READER_RULES.split() if word.startswith(("+", "-"))}


def test_the_server_starts_with_the_very_options_of_its_service(secrets, tmp_path):
    command = [part.replace("/run/secrets", str(secrets)) for part in COMPOSE["services"]["server"]["command"]]
    assert command[0] == "valkey-server"
    socket = tmp_path / "s"
    here = ["--port", "0", "--unixsocket", str(socket), "--dir", str(tmp_path)]
    server = subprocess.Popen([server_binary(), *command[1:], *here], stdout=subprocess.DEVNULL)
    try:
        until(socket.exists, "socket")
        wirebeat, dashboard = (
            redis.Redis(unix_socket_path=str(socket), username=user, password=(secrets / file).read_text())
            for user, file in [("wirebeat", "redis_password"), ("dashboard", "dashboard_password")]
        )
        assert wirebeat.ping()
        assert (
            f":{wirebeat.get_connection_kwargs()['password']}@server:" in (secrets / "wirebeat_redis_url").read_text()
        )
        wirebeat.xadd("news:articles", {"title": "one"})
        wirebeat.set("news:secret", "x")

        assert dashboard.xlen("news:articles") == 1
        assert dashboard.xgroup_create("news:articles", "mine", id="0")
        for forbidden in [lambda: dashboard.xadd("news:articles", {"a": "b"}), dashboard.flushall]:
            with pytest.raises(redis.exceptions.NoPermissionError):
                forbidden()
        with pytest.raises(redis.exceptions.AuthenticationError):
            redis.Redis(unix_socket_path=str(socket), retry=Retry(NoBackoff(), 0)).ping()
        wirebeat.close()
        dashboard.close()
    finally:
        server.terminate()
        server.wait(60)
