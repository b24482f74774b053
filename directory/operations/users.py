"""Making and deleting users of Identity Center. Who they are is encrypted in the plan, and kept nowhere else.

The API has no operation that disables a user: AWS's own pages do, and directories by SCIM. Identity Store API
Reference, "CreateUser" and "DeleteUser".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.crypto import salted_hmac

from accounts.models import AwsAccount
from directory import reads
from directory.access_facts import changed_ways, group_ids_of, person_arn, ways_of
from directory.models import DirectoryMembership, DirectoryUser
from directory.operations.base import assignments_left
from directory.operations.store_base import (
    CHANGE_USERS,
    StoreOperation,
    StoreParams,
    check_id,
    directory_of,
    looking,
    user_row,
)
from directory.permissions import NOBODYS_ID
from iamconsole.web.words import counted
from sync.aws.client import AwsClient
from sync.aws.errors import NotFound
from sync.aws.permission import Permission, of_people
from sync.calls import PersonalParameter, concealed, revealed
from sync.checks import PlanFinding
from sync.object_ref import ObjectRef
from sync.operation_mixins import AboutPeople
from sync.operations import (
    AccessChange,
    BadParams,
    Call,
    DeletesObject,
    MakesObject,
    PreviousAttempt,
    Refusal,
    Risk,
    StepResult,
    StepSpec,
    Undo,
    Value,
)
from sync.plan_draft import Draft
from sync.sealed import NotKept

USER_NAME, DISPLAY_NAME, GIVEN, FAMILY, EMAIL = "user name", "display name", "given name", "family name", "e-mail"
NAMES = (USER_NAME, DISPLAY_NAME, GIVEN, FAMILY, EMAIL)
_DIGITS = 32  # of the key: nobody without the console's own can tell the name
_MADE = "somebody new"
_BY_NAME = {"AlternateIdentifier": {"UniqueAttribute": {"AttributePath": "userName", "AttributeValue": "nobody"}}}


@dataclass(frozen=True)
class CreateDirectoryUserParams(StoreParams):
    """`said`: by NAMES, each encrypted. `key` tells them from others."""

    key: str
    said: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        if set(self.said) - set(NAMES) or not {USER_NAME, DISPLAY_NAME, GIVEN, FAMILY} <= set(self.said):
            raise BadParams("A user has a user name, a display name, a given name and a family name.")

    def opened(self, name: str) -> str:
        """Raises NotKept."""
        return revealed(self.said[name]).open()


class CreateDirectoryUser(
    StoreOperation[CreateDirectoryUserParams],
    MakesObject[CreateDirectoryUserParams],
    AboutPeople[CreateDirectoryUserParams],
):
    """The part is {"there": the id of who has that user name, or ""}."""

    kind = "identitystore.user.create"
    aws_operation = "CreateUser"
    risk = Risk.LOW
    needed_for = CHANGE_USERS
    params_type = CreateDirectoryUserParams

    @property
    def permissions(self) -> Sequence[Permission]:
        return of_people(
            self.writing(),
            looking("GetUserId", CHANGE_USERS, **_BY_NAME),
            looking("DescribeUser", CHANGE_USERS, UserId=NOBODYS_ID),
        )

    def title(self, p: CreateDirectoryUserParams) -> str:
        return "Make somebody new a user of Identity Center"

    def note(self, p: CreateDirectoryUserParams) -> str:
        return "They get in nowhere yet, and no message is sent. Its reverse deletes them."

    def whom(self, p: CreateDirectoryUserParams) -> str:
        try:
            return p.opened(DISPLAY_NAME)
        except NotKept:
            return ""

    def personal(self, p: CreateDirectoryUserParams) -> Mapping[str, str]:
        try:
            return {name: p.opened(name) for name in NAMES if name in p.said}
        except NotKept:
            return {}

    def calls(self, p: CreateDirectoryUserParams) -> list[Call]:
        said = {name: PersonalParameter(value) for name, value in p.said.items()}
        emails = [{"Value": said[EMAIL], "Type": "work", "Primary": True}] if EMAIL in said else []
        return self.call(
            p,
            (),
            UserName=said[USER_NAME],
            DisplayName=said[DISPLAY_NAME],
            Name={"GivenName": said[GIVEN], "FamilyName": said[FAMILY]},
            **({"Emails": emails} if emails else {}),
        )

    def makes(self, p: CreateDirectoryUserParams) -> str:
        return f"{DirectoryUser.kind}:new {p.key}"

    def part(self, p: CreateDirectoryUserParams) -> str:
        return f"user.new:{p.key}"

    def affected_objects(self, aws_account: AwsAccount, p: CreateDirectoryUserParams) -> list[ObjectRef]:
        tells = f"userName={p.opened(USER_NAME)}"
        return [ObjectRef(DirectoryUser.kind, "", _MADE, p.store_arn, former_name=tells)]

    def affected_accounts(self, aws_account: AwsAccount, p: CreateDirectoryUserParams) -> Collection[str]:
        return ()

    def describe(self, value: Value) -> str:
        return "somebody of that user name" if value["there"] else "nobody of that user name"

    def mirrored(self, draft: Draft, p: CreateDirectoryUserParams) -> Value:
        if directory := directory_of(draft.aws_account, DirectoryUser):
            raise Refusal(f"People of this Identity Center come from {directory}: make them there.")
        rows = DirectoryUser.objects.live().filter(aws_account=draft.aws_account, name__iexact=p.opened(USER_NAME))
        return {"there": str(rows.values_list("aws_id", flat=True).first() or "")}

    def limits(self, draft: Draft, p: CreateDirectoryUserParams, value: Value) -> list[PlanFinding]:
        if not value["there"]:
            return []
        return [PlanFinding("IS_THERE", "error", "There is somebody of that user name already.", field="user_name")]

    def after(self, p: CreateDirectoryUserParams, value: Value) -> Value:
        return {"there": _MADE}

    def live(self, client: AwsClient, p: CreateDirectoryUserParams) -> Value:
        found = reads.user_named(client, p.store_id, p.opened(USER_NAME))
        return {"there": str(found["UserId"]) if found else ""}

    def done(
        self, client: AwsClient, p: CreateDirectoryUserParams, live: Value, tried: Sequence[PreviousAttempt]
    ) -> StepResult | None:
        """Who wasn't there before our first try, is called as we said, and was made since."""
        found = reads.user_named(client, p.store_id, p.opened(USER_NAME))
        if found is None or tried[0].found["there"] or found.get("DisplayName") != p.opened(DISPLAY_NAME):
            return None
        return StepResult({"id": str(found["UserId"])}) if tried[0].may_have_made(found.get("CreatedAt")) else None

    def result(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"id": answer["UserId"]}

    def reverse(
        self, p: CreateDirectoryUserParams, before: Mapping[str, Any], result: Mapping[str, Any]
    ) -> list[StepSpec]:
        made = result.get("id")
        return [StepSpec(DeleteDirectoryUser.kind, {**p.of_store, "user_id": made})] if made else []


