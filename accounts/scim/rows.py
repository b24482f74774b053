"""Resources of SCIM, made of rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from scim2_models import Meta

from accounts.models import ScimGroup, ScimUser
from accounts.scim.resources import (
    EmailAddressOfUser,
    GroupOfUser,
    GroupResource,
    MemberOfGroup,
    PersonName,
    UserResource,
)


def users() -> QuerySet[ScimUser]:
    groups = Prefetch("scim_groups", ScimGroup.objects.order_by("pk"))
    return ScimUser.objects.there().select_related("operator").prefetch_related(groups)


def members() -> Prefetch[Any]:
    """Of groups, as `members_there`."""
    return Prefetch("members", ScimUser.objects.there(), to_attr="members_there")


def user_resource(row: ScimUser, request: HttpRequest) -> UserResource:
    said = row.said
    return UserResource(
        id=row.uid,
        external_id=row.external_id or None,
        user_name=row.user_name,
        name=PersonName.model_validate(said["name"]) if said.get("name") else None,
        display_name=said.get("displayName"),
        emails=[EmailAddressOfUser.model_validate(each) for each in said.get("emails", ())] or None,
        active=_active(row),
        groups=[GroupOfUser(value=each.uid, display=each.display_name) for each in row.scim_groups.all()] or None,
        meta=_meta("User", row, request),
    )


def _active(row: ScimUser) -> bool | None:
    """None where the directory took its word away: nobody is let in by what isn't said (RFC 7643, 2.5)."""
    is_active = row.operator.is_active
    return None if row.has_no_word_of_active and not is_active else is_active


def group_resource(row: ScimGroup, request: HttpRequest, members: Iterable[ScimUser] | None = None) -> GroupResource:
    """With these members; else with those that are read, none where nobody asked for them."""
    if members is None:
        members = getattr(row, "members_there", ())
    return GroupResource(
        id=row.uid,
        external_id=row.external_id or None,
        display_name=row.display_name,
        members=[_member(each, request) for each in members] or None,
        meta=_meta("Group", row, request),
    )


def _member(user: ScimUser, request: HttpRequest) -> MemberOfGroup:
    return MemberOfGroup.model_validate({"value": user.uid, "$ref": _location("User", user.uid, request)})


def _location(kind: str, uid: str, request: HttpRequest) -> str:
    return request.build_absolute_uri(f"/scim/v2/{kind}s/{uid}")


def _meta(kind: str, row: ScimUser | ScimGroup, request: HttpRequest) -> Meta:
    return Meta(
        resource_type=kind,
        created=row.made_at,
        last_modified=row.changed_at,
        location=_location(kind, row.uid, request),
    )
