"""schemathesis as a stranger runs it: its command, all of its checks, on the document that the console serves.

What it is told beside that, and why, stands here.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

EXAMPLES, SEED = "CONFORMANCE_EXAMPLES", "CONFORMANCE_SEED"
CHECKS = Path(__file__).with_name("api_checks.py")

# Answers that its checks don't expect of themselves:
# 414, 431: a request that is too long never comes to the console; no schema can limit a whole address.
# 412: If-Match is there to fail (RFC 9110, 13.1.1).
# 413: what is too large is refused before it is read.
_ACCEPTED = ["2xx", "3xx", 401, 403, 404, 409, 412, 414, 429]
_REJECTED = [400, 401, 403, 404, 405, 406, 409, 412, 413, 414, 415, 422, 428, 429, 431]

# A request that the document allows is refused (422) by these operations alone, for what no schema can say:
MEANING = {
    "list_objects": "kinds have other columns and filters, and a parameter can’t depend on another",
    "look_up_people": "it takes q or a filter, and a parameter can’t depend on another",
    "who_can": "how many wildcards a pattern has in all",
    "simulate": "principals, actions and documents are those of AWS",
    "why_denied": "it reads what AWS said",
    "compare_documents": "a text is a policy document, or isn’t",
    "propose_change": "steps and documents are those of AWS; and a key that was sent with another request",
    "try_change": "a key that was sent with another request",
    "apply_change": "a key that was sent with another request",
    "look_after_person": "a key that was sent with another request",
    "import_people": "the columns and rows of the table; and a key that was sent with another request",
}


@dataclass(frozen=True)
class ConformanceRun:
    """What it found: its report, and what it said on the terminal."""

    report: Mapping[str, Any]
    said: str
    is_good: bool

    @property
    def requests(self) -> int:
        return int(self.report["test_cases"]["generated"])

    def accepted(self) -> set[str]:
        """The operations, as METHOD and path, that answered a request of which the document says that it is right."""
        rates = self.report["valid_rates"].items()
        return {name for name, phases in rates if any(each["accepted"] for each in phases.values())}


def run_schemathesis(folder: Path, url: str, known: Mapping[str, Any], tokens: Mapping[str, str]) -> ConformanceRun:
    """`known`: path parameters that are there. `tokens`: by name those of two operators; the first one's asks, and the
    other must be told nothing that is the first one's.

    CONFORMANCE_EXAMPLES is how many requests of each operation it makes up; then every case of the document, too, that
    it can think of. The suite has no time for these.
    """
    report = folder / "report.json"
    (folder / "schemathesis.toml").write_text(_settings(folder, known, tokens))
    asked = os.environ.get(EXAMPLES)
    budget = ["--max-examples", asked] if asked else ["--max-examples", "6", "--phases", "examples,fuzzing,stateful"]
    seed = os.environ.get(SEED) or (str(secrets.randbelow(2**32)) if asked else "0")
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(folder / "schemathesis.toml"), "run"]
    options = [
        "--checks",
        "all",
        "--no-color",
        "--continue-on-failure",
        "--generation-database",
        "none",
        "--seed",
        seed,
    ]
    reporting = ["--report", "json", "--report-json-path", str(report)]
    done = subprocess.run(
        [*command, f"{url}/api/v1/openapi.json", *options, *budget, *reporting],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert report.exists(), done.stdout + done.stderr
    return ConformanceRun(json.loads(report.read_text()), done.stdout, done.returncode == 0)


def _settings(folder: Path, known: Mapping[str, Any], tokens: Mapping[str, str]) -> str:
    users = [
        {"name": name, "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {token}"}]}
        for name, token in tokens.items()
    ]
    (folder / "users.json").write_text(json.dumps({"auth": users}))
    lines = [
        f"hooks = {_toml(str(CHECKS))}",
        "[parameters]",
        *(f"{name} = {_toml(value)}" for name, value in known.items()),
        "[auth.wfc]",
        f"path = {_toml(str(folder / 'users.json'))}",
        f"user = {_toml(next(iter(tokens)))}",
        f"peers = {_toml(list(tokens))}",
        "[phases.coverage]",
        "generate-duplicate-query-parameters = true",
        "[checks.positive_data_acceptance]",
        f"expected-statuses = {_toml(_ACCEPTED)}",
        "[checks.negative_data_rejection]",
        f"expected-statuses = {_toml(_REJECTED)}",
    ]
    for operation in MEANING:
        lines += [
            "[[operations]]",
            f"include-operation-id = {_toml(operation)}",
            f"checks.positive_data_acceptance.expected-statuses = {_toml([*_ACCEPTED, 422])}",
        ]
    return "\n".join(lines)


def _toml(value: Any) -> str:
    """Texts, numbers and lists of them are written as in JSON."""
    return json.dumps(value)
