"""Bringing a permission set into AWS accounts, where its roles get what was edited.

AWS does it by itself, and tells by a request's id how it stands: a gate waits for that. IAM Identity Center API
Reference, "ProvisionPermissionSet" and "ListAccountsForProvisionedPermissionSet".
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic, sleep
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.models import AwsAccount
from directory import reads
from directory.access_facts import EveryRole, RoleThere, becomes
from directory.models import PermissionSet
from directory.operations.sets_base import (
    OF_SET,
    SetOperation,
    SetParams,
    content_in,
    content_of,
    looking,
    mirrored_set,
    set_row,
)
from directory.permissions import NOBODYS_ID, NOBODYS_INSTANCE, SSO
from iamconsole.web.words import counted, some
from policies.operations.documents import text_of
from sync.aws.client import AwsClient
from sync.aws.errors import Conflict, NotFound
from sync.aws.permission import Permission
from sync.object_ref import ObjectRef
from sync.operation_mixins import ReadsAccessOffPlan, RedoneByReverses
from sync.operations import (
    AccessChange,
    BadParams,
    Call,
    Gate,
    Guarantee,
    PlannedStep,
    PreviousAttempt,
    Refusal,
    StepResult,
    Undo,
    Value,
)
from sync.placeholders import is_placeholder
from sync.plan_draft import Draft

_LONGEST = timedelta(hours=1)  # AWS takes minutes; then something is wrong that nobody tells
_LOOK_AGAIN_S = 0.5
_BEGAN_BEFORE = timedelta(minutes=1)  # a request is made a moment before its step ends
_STATUSES = (
    looking("ListPermissionSetProvisioningStatus", InstanceArn=NOBODYS_INSTANCE, MaxResults=1),
    looking(
        "DescribePermissionSetProvisioningStatus",
        InstanceArn=NOBODYS_INSTANCE,
        ProvisionPermissionSetRequestId=NOBODYS_ID,
    ),
)


@dataclass(frozen=True)
class ProvisionParams(SetParams):
    """`accounts`: all in which it is, as the plan says. `target_id`: the one of them; "": all.

    `edited`: steps before it edit the set, so that all its roles lack something when it is sent. `again`: it belongs
    to the reverse of an edit, whose end is planned with what it undoes; so that the two are no one part.
    """

    accounts: tuple[str, ...] = ()
    target_id: str = ""
    edited: bool = False
    again: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.accounts or (self.target_id and self.target_id not in self.accounts):
            raise BadParams("It is provisioned in no such AWS account.", field="account")

    @property
    def touched(self) -> tuple[str, ...]:
        return (self.target_id,) if self.target_id else self.accounts


class ProvisionSet(
    SetOperation[ProvisionParams], ReadsAccessOffPlan[ProvisionParams], RedoneByReverses[ProvisionParams]
):
    """The part is {"object", "accounts", "content", "outdated", "request"}: where the set is, what it has, which of its
    roles lack some of it (None where steps before this one edit it), and the request that AWS works at.
    """

    kind = "sso.set.provision"
    aws_operation = "ProvisionPermissionSet"
    guarantee = Guarantee.DETECTABLE
    undo = Undo.NEVER
    params_type = ProvisionParams

    @property
    def permissions(self) -> Sequence[Permission]:
        return (*super().permissions, *_STATUSES)

    def is_destructive(self, p: ProvisionParams) -> bool:
        return False

    def title(self, p: ProvisionParams) -> str:
        where = f"AWS account {p.target_id}" if p.target_id else counted(len(p.accounts), "AWS account")
        return f"Provision {self.named(p)} in {where}"

    def note(self, p: ProvisionParams) -> str:
        return "Its roles there get what the set says. What undoes the edits provisions it again."

    def calls(self, p: ProvisionParams) -> list[Call]:
        partition = p.set_arn.split(":")[1]
        arns = [f"arn:{partition}:sso:::account/{account_id}" for account_id in p.touched]
        if p.target_id:
            return self.call(p, *arns, TargetType="AWS_ACCOUNT", TargetId=p.target_id)
        return self.call(p, *arns, TargetType="ALL_PROVISIONED_ACCOUNTS")

    def part(self, p: ProvisionParams) -> str:
        return f"provisioned{' again' if p.again else ''}:{self.key(p)} {p.target_id}"

    def affected_accounts(self, aws_account: AwsAccount, p: ProvisionParams) -> Collection[str]:
        return p.touched

    def mirrored(self, draft: Draft, p: ProvisionParams) -> Value:
        row = set_row(draft, p.set_arn, p.set_name)
        if row is None:
            raise Refusal(f"{p.set_name} isn’t there yet: it is provisioned with its first assignment.")
        accounts = sorted(row.accounts)
        if accounts != sorted(p.accounts):
            raise Refusal(f"{p.set_name} is provisioned in other AWS accounts than this says: plan it again.")
        outdated = None if p.edited else [each for each in p.touched if each in row.outdated]
        return {
            "object": row.aws_id,
            "accounts": accounts,
            "content": self.content(draft, p).as_value(),
            "outdated": outdated,
            "request": "",
        }

    def after(self, p: ProvisionParams, value: Value) -> Value:
        return value and {**value, "outdated": []}

    def is_so_already(self, p: ProvisionParams) -> str:
        return f"The roles of {p.set_name} have all that it says."

    def describe(self, value: Value) -> str:
        if value is None:
            return "no such permission set"
        running = ", which AWS is provisioning" if value["request"] else ""
        where = some(value["accounts"]) if value["accounts"] else "no AWS account"
        lacking = f", its roles in {some(value['outdated'])} without what was edited" if value["outdated"] else ""
        return f"it in {where}{lacking}{running}"

    def access_changes(self, aws_account: AwsAccount, p: ProvisionParams) -> Sequence[AccessChange]:
        """What its roles lack of the set as it is in the mirror."""
        row = mirrored_set(aws_account, p.set_arn)
        return self._facts(aws_account, p, row, content_of(row).as_value()) if row else ()

    def access_changes_of_step(self, aws_account: AwsAccount, step: PlannedStep) -> Sequence[AccessChange]:
        """What its roles lack of the set by then, edits of others included."""
        row, content = mirrored_set(aws_account, step.params.set_arn), (step.expects or {}).get("content")
        return self._facts(aws_account, step.params, row, content) if row and content else ()

    def _facts(
        self, aws_account: AwsAccount, p: ProvisionParams, row: PermissionSet, content: Mapping[str, Any]
    ) -> Sequence[AccessChange]:
        inline = text_of(content["inline"]) if content["inline"] else ""

        def facts(there: RoleThere) -> Iterator[AccessChange]:
            if there.account_id in p.touched:
                yield from becomes(there, content["managed"], content["customer"], inline, content["boundary"])

        return list(EveryRole(aws_account, row).tell(facts))

    def live(self, client: AwsClient, p: ProvisionParams) -> Value:
        there = client.at(p.region)
        try:
            content = content_in(reads.content_of_set(there, p.set_arn))
            accounts = reads.provisioned_accounts(there, p.set_arn)
            outdated = None if p.edited else _lacking(client, p)
        except NotFound:
            return None
        return {
            "object": content.set_id,
            "accounts": accounts,
            "content": content.as_value(),
            "outdated": outdated,
            "request": running_request(client, p),
        }

    def done(
        self, client: AwsClient, p: ProvisionParams, live: Value, tried: Sequence[PreviousAttempt]
    ) -> StepResult | None:
        """AWS gets a while to end it; the step after this one waits for longer."""
        if live is None:
            return None
        until = monotonic() + settings.VERIFY_DEADLINE_S
        while (is_lacking := bool(_lacking(client, p))) and live["request"] and monotonic() < until:
            sleep(_LOOK_AGAIN_S)
        if not is_lacking or live["request"]:
            return StepResult({"id": live["request"]} if live["request"] else {})
        return None

    def result(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        """The id of AWS's request, by which the step after it asks how it stands."""
        return {"id": answer["PermissionSetProvisioningStatus"]["RequestId"]}


