"""The API: django-ninja's object, what is asked of every request, and what is answered when something goes wrong.

A route is a function in api/routes/. Who may call it stands above it (`asks`), as pages say it in their urls.py:

    @router.get("/aws-accounts/{account_id}/findings", response=FindingPage, url_name="api_findings")
    @asks(needs(SEE_IAM))
    def list_findings(request: HttpRequest, account_id: str, …) -> FindingPage: …
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, TypeVar

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.operation import Operation
from ninja.security import HttpBearer

from accounts.access import enter
from accounts.models import ApiToken
from api.errors import Refused, place_of, undocumented
from api.reading import StrictParser, check_body, check_query
from api.table_parameters import listed_of
from iamconsole.views import bad_request, not_found, permission_denied
from iamconsole.web.addresses import Access, access_of
from iamconsole.web.problems import problem
from iamconsole.web.validation_sentences import sentence_of

V = TypeVar("V", bound=Callable[..., Any])


def asks(access: Access) -> Callable[[V], V]:
    """What a route asks of who calls it."""

    def declare(view: V) -> V:
        view.access = access  # type: ignore[attr-defined]
        return view

    return declare


class ByToken(HttpBearer):
    """For the schema. Whose token it is, accounts/tokens/middleware.py has found out before any route is called."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        found: ApiToken | None = getattr(request, "api_token", None)
        return found


interface = NinjaAPI(
    title="IAM Console",
    version="1",
    description="What the console’s pages show, and what they propose, for programs. See docs/api.md.",
    docs_url=None,
    openapi_url=None,
    auth=ByToken(),
    parser=StrictParser(),
)


# ---- Around each route ---------------------------------------------------------------------------------------------
def _entering(run: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Nobody comes to a route without what it asks, not even to hear what is wrong with what they sent: beside its
    address, each method asks for itself."""
    operation: Operation = run.__self__  # type: ignore[attr-defined]  # the method of one
    access = access_of(operation.view_func)
    if access is None:
        raise TypeError(f"{operation.view_func.__name__} says nothing of who may call it: write @asks(needs(…)).")

    @wraps(run)
    def entered(request: HttpRequest, *args: Any, **given: Any) -> HttpResponseBase:
        if not access.public:
            enter(request, access, given.get("account_id", ""))
        try:
            _check_parameters(request, operation)
            check_body(request)
        except Refused as refused:
            return problem(refused.status, refused.sentence)
        return run(request, *args, **given)

    return entered


def operations() -> Iterator[Operation]:
    for router in interface._get_bound_routers():
        for view in router.path_operations.values():
            yield from view.operations


def _check_parameters(request: HttpRequest, operation: Operation) -> None:
    """Raises Refused for one that the OpenAPI document doesn't name: a misspelled filter would filter nothing."""
    listed = listed_of(operation.view_func)
    if listed and listed.more:
        return  # the list itself knows which it has
    models = [each for each in operation.models if each.__ninja_param_source__ == "query"]
    known = {name for each in models for name in each.__ninja_flatten_map__}
    repeated = {name for each in models for name in each.__ninja_collection_fields__}
    check_query(request, known | (listed.names() if listed else set()), repeated)


interface.add_decorator(_entering, mode="view")


# ---- What goes wrong -----------------------------------------------------------------------------------------------
@interface.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    return _refused(request, undocumented((place_of(each["loc"]), sentence_of(each)) for each in error.errors))


@interface.exception_handler(Refused)
def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(error.status, error.sentence, **error.more)


@interface.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(error.status_code, str(error))


@interface.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Any) -> HttpResponse:
    return not_found(request, error)


@interface.exception_handler(PermissionDenied)
def _denied(request: HttpRequest, error: Any) -> HttpResponse:
    return permission_denied(request, error)


@interface.exception_handler(BadRequest)
def _bad_request(request: HttpRequest, error: Any) -> HttpResponse:
    return bad_request(request, error)


@interface.exception_handler(Exception)
def _failed(request: HttpRequest, error: Any) -> HttpResponse:
    raise error  # Django logs it and answers: iamconsole/views.py
