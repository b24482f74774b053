"""The pages of docs/ that are for operators."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from iamconsole.web.help.pages import help_pages


@require_safe
def help_index(request: HttpRequest) -> HttpResponse:
    return render(request, "help/index.html", {"pages": list(help_pages().values())})


@require_safe
def help_page(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, "help/page.html", {"page": help_pages()[name]})
