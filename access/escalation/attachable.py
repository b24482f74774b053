"""Techniques of attaching another policy than AdministratorAccess, for those who may attach some policies only.

IAM User Guide, "IAM and AWS STS condition context keys", iam:PolicyARN: what a statement about attaching asks for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice

from access.escalation.account import EscalationAccount
from access.escalation.techniques import NeedResource, PermissionNeed, Technique, TechniqueGain, TechniqueTarget, need
from access.holders import Holder
from access.index import Index
from policies.engine.callers import Caller, CallerKind, caller_of
from policies.engine.compiled import CompiledDocument, CompiledStatement
from policies.engine.conditions import ConditionTest
from policies.engine.diff.budget import Budget, BudgetExceededError
from policies.engine.layers import LayerPolicy
from policies.engine.somewhere import SomewhereQuestion
from policies.engine.somewhere.resources import ResourceChoices
from policies.quotas import VERSIONS_OF_POLICY

_KEY = "iam:policyarn"
_ATTACHING = (("User", TechniqueTarget.USER), ("Role", TechniqueTarget.ROLE), ("Group", TechniqueTarget.GROUP))
_MOST = 64  # policies that are tried
_SOURCE = "IAM API Reference, Attach{}Policy"


def attach_techniques(account: EscalationAccount) -> Iterator[Technique]:
    """With each policy that policies tell apart: one that allows everything, one to be rewritten, one to be made."""
    described = [
        each for kind, _ in _ATTACHING for each in _asking_for_policy(account, f"iam:attach{kind.lower()}policy")
    ]
    if not described:
        return
    own = f"arn:{account.partition}:iam::{account.account_id}:policy/"
    there = _there(account, own)
    named = {text.replace("*", "any").replace("?", "x") for each in described for text in _constants(each)}
    new = {*names(account.index, ("CreatePolicy",), f"{own}*"), *(text for text in named if text.startswith(own))}
    for arn in sorted(there, key=lambda arn: (not there[arn], arn))[:_MOST]:
        if there[arn]:
            yield from _techniques(arn, (), "attaches a policy that allows everything to {it}")
            continue
        older = account.older.get(arn, ())
        rewritten = [need("iam:CreatePolicyVersion", resource=arn)]
        if len(older) + 1 >= VERSIONS_OF_POLICY.usual:
            rewritten.append(need("iam:DeletePolicyVersion", resource=arn))
        yield from _techniques(
            arn, rewritten, "attaches a policy to {it}, and gives it a version that allows everything"
        )
        if any(_allows_everything(version.document) for version in older):
            earlier = need("iam:SetDefaultPolicyVersion", resource=arn)
            does = "attaches a policy to {it}, and puts an older version of it in force that allows everything"
            yield from _techniques(arn, [earlier], does)
    for arn in sorted(new - there.keys())[:_MOST]:
        yield from _techniques(
            arn,
            [need("iam:CreatePolicy", resource=arn)],
            "makes a policy that allows everything, and attaches it to {it}",
        )


def _techniques(arn: str, before: Sequence[PermissionNeed], does: str) -> Iterator[Technique]:
    for kind, target in _ATTACHING:
        attach = PermissionNeed((f"iam:Attach{kind}Policy",), NeedResource.TARGET, context={_KEY: (arn,)})
        needs = (*before, attach)
        name = "+".join(each.actions[0] for each in needs)
        yield Technique(name, does, needs, target, TechniqueGain.ANY_POLICY, _SOURCE.format(kind))


def _asking_for_policy(account: EscalationAccount, action: str) -> Iterator[CompiledStatement]:
    around = account.index.surroundings
    above = [policy.document for level in (*around.scps, *around.rcps) for policy in level.policies]
    for document in (*account.index.documents, *above):
        yield from (each for each in document.about(action) if _KEY in each.keys)


def _there(account: EscalationAccount, own: str) -> dict[str, bool]:
    """The customer managed policies, also those that nobody has, and whether each allows everything."""
    index = account.index
    listed = [policy for holder in index.holders for policy in (*holder.policies, holder.boundary) if policy]
    listed += [policy for policies in account.groups.values() for policy in policies]
    listed += account.managed.values()
    return {policy.name: _allows_everything(policy.document) for policy in listed if policy.name.startswith(own)}


def _allows_everything(document: CompiledDocument) -> bool:
    return document.allows_everything and not document.denies


def _constants(statement: CompiledStatement) -> Iterator[str]:
    for test in statement.tests:
        if isinstance(test, ConditionTest) and test.key == _KEY:
            yield from test.constants


# ---- New users, roles and policies that somebody may create --------------------------------------------------
_USERS = ("CreateUser", "CreateAccessKey", "CreateLoginProfile", "AttachUserPolicy", "PutUserPolicy")
_ROLES = ("CreateRole", "AttachRolePolicy", "PutRolePolicy")
_MOST_NAMES = 64
_STEPS = 500_000
_MOST_BOUNDARIES = 8


def new_principals(account: EscalationAccount) -> Iterator[Holder]:
    """One of each name that policies tell apart, without a boundary and with each that the AWS account has."""
    index = account.index
    boundaries = {holder.boundary.name: holder.boundary for holder in index.holders if holder.boundary}
    limits = [None, *(boundaries[name] for name in sorted(boundaries)[:_MOST_BOUNDARIES])]
    there = {holder.arn for holder in index.holders}
    for actions, kind in ((_USERS, "user"), (_ROLES, "role")):
        if not index.allowed_at_all(f"iam:{actions[0]}"):
            continue
        for arn in names(index, actions, f"arn:{account.partition}:iam::{account.account_id}:{kind}/*"):
            if arn not in there:
                for boundary in limits:
                    yield _holder(arn, boundary, is_role=kind == "role")


def names(index: Index, actions: Sequence[str], pattern: str) -> list[str]:
    """One of each kind that policies tell apart."""
    surroundings = index.surroundings
    levels = [policy.document for level in (*surroundings.scps, *surroundings.rcps) for policy in level.policies]
    documents = [*index.documents, *levels]
    statements = [
        each for action in actions for document in documents for each in document.about(f"iam:{action.lower()}")
    ]
    if all(set(each.resources.patterns) == {"*"} for each in statements):
        return [pattern.replace("*", "any")]
    described = [((each.allows, each.not_resources, each.resources.patterns), each) for each in statements]
    caller = Caller(CallerKind.ROLE, account=surroundings.account_id)
    question = SomewhereQuestion(caller, (f"iam:{actions[0]}",), pattern, is_unknown=lambda key: True)
    found: list[str] = []
    with suppress(BudgetExceededError):
        texts = (
            text
            for text in ResourceChoices(question, f"iam:{actions[0]}", described, Budget(_STEPS))
            if text.count(":") == pattern.count(":")
        )
        found += islice(texts, _MOST_NAMES)
    return found


def _holder(arn: str, boundary: LayerPolicy | None, *, is_role: bool) -> Holder:
    trust = LayerPolicy(f"trust policy of {arn}", CompiledDocument({})) if is_role else None
    return Holder(caller_of(arn), 0, "", (), boundary, trust=trust)
