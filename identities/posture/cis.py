"""Looks at the controls about IAM of the CIS AWS Foundations Benchmark, and writes down what they come to.

It is a source of findings that finds none: so it is asked after a pull or a change, and once an hour.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from accounts.models import AwsAccount
from findings.cis.controls import CONTROLS
from findings.models import ControlResult
from findings.rules import Rule
from findings.sources import ALL, FindingSource, Found, stamp_of, stamp_of_code
from iamconsole.web.words import counted, some
from identities.credentials.root import root_of
from identities.models import AccessKey, Attachment, Credential, IamAccount, IamUser, ServerCertificate
from identities.posture.credentials import CredentialSource
from policies.engine.compiled import compiled
from policies.models import PolicyVersion
from sync.mirror.paced_writes import paced_write
from sync.selectors import coverages_of

_CODE = ("identities/posture", "findings/cis", "policies/engine/compiled.py")
_PASS, _FAIL, _NOT_HELD = ControlResult.Result.PASSES, ControlResult.Result.FAILS, ControlResult.Result.NOT_HELD
_LENGTH, _REMEMBERED = 14, 24
_SOON = timedelta(minutes=5)  # a key made within that of its user was made with it
_LONGEST = 600
_NAMED = 5

_DETAILS = "iam.details"


@dataclass(frozen=True)
class ControlState:
    """What a control came to. `result`: of ControlResult.Result."""

    result: str
    evidence: str


class CisSource(FindingSource):
    name = "cis"
    title = "CIS benchmark"
    rules: Mapping[str, Rule] = {}

    def scopes(self, aws_account: AwsAccount) -> Mapping[str, str]:
        states = {control: [each.result, each.evidence] for control, each in _states(aws_account).items()}
        return {ALL: stamp_of(stamp_of_code(*_CODE), states, _as_of(aws_account))}

    def look(self, aws_account: AwsAccount, scopes: Collection[str]) -> Mapping[str, Sequence[Found]]:
        now, states = timezone.now(), _states(aws_account)
        rows = [
            ControlResult(
                aws_account=aws_account,
                control=control,
                result=state.result,
                evidence=state.evidence[:_LONGEST],
                as_of=_as_of(aws_account),
                looked_at=now,
            )
            for control, state in states.items()
        ]
        with paced_write():
            ControlResult.objects.bulk_create(
                rows,
                update_conflicts=True,
                unique_fields=["aws_account", "control"],
                update_fields=["result", "evidence", "as_of", "looked_at"],
            )
        return dict.fromkeys(scopes, ())


def _as_of(aws_account: AwsAccount) -> datetime | None:
    return coverages_of(aws_account, [_DETAILS])[_DETAILS].at


def _states(aws_account: AwsAccount) -> dict[str, ControlState]:
    held = _Held.of(aws_account)
    return {each.id: _LOOKS[each.id](held) for each in CONTROLS if each.id in _LOOKS}


@dataclass(frozen=True)
class _Held:
    """`found`: what the source of credentials finds, by rule, the names of whom."""

    aws_account: AwsAccount
    found: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, aws_account: AwsAccount) -> _Held:
        found: dict[str, list[str]] = {}
        for each in CredentialSource().found(aws_account):
            found.setdefault(each.rule, []).append(each.name)
        return cls(aws_account, found)

    @property
    def users(self) -> Any:
        return IamUser.objects.live().filter(aws_account=self.aws_account)

    @property
    def account(self) -> IamAccount | None:
        row: IamAccount | None = IamAccount.objects.live().filter(aws_account=self.aws_account).first()
        return row


def _decided(failing: Sequence[str], words: tuple[str, str], well: str) -> ControlState:
    if not failing:
        return ControlState(_PASS, well)
    names = list(dict.fromkeys(failing))
    return ControlState(_FAIL, f"{counted(len(names), *words)}: {some(names[:_NAMED], len(names))}.")


def _not_held(what: str) -> ControlState:
    return ControlState(_NOT_HELD, f"Not read: {what}.")


# ---- The root user -------------------------------------------------------------------------------------------
def _root_key(held: _Held) -> ControlState:
    root = root_of(held.aws_account)
    if root.has_keys is None:
        return _not_held("whether the root user has keys")
    return ControlState(_FAIL, "It has one.") if root.has_keys else ControlState(_PASS, "None.")


def _root_mfa(held: _Held) -> ControlState:
    root = root_of(held.aws_account)
    if root.has_password is False:
        return ControlState(_PASS, "The root user has no password: AWS Organizations keeps it without credentials.")
    if root.mfa is None:
        return _not_held("whether the root user has MFA")
    return ControlState(_PASS, "It has.") if root.mfa else ControlState(_FAIL, "None.")


def _root_hardware(held: _Held) -> ControlState:
    root, has_mfa = root_of(held.aws_account), _root_mfa(held)
    if has_mfa.result != _PASS or root.has_password is False:
        return has_mfa
    if root.apps is None:
        return _not_held("virtual MFA devices")
    if root.apps:
        return ControlState(_FAIL, "An app on a device.")
    return ControlState(_PASS, "No app is its second factor.")


def _root_unused(held: _Held) -> ControlState:
    root = root_of(held.aws_account)
    if root.row is None:
        return _not_held("when the root user was used (the credential report)")
    if root.used_recently:
        return ControlState(_FAIL, "It was used in the last 90 days.")
    return ControlState(_PASS, "Not in 90 days.")


# ---- Passwords -----------------------------------------------------------------------------------------------
def _password(held: _Held, name: str, least: int, words: str) -> ControlState:
    row = held.account
    if row is None or row.password_policy is None:
        return _not_held("the password policy")
    if not row.password_policy:
        return ControlState(_FAIL, "There is none, so that AWS’s default is in force.")
    has = int(row.password_policy.get(name, 0))
    return ControlState(_PASS if has >= least else _FAIL, f"{words}: {has}.")


def _length(held: _Held) -> ControlState:
    return _password(held, "MinimumPasswordLength", _LENGTH, "Characters at least")


def _reuse(held: _Held) -> ControlState:
    return _password(held, "PasswordReusePrevention", _REMEMBERED, "Passwords that can’t be used again")


# ---- Users ---------------------------------------------------------------------------------------------------
def _user_mfa(held: _Held) -> ControlState:
    unread = held.users.filter(Q(has_password=None) | Q(has_password=True, mfa_count=None)).count()
    failing = held.found.get("credentials.no_mfa", ())
    if unread and not failing:
        return _not_held(f"passwords or MFA devices of {counted(unread, 'user')}")
    return _decided(failing, ("user has none", "users have none"), "All users with a password have MFA.")


def _of_keys(rules: tuple[str, ...], words: tuple[str, str], well: str) -> Callable[[_Held], ControlState]:
    def look(held: _Held) -> ControlState:
        failing = [name for rule in rules for name in held.found.get(rule, ())]
        unread = held.users.filter(key_count=None).count()
        if unread and not failing:
            return _not_held(f"access keys of {counted(unread, 'user')}")
        return _decided(failing, words, well)

    return look


def _unused(held: _Held) -> ControlState:
    """Old keys that nobody uses are the other rule's finding, and fail here, too."""
    before = timezone.now() - timedelta(days=45)
    idle = AccessKey.objects.live().filter(
        Q(last_used_at=None) | Q(last_used_at__lt=before),
        aws_account=held.aws_account,
        status=Credential.Status.ACTIVE,
        created_at__lt=before,
    )
    if held.users.filter(is_reported=False).exists():
        return _not_held("the credential report of each user")
    names = [*idle.order_by("user__name_key").values_list("user__name", flat=True)]
    return _decided(
        [*names, *held.found.get("credentials.unused_password", ())],
        ("user has such a credential", "users have such credentials"),
        "None is unused for so long.",
    )


