"""What is turned away before any page looks at it."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.utils.deprecation import MiddlewareMixin


class NoNul(MiddlewareMixin):
    """PostgreSQL takes no NUL in a text: an address with one is nobody's, and answers 400 on every database."""

    def process_request(self, request: HttpRequest) -> None:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("An address can't contain a NUL character.")
