"""manage.py write_client"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from api.client_code import files
from api.schema import plain_document

ROOT = Path(__file__).resolve().parents[3]
TARGET = ROOT / "iamconsole_client" / "generated"


def written() -> dict[str, str]:
    """The files as they should be: formatted as all of the code is."""
    return {name: _formatted(name, text) for name, text in files(plain_document()).items()}


def _formatted(name: str, text: str) -> str:
    """Raises CalledProcessError where ruff refuses it."""
    path = str((TARGET / name).relative_to(ROOT))
    ruff = [sys.executable, "-m", "ruff"]
    options: dict[str, Any] = {"text": True, "check": True, "stdout": subprocess.PIPE, "cwd": ROOT}
    fix = [*ruff, "check", "--quiet", "--select", "I,F401", "--fix", "--stdin-filename", path, "-"]
    fixed = subprocess.run(fix, input=text, **options).stdout  # noqa: S603  # our own Python
    shape = [*ruff, "format", "--quiet", "--stdin-filename", path, "-"]
    return str(subprocess.run(shape, input=fixed, **options).stdout)  # noqa: S603  # our own Python


class Command(BaseCommand):
    help = "Writes the Python client of the API from its OpenAPI document: iamconsole_client/generated/."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        for name, text in written().items():
            (TARGET / name).write_text(text)
