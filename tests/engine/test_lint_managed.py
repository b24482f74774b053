"""The managed policies of AWS: none makes lint stumble, and no error is found but those listed, with the reason."""

from __future__ import annotations

import json
from functools import cache

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from policies.engine.lint import LintFinding, Severity, lint
from tests.engine.managed_mistakes import MISTAKES

LISTED = {(code, what) for codes in MISTAKES.values() for code, listed in codes.items() for what in listed}


@cache
def errors() -> dict[tuple[str, str], list[str]]:
    """(code, what it points at): the names of the policies."""
    found: dict[tuple[str, str], list[str]] = {}
    for name, policy in json.loads(aws_managed_policies_data).items():
        text = json.dumps(policy["Document"], indent=4)
        for finding in lint(text):
            if finding.severity is Severity.ERROR:
                found.setdefault((finding.code, pointed_at(finding, text)), []).append(name)
    return found


def pointed_at(finding: LintFinding, text: str) -> str:
    what: str = json.loads(text[finding.start : finding.end])
    return what.partition(":")[0] if finding.code == "INVALID_SERVICE_IN_ACTION" else what


def test_finds_no_errors_but_those_of_aws() -> None:
    assert {where: names for where, names in errors().items() if where not in LISTED} == {}


def test_lists_no_mistakes_that_aws_has_fixed() -> None:
    assert LISTED - errors().keys() == set()


@pytest.mark.parametrize("reason", MISTAKES)
def test_each_mistake_has_a_reason(reason: str) -> None:
    assert reason.endswith(".")
