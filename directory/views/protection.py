"""What is kept of the people of Identity Center: owners decide it, and erase who is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import fetch_aws_account, signed_in
from directory.models import DirectorySettings, DirectoryUser
from directory.people import retention
from directory.people.person_record import settings_of
from iamconsole.web.counts import first_of
from objects.views.stage import REFUSED
from sync.texts import storable

SHOWN = 50  # of those who are gone

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[DirectorySettings]  # generic for the type checker only
else:
    ModelForm = forms.ModelForm


class DirectorySettingsForm(ModelForm):
    erase_after_days = forms.IntegerField(
        label="Days until who is deleted in AWS is erased here",
        min_value=0,
        max_value=3650,
        help_text="0: within a minute.",
    )

    class Meta:
        model = DirectorySettings
        fields = retention.FIELDS
        labels = {"mirrors_people": "Keep people", "keeps_email": "Keep their e-mail addresses"}
        help_texts = {
            "mirrors_people": "Without them pages say “a person”, and how many is known of groups alone.",
            "keeps_email": "Else they are known by user name and display name. The next pull applies it.",
        }


@require_http_methods(["GET", "POST"])
def people_settings(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    kept = settings_of(aws_account)
    before = {name: getattr(kept, name) for name in retention.FIELDS}
    form = DirectorySettingsForm(request.POST or None, instance=kept)
    if request.method == "POST" and form.is_valid():
        retention.change(form.save(commit=False), before, actor=signed_in(request), request=request)
        messages.success(request, "Saved.")
        return redirect(request.path)
    people = DirectoryUser.objects.filter(aws_account=aws_account)
    gone = people.filter(gone_at__isnull=False, erased_at__isnull=True).order_by("gone_at", "pk")
    context: dict[str, Any] = {
        "aws_account": aws_account,
        "form": form,
        "people_settings": settings_of(aws_account),
        "here": people.filter(gone_at__isnull=True).count(),
        "erased": people.filter(erased_at__isnull=False).count(),
        "gone": first_of(gone, SHOWN),
    }
    return render(request, "directory/people_settings.html", context, status=REFUSED if form.errors else 200)


@require_POST
def people_erase(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    of = DirectoryUser.objects.filter(aws_account=aws_account, gone_at__isnull=False, erased_at__isnull=True)
    person = get_object_or_404(of.select_related("aws_account"), aws_id=storable(request.POST.get("user_id", "")))
    retention.erase_now(person, actor=signed_in(request), request=request)
    messages.success(request, f"{person.aws_id} is erased: only this id is left. This can’t be undone.")
    return redirect("directory_people_settings", account_id=account_id)
