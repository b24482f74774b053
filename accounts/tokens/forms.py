"""The form by which an operator makes a token."""

from __future__ import annotations

import secrets
from datetime import datetime, time, timedelta
from ipaddress import ip_network

from django import forms
from django.conf import settings
from django.utils import timezone

from accounts.models import ApiToken, AwsAccount, Operator
from accounts.names import on_one_line
from accounts.roles import SEE_IAM, SEE_PEOPLE
from accounts.tokens.services import TokenWanted, longest_end, scopes_of

ALL = "all"
MOST_NETWORKS = 20
_USUAL_DAYS = 30


class ApiTokenForm(forms.Form):
    name = forms.CharField(
        label="Name",
        max_length=80,
        validators=[on_one_line],
        help_text="What it is for, such as: CI of the repository infra. It stands in the audit trail.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    service = forms.CharField(
        label="Service",
        max_length=80,
        required=False,
        validators=[on_one_line],
        help_text="Where others run the program, too: its name. You answer for it, and it ends with your grants.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(label="It may", widget=forms.CheckboxSelectMultiple)
    aws_accounts = forms.MultipleChoiceField(label="AWS accounts", widget=forms.CheckboxSelectMultiple)
    ends_on = forms.DateField(label="Last day", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    networks = forms.CharField(
        label="Only from these networks",
        required=False,
        max_length=2000,
        help_text="One a line, such as 203.0.113.0/24 or 2001:db8::/48. Empty: from anywhere.",
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control mono"}),
    )
    form_key = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput, initial=lambda: secrets.token_hex(16))

    def __init__(self, *args: object, operator: Operator, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        seen = AwsAccount.objects.visible_to(operator, SEE_IAM, SEE_PEOPLE)
        self._seen = {each.account_id: each for each in seen}
        accounts = [(ALL, "All that you may see, including future ones")]
        accounts += [(account_id, str(each)) for account_id, each in self._seen.items()]
        self._offer("scopes", [(scope.value, scope.label) for scope in scopes_of(operator)])
        self._offer("aws_accounts", accounts)
        last = longest_end()
        self.fields["ends_on"].help_text = f"At most {settings.API_TOKEN_DAYS} days from now."
        self.initial.setdefault("ends_on", min(last, timezone.now() + timedelta(days=_USUAL_DAYS)).date())
        self.initial.setdefault("scopes", [ApiToken.Scope.READ.value])
        self.initial.setdefault("aws_accounts", [ALL])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = choices

    def clean_ends_on(self) -> datetime:
        """The end of that day, but no later than the longest time allows."""
        day, last = self.cleaned_data["ends_on"], longest_end()
        if day > timezone.localtime(last).date():
            raise forms.ValidationError(f"A token ends within {settings.API_TOKEN_DAYS} days.")
        if day < timezone.localdate():
            raise forms.ValidationError("That day has passed.")
        return min(timezone.make_aware(datetime.combine(day, time.max)), last)

    def clean_networks(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["networks"].splitlines() if line.strip()]
        if len(lines) > MOST_NETWORKS:
            raise forms.ValidationError(f"At most {MOST_NETWORKS} networks.")
        return [_network(line) for line in lines]

    def wanted(self) -> TokenWanted:
        said = self.cleaned_data
        chosen = said["aws_accounts"]
        return TokenWanted(
            name=said["name"],
            service=said["service"],
            scopes=said["scopes"],
            aws_accounts=None if ALL in chosen else [self._seen[account_id] for account_id in chosen],
            networks=said["networks"],
            expires_at=said["ends_on"],
            form_key=said["form_key"],
        )


def _network(line: str) -> str:
    try:
        return str(ip_network(line))
    except ValueError:
        words = f"“{line[:60]}” is no network: write its first address and how many bits are fixed, as 203.0.113.0/24."
        raise forms.ValidationError(words) from None
