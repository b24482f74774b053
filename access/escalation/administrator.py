"""Defines administrators: policies and boundary allow them everything on everything, and control policies don't keep
them from giving permissions away.

Conditions whose keys aren't known count as met: the session that meets them is an administrator's.
"""

from __future__ import annotations

from access.holders import Holder
from access.index import Index, numbers_of
from access.surroundings import Surroundings
from policies.engine.combine import Decision
from policies.engine.regions import only_region

_ANYTHING = ("anything:Anything", "*")  # nothing but "*" allows an action that doesn't exist
_POLICY, _BOUNDARY = "iam:policyarn", "iam:permissionsboundary"
_NOT_THERE = dict.fromkeys((_POLICY, _BOUNDARY, "iam:passedtoservice"), ())  # IAM's own keys, in other requests
_GIVING = (
    ("iam:AttachRolePolicy", "arn:{p}:iam::{a}:role/anybody", "arn:{p}:iam::aws:policy/AdministratorAccess"),
    ("iam:PutUserPolicy", "arn:{p}:iam::{a}:user/anybody", ""),
)
_YES = (Decision.ALLOWED, Decision.UNKNOWN)


def administrators_in(index: Index) -> list[Holder]:
    """All of an AWS account: users before roles."""
    around = index.surroundings
    anybody = f"arn:{index.partition or 'aws'}:iam::{around.account_id}:role/anybody"
    perhaps = (index.holders[number] for number in sorted(numbers_of(index.who_can(_GIVING[0][0], anybody))))
    return [holder for holder in perhaps if is_administrator(holder, around)]


def is_administrator(holder: Holder, surroundings: Surroundings) -> bool:
    """Within SCPs that allow some services only, too."""
    partition = holder.arn.split(":")[1]
    unbound = Index([holder], Surroundings(surroundings.account_id))
    bound = Index([holder], surroundings)
    if unbound.question(*_ANYTHING, _NOT_THERE).verdict(0).decision not in _YES:
        return False
    region = only_region("iam:*", partition)
    for action, resource, attached in _GIVING:
        on = resource.format(p=partition, a=surroundings.account_id)
        context: dict[str, tuple[str, ...]] = {**_NOT_THERE}
        context |= {_POLICY: (attached.format(p=partition),)} if attached else {}
        context |= {"aws:requestedregion": (region,)} if region else {}
        if bound.question(action, on, context).verdict(0).decision not in _YES:
            return False
    return True
