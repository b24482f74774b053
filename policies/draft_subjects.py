"""What a draft is to be the document of: a managed policy, an inline policy, a trust policy, that of a resource.

An address names it by a word and AWS's immutable id; whoever owns the objects registers how they are found:

    draft_subjects.register("policy", _policy)  # (AWS account, id, name) → DraftSubject, or None
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.db.models import F
from django.urls import reverse

from accounts.models import AwsAccount
from policies.holdings import (
    ControlPolicyChange,
    InlineOfRolesChange,
    InlinePolicyChange,
    ManagedPolicyChange,
    ResourcePolicyChange,
    TrustChange,
)
from policies.models import OrgPolicy, PolicyVersion

DocumentChange = (
    ManagedPolicyChange
    | InlinePolicyChange
    | TrustChange
    | ControlPolicyChange
    | InlineOfRolesChange
    | ResourcePolicyChange
)


@dataclass(frozen=True)
class DraftSubject:
    """`in_force`: the text of now, "" where there is none; `against` says in words which that is.

    `change` is what a draft changes of access, with the text of now. `url`: of the page that lists all whom it is for,
    "" for none. `note`: a sentence about what staging does, where that isn't plain.
    """

    change: DocumentChange
    against: str
    url: str = ""
    note: str = ""
    title: str = "What the draft changes"

    @property
    def in_force(self) -> str:
        return self.change.document or ""

    def with_text(self, text: str) -> DocumentChange:
        return replace(self.change, document=text)


Find = Callable[[AwsAccount, str, str], DraftSubject | None]

_kinds: dict[str, Find] = {}


def register(name: str, find: Find) -> None:
    if name in _kinds:
        raise ValueError(f"Drafts of {name} are known already.")
    _kinds[name] = find


def find(aws_account: AwsAccount, kind: str, aws_id: str, name: str = "") -> DraftSubject | None:
    """Of this AWS account; None where there is no such thing (any more). `name`: of an inline policy."""
    return _kinds[kind](aws_account, aws_id, name) if kind in _kinds else None


# ---- Managed policies ----------------------------------------------------------------------------------------
NEW_POLICY, POLICY, VERSION = "new_policy", "policy", "version"
_NOT_IN_FORCE = "A version that isn’t the default changes nothing yet: this is what making it the default would change."


def _policy(aws_account: AwsAccount, aws_id: str, name: str) -> DraftSubject | None:
    of = {"policy__aws_account": aws_account, "policy__aws_id": aws_id, "policy__gone_at": None}
    rows = PolicyVersion.objects.filter(**of, version_id=F("policy__default_version"))
    row = rows.select_related("policy", "document").first()
    if row is None:
        return None
    url = reverse("policy_attached", kwargs={"account_id": aws_account.account_id, "aws_id": aws_id})
    return DraftSubject(
        ManagedPolicyChange(row.policy.arn, row.document.text), f"Against {row.version_id}, in force", url
    )


def _version(aws_account: AwsAccount, aws_id: str, name: str) -> DraftSubject | None:
    found = _policy(aws_account, aws_id, name)
    return replace(found, note=_NOT_IN_FORCE) if found else None


def _new_policy(aws_account: AwsAccount, aws_id: str, name: str) -> DraftSubject:
    arn = f"arn:{aws_account.partition}:iam::{aws_account.account_id}:policy/the-new-policy"
    return DraftSubject(ManagedPolicyChange(arn, ""), "Once somebody has it")


# ---- Control policies ----------------------------------------------------------------------------------------
CONTROL_POLICY, NEW_CONTROL_POLICY = "control_policy", "new_control_policy"
_NEW_ARN = "new control policy"


def _control_policy(aws_account: AwsAccount, aws_id: str, name: str) -> DraftSubject | None:
    rows = OrgPolicy.objects.live().filter(aws_account=aws_account, aws_id=aws_id).select_related("document")
    row = rows.first()
    if row is None:
        return None
    url = reverse("control_policy_targets", kwargs={"account_id": aws_account.account_id, "aws_id": aws_id})
    return DraftSubject(ControlPolicyChange(row.arn, row.document.text), "Against the document in force", url)


def _new_control_policy(aws_account: AwsAccount, aws_id: str, name: str) -> DraftSubject:
    return DraftSubject(ControlPolicyChange(_NEW_ARN, ""), "Once it is attached")


def register_own() -> None:
    register(POLICY, _policy)
    register(VERSION, _version)
    register(NEW_POLICY, _new_policy)
    register(CONTROL_POLICY, _control_policy)
    register(NEW_CONTROL_POLICY, _new_control_policy)
