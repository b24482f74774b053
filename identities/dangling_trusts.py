"""Trust policies that name somebody who is gone, and who that was, as far as the mirror remembers.

AWS keeps the unique id of a user or role that a trust policy names, and shows it in place of the ARN once that one is
deleted (IAM User Guide, "AWS JSON policy elements: Principal"). An ARN of somebody who is gone may still stand there:
where AWS was read before it noticed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import AwsAccount, Operator
from aws_constraints.arn import account_in, name_of
from identities.models import IamRole, IamUser, TrustedPrincipal
from identities.trust import named_arns, unique_ids

MODELS: tuple[type[IamUser | IamRole], ...] = (IamUser, IamRole)


@dataclass(frozen=True)
class DeletedPrincipal:
    """One who is named and gone. `value`: as the trust policy has it, an id or an ARN."""

    value: str
    principal: IamUser | IamRole | None  # None: nobody whom this console ever saw
    again: IamUser | IamRole | None = None  # somebody else who has the name now

    @property
    def noun(self) -> str:
        if self.principal:
            return self.principal.kind.removeprefix("iam.")
        return "user" if self.value.startswith("AIDA") else "role"

    @property
    def words(self) -> str:
        """ "the user dana.okafor, who was deleted"."""
        who = f"the {self.noun} {self.principal.name}" if self.principal else f"a {self.noun} unknown here"
        return f"{who}, who was deleted"


def deleted_in(trusted: Iterable[Mapping[str, str]], operator: Operator) -> list[DeletedPrincipal]:
    """Who of those that a trust policy names is gone. Names come from the AWS accounts that the operator may see."""
    trusted = list(trusted)
    ids, arns = unique_ids(trusted), named_arns(trusted)
    if not ids and not arns:
        return []
    rows = [
        row
        for model in MODELS
        for row in model.objects.visible_to(operator)
        .filter(Q(aws_id__in=ids) | _named(arns))
        .select_related("aws_account")
        .order_by("pk")
    ]
    by_id = {row.aws_id: row for row in rows}
    live = {row.arn for row in rows if row.gone_at is None}
    gone = {row.arn: row for row in rows if row.gone_at is not None and row.arn not in live}
    again = _again([row for row in rows if row.gone_at is not None])
    named = [value for value in sorted(ids) if (row := by_id.get(value)) is None or row.gone_at is not None]
    found = [DeletedPrincipal(value, by_id.get(value), again.get(value)) for value in named]
    return found + [DeletedPrincipal(arn, gone[arn]) for arn in sorted(arns & gone.keys())]


def words_by_id(aws_account: AwsAccount | int, ids: Collection[str]) -> dict[str, str]:
    """Words for those whom trust policies name by these unique ids, as far as the AWS account ever had them."""
    found: dict[str, str] = {}
    for model, prefix in ((IamUser, "AIDA"), (IamRole, "AROA")):
        if wanted := [aws_id for aws_id in ids if aws_id.startswith(prefix)]:
            rows: Any = model.objects.filter(aws_account=aws_account, aws_id__in=wanted).only("aws_id", "name")
            found |= {row.aws_id: DeletedPrincipal(row.aws_id, row).words for row in rows}
    return found


def name_deleted(roles: Collection[IamRole]) -> None:
    """Lets each role say who was deleted that its trust policy names: all of one AWS account."""
    if ids := {aws_id for role in roles for aws_id in unique_ids(role.trusted)}:
        words = words_by_id(next(iter(roles)).aws_account_id, ids)
        for role in roles:
            role.deleted = words


def _named(arns: Iterable[str]) -> Q:
    """By account and name, for which there is an index."""
    found = Q(pk__in=())
    for arn in arns:
        found |= Q(aws_account__account_id=account_in(arn), name_key=name_of(arn).casefold(), arn=arn)
    return found


def _again(rows: Iterable[IamUser | IamRole]) -> dict[str, IamUser | IamRole]:
    """Who has the name of each of these now, by the unique id of the one who is gone."""
    found: dict[str, IamUser | IamRole] = {}
    for model in MODELS:
        gone = [row for row in rows if isinstance(row, model)]
        same = model.objects.live().filter(
            aws_account__in={row.aws_account_id for row in gone}, name_key__in={row.name_key for row in gone}
        )
        live: dict[Any, Any] = {(row.aws_account_id, row.name_key): row for row in same} if gone else {}
        found |= {row.aws_id: live[key] for row in gone if (key := (row.aws_account_id, row.name_key)) in live}
    return found


def trusting_deleted(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Roles whose trust names somebody who no longer exists, by unique id or by ARN."""
    # Each by itself, since an index finds each: joined by OR in one subquery, all trust policies would be read.
    trusting = Q(pk__in=TrustedPrincipal.objects.filter(is_unique_id=True).values("role"))
    for model in MODELS:
        namesake = model.objects.live().filter(
            aws_account=OuterRef("aws_account"), name_key=OuterRef("name_key"), arn=OuterRef("arn")
        )
        gone = model.objects.filter(~Exists(namesake), gone_at__isnull=False)
        trusting |= Q(pk__in=TrustedPrincipal.objects.filter(value__in=gone.values("arn")).values("role"))
    return rows.filter(trusting)