def _lacking(client: AwsClient, p: ProvisionParams) -> list[str]:
    """The AWS accounts that it touches and whose role lacks what was edited. Raises NotFound."""
    outdated = reads.outdated_accounts(client.at(p.region), p.set_arn)
    return [each for each in p.touched if each in outdated]


def running_request(client: AwsClient, p: ProvisionParams) -> str:
    """The id of AWS's request that provisions this set, "" where none runs."""
    found = _requests(client, p, "IN_PROGRESS")
    return next((str(said["RequestId"]) for said in found if said["Status"] == "IN_PROGRESS"), "")


def _requests(
    client: AwsClient, p: ProvisionParams, status: str, since: datetime | None = None
) -> Iterator[Mapping[str, Any]]:
    """Those that are about this set. AWS lists ids and dates alone."""
    there, about = client.at(p.region), {"InstanceArn": reads.instance_arn_of(p.set_arn)}
    pages = there.pages(SSO, "ListPermissionSetProvisioningStatus", **about, Filter={"Status": status})
    listed = (one for page in pages for one in page.items["PermissionSetsProvisioningStatus"])
    for one in listed:
        if since is None or one.get("CreatedDate") is None or one["CreatedDate"] >= since:
            said = _status(client, p, one["RequestId"])
            if said.get("PermissionSetArn") == p.set_arn:
                yield said


