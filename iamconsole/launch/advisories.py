"""Compares what is locked with known vulnerabilities, without a network: `ADVISORIES=folder make check`.

The folder holds advisories as OSV publishes them for download, one JSON file each, in whatever subfolders
("OSV Schema", ossf.github.io/osv-schema). Without it nothing is compared, and a line says so. A hit fails, unless
requirements/accepted-advisories.txt names it with a day that hasn't come yet.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).resolve().parents[2]
ACCEPTED = "requirements/accepted-advisories.txt"
_PYTHON, _NODE = "PyPI", "npm"  # as OSV calls the ecosystems
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
_ACCEPTED_LINE = re.compile(r"^(?P<id>\S+) (?P<until>\d{4}-\d\d-\d\d) (?P<why>\S.*)$")
_SEMVER = re.compile(r"(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+.*)?")


@dataclass(frozen=True)
class LockedPackage:
    ecosystem: str
    name: str
    version: str


@dataclass(frozen=True)
class KnownVulnerability:
    package: LockedPackage
    id: str
    summary: str

    def __str__(self) -> str:
        return f"{self.package.name} {self.package.version}: {self.id} {self.summary}".rstrip()


class UnreadableAdvisories(Exception):
    """The text is a sentence."""


def locked_packages(root: Path) -> set[LockedPackage]:
    locks = "\n".join(path.read_text() for path in sorted((root / "requirements").glob("*.txt")))
    python = {LockedPackage(_PYTHON, _normal(name), version) for name, version in _PINNED.findall(locks)}
    packages = json.loads((root / "package-lock.json").read_text())["packages"]
    node = {
        LockedPackage(_NODE, path.rpartition("node_modules/")[2], about["version"])
        for path, about in packages.items()
        if path and "version" in about
    }
    return python | node


def hits(folder: Path, locked: set[LockedPackage]) -> Iterator[KnownVulnerability]:
    """Raises UnreadableAdvisories."""
    files = sorted(folder.rglob("*.json"))
    if not files:
        raise UnreadableAdvisories(f"{folder} holds no JSON: put advisories of OSV there, or unset ADVISORIES.")
    by_name: dict[tuple[str, str], list[LockedPackage]] = {}
    for package in locked:
        by_name.setdefault((package.ecosystem, package.name), []).append(package)
    for file in files:
        advisory = _read(file)
        for affected in [] if advisory.get("withdrawn") else advisory.get("affected", ()):
            about = affected.get("package", {})
            for package in by_name.get((about.get("ecosystem"), _normal_in(about)), ()):
                if _is_affected(package, affected):
                    yield KnownVulnerability(package, advisory["id"], advisory.get("summary", ""))


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text())
        if isinstance(found, dict) and "id" in found:
            return found
    except (OSError, ValueError) as error:
        raise UnreadableAdvisories(f"{file} can’t be read: {error}") from error
    raise UnreadableAdvisories(f"{file} is no advisory in OSV's format.")


def _normal_in(about: dict[str, str]) -> str:
    name = about.get("name", "")
    return _normal(name) if about.get("ecosystem") == _PYTHON else name


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _is_affected(package: LockedPackage, affected: dict[str, Any]) -> bool:
    """ "Evaluation" in the OSV Schema. What can't be compared counts as affected: somebody has to look."""
    if package.version in affected.get("versions", ()):
        return True
    ranges = [each for each in affected.get("ranges", ()) if each.get("type") in ("ECOSYSTEM", "SEMVER")]
    try:
        return any(_is_within(package, each.get("events", ())) for each in ranges)
    except InvalidVersion:
        return True


def _is_within(package: LockedPackage, events: list[dict[str, str]]) -> bool:
    ours, within = _order(package.ecosystem, package.version), False
    told = [(kind, version) for event in events for kind, version in event.items()]
    for kind, version in sorted(told, key=lambda each: _order(package.ecosystem, each[1])):
        at = _order(package.ecosystem, version)
        if kind == "introduced" and ours >= at:
            within = True
        elif (kind == "fixed" and ours >= at) or (kind == "last_affected" and ours > at):
            within = False
    return within


def _order(ecosystem: str, version: str) -> Any:
    """What versions of an ecosystem are sorted by. Raises InvalidVersion."""
    if ecosystem == _PYTHON:
        return Version(version)
    found = _SEMVER.fullmatch("0.0.0-0" if version == "0" else version)
    if found is None:
        raise InvalidVersion(version)
    *numbers, pre = found.groups()
    parts = [(not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in (pre or "").split(".")]
    return tuple(map(int, numbers)), pre is None, parts


def accepted(root: Path, today: date) -> set[str]:
    """The ids that were looked at, and may stay until a day. Raises UnreadableAdvisories."""
    file = root / ACCEPTED
    lines = file.read_text().splitlines() if file.exists() else []
    found = set()
    for line in lines:
        if not line or line.startswith("#"):
            continue
        match = _ACCEPTED_LINE.fullmatch(line)
        if match is None:
            raise UnreadableAdvisories(f"{ACCEPTED}: “{line}” isn’t ID, day and reason, such as GHSA-… 2027-01-31 why.")
        if date.fromisoformat(match["until"]) > today:
            found.add(match["id"])
    return found


def main() -> int:
    given = os.environ.get("ADVISORIES", "")
    say = sys.stdout.write
    if not given:
        say("Advisories: not compared. Set ADVISORIES to a folder of advisories in OSV's format (SECURITY.md).\n")
        return 0
    try:
        locked, left = locked_packages(ROOT), accepted(ROOT, date.today())
        found = sorted({str(each) for each in hits(Path(given), locked) if each.id not in left})
    except UnreadableAdvisories as error:
        say(f"Advisories: {error}\n")
        return 1
    for each in found:
        say(f"{each}\n")
    say(f"Advisories: {len(locked)} locked packages, {len(found)} known vulnerabilities.\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
