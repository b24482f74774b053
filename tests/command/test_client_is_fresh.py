"""The client is the one that the OpenAPI document gives, and it stands alone."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from api.client_code import files, type_of
from api.management.commands.write_client import TARGET, written
from api.schema import plain_document
from iamconsole_client.generated.inputs import INPUTS
from tests.command.console import COMMAND, ROOT


def test_it_is_not_stale() -> None:
    for name, text in written().items():
        assert (TARGET / name).read_text() == text, f"{name} is stale: make client"


def test_it_has_every_operation() -> None:
    there = {each["operationId"] for methods in plain_document()["paths"].values() for each in methods.values()}
    assert set(INPUTS) == there


def test_a_schema_that_python_has_no_type_for_is_refused() -> None:
    with pytest.raises(ValueError, match="no type"):
        type_of({"type": "blob"})


def test_two_arguments_of_one_name_are_refused() -> None:
    changed: Any = {**plain_document()}
    body = {"schema": {"$ref": "#/components/schemas/ApplyIn"}}
    parameter = {"name": "digest", "in": "path", "required": True, "schema": {"type": "string"}}
    operation = changed["paths"]["/api/v1/aws-accounts/{account_id}/changes/{change_id}/apply"]["post"]
    twice = {**operation, "parameters": [parameter], "requestBody": {"content": {"application/json": body}}}
    with pytest.raises(ValueError, match="two arguments"):
        files({**changed, "paths": {"/x/{digest}": {"post": twice}}})


def test_it_needs_no_package() -> None:
    code = "import sys, iamconsole_client.command.main; print([each for each in sys.modules if 'django' in each])"
    done = subprocess.run([sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert subprocess.run([*COMMAND, "--help"], cwd=ROOT, capture_output=True, check=False).returncode == 0


def test_it_is_installed_by_itself(tmp_path: Path) -> None:
    """What pip makes of it, but for the network that an environment of its own for the build would need."""
    copy, built = tmp_path / "source", tmp_path / "built"
    shutil.copytree(ROOT / "iamconsole_client", copy, ignore=shutil.ignore_patterns("build", "*.egg-info"))
    build = [sys.executable, "-W", "ignore", "-c", "import setuptools; setuptools.setup()", "-q", "build"]
    subprocess.run([*build, "--build-lib", str(built)], cwd=copy, check=True)
    command = [sys.executable, "-S", "-m", "iamconsole_client", "--help"]
    ran = subprocess.run(command, cwd="/", env={"PYTHONPATH": str(built)}, capture_output=True, text=True, check=True)
    assert "who-can" in ran.stdout
    assert (built / "iamconsole_client" / "py.typed").exists()
