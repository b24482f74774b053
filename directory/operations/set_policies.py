"""The managed policies of a permission set, and its permissions boundary.

A customer managed policy is a path and a name, found in each AWS account when the set is provisioned there. IAM
Identity Center API Reference, "AttachManagedPolicyToPermissionSet",
"AttachCustomerManagedPolicyReferenceToPermissionSet" and "PutPermissionsBoundaryToPermissionSet"; User Guide, "IAM
Identity Center quotas".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from accounts.models import AwsAccount
from aws_constraints.arn import is_managed_by_aws, name_of
from directory.access_facts import EveryRole, RoleThere, policy_arn
from directory.operations.sets_base import SetContent, SetEdit, SetParams, mirrored_set
from directory.reserved_roles import roles_of
from iamconsole.web.words import some
from policies.holdings import AttachmentChange, BoundaryChange
from policies.models import ManagedPolicy
from policies.quotas import ATTACHED_TO_ROLE, quotas_of
from sync.checks import PlanFinding
from sync.operations import AccessChange, BadParams, Call, StepSpec, Value
from sync.plan_draft import Draft

MOST_POLICIES = 20  # of both kinds together
_AWS_POLICY = re.compile(r"arn:aws[a-z-]*:iam::aws:policy(/[A-Za-z0-9.,+@=_-]+)+")
_PATH_AND_NAME = re.compile(r"(/[A-Za-z0-9.,+@=_-]+)*/[\w+=,.@-]{1,128}", re.ASCII)
ADMINISTRATOR = ":iam::aws:policy/AdministratorAccess"


def check_policy(policy: str) -> None:
    """The ARN of one of AWS's own, or path and name of a customer managed one. Raises BadParams."""
    if policy.startswith("arn:"):
        if not _AWS_POLICY.fullmatch(policy):
            words = (
                f"{policy} is no policy of AWS’s own: give one of yours by its path and name, such as /reports-read."
            )
            raise BadParams(words, field="policy")
    elif not _PATH_AND_NAME.fullmatch(policy):
        raise BadParams(
            "A customer managed policy is given by its path and name, such as /reports-read.", field="policy"
        )


def called(policy: str) -> str:
    """ "ReadOnlyAccess", "/team/reports-read"; without the path where that is "/"."""
    if policy.startswith("arn:"):
        return name_of(policy)
    return policy[1:] if policy.count("/") == 1 else policy


def reference(policy: str) -> dict[str, str]:
    """Of a customer managed one, as AWS's calls take it."""
    path, _, name = policy.rpartition("/")
    return {"Name": name, "Path": f"{path}/"}


@dataclass(frozen=True)
class PolicyOfSetParams(SetParams):
    policy: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_policy(self.policy)


