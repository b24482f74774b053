"""Lets one user assume a role, by a statement of its trust policy that can be told by its Sid, and takes that away.

All else of the trust policy stays, also what others changed meanwhile: so several users can be let in until dates of
their own. The part is {"object": "AROA…", "admitted": true}, whatever else the policy says. Before a user is let in it
also has "user": "AIDA…", so that nobody is let in who got the name since the plan was made.

IAM User Guide, "Cross account resource access in IAM": in the AWS account of the role, a trust policy that names a user
is enough. "IAM JSON policy elements: Principal": of a user that is deleted AWS writes the unique id in its place, so
the statement is known by its Sid alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from accounts.models import AwsAccount
from aws_constraints.arn import name_of
from identities.models import IamRole, IamUser
from identities.operations.owners import OwnerOperation, on_owner
from identities.operations.trust import limits_of_trust
from identities.trust import ADMITS
from objects.operations.rows import check_arn, live_row
from policies.engine.json_edits import JsonEditor, with_statement
from policies.engine.json_text import read
from policies.holdings import TrustChange
from policies.operations.documents import text_of
from sync.aws.client import AwsClient
from sync.aws.errors import NotFound
from sync.checks import PlanFinding
from sync.operation_mixins import CompletesParams, WritesDocument
from sync.operations import AccessChange, BadParams, Call, Refusal, StepSpec, Value
from sync.plan_draft import Draft

_SID = re.compile(rf"{ADMITS}[0-9A-Za-z]{{1,64}}", re.ASCII)
_UNREADABLE = "The trust policy of this role can’t be read, so nobody can be let in by a statement more."


@dataclass(frozen=True)
class AdmitParams:
    """`document`: the whole trust policy as the plan has it: filled in when it is planned."""

    arn: str
    user_arn: str
    sid: str
    document: str = ""

    def __post_init__(self) -> None:
        check_arn(self.user_arn, "user")
        if not _SID.fullmatch(self.sid):
            raise BadParams("That Sid isn’t one of a statement by which this console lets a user in.")

    @property
    def statement(self) -> dict[str, Any]:
        return {"Sid": self.sid, "Effect": "Allow", "Principal": {"AWS": self.user_arn}, "Action": "sts:AssumeRole"}


class TrustStatementOperation(OwnerOperation[AdmitParams], CompletesParams[AdmitParams], WritesDocument[AdmitParams]):
    leaves: ClassVar[bool]  # whether the user is let in, afterwards
    aws_operation = "UpdateAssumeRolePolicy"
    needed_for = "Let a user assume a role for some time."
    writes_type = "trust"
    params_type = AdmitParams

    def edited(self, p: AdmitParams, text: str) -> str | None:
        """The trust policy with the statement, or without it; None for a text that can't be read."""
        raise NotImplementedError

    def note(self, p: AdmitParams) -> str:
        return "Whatever else the trust policy says by then stays as it is."

    def calls(self, p: AdmitParams) -> list[Call]:
        return self.call(p, self.aws_operation, PolicyDocument=p.document)

    def part(self, p: AdmitParams) -> str:
        return f"trust.statement:{p.arn} {p.sid}"

    def describe_existing(self, value: Value) -> str:
        return "the user let in" if value["admitted"] else "the user not let in"

    def document(self, aws_account: AwsAccount, p: AdmitParams, value: Value) -> str | None:
        row = IamRole.objects.live().filter(aws_account=aws_account, arn=p.arn).select_related("trust").first()
        return row.trust.text if row and row.trust else None

    def writes(self, aws_account: AwsAccount, p: AdmitParams) -> str | None:
        return p.document

    def access_changes(self, aws_account: AwsAccount, p: AdmitParams) -> Sequence[AccessChange]:
        return [TrustChange(p.arn, p.document)]

    def completed(self, draft: Draft, p: AdmitParams) -> AdmitParams:
        edited = self.edited(p, _trust_of(self.row(draft, p)))
        if edited is None:
            raise Refusal(_UNREADABLE)
        return replace(p, document=edited)

    def mirrored(self, draft: Draft, p: AdmitParams) -> Value:
        role = self.row(draft, p)
        return {"object": role.aws_id, "admitted": _place_of(_trust_of(role), p.sid) is not None}

    def parse_part(
        self, client: AwsClient, p: AdmitParams, owner: Mapping[str, Any], named: Mapping[str, str]
    ) -> Mapping[str, Any]:
        return {"admitted": _place_of(owner["AssumeRolePolicyDocument"], p.sid) is not None}

    def after(self, p: AdmitParams, value: Value) -> Value:
        return {"object": value["object"], "admitted": self.leaves}

    def send(self, client: AwsClient, p: AdmitParams) -> Mapping[str, Any]:
        """The plan's call, with what AWS has by now of the other statements."""
        live = self.of.get(client, p.arn)["AssumeRolePolicyDocument"]
        return super().send(client, replace(p, document=self.edited(p, live) or p.document))


