"""The pages of users, groups, roles: their heads and tabs; and what `identities` adds to the page of a policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from iamconsole.web.diff import laid_out
from identities import selectors
from identities.models import Attachment, IamGroup, IamRole, IamUser, Principal
from identities.trust import sentences
from policies.details import HISTORY, RAW, Kind, Tab

# ---- What a principal has ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Held:
    """A policy that a principal has, and where it comes from: `group` is None for its own."""

    name: str
    attachment: Attachment | None  # None: inline
    group: IamGroup | None
    text: str = ""  # of an inline policy

    @property
    def is_risky(self) -> bool:
        return self.attachment is not None and self.name == selectors.ADMINISTRATOR


def _held(attachments: Any, inline: Any, group: IamGroup | None = None) -> Iterator[Held]:
    for attachment in attachments:
        yield Held(attachment.name, attachment, group)
    for policy in inline:
        yield Held(policy.name, None, group, laid_out(policy.document.text))


def _policies(request: HttpRequest, row: Principal) -> Mapping[str, Any]:
    held = list(_held(selectors.attachments_of(row), selectors.inline_policies_of(row)))
    if isinstance(row, IamUser):
        for group in selectors.groups_of(row):
            held += _held(group.live_attachments, group.live_inline, group)  # type: ignore[attr-defined]
    return {"attached": [one for one in held if one.attachment], "inline": [one for one in held if not one.attachment]}


def _policy_count(row: Any) -> int:
    """With those that a user's groups add, as the tab lists them."""
    own = int(row.policy_count)
    return own + selectors.given_by_groups(row) if isinstance(row, IamUser) else own


POLICIES = Tab("", "Policies", "identities/tabs/policies.html", _policies, count=_policy_count, position=20)
TAGS = Tab("tags", "Tags", "identities/tabs/tags.html", count=lambda row: len(row.tags), position=60)


def _has_administrator(row: Principal) -> bool:
    return selectors.attachments_of(row).filter(name=selectors.ADMINISTRATOR).exists()


def _head(row: Any) -> Mapping[str, Any]:
    return {"is_administrator": _has_administrator(row), "named_in": selectors.named_in_trust_of(row).count()}


def _bounded_head(row: Any) -> Mapping[str, Any]:
    return {**_head(row), "boundary": selectors.boundary_of(row)}


# ---- Users ---------------------------------------------------------------------------------------------------


def _user_head(row: Any) -> Mapping[str, Any]:
    return {**_bounded_head(row), "groups": [held.group for held in row.live_memberships]}


def _groups(request: HttpRequest, row: IamUser) -> Mapping[str, Any]:
    return {"groups": selectors.groups_of(row)}


USER = Kind(
    name="user",
    many="users",
    template="identities/user.html",
    rows=selectors.users,
    head=_user_head,
    tabs=(
        POLICIES,
        Tab("groups", "Groups", "identities/tabs/groups.html", _groups, lambda row: len(row.live_memberships), 30),
        TAGS,
        HISTORY,
        RAW,
    ),
)

# ---- Groups --------------------------------------------------------------------------------------------------


def _members(request: HttpRequest, row: IamGroup) -> Mapping[str, Any]:
    return {"members": selectors.members_of(row)}


GROUP = Kind(
    name="group",
    many="groups",
    template="identities/group.html",
    rows=selectors.groups,
    head=_head,
    tabs=(
        POLICIES,
        Tab("members", "Members", "identities/tabs/members.html", _members, lambda row: row.member_count, 30),
        HISTORY,
        RAW,
    ),
)

# ---- Roles ---------------------------------------------------------------------------------------------------


def _trust(request: HttpRequest, row: IamRole) -> Mapping[str, Any]:
    text = row.trust.text if row.trust else ""
    return {"sentences": sentences(text, row.aws_account.account_id), "text": laid_out(text)}


ROLE = Kind(
    name="role",
    many="roles",
    template="identities/role.html",
    rows=selectors.roles,
    head=_bounded_head,
    tabs=(
        POLICIES,
        Tab("trust", "Trust", "identities/tabs/trust.html", _trust, position=30),
        TAGS,
        HISTORY,
        RAW,
    ),
)

KINDS: dict[type[Principal], Kind] = {IamUser: USER, IamGroup: GROUP, IamRole: ROLE}
