"""Forms of the settings of an AWS account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.forms import ResetPasswordForm
from allauth.core.exceptions import ImmediateHttpResponse
from django import forms
from django.conf import settings
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.shortcuts import render

from accounts.access import who_may
from accounts.models import (
    MOST_APPROVALS,
    AccountLabel,
    ApprovalRule,
    AwsAccount,
    GrantRule,
    Operator,
    OrganizationPlace,
    Risk,
)
from accounts.names import on_one_line
from accounts.roles import APPROVE, Role, roles_with
from accounts.services import password_links
from accounts.services.aws_accounts import who_counts

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[AwsAccount]  # generic for the type checker only
else:
    ModelForm = forms.ModelForm


def reason_field() -> forms.CharField:
    return forms.CharField(label="Reason", max_length=1000, required=False, help_text="The audit trail keeps it.")


OWN_CREDENTIALS = (
    " This console signs in with its own credentials here, and can’t tell which role they belong to: list that one too."
)


class AwsAccountForm(ModelForm):
    class Meta:
        model = AwsAccount
        fields = (
            "name",
            "environment",
            "pull_every_minutes",
            "quota_share",
            "approvals_required",
            "break_glass_roles",
        )
        widgets = {"break_glass_roles": forms.Textarea(attrs={"rows": 3, "class": "mono", "spellcheck": "false"})}
        labels = {
            "name": "Name",
            "pull_every_minutes": "Minutes between pulls",
            "quota_share": "Share of Cognito’s request quotas, in percent",
            "approvals_required": "Approvals that every change needs",
            "break_glass_roles": "Break-glass roles",
        }
        help_texts = {
            "environment": "Production is marked on every page, by colour and word.",
            "pull_every_minutes": "0: only when somebody asks.",
            "quota_share": "The sign-ins of your customers need the rest, in every Region. Empty: {usual}.",
            "approvals_required": "By operators other than the requester. 0: none.",
            "break_glass_roles": "One name a line; * is any text. A change that touches one is refused unless an owner"
            " lets it through, as with the console’s own roles.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.is_connected:  # nothing is pulled there, and nothing changed
            for name in [name for name in self.fields if name not in ("name", "environment")]:
                del self.fields[name]
            return
        share = self.fields["quota_share"]
        share.help_text = share.help_text.format(usual=f"{settings.AWS_QUOTA_SHARE:.0%}")
        if self.instance.connection == AwsAccount.Connection.AMBIENT:
            self.fields["break_glass_roles"].help_text += OWN_CREDENTIALS

    def before(self) -> dict[str, object]:
        """The values as they were when the page was sent, by field."""
        return {name: self.initial[name] for name in self.fields}


class WritesForm(forms.Form):
    on = forms.BooleanField(required=False, widget=forms.HiddenInput)
    reason = reason_field()


class ApprovalRuleForm(forms.Form):
    """A rule that the AWS account can live by: as many may approve so as it asks for."""

    risk = forms.ChoiceField(label="When a step is", choices=Risk.choices, initial=Risk.HIGH)
    approvals = forms.IntegerField(label="Approvals needed", min_value=1, max_value=MOST_APPROVALS, initial=1)
    by = forms.ChoiceField(label="Approved by", help_text="Lists groups with members who may approve here.")

    def __init__(self, *args: Any, aws_account: AwsAccount, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._aws_account = aws_account
        groups = Group.objects.filter(user__in=who_may(APPROVE, aws_account)).distinct().order_by("name")
        by = self.fields["by"]
        assert isinstance(by, forms.ChoiceField)  # noqa: S101  for the type checker
        by.choices = [
            ("anybody", "Anybody who may approve"),
            *((f"role:{role}", f"{Role(role).label}s") for role in roles_with(APPROVE)),
            *((f"group:{group.pk}", f"The group {group.name}") for group in groups),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        kind, _, chosen = cleaned["by"].partition(":")
        role, group_id = chosen if kind == "role" else "", int(chosen) if kind == "group" else None
        there = who_counts(self._aws_account, role=role, group_id=group_id).count()
        if there < cleaned["approvals"]:
            whom = "Nobody" if not there else f"Only {there} operator{'' if there == 1 else 's'}"
            raise forms.ValidationError(f"{whom} could approve so here: no change would ever meet this rule.")
        return {**cleaned, "role": role, "group_id": group_id}

    def rule(self) -> ApprovalRule:
        about = {name: self.cleaned_data[name] for name in ("risk", "approvals", "role", "group_id")}
        return ApprovalRule(aws_account=self._aws_account, **about)


class GranteeForm(forms.Form):
    """Who gets a role: an operator by e-mail address, or a group of operators by name."""

    who = forms.CharField(
        label="Operator or group",
        max_length=254,
        help_text="The e-mail address of an operator, or the name of a group.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label="Role", choices=Role.choices)

    def clean_who(self) -> Operator | Group:
        who = str(self.cleaned_data["who"]).strip()
        found: Operator | Group | None
        if "@" in who:
            found = Operator.objects.filter(email__iexact=who).first()
            words = f"Nobody here signs in with {who}. Invite them on the page Operators first."
        else:
            found = Group.objects.filter(name__iexact=who).first()
            words = f"There is no group “{who}”. For an operator, type the e-mail address."
        if found is None:
            raise forms.ValidationError(words)
        return found

    def grantee(self) -> dict[str, Any]:
        """`operator` or `group`, as a Grant takes it."""
        who = self.cleaned_data["who"]
        return {"operator": who} if isinstance(who, Operator) else {"group": who}


class GrantForm(GranteeForm):
    """… of one AWS account."""

    pool_id = forms.CharField(
        label="Only for one user pool",
        max_length=55,
        required=False,
        help_text="For the role helpdesk only: the id of a user pool. Empty: all user pools.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "form-control mono"}),
    )
    reason = reason_field()


class GrantRuleForm(GranteeForm):
    """… of the AWS accounts with a label or in a unit."""

    where = forms.ChoiceField(
        label="Label or unit",
        help_text="Units are those above an AWS account of this console, as its organization was last read.",
    )
    reason = reason_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._units = known_units()
        labels = [(f"label:{label.pk}", label.name) for label in AccountLabel.objects.there()]
        units = [(key, f"{rule.unit_name} ({rule.unit_id})") for key, rule in self._units.items()]
        where = self.fields["where"]
        assert isinstance(where, forms.ChoiceField)  # noqa: S101  for the type checker
        where.choices = [("", "Choose one"), ("Labels", labels), ("Organizational units", units)]

    def rule(self) -> GrantRule:
        """Not saved."""
        about: dict[str, Any] = {"role": self.cleaned_data["role"], **self.grantee()}
        kind, _, chosen = self.cleaned_data["where"].partition(":")
        if kind == "label":
            return GrantRule(label_id=int(chosen), **about)
        unit = self._units[self.cleaned_data["where"]]
        named = {name: getattr(unit, name) for name in ("organization_id", "unit_id", "unit_name")}
        return GrantRule(**named, **about)


def known_units() -> dict[str, GrantRule]:
    """Those above the AWS accounts, by what the form sends: as a rule about each would name it."""
    found: dict[str, GrantRule] = {}
    for place in OrganizationPlace.objects.exclude(path="").order_by("path"):
        organization_id = place.path.partition("/")[0]
        for unit in place.units:
            rule = GrantRule(organization_id=organization_id, unit_id=unit["id"], unit_name=unit["name"][:128])
            found.setdefault(f"unit:{organization_id}/{unit['id']}", rule)
    return found


ALL = "all"


class InvitationForm(forms.Form):
    email = forms.EmailField(
        label="E-mail address", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    name = forms.CharField(
        label="Name",
        max_length=120,
        validators=[on_one_line],
        help_text="Shown on pages and in the audit trail.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label="Role", choices=Role.choices, initial=Role.VIEWER)
    aws_accounts = forms.MultipleChoiceField(label="AWS accounts", widget=forms.CheckboxSelectMultiple)
    reason = reason_field()

    def __init__(self, *args: Any, owner: Operator, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._owned = {each.account_id: each for each in owner.owned_aws_accounts()}
        field = self.fields["aws_accounts"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101  for the type checker
        every = [(ALL, "All AWS accounts, including future ones")] if owner.owns_all() else []
        field.choices = [*every, *((account_id, str(each)) for account_id, each in self._owned.items())]

    def chosen(self) -> list[AwsAccount | None]:
        """None: all of them."""
        picked = self.cleaned_data["aws_accounts"]
        return [None] if ALL in picked else [self._owned[account_id] for account_id in picked]


class ResetForm(ResetPasswordForm):  # type: ignore[misc]
    def clean_email(self) -> str:
        """allauth would look here whose it is: a worker does."""
        return str(self.cleaned_data["email"]).strip().lower()

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email: str = self.cleaned_data["email"]
        if not password_links.ask(email, home=password_links.home_of(request)):
            raise ImmediateHttpResponse(render(request, "account/mail_waits.html", status=503))
        return email
