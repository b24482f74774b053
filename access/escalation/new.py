"""New users, roles and policies that somebody may create."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice

from access.escalation.account import EscalationAccount
from access.holders import Holder
from access.index import Index
from policies.engine.callers import Caller, CallerKind, caller_of
from policies.engine.compiled import CompiledDocument
from policies.engine.diff.budget import Budget, BudgetExceededError
from policies.engine.layers import LayerPolicy
from policies.engine.somewhere import SomewhereQuestion
from policies.engine.somewhere.resources import ResourceChoices

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
