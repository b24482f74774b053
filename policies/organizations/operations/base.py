"""What the operations on control policies have in common.

A policy bounds whoever is below the places that it is attached to. AWS Organizations API Reference, "CreatePolicy",
"UpdatePolicy" and "DeletePolicy".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from accounts.models import AwsAccount
from objects.operations.objects import FacetOperation
from policies.control_policy_permissions import changing
from policies.engine.document import identify
from policies.kinds import CONTROL_POLICY
from policies.models import OrgPolicy
from policies.operations.documents import malformed
from policies.organizations.quotas import LONGEST_DESCRIPTION, LONGEST_NAME, quotas_of_type
from policies.organizations.selectors import organization_of
from policies.organizations.types import type_of_document
from sync.aws.permission import Permission
from sync.checks import PlanFinding
from sync.operations import (
    BadParams,
    Value,
)
from sync.plan_draft import Draft


@dataclass(frozen=True)
class ControlPolicyParams:
    arn: str
    called: str  # its name


class NamesControlPolicy(Protocol):
    @property
    def arn(self) -> str: ...

    @property
    def called(self) -> str: ...


P = TypeVar("P", bound=NamesControlPolicy)


class ControlPolicyOperation(FacetOperation[P]):
    """On one that is there."""

    needed_for = "Change control policies, from the management account."

    def __init__(self) -> None:
        super().__init__(CONTROL_POLICY)

    @property
    def permissions(self) -> Sequence[Permission]:
        return changing(self.aws_operation, self.needed_for)

    def limits(self, draft: Draft, p: P, value: Value) -> list[PlanFinding]:
        return not_management(draft.aws_account)


def not_management(aws_account: AwsAccount) -> list[PlanFinding]:
    """AWS takes writes of the management account, and of whom the organization's delegation policy lets write."""
    organization = organization_of(aws_account)
    if organization is None or organization.management_id == aws_account.account_id:
        return []
    words = (
        f"AWS refuses it here unless a delegation policy of the organization allows it: control policies are changed "
        f"from the management account, {organization.management_id}."
    )
    return [PlanFinding("NOT_MANAGEMENT_ACCOUNT", "warning", words, about=(organization.management_id,))]


def of_document(document: str) -> dict[str, str]:
    """As the parts have it: what it means, not how it is written."""
    return {"document": identify(document).canonical_hash}


def document_findings(document: str, policy_type: str) -> list[PlanFinding]:
    """What AWS would refuse of it: it counts the characters as they are sent, with white space."""
    found = malformed(document, type_of_document(policy_type))
    most = quotas_of_type(policy_type).characters
    if len(document) > most:
        words = f"The document has {len(document):,} characters with white space; AWS takes {most:,}."
        found.append(PlanFinding("DOCUMENT_TOO_LONG", "error", words, field="document"))
    return found


def name_findings(aws_account: AwsAccount, name: str, but: str = "") -> list[PlanFinding]:
    """`but`: the ARN of the one that may have it."""
    rows = OrgPolicy.objects.live().filter(aws_account=aws_account, name=name).exclude(arn=but)
    if not rows.exists():
        return []
    return [PlanFinding("NAME_TAKEN", "error", f"There is a control policy {name} already.", field="name")]


def check_name(name: str, description: str) -> None:
    """Raises BadParams."""
    if not 1 <= len(name) <= LONGEST_NAME or not name.isascii() or not name.isprintable() or name != name.strip():
        words = f"The name of a control policy has 1 to {LONGEST_NAME} ASCII characters, none of them a line break."
        raise BadParams(words, field="name")
    if len(description) > LONGEST_DESCRIPTION:
        raise BadParams(f"The description has at most {LONGEST_DESCRIPTION} characters.", field="description")
