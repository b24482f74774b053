"""What is turned away before any page looks at it, and a page for what Django turns away without one."""

from __future__ import annotations

import re

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

from characters import UNSEEN, shown
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


# ---- Characters that nobody sees -----------------------------------------------------------------------------------
# Pages show the characters that a reader wouldn't see, wherever the text comes from.
# One place for all pages: names, titles, differences, calls and comments may come from AWS or from an operator, and a
# soft hyphen in a policy's name would hide that it is another policy. Attributes keep the text as it is, so that
# buttons copy it and fields send it back unchanged; so do text areas and scripts. Files (CSV, JSON) are no pages.
_PRINTS = bytes([*range(0x20, 0x7F), 0x09, 0x0A, 0x0D])
_KEPT = re.compile(
    r"<!--.*?-->|<(textarea|script|style)\b.*?</\1\s*>|<(?:[^\"'>]|\"[^\"]*\"|'[^']*')*>", re.DOTALL | re.IGNORECASE
)


class UnseenCharactersMiddleware(MiddlewareMixin):
    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_page = response.get("Content-Type", "").startswith("text/html")
        if is_page and isinstance(response, HttpResponse) and response.charset.lower() == "utf-8":
            rest = response.content.translate(None, _PRINTS)
            if rest and UNSEEN.search(rest.decode(errors="replace")):
                response.content = _page(response.content.decode(errors="replace")).encode()
                if response.has_header("Content-Length"):
                    response["Content-Length"] = str(len(response.content))
        return response


def _page(html: str) -> str:
    parts, at = [], 0
    for kept in _KEPT.finditer(html):
        parts += [shown(html[at : kept.start()]), kept.group()]
        at = kept.end()
    return "".join([*parts, shown(html[at:])])
