"""deploy/ runs what docker-compose.yml runs, as locked down, with settings that there are."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
KUBERNETES, SYSTEMD = ROOT / "deploy" / "kubernetes", ROOT / "deploy" / "systemd"
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
PARTS = ("web", "changes", "pulls", "beat")
SETTINGS = (ROOT / "docs" / "settings.md").read_text()


def manifests() -> Iterator[dict[str, Any]]:
    listed = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text())["resources"]
    assert set(listed) == {path.name for path in KUBERNETES.glob("*.yaml")} - {"kustomization.yaml"}
    for name in listed:
        yield from yaml.safe_load_all((KUBERNETES / name).read_text())


RUNNING = {each["metadata"]["name"]: each for each in manifests() if each["kind"] in ("Deployment", "Job")}


def pod_of(part: str) -> dict[str, Any]:
    found: dict[str, Any] = RUNNING[part]["spec"]["template"]["spec"]
    return found


def container_of(part: str) -> dict[str, Any]:
    [found] = pod_of(part)["containers"]
    return dict(found)


def unit(part: str) -> dict[str, list[str]]:
    """The values of each key of its unit."""
    found: dict[str, list[str]] = {}
    for line in (SYSTEMD / f"iam-console-{part}.service").read_text().splitlines():
        key, _, value = line.partition("=")
        found.setdefault(key, []).append(value)
    return found


def _is_documented(name: str) -> bool:
    return f"`{name}`" in SETTINGS or f"`{name.removesuffix('_FILE')}`" in SETTINGS


def test_kubernetes_runs_what_compose_runs() -> None:
    assert set(RUNNING) == {*PARTS, "migrate"}
    for part in ("changes", "pulls", "beat", "migrate"):
        assert container_of(part)["command"] == COMPOSE[part]["command"], part
    assert "command" not in container_of("web")  # the image's own
    assert RUNNING["beat"]["spec"]["replicas"] == 1


@pytest.mark.parametrize("part", [*PARTS, "migrate"])
def test_a_pod_is_locked_down(part: str) -> None:
    pod, container = pod_of(part), container_of(part)
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True and pod["securityContext"]["runAsUser"] == 10001
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "readOnlyRootFilesystem": True,
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"]["limits"]["memory"] and container["resources"]["requests"]["cpu"]
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}
    assert part == "migrate" or {"livenessProbe", "readinessProbe"} & set(container)


def test_beat_gets_no_key_and_no_database() -> None:
    assert container_of("beat")["envFrom"] == [{"configMapRef": {"name": "keyless"}}]
    [secrets] = [volume["secret"] for volume in pod_of("beat")["volumes"] if volume["name"] == "secrets"]
    assert [item["key"] for item in secrets["items"]] == ["redis_password"]
    assert not re.search(
        "KEY|POSTGRES|DATABASE", " ".join(unit("beat")["Environment"] + unit("beat")["LoadCredential"])
    )


def test_nothing_comes_in_or_goes_out_by_default() -> None:
    policies = {each["metadata"]["name"]: each["spec"] for each in manifests() if each["kind"] == "NetworkPolicy"}
    assert policies["nothing"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    for name in ("to-postgres", "to-outside"):
        [asked] = policies[name]["podSelector"]["matchExpressions"]
        assert "beat" not in asked["values"]


def test_every_setting_is_one_that_there_is() -> None:
    maps = [each["data"] for each in manifests() if each["kind"] == "ConfigMap"]
    of_units = (shlex.split(line) for part in PARTS for line in unit(part)["Environment"])
    of_the_system = {"PYTHONDONTWRITEBYTECODE"}
    names = {name for data in maps for name in data} | {each.partition("=")[0] for line in of_units for each in line}
    assert [name for name in names - of_the_system if not _is_documented(name)] == []


@pytest.mark.parametrize("part", ["changes", "pulls", "beat", "migrate"])
def test_a_unit_runs_what_compose_runs(part: str) -> None:
    [line] = unit(part)["ExecStart"]
    ours = [word.replace("%%", "%") for word in shlex.split(line)]
    assert [Path(ours[0]).name, *ours[1:]] == COMPOSE[part]["command"]


@pytest.mark.skipif(which("systemd-analyze") is None, reason="systemd isn’t on this machine")
def test_systemd_knows_what_units_say(tmp_path: Path) -> None:
    """`systemd-analyze verify` asks for the programs, too: Python stands in for each."""
    for path in SYSTEMD.iterdir():
        text = re.sub(r"^ExecStart=\S+", f"ExecStart={sys.executable}", path.read_text(), flags=re.MULTILINE)
        text = text.replace("file:/opt/iam-console/", f"file:{ROOT}/").replace("network-online.target ", "")
        (tmp_path / path.name).write_text(text)
    units = [str(path) for path in sorted(tmp_path.glob("iam-console*"))]
    command = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *units]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "Unknown" not in done.stderr, done.stderr


@pytest.mark.skipif(which("systemd-analyze") is None, reason="systemd isn’t on this machine")
@pytest.mark.parametrize("part", [*PARTS, "migrate"])
def test_systemd_takes_a_unit_for_a_safe_one(part: str) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=25", f"iam-console-{part}.service"]
    done = subprocess.run(command, cwd=SYSTEMD, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_bill_of_materials_has_all_that_is_locked_and_is_always_the_same() -> None:
    first, second = (
        subprocess.run([sys.executable, ROOT / "deploy" / "sbom.py"], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    )
    assert first == second
    said = json.loads(first)
    names = {component["name"] for component in said["components"] if component["purl"].startswith("pkg:pypi/")}
    locked = (ROOT / "requirements" / "run.txt").read_text()
    assert names == {name.lower() for name in re.findall(r"^([\w.-]+)(?:\[.*?\])?==", locked, re.MULTILINE)}
    assert all(component["hashes"] for component in said["components"])
    assert {"django", "celery", "@codemirror/search"} <= {component["name"] for component in said["components"]}
