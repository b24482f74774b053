"""What hangs on users, groups and roles: memberships, attachments, inline policies, each with its history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, Q

from identities.models import Attachment, IamGroup, IamUser, InlinePolicy, Membership, Principal
from policies.models import ManagedPolicy
from sync.mirror import Content, Place
from sync.mirror.rows import make, reconcile, slot
from sync.models import Facet, MirroredRow

Owners = Mapping[str, Principal]  # by AWS id


def save_inline(
    place: Place, owner: str, owners: Owners, contents: Mapping[str, Content], held: Mapping[str, int], at: datetime
) -> None:
    """`owner` is the field: user, group or role. `held`: the pk of each document by the hash of its text."""
    wanted: dict[str, MirroredRow] = {
        slot(aws_id, name): make(
            InlinePolicy, place, at, name=name, document_id=held[document["text"]], **_hangs_on(owner, owners[aws_id])
        )
        for aws_id, content in contents.items()
        for name, document in content["inline"].items()
    }
    reconcile(_of(InlinePolicy, owner, owners), wanted, at)


def tie_attachments(
    place: Place, owner: str, owners: Owners, contents: Mapping[str, Content], at: datetime
) -> set[str]:
    """Returns who has a policy attached that the mirror doesn't have. The attachment is there nevertheless."""
    arns = {arn for content in contents.values() for arn in content["attached"]}
    policies = _newest("arn", place.of(ManagedPolicy.objects.live().filter(arn__in=arns)))
    wanted: dict[str, MirroredRow] = {
        slot(aws_id, arn): make(
            Attachment,
            place,
            at,
            name=arn.rpartition("/")[2],
            arn=arn,
            policy=policies.get(arn),
            **_hangs_on(owner, owners[aws_id]),
        )
        for aws_id, content in contents.items()
        for arn in content["attached"]
    }
    reconcile(_of(Attachment, owner, owners), wanted, at, other_end="policy")
    return {aws_id for aws_id, content in contents.items() if not policies.keys() >= set(content["attached"])}


def tie_memberships(
    place: Place, users: Owners, contents: Mapping[str, Content], at: datetime, *, final: bool
) -> set[str]:
    """Returns who is in a group that the mirror doesn't have; until `final`, they keep what memberships they have."""
    names = {name.casefold() for content in contents.values() for name in content["groups"]}
    groups = _newest("name_key", place.of(IamGroup.objects.live().filter(name_key__in=names)))
    wanted: dict[str, MirroredRow] = {}
    lost: set[str] = set()
    for aws_id, content in contents.items():
        for name in content["groups"]:
            group = groups.get(name.casefold())
            if group is None:
                lost.add(aws_id)
                continue
            row = make(Membership, place, at, name=group.name, arn=group.arn, user=users[aws_id], group=group)
            wanted[slot(aws_id, group.aws_id)] = row
    waiting = set() if final else {users[aws_id].pk for aws_id in lost}
    reconcile(_of(Membership, "user", users), wanted, at, keeps=lambda row: row.user_id in waiting)  # type: ignore[attr-defined]
    return lost


def loose_attachments(place: Place, owner: str) -> set[str]:
    """The owners of attachments to a policy that is gone."""
    stale = Attachment.objects.live().filter(policy__gone_at__isnull=False, **{f"{owner}__isnull": False})
    return set(place.of(stale).values_list(f"{owner}__aws_id", flat=True))


def loose_memberships(place: Place) -> set[str]:
    """The users in a group that is gone, or called otherwise now."""
    stale = Membership.objects.live().filter(Q(group__gone_at__isnull=False) | ~Q(group__name_key=F("name_key")))
    return set(place.of(stale).values_list("user__aws_id", flat=True))


def loosen_members(place: Place, group_ids: Sequence[str]) -> None:
    """Their members are looked into again at the end of the pull: a group by the same name may have taken over."""
    members = place.of(Membership.objects.live().filter(group__aws_id__in=group_ids)).values("user__aws_id")
    Facet.objects.filter(
        aws_account=place.aws_account, region=place.region, kind=IamUser.kind, object_id__in=members
    ).update(loose_ends=True)


def remove_all(owner: str, owners: Iterable[Any], at: datetime) -> None:
    """Tombstones everything that hangs on these rows."""
    for model in (InlinePolicy, Attachment):
        model.objects.live().filter(**{f"{owner}__in": owners}).update(gone_at=at)
    if owner in ("user", "group"):
        Membership.objects.live().filter(**{f"{owner}__in": owners}).update(gone_at=at)


def owners_of(place: Place, model: type[Principal], aws_ids: Iterable[str]) -> Owners:
    return {row.aws_id: row for row in place.of(model.objects.filter(aws_id__in=list(aws_ids)))}


def _hangs_on(owner: str, row: Principal) -> dict[str, Any]:
    return {owner: row}


def _of(model: Any, owner: str, owners: Owners) -> Any:
    return model.objects.filter(**{f"{owner}__in": list(owners.values())})


def _newest(key: str, rows: Iterable[Any]) -> dict[str, Any]:
    """By `key`; where two live rows have it (one was made anew and the sweep is still to come), the newer one."""
    return {getattr(row, key): row for row in sorted(rows, key=lambda row: row.pk)}
