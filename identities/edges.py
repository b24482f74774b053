"""What depends on users, groups and roles: memberships, attachments, inline policies, each with its history."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from aws_constraints.arn import name_of
from identities.models import (
    Attachment,
    IamGroup,
    IamRole,
    IamUser,
    InlinePolicy,
    Membership,
    Principal,
    TrustedPrincipal,
)
from identities.trust import account_of, unique_ids
from policies.models import ManagedPolicy
from sync.mirror import AccountRegion, Content, bulk
from sync.mirror.base import DETAILS
from sync.mirror.bulk import Columns
from sync.mirror.rows import columns, existing_of, project, slot
from sync.models import Facet, MirroredRow

Owners = Mapping[str, int]  # pks by AWS id


def save_inline(
    place: AccountRegion,
    owner: str,
    owners: Owners,
    contents: Mapping[str, Content],
    held: Mapping[str, int],
    at: datetime,
) -> None:
    """`owner` is the field: user, group or role. `held`: the pk of each document by the hash of its text."""
    depends_on = f"{owner}_id"
    wanted: dict[str, Columns] = {
        slot(aws_id, name): columns(place, at, name=name, document_id=held[document["text"]])
        | {depends_on: owners[aws_id]}
        for aws_id, content in contents.items()
        for name, document in content["inline"].items()
    }
    project(InlinePolicy, existing_of(InlinePolicy, depends_on, owners.values()), wanted, at)


def tie_attachments(
    place: AccountRegion, owner: str, owners: Owners, contents: Mapping[str, Content], at: datetime
) -> None:
    """An attachment is there also when its policy is not (yet); see `find_policies`."""
    depends_on = f"{owner}_id"
    arns = {arn for content in contents.values() for arn in content["attached"]}
    policies = _policies(place, arns)
    wanted: dict[str, Columns] = {
        slot(aws_id, arn): columns(place, at, name=name_of(arn), arn=arn, policy_id=policies.get(arn))
        | {depends_on: owners[aws_id]}
        for aws_id, content in contents.items()
        for arn in content["attached"]
    }
    existing = existing_of(Attachment, depends_on, owners.values())
    project(Attachment, existing, wanted, at, other_end="policy_id")


def find_policies(place: AccountRegion, owner: str, most: int) -> int:
    """Completes attachments, at most so many, whose policy came after them. Returns how many."""
    policies = ManagedPolicy.objects.live().filter(
        aws_account=place.aws_account, region=place.region, arn=OuterRef("arn")
    )
    lone = place.of(Attachment.objects.live().filter(policy__isnull=True, **{f"{owner}__isnull": False}))
    arns = dict(lone.filter(Exists(policies)).values_list("pk", "arn")[:most])
    found = _policies(place, arns.values())
    bulk.update(Attachment, [{"id": pk, "policy_id": found[arn]} for pk, arn in arns.items() if arn in found])
    return len(arns)


def tie_memberships(
    place: AccountRegion, users: Owners, contents: Mapping[str, Content], at: datetime, *, final: bool
) -> set[str]:
    """Returns who is in a group that the mirror doesn't have; until `final`, they keep what memberships they have."""
    names = {name.casefold() for content in contents.values() for name in content["groups"]}
    found = _live(place, IamGroup, ["name_key", "aws_id", "name", "arn"], "name_key", names)
    groups = {group["name_key"]: group for group in found}
    wanted: dict[str, Columns] = {}
    lost: set[str] = set()
    for aws_id, content in contents.items():
        for name in content["groups"]:
            if (group := groups.get(name.casefold())) is None:
                lost.add(aws_id)
                continue
            ends = {"user_id": users[aws_id], "group_id": group["id"]}
            wanted[slot(aws_id, group["aws_id"])] = columns(place, at, name=group["name"], arn=group["arn"], **ends)
    waiting = set() if final else {users[aws_id] for aws_id in lost}
    existing = existing_of(Membership, "user_id", users.values())
    changed = project(Membership, existing, wanted, at, keeps=lambda row: row["user_id"] in waiting)
    count_members({row["group_id"] for row in changed})
    return lost


def count_members(groups: Collection[int]) -> None:
    """Writes how many members these groups have now."""
    if not groups:
        return
    # Locked first: of two who write memberships at once the second must count what the first one wrote.
    list(IamGroup.objects.select_for_update().filter(pk__in=groups).order_by("aws_id").values_list("pk"))
    members = Membership.objects.live().filter(group__in=groups).order_by().values("group")
    counted = dict(members.annotate(number=Count("pk")).values_list("group", "number"))
    bulk.update(IamGroup, [{"id": group, "member_count": counted.get(group, 0)} for group in groups])


