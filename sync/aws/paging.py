"""How AWS's lists are paged: which field says where the next page begins. Each service has its own names for it.

botocore has no paginator for many of these operations, and its paginators hide where a page ended, which a pull keeps.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Paging:
    """`marker`: the parameter, and the member of the answer, of that name. `more`: the member that says whether there
    is another page; where a service has none, there is one as long as the answer carries a marker."""

    marker: str
    more: str = ""


# By service, or by operation where one differs from the others of its service.
_PAGING: dict[str, Paging] = {
    "account": Paging("NextToken"),
    "cognito-identity": Paging("NextToken"),
    "cognito-idp": Paging("NextToken"),
    "cognito-idp:AdminListDevices": Paging("PaginationToken"),
    "cognito-idp:ListDevices": Paging("PaginationToken"),
    "cognito-idp:ListUserImportJobs": Paging("PaginationToken"),
    "cognito-idp:ListUsers": Paging("PaginationToken"),
    "ec2": Paging("NextToken"),
    "iam": Paging("Marker", more="IsTruncated"),
    "iam:ListDelegationRequests": Paging("Marker", more="isTruncated"),
    "organizations": Paging("NextToken"),
}


def paging_of(service: str, operation: str) -> Paging:
    """KeyError for a service that has no lists."""
    return _PAGING.get(f"{service}:{operation}") or _PAGING[service]
