"""Lists of resources: filters and pages (RFC 7644, 3.4.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Generic, TypeVar

from django.db.models import Model, Prefetch, QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from scim2_models import Context, ListResponse, Resource, ScimFilter, SearchRequest, TooManyException

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


@dataclass(frozen=True)
class ListedResources(Generic[M]):
    """The resources of one type. `members`: what is read only of rows whose members are asked for."""

    model: type[Resource[Any]]
    rows: QuerySet[M]
    resource_of: Callable[[M], Resource[Any]]
    members: Prefetch[Any] | None = None

    def part(self, search: SearchRequest[Any], begin: int, most: int) -> tuple[int, list[Resource[Any]]]:
        """How many fit, and of these at most so many behind the first `begin`. Raises TooManyException."""
        if search.filter is None:
            total = self.rows.count()
            # No database counts further than its rows.
            within = list(self.rows.order_by("pk")[begin : begin + most]) if begin < total else []
        else:
            fitting = self._fitting(search.filter)
            total, within = len(fitting), fitting[begin : begin + most]
        if self.members and wants_members(search):
            prefetch_related_objects(within, self.members)
        return total, [self.resource_of(row) for row in within]

    def _fitting(self, asked: ScimFilter[Any]) -> list[M]:
        rows = self.rows
        if self.members and "members" in str(asked).lower():
            rows = rows.prefetch_related(self.members)
        condition = condition_of(asked.ast, rows.model)
        narrowed = rows.filter(condition).distinct() if condition is not None else rows
        compared = list(narrowed.order_by("pk")[: MOST_COMPARED + 1])
        if len(compared) > MOST_COMPARED:
            raise TooManyException(detail=TOO_MANY)
        return [row for row in compared if asked.match(self.resource_of(row))]


def list_answer(request: HttpRequest, *listed: ListedResources[Any]) -> HttpResponse:
    """Of several types one after the other: an attribute that a type doesn't have fits none of it (RFC 7644, 3.4.2.1).

    Raises SCIMException and pydantic.ValidationError, where the query can't be answered.
    """
    models: Any = reduce(or_, (each.model for each in listed))
    search = search_of(request, models)
    start, count = search.start_index or 1, MOST_RESULTS if search.count is None else min(search.count, MOST_RESULTS)
    total, found = 0, list[Resource[Any]]()
    for each in listed:
        number, part = each.part(search, max(start - 1 - total, 0), count - len(found))
        total, found = total + number, found + part
    said = ListResponse[models](total_results=total, start_index=start, items_per_page=len(found), resources=found)
    return answer(dumped(said, search, Context.SEARCH_RESPONSE))


def search_of(request: HttpRequest, model: Any) -> SearchRequest[Any]:
    """What the query asks for: filter, page, and which attributes. `.search` asks in the body (RFC 7644, 3.4.3).

    `model`: a type of resources, or a union of some.
    """
    if request.path.endswith("/.search"):
        posted: SearchRequest[Any] = SearchRequest[model].model_validate(
            body_of(request), scim_ctx=Context.SEARCH_REQUEST
        )
        return posted
    names = ("filter", "startIndex", "count", "attributes", "excludedAttributes")
    asked = {name: request.GET[name] for name in names if request.GET.get(name)}
    found: SearchRequest[Any] = SearchRequest[model].model_validate(asked)
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
