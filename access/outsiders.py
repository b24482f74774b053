"""Outsiders who may assume a role: services, identity providers and other AWS accounts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from access.index import Index
from access.request_context import UnknownContextKeys, facts_of_place
from access.resource_policies import is_assuming
from access.situations import EVERYTHING
from access.surroundings import Surroundings
from aws_constraints.arn import account_in
from policies.engine.callers import Caller, CallerKind, caller_of
from policies.engine.compiled import ActionPatterns
from policies.engine.conditions import Context
from policies.engine.evaluate import Decision, LayerName, LayerPolicy, Layers, Request, Verdict, evaluate
from policies.engine.matching import resource_glob, tokens
from policies.engine.somewhere import is_pattern

_ASSUMING = ("sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity")
_EVERYBODY = "*"
_SOMEBODY = "arn:aws:iam::{}:role/anybody"
_OWN_SIDE = frozenset({LayerName.IDENTITY, LayerName.SCP})


@dataclass(frozen=True)
class Outsider:
    """`name`: as the trust policy has it."""

    name: str
    verdict: Verdict
    not_read: tuple[LayerName, ...]


def outsiders(index: Index, action: str, resource: str, context: Context) -> list[Outsider]:
    """Whom the trust policy of the role lets do it, if their own side does; of a pattern, that of any role."""
    actions = (
        [name for name in _ASSUMING if name.lower() in ActionPatterns((action,))] if is_pattern(action) else [action]
    )
    glob = resource_glob(tuple(tokens(resource)))
    roles = [each.arn for each in index.holders if each.is_role and glob.matches(each.arn)]
    best: dict[str, Outsider] = {}
    for one in actions:
        for role in roles if is_pattern(resource) else [resource]:
            for found in _outsiders(index, one, role, context):
                known = best.setdefault(found.name, found)
                if known.verdict.decision is not Decision.ALLOWED and found.verdict.decision is Decision.ALLOWED:
                    best[found.name] = found
    return list(best.values())


def _outsiders(index: Index, action: str, role: str, context: Context) -> list[Outsider]:
    number = index.by_arn.get(role) if is_assuming(action, role) else None
    trust = None if number is None else index.holders[number].trust
    if trust is None:
        return []
    found = (_asked(index, name, caller, action, role, trust, context) for name, caller in _named(index, trust, action))
    return [each for each in found if each.verdict.decision in (Decision.ALLOWED, Decision.UNKNOWN)]


def _named(index: Index, trust: LayerPolicy, action: str) -> Iterator[tuple[str, Caller]]:
    seen = set()
    for statement in trust.document.about(action.lower()):
        for name in statement.principals.listed if statement.allows and statement.principals else ():
            account = account_in(name) or (name if name.isdigit() else "")
            is_provider = "-provider/" in name
            if name in seen or (account == index.surroundings.account_id and not is_provider):
                continue
            seen.add(name)
            if caller := _caller(name, account):
                yield name, caller


def _caller(name: str, account: str) -> Caller | None:
    """For an AWS account, or everybody, somebody of it."""
    if name in (_EVERYBODY, account) or name.endswith(":root"):
        return caller_of(_SOMEBODY.format(account or "000000000000"))
    try:
        return caller_of(name)
    except ValueError:  # the unique id of somebody who is gone
        return None


def _asked(
    index: Index, name: str, caller: Caller, action: str, role: str, trust: LayerPolicy, context: Context
) -> Outsider:
    around = index.surroundings
    own_side = _OWN_SIDE if caller.kind not in (CallerKind.SERVICE, CallerKind.FEDERATED) else frozenset()
    known = facts_of_place(Surroundings(caller.account), around, role) | dict(context)
    request = Request(caller, action, role, around.account_id, known, UnknownContextKeys(caller, None))
    layers = Layers(identity=(EVERYTHING,) if own_side else (), resource=trust, rcps=around.rcps)
    not_read = own_side | ({LayerName.RCP} & around.not_read.keys())
    return Outsider(name, evaluate(request, layers), tuple(sorted(not_read)))
