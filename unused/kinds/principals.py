"""Users who don't sign in, and roles that nobody takes on.

Both are denied everything meanwhile, by the policy that contains somebody: it is undone in one step, and it ends
sessions that run, which a trust policy that lets nobody in, or a password that is deleted, leaves alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Max

from accounts.models import AwsAccount
from contain.denial import denial
from contain.roles import why_never_cut
from directory.reserved_roles import RESERVED
from iamconsole.web.words import day, some
from identities.models import (
    AccessKey,
    IamRole,
    IamUser,
    InstanceProfile,
    LoginProfile,
    ServiceCredential,
    SigningCertificate,
    SshKey,
)
from identities.operations import delete_inline, delete_whole, detach
from identities.operations.credentials.of_user import on_user
from identities.operations.deletion import take_off
from identities.posture.credentials import keys_told
from sync.models import Ownership
from sync.operations import Refusal, StepSpec
from unused.kinds.base import TRACKED_DAYS, CleanUp, UnusedFound, UnusedKind, latest
from unused.operations import still_unused

_UNTOLD = (SshKey, ServiceCredential, SigningCertificate)


class UnusedUsers(UnusedKind):
    slug, one, many, icon, page = "user", "user", "users", "user", "user"
    source = "iam.credential_report"
    model = IamUser
    off = (
        "Everything is denied to the user, and active access keys are deactivated. The password stays, and is of no "
        "use: AWS can’t give a deleted one back."
    )
    caveats = (
        "AWS’s credential report has the last sign-in, and is up to four hours old. It knows of sign-ins since "
        "20 October 2014.",
    )

    def found(self, aws_account: AwsAccount, now: datetime) -> Iterator[UnusedFound]:
        users = IamUser.objects.live().filter(aws_account=aws_account).exclude(ownership=Ownership.IGNORED)
        newest = _newest_credentials(aws_account)
        untold = {pk for model in _UNTOLD for pk in _holders_of(aws_account, model)}
        told, evidence = keys_told(aws_account), self.evidence(aws_account, now)
        for user in users.order_by("pk"):
            used = user.last_activity_at
            yield UnusedFound(
                object_id=user.aws_id,
                name=user.name,
                arn=user.arn,
                page_id=user.aws_id,
                created_at=user.created_at,
                last_used_at=used,
                idle_since=latest(user.created_at, used, newest.get(user.pk)),
                unknown=_unknown(user, has_untold=user.pk in untold, is_told=user.aws_id in told)
                or (evidence.why_not if user.has_password else ""),
                why=_of_user(user, used),
                in_code=user.in_code,
                tags=user.tags,
            )

    def clean_up(self, row: IamUser, used: datetime | None, at: datetime) -> CleanUp:
        denied, undenied, by = _denied(row, at)
        keys = AccessKey.objects.live().filter(user=row, status=AccessKey.Status.ACTIVE).order_by("pk")
        off = [*denied, *(on_user(row, "iam.key.deactivate", key=key.name) for key in keys)]
        *taken_off, delete = [step for step in delete_whole(row) if step not in off]
        check = _check(row, used, by)
        return CleanUp(off, check, [*taken_off, *undenied, delete])


def _newest_credentials(aws_account: AwsAccount) -> Mapping[int, datetime]:
    """By the pk of the user. Who was given a key or a password lately isn't unused."""
    found: dict[int, datetime] = {}
    for model in (AccessKey, LoginProfile):
        rows = model.objects.live().filter(aws_account=aws_account, created_at__isnull=False).order_by()
        for pk, newest in rows.values_list("user_id").annotate(Max("created_at")):
            found[pk] = max(found.get(pk, newest), newest)
    return found


def _holders_of(aws_account: AwsAccount, model: Any) -> Iterable[int]:
    rows = model.objects.live().filter(aws_account=aws_account, status="Active").order_by()
    found: Iterable[int] = rows.values_list("user_id", flat=True)
    return found


def _unknown(user: IamUser, *, has_untold: bool, is_told: bool) -> str:
    if user.has_password is None or user.key_count is None:
        return "The keys and the password weren’t read yet."
    if user.has_password and not user.is_reported:
        return "The credential report that says when the password was used wasn’t read yet."
    if user.key_count and not is_told:
        return "When the access keys were used wasn’t read yet."
    if has_untold:
        return "They have an SSH key, a certificate or a credential for one service: AWS tells no use of these."
    return ""


