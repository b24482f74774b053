"""The page after a step-up sign-in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.stepup import kept, step_up_required, words_of


@require_GET
@never_cache
@step_up_required
def step_up(request: HttpRequest) -> HttpResponse:
    form = kept(request)
    if form is None:
        return redirect("home")
    action, where = words_of(form.path, form.fields)
    return render(request, "accounts/step_up.html", {"kept": form, "action": action, "where": where})
