"""The endpoints of SCIM 2.0 (RFC 7644, 3)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from scim2_models import Context, ListResponse, PatchOp, Resource

from accounts.models import ScimGroup, ScimUser
from accounts.scim.lists import ListedResources, dumped, list_answer, search_of, wants_members
from accounts.scim.protocol import answer, body_of, endpoint, not_found, token_of, unknown_members
from accounts.scim.resources import (
    GroupResource,
    UserResource,
    removed_by_value,
    resource_types,
    schemas,
    service_provider_config,
)
from accounts.scim.rows import group_resource, members, user_resource, users
from accounts.services import scim_groups, scim_operators
from accounts.services.scim_tokens import said_by
from accounts.services.scim_wishes import ScimWish

GET, POST, PUT, PATCH, DELETE = "GET", "POST", "PUT", "PATCH", "DELETE"


# ---- Users -----------------------------------------------------------------------------------------------------------
@endpoint(GET, POST)
def scim_users(request: HttpRequest) -> HttpResponse:
    if request.method == GET:
        return _users_answer(request)
    asked = UserResource.model_validate(body_of(request), scim_ctx=Context.RESOURCE_CREATION_REQUEST)
    row = scim_operators.make(_wish(asked), actor_name=_actor(request))
    return _user_answer(request, row.uid, Context.RESOURCE_CREATION_RESPONSE)


@endpoint(POST)
def scim_users_search(request: HttpRequest) -> HttpResponse:
    return _users_answer(request)


def _users_answer(request: HttpRequest) -> HttpResponse:
    return list_answer(request, _users(request))


def _users(request: HttpRequest) -> ListedResources[ScimUser]:
    return ListedResources(UserResource, users(), lambda row: user_resource(row, request))


@endpoint(GET, PUT, PATCH, DELETE)
def scim_user(request: HttpRequest, uid: str) -> HttpResponse:
    if request.method == GET:
        return _user_answer(request, uid, Context.RESOURCE_QUERY_RESPONSE)
    row = ScimUser.objects.there().select_for_update(of=("self",)).select_related("operator").filter(uid=uid).first()
    if row is None:
        raise not_found("user")
    if request.method == DELETE:
        scim_operators.delete(row, actor_name=_actor(request))
        return HttpResponse(status=204)
    now = user_resource(row, request)
    wanted = _changed(request, UserResource, now)
    # PUT may leave it out; PATCH, which begins from what there is, takes it away.
    unsaid = row.operator.is_active if request.method == PUT and now.active is not None else None
    wish = _wish(wanted, unsaid)
    if wish != _wish(now, None):
        scim_operators.change(row, wish, actor_name=_actor(request))
    return _user_answer(request, uid, Context.RESOURCE_REPLACEMENT_RESPONSE)


def _user_answer(request: HttpRequest, uid: str, context: Context) -> HttpResponse:
    row = users().filter(uid=uid).first()
    if row is None:
        raise not_found("user")
    return _resource_answer(request, user_resource(row, request), context)


def _wish(asked: UserResource, unsaid: bool | None = True) -> ScimWish:
    """`unsaid`: what counts where the directory doesn't say `active`."""
    said = asked.model_dump(scim_ctx=Context.DEFAULT)
    kept = {name: said[name] for name in ("name", "displayName", "emails") if said.get(name)}
    return ScimWish(
        asked.user_name or "", asked.external_id or "", unsaid if asked.active is None else asked.active, kept
    )


# ---- Groups ----------------------------------------------------------------------------------------------------------
@endpoint(GET, POST)
def scim_groups_list(request: HttpRequest) -> HttpResponse:
    if request.method == GET:
        return _groups_answer(request)
    asked = GroupResource.model_validate(body_of(request), scim_ctx=Context.RESOURCE_CREATION_REQUEST)
    row = ScimGroup()
    _save_group(request, row, asked)
    return _group_answer(request, row.uid, Context.RESOURCE_CREATION_RESPONSE)


@endpoint(POST)
def scim_groups_search(request: HttpRequest) -> HttpResponse:
    return _groups_answer(request)


def _groups_answer(request: HttpRequest) -> HttpResponse:
    return list_answer(request, _groups(request))


