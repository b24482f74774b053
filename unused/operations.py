"""What a clean-up waits for, and what it checks before it deletes: that nobody used it since, and it is still off.

IAM API Reference: GetUser (PasswordLastUsed), GetRole (RoleLastUsed), GetAccessKeyLastUsed, GetPolicy
(AttachmentCount).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.utils.dateparse import parse_datetime

from accounts.models import AwsAccount
from iamconsole.web.words import counted, full_time, some
from identities.credentials.base import plain
from identities.credentials.mirrors import KEYS, LOGIN, NOBODYS_KEY
from identities.kinds import GROUP, INSTANCE_PROFILE, ROLE, USER
from identities.models import AccessKey, IamGroup, InstanceProfile, LoginProfile, Principal, ReportedUser
from identities.operations.credentials.gates import last_used
from identities.operations.credentials.logins import ResetLogin
from identities.operations.dependents import dependents_in_aws
from objects.kinds import IamKind
from policies.kinds import POLICY
from policies.models import ManagedPolicy
from sync import operations
from sync.aws.client import AwsClient
from sync.aws.errors import NotFound
from sync.aws.permission import NOBODY, Permission, look
from sync.models import Step
from sync.object_ref import ObjectRef
from sync.operation_mixins import MOST_DAYS, WaitsForDays
from sync.operations import BadParams, StepCondition, StepSpec

LEAST_DAYS = 7
_KINDS: Mapping[str, IamKind] = {kind.model.kind: kind for kind in (USER, GROUP, ROLE, POLICY, INSTANCE_PROFILE)}


# ---- The wait --------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class WaitParams:
    """`kind` and `arn`: the first object of the clean-up, which entries of the audit trail are about."""

    kind: str
    arn: str
    days: int

    def __post_init__(self) -> None:
        if self.kind not in _KINDS:
            raise BadParams("It waits for no such kind of object.")
        if not LEAST_DAYS <= self.days <= MOST_DAYS:
            raise BadParams(f"It waits {LEAST_DAYS} to {MOST_DAYS} days.", field="days")


class AwaitMissed(WaitsForDays[WaitParams]):
    kind = "iam.unused.wait"
    aws_operation = "GetUser"
    permissions = (look("iam:GetUser", UserName=NOBODY),)
    until = "it is clear that nobody misses what is switched off"
    params_type = WaitParams

    def parse(self, params: Mapping[str, Any]) -> WaitParams:
        p = super().parse(params)
        _KINDS[p.kind].check(p.arn)
        return p

    def title(self, p: WaitParams) -> str:
        return f"Wait {counted(p.days, 'day')}, whether somebody misses what is switched off"

    def objects(self, p: WaitParams) -> list[str]:
        return [_KINDS[p.kind].key(p.arn)]

    def part(self, p: WaitParams) -> str:
        return f"unused:{p.arn}"

    def affected_objects(self, aws_account: AwsAccount, p: WaitParams) -> list[ObjectRef]:
        return [_KINDS[p.kind].ref(p.arn)]

    def waits_until(self, p: WaitParams, at: str) -> str:
        return f"What is switched off is deleted after {at}, as far as nobody used it by then."


def wait(kind: str, arn: str, days: int) -> StepSpec:
    return StepSpec(AwaitMissed.kind, {"kind": kind, "arn": arn, "days": days})


# ---- The check -------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class StillUnusedParams:
    """`id`: AWS's unique id. `used`: the last use that was known when it was planned, in ISO 8601; "" for none."""

    arn: str
    id: str
    used: str = ""

    def __post_init__(self) -> None:
        if not self.id or (self.used and parse_datetime(self.used) is None):
            raise BadParams("It has to say of which object, and when that was last used.")

    def is_later(self, at: datetime | None) -> bool:
        known = parse_datetime(self.used) if self.used else None
        return at is not None and (known is None or at.replace(microsecond=0) > known)


@dataclass(frozen=True)
class DeniedParams(StillUnusedParams):
    """`denied_by`: the inline policy, or the ARN of the policy, by which everything is denied meanwhile. `taken_off`:
    the dependents that the plan takes off (identities.operations.dependents); none in plans that didn't say them.
    """

    denied_by: str = ""
    taken_off: tuple[str, ...] = ()