def _status(client: AwsClient, p: ProvisionParams, request: str) -> Mapping[str, Any]:
    asked = {"InstanceArn": reads.instance_arn_of(p.set_arn), "ProvisionPermissionSetRequestId": request}
    answer = client.at(p.region).call(SSO, "DescribePermissionSetProvisioningStatus", **asked)
    said: Mapping[str, Any] = answer["PermissionSetProvisioningStatus"]
    return said


# ---- Waiting until AWS has done it -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class AwaitProvisioningParams(ProvisionParams):
    """`request`: AWS's id of what it does, as the step before was told; "" where none was."""

    request: str = ""


class AwaitProvisioning(Gate[AwaitProvisioningParams]):
    kind = "sso.set.await"
    aws_operation = "ListAccountsForProvisionedPermissionSet"
    permissions = (looking("ListAccountsForProvisionedPermissionSet", **OF_SET), *_STATUSES)
    until = "AWS has provisioned it"
    every = timedelta(minutes=1)
    params_type = AwaitProvisioningParams

    def title(self, p: AwaitProvisioningParams) -> str:
        return f"Wait until AWS has provisioned {p.set_name}"

    def objects(self, p: AwaitProvisioningParams) -> list[str]:
        return [f"{PermissionSet.kind}:{p.set_arn}"]

    def part(self, p: AwaitProvisioningParams) -> str:
        return f"request:{p.set_arn} {p.target_id}"

    def affected_objects(self, aws_account: AwsAccount, p: AwaitProvisioningParams) -> list[ObjectRef]:
        return [ObjectRef(PermissionSet.kind, p.set_arn.rpartition("/")[2], p.set_name, p.set_arn)]

    def waits_for(self, client: AwsClient, p: AwaitProvisioningParams, since: datetime) -> str:
        """Raises Conflict with AWS's reason where it has given up, and where it takes too long."""
        about: dict[str, Any] = {"operation": f"{SSO}:ProvisionPermissionSet"}
        try:
            lacking = _lacking(client, p)
        except NotFound:
            raise Conflict(f"AWS no longer has the permission set {p.set_name}.", **about) from None
        if not lacking:
            return ""
        said = _ended(client, p, since)
        if said.get("Status") == "FAILED":
            reason = said.get("FailureReason") or "it doesn’t say why."
            raise Conflict(f"AWS gave up, and {some(lacking)} may be as before: {reason}", **about)
        if said.get("Status") == "SUCCEEDED":
            return ""  # somebody has edited it again since
        if timezone.now() - since > _LONGEST:
            raise Conflict("AWS hasn’t provisioned it within an hour, and doesn’t say why.", **about)
        return f"AWS is still provisioning {p.set_name} in {some(lacking)}."


def _ended(client: AwsClient, p: AwaitProvisioningParams, since: datetime) -> Mapping[str, Any]:
    """How the request stands; where nobody knows its id, one about the set that failed since."""
    if p.request and not is_placeholder(p.request):
        return _status(client, p, p.request)
    return next(_requests(client, p, "FAILED", since - _BEGAN_BEFORE), {})