def _key_with_user(held: _Held) -> ControlState:
    keys = AccessKey.objects.live().filter(
        aws_account=held.aws_account,
        user__has_password=True,
        created_at__lt=F("user__created_at") + _SOON,
        last_used_at=None,
        status=Credential.Status.ACTIVE,
    )
    names = list(keys.order_by("user__name_key").values_list("user__name", flat=True))
    if not names and held.users.filter(key_count=None).exists():
        return _not_held("access keys")
    return _decided(names, ("user got a key with the password", "users got a key with the password"), "No key was.")


# ---- Policies ------------------------------------------------------------------------------------------------
def _everything(held: _Held) -> ControlState:
    attached = Attachment.objects.live().filter(aws_account=held.aws_account, policy__isnull=False)
    in_force = PolicyVersion.objects.filter(
        policy__in=attached.values("policy"), version_id=F("policy__default_version")
    ).select_related("document")
    names = in_force.order_by("policy__name_key").values_list("policy__name", "document__text")
    failing = [name for name, text in names.iterator() if compiled(text).allows_everything]
    return _decided(failing, ("policy allows everything", "policies allow everything"), "None does.")


def _has_attached(held: _Held, name: str) -> list[str]:
    rows = Attachment.objects.live().filter(aws_account=held.aws_account, name=name)
    holders = rows.order_by("pk").values_list("user__name", "group__name", "role__name")
    return [next(filter(None, each)) for each in holders]


