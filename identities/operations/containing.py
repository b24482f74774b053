"""Denies a user or role everything by an inline policy of the console's own: all of it, its sessions until a moment, or
one of its sessions. And the wait before such a policy goes, while sessions that it denies could come back.

IAM User Guide, "Revoke IAM role temporary security credentials": what AWS's own console writes as
AWSRevokeOlderSessions has the same condition. Long-term access keys carry no aws:TokenIssueTime.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import AwsAccount
from iamconsole.web.words import full_time
from identities.kinds import USER
from identities.models import IamRole, IamUser
from identities.operations.inline import PutInlineParams, WriteInline
from identities.operations.owners import on_owner
from objects.kinds import IamKind
from sync.aws.client import AwsClient
from sync.aws.errors import NotFound
from sync.aws.permission import NOBODY, Permission, look
from sync.checks import PlanFinding
from sync.object_ref import ObjectRef
from sync.operations import BadParams, Gate, StepSpec
from sync.plan_draft import Draft

PREFIX = "IAMConsoleContain-"
ISSUED = "aws:TokenIssueTime"
# Of one session: keys that no session can choose for itself once it is there ("AWS global condition context keys" in
# the IAM User Guide; "Using ABAC with Amazon Cognito identity pools" in the Amazon Cognito Developer Guide).
SESSION_KEYS = ("aws:userid", "cognito-identity.amazonaws.com:sub")
# A deny takes about a minute to be in force everywhere: what begins within it is denied, too.
SETTLES = timedelta(minutes=1)
_MOMENT = "%Y-%m-%dT%H:%M:%SZ"
_STAMP = "%Y%m%dT%H%M%SZ"  # the same in names of policies
_SUFFIXES = {ISSUED: "-sessions", **dict.fromkeys(SESSION_KEYS, "-session")}  # so that one may have several


def containing(key: str, value: str) -> str:
    """The document that denies everything: to all where `key` is empty, else where the condition holds."""
    operator = "DateLessThan" if key == ISSUED else "StringEquals"
    condition = {"Condition": {operator: {key: value}}} if key else {}
    statement = {"Sid": "Contained", "Effect": "Deny", "Action": "*", "Resource": "*", **condition}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)


@dataclass(frozen=True)
class ContainParams(PutInlineParams):
    """`key`: the condition: "" for none, aws:TokenIssueTime with a moment, or one of SESSION_KEYS with its value."""

    key: str = ""
    value: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.key not in ("", ISSUED, *SESSION_KEYS) or bool(self.key) is not bool(self.value):
            raise BadParams("That condition doesn't say whom it denies.")
        if not self.policy.startswith(PREFIX) or self.document != containing(self.key, self.value):
            raise BadParams("This isn't the policy that contains somebody.")

    @property
    def moment(self) -> str:
        """ "2026-11-25 18:02:00 UTC"."""
        return f"{self.value.replace('T', ' ').removesuffix('Z')} UTC"


class Contain(WriteInline[ContainParams]):
    verb = "contain"
    aws_operation = "Put{}Policy"
    needed_for = "Contain a user or role: deny it everything, or its sessions."
    params_type = ContainParams

    def title(self, p: ContainParams) -> str:
        if not p.key:
            return f"Deny everything to {self.named(p)}"
        which = f"that began before {p.moment}" if p.key == ISSUED else "that was found"
        return f"Deny the session{'s' if p.key == ISSUED else ''} of {self.named(p)} {which}"

    def note(self, p: ContainParams) -> str:
        if not p.key:
            return "It wins over every permission. Roles that were assumed before go on until they are cut, too."
        if p.key != ISSUED:
            return "Others who use the role aren’t hit."
        again = "" if self.of is USER else " Programs and people that may assume the role begin a new one."
        return f"They may do nothing any more.{again} Its reverse gives them back until they expire."

    def merged(self, p: ContainParams, base: str, live: str) -> ContainParams | None:
        return None

    def limits(self, draft: Draft, p: ContainParams, value: Any) -> list[PlanFinding]:
        found = super().limits(draft, p, value)
        moment = parse_datetime(p.value) if p.key == ISSUED else None
        if moment is not None and moment < timezone.now() - timedelta(hours=1):
            words = f"It denies sessions that began before {full_time(moment)}: those that began since then go on."
            found.append(PlanFinding("OLD_MOMENT", "warning", words, about=(p.arn,)))
        return found


def contain(owner: IamUser | IamRole, at: datetime, key: str = "", value: str = "") -> StepSpec:
    """`at`: when that is; of `key` aws:TokenIssueTime the sessions that began before `at` are meant."""
    moment = as_aws_writes(at)
    value = moment if key == ISSUED else value
    policy = f"{PREFIX}{moment.replace('-', '').replace(':', '')}{_SUFFIXES.get(key, '')}"
    return on_owner(owner, Contain.verb, policy=policy, document=containing(key, value), key=key, value=value)


def moment_of(policy: str) -> datetime | None:
    """By the name of a policy that denies sessions: those that began before then are denied. None of others."""
    stamp = policy.removeprefix(PREFIX).removesuffix(_SUFFIXES[ISSUED])
    if policy != f"{PREFIX}{stamp}{_SUFFIXES[ISSUED]}":
        return None
    try:
        return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def as_aws_writes(at: datetime) -> str:
    return at.astimezone(UTC).strftime(_MOMENT)


# ---- Before such a policy goes ---------------------------------------------------------------------------------------
@dataclass(frozen=True)
class AwaitEndParams:
    arn: str
    policy: str
    until: str  # when the longest of the sessions that it denies ends

    def __post_init__(self) -> None:
        if not self.policy.startswith(PREFIX) or parse_datetime(self.until) is None:
            raise BadParams("It has to say of which policy, and until when.")

    @property
    def moment(self) -> datetime:
        found = parse_datetime(self.until)
        assert found is not None  # noqa: S101  by __post_init__
        return found


class AwaitSessionsEnd(Gate[AwaitEndParams]):
    """Until no session that the policy denies could come back; where the policy is gone nothing is waited for."""

    every = timedelta(minutes=5)
    until = "the sessions that it denies have ended"
    params_type = AwaitEndParams
    kind: str  # type: ignore[misc]  # of the instance: one class makes two operations

    def __init__(self, of: IamKind) -> None:
        self.of = of
        self.kind = of.step_kind("await_sessions_end")
        self.aws_operation = f"Get{of.noun}Policy"

    @property
    def permissions(self) -> Sequence[Permission]:
        return [look(f"iam:{self.aws_operation}", PolicyName=NOBODY, **{self.of.name_parameter: NOBODY})]

    def parse(self, params: Mapping[str, Any]) -> AwaitEndParams:
        p = super().parse(params)
        self.of.check(p.arn)
        return p

    def title(self, p: AwaitEndParams) -> str:
        return f"Wait until the sessions of {self.of.words(p.arn)} that are denied have ended"

    def objects(self, p: AwaitEndParams) -> list[str]:
        return [self.of.key(p.arn)]

    def affected_objects(self, aws_account: AwsAccount, p: AwaitEndParams) -> list[ObjectRef]:
        return [self.of.ref(p.arn)]

    def part(self, p: AwaitEndParams) -> str:
        return f"sessions:{p.arn} {p.policy}"

    def waits_for(self, client: AwsClient, p: AwaitEndParams, since: datetime) -> str:
        if p.moment <= timezone.now() or not self._is_there(client, p):
            return ""
        return f"Sessions that are denied could come back until {full_time(p.moment)}: they last as long as that."

    def _is_there(self, client: AwsClient, p: AwaitEndParams) -> bool:
        try:
            client.call("iam", self.aws_operation, **self.of.named(p.arn), PolicyName=p.policy)
        except NotFound:
            return False
        return True


def await_sessions_end(kind: str, arn: str, policy: str, until: datetime) -> StepSpec:
    """`kind`: that of its owner: "iam.user", "iam.role"."""
    return StepSpec(f"{kind}.await_sessions_end", {"arn": arn, "policy": policy, "until": as_aws_writes(until)})


def operations_on(of: IamKind) -> Sequence[Contain | AwaitSessionsEnd]:
    return Contain(of), AwaitSessionsEnd(of)