class AdmitToRole(TrustStatementOperation):
    verb = "trust.admit"
    leaves = True

    def title(self, p: AdmitParams) -> str:
        return f"Let {name_of(p.user_arn)} assume {self.named(p)}"

    def edited(self, p: AdmitParams, text: str) -> str | None:
        return text if _place_of(text, p.sid) is not None else with_statement(text, p.statement)

    def mirrored(self, draft: Draft, p: AdmitParams) -> Value:
        user = live_row(IamUser, draft, p.user_arn)  # AWS refuses a principal that isn't there
        value = super().mirrored(draft, p)
        return value if value["admitted"] else {**value, "user": user.aws_id}

    def parse_part(
        self, client: AwsClient, p: AdmitParams, owner: Mapping[str, Any], named: Mapping[str, str]
    ) -> Mapping[str, Any]:
        part = super().parse_part(client, p, owner, named)
        return part if part["admitted"] else {**part, "user": _user_id(client, p)}

    def describe_existing(self, value: Value) -> str:
        if "user" not in value:
            return super().describe_existing(value)
        return f"the user {value['user']} not let in" if value["user"] else "no such user"

    def limits(self, draft: Draft, p: AdmitParams, value: Value) -> list[PlanFinding]:
        return limits_of_trust(draft, p.document)

    def reverse(self, p: AdmitParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [self.other(ExpelFromRole.verb, p, document="")]


class ExpelFromRole(TrustStatementOperation):
    verb = "trust.expel"
    leaves = False

    def title(self, p: AdmitParams) -> str:
        return f"Let {name_of(p.user_arn)} assume {self.named(p)} no longer"

    def note(self, p: AdmitParams) -> str:
        return f"Sessions that were begun go on until they expire. {super().note(p)}"

    def edited(self, p: AdmitParams, text: str) -> str | None:
        place = _place_of(text, p.sid)
        return text if place is None else JsonEditor(read(text)).without_items(("Statement",), {place})

    def reverse(self, p: AdmitParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [self.other(AdmitToRole.verb, p, document="")]


def _user_id(client: AwsClient, p: AdmitParams) -> str:
    """ "" where AWS has no user of that name."""
    try:
        return str(client.call("iam", "GetUser", UserName=name_of(p.user_arn))["User"]["UserId"])
    except NotFound:
        return ""


def _trust_of(role: IamRole) -> str:
    return (text_of(role.trust.canonical_hash) if role.trust else None) or ""


def _place_of(text: str, sid: str) -> int | None:
    """Of the statement with the Sid, among a list of them."""
    reading = read(text)
    value = reading.value if not reading.fault and isinstance(reading.value, dict) else {}
    statements = value.get("Statement")
    if not isinstance(statements, list):
        return None
    return next((n for n, each in enumerate(statements) if isinstance(each, dict) and each.get("Sid") == sid), None)


def admit(role: IamRole, user: IamUser, sid: str) -> StepSpec:
    return on_owner(role, AdmitToRole.verb, user_arn=user.arn, sid=sid)
