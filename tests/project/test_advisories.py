"""What is locked is compared with advisories in OSV's format; a hit fails, and without advisories a line says so."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from iamconsole.launch import advisories
from iamconsole.launch.advisories import LockedPackage, UnreadableAdvisories, hits, locked_packages

ROOT = Path(__file__).resolve().parents[2]


def advisory(folder: Path, name: str = "django", ecosystem: str = "PyPI", **more: Any) -> Path:
    """A made-up one, of all versions unless `more` says otherwise."""
    everything = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]
    affected = {"package": {"ecosystem": ecosystem, "name": name}, "ranges": more.pop("ranges", everything)}
    said = {"id": "MADE-UP-1", "summary": "It gives everything away.", "affected": [affected | more.pop("also", {})]}
    folder.mkdir(exist_ok=True)
    (folder / "MADE-UP-1.json").write_text(json.dumps(said | more))
    return folder


def check(folder: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "iamconsole.launch.advisories"]
    environment = {**os.environ, "ADVISORIES": folder}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_a_locked_package_that_is_vulnerable_fails(tmp_path: Path) -> None:
    done = check(str(advisory(tmp_path / "osv")))
    assert done.returncode == 1
    assert "MADE-UP-1 It gives everything away." in done.stdout
    assert "django 5.2" in done.stdout


def test_one_that_isnt_passes(tmp_path: Path) -> None:
    fixed = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "4.2.1"}]}]
    done = check(str(advisory(tmp_path / "osv", ranges=fixed)))
    assert (done.returncode, "0 known vulnerabilities" in done.stdout) == (0, True)


def test_without_advisories_it_says_that_nothing_was_compared() -> None:
    done = check("")
    assert (done.returncode, "not compared" in done.stdout) == (0, True)


@pytest.mark.parametrize("content", [None, "{", "[]"])
def test_a_folder_that_is_empty_or_damaged_fails(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "a.json").write_text(content)
    done = check(str(tmp_path))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_every_lock_is_read() -> None:
    found = {(each.ecosystem, each.name) for each in locked_packages(ROOT)}
    assert {("PyPI", "django"), ("PyPI", "moto"), ("PyPI", "pytest"), ("PyPI", "uv")} <= found
    assert {("npm", "@codemirror/view"), ("npm", "esbuild")} <= found


@pytest.mark.parametrize(
    ("version", "events", "is_hit"),
    [
        ("1.5", [{"introduced": "0"}, {"fixed": "1.5"}], False),
        ("1.4.9", [{"introduced": "0"}, {"fixed": "1.5"}], True),
        ("1.5rc1", [{"introduced": "0"}, {"fixed": "1.5"}], True),
        ("1.5", [{"introduced": "1.2"}, {"last_affected": "1.5"}], True),
        ("1.5.1", [{"introduced": "1.2"}, {"last_affected": "1.5"}], False),
        ("1.1", [{"introduced": "1.2"}], False),
        ("2.3", [{"introduced": "0"}, {"fixed": "1.9"}, {"introduced": "2.0"}, {"fixed": "2.4"}], True),
        ("1.95", [{"fixed": "2.4"}, {"introduced": "2.0"}, {"fixed": "1.9"}, {"introduced": "0"}], False),
        ("nonsense", [{"introduced": "0"}], True),
    ],
)
def test_ranges(tmp_path: Path, version: str, events: list[dict[str, str]], is_hit: bool) -> None:
    folder = advisory(tmp_path, "Some_Thing", ranges=[{"type": "ECOSYSTEM", "events": events}])
    assert bool(list(hits(folder, {LockedPackage("PyPI", "some-thing", version)}))) == is_hit


@pytest.mark.parametrize(
    ("version", "is_hit"),
    [("1.2.3", True), ("1.10.0-beta.2", True), ("1.10.0-beta.11", False), ("1.10.0", False), ("2.0.0", False)],
)
def test_ranges_of_node_packages(tmp_path: Path, version: str, is_hit: bool) -> None:
    events = [{"introduced": "0"}, {"fixed": "1.10.0-beta.10"}]
    folder = advisory(tmp_path, "thing", "npm", ranges=[{"type": "SEMVER", "events": events}])
    assert bool(list(hits(folder, {LockedPackage("npm", "thing", version)}))) == is_hit


def test_a_version_that_is_listed_and_one_that_was_withdrawn(tmp_path: Path) -> None:
    package = {LockedPackage("PyPI", "thing", "1.0")}
    assert list(hits(advisory(tmp_path, "thing", ranges=[], also={"versions": ["1.0"]}), package))
    assert not list(hits(advisory(tmp_path, "thing", withdrawn="2026-01-01T00:00:00Z"), package))
    assert not list(hits(advisory(tmp_path, "thing", "npm"), package))


def test_one_that_was_looked_at_stays_until_its_day(tmp_path: Path) -> None:
    file = tmp_path / "requirements" / "accepted-advisories.txt"
    file.parent.mkdir()
    assert advisories.accepted(tmp_path, date(2026, 1, 1)) == set()
    file.write_text("# why\n\nMADE-UP-1 2026-06-01 We don't call that function.\n")
    assert advisories.accepted(tmp_path, date(2026, 5, 31)) == {"MADE-UP-1"}
    assert advisories.accepted(tmp_path, date(2026, 6, 1)) == set()
    file.write_text("MADE-UP-1\n")
    with pytest.raises(UnreadableAdvisories, match="ID, day and reason"):
        advisories.accepted(tmp_path, date(2026, 1, 1))
