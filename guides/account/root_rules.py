"""Rules of the steps that put the root user to rest: each a function of what the mirror has."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.models import AwsAccount
from guides.account.administrators import AdministratorUser, FoundAdministrators
from guides.runs.steps import StepFound, done, to_do, unknown
from iamconsole.web.words import counted, day, some
from identities.account.selectors import sign_in_address
from identities.credentials.root import RootUserView
from policies.engine.truth import NO, YES

WANTED = 2  # administrators: one alone can be locked out
_NOT_READ = "Not read yet: the next pull shows it."


def _names(users: Sequence[AdministratorUser]) -> str:
    return some([each.user.name for each in users])


# ---- Administrators ------------------------------------------------------------------------------------------
def administrators_there(found: FoundAdministrators) -> StepFound:
    """Two people who can sign in and do everything, other than the root user."""
    if found.unknown:
        return unknown(found.unknown)
    said = _said(found)
    if len(found.logins) + found.people >= WANTED:
        return done(said)
    if found.unread:
        return unknown(f"It isn’t read yet whether {_names(found.unread)} can sign in by a password.")
    if unread := next((each.unknown for each in found.sets if each.unknown), ""):
        return unknown(f"How many people of Identity Center are administrators isn’t known. {unread}")
    return to_do(f"{said} Two are wanted, so that one who is locked out doesn’t need the root user.")


def _said(found: FoundAdministrators) -> str:
    parts = []
    if found.logins:
        parts.append(f"{counted(len(found.logins), 'IAM user')} with a password: {_names(found.logins)}")
    parts += [
        f"{counted(each.people, 'person', 'people')} by the permission set {each.set_name}"
        for each in found.sets
        if not each.unknown and each.people
    ]
    return f"{'; '.join(parts)}." if parts else "Nobody but the root user signs in as an administrator."


def mfa_demanded(found: FoundAdministrators) -> StepFound:
    """Each administrator's login is refused everything without MFA, but setting it up."""
    if found.unknown:
        return unknown(found.unknown)
    if unasked := found.unasked:
        return to_do(f"No policy asks {_names(unasked)} for MFA: a password alone is enough.")
    if found.uncertain:
        return unknown(f"Whether policies ask {_names(found.uncertain)} for MFA depends on what isn’t known here.")
    if shut_out := [each for each in found.logins if not each.has_mfa and each.demand.can_enrol == NO]:
        return to_do(f"Policies ask {_names(shut_out)} for MFA, and don’t let them set it up.")
    if found.unread:
        return unknown(f"It isn’t read yet whether {_names(found.unread)} can sign in by a password.")
    if not found.logins:
        return done("No IAM user who is an administrator has a password.")
    without = [each for each in found.logins if each.user.active_key_count and each.demand.of_keys != YES]
    keys = f" Not for access keys: those of {_names(without)} work without it." if without else ""
    return done(f"{_names(found.logins)}: everything is denied until MFA is used, but setting it up.{keys}")


def mfa_enrolled(found: FoundAdministrators) -> StepFound:
    if found.unknown:
        return unknown(found.unknown)
    if lacking := [each for each in found.logins if each.has_mfa is False]:
        return to_do(f"{_names(lacking)} {'has' if len(lacking) == 1 else 'have'} no MFA device yet.")
    if unread := [*found.unread, *(each for each in found.logins if each.has_mfa is None)]:
        return unknown(f"The passwords and MFA devices of {_names(unread)} aren’t read yet.")
    return done(
        f"{_names(found.logins)}: each has MFA." if found.logins else "No administrator signs in by a password."
    )


# ---- The sign-in address -------------------------------------------------------------------------------------
def address_set(aws_account: AwsAccount, alias: str | None) -> StepFound:
    """`alias`: None where it isn't read."""
    if alias is None:
        return unknown(_NOT_READ)
    address = sign_in_address(aws_account, alias)
    if alias:
        return done(f"IAM users sign in at {address}")
    return to_do(f"IAM users sign in at {address}: nobody remembers that, and many go to the root user’s page instead.")


# ---- The root user -------------------------------------------------------------------------------------------
def root_keys_gone(root: RootUserView, certificates: bool | None) -> StepFound:
    """`certificates`: whether it has signing certificates; None where that isn't read."""
    if root.has_keys is None:
        return unknown(_NOT_READ)
    if root.has_keys:
        used = max((key.used_at for key in root.keys if key.used_at), default=None)
        last = f" One was last used on {day(used)}: find out by what, and give that a role first." if used else ""
        return to_do(f"The root user has access keys. Whoever has their secret may do everything.{last}")
    if root.has_inactive_keys:
        return to_do("The root user has an inactive access key, which the root user can activate again: delete it.")
    if certificates:
        return to_do("It has no access keys, but a signing certificate, which signs requests just as well.")
    return done("It has no access keys.")


def root_has_mfa(root: RootUserView) -> StepFound:
    if root.has_password is False:
        return done("The root user has no password: AWS Organizations keeps it without credentials.")
    if root.mfa is None:
        return unknown(_NOT_READ)
    return done("Its password alone isn’t enough.") if root.mfa else to_do("Its password alone opens the AWS account.")


def root_rests(root: RootUserView) -> StepFound:
    """Nobody used it within 90 days."""
    if root.row is None:
        return unknown("When it was used is in AWS’s credential report, which isn’t read yet.")
    if root.used_recently and root.last_used_at is not None:
        return to_do(f"It was used on {day(root.last_used_at)}. This is ticked off 90 days after its last use.")
    at = f"It was last used on {day(root.last_used_at)}." if root.last_used_at else "AWS knows of no use of it."
    return done(at)
