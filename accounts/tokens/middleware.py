"""Middleware of the API: a token, and nothing else, says who asks; each answer is one that programs can read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.deprecation import MiddlewareMixin

from accounts.tokens import rates
from accounts.tokens.authentication import TokenRefused, authenticate
from iamconsole.web.problems import asks_for_api, etag_of, problem


class NoCookies(MiddlewareMixin):
    """Before anybody looks at a session: a browser that is signed in is nobody to the API.

    So another site can't have a browser ask it, and its addresses need no CSRF token.
    """

    def process_request(self, request: HttpRequest) -> None:
        if asks_for_api(request):
            request.COOKIES.clear()


class TokenRequired(MiddlewareMixin):
    """Each address of the API but public ones needs a token, and counts what it asks."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., Any],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        if not asks_for_api(request) or not getattr(view_func, "login_required", True):
            return None
        try:
            token, operator = authenticate(request)
            request.rate = use = rates.count(token)  # type: ignore[attr-defined]
            if use.is_over:
                raise TokenRefused(f"This token asks more than {use.limit} times a minute.", 429, use.resets_in)
        except TokenRefused as refused:
            return _refusal(refused)
        request.user, request.api_token = operator, token  # type: ignore[attr-defined]
        return None

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not asks_for_api(request):
            return response
        if isinstance(response, HttpResponseNotAllowed):
            allowed = response["Allow"]
            response = problem(405, f"This address takes {allowed}.")
            response["Allow"] = allowed
        response = _conditional(request, response)
        if use := getattr(request, "rate", None):
            response["RateLimit-Limit"], response["RateLimit-Remaining"] = str(use.limit), str(max(use.left, 0))
            response["RateLimit-Reset"] = str(use.resets_in)
        return response


def _refusal(refused: TokenRefused) -> HttpResponse:
    answer = problem(refused.status, refused.sentence)
    if refused.status == 401:
        answer["WWW-Authenticate"] = 'Bearer realm="IAM Console"'
    if refused.retry_after:
        answer["Retry-After"] = str(refused.retry_after)
    return answer


def _conditional(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """With an ETag; nothing but that for who has this very answer already (If-None-Match)."""
    if request.method != "GET" or response.status_code != 200 or not isinstance(response, HttpResponse):
        return response
    etag = response.get("ETag") or etag_of(response.content)
    response["ETag"] = etag
    answer = get_conditional_response(request, etag=etag, response=response)
    return answer or response
