"""Around each request: its id, how long it took, and a span where requests are traced."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPMethod
from time import perf_counter

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from iamconsole import log_context, tracing
from monitoring import catalogue
from monitoring.counting import count, observe

PAGE_SECONDS = catalogue.histogram(
    "page_seconds", "Seconds until a page was made, by the name of its route, never by its address", "route"
)
PAGES = catalogue.counter(
    "pages", "Requests by the name of their route, their method and the first digit of the status",
    "route", "method", "status",
)  # fmt: skip
# Of probes, which answer 503 for something else that is away: they haven't failed.
PROBES = frozenset({"health", "alive", "ready"})
UNMATCHED = "unmatched"  # an address that there isn't


class Observed:
    """Outside of all other middleware but that of static files: what they take counts, too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began, request_id = perf_counter(), log_context.new_request_id(request)
        method = request.method if request.method in HTTPMethod.__members__ else "other"
        with log_context.of(request_id=request_id), tracing.request_span(request, request_id) as span:
            response = self._get_response(request)
            route = route_of(request)
            span.rename(f"{method} {route}", status=response.status_code)
        observe(PAGE_SECONDS, perf_counter() - began, route)
        count(PAGES, route, str(method), f"{response.status_code // 100}xx")
        response.headers["X-Request-ID"] = request_id
        return response


def route_of(request: HttpRequest) -> str:
    match = request.resolver_match
    return (match.view_name if match else "") or UNMATCHED
