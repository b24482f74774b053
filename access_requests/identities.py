"""As whom requesters are known in AWS: owners link them, and the trail tells of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction

from access_requests.kinds import row_of_identity
from access_requests.models import IdentityKind, RequesterIdentity
from accounts import audit
from accounts.models import AwsAccount, Operator
from accounts.services.grants import require_owner
from directory.models import DirectoryUser
from identities.models import IamUser

audit.register(
    {
        "requester.linked": "said that {object} is the {kind} {id}: access that they ask for is given to it",
        "requester.unlinked": "said that {object} is the {kind} {id} no longer",
    }
)


@transaction.atomic
def link(
    *, actor: Operator, aws_account: AwsAccount, operator: Operator, row: IamUser | DirectoryUser
) -> RequesterIdentity:
    """Raises PermissionDenied unless the actor owns the AWS account, ValidationError for what can't be linked."""
    require_owner(actor, aws_account)
    if actor == operator:
        raise ValidationError("Somebody else has to say as whom you are known in AWS.")
    identity = RequesterIdentity(
        aws_account=aws_account,
        operator=operator,
        kind=IdentityKind.USER if isinstance(row, IamUser) else IdentityKind.PERSON,
        object_id=row.aws_id,
        linked_by=actor,
    )
    _check_free(identity)
    identity.save()
    _record("requester.linked", actor, identity)
    return identity


def _check_free(identity: RequesterIdentity) -> None:
    there = RequesterIdentity.objects.filter(aws_account=identity.aws_account, kind=identity.kind)
    what = identity.get_kind_display()
    if there.filter(operator=identity.operator).exists():
        raise ValidationError(f"{identity.operator} is linked to one {what} already: unlink that first.")
    if other := there.filter(object_id=identity.object_id).select_related("operator").first():
        raise ValidationError(f"This {what} is linked to {other.operator} already.")


@transaction.atomic
def unlink(*, actor: Operator, identity: RequesterIdentity) -> None:
    """What was granted to it ends with the next tick (access_requests/sweeping.py). Raises PermissionDenied."""
    require_owner(actor, identity.aws_account)
    _record("requester.unlinked", actor, identity)
    identity.delete()


def _record(verb: str, actor: Operator, identity: RequesterIdentity) -> None:
    """People are named by their ids: entries are never erased."""
    audit.record(
        verb,
        actor=actor,
        aws_account=identity.aws_account,
        obj=("operator", identity.operator_id, identity.operator.email),
        data={"kind": identity.get_kind_display(), "id": identity.object_id},
    )


def ids_linked(aws_account: AwsAccount, operators: Sequence[Operator]) -> Mapping[int, Collection[str]]:
    """By primary key of an operator, the unique ids of whom they are in AWS."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    rows = RequesterIdentity.objects.filter(aws_account=aws_account, operator__in=operators)
    for pk, object_id in rows.values_list("operator", "object_id"):
        found[pk].add(object_id)
    return found


def identity_of(operator: Operator, aws_account: AwsAccount, kind: str) -> RequesterIdentity | None:
    return RequesterIdentity.objects.filter(operator=operator, aws_account=aws_account, kind=kind).first()


def linked_row(operator: Operator, aws_account: AwsAccount, kind: str) -> IamUser | DirectoryUser | None:
    """Whom access of that kind is given to; None: nobody is linked, or who was is gone from AWS."""
    identity = identity_of(operator, aws_account, kind)
    return row_of_identity(identity) if identity else None
