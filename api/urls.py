"""The addresses of the API: those of its routes, each with what it asks, as pages have it."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern
from django.views.decorators.http import require_GET

from api.interface import interface
from api.routes import access, aws_accounts, care, changes, denials, documents, findings, me, objects, people
from api.schema import PREFIX, document
from iamconsole.web.addresses import PUBLIC, access_of, page

for each in (me, aws_accounts, objects, findings, changes, access, denials, documents, people, care):
    interface.add_router("", each.router)


def _patterns() -> Iterator[URLPattern]:
    """One for each address. It asks what its first method does; each other one asks for itself (api/interface.py)."""
    for bound in interface._get_bound_routers():
        for route, view in bound.path_operations.items():
            first = view.operations[0]
            access = access_of(first.view_func)
            if access is None or not first.url_name:
                raise TypeError(f"{first.view_func.__name__} lacks @asks(…) or url_name.")
            address = route.lstrip("/").replace("{", "<str:").replace("}", ">")
            yield page(f"{PREFIX}{address}", view.get_view(), access, name=first.url_name)


@require_GET
def openapi(request: HttpRequest) -> JsonResponse:
    """No secret: it says what the API is like, and nothing of what is in this console."""
    return JsonResponse(document(), json_dumps_params={"ensure_ascii": False})


urlpatterns = [page(f"{PREFIX}openapi.json", openapi, PUBLIC, name="api_openapi"), *_patterns()]
