"""What is pulled of Identity Center, from the AWS account that holds an instance and from its delegate.

The quota of the APIs is shared by all who call them for an instance: sets are read hourly, assignments daily.
People: people/source.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from accounts.models import AwsAccount
from directory import mirrors, reads
from directory.models import AccountAssignment, DirectoryGroup, DirectoryMembership, Instance, PermissionSet
from directory.permissions import NOBODYS_ID, NOBODYS_INSTANCE, PULL_SETS, SSO, STORE, of_instance, of_store
from iamconsole.web.once import once_a_page
from sync import clock, mirror
from sync.aws.errors import AccessDeniedError, NotFound
from sync.mirror import AccountRegion, Item, Reader, Source, SourcePage
from sync.mirror.per_object_source import OneByOne
from sync.object_ref import ObjectRef

INSTANCE, SETS, ASSIGNMENTS = "sso.instance", "sso.permission_sets", "sso.assignments"
GROUPS, MEMBERSHIPS, PEOPLE = "identitystore.groups", "identitystore.memberships", "identitystore.people"

_SETS_PER_PAGE = 3  # nine calls each: a page takes seconds at the pace of the client
_PAIRS_PER_PAGE = 10
_PER_CALL = 100
_HOURLY, _SLOWLY, _DAILY = timedelta(hours=1), timedelta(hours=6), timedelta(days=1)
MIRRORS = (
    mirrors.InstanceMirror(),
    mirrors.PermissionSetMirror(),
    mirrors.AssignmentMirror(),
    mirrors.GroupMirror(),
    mirrors.MembershipMirror(),
)


class InstanceSource(Source):
    """None is an answer: then the AWS account is not in an organization with Identity Center."""

    name = INSTANCE
    title = "Identity Center"
    facet = "details"
    kinds = (Instance.kind,)
    every = _SLOWLY

    def pages(self, client: Reader, marker: str | None, place: AccountRegion) -> Iterator[SourcePage]:
        requested_at = clock.now()
        yield SourcePage({Instance.kind: reads.instances(client, place.aws_account.account_id)}, None, requested_at)


@once_a_page
def administered(aws_account: AwsAccount) -> list[Instance]:
    """The instances with permission sets that the AWS account may administer: one at most, as of today."""
    found = Instance.objects.live().filter(aws_account=aws_account, administers=True, has_permission_sets=True)
    return list(found.order_by("pk"))


class OfInstances(Source):
    """What is in the instances that the AWS account administers."""

    facet = "details"
    after: tuple[str, ...] = (INSTANCE,)

    def serves(self, aws_account: AwsAccount) -> bool:
        return super().serves(aws_account) and bool(administered(aws_account))


class PermissionSetSource(OfInstances):
    """A listing of ARNs, of which each is read. One that AWS denies is *not read*, and the log names it."""

    name = SETS
    title = "Permission sets"
    kinds = (PermissionSet.kind,)
    every = _HOURLY
    permissions = (of_instance("ListPermissionSets", PULL_SETS, InstanceArn=NOBODYS_INSTANCE, MaxResults=1),)

    def pages(self, client: Reader, marker: str | None, place: AccountRegion) -> Iterator[SourcePage]:
        """The marker: how many instances are done, and AWS's token in the next."""
        done, token = json.loads(marker) if marker else (0, None)
        due = administered(place.aws_account)
        for number in range(done, len(due)):
            instance = due[number]
            there = client.at(instance.primary_region)
            asked = {"InstanceArn": instance.arn, "MaxResults": _SETS_PER_PAGE}
            for page in there.pages(SSO, "ListPermissionSets", marker=token, **asked):
                answers = OneByOne(partial(mirror.mirror_of(PermissionSet.kind).read_one, client))
                for arn in page.items.get("PermissionSets", ()):
                    answers.ask(arn.rpartition("/")[2], ObjectRef(PermissionSet.kind, "", "", arn))
                if token is None:
                    answers.raise_if_all_denied()
                token = page.marker
                further = json.dumps([number, token]) if token else _next(number + 1, len(due))
                yield _page_of(PermissionSet.kind, answers, further, page.requested_at)
        if done >= len(due):
            yield SourcePage({}, None, clock.now())


def _next(number: int, count: int) -> str | None:
    return json.dumps([number, None]) if number < count else None


def _page_of(kind: str, answers: OneByOne, marker: str | None, requested_at: datetime) -> SourcePage:
    why = answers.denied | answers.unsupported
    remarks = [f"Not read: {named}. {reason}" for named, reason in why.items()]
    denied, unsupported = {kind: answers.denied}, {kind: answers.unsupported}
    return SourcePage({kind: answers.items}, marker, requested_at, denied, unsupported, remarks)


@dataclass
class _Pairs:
    """What AWS says of some pairs of a permission set and an AWS account."""

    items: list[Item] = field(default_factory=list)
    denied: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    answered: int = 0
    first_denial: AccessDeniedError | None = None


