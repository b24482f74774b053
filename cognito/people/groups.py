"""The groups of one person: read again after a change put her into one or took her out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cognito.models import CognitoGroup, CognitoMembership, CognitoUser
from cognito.people import members
from cognito.permissions import NOBODYS_POOL, SHOW_PERSON
from cognito.pools.mirrors.pool import IDP
from cognito.settings_mirror import pool_of
from sync.aws.errors import NotFound
from sync.aws.permission import NOBODY, reread
from sync.mirror import AccountRegion, Item, Mirror, ParsedItem, Reader, RereadObject
from sync.object_ref import ObjectRef


class GroupsOfPerson(Mirror):
    kind = CognitoUser.kind
    source = "groups"
    permissions = reread("cognito-idp:AdminListGroupsForUser", SHOW_PERSON, UserPoolId=NOBODYS_POOL, Username=NOBODY)
    title = "Groups"
    model = CognitoUser
    keeps_history = False
    keeps_own_books = True

    def object_id(self, item: Item) -> str:
        return str(item["sub"])

    def see(self, item: Item) -> ParsedItem:
        """Without content: no revision is made of a person."""
        return ParsedItem(self.object_id(item), "", "", {})

    def save(self, place: AccountRegion, batch: Sequence[ParsedItem], at: datetime) -> None:
        """Nothing to do: `keep` is the way."""

    def remove(self, place: AccountRegion, object_ids: Sequence[str], at: datetime) -> None:
        """Nothing to do: memberships end with the person."""

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        """`ref.name`: what AWS knows her by."""
        try:
            found = names_of_groups(client, pool_of(ref.arn), ref.name)
        except NotFound:
            return None
        return {"sub": ref.object_id, "groups": found}

    def keep(self, place: AccountRegion, reread: Sequence[RereadObject], *, ours: bool) -> int:
        """By the group: of each, who is in it and wasn't, and who isn't any longer. Who is gone keeps none."""
        arns = {each.ref.arn for each in reread}
        groups = {
            (group.arn, group.name): group for group in place.of(CognitoGroup.objects.live()).filter(arn__in=arns)
        }
        there = {
            (each.ref.object_id, group.pk): group
            for each in reread
            for name in (each.item["groups"] if each.item else ())
            if (group := groups.get((each.ref.arn, name)))
        }
        held = CognitoMembership.objects.filter(
            user__aws_account=place.aws_account,
            user__aws_id__in=[each.ref.object_id for each in reread],
            group__in=[group.pk for group in groups.values()],
            gone_at__isnull=True,
        )
        before = set(held.values_list("user__aws_id", "group"))
        at = min(each.requested_at for each in reread)
        for group in groups.values():
            if joined := [sub for sub, pk in there.keys() - before if pk == group.pk]:
                members.keep(group, joined, at, run=None, ours=ours)
            if left := [sub for sub, pk in before - there.keys() if pk == group.pk]:
                members.leave(group, left)
        return len(there.keys() ^ before)


def names_of_groups(client: Reader, pool_id: str, known_as: str) -> list[str]:
    """Of all that AWS says she is in. Bills nobody. Raises what the door raises."""
    pages = client.pages(IDP, "AdminListGroupsForUser", UserPoolId=pool_id, Username=known_as)
    return [str(group["GroupName"]) for page in pages for group in page.items.get("Groups") or ()]


GROUPS_OF_PERSON = GroupsOfPerson()
