"""Lists of resources: filters and pages (RFC 7644, 3.4.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Model, Prefetch, QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from scim2_models import Context, ListResponse, Resource, SearchRequest, TooManyException

from accounts.scim.narrowing import condition_of
from accounts.scim.protocol import answer, body_of
from accounts.scim.resources import MOST_RESULTS

M = TypeVar("M", bound=Model)

# Of how many rows resources are made, to compare a filter that the database can't.
MOST_COMPARED = 2_000
TOO_MANY = (
    f"The filter would be compared with more than {MOST_COMPARED:,} resources. Narrow it by “eq” of userName, "
    "displayName, externalId, id, active or members, or ask for pages without a filter."
)


def list_answer(
    request: HttpRequest,
    model: type[Resource[Any]],
    rows: QuerySet[M],
    resource_of: Callable[[M], Resource[Any]],
    members: Prefetch[Any] | None = None,
) -> HttpResponse:
    """`members`: what is read only of rows whose members are asked for.

    Raises SCIMException and pydantic.ValidationError, where the query can't be answered.
    """
    search = search_of(request, model)
    start, count = search.start_index or 1, MOST_RESULTS if search.count is None else min(search.count, MOST_RESULTS)
    if search.filter is None:
        total = rows.count()
        # No database counts further than its rows.
        within = list(rows.order_by("pk")[start - 1 : start - 1 + count]) if start <= total else []
    else:
        if members and "members" in str(search.filter).lower():
            rows = rows.prefetch_related(members)
        fitting = _fitting(rows, search, resource_of)
        total, within = len(fitting), fitting[start - 1 : start - 1 + count]
    if members and wants_members(search):
        prefetch_related_objects(within, members)
    found = [resource_of(row) for row in within]
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


def wants_members(search: SearchRequest[Any]) -> bool:
    """Whether the answer has members: as many as a group has, since RFC 7644 has no pages of them."""
    if search.attributes:
        return any("members" in str(path).lower() for path in search.attributes)
    return not any(str(path).rpartition(":")[2].lower() == "members" for path in search.excluded_attributes or ())


def dumped(said: Any, search: SearchRequest[Any], context: Context) -> dict[str, Any]:
    found: dict[str, Any] = said.model_dump(scim_ctx=context, response_parameters=search)
    if isinstance(said, ListResponse):
        found.setdefault("Resources", [])
    return found


def _fitting(rows: QuerySet[M], search: SearchRequest[Any], resource_of: Callable[[M], Resource[Any]]) -> list[M]:
    """Raises TooManyException."""
    if search.filter is None:
        return []
    condition = condition_of(search.filter.ast, rows.model)
    narrowed = rows.filter(condition).distinct() if condition is not None else rows
    compared = list(narrowed.order_by("pk")[: MOST_COMPARED + 1])
    if len(compared) > MOST_COMPARED:
        raise TooManyException(detail=TOO_MANY)
    return [row for row in compared if search.filter.match(resource_of(row))]
