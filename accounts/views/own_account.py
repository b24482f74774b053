"""Pages of the operator who is signed in: which e-mails they get, and the one after a step-up sign-in."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import signed_in
from accounts.forms import MailsForm
from accounts.stepup import kept, step_up_required, words_of


@require_http_methods(["GET", "POST"])
def mails(request: HttpRequest) -> HttpResponse:
    operator = signed_in(request)
    form = MailsForm(request.POST if request.method == "POST" else None, instance=operator)
    if form.is_valid():
        operator.save(update_fields=["wants_mail"])
        messages.success(request, "Your choice is kept.")
        return redirect("mfa_index")
    return render(request, "accounts/mails.html", {"form": form})


@require_GET
@never_cache
@step_up_required
def step_up(request: HttpRequest) -> HttpResponse:
    form = kept(request)
    if form is None:
        return redirect("home")
    action, where = words_of(form.path, form.fields)
    return render(request, "accounts/step_up.html", {"kept": form, "action": action, "where": where})
