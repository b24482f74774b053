"""What is turned away before any page looks at it, and a page for what Django turns away without one."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

from iamconsole.web.shell import refusal_page


class NoNul(MiddlewareMixin):
    """PostgreSQL takes no NUL in a text: an address with one is nobody's, and answers 400 on every database."""

    def process_request(self, request: HttpRequest) -> None:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("An address can't contain a NUL character.")


class MethodNotAllowed(MiddlewareMixin):
    """Says so on a page: Django's own answer is empty, and browsers show an error of theirs in its place."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not isinstance(response, HttpResponseNotAllowed) or response.content:
            return response
        page = refusal_page(request, "405.html", 405)
        page["Allow"] = response["Allow"]
        return page
