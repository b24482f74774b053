"""Writes regions.json anew from the data of the package botocore: `make regions`. The engine doesn't import it."""

from __future__ import annotations

import json
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from typing import Any

TARGET = Path(__file__).with_name("regions.json")
TAKEN_FROM = "botocore {version} (Apache License 2.0), data/partitions.json"
_GLOBAL = "-global"  # aws-global: how AWS's SDKs call what has no Region


def regions_of(partitions: dict[str, Any]) -> dict[str, list[str]]:
    return {
        each["id"]: sorted(name for name in each["regions"] if not name.endswith(_GLOBAL))
        for each in partitions["partitions"]
    }


def written() -> str:
    found = json.loads(files("botocore").joinpath("data", "partitions.json").read_text())
    taken_from = TAKEN_FROM.format(version=metadata.version("botocore"))
    return json.dumps({"taken_from": taken_from, "partitions": regions_of(found)}, indent=1) + "\n"


if __name__ == "__main__":
    TARGET.write_text(written())
