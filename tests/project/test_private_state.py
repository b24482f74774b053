"""The state folder is for the user alone who runs the console, whichever command made it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from iamconsole.env import make_private
from tests.services.migrated import ROOT


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.mark.parametrize("before", [None, "empty", "ours"])
def test_it_is_made_private(tmp_path: Path, before: str | None) -> None:
    state = tmp_path / "deep" / "var"
    if before:
        state.mkdir(parents=True)
        state.chmod(0o777)
    if before == "ours":
        (state / "console.sqlite3").touch()
    make_private(state)
    assert mode(state) == 0o700


def test_a_folder_that_others_use_too_is_refused(tmp_path: Path) -> None:
    (tmp_path / "theirs.txt").touch()
    tmp_path.chmod(0o755)
    with pytest.raises(ImproperlyConfigured, match=f"chmod 700 {tmp_path}"):
        make_private(tmp_path)
    assert mode(tmp_path) == 0o755


def test_any_command_makes_it_so(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO", "DATABASE", "REDIS"))}
    environment = {**kept, "IAMCONSOLE_STATE": str(tmp_path / "var")}
    done = subprocess.run(
        [sys.executable, "manage.py", "createcachetable"], cwd=ROOT, umask=0, env=environment, check=False
    )
    assert done.returncode == 0
    assert mode(tmp_path / "var") == 0o700