def loose_attachments(place: AccountRegion, owner: str) -> set[str]:
    """The owners of attachments to a policy that is gone."""
    stale = Attachment.objects.live().filter(policy__gone_at__isnull=False, **{f"{owner}__isnull": False})
    return set(place.of(stale).values_list(f"{owner}__aws_id", flat=True))


def loose_memberships(place: AccountRegion) -> set[str]:
    """The users in a group that is gone, or called otherwise now."""
    stale = Membership.objects.live().filter(Q(group__gone_at__isnull=False) | ~Q(group__name_key=F("name_key")))
    return set(place.of(stale).values_list("user__aws_id", flat=True))


def loosen_members(place: AccountRegion, group_ids: Sequence[str]) -> None:
    """Their members are looked into again at the end of the pull: a group by the same name may have taken over."""
    members = place.of(Membership.objects.live().filter(group__aws_id__in=group_ids)).values("user__aws_id")
    of_members = Facet.objects.filter(
        aws_account=place.aws_account, region=place.region, kind=IamUser.kind, source=DETAILS, object_id__in=members
    )
    locked = of_members.select_for_update().order_by("object_id").values_list("pk", flat=True)
    Facet.objects.filter(pk__in=list(locked)).update(loose_ends=True)


def remove_all(owner: str, owners: Iterable[Any], at: datetime) -> None:
    """Tombstones everything that depends on these rows."""
    for model in (InlinePolicy, Attachment):
        model.objects.live().filter(**{f"{owner}__in": owners}).update(gone_at=at)
    if owner in ("user", "group"):
        members = Membership.objects.filter(**{f"{owner}__in": owners})
        members.live().update(gone_at=at)
        count_members(set(members.values_list("group", flat=True)))


def owners_of(place: AccountRegion, model: type[Principal], aws_ids: Iterable[str]) -> Owners:
    here: Columns = {"aws_account_id": place.aws_account.pk, "region": place.region}
    return {row["aws_id"]: row["id"] for row in bulk.select(model, ["aws_id", "id"], "aws_id", aws_ids, here)}


def _policies(place: AccountRegion, arns: Iterable[str]) -> dict[str, int]:
    return {policy["arn"]: policy["id"] for policy in _live(place, ManagedPolicy, ["arn"], "arn", set(arns))}


def _live(
    place: AccountRegion, model: type[MirroredRow], names: list[str], column: str, among: Iterable[str]
) -> list[Columns]:
    """Of two by one name, where one was made anew and the sweep is still to come, the newer one is the last."""
    here: Columns = {"aws_account_id": place.aws_account.pk, "region": place.region, "gone_at": None}
    return sorted(bulk.select(model, ["id", *names], column, among, here), key=lambda row: row["id"])


# ---- A row for each principal that a role trusts: the other side of `IamRole.trusted` ------------------------
def keep_trusted(roles: QuerySet[IamRole]) -> None:
    """Brings their rows in line with what was written of them just now; in the caller's transaction."""
    written = roles.values_list("pk", "arn", "trusted")
    wanted = {_key_of_trusted(row): row for pk, arn, trusted in written for row in _rows_of_trusted(pk, arn, trusted)}
    kept = TrustedPrincipal.objects.filter(role__in=roles.values("pk"))
    found = kept.values_list("pk", "role_id", "type", "value")
    present = {(role, type_, value): pk for pk, role, type_, value in found}
    if ended := [pk for key, pk in present.items() if key not in wanted]:
        TrustedPrincipal.objects.filter(pk__in=ended).delete()
    bulk.insert(TrustedPrincipal, [row for key, row in wanted.items() if key not in present])


def _rows_of_trusted(role: int, arn: str, trusted: Sequence[dict[str, str]]) -> Iterator[Columns]:
    own = account_of(arn)
    for principal in trusted:
        named = account_of(principal["value"]) if principal["type"] == "AWS" else ""
        yield {
            "role_id": role,
            "type": principal["type"][:20],
            "value": principal["value"],
            "outside_account": named if named != own else "",
            "is_unique_id": bool(unique_ids([principal])),
        }


def _key_of_trusted(row: Columns) -> tuple[int, str, str]:
    return row["role_id"], row["type"], row["value"]
