"""Pagination of AWS's lists: the fields for the next page's marker, which each service names differently.

botocore has no paginator for many of these operations, and its paginators hide where a page ended, which a pull keeps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Paging:
    """`marker`: the parameter, and the member of the answer, of that name. `more`: the member that says whether there
    is another page; where a service has none, there is one as long as the answer carries a marker. `size`: the
    parameter that says how long a page may be, and the longest that AWS takes; None where the caller decides."""

    marker: str
    more: str = ""
    size: tuple[str, int] | None = None

    def sized(self, params: dict[str, Any]) -> dict[str, Any]:
        """`params` with the longest pages, unless they say how long: the fewest calls, and some lists require it."""
        return params if self.size is None else dict([self.size]) | params


_BY_LIMIT, _BY_MAX_RESULTS = ("Limit", 60), ("MaxResults", 60)
# By service, or by operation where one differs from the others of its service.
_PAGING: dict[str, Paging] = {
    "account": Paging("NextToken"),
    "cognito-identity": Paging("NextToken", size=_BY_MAX_RESULTS),
    "cognito-idp": Paging("NextToken", size=_BY_MAX_RESULTS),
    "cognito-idp:AdminListDevices": Paging("PaginationToken", size=_BY_LIMIT),
    "cognito-idp:AdminListGroupsForUser": Paging("NextToken", size=_BY_LIMIT),
    "cognito-idp:AdminListUserSessions": Paging("NextToken"),
    "cognito-idp:ListDevices": Paging("PaginationToken", size=_BY_LIMIT),
    "cognito-idp:ListGroups": Paging("NextToken", size=_BY_LIMIT),
    "cognito-idp:ListResourceServers": Paging("NextToken", size=("MaxResults", 50)),
    "cognito-idp:ListUserImportJobs": Paging("PaginationToken", size=_BY_MAX_RESULTS),
    "cognito-idp:ListUserPoolClientSecrets": Paging("NextToken"),
    "cognito-idp:ListUserPoolReplicas": Paging("NextToken"),
    "cognito-idp:ListUserSessions": Paging("NextToken"),
    "cognito-idp:ListUsers": Paging("PaginationToken", size=_BY_LIMIT),
    "cognito-idp:ListUsersInGroup": Paging("NextToken", size=_BY_LIMIT),
    "cognito-idp:ListWebAuthnCredentials": Paging("NextToken", size=("MaxResults", 20)),
    # Whole lists, which take neither.
    "cognito-identity:ListTagsForResource": Paging("NextToken"),
    "cognito-idp:ListTagsForResource": Paging("NextToken"),
    "ec2": Paging("NextToken"),
    "iam": Paging("Marker", more="IsTruncated"),
    "iam:ListDelegationRequests": Paging("Marker", more="isTruncated"),
    "organizations": Paging("NextToken"),
}


def paging_of(service: str, operation: str) -> Paging:
    """KeyError for a service that has no lists."""
    return _PAGING.get(f"{service}:{operation}") or _PAGING[service]
