"""Whether a user's policies ask for MFA: what the policy engine decides of requests with it and without it.

IAM User Guide, "AWS: Allows MFA-authenticated IAM users to manage their own credentials on the Security credentials
page", and "AWS global condition context keys": who signs in to AWS's console without MFA has the key
aws:MultiFactorAuthPresent, which is false; requests with an access key haven't it.
"""

from __future__ import annotations

from dataclasses import dataclass

from access.holders import Holder
from access.index import Index
from access.resource_sides.values import ResourceSide, SaidByResource
from access.situations import delegating_to
from access.surroundings import Surroundings
from aws_constraints.arn import name_of
from guides.account.without_mfa import allowed_without_mfa
from policies.engine.combine import Decision
from policies.engine.conditions import Context
from policies.engine.truth import MAYBE, NO, YES, Truth, opposite

_PRESENT = "aws:multifactorauthpresent"
_BY_PASSWORD: Context = {_PRESENT: ("false",)}
_BY_KEY: Context = {_PRESENT: ()}
# An action that doesn't exist: whoever may do it may do everything that isn't named. Then what gives permissions away,
# or credentials: a list of exceptions may have one of these in it.
_POWERFUL = (
    ("anything:Anything", "*"),
    ("iam:AttachUserPolicy", "{user}"),
    ("iam:CreateAccessKey", "{user}"),
    ("iam:CreateLoginProfile", "{other}"),
    ("iam:CreatePolicyVersion", "{policy}"),
    ("iam:CreateUser", "{other}"),
    ("iam:PutUserPolicy", "{user}"),
    ("iam:UpdateAssumeRolePolicy", "{role}"),
    ("sts:AssumeRole", "{role}"),
)
_ENROLLING = (("iam:CreateVirtualMFADevice", "{device}"), ("iam:EnableMFADevice", "{user}"))
_TRUTHS = {Decision.ALLOWED: YES, Decision.UNKNOWN: MAYBE}


@dataclass(frozen=True)
class MfaDemand:
    """`of_password`, `of_keys`: whether a request without MFA is refused, signed in by password or by an access key.
    `can_enrol`: whether they may set up their own first device without MFA, without which nobody can sign in with it.
    """

    of_password: Truth
    of_keys: Truth
    can_enrol: Truth


def mfa_demand(holder: Holder, surroundings: Surroundings) -> MfaDemand:
    """Of a user. What depends on a condition key that isn't known, or a policy that isn't read, is a MAYBE."""
    index = Index([holder], surroundings)
    unread = MAYBE if holder.not_read else NO  # a policy that isn't read may ask for it
    return MfaDemand(
        max(unread, min(_is_refused(index, _BY_PASSWORD), opposite(allowed_without_mfa(holder, surroundings)))),
        max(unread, _is_refused(index, _BY_KEY)),
        min(_asked(index, *each, _BY_PASSWORD) for each in _ENROLLING),
    )


def _is_refused(index: Index, context: Context) -> Truth:
    return opposite(max(_asked(index, *each, context) for each in _POWERFUL))


def _asked(index: Index, action: str, resource: str, context: Context) -> Truth:
    holder = index.holders[0]
    partition, account_id = holder.caller.partition, holder.caller.account
    ours = f"arn:{partition}:iam::{account_id}:"
    on = resource.format(
        user=holder.arn,
        other=f"{ours}user/somebody-else",
        policy=f"{ours}policy/any",
        role=f"{ours}role/any",
        device=f"{ours}mfa/{name_of(holder.arn)}",
    )
    around = index.surroundings
    leaves_it = SaidByResource(delegating_to(account_id))  # the trust policy of a role: to policies of users
    side = ResourceSide(account_id, around, leaves_it, leaves_it) if action == "sts:AssumeRole" else None
    return _TRUTHS.get(index.question(action, on, context, side).verdict(0).decision, NO)
