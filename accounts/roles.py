"""The role table: what each role may do. The table is the law; superusers don't bypass it."""

from __future__ import annotations

from django.db import models


class Role(models.TextChoices):
    REQUESTER = "requester", "Requester"
    VIEWER = "viewer", "Viewer"
    HELPDESK = "helpdesk", "Helpdesk"
    EDITOR = "editor", "Editor"
    APPROVER = "approver", "Approver"
    OWNER = "owner", "Owner"


REQUEST = "request_access"  # for oneself, of what is offered; sees its own requests, and no more
SEE_IAM = "see_iam"
SEE_PEOPLE = "see_people"
EXPORT_PEOPLE = "export_people"  # as a file, which leaves the console
ASK_AWS = "ask_aws"  # about somebody's access, beside the console's own answer: what only AWS decodes or simulates
PROPOSE = "propose"
APPLY = "apply"  # an approved or approval-free change, whatever is in it
APPROVE = "approve"  # others' changes, never one's own
CARE = "care_people"  # low-risk actions on a pool's people: to propose them and to apply one's own
MUTE = "mute_findings"  # for some time, with a reason
CONTAIN = "contain"  # cut somebody off: an urgent change, under the rules of every other
ADMINISTER = "administer"  # settings, grants, rules, brake, writes on and off

PERMISSIONS: dict[str, frozenset[str]] = {
    Role.REQUESTER: frozenset({REQUEST}),
    Role.VIEWER: frozenset({SEE_IAM}),
    Role.HELPDESK: frozenset({SEE_PEOPLE, CARE}),
    Role.EDITOR: frozenset({SEE_IAM, ASK_AWS, SEE_PEOPLE, EXPORT_PEOPLE, PROPOSE, APPLY, CARE, MUTE, CONTAIN}),
    Role.APPROVER: frozenset({SEE_IAM, ASK_AWS, SEE_PEOPLE, APPROVE}),
    Role.OWNER: frozenset(
        {SEE_IAM, ASK_AWS, SEE_PEOPLE, EXPORT_PEOPLE, PROPOSE, APPLY, APPROVE, CARE, MUTE, CONTAIN, ADMINISTER}
    ),
}

# What needs an AWS account that can be written to: nobody holds these on one that was imported from a file.
CHANGING = frozenset({REQUEST, PROPOSE, APPLY, APPROVE, CARE, CONTAIN})

MFA_ROLES = frozenset({Role.REQUESTER, Role.HELPDESK, Role.EDITOR, Role.APPROVER, Role.OWNER})

# Those that see something of an AWS account, be it its people alone.
SEEING_ROLES = frozenset(PERMISSIONS) - {Role.REQUESTER}

ALL_PERMISSIONS = frozenset().union(*PERMISSIONS.values())

# ---- Tokens of the API ---------------------------------------------------------------------------------------------
# A program with a token holds, wherever the token's owner holds one of these permissions, a role that has this one and
# no other. So it is never an owner or an approver, whatever its owner is; what isn't named here, no token may.
TOKEN_PERMISSIONS = (SEE_IAM, SEE_PEOPLE, CARE, PROPOSE, APPLY)


def token_role(perm: str) -> str:
    """The role of a program that holds `perm` by its token. No grant gives it: HeldGrant only."""
    return f"token:{perm}"


TOKEN_ROLES = frozenset(map(token_role, TOKEN_PERMISSIONS))


def roles_with(perm: str) -> list[str]:
    """The roles that hold `perm`. Raises LookupError for a permission that doesn't exist (a typing error)."""
    if perm not in ALL_PERMISSIONS:
        raise LookupError(f"No permission is called {perm!r}.")
    of_token = [token_role(perm)] if perm in TOKEN_PERMISSIONS else []
    return [role for role, perms in PERMISSIONS.items() if perm in perms] + of_token
