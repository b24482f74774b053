"""What the image is made of, as a CycloneDX 1.6 document: `make sbom` writes var/sbom.json.

From the locked files alone, so that the same commit gives the same bytes: requirements/run.txt, whose hashes are of
every file that may be installed, and package-lock.json. Licences come from what is installed here.
https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

import base64
import json
import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[1]
_LOCKED = re.compile(
    r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)[^\n]*(?:\\\n(?:[ ]+--hash=[^\n]+\n?)+)", re.MULTILINE
)
_PROJECT = re.compile(r'^version = "([^"]+)"', re.MULTILINE)


def document() -> dict[str, Any]:
    [version] = _PROJECT.findall((ROOT / "pyproject.toml").read_text())
    console = {"type": "application", "name": "iam-console", "version": version, "bom-ref": "iam-console"}
    components = sorted([*_python(), *_node()], key=lambda component: str(component["bom-ref"]))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": console | _licensed("Apache-2.0")},
        "components": components,
        "dependencies": [{"ref": "iam-console", "dependsOn": [component["bom-ref"] for component in components]}],
    }


def _python() -> Iterator[dict[str, Any]]:
    locked = (ROOT / "requirements" / "run.txt").read_text()
    for found in _LOCKED.finditer(locked):
        name, version = found[1].lower(), found[2]
        hashes = sorted(re.findall(r"sha256:([0-9a-f]{64})", found[0]))
        yield _component(
            f"pkg:pypi/{name}@{version}", name, version, [("SHA-256", each) for each in hashes]
        ) | _licensed(_licence_of(name))


def _node() -> Iterator[dict[str, Any]]:
    """What is built into the assets, and not what builds them."""
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for path, package in packages.items():
        name = path.rpartition("node_modules/")[2]
        if name and not package.get("dev"):
            algorithm, _, digest = package.get("integrity", "").partition("-")
            hashes = [("SHA-512", base64.b64decode(digest).hex())] if algorithm == "sha512" else []
            purl = f"pkg:npm/{quote(name, safe='/')}@{package['version']}"
            yield _component(purl, name, package["version"], hashes) | _licensed(package.get("license", ""))


def _component(purl: str, name: str, version: str, hashes: list[tuple[str, str]]) -> dict[str, Any]:
    said = [{"alg": algorithm, "content": content} for algorithm, content in hashes]
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl, "hashes": said}


def _licence_of(name: str) -> str:
    """As its metadata says; "" where it doesn't, or isn't installed here."""
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return ""
    classified = [each.rpartition(" :: ")[2] for each in said.get_all("Classifier", []) if each.startswith("License")]
    plain = "".join(said.get_all("License", []))
    return (
        "".join(said.get_all("License-Expression", []))
        or ", ".join(sorted(classified))
        or (plain if "\n" not in plain else "")
    )


def _licensed(licence: str) -> dict[str, Any]:
    return {"licenses": [{"license": {"name": licence}}]} if licence else {}


if __name__ == "__main__":
    json.dump(document(), sys.stdout, indent=2, sort_keys=True)
    sys.stdout.write("\n")
