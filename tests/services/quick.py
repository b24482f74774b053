"""`make quick`: what a change of one app needs, in under a minute. `make check`, and the app's tests in this process.

    make quick APP=cognito    without APP: the apps that differ from origin/main, or from HEAD where there is none

Tests that need an emulator, a worker, a browser or a server are left to `make test`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryFile

import pytest

from tests.services.run import PYTEST_OPTIONS, keeping_bytecode

ROOT = Path(__file__).resolve().parents[2]
# The folders of tests of those apps that have more than one of their own name.
TESTS_OF = {
    "accounts": ("accounts", "admin", "security"),
    "characters": ("engine",),
    "iamconsole": ("web",),
    "policies": ("policies", "engine"),
    "sync": ("sync", "aws", "faults"),
    "templates": ("web",),
}
_PROCESSES = {"browser", "emulator_process", "live_server", "oidc_process", "saml_process", "worker"}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = [item for item in items if _PROCESSES & set(getattr(item, "fixturenames", ()))]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in set(left_out)]


def main(named: list[str]) -> int:
    apps = named or changed_apps()
    folders = sorted({folder for app in apps for folder in TESTS_OF.get(app, (app,))})
    chosen = [f"tests/{folder}" for folder in folders if (ROOT / "tests" / folder).is_dir()]
    with TemporaryFile("w+") as said:
        check = subprocess.Popen(["make", "check"], cwd=ROOT, stdout=said, stderr=subprocess.STDOUT)
        tests = _tested(chosen) if chosen else 0
        checked = check.wait()
        said.seek(0)
        sys.stdout.write(said.read() if checked else "`make check` passes.\n")
    if not chosen:
        sys.stdout.write("No app differs: name one, as in `make quick APP=cognito`.\n")
    return checked or tests


def _tested(folders: list[str]) -> int:
    command = [sys.executable, "-m", "pytest", *PYTEST_OPTIONS, "-n", "2", "-p", "tests.services.quick", *folders]
    status = subprocess.run(command, cwd=ROOT, env=keeping_bytecode(dict(os.environ)), check=False).returncode
    return 0 if status == pytest.ExitCode.NO_TESTS_COLLECTED else status


def changed_apps() -> list[str]:
    """The folders at the top of what differs, and those of tests by their own names."""
    base = "origin/main" if _git("rev-parse", "--verify", "-q", "origin/main") else "HEAD"
    files = [*_git("diff", "--name-only", base), *_git("ls-files", "--others", "--exclude-standard")]
    parts = [Path(file).parts for file in files]
    return sorted({part[1] if part[0] == "tests" else part[0] for part in parts if len(part) > 1})


def _git(*arguments: str) -> list[str]:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