class StillUnused(StepCondition[Any]):
    """That it is the same object, and that nobody used it, or has it, since the plan was made."""

    verb: ClassVar[str] = "still_unused"
    params_type: type[Any] = StillUnusedParams
    kind: str  # type: ignore[misc]  # of the instance: one class makes several operations

    def __init__(self, of: IamKind) -> None:
        self.of = of
        self.kind = of.step_kind(self.verb)
        self.aws_operation = f"Get{of.noun}"

    def parse(self, params: Mapping[str, Any]) -> Any:
        p = super().parse(params)
        self.of.check(p.arn)
        return p

    def title(self, p: Any) -> str:
        return f"Check that nobody has used {self.named(p)} since"

    def named(self, p: Any) -> str:
        return self.of.words(p.arn)

    def objects(self, p: Any) -> list[str]:
        return [self.of.key(p.arn)]

    def part(self, p: Any) -> str:
        return f"still_unused:{self.named(p)} {p.arn}"

    def affected_objects(self, aws_account: AwsAccount, p: Any) -> list[ObjectRef]:
        return [self.of.ref(p.arn)]

    def unmet(self, client: AwsClient, p: Any, *, begun: bool) -> str:
        try:
            found = self.of.get(client, p.arn)
            if found[self.of.id_member] != p.id:
                why = "somebody made another one of that name"
            else:
                why = next(self.against(client, p, found, begun=begun), "")
        except NotFound:  # where its deletion was begun, by this very change: its step finds that out
            why = "" if begun else "AWS has none of that name any more"
        return f"{self.named(p)[:1].upper()}{self.named(p)[1:]} isn’t deleted: {why}." if why else ""

    def against(self, client: AwsClient, p: Any, found: Mapping[str, Any], *, begun: bool) -> Iterator[str]:
        """Why it isn't deleted, to end a sentence. `found`: AWS's answer to Get…. `begun`: something of it was deleted
        already, as `unmet` has it. Raises NotFound where it is gone.
        """
        raise NotImplementedError


def _used(at: datetime | None) -> str:
    return f"it was used at {full_time(at)}" if at else "it was used"


class _Denied(StillUnused):
    params_type = DeniedParams

    @property
    def permissions(self) -> Sequence[Permission]:
        noun, nobody = self.of.noun, {self.of.name_parameter: NOBODY}
        return [
            look(f"iam:Get{noun}", **nobody),
            look(f"iam:Get{noun}Policy", **nobody, PolicyName=NOBODY),
            look(f"iam:ListAttached{noun}Policies", **nobody),
        ]

    def against(self, client: AwsClient, p: DeniedParams, found: Mapping[str, Any], *, begun: bool) -> Iterator[str]:
        is_denied = self._is_denied(client, p)
        if not is_denied and not begun:  # the denial goes just before the object
            yield "it is no longer denied everything, so somebody has brought it back"
        stays = "It stays denied everything until somebody brings it back" if is_denied else "It is denied nothing now"
        yield from (f"{_used(at)}. {stays}" for at in self.uses(client, p, found) if p.is_later(at))
        more = set(dependents_in_aws(self.of, client, self.of.named(p.arn))) - {*p.taken_off} if p.taken_off else ()
        if more:
            yield f"it has {some(sorted(more))} by now, which the plan doesn’t take off. {stays}"

    def uses(self, client: AwsClient, p: DeniedParams, found: Mapping[str, Any]) -> Iterator[datetime | None]:
        raise NotImplementedError

    def _is_denied(self, client: AwsClient, p: DeniedParams) -> bool:
        named = self.of.named(p.arn)
        if p.denied_by.startswith("arn:"):
            pages = client.pages("iam", f"ListAttached{self.of.noun}Policies", **named)
            return any(each["PolicyArn"] == p.denied_by for page in pages for each in page.items["AttachedPolicies"])
        try:
            client.call("iam", f"Get{self.of.noun}Policy", **named, PolicyName=p.denied_by)
        except NotFound:
            return False
        return True


