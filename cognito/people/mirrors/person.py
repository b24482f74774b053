"""One person in the mirror, for changes and for a single look. Never by AdminGetUser: that bills her for the month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from accounts.access import pools_of
from accounts.models import AwsAccount, Operator
from accounts.roles import SEE_PEOPLE
from cognito.models import CognitoGroup, CognitoMembership, CognitoUser, UserPool
from cognito.people.display_names import full_title_of, title_of
from cognito.people.mirrors import members, rows
from cognito.people.person_record import SUB, allowed_by, people_in, people_settings_of
from cognito.permissions import IDP, NOBODYS_POOL, PULL_PEOPLE, SHOW_PERSON, pool_id_of
from sync.aws.errors import AwsError, NotFound
from sync.aws.permission import NOBODY, of_people, reread
from sync.mirror import AccountRegion, Item, Mirror, Named, ParsedItem, Reader, RereadObject
from sync.object_ref import ObjectRef


class PersonMirror(Mirror):
    kind = CognitoUser.kind
    permissions = of_people(*reread("cognito-idp:ListUsers", PULL_PEOPLE, UserPoolId=NOBODYS_POOL))
    model = CognitoUser
    keeps_history = False
    keeps_own_books = True

    def object_id(self, item: Item) -> str:
        return next(str(each["Value"]) for each in item["Attributes"] if each["Name"] == SUB)

    def see(self, item: Item) -> ParsedItem:
        """Without content: no revision is made of a person."""
        return ParsedItem(self.object_id(item), item["Username"], "", {})

    def save(self, place: AccountRegion, batch: Sequence[ParsedItem], at: datetime) -> None:
        """Nothing to do: `keep` is the way."""

    def remove(self, place: AccountRegion, object_ids: Sequence[str], at: datetime) -> None:
        place.of(CognitoUser.objects.filter(aws_id__in=object_ids)).live().update(gone_at=at)

    def names_of(self, operator: Operator, aws_account: AwsAccount, ids: Sequence[str]) -> Named:
        """With what tells her from others of that name. Of who is gone too, until she is erased."""
        rows = CognitoUser.objects.filter(aws_account=aws_account, aws_id__in=ids, erased_at__isnull=True)
        granted = pools_of(operator, SEE_PEOPLE, aws_account)
        seen = rows if granted is None else rows.filter(pool__aws_id__in=granted)
        return {row.aws_id: full_title_of(row) for row in seen if title_of(row) != row.aws_id}

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        """By her `sub`, or by her username where that isn't known yet. `ref.arn` is the pool's.

        Where the username isn't known either, `former_name` is what tells her: "email=jane@example.org".
        """
        described = ref.former_name or f"username={ref.name}"
        attribute, _, value = (f"{SUB}={ref.object_id}" if ref.object_id else described).partition("=")
        return find_one(client, pool_id_of(ref.arn), attribute, value)

    def keep(self, place: AccountRegion, reread: Sequence[RereadObject], *, ours: bool) -> int:
        gone = [each for each in reread if each.item is None]
        changed = sum(rows.bury(place, each.ref.object_id, each.requested_at, ours=ours) for each in gone)
        of_pools: defaultdict[str, list[RereadObject]] = defaultdict(list)
        for each in reread:
            if each.item is not None:
                of_pools[each.ref.arn].append(each)
        for arn, there in of_pools.items():
            pool = place.of(UserPool.objects.filter(aws_id=pool_id_of(arn))).select_related("aws_account").get()
            people = people_in(
                [each.item for each in there if each.item is not None], allowed_by(people_settings_of(pool))
            )
            counts = rows.keep(pool, people, min(each.requested_at for each in there), run=None, ours=ours)
            changed += counts.new + counts.changed
        return changed


def find_one(client: Reader, pool_id: str, attribute: str, value: str) -> Item | None:
    """The first person whose attribute has exactly this value, which AWS must be able to look for. Bills nobody.

    Raises AwsError.
    """
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    asked = {"UserPoolId": pool_id, "Filter": f'{attribute} = "{escaped}"', "Limit": 1}
    try:
        users: list[Item] = client.call(IDP, "ListUsers", **asked).get("Users") or []
    except NotFound:
        return None
    except AwsError as error:
        error.hide([value] if attribute != SUB else [])
        raise
    return users[0] if users else None


PERSON = PersonMirror()


# ---- The groups of one person: read again after a change put her into one or took her out --------------------------
class GroupsOfPerson(Mirror):
    kind = CognitoUser.kind
    source = "groups"
    permissions = of_people(
        *reread("cognito-idp:AdminListGroupsForUser", SHOW_PERSON, UserPoolId=NOBODYS_POOL, Username=NOBODY)
    )
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
            found = names_of_groups(client, pool_id_of(ref.arn), ref.name)
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
    """Of all that AWS says she is in. Bills nobody. Raises AwsError."""
    pages = client.pages(IDP, "AdminListGroupsForUser", UserPoolId=pool_id, Username=known_as)
    return [str(group["GroupName"]) for page in pages for group in page.items.get("Groups") or ()]


GROUPS_OF_PERSON = GroupsOfPerson()
