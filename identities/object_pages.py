"""The pages of users, groups, roles: their heads and tabs; and what `identities` adds to the page of a policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from accounts.access import signed_in
from iamconsole.web.counts import first_of
from identities import kinds, selectors
from identities.account.object_pages import LAST_ACCESSED
from identities.account.selectors import profiles_of
from identities.credentials.parts import credentials_tab
from identities.dangling_trusts import deleted_in, name_deleted
from identities.models import Attachment, IamGroup, IamRole, IamUser, Principal
from identities.trust import principals_of, sentences
from objects.object_pages import HISTORY, RAW, ObjectPages, Tab
from policies.engine.structure import DocumentType
from policies.findings import LintedDocument, judged
from policies.organizations.views import BOUNDS
from sync.access_ends import ends_on

SHOWN = 100  # members of a group: the list of users has them all

# ---- What a principal has ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class HeldPolicy:
    """A policy that a principal has, and where it comes from: `group` is None for its own."""

    name: str
    attachment: Attachment | None  # None: inline
    group: IamGroup | None
    judged: LintedDocument | None = None  # the document of an inline policy
    anchor: str = ""  # by which the ids of its lines begin, since there may be several on the page

    @property
    def is_risky(self) -> bool:
        return self.attachment is not None and self.name == selectors.ADMINISTRATOR


def _held(row: Principal) -> Iterator[HeldPolicy]:
    """What it has itself, then what its groups give it, by group."""
    groups = selectors.groups_of(row)
    attachments = list(selectors.attachments_of(row, groups))
    inline = list(selectors.inline_policies_of(row, groups))
    own_group = row.pk if isinstance(row, IamGroup) else None
    for group in (None, *groups):
        group_id = group.pk if group else own_group
        for attachment in attachments:
            if attachment.group_id == group_id:
                yield HeldPolicy(attachment.name, attachment, group)
        for policy in inline:
            if policy.group_id == group_id:
                text, account_id = policy.document.text, row.aws_account.account_id
                found = judged(text, account=account_id)
                yield HeldPolicy(policy.name, None, group, found, f"inline-{policy.pk}-")


def _policies(request: HttpRequest, row: Principal) -> Mapping[str, Any]:
    held = list(_held(row))
    return {
        "attached": [one for one in held if one.attachment],
        "inline": [one for one in held if not one.attachment],
        "ends": ends_on(row.aws_account, row.arn),
    }


def _policy_count(row: Any) -> int:
    """With those that a user's groups add, as the tab lists them."""
    return int(row.policy_count) + sum(group.policy_count for group in selectors.groups_of(row))


POLICIES = Tab("", "Policies", "identities/tabs/policies.html", _policies, count=_policy_count, position=20)
TAGS = Tab("tags", "Tags", "identities/tabs/tags.html", count=lambda row: len(row.tags), position=60)


BOUNDED = {
    "named_in": selectors.number_of_roles_that_trust(),
    "boundary_id": selectors.boundary_id(),
    "paths": selectors.number_of_escalation_paths(),
}

# ---- Users ---------------------------------------------------------------------------------------------------


def _user_head(row: Any) -> Mapping[str, Any]:
    return {"groups": selectors.groups_of(row)}


def _groups(request: HttpRequest, row: IamUser) -> Mapping[str, Any]:
    groups = selectors.with_policies(selectors.groups_of(row))
    return {"groups": groups, "ends": ends_on(row.aws_account, row.arn)}


USER = ObjectPages(
    has_past=True,
    of=kinds.USER,
    template="identities/user.html",
    rows=selectors.users,
    asked={"is_administrator": selectors.is_administrator("user"), **BOUNDED},
    head=_user_head,
    tabs=(
        POLICIES,
        Tab("groups", "Groups", "identities/tabs/groups.html", _groups, lambda row: len(row.live_memberships), 30),
        Tab("credentials", "Credentials", "identities/credentials/tab.html", credentials_tab, position=40),
        LAST_ACCESSED,
        BOUNDS,
        TAGS,
        HISTORY,
        RAW,
    ),
)

# ---- Groups --------------------------------------------------------------------------------------------------


def _members(request: HttpRequest, row: IamGroup) -> Mapping[str, Any]:
    members = first_of(selectors.members_of(row), SHOWN)
    return {"members": members, "ends": ends_on(row.aws_account, row.arn)}


GROUP = ObjectPages(
    has_past=True,
    of=kinds.GROUP,
    template="identities/group.html",
    rows=selectors.groups,
    asked={"is_administrator": selectors.is_administrator("group")},
    tabs=(
        POLICIES,
        Tab("members", "Members", "identities/tabs/members.html", _members, lambda row: row.member_count, 30),
        LAST_ACCESSED,
        HISTORY,
        RAW,
    ),
)

# ---- Roles ---------------------------------------------------------------------------------------------------


def _trust(request: HttpRequest, row: IamRole) -> Mapping[str, Any]:
    text = row.trust.text if row.trust else ""
    deleted = deleted_in(principals_of(text), signed_in(request))
    described = sentences(text, row.aws_account.account_id, {each.value: each.words for each in deleted})
    kind = None if row.is_reserved else DocumentType.TRUST
    shown = judged(text, kind, row.aws_account.account_id) if text else None
    return {"sentences": described, "judged": shown, "deleted": deleted}


def _role_head(row: Any) -> Mapping[str, Any]:
    name_deleted([row])
    return {"profiles": profiles_of(row)}


ROLE = ObjectPages(
    has_past=True,
    of=kinds.ROLE,
    template="identities/role.html",
    rows=selectors.roles,
    asked={"is_administrator": selectors.is_administrator("role"), **BOUNDED},
    head=_role_head,
    tabs=(
        POLICIES,
        Tab("trust", "Trust", "identities/tabs/trust.html", _trust, position=30),
        LAST_ACCESSED,
        BOUNDS,
        TAGS,
        HISTORY,
        RAW,
    ),
)

KINDS: dict[type[Principal], ObjectPages] = {IamUser: USER, IamGroup: GROUP, IamRole: ROLE}