class UserStillUnused(_Denied):
    @property
    def permissions(self) -> Sequence[Permission]:
        return [
            *super().permissions,
            look("iam:ListAccessKeys", UserName=NOBODY),
            look("iam:GetAccessKeyLastUsed", AccessKeyId=NOBODYS_KEY),
        ]

    def uses(self, client: AwsClient, p: DeniedParams, found: Mapping[str, Any]) -> Iterator[datetime | None]:
        yield found.get("PasswordLastUsed")
        for key in KEYS.entries(client, found["UserName"]):
            yield last_used(client, key["AccessKeyId"])


class RoleStillUnused(_Denied):
    def uses(self, client: AwsClient, p: DeniedParams, found: Mapping[str, Any]) -> Iterator[datetime | None]:
        yield found.get("RoleLastUsed", {}).get("LastUsedDate")


class GroupStillUnused(StillUnused):
    @property
    def permissions(self) -> Sequence[Permission]:
        calls = ("GetGroup", "ListGroupPolicies", "ListAttachedGroupPolicies")
        return [look(f"iam:{call}", GroupName=NOBODY) for call in calls]

    def title(self, p: StillUnusedParams) -> str:
        return f"Check that {self.named(p)} still has no members, or no policies"

    def against(
        self, client: AwsClient, p: StillUnusedParams, found: Mapping[str, Any], *, begun: bool
    ) -> Iterator[str]:
        named = self.of.named(p.arn)
        has_members = bool(client.call("iam", "GetGroup", **named, MaxItems=1)["Users"])
        lists = (("ListGroupPolicies", "PolicyNames"), ("ListAttachedGroupPolicies", "AttachedPolicies"))
        if has_members and any(client.call("iam", call, **named, MaxItems=1)[listed] for call, listed in lists):
            yield "it has members and policies by now"


class PolicyStillUnused(StillUnused):
    @property
    def permissions(self) -> Sequence[Permission]:
        return [look("iam:GetPolicy", PolicyArn="arn:{partition}:iam::{account_id}:policy/" + NOBODY)]

    def title(self, p: StillUnusedParams) -> str:
        return f"Check that still nobody has {self.named(p)}"

    def against(
        self, client: AwsClient, p: StillUnusedParams, found: Mapping[str, Any], *, begun: bool
    ) -> Iterator[str]:
        if found["AttachmentCount"] or found.get("PermissionsBoundaryUsageCount"):
            yield "somebody has it by now"


class ProfileStillUnused(StillUnused):
    @property
    def permissions(self) -> Sequence[Permission]:
        return [look("iam:GetInstanceProfile", InstanceProfileName=NOBODY)]

    def title(self, p: StillUnusedParams) -> str:
        return f"Check that still no role is in {self.named(p)}"

    def against(
        self, client: AwsClient, p: StillUnusedParams, found: Mapping[str, Any], *, begun: bool
    ) -> Iterator[str]:
        if found["Roles"]:
            yield "a role is in it by now"


# ---- Of a user's credentials -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class KeyUnusedParams(StillUnusedParams):
    key: str = ""


class KeyStillUnused(StillUnused):
    params_type = KeyUnusedParams
    permissions = (
        look("iam:GetUser", UserName=NOBODY),
        look("iam:ListAccessKeys", UserName=NOBODY),
        look("iam:GetAccessKeyLastUsed", AccessKeyId=NOBODYS_KEY),
    )

    def __init__(self, of: IamKind) -> None:
        super().__init__(of)
        self.kind, self.aws_operation = f"{AccessKey.kind}.{self.verb}", "GetAccessKeyLastUsed"

    def named(self, p: KeyUnusedParams) -> str:
        return f"the access key {p.key} of {self.of.words(p.arn)}"

    def affected_objects(self, aws_account: AwsAccount, p: KeyUnusedParams) -> list[ObjectRef]:
        return [self.of.ref(p.arn), self.of.ref(p.arn, "keys"), self.of.ref(p.arn, "last_used")]

    def against(self, client: AwsClient, p: KeyUnusedParams, found: Mapping[str, Any], *, begun: bool) -> Iterator[str]:
        keys = {key["AccessKeyId"]: key["Status"] for key in KEYS.entries(client, found["UserName"])}
        if p.key not in keys:
            yield from () if begun else ("it is gone already",)
        elif keys[p.key] == "Active":
            yield "it is active again, so somebody has brought it back"
        elif p.is_later(at := last_used(client, p.key)):
            yield f"{_used(at)}. It stays inactive until somebody brings it back"


