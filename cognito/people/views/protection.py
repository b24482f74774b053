"""Data protection: what is held of whom, who decides it, erasing now, and the proof that the audit trail stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.access import fetch_aws_account, may, signed_in
from accounts.models import AuditEntry, AuditHead, AwsAccount
from accounts.roles import ADMINISTER, SEE_PEOPLE
from cognito.models import CognitoUser, PoolPeopleSettings, UserPool
from cognito.object_pages import POOL, pools
from cognito.people import retention
from cognito.people.mirrors.source import least_s
from cognito.people.person_record import people_settings_of
from cognito.people.retention import FIELDS, holdings_of
from iamconsole.web.counts import first_of
from objects.object_pages import fetch_row
from objects.views.stage import REFUSED
from sync.texts import storable

SHOWN = 50  # of those who are gone, on a pool's page


@require_GET
def data_protection(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    return _page(request, aws_account)


def _page(request: HttpRequest, aws_account: AwsAccount, **more: Any) -> HttpResponse:
    # A pool that is gone is told as long as anything personal of its people is here.
    kept = Exists(CognitoUser.objects.filter(pool=OuterRef("pk"), erased_at__isnull=True))
    holding = pools(aws_account).filter(Q(gone_at=None) | kept).order_by("name_key", "pk")
    context = {
        "aws_account": aws_account,
        "holdings": holdings_of(holding),
        "sees_people": may(signed_in(request), SEE_PEOPLE, aws_account),
        "head": AuditHead.objects.filter(pk=1, number__gt=0).first(),
        "waiting": AuditEntry.objects.filter(number__isnull=True).count(),
        "administers": may(signed_in(request), ADMINISTER, aws_account),
        **more,
    }
    return render(request, "cognito/data_protection.html", context)


def data_protection_pool(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    """What is kept of one pool's people; owners change it."""
    pool: UserPool = fetch_row(request, POOL, account_id, aws_id)
    people_settings = people_settings_of(pool)
    before = {name: getattr(people_settings, name) for name in retention.FIELDS}
    form = PoolPeopleSettingsForm(pool, request.POST or None, instance=people_settings)
    if request.method == "POST" and form.is_valid():
        retention.change(form.save(commit=False), before, pool=pool, actor=signed_in(request), request=request)
        messages.success(request, "Saved. The next pull applies it.")
        return redirect(request.path)
    return _pool_page(request, pool, form, people_settings)


def _pool_page(
    request: HttpRequest, pool: UserPool, form: PoolPeopleSettingsForm, people_settings: PoolPeopleSettings
) -> HttpResponse:
    gone = CognitoUser.objects.filter(pool=pool, gone_at__isnull=False, erased_at__isnull=True).order_by(
        "gone_at", "pk"
    )
    saved = people_settings_of(pool)
    context = {
        "pool": pool,
        "form": form,
        "gone": first_of(gone, SHOWN),
        "withdrawn": sorted(retention.withdrawn(pool, saved).items()),
        "holding": holdings_of([pool])[0],
        "least_s": least_s(pool.aws_account, [pool]),
    }
    return render(request, "cognito/pool_people_settings.html", context, status=REFUSED if form.errors else 200)


@require_POST
def data_protection_erase(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    """A person who is gone (`sub`), or an attribute that is no longer on the allow-list (`attribute`)."""
    pool: UserPool = fetch_row(request, POOL, account_id, aws_id)
    if name := storable(request.POST.get("attribute", "")):
        _erase_attribute(request, pool, name)
    else:
        of = CognitoUser.objects.filter(pool=pool, gone_at__isnull=False, erased_at__isnull=True)
        sub = storable(request.POST.get("sub", ""))
        person = get_object_or_404(of.select_related("pool", "aws_account"), aws_id=sub)
        retention.erase_now(person, actor=signed_in(request), request=request)
        messages.success(request, f"{person.aws_id} is erased: only this subject is left. This can’t be undone.")
    return redirect(reverse("data_protection_pool", kwargs={"account_id": account_id, "aws_id": aws_id}))


def _erase_attribute(request: HttpRequest, pool: UserPool, name: str) -> None:
    people_settings = people_settings_of(pool)
    if name in people_settings.attributes:
        messages.warning(request, f"{name} is on the list of stored attributes: remove it from there first.")
        return
    if name not in retention.withdrawn(pool, people_settings):  # the audit trail is no place for whatever was typed
        messages.info(request, "Nobody here has that attribute any more.")
        return
    erased, left = retention.erase_attribute(pool, name, actor=signed_in(request), request=request)
    rest = f" {left:,} are left for the next pull, or for another click." if left else ""
    messages.success(request, f"{name} is erased of {erased:,} {'person' if erased == 1 else 'people'}.{rest}")


# ---- What owners type of how the people of a pool are kept ---------------------------------------------------------
if TYPE_CHECKING:
    ModelForm = forms.ModelForm[PoolPeopleSettings]  # generic for the type checker only
else:
    ModelForm = forms.ModelForm

ATTRIBUTE = re.compile(r"[\w:.-]{1,40}", re.ASCII)
MOST_ATTRIBUTES = 60


class PoolPeopleSettingsForm(ModelForm):
    attributes = forms.CharField(
        label="Attributes that are stored",
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "class": "mono", "spellcheck": "false", "autocomplete": "off"}),
    )

    class Meta:
        model = PoolPeopleSettings
        fields = FIELDS
        labels = {
            "mirrors_people": "Store the people of this pool",
            "erase_after_days": "Days until a person deleted in AWS is erased here",
            "helpdesk_per_hour": "People that a helpdesk operator may change per hour",
        }
        help_texts = {
            "mirrors_people": "Off, this console stores the pool’s settings only: nobody is found here, and at the "
            "next pull all stored people are erased.",
            "erase_after_days": "Then only the subject (sub) of the person is left. 0: at once.",
        }

    def __init__(self, pool: UserPool, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["attributes"] = "\n".join(sorted(self.instance.attributes))
        named = sorted(str(each["Name"]) for each in pool.settings.get("SchemaAttributes", ()) if each.get("Name"))
        self._of_pool = {*named}
        self.fields["attributes"].help_text = (
            "One a line. Searches and exported files have only these. An attribute that you remove from the list is "
            "erased at the next pull, or at once on this page."
            + (f" This pool has: {', '.join(named)}." if named else "")
        )

    def clean_attributes(self) -> list[str]:
        value = [line.strip() for line in self.cleaned_data["attributes"].replace(",", "\n").splitlines()]
        names = sorted({name for name in value if name})
        if wrong := [name for name in names if not ATTRIBUTE.fullmatch(name)]:
            raise forms.ValidationError(f"“{wrong[0][:60]}” can’t be the name of an attribute.")
        if unknown := [name for name in names if self._of_pool and name not in self._of_pool]:
            raise forms.ValidationError(f"This pool has no attribute “{unknown[0]}”. Those it has are named below.")
        if len(names) > MOST_ATTRIBUTES:
            raise forms.ValidationError(f"A pool has at most {MOST_ATTRIBUTES} attributes that can be stored.")
        return names