def _of_user(user: IamUser, used: datetime | None) -> str:
    if not user.has_password and not user.key_count:
        return "They have neither a password nor an access key."
    return f"Last signed in, or used a key, on {day(used)}." if used else "Never signed in, and never used a key."


class UnusedRoles(UnusedKind):
    slug, one, many, icon, page = "role", "role", "roles", "hat-glasses", "role"
    source = "iam.details"
    model = IamRole
    off = (
        "Everything is denied to the role, in sessions that run, too. Its trust policy stays as it is: who may take it "
        "on still does, and can do nothing."
    )
    caveats = (
        f"AWS tells of the last use within {TRACKED_DAYS} days, and shows it hours later. It doesn’t promise to count "
        "attempts that were denied.",
        "What a service is set up with isn’t seen here, such as a function that runs once a year: look there first.",
    )

    def found(self, aws_account: AwsAccount, now: datetime) -> Iterator[UnusedFound]:
        evidence = self.evidence(aws_account, now)
        roles = IamRole.objects.live().filter(aws_account=aws_account).exclude(ownership=Ownership.IGNORED)
        profiles = InstanceProfile.objects.live().filter(aws_account=aws_account, role__isnull=False)
        in_profile = dict(profiles.values_list("role_id", "name"))
        for role in roles.exclude(path__startswith=RESERVED).defer("description").order_by("pk"):
            used = role.last_used_at
            yield UnusedFound(
                object_id=role.aws_id,
                name=role.name,
                arn=role.arn,
                page_id=role.aws_id,
                created_at=role.created_at,
                last_used_at=used,
                idle_since=latest(role.created_at, used),
                unknown=evidence.why_not,
                why=f"Last used on {day(used)}." if used else f"AWS tells of no use in {TRACKED_DAYS} days.",
                caveats=_depend_on(role, in_profile.get(role.pk, "")),
                why_not=_role_why_not(aws_account, role),
                in_code=role.in_code,
                tags=role.tags,
            )

    def clean_up(self, row: IamRole, used: datetime | None, at: datetime) -> CleanUp:
        if why_not := why_never_cut(row.aws_account, row):
            raise Refusal(f"{row.name}: {why_not}")
        denied, undenied, by = _denied(row, at)
        *taken_off, delete = delete_whole(row)
        return CleanUp(denied, _check(row, used, by), [*taken_off, *undenied, delete])


def _role_why_not(aws_account: AwsAccount, role: IamRole) -> str:
    if role.is_service_linked:
        return "A service-linked role: its page has how to ask AWS to delete it."
    return why_never_cut(aws_account, role)


def _depend_on(role: IamRole, profile: str) -> Sequence[str]:
    said = []
    services = sorted({each["value"] for each in role.trusted if each["type"] == "Service"})
    if services and not role.is_service_linked:
        said.append(f"Services may take it on: {some(services)}. One that is set up with it fails when it is gone.")
    if profile:
        said.append(f"It is in the instance profile {profile}: instances that use that lose it.")
    if any(each["type"] == "Federated" and "cognito-identity" in each["value"] for each in role.trusted):
        said.append("An identity pool may give it to people or guests.")
    return said


# ---- Denied meanwhile --------------------------------------------------------------------------------------------
def _denied(owner: IamUser | IamRole, at: datetime) -> tuple[list[StepSpec], list[StepSpec], str]:
    """The steps that deny everything, those that end it, and the policy by which it is. Raises Refusal."""
    steps, how = denial(owner, at)
    if not steps:
        raise Refusal(f"{owner.name} can’t be denied everything: {how}")
    [step] = steps
    if step.kind.endswith(".attach"):
        arn = str(step.params["policy_arn"])
        return [step], [detach(owner, arn)], arn
    name = str(step.params["policy"])
    return [step], [delete_inline(owner, name)], name


def _check(owner: IamUser | IamRole, used: datetime | None, denied_by: str) -> StepSpec:
    denial = f"{'policy' if denied_by.startswith('arn:') else 'inline policy'} {denied_by}"
    taken_off = [denial, *(dependent for dependent, _ in take_off(owner))]
    return still_unused(owner, used=used, denied_by=denied_by, taken_off=taken_off)