def _groups(request: HttpRequest) -> ListedResources[ScimGroup]:
    rows = ScimGroup.objects.all()
    return ListedResources(GroupResource, rows, lambda row: group_resource(row, request), members())


@endpoint(GET, PUT, PATCH, DELETE)
def scim_group(request: HttpRequest, uid: str) -> HttpResponse:
    if request.method == GET:
        return _group_answer(request, uid, Context.RESOURCE_QUERY_RESPONSE)
    row = ScimGroup.objects.select_for_update().filter(uid=uid).first()
    if row is None:
        raise not_found("group")
    if request.method == DELETE:
        scim_groups.delete(row, actor_name=_actor(request))
        return HttpResponse(status=204)
    now = group_resource(row, request, row.members.filter(deleted_at=None))
    before = now.model_dump()
    wanted = _changed(request, GroupResource, now)
    if wanted.model_dump() != before:
        _save_group(request, row, wanted)
    return _group_answer(request, uid, Context.RESOURCE_REPLACEMENT_RESPONSE)


def _save_group(request: HttpRequest, row: ScimGroup, asked: GroupResource) -> None:
    uids = {each.value or "" for each in asked.members or ()}
    found = list(ScimUser.objects.there().filter(uid__in=uids))
    if missing := uids - {member.uid for member in found}:
        raise unknown_members(missing)
    row.display_name, row.external_id = asked.display_name or "", asked.external_id or ""
    scim_groups.save(row, found, actor_name=_actor(request))


def _group_answer(request: HttpRequest, uid: str, context: Context) -> HttpResponse:
    rows = ScimGroup.objects.filter(uid=uid)
    if wants_members(search_of(request, GroupResource)):
        rows = rows.prefetch_related(members())
    row = rows.first()
    if row is None:
        raise not_found("group")
    return _resource_answer(request, group_resource(row, request), context)


# ---- Of both ---------------------------------------------------------------------------------------------------------
@endpoint(POST)
def scim_search(request: HttpRequest) -> HttpResponse:
    """Of all resources: users first, then groups."""
    return list_answer(request, _users(request), _groups(request))


def _actor(request: HttpRequest) -> str:
    return said_by(token_of(request))


def _changed(request: HttpRequest, model: type[Any], now: Any) -> Any:
    """What PUT or PATCH makes of the resource `now`, which stays as it is."""
    if request.method == PUT:
        asked = model.model_validate(body_of(request), scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST)
        asked.replace(now)
        return asked
    patch_of: Any = PatchOp[model]  # type: ignore[valid-type]
    patch = patch_of.model_validate(removed_by_value(body_of(request)), scim_ctx=Context.RESOURCE_PATCH_REQUEST)
    wanted = now.model_copy(deep=True)
    patch.patch(wanted)
    return wanted


def _resource_answer(request: HttpRequest, resource: Resource[Any], context: Context) -> HttpResponse:
    status = 201 if context is Context.RESOURCE_CREATION_RESPONSE else 200
    headers = {"Location": resource.meta.location} if resource.meta and resource.meta.location else {}
    return answer(dumped(resource, search_of(request, type(resource)), context), status, headers)


# ---- What the service is ---------------------------------------------------------------------------------------------
@endpoint(GET)
def scim_config(request: HttpRequest) -> HttpResponse:
    return answer(service_provider_config().model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE))


@endpoint(GET)
def scim_schemas(request: HttpRequest, uid: str = "") -> HttpResponse:
    return _described(schemas(), uid, "schema")


@endpoint(GET)
def scim_resource_types(request: HttpRequest, uid: str = "") -> HttpResponse:
    return _described(resource_types(), uid, "resource type")


def _described(every: list[Any], uid: str, kind: str) -> HttpResponse:
    if not uid:
        response_of: Any = ListResponse[type(every[0])]  # type: ignore[misc]
        said = response_of(total_results=len(every), start_index=1, items_per_page=len(every), resources=every)
        return answer(said.model_dump(scim_ctx=Context.SEARCH_RESPONSE))
    found = next((each for each in every if str(each.id) == uid), None)
    if found is None:
        raise not_found(kind)
    return answer(found.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE))


@endpoint(GET, POST, PUT, PATCH, DELETE)
def scim_nothing(request: HttpRequest, rest: str) -> HttpResponse:
    raise not_found("address")