def _support(held: _Held) -> ControlState:
    names = _has_attached(held, "AWSSupportAccess")
    if not names:
        return ControlState(_FAIL, "AWSSupportAccess is attached to nobody.")
    return ControlState(_PASS, f"AWSSupportAccess is attached to {some(names[:_NAMED], len(names))}.")


def _cloudshell(held: _Held) -> ControlState:
    names = _has_attached(held, "AWSCloudShellFullAccess")
    return _decided(names, ("has it", "have it"), "It is attached to nobody.")


def _certificates(held: _Held) -> ControlState:
    rows = ServerCertificate.objects.live().filter(aws_account=held.aws_account, expires_at__lt=timezone.now())
    names = list(rows.order_by("name_key").values_list("name", flat=True))
    if not names and not coverages_of(held.aws_account, ["iam.server_certificates"])["iam.server_certificates"].is_read:
        return _not_held("server certificates")
    return _decided(names, ("certificate has expired", "certificates have expired"), "None has expired.")


def _by_groups(held: _Held) -> ControlState:
    failing = held.found.get("credentials.own_policies", ())
    return _decided(failing, ("user has policies directly", "users have policies directly"), "None has any directly.")


def _after_details(look: Callable[[_Held], ControlState]) -> Callable[[_Held], ControlState]:
    """Of what GetAccountAuthorizationDetails tells: before it was read, nobody knows."""

    def looked(held: _Held) -> ControlState:
        is_read = _as_of(held.aws_account) is not None or not held.aws_account.is_connected
        return look(held) if is_read else _not_held("users, groups, roles and policies")

    return looked


_LOOKS: Mapping[str, Callable[[_Held], ControlState]] = {
    "root_key": _root_key,
    "root_mfa": _root_mfa,
    "root_hardware_mfa": _root_hardware,
    "root_unused": _root_unused,
    "password_length": _length,
    "password_reuse": _reuse,
    "user_mfa": _after_details(_user_mfa),
    "key_with_user": _after_details(_key_with_user),
    "unused": _after_details(_unused),
    "one_key": _after_details(_of_keys(("credentials.two_keys",), ("user has two", "users have two"), "None has two.")),
    "key_age": _after_details(
        _of_keys(("credentials.old_key",), ("user has an older one", "users have older ones"), "None is older.")
    ),
    "by_groups": _after_details(_by_groups),
    "no_everything": _after_details(_everything),
    "support_role": _after_details(_support),
    "certificates": _certificates,
    "cloudshell": _after_details(_cloudshell),
}
