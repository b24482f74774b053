"""What an address asks of who comes to it, declared beside it in urls.py.

    page("aws/<str:account_id>/users/", lists.users, needs(SEE_IAM), name="users")

accounts.middleware.DeclaredAccess asks it before the view is called, and accounts.access.fetch_aws_account goes by it.
A view says no permission of its own, but for what it asks beyond that. tests/project/addresses.csv has who gets what.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path

View = Callable[..., HttpResponseBase]


class AddressScope(StrEnum):
    """On which AWS account a permission is asked for."""

    NAMED = "named"  # the one that the address names
    ANY = "any"  # on one at least
    ALL = "all"  # by a grant for all AWS accounts


@dataclass(frozen=True)
class Access:
    """What an address asks. Without permissions: to be signed in, and not even that where it is public."""

    permissions: tuple[str, ...] = ()  # of accounts.roles: one of them is enough; a view goes by the first that is held
    scope: AddressScope = AddressScope.NAMED
    fresh_sign_in: bool = False  # what is posted there takes a fresh sign-in
    refusal: str = ""  # the sentence for who may not
    public: bool = False
    is_of_all: bool = False  # its page is about all AWS accounts on which the permission is held

    def __str__(self) -> str:
        """For the table of addresses: "see_iam or care_people"."""
        if not self.permissions:
            return "nothing" if self.public else "sign-in"
        words = " or ".join(self.permissions)
        return words if self.scope is AddressScope.NAMED else f"{words} on {self.scope}"


PUBLIC = Access(public=True)
SIGNED_IN = Access()


def needs(
    *permissions: str,
    scope: AddressScope = AddressScope.NAMED,
    fresh_sign_in: bool = False,
    refusal: str = "",
    is_of_all: bool = False,
) -> Access:
    """One of these permissions."""
    return Access(permissions, scope, fresh_sign_in, refusal, is_of_all=is_of_all)


def page(route: str, view: View, access: Access, *, name: str, kwargs: dict[str, Any] | None = None) -> URLPattern:
    """`django.urls.path` for an address of the console."""

    @wraps(view)
    def declared(request: HttpRequest, *args: Any, **given: Any) -> HttpResponseBase:
        return view(request, *args, **given)

    declared.access = access  # type: ignore[attr-defined]
    return path(route, login_not_required(declared) if access.public else declared, kwargs, name=name)


def access_of(view: Callable[..., Any]) -> Access | None:
    """What its address asks; None of allauth's and the admin's, which see to it themselves."""
    found: Access | None = getattr(view, "access", None)
    return found


def is_of_all_aws_accounts(request: HttpRequest) -> bool:
    """Whether the address that was asked for is that of a page about all AWS accounts."""
    match = request.resolver_match
    access = access_of(match.func) if match else None
    return access is not None and access.is_of_all
