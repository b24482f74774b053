"""Which roles are protected, and which steps touch one: the role itself, or a policy that it holds.

AWS Control Tower User Guide, "How AWS Control Tower works with roles to create and manage accounts"; AWS CloudFormation
User Guide, "Grant self-managed permissions" (of StackSets); AWS Organizations User Guide, "Creating the
OrganizationAccountAccessRole".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from accounts.models import AwsAccount
from aws_constraints.arn import name_of
from identities.models import Attachment, IamRole
from sync.checks import PlanCheck, PlanFinding
from sync.operations import PlannedStep

_BY_NAME = {
    "organizationaccountaccessrole": "the organization’s management account gets in by it",
    "awscontroltower*": "AWS Control Tower works by it",
    "aws-controltower*": "AWS Control Tower works by it",
    "stacksets-exec-*": "CloudFormation StackSets of the organization work by it",
}
_BY_PATH = {
    ":role/aws-service-role/": "an AWS service works by it",
    ":role/aws-reserved/": "AWS keeps it for itself",
    ":role/service-role/awscontroltower": "AWS Control Tower works by it",
}


def why_protected(aws_account: AwsAccount, role_arn: str) -> str:
    """Half a sentence; "" for a role that isn't. Names of roles are the same in any case."""
    arn = role_arn.casefold()
    if arn == aws_account.write_role_arn.casefold():
        return "this console writes by it"
    if arn == aws_account.read_role_arn.casefold():
        return "this console reads by it"
    name = name_of(arn)
    if any(fnmatchcase(name, listed.casefold()) for listed in aws_account.break_glass_names):
        return "it is listed as break-glass in the settings of this AWS account"
    by_path = next((why for path, why in _BY_PATH.items() if path in arn), "")
    return by_path or next((why for pattern, why in _BY_NAME.items() if fnmatchcase(name, pattern)), "")


def roles_with(aws_account: AwsAccount, steps: Sequence[PlannedStep]) -> Mapping[str, list[str]]:
    """The ARNs of the roles that hold each policy which the steps write, as an attachment or as their boundary."""
    written = {arn for step in steps for kind, arn in objects(step) if kind == "iam.policy"}
    found: defaultdict[str, list[str]] = defaultdict(list)
    attached = Attachment.objects.live().filter(aws_account=aws_account, arn__in=written, role__gone_at=None)
    bounded = IamRole.objects.live().filter(aws_account=aws_account, boundary_arn__in=written)
    for rows in (
        attached.exclude(role=None).values_list("arn", "role__arn"),
        bounded.values_list("boundary_arn", "arn"),
    ):
        for policy_arn, role_arn in rows:
            found[policy_arn].append(role_arn)
    return found


def objects(step: PlannedStep) -> Iterator[tuple[str, str]]:
    """Kind and ARN of what it writes."""
    for key in step.operation.objects(step.params):
        kind, _, arn = key.partition(":")
        yield kind, arn


class ProtectedRoles(PlanCheck):
    name = "protected_roles"

    def look(self, aws_account: AwsAccount, steps: Sequence[PlannedStep]) -> list[PlanFinding]:
        holders = roles_with(aws_account, steps)
        found = [
            PlanFinding("PROTECTED_ROLE", "protected", words, step.position, about=about)
            for step in steps
            for kind, arn in objects(step)
            for about, words in _objections(aws_account, kind, arn, holders)
        ]
        return list(dict.fromkeys(found))


def _objections(
    aws_account: AwsAccount, kind: str, arn: str, holders: Mapping[str, Sequence[str]]
) -> Iterator[tuple[tuple[str, ...], str]]:
    """What each is about (ARNs, and why that is protected), and the sentence."""
    if kind == "iam.role" and (why := why_protected(aws_account, arn)):
        yield (arn, why), f"It touches the role {name_of(arn)}: {why}."
    if kind == "iam.policy":
        for role_arn in holders.get(arn, ()):
            if why := why_protected(aws_account, role_arn):
                words = f"It changes {name_of(arn)}, a policy of the role {name_of(role_arn)}: {why}."
                yield (arn, role_arn, why), words
