"""The groups of one person: read again after a change put her into one or took her out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cognito.mirrors.base import pool_of
from cognito.mirrors.pools import IDP
from cognito.models import CognitoGroup, CognitoMembership, CognitoUser
from cognito.people import members
from sync.aws.errors import NotFound
from sync.mirror import Item, Mirror, ObjectRef, Place, Reader, Seen


class GroupsOfPerson(Mirror):
    kind = CognitoUser.kind
    source = "groups"
    title = "Groups"
    model = CognitoUser
    keeps_history = False
    keeps_own_books = True

    def object_id(self, item: Item) -> str:
        return str(item["sub"])

    def see(self, item: Item) -> Seen:
        """Without content: no revision is made of a person."""
        return Seen(self.object_id(item), "", "", {})

    def save(self, place: Place, batch: Sequence[Seen], at: datetime) -> None:
        """Nothing to do: `keep` is the way."""

    def remove(self, place: Place, object_ids: Sequence[str], at: datetime) -> None:
        """Nothing to do: memberships end with the person."""

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        """`ref.name`: what AWS knows her by."""
        try:
            found = names_of_groups(client, pool_of(ref.arn), ref.name)
        except NotFound:
            return None
        return {"sub": ref.object_id, "groups": found}

    def keep(self, place: Place, ref: ObjectRef, item: Item | None, requested_at: datetime, *, ours: bool) -> int:
        """Who is gone keeps none."""
        names = set(item["groups"]) if item else set()
        mirrored = place.of(CognitoGroup.objects.live()).filter(pool__aws_id=pool_of(ref.arn))
        held = CognitoMembership.objects.filter(
            user__aws_account=place.aws_account, user__aws_id=ref.object_id, gone_at__isnull=True
        )
        before = set(held.values_list("group", flat=True))
        now = {group.pk: group for group in mirrored if group.name in names}
        for pk in now.keys() - before:
            members.keep(now[pk], [ref.object_id], requested_at, run=None, ours=ours)
        left = [group for group in mirrored if group.pk in before - now.keys()]
        for group in left:
            members.leave(group, [ref.object_id])
        return len(now.keys() - before) + len(left)


def names_of_groups(client: Reader, pool_id: str, known_as: str) -> list[str]:
    """Of all that AWS says she is in. Bills nobody. Raises what the door raises."""
    pages = client.pages(IDP, "AdminListGroupsForUser", UserPoolId=pool_id, Username=known_as)
    return [str(group["GroupName"]) for page in pages for group in page.items.get("Groups") or ()]


GROUPS_OF_PERSON = GroupsOfPerson()
