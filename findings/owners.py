"""Who looks after a finding: whom an operator named, or what a tag of the object says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts import audit
from accounts.access import who_may
from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import SEE_IAM, roles_with
from findings.models import Finding
from findings.services import MuteRefused, named_in_audit
from sync import mirror

TAGS = ("owner", "team")  # the first that an object has, whatever the case
_AT_ONCE = 500

audit.register(
    {
        "finding.assigned": "gave {object} to {owner}",
        "finding.unassigned": "took {object} from its owner",
    }
)


# ---- By somebody -----------------------------------------------------------------------------------------------
def may_own(aws_account: AwsAccount) -> QuerySet[Operator]:
    """Active operators who see findings of the AWS account."""
    return who_may(SEE_IAM, aws_account).order_by("name", "pk")


def groups_that_may_own(aws_account: AwsAccount) -> QuerySet[Group]:
    grants = Grant.objects.on(aws_account).filter(role__in=roles_with(SEE_IAM), group__isnull=False)
    return Group.objects.filter(grants__in=grants).distinct().order_by("name", "pk")


def assign_all(
    *,
    findings: Sequence[Finding],
    owner: Operator | None = None,
    group: Group | None = None,
    actor: Operator,
    request: HttpRequest | None = None,
) -> None:
    """To one of the two; without both, to whom a tag of the object names.

    Raises MuteRefused, and assigns none, where that operator, or group, doesn't see the findings of an AWS account.
    """
    with transaction.atomic():
        rows = list(Finding.objects.locked({each.pk for each in findings}))
        for row in rows:
            _check(row.aws_account, owner, group)
            row.owner, row.owner_group = owner, group
            row.owner_name = _called(row)
            verb = "finding.assigned" if owner or group else "finding.unassigned"
            audit.record(
                verb,
                actor=actor,
                aws_account=row.aws_account,
                obj=named_in_audit(row),
                data={"owner": row.owner_name, "rule": row.rule},
                request=request,
            )
        Finding.objects.bulk_update(rows, ["owner", "owner_group", "owner_name"], batch_size=_AT_ONCE)


def _check(aws_account: AwsAccount, owner: Operator | None, group: Group | None) -> None:
    if owner is not None and not may_own(aws_account).filter(pk=owner.pk).exists():
        raise MuteRefused(f"{owner} has left, or doesn’t see findings of {aws_account}: choose somebody else.", "owner")
    if group is not None and not groups_that_may_own(aws_account).filter(pk=group.pk).exists():
        raise MuteRefused(f"{group} has no role that sees findings of {aws_account}: choose another group.", "owner")


def _called(row: Finding) -> str:
    return str(row.owner or row.owner_group or row.owner_tag)[:256]


def left() -> Q:
    """Of findings whose owner can’t sign in any more, or was deleted."""
    return Q(owner__is_active=False)


# ---- By tags ---------------------------------------------------------------------------------------------------
def follow_tags(aws_account: AwsAccount) -> None:
    """Writes what the tags of objects say now to the findings that there are about them."""
    rows = Finding.objects.filter(aws_account=aws_account).there()
    kinds = list(rows.order_by().values_list("kind", flat=True).distinct())
    for kind in kinds:
        about = mirror.mirror_about(kind)
        if about is not None and any(field.name == "tags" for field in about.model._meta.concrete_fields):
            named = dict(_named(about.model, aws_account))
            of_kind = rows.filter(kind=kind).only("object_id", "owner_tag", "owner_name", "owner", "owner_group")
            changed = [row for row in of_kind.iterator() if row.owner_tag != named.get(row.object_id, "")]
            _write(changed, named)


def _named(model: Any, aws_account: AwsAccount) -> Iterator[tuple[str, str]]:
    rows = model.objects.live().filter(aws_account=aws_account).order_by()
    for aws_id, tags in rows.values_list("aws_id", "tags").iterator():
        if tags and (owner := owner_in(tags)):
            yield aws_id, owner


def owner_in(tags: Mapping[str, str]) -> str:
    by_key = {key.lower(): value for key, value in tags.items()}
    return next((str(by_key[key])[:256] for key in TAGS if by_key.get(key)), "")


def _write(rows: Sequence[Finding], named: Mapping[str, str]) -> None:
    for row in rows:
        row.owner_tag = named.get(row.object_id, "")
        row.owner_name = _called(row)
    Finding.objects.bulk_update(rows, ["owner_tag", "owner_name"], batch_size=_AT_ONCE)
