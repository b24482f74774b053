"""The setting whether an operator gets e-mails about changes."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import signed_in
from accounts.forms import MailsForm


@require_http_methods(["GET", "POST"])
def mails(request: HttpRequest) -> HttpResponse:
    operator = signed_in(request)
    form = MailsForm(request.POST if request.method == "POST" else None, instance=operator)
    if form.is_valid():
        operator.save(update_fields=["wants_mail"])
        messages.success(request, "Your choice is kept.")
        return redirect("mfa_index")
    return render(request, "accounts/mails.html", {"form": form})