class AssignmentSource(OfInstances):
    """One call for each permission set in each AWS account where it is provisioned.

    Of a pair that AWS denies, what was held stays, and the log names it. When all of the first page are, the run fails.
    """

    name = ASSIGNMENTS
    title = "Assignments of permission sets"
    kinds = (AccountAssignment.kind,)
    every = _DAILY
    after = (INSTANCE, SETS)

    def expected(self, client: Reader, place: AccountRegion) -> int | None:
        return place.of(AccountAssignment.objects.live()).count() or None

    def pages(self, client: Reader, marker: str | None, place: AccountRegion) -> Iterator[SourcePage]:
        """The marker is the last pair that was read: "ps-…/123456789012"."""
        sets = {row.aws_id: row for row in place.of(PermissionSet.objects.live()).order_by("aws_id")}
        pairs = sorted((set_id, account_id) for set_id, row in sets.items() for account_id in row.accounts)
        due = [pair for pair in pairs if "/".join(pair) > (marker or "")]
        for begin in range(0, max(len(due), 1), _PAIRS_PER_PAGE):
            requested_at, found = clock.now(), _Pairs()
            some = due[begin : begin + _PAIRS_PER_PAGE]
            for set_id, account_id in some:
                _ask(client, place, sets[set_id], account_id, found)
            if marker is None and begin == 0 and found.first_denial and not found.answered:
                raise found.first_denial
            following = "/".join(some[-1]) if begin + _PAIRS_PER_PAGE < len(due) else None
            kind = AccountAssignment.kind
            yield SourcePage({kind: found.items}, following, requested_at, {kind: found.denied}, {}, found.remarks)


def _ask(client: Reader, place: AccountRegion, row: PermissionSet, account_id: str, found: _Pairs) -> None:
    try:
        answer = reads.assignments(client, row.arn, account_id)
    except NotFound:  # deleted, or withdrawn there, a moment ago
        return
    except AccessDeniedError as error:
        held = place.of(AccountAssignment.objects.live()).filter(set_id=row.aws_id, target_id=account_id)
        found.denied |= dict.fromkeys(held.values_list("aws_id", flat=True), error.sentence())
        found.remarks.append(f"Not read: {row.name} in {account_id}. {error.sentence()}")
        found.first_denial = found.first_denial or error
    else:
        found.answered += 1
        found.items += [{**item, "SetName": row.name} for item in answer]


class GroupSource(OfInstances):
    name = GROUPS
    title = "Groups of Identity Center"
    kinds = (DirectoryGroup.kind,)
    every = _HOURLY
    permissions = (of_store("ListGroups", MaxResults=1),)

    def pages(self, client: Reader, marker: str | None, place: AccountRegion) -> Iterator[SourcePage]:
        done, token = json.loads(marker) if marker else (0, None)
        due = administered(place.aws_account)
        for number in range(done, len(due)):
            there, store_id = client.at(due[number].primary_region), due[number].store_id
            for page in there.pages(STORE, "ListGroups", marker=token, IdentityStoreId=store_id, MaxResults=_PER_CALL):
                token = page.marker
                further = json.dumps([number, token]) if token else _next(number + 1, len(due))
                yield SourcePage({DirectoryGroup.kind: page.items.get("Groups", ())}, further, page.requested_at)
        if done >= len(due):
            yield SourcePage({}, None, clock.now())


class MembershipSource(OfInstances):
    """Each group’s own listing."""

    name = MEMBERSHIPS
    title = "Memberships of Identity Center"
    kinds = (DirectoryMembership.kind,)
    every = _HOURLY
    after = (INSTANCE, GROUPS)
    permissions = (of_store("ListGroupMemberships", GroupId=NOBODYS_ID, MaxResults=1),)

    def pages(self, client: Reader, marker: str | None, place: AccountRegion) -> Iterator[SourcePage]:
        """The marker: the group, and AWS's token in it."""
        first, token = json.loads(marker) if marker else ("", None)
        groups = place.of(DirectoryGroup.objects.live()).filter(aws_id__gte=first).order_by("aws_id")
        due = list(groups)
        for number, group in enumerate(due):
            following = json.dumps([due[number + 1].aws_id, None]) if number + 1 < len(due) else None
            yield from self._of_group(client, group, token if group.aws_id == first else None, following)
        if not due:
            yield SourcePage({}, None, clock.now())

    def _of_group(
        self, client: Reader, group: DirectoryGroup, token: str | None, following: str | None
    ) -> Iterator[SourcePage]:
        store_id = reads.store_id_of(group.arn)
        there = client.at(reads.region_of_store(store_id))
        asked: Mapping[str, str | int] = {
            "IdentityStoreId": store_id,
            "GroupId": group.aws_id,
            "MaxResults": _PER_CALL,
        }
        try:
            for page in there.pages(STORE, "ListGroupMemberships", marker=token, **asked):
                further = json.dumps([group.aws_id, page.marker]) if page.marker else following
                items = page.items.get("GroupMemberships", ())
                yield SourcePage({DirectoryMembership.kind: items}, further, page.requested_at)
        except NotFound:  # deleted a moment ago
            yield SourcePage({}, following, clock.now())


SOURCES: tuple[Source, ...] = (
    InstanceSource(),
    PermissionSetSource(),
    AssignmentSource(),
    GroupSource(),
    MembershipSource(),
)