# ---- Attached --------------------------------------------------------------------------------------------------------
class PolicyOperation(SetEdit[PolicyOfSetParams]):
    """The part has "attached"."""

    attaches: ClassVar[bool]
    is_customer: ClassVar[bool]
    opposite: ClassVar[str]
    unchanged_field = "policy"
    params_type = PolicyOfSetParams
    aspect = "policy"

    def parse(self, params: Mapping[str, Any]) -> PolicyOfSetParams:
        p = super().parse(params)
        if p.policy.startswith("arn:") is self.is_customer:
            which = "customer managed policies" if self.is_customer else "policies of AWS’s own"
            raise BadParams(f"This is for {which}.", field="policy")
        return p

    def part(self, p: PolicyOfSetParams) -> str:
        return f"policy:{self.key(p)} {p.policy}"

    def calls(self, p: PolicyOfSetParams) -> list[Call]:
        if self.is_customer:
            return self.call(p, CustomerManagedPolicyReference=reference(p.policy))
        return self.call(p, ManagedPolicyArn=p.policy)

    def _held(self, content: SetContent) -> tuple[str, ...]:
        return content.customer if self.is_customer else content.managed

    def depends_on(self, content: SetContent, p: PolicyOfSetParams) -> Mapping[str, Any]:
        return {"attached": p.policy in self._held(content)}

    def edited(self, p: PolicyOfSetParams, content: SetContent) -> SetContent:
        others = set(self._held(content)) - {p.policy}
        held = tuple(sorted(others | ({p.policy} if self.attaches else set())))
        return replace(content, customer=held) if self.is_customer else replace(content, managed=held)

    def describe_existing(self, value: Value) -> str:
        return "it attached" if value["attached"] else "it not attached"

    def of_roles(self, roles: EveryRole, p: PolicyOfSetParams) -> Iterator[AccessChange]:
        def fact(there: RoleThere) -> list[AccessChange]:
            return [AttachmentChange(there.arn, there.policy_arn(p.policy), self.attaches)]

        yield from roles.tell(fact)

    def reverse(self, p: PolicyOfSetParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return self.undoing(p, self.opposite, policy=p.policy)


class _Attach(PolicyOperation):
    attaches = True

    def title(self, p: PolicyOfSetParams) -> str:
        return f"Attach {called(p.policy)} to {self.named(p)}"

    def is_so_already(self, p: PolicyOfSetParams) -> str:
        return f"{called(p.policy)} is attached to {p.set_name} already."

    def limits(self, draft: Draft, p: PolicyOfSetParams, value: Value) -> list[PlanFinding]:
        found = super().limits(draft, p, value)
        content = self.edited(p, self.content(draft, p))
        count = len(content.managed) + len(content.customer)
        if count > MOST_POLICIES:
            words = f"{p.set_name} would have {count} managed policies; AWS allows {MOST_POLICIES}."
            found.append(PlanFinding("TOO_MANY_POLICIES", "error", words, field="policy"))
        found += _of_roles_quota(draft.aws_account, p, count)
        if self.is_customer:
            found += missing_there(draft.aws_account, p.set_arn, p.policy)
        elif p.policy.endswith(ADMINISTRATOR):
            words = f"{p.set_name} allows everything then, to everybody who has it."
            found.append(PlanFinding("SET_ALLOWS_EVERYTHING", "security_warning", words, about=(p.set_name,)))
        return found


def _of_roles_quota(aws_account: AwsAccount, p: PolicyOfSetParams, count: int) -> Iterator[PlanFinding]:
    """IAM counts the policies of each role by itself: where it is too many, provisioning fails there."""
    row = mirrored_set(aws_account, p.set_arn)
    for account, _ in roles_of(row) if row else ():
        of_role = quotas_of(account)[ATTACHED_TO_ROLE]
        so_many = f"The role of {p.set_name} in AWS account {account.account_id} would have {count} policies"
        yield from of_role.findings(count, "TOO_MANY_POLICIES_OF_ROLE", so_many)


def missing_there(aws_account: AwsAccount, set_arn: str, policy: str) -> list[PlanFinding]:
    """Connected AWS accounts where the set is, and whose mirror has no such customer managed policy."""
    row = mirrored_set(aws_account, set_arn)
    accounts = [account for account, _ in roles_of(row)] if row else []
    arns = {account.pk: policy_arn(account.partition, account.account_id, policy) for account in accounts}
    rows = ManagedPolicy.objects.live().filter(aws_account__in=accounts)
    read = set(rows.order_by().values_list("aws_account", flat=True).distinct())
    there = set(rows.filter(arn__in=arns.values()).values_list("aws_account", flat=True))
    lacking = sorted(account.account_id for account in accounts if account.pk in read - there)
    if not lacking:
        return []
    words = f"There is no policy {called(policy)} in {some(lacking)}: provisioning fails there."
    return [PlanFinding("NO_SUCH_POLICY_THERE", "warning", words, about=(policy, *lacking))]


class AttachManaged(_Attach):
    kind = "sso.set.managed.attach"
    opposite = "sso.set.managed.detach"
    aws_operation = "AttachManagedPolicyToPermissionSet"
    is_customer = False


class AttachCustomer(_Attach):
    kind = "sso.set.customer.attach"
    opposite = "sso.set.customer.detach"
    aws_operation = "AttachCustomerManagedPolicyReferenceToPermissionSet"
    is_customer = True


class _Detach(PolicyOperation):
    attaches = False

    def title(self, p: PolicyOfSetParams) -> str:
        return f"Detach {called(p.policy)} from {self.named(p)}"

    def is_so_already(self, p: PolicyOfSetParams) -> str:
        return f"{called(p.policy)} isn’t attached to {p.set_name}."


class DetachManaged(_Detach):
    kind = "sso.set.managed.detach"
    opposite = "sso.set.managed.attach"
    aws_operation = "DetachManagedPolicyFromPermissionSet"
    is_customer = False


class DetachCustomer(_Detach):
    kind = "sso.set.customer.detach"
    opposite = "sso.set.customer.attach"
    aws_operation = "DetachCustomerManagedPolicyReferenceFromPermissionSet"
    is_customer = True


# ---- The boundary ----------------------------------------------------------------------------------------------------
class _BoundaryEdit(SetEdit[Any]):
    """The part has "boundary", "" for none."""

    aspect = "boundary"

    def depends_on(self, content: SetContent, p: Any) -> Mapping[str, Any]:
        return {"boundary": content.boundary}

    def describe_existing(self, value: Value) -> str:
        return f"the boundary {called(value['boundary'])}" if value["boundary"] else "no permissions boundary"

    def bounded_by(self, p: Any) -> str:
        """ "" for nothing."""
        return getattr(p, "policy", "")

    def edited(self, p: Any, content: SetContent) -> SetContent:
        return replace(content, boundary=self.bounded_by(p))

    def before(self, draft: Draft, p: Any, value: Value) -> dict[str, Any]:
        return {"boundary": value["boundary"]}

    def reverse(self, p: Any, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        if before["boundary"]:
            return self.undoing(p, PutSetBoundary.kind, policy=before["boundary"])
        return self.undoing(p, DeleteSetBoundary.kind)

    def of_roles(self, roles: EveryRole, p: Any) -> Iterator[AccessChange]:
        policy = self.bounded_by(p)

        def fact(there: RoleThere) -> list[AccessChange]:
            return [BoundaryChange(there.arn, there.policy_arn(policy) if policy else "")]

        yield from roles.tell(fact)


class PutSetBoundary(_BoundaryEdit):
    kind = "sso.set.boundary.put"
    aws_operation = "PutPermissionsBoundaryToPermissionSet"
    unchanged_field = "policy"
    params_type = PolicyOfSetParams

    def title(self, p: PolicyOfSetParams) -> str:
        return f"Bound {self.named(p)} by {called(p.policy)}"

    def note(self, p: PolicyOfSetParams) -> str:
        return "What the boundary doesn’t allow is allowed no longer, whatever the policies say."

    def calls(self, p: PolicyOfSetParams) -> list[Call]:
        if is_managed_by_aws(p.policy):
            return self.call(p, PermissionsBoundary={"ManagedPolicyArn": p.policy})
        return self.call(p, PermissionsBoundary={"CustomerManagedPolicyReference": reference(p.policy)})

    def is_so_already(self, p: PolicyOfSetParams) -> str:
        return f"{called(p.policy)} is the boundary of {p.set_name} already."

    def limits(self, draft: Draft, p: PolicyOfSetParams, value: Value) -> list[PlanFinding]:
        found = super().limits(draft, p, value)
        if not p.policy.startswith("arn:"):
            found += missing_there(draft.aws_account, p.set_arn, p.policy)
        return found


class DeleteSetBoundary(_BoundaryEdit):
    kind = "sso.set.boundary.delete"
    aws_operation = "DeletePermissionsBoundaryFromPermissionSet"
    params_type = SetParams

    def title(self, p: SetParams) -> str:
        return f"Take the permissions boundary off {self.named(p)}"

    def note(self, p: SetParams) -> str:
        return "All that its policies allow is allowed then: this can add access."

    def calls(self, p: SetParams) -> list[Call]:
        return self.call(p)

    def is_so_already(self, p: SetParams) -> str:
        return f"{p.set_name} has no permissions boundary."


POLICY_OPERATIONS = (
    AttachManaged(),
    DetachManaged(),
    AttachCustomer(),
    DetachCustomer(),
    PutSetBoundary(),
    DeleteSetBoundary(),
)
