"""The AWS accounts this console looks after, the operators who sign in to it, what each may do, and the audit trail."""

from __future__ import annotations

from accounts.models.approval_rules import MOST_APPROVALS, ApprovalRule, Risk, approvals_words
from accounts.models.audit import AppendOnly, AuditCheck, AuditEntry, AuditHead, AuditText, KeyCheck, learn_texts
from accounts.models.aws_accounts import AwsAccount
from accounts.models.grant_rules import UNIT_ID, GrantGain, GrantRule, OrganizationPlace
from accounts.models.grants import ClaimedMembership, ClaimGroup, Grant, HeldGrant, TokenLimits
from accounts.models.labels import LONGEST_LABEL, AccountLabel, LabelledAwsAccount
from accounts.models.operators import Operator
from accounts.models.scim import ScimGroup, ScimMembership, ScimToken, ScimUser
from accounts.models.tokens import ApiToken

__all__ = [
    "LONGEST_LABEL",
    "MOST_APPROVALS",
    "UNIT_ID",
    "AccountLabel",
    "ApiToken",
    "AppendOnly",
    "ApprovalRule",
    "AuditCheck",
    "AuditEntry",
    "AuditHead",
    "AuditText",
    "AwsAccount",
    "ClaimGroup",
    "ClaimedMembership",
    "Grant",
    "GrantGain",
    "GrantRule",
    "HeldGrant",
    "KeyCheck",
    "LabelledAwsAccount",
    "Operator",
    "OrganizationPlace",
    "Risk",
    "ScimGroup",
    "ScimMembership",
    "ScimToken",
    "ScimUser",
    "TokenLimits",
    "approvals_words",
    "learn_texts",
]