@dataclass(frozen=True)
class DeleteUserParams(StoreParams):
    """`groups`: the ids of those that they were in when it was planned."""

    user_id: str
    groups: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        check_id(self.user_id, "a person", "person")
        for each in self.groups:
            check_id(each, "a group", "group")

    def found(self, user_id: str, groups: Iterable[str]) -> Value:
        """`groups`: those that they are in."""
        more = sorted({*groups} - {*self.groups})
        return {"object": user_id, **({"more": more} if more else {})}


class DeleteDirectoryUser(StoreOperation[DeleteUserParams], DeletesObject[DeleteUserParams]):
    """AWS takes them out of their groups, and keeps their assignments, which then are nobody's.

    The part is {"object"}, with "more", the groups that they are in since it was planned: who is let in again stays.
    """

    kind = "identitystore.user.delete"
    aws_operation = "DeleteUser"
    undo = Undo.NEVER
    risk = Risk.DESTRUCTIVE
    needed_for = CHANGE_USERS
    params_type = DeleteUserParams

    @property
    def permissions(self) -> Sequence[Permission]:
        return of_people(
            self.writing(),
            looking("DescribeUser", CHANGE_USERS, UserId=NOBODYS_ID),
            looking("ListGroupMembershipsForMember", CHANGE_USERS, MemberId={"UserId": NOBODYS_ID}),
        )

    def title(self, p: DeleteUserParams) -> str:
        return f"Delete the person {p.user_id} from Identity Center"

    def note(self, p: DeleteUserParams) -> str:
        return "Nothing is kept to make them again by. Sessions that run go on until they end, after 12 hours at most."

    def calls(self, p: DeleteUserParams) -> list[Call]:
        return self.call(p, (p.arn_of("user", p.user_id),), UserId=p.user_id)

    def deletes(self, p: DeleteUserParams) -> str:
        return f"{DirectoryUser.kind}:{p.user_id}"

    def part(self, p: DeleteUserParams) -> str:
        return f"whole:{p.user_id}"

    def affected_objects(self, aws_account: AwsAccount, p: DeleteUserParams) -> list[ObjectRef]:
        rows = DirectoryMembership.objects.live().filter(aws_account=aws_account, user_id=p.user_id)
        return [
            ObjectRef(DirectoryUser.kind, p.user_id, p.user_id, p.store_arn),
            *(ObjectRef(DirectoryMembership.kind, row.aws_id, row.name, p.store_arn) for row in rows.order_by("pk")),
        ]

    def affected_accounts(self, aws_account: AwsAccount, p: DeleteUserParams) -> Collection[str]:
        return set(ways_of(aws_account, [p.user_id, *group_ids_of(aws_account, p.user_id)]))

    def access_changes(self, aws_account: AwsAccount, p: DeleteUserParams) -> Sequence[AccessChange]:
        before = ways_of(aws_account, [p.user_id, *group_ids_of(aws_account, p.user_id)])
        return list(changed_ways(aws_account, person_arn(p.store_arn, p.user_id), before, {}))

    def describe(self, value: Value) -> str:
        if value is None:
            return "nobody of that id"
        return f"them there, in {counted(len(more), 'more group')}" if (more := value.get("more")) else "them there"

    def is_so_already(self, p: DeleteUserParams) -> str:
        return "AWS has no such person any more."

    def mirrored(self, draft: Draft, p: DeleteUserParams) -> Value:
        row = user_row(draft, p.user_id)
        if row.issuer:
            raise Refusal(f"They come from {row.issuer}: delete or disable them there. It would bring them back here.")
        return p.found(row.aws_id, group_ids_of(draft.aws_account, p.user_id))

    def live(self, client: AwsClient, p: DeleteUserParams) -> Value:
        try:
            user = reads.user(client, p.store_id, p.user_id)
            memberships = reads.memberships(client, p.store_id, p.user_id)
            return p.found(str(user["UserId"]), [str(each["GroupId"]) for each in memberships])
        except NotFound:
            return None

    def limits(self, draft: Draft, p: DeleteUserParams, value: Value) -> list[PlanFinding]:
        left = assignments_left(draft, principal_id=p.user_id)
        if not left:
            return []
        words = f"They have {counted(left, 'assignment')} of their own, which AWS would keep: end them first."
        return [PlanFinding("PERSON_IN_USE", "error", words)]


def create_user(store_arn: str, region: str, said: Mapping[str, str]) -> StepSpec:
    """`said`: by NAMES."""
    about = f"{store_arn}\n{said[USER_NAME].casefold()}"
    key = salted_hmac("directory.user", about, algorithm="sha256").hexdigest()[:_DIGITS]
    hidden = {name: concealed(value) for name, value in said.items() if value}
    return StepSpec(CreateDirectoryUser.kind, {"store_arn": store_arn, "region": region, "key": key, "said": hidden})


def delete_user(row: DirectoryUser, region: str) -> StepSpec:
    groups = sorted(group_ids_of(row.aws_account, row.aws_id))
    about = {"store_arn": row.arn, "region": region, "user_id": row.aws_id, "groups": groups}
    return StepSpec(DeleteDirectoryUser.kind, about)
