"""A managed policy that says what another one says, until a date only: AWS ends what it allows by itself."""

from __future__ import annotations

from datetime import UTC, datetime

from accounts.models import AwsAccount
from policies.ending import ends_itself
from policies.kinds import POLICY
from policies.models import ManagedPolicy
from policies.operations import create_policy
from sync.operations import Refusal, StepSpec

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
