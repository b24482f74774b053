"""Findings as SARIF 2.1.0, for code review (OASIS, Static Analysis Results Interchange Format Version 2.1.0)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from iamconsole_client.command.report import Finding, Report
from iamconsole_client.texts import shown

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def as_sarif(report: Report) -> str:
    rules = list(dict.fromkeys(each.rule for each in report.findings))
    driver = {"name": "IAM Console", "rules": [{"id": rule} for rule in rules]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, rules) for each in report.findings],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _result(finding: Finding, rules: Sequence[str]) -> Mapping[str, Any]:
    found: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": rules.index(finding.rule),
        "level": finding.level,
        "message": {"text": shown(finding.message)},
    }
    location: dict[str, Any] = {}
    if finding.file:
        location["physicalLocation"] = {"artifactLocation": {"uri": _uri(finding.file)}, **_region(finding)}
    if finding.inside:
        location["logicalLocations"] = [{"fullyQualifiedName": shown(finding.inside), "kind": "resource"}]
    return {**found, **({"locations": [location]} if location else {})}


def _region(finding: Finding) -> Mapping[str, Any]:
    if not finding.line:
        return {}
    return {"region": {"startLine": finding.line, **({"startColumn": finding.column} if finding.column else {})}}


def _uri(file: str) -> str:
    """Relative to where the command runs, as code review wants it; else with its whole path."""
    path = Path(file).absolute()
    here = Path.cwd()
    return quote(path.relative_to(here).as_posix()) if path.is_relative_to(here) else path.as_uri()
