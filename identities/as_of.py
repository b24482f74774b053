"""An AWS account as it was at a moment in the past, from what pulls and changes recorded.

An object's revisions say what it was like; memberships and attachments keep when they began and ended. All of it is
found by index, a page at a time. Names are sorted as they are now: a user who was called otherwise then stands where
the present name does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from accounts.models import AwsAccount
from identities.models import Attachment, IamGroup, IamRole, IamUser, Membership
from policies.models import ManagedPolicy
from sync.models import Facet, MirroredRow, Revision, Run

KINDS: dict[str, type[MirroredRow]] = {
    "users": IamUser,
    "groups": IamGroup,
    "roles": IamRole,
    "policies": ManagedPolicy,
}
SOURCE, FACET = "iam.details", "details"


@dataclass(frozen=True)
class Moment:
    """`pull`: the last complete one that had begun by then; what changed after it is known if this console did it."""

    at: datetime
    pull: Run | None  # None: nothing is known of that time
    next_pull: Run | None  # the complete one after it, which would show what changed meanwhile
    first_pull: Run | None  # the first complete one there was


def moment_at(aws_account: AwsAccount, at: datetime) -> Moment:
    complete = Run.objects.filter(
        aws_account=aws_account, source=SOURCE, state=Run.State.DONE, object_id="", started_at__isnull=False
    )
    begun = complete.filter(started_at__lte=at)
    later = complete.filter(started_at__gt=at)
    return Moment(
        at, begun.order_by("-started_at").first(), later.order_by("started_at").first(), complete.order_by("pk").first()
    )


def _then(rows: Any, at: datetime) -> QuerySet[Any]:
    """Those of them that were there: rows keep when they were first seen, and when they were seen to be gone."""
    found: QuerySet[Any] = rows.filter(Q(gone_at__isnull=True) | Q(gone_at__gt=at), first_seen__lte=at)
    return found


def present(aws_account: AwsAccount, model: type[MirroredRow], at: datetime) -> QuerySet[Any]:
    """The objects of one kind that were there.

    One that was taken for gone at that moment, and turned out to be there later, is among them: its state says `gone`.
    """
    return _then(model.objects.filter(aws_account=aws_account), at)


def states(aws_account: AwsAccount, kind: str, object_ids: Sequence[str], at: datetime) -> dict[str, Revision]:
    """What each of these objects was like, by unique id; those that had been deleted by then too (`gone`)."""
    newest = Revision.objects.filter(facet=OuterRef("pk"), seen_at__lte=at).order_by("-number").values("pk")[:1]
    facets = Facet.objects.filter(aws_account=aws_account, kind=kind, source=FACET, object_id__in=object_ids)
    keys = facets.values_list(Subquery(newest), flat=True)
    found = Revision.objects.filter(pk__in=[key for key in keys if key]).select_related("facet", "run", "step")
    return {revision.facet.object_id: revision for revision in found}


def state(row: MirroredRow, at: datetime) -> Revision | None:
    """None: it had not been seen by then."""
    return states(row.aws_account, row.kind, [row.aws_id], at).get(row.aws_id)


# ---- What tied them together ---------------------------------------------------------------------------------


def members_of(group: IamGroup, at: datetime) -> QuerySet[Membership]:
    return _then(Membership.objects.filter(group=group), at).select_related("user").order_by("user__name_key")


def groups_of(user: IamUser, at: datetime) -> QuerySet[Membership]:
    return _then(Membership.objects.filter(user=user), at).select_related("group").order_by("group__name_key")


def holders_of(policy: ManagedPolicy, at: datetime) -> QuerySet[Attachment]:
    """Who had the policy attached."""
    return (
        _then(Attachment.objects.filter(policy=policy), at)
        .select_related("user", "group", "role")
        .order_by("user__name_key", "group__name_key", "role__name_key")
    )


def attachments_of(owner: MirroredRow, at: datetime) -> QuerySet[Attachment]:
    word = owner.kind.removeprefix("iam.")
    return _then(Attachment.objects.filter(**{word: owner}), at).select_related("policy").order_by("name")
