"""Who is an administrator, in this one place: whom policies and boundary allow everything on everything, and whom
control policies don't keep from giving permissions away.

Conditions whose keys aren't known count as met: the session that meets them is an administrator's.
"""

from __future__ import annotations

from dataclasses import replace

from access.holders import Holder
from access.index import Index
from access.situations import EVERYTHING
from access.surroundings import Surroundings
from policies.engine.combine import Decision
from policies.engine.evaluate import Policy

_ANYTHING = ("anything:Anything", "*")  # nothing but "*" allows an action that doesn't exist
_GIVING = (
    ("iam:AttachRolePolicy", "arn:{p}:iam::{a}:role/anybody"),
    ("iam:PutUserPolicy", "arn:{p}:iam::{a}:user/anybody"),
)
_YES = (Decision.ALLOWED, Decision.UNKNOWN)


def is_administrator(holder: Holder, surroundings: Surroundings) -> bool:
    """Within SCPs that allow some services only, too."""
    partition = holder.arn.split(":")[1]
    unbound = Index([holder], Surroundings(surroundings.account_id))
    bound = Index([holder], surroundings)
    if unbound.question(*_ANYTHING).verdict(0).decision not in _YES:
        return False
    giving = ((action, resource.format(p=partition, a=surroundings.account_id)) for action, resource in _GIVING)
    return all(bound.question(action, resource).verdict(0).decision in _YES for action, resource in giving)


def with_policies(holder: Holder, *policies: Policy) -> Holder:
    return replace(holder, policies=(*holder.policies, *policies))


def with_any_policy(holder: Holder) -> Holder:
    return with_policies(holder, EVERYTHING)


def without_boundary(holder: Holder) -> Holder:
    return replace(holder, boundary=None, not_held=frozenset())
