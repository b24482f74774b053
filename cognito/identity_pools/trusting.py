"""Whether a role's trust lets the people of an identity pool in, and only them: asked of the engine.

Nothing looks at how the conditions are written. The same question is asked as another pool, and as the other kind of
people: whoever gets in besides is a finding. "IAM roles" in the Amazon Cognito Developer Guide.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from aws_constraints.arn import account_in
from cognito.identity_pools.operations.base import GUEST, SIGNED_IN
from cognito.models import IdentityPool
from identities.models import IamRole, TrustedPrincipal
from policies.engine.callers import caller_of
from policies.engine.compiled import compiled
from policies.engine.conditions import Context
from policies.engine.document import load
from policies.engine.evaluate import Decision, LayerPolicy, Layers, Request, evaluate
from policies.engine.identity_pools import ISSUERS, Issuer, issuer_for
from policies.engine.statements import document_in

ASSUMES, TAGS = "sts:AssumeRoleWithWebIdentity", "sts:TagSession"
_ANOTHER = "00000000-0000-0000-0000-000000000000"  # no pool of anybody's
_WILD = re.compile(r"[*?]")
_OTHER = {GUEST: SIGNED_IN, SIGNED_IN: GUEST}


@dataclass(frozen=True)
class Trust:
    """`lets_in`: yes, no, or unknown where another condition decides. `any_pool` and `any_kind`: who gets in besides.

    `also`: the ids of other pools that it names. `takes_tags`: a session of it may have principal tags.
    """

    lets_in: Decision
    any_pool: bool = False
    any_kind: bool = False
    takes_tags: bool = True
    also: tuple[str, ...] = ()

    @property
    def works(self) -> bool:
        return self.lets_in is not Decision.IMPLICIT_DENY and self.lets_in is not Decision.EXPLICIT_DENY

    @property
    def is_right(self) -> bool:
        return self.lets_in is Decision.ALLOWED and not self.any_pool and not self.any_kind and self.takes_tags


def trust_of(role: IamRole, pool_id: str, kind: str, *, provider: str = "", tagged: bool = False) -> Trust:
    """`kind`: GUEST or SIGNED_IN, at the `provider` as calls name it. `tagged`: the pool gives them principal tags."""
    if role.trust is None:
        return Trust(Decision.UNKNOWN)
    return trust_in(role.trust.text, role.arn, pool_id, kind, provider=provider, tagged=tagged)


def trust_in(document: str, arn: str, pool_id: str, kind: str, *, provider: str = "", tagged: bool = False) -> Trust:
    """The same of any trust policy of the role with this ARN."""

    issuer = issuer_for(arn)

    def decision(action: str, pool: str, who: str) -> Decision:
        context = keys_of(issuer, pool, who, provider)
        request = Request(caller_of(issuer.federated), action, arn, _account(arn), context, lambda key: True)
        return evaluate(request, Layers(resource=LayerPolicy(arn, compiled(document)))).decision

    def takes(pool: str) -> bool:
        return any(decision(ASSUMES, pool, who) in _PERHAPS for who in _OTHER)

    lets_in = decision(ASSUMES, pool_id, kind)
    if lets_in not in _PERHAPS:
        return Trust(lets_in)
    named, patterns = _pools_in(document, issuer)
    others = {f"{pool_id.partition(':')[0]}:{_ANOTHER}"}
    others |= {_WILD.sub("0", pattern) for pattern in patterns}  # a pattern is wide, whatever it is filled with
    return Trust(
        lets_in,
        any_pool=any(takes(other) for other in others),
        any_kind=decision(ASSUMES, pool_id, _OTHER[kind]) in _PERHAPS,
        takes_tags=not tagged or decision(TAGS, pool_id, kind) in _PERHAPS,
        also=tuple(other for other in sorted(named - {pool_id}) if takes(other)),
    )


_PERHAPS = (Decision.ALLOWED, Decision.UNKNOWN)


def keys_of(issuer: Issuer, pool_id: str, kind: str, provider: str = "") -> Context:
    """What is known of how somebody came in: when they take a role, and in what they ask for as that role.

    `amr` has the kind, and of who is signed in the provider, too ("Role trust and permissions"). IAM User Guide,
    "Available keys for AWS web identity federation".
    """
    return {issuer.aud: (pool_id,), issuer.amr: (kind, provider) if kind == SIGNED_IN else (kind,)}


def _pools_in(document: str, issuer: Issuer) -> tuple[set[str], set[str]]:
    """What it asks of `aud`, wherever: ids of pools, and patterns of them."""
    tests = [test for statement in document_in(document).statements for test in statement.conditions]
    said = {value for test in tests if test.name == issuer.aud for value in test.words}
    patterns = {value for value in said if _WILD.search(value)}
    return said - patterns, patterns


def _account(arn: str) -> str:
    return account_in(arn)


# ---- A trust as it should be -----------------------------------------------------------------------------------
def trust_for(pool_ids: Collection[str], kind: str, *, tagged: bool = False, partition: str = "aws") -> str:
    """The trust policy of a new role for these people."""
    issuer = ISSUERS[partition]
    said = _tightened(_letting_in(issuer), issuer, pool_ids, [kind], tagged=tagged)
    return _text({"Version": "2012-10-17", "Statement": [said]})


def tightened(
    document: str, pool_ids: Collection[str], kinds: Collection[str], *, tagged: bool = False, partition: str = "aws"
) -> str:
    """The same, with what it lets in through Cognito cut down to these people. What it says of others stays.

    Where it lets nobody in through Cognito, a statement is added.
    """
    issuer, read = ISSUERS[partition], load(document) or {}
    held = read.get("Statement", [])
    statements = list(held) if isinstance(held, list) else [held]
    is_ours = [_is_of(issuer, statement) for statement in statements]
    if not any(is_ours):
        statements.append(_letting_in(issuer))
        is_ours.append(True)
    said = [
        _tightened(statement, issuer, pool_ids, kinds, tagged=tagged) if ours else statement
        for statement, ours in zip(statements, is_ours, strict=True)
    ]
    return _text({"Version": read.get("Version", "2012-10-17"), "Statement": said})


def _letting_in(issuer: Issuer) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"Federated": issuer.federated}, "Action": ASSUMES}


def _is_of(issuer: Issuer, statement: Any) -> bool:
    if not isinstance(statement, Mapping) or statement.get("Effect") != "Allow":
        return False
    principal = statement.get("Principal")
    federated = principal.get("Federated", []) if isinstance(principal, Mapping) else []
    return issuer.federated in ([federated] if isinstance(federated, str) else federated)


def _tightened(
    statement: Mapping[str, Any], issuer: Issuer, pool_ids: Collection[str], kinds: Collection[str], *, tagged: bool
) -> dict[str, Any]:
    condition = statement.get("Condition")
    kept = {
        operator: {key: value for key, value in tests.items() if key.lower() not in (issuer.aud, issuer.amr)}
        for operator, tests in (condition.items() if isinstance(condition, Mapping) else ())
        if isinstance(tests, Mapping)
    }
    kept.setdefault("StringEquals", {})[issuer.aud] = _one_or_many(pool_ids)
    kept.setdefault("ForAnyValue:StringLike", {})[issuer.amr] = _one_or_many(kinds)
    said = {**statement, "Condition": {operator: tests for operator, tests in kept.items() if tests}}
    actions = list(_listed(statement.get("Action", ASSUMES)))
    if tagged and TAGS not in actions:
        said["Action"] = [*actions, TAGS]
    return said


def _one_or_many(words: Collection[str]) -> str | list[str]:
    found = sorted(words)
    return found[0] if len(found) == 1 else found


def _listed(value: Any) -> Iterator[str]:
    yield from [value] if isinstance(value, str) else value


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2)


# ---------------------------------------------------------------------------------------------------------------------
# The classic flow: an app names the role itself, and no mapping is asked. The role's trust policy alone decides.
# "Identity pools authentication flow", "Basic (classic) authentication flow", in the Amazon Cognito Developer Guide.
_ANYBODY = "*"


def roles_for(row: IdentityPool) -> list[IamRole]:
    """Those that may let anybody of an identity pool in; none where the pool has no classic flow."""
    if not row.classic_flow:
        return []
    named = TrustedPrincipal.objects.filter(
        Q(type="Federated", value=ISSUERS[row.aws_account.partition].federated) | Q(value=_ANYBODY)
    )
    roles = IamRole.objects.live().filter(pk__in=named.values("role"), aws_account=row.aws_account_id)
    return list(roles.select_related("trust", "aws_account").order_by("name_key"))


def besides(
    roles: Iterable[IamRole], row: IdentityPool, kind: str, provider: str = "", *, given: Collection[str] = ()
) -> tuple[IamRole, ...]:
    """Of `roles`, those that such people may take beside the `given` ARNs. `kind`, `provider`: as trust_of has them."""
    others = (role for role in roles if role.arn not in given)
    return tuple(role for role in others if trust_of(role, row.aws_id, kind, provider=provider).works)
