"""Making and deleting permission sets. AWS chooses the id of one; its name is unique in the instance, and stays.

IAM Identity Center API Reference, "CreatePermissionSet" and "DeletePermissionSet".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import AwsAccount
from directory import reads
from directory.models import PermissionSet
from directory.operations.base import assignments_left
from directory.operations.set_edits import PutSetInline, check_settings
from directory.operations.set_policies import AttachCustomer, AttachManaged, PutSetBoundary
from directory.operations.sets_base import (
    SetContent,
    SetOperation,
    SetParams,
    content_in,
    duration_of,
    looking,
    mirrored_set,
    new_key,
    read_content,
    set_id_of,
    set_row,
    writing,
)
from directory.permissions import NOBODYS_INSTANCE, NOBODYS_SET, SSO
from iamconsole.web.words import counted
from policies.operations.documents import text_of
from sync.aws.client import AwsClient
from sync.aws.permission import Permission
from sync.checks import PlanFinding
from sync.mirror.hashing import moment
from sync.object_ref import ObjectRef
from sync.operations import (
    BadParams,
    Call,
    DeletesObject,
    Guarantee,
    MakesObject,
    PreviousAttempt,
    Refusal,
    Risk,
    StepResult,
    StepSpec,
    Undo,
    Value,
)
from sync.placeholders import placeholder_for
from sync.plan_draft import Draft

LONGEST_NAME, MOST_SETS = 32, 3_500
_NAME = re.compile(r"[\w+=,.@-]{1,32}", re.ASCII)
_INSTANCE = re.compile(r"arn:aws[a-z-]*:sso:::instance/ssoins-[a-zA-Z0-9-.]{16}")


# ---- Making one ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class CreateSetParams:
    instance_arn: str
    region: str  # of the instance
    name: str
    description: str = ""
    session_s: int = 3600
    relay_state: str = ""

    def __post_init__(self) -> None:
        if not _INSTANCE.fullmatch(self.instance_arn):
            raise BadParams(f"{self.instance_arn!r} isn't the ARN of an instance of Identity Center.")
        if not _NAME.fullmatch(self.name):
            words = f"The name of a permission set has 1 to {LONGEST_NAME} letters, digits and +=,.@_- only."
            raise BadParams(words, field="name")
        check_settings(self.description, self.session_s, self.relay_state)

    def arn_of(self, set_id: str) -> str:
        return f"{self.instance_arn.replace(':instance/', ':permissionSet/')}/{set_id}"


class CreateSet(MakesObject[CreateSetParams]):
    """The part is what has the name: None, or {"id", "made", "settings"}, made when, in ISO 8601."""

    kind = "sso.set.create"
    aws_operation = "CreatePermissionSet"
    guarantee = Guarantee.DETECTABLE
    undo = Undo.REVERSIBLE
    risk = Risk.LOW
    params_type = CreateSetParams
    permissions: Sequence[Permission] = (
        writing("CreatePermissionSet"),
        looking("ListPermissionSets", InstanceArn=NOBODYS_INSTANCE, MaxResults=1),
        looking("ListTagsForResource", InstanceArn=NOBODYS_INSTANCE, ResourceArn=NOBODYS_SET),
    )

    def title(self, p: CreateSetParams) -> str:
        return f"Make the permission set {p.name}"

    def note(self, p: CreateSetParams) -> str:
        return "Nobody gets in by it until it is assigned. Its name can’t change. Its reverse deletes it."

    def _settings(self, p: CreateSetParams) -> dict[str, str]:
        said = {"Description": p.description, "RelayState": p.relay_state}
        return {**{name: value for name, value in said.items() if value}, "SessionDuration": duration_of(p.session_s)}

    def calls(self, p: CreateSetParams) -> list[Call]:
        parameters = {"InstanceArn": p.instance_arn, "Name": p.name, **self._settings(p)}
        on = (p.instance_arn, p.arn_of("*"))
        return [Call(SSO, self.aws_operation, parameters, on, (f"sso:{self.aws_operation}",), p.region)]

    def makes(self, p: CreateSetParams) -> str:
        return new_key(p.name)

    def part(self, p: CreateSetParams) -> str:
        return f"permission set of the name:{p.name}"

    def affected_objects(self, aws_account: AwsAccount, p: CreateSetParams) -> list[ObjectRef]:
        return [ObjectRef(PermissionSet.kind, "", p.name, p.instance_arn)]

    def describe(self, value: Value) -> str:
        return "no permission set of that name" if value is None else "a permission set of that name"

    def mirrored(self, draft: Draft, p: CreateSetParams) -> Value:
        rows = PermissionSet.objects.live().filter(aws_account=draft.aws_account, instance_arn=p.instance_arn)
        for row in rows.filter(name=p.name):
            if not draft.is_deleted(f"{PermissionSet.kind}:{row.arn}"):
                raise Refusal(f"There is a permission set {p.name} already.", field="name")
        return None

    def after(self, p: CreateSetParams, value: Value) -> Value:
        return {"id": ""}

    def limits(self, draft: Draft, p: CreateSetParams, value: Value) -> list[PlanFinding]:
        there = PermissionSet.objects.live().filter(aws_account=draft.aws_account, instance_arn=p.instance_arn).count()
        if there < MOST_SETS:
            return []
        words = f"The instance has {there:,} permission sets; AWS allows {MOST_SETS:,}, or more on request."
        return [PlanFinding("TOO_MANY_SETS", "warning", words, about=(), amount=there)]

    def live(self, client: AwsClient, p: CreateSetParams) -> Value:
        found = reads.set_named(client, p.instance_arn, p.name)
        if found is None:
            return None
        content, made = content_in(found), moment(found.get("CreatedDate"))
        said = {"description": content.description, "session_s": content.session_s, "relay": content.relay_state}
        return {"id": content.set_id, "made": made.isoformat() if made else "", "settings": said}

    def done(
        self, client: AwsClient, p: CreateSetParams, live: Value, tried: Sequence[PreviousAttempt]
    ) -> StepResult | None:
        """One that wasn't there before our first try, is as we said, and was made since."""
        said = {"description": p.description, "session_s": p.session_s, "relay": p.relay_state}
        if live is None or tried[0].found is not None or live["settings"] != said:
            return None
        return StepResult({"id": live["id"]}) if tried[0].may_have_made(live["made"]) else None

    def result(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"id": set_id_of(answer["PermissionSet"]["PermissionSetArn"])}

    def reverse(self, p: CreateSetParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        if not result.get("id"):
            return []
        about = {"set_arn": p.arn_of(result["id"]), "set_name": p.name, "region": p.region}
        return [StepSpec(DeleteSet.kind, about)]


# ---- Its end ---------------------------------------------------------------------------------------------------------
class DeleteSet(SetOperation[SetParams], DeletesObject[SetParams]):
    """AWS refuses it while the set is assigned. The part is {"object", "content"}."""

    kind = "sso.set.delete"
    aws_operation = "DeletePermissionSet"
    undo = Undo.NEW_ID
    risk = Risk.DESTRUCTIVE
    params_type = SetParams

    def title(self, p: SetParams) -> str:
        return f"Delete {self.named(p)}"

    def note(self, p: SetParams) -> str:
        return "Made again, it has another ARN, and its roles have other names: policies that name them don’t fit then."

    def calls(self, p: SetParams) -> list[Call]:
        return self.call(p)

    def deletes(self, p: SetParams) -> str:
        return self.key(p)

    def part(self, p: SetParams) -> str:
        return f"whole:{p.set_arn}"

    def describe(self, value: Value) -> str:
        return "no such permission set" if value is None else "it as it was, or as somebody changed it"

    def mirrored(self, draft: Draft, p: SetParams) -> Value:
        if set_row(draft, p.set_arn, p.set_name) is None:
            raise Refusal(f"An earlier step makes {p.set_name}.")
        content = self.content(draft, p)
        return {"object": content.set_id, "content": content.as_value()}

    def live(self, client: AwsClient, p: SetParams) -> Value:
        found = read_content(client, p)
        return None if found is None else {"object": found.set_id, "content": found.as_value()}

    def limits(self, draft: Draft, p: SetParams, value: Value) -> list[PlanFinding]:
        found = super().limits(draft, p, value)
        left = assignments_left(draft, set_id=set_id_of(p.set_arn))
        if left:
            words = f"{p.set_name} has {counted(left, 'assignment')}: AWS deletes only what nobody has."
            found.append(PlanFinding("SET_IN_USE", "error", words))
        return found

    def is_so_already(self, p: SetParams) -> str:
        return "There is no such permission set."

    def before(self, draft: Draft, p: SetParams, value: Value) -> dict[str, Any]:
        row = mirrored_set(draft.aws_account, p.set_arn)
        content = dict(value["content"])
        text = row.inline.text if row and row.inline and row.inline.canonical_hash == content["inline"] else None
        return {**content, "inline": (text or text_of(content["inline"]) or "") if content["inline"] else ""}

    def reverse(self, p: SetParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        """Its assignments are made again by what undoes their end."""
        content = SetContent(
            "", **{**before, "managed": tuple(before["managed"]), "customer": tuple(before["customer"])}
        )
        return plan_set(reads.instance_arn_of(p.set_arn), p.region, p.set_name, content)


def plan_set(instance_arn: str, region: str, name: str, content: SetContent, position: int = 1) -> list[StepSpec]:
    """Makes a set with all of that; `content.inline` is the text. `position`: of the first step in the plan."""
    made = CreateSetParams(instance_arn, region, name, content.description, content.session_s, content.relay_state)
    about = {"set_arn": made.arn_of(placeholder_for(position)), "set_name": name, "region": region}
    steps = [CreateSet().spec(made)]
    steps += [StepSpec(AttachManaged.kind, {**about, "policy": policy}) for policy in content.managed]
    steps += [StepSpec(AttachCustomer.kind, {**about, "policy": policy}) for policy in content.customer]
    if content.inline:
        steps.append(StepSpec(PutSetInline.kind, {**about, "document": content.inline}))
    if content.boundary:
        steps.append(StepSpec(PutSetBoundary.kind, {**about, "policy": content.boundary}))
    return steps


def delete_set(row: PermissionSet, region: str) -> StepSpec:
    return StepSpec(DeleteSet.kind, {"set_arn": row.arn, "set_name": row.name, "region": region})
