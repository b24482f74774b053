"""The classic flow: an app names the role itself, and no mapping is asked. The role's trust policy alone decides.

"Identity pools authentication flow", "Basic (classic) authentication flow", in the Amazon Cognito Developer Guide.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import Q

from cognito.identity_pools.trusting import trust_of
from cognito.models import IdentityPool
from identities.models import IamRole, TrustedPrincipal
from policies.engine.identity_pools import ISSUERS

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
