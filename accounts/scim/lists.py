"""Lists of resources: filters and pages (RFC 7644, 3.4.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from scim2_models import Context, ListResponse, Resource, SearchRequest
from scim2_models.path import CompareOperator, Comparison

from accounts.scim.protocol import answer, body_of
from accounts.scim.resources import MOST_RESULTS

M = TypeVar("M", bound=Model)

# Attributes, in lower case, of which a column says as much as the resource; the others are compared in the resources.
_COLUMNS = {
    "username": "user_name__iexact",
    "displayname": "display_name__iexact",
    "externalid": "external_id",
    "id": "uid",
}


def list_answer(
    request: HttpRequest, model: type[Resource[Any]], rows: QuerySet[M], resource_of: Callable[[M], Resource[Any]]
) -> HttpResponse:
    """Raises SCIMException and pydantic.ValidationError, where the query can't be answered."""
    search = search_of(request, model)
    rows = _narrowed(rows, search).order_by("pk")
    found: list[Resource[Any]] = []
    start, count = search.start_index or 1, MOST_RESULTS if search.count is None else min(search.count, MOST_RESULTS)
    if search.filter is None:
        total = rows.count()
        within = rows[start - 1 : start - 1 + count] if start <= total else ()  # no database counts further
        found = [resource_of(row) for row in within]
    else:
        matching = [resource for row in rows if search.filter.match(resource := resource_of(row))]
        total, found = len(matching), matching[start - 1 : start - 1 + count]
    said = ListResponse[model](  # type: ignore[valid-type]
        total_results=total, start_index=start, items_per_page=len(found), resources=found
    )
    return answer(dumped(said, search, Context.SEARCH_RESPONSE))


def search_of(request: HttpRequest, model: type[Resource[Any]]) -> SearchRequest[Any]:
    """What the query asks for: filter, page, and which attributes. `.search` asks in the body (RFC 7644, 3.4.3)."""
    if request.path.endswith("/.search"):
        posted: SearchRequest[Any] = SearchRequest[model].model_validate(  # type: ignore[valid-type]
            body_of(request), scim_ctx=Context.SEARCH_REQUEST
        )
        return posted
    names = ("filter", "startIndex", "count", "attributes", "excludedAttributes")
    asked = {name: request.GET[name] for name in names if request.GET.get(name)}
    found: SearchRequest[Any] = SearchRequest[model].model_validate(asked)  # type: ignore[valid-type]
    return found


def dumped(said: Any, search: SearchRequest[Any], context: Context) -> dict[str, Any]:
    found: dict[str, Any] = said.model_dump(scim_ctx=context, response_parameters=search)
    if isinstance(said, ListResponse):
        found.setdefault("Resources", [])
    return found


def _narrowed(rows: QuerySet[M], search: SearchRequest[Any]) -> QuerySet[M]:
    """By the column, for the filters that directories send; what is left is compared by the filter itself."""
    asked = search.filter.ast if search.filter is not None else None
    if not isinstance(asked, Comparison) or asked.op != CompareOperator.eq or not isinstance(asked.value, str):
        return rows
    names = {field.name for field in rows.model._meta.get_fields()}
    column = _COLUMNS.get(str(asked.attr_path).rpartition(":")[2].lower(), "")
    if "\x00" in asked.value or column.partition("__")[0] not in names:
        return rows
    return rows.filter(**{column: asked.value})