@dataclass(frozen=True)
class PasswordUnusedParams(StillUnusedParams):
    """`made`: when the password was, as AWS says it. `planned`: when the plan was; "" in plans that didn't say it."""

    made: str = ""
    planned: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.planned and parse_datetime(self.planned) is None:
            raise BadParams("It has to say when it was planned.", field="planned")


class PasswordStillUnused(StillUnused):
    params_type = PasswordUnusedParams
    permissions = (look("iam:GetUser", UserName=NOBODY), look("iam:GetLoginProfile", UserName=NOBODY))

    def __init__(self, of: IamKind) -> None:
        super().__init__(of)
        self.kind = f"{LoginProfile.kind}.{self.verb}"

    def named(self, p: PasswordUnusedParams) -> str:
        return f"the password of {self.of.words(p.arn)}"

    def against(
        self, client: AwsClient, p: PasswordUnusedParams, found: Mapping[str, Any], *, begun: bool
    ) -> Iterator[str]:
        made = [plain("created_at", each["CreateDate"]) for each in LOGIN.entries(client, found["UserName"])]
        if not made:
            yield from () if begun else ("it is gone already",)
        elif made != [p.made]:
            yield "they were given another one"
        elif _was_set_since(p):
            yield "somebody has set it anew since"
        elif p.is_later(at := found.get("PasswordLastUsed")):
            yield _used(at)


def _was_set_since(p: PasswordUnusedParams) -> bool:
    """By the credential report and by this console's own changes: UpdateLoginProfile changes neither the CreateDate nor
    the last use."""
    since = parse_datetime(p.planned or p.made)
    if since is None:
        return False
    resets = Step.objects.filter(kind=ResetLogin.known_as, params__arn=p.arn, state__in=Step.FINISHED)
    reported = ReportedUser.objects.live().filter(user__arn=p.arn, password_changed_at__gt=since)
    return reported.exists() or resets.filter(finished_at__gt=since).exists()


# ---- Steps -----------------------------------------------------------------------------------------------------
def _said(used: datetime | None) -> str:
    return used.replace(microsecond=0).isoformat() if used else ""


def still_unused(
    row: Principal | IamGroup | ManagedPolicy | InstanceProfile, *, used: datetime | None = None, **denied: Any
) -> StepSpec:
    """`denied`: of a user or role the other parameters of the check."""
    params = {"arn": row.arn, "id": row.aws_id, "used": _said(used), **denied}
    return StepSpec(_KINDS[row.kind].step_kind(StillUnused.verb), params)


def key_still_unused(key: AccessKey, *, used: datetime | None) -> StepSpec:
    user = key.user
    params = {"arn": user.arn, "id": user.aws_id, "used": _said(used), "key": key.name}
    return StepSpec(f"{AccessKey.kind}.{StillUnused.verb}", params)


def password_still_unused(login: LoginProfile, *, used: datetime | None, at: datetime) -> StepSpec:
    """`at`: when it is planned."""
    user, made = login.user, login.created_at.isoformat() if login.created_at else ""
    params = {"arn": user.arn, "id": user.aws_id, "used": _said(used), "made": made, "planned": _said(at)}
    return StepSpec(f"{LoginProfile.kind}.{StillUnused.verb}", params)


CHECKS: Sequence[StillUnused] = (
    UserStillUnused(USER),
    RoleStillUnused(ROLE),
    GroupStillUnused(GROUP),
    PolicyStillUnused(POLICY),
    ProfileStillUnused(INSTANCE_PROFILE),
    KeyStillUnused(USER),
    PasswordStillUnused(USER),
)


def register() -> None:
    operations.register(AwaitMissed(), *CHECKS)
