"""Pages show the characters that a reader wouldn't see, wherever the text comes from.

One place for all pages: names, titles, differences, calls and comments may come from AWS or from an operator, and a
soft hyphen in a policy's name would hide that it is another policy. Attributes keep the text as it is, so that buttons
copy it and fields send it back unchanged; so do text areas and scripts. Files (CSV, JSON) are no pages.
"""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

from characters import UNSEEN, shown

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
