"""A policy document that stops allowing by itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from accounts.models import AwsAccount
from policies.kinds import POLICY
from policies.models import ManagedPolicy
from policies.operations import create_policy
from sync.operations import Refusal, StepSpec

_OPERATOR, _KEY = "DateLessThan", "aws:CurrentTime"  # IAM User Guide, "AWS global condition context keys"


def ends_itself(text: str, until: datetime) -> str:
    """The document with each of its Allow statements valid until then only; an earlier end that it has stays."""
    document: dict[str, Any] = json.loads(text)
    statements = document["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        if statement["Effect"] == "Allow":
            _end(statement, until)
    return json.dumps(document, indent=2, ensure_ascii=False)


def _end(statement: dict[str, Any], until: datetime) -> None:
    conditions = statement.setdefault("Condition", {})
    operator = next((name for name in conditions if name.casefold() == _OPERATOR.casefold()), _OPERATOR)
    keys = conditions.setdefault(operator, {})
    key = next((name for name in keys if name.casefold() == _KEY.casefold()), _KEY)
    there = keys.get(key, [])
    # Several values are alternatives: none of them may be later.
    ends = [_earlier(value, until) for value in (there if isinstance(there, list) else [there])]
    keys[key] = ends if len(ends) > 1 else ends[0] if ends else _said(until)


def _earlier(value: Any, until: datetime) -> Any:
    moment = _moment(str(value))
    return value if moment is not None and moment <= until else _said(until)


def _moment(said: str) -> datetime | None:
    """ISO 8601 or seconds since 1970, as AWS takes both; None for anything else."""
    try:
        moment = datetime.fromtimestamp(int(said), UTC) if said.isdecimal() else datetime.fromisoformat(said)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _said(until: datetime) -> str:
    return until.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# ---- A managed policy that says what another one says, until a date only -------------------------------------
_LONGEST_NAME = 128  # IAM API Reference, CreatePolicy


def ending_copy(aws_account: AwsAccount, arn: str, until: datetime) -> StepSpec:
    """The step that makes it: "reports-write-until-20261130T1830Z", of the version in force. Raises Refusal."""
    policies = ManagedPolicy.objects.live().filter(aws_account=aws_account, arn=arn)
    policy = policies.order_by("-pk").first()
    in_force = policy.default if policy else None
    if policy is None or in_force is None:
        raise Refusal(f"The mirror doesn’t have the text of {arn}: pull, or attach the policy itself.")
    ending = f"-until-{until.astimezone(UTC):%Y%m%dT%H%MZ}"
    name = policy.name[: _LONGEST_NAME - len(ending)] + ending
    description = f"What {policy.name} allows, until {until.astimezone(UTC):%Y-%m-%d %H:%M} UTC."
    return create_policy(POLICY.arn_of(aws_account, name), ends_itself(in_force.document.text, until), description)
