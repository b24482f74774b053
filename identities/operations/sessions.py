"""Ending the sessions of a role: an inline policy that denies all to those which began before a moment.

IAM User Guide, "Revoke IAM role temporary security credentials": AWS's own console writes the same policy, by the same
name.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from identities.models import IamRole
from identities.operations.inline import PutInlineParams, WriteInline
from identities.operations.owners import on_owner
from sync.operations import BadParams, StepSpec

POLICY = "AWSRevokeOlderSessions"


@dataclass(frozen=True)
class RevokeParams(PutInlineParams):
    before: str  # "2026-11-25T18:02:00Z": sessions that began earlier

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.policy != POLICY or self.document != revoking(self.before):
            raise BadParams(f"This isn't the policy {POLICY} of that moment.")


class RevokeSessions(WriteInline[RevokeParams]):
    verb = "revoke_sessions"
    aws_operation = "PutRolePolicy"
    params_type = RevokeParams

    def title(self, p: RevokeParams) -> str:
        return f"Revoke the sessions of {self.named(p)}"

    def note(self, p: RevokeParams) -> str:
        moment = p.before.replace("T", " ").removesuffix("Z")
        return (
            f"Those that began before {moment} UTC may do nothing any more; programs that can ask for a new one do. "
            "The reverse gives them back until they expire."
        )


def revoking(before: str) -> str:
    """The document, to the letter as AWS's own console writes it but for white space."""
    condition = {"DateLessThan": {"aws:TokenIssueTime": before}}
    statement = {"Effect": "Deny", "Action": ["*"], "Resource": ["*"], "Condition": condition}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)


def revoke_sessions(role: IamRole, before: datetime) -> StepSpec:
    moment = before.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return on_owner(role, RevokeSessions.verb, policy=POLICY, document=revoking(moment), before=moment)
