"""Which principals of an AWS account a document names, and which of these the mirror doesn't have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from access.plans.effect_blocks import PrincipalLink, principal_link
from accounts.models import AwsAccount
from aws_constraints.arn import Arn, account_in
from identities.models import IamRole, IamUser
from policies.engine.statements import PolicyDocument

SHOWN = 20
_UNIQUE_IDS = ("AIDA", "AROA")  # of users and roles; what a policy has once they were deleted


@dataclass(frozen=True)
class NamedPrincipals:
    """`missing`: as the document names them. The first of each, and how many others there are."""

    found: Sequence[PrincipalLink]
    more: int
    missing: Sequence[str]
    more_missing: int


def named_in(document: PolicyDocument, aws_account: AwsAccount) -> NamedPrincipals:
    names = dict.fromkeys(
        each.value
        for statement in document.statements
        for each in (*statement.principals, *statement.not_principals)
        if each.kind == "AWS" and _is_of(each.value, aws_account.account_id)
    )
    asked = {name: _as_in_mirror(name) for name in names}
    known: dict[str, Any] = {}
    for model in (IamUser, IamRole):
        rows = model.objects.live().filter(aws_account=aws_account)
        wanted = list(asked.values())
        for row in rows.filter(Q(arn__in=wanted) | Q(aws_id__in=wanted) | Q(name_key__in=_role_names(asked, model))):
            known |= dict.fromkeys((row.arn, row.aws_id, *([f"role:{row.name_key}"] if model is IamRole else [])), row)
    found = {row.arn: row for name in names if (row := known.get(asked[name]))}
    missing = [name for name in names if asked[name] not in known]
    links = [principal_link(row.arn, row.aws_id, aws_account.account_id) for row in found.values()]
    return NamedPrincipals(links[:SHOWN], max(0, len(links) - SHOWN), missing[:SHOWN], max(0, len(missing) - SHOWN))


def _is_of(name: str, account_id: str) -> bool:
    if name.startswith(_UNIQUE_IDS) and name.isalnum():
        return True
    found = Arn.parse(name)
    is_somebody = found is not None and found.kind in ("user", "role", "assumed-role")
    return is_somebody and account_in(name) == account_id


def _as_in_mirror(name: str) -> str:
    """A session's ARN lacks the path of its role, which has its name for itself."""
    found = Arn.parse(name)
    role = found.role_of_session if found else ""
    return f"role:{role.casefold()}" if role else name


def _role_names(asked: dict[str, str], model: type[Any]) -> list[str]:
    named = (each.removeprefix("role:") for each in asked.values() if each.startswith("role:"))
    return list(named) if model is IamRole else []
