"""What requesters, those who decide, and those who offer say."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

from django import forms
from django.contrib.auth.models import Group
from django.utils import timezone

from access_requests.models import LONGEST_HOURS, AccessOffer, AccessRequest
from access_requests.offers import offered_to
from accounts.access import with_roles
from accounts.models import AwsAccount, Operator
from accounts.roles import REQUEST, roles_with
from directory.actions.fields import AccountField, PersonField, SetField
from directory.people.names import sees_people
from iamconsole.web.words import counted, full_time
from identities.forms import GroupField, RoleField, UserField
from objects.fields import NamedField, UntilField
from policies.fields import PolicyField
from sync.forms import NO_PEOPLE, REASON_LENGTH, words_field

_LENGTHS = {"8": "8 hours", "24": "1 day", "168": "7 days", "720": "30 days"}  # by hours
DATE = "date"


class EndForm(forms.Form):
    """For how long: one of some lengths, or until a date. `ends` is when that is."""

    length = forms.ChoiceField(
        label="For how long", widget=forms.RadioSelect, error_messages={"required": "Say for how long."}
    )
    until = UntilField("Where “Until a date” is chosen.")
    reason = words_field("Reason", empty="Say what you need it for: whoever decides reads that.")
    ticket = forms.CharField(
        label="Ticket",
        required=False,
        max_length=300,
        help_text="Its number, or its address that begins with https://.",
    )

    def __init__(self, *args: Any, longest: timedelta, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.longest = longest
        most = round(longest.total_seconds() / 3600)
        lengths = {hours: words for hours, words in _LENGTHS.items() if int(hours) <= most}
        if not lengths:
            lengths = {str(most): counted(most, "hour")}
        field = cast(forms.ChoiceField, self.fields["length"])
        field.choices = [*lengths.items(), (DATE, "Until a date")]
        field.initial = next(iter(lengths))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("length") == DATE and not self.errors.get("until") and cleaned.get("until") is None:
            self.add_error("until", "Say until when.")
        return cleaned

    @property
    def ends(self) -> datetime:
        cleaned = self.cleaned_data
        if cleaned["length"] == DATE:
            return cast(datetime, cleaned["until"])
        return timezone.now() + timedelta(hours=int(cleaned["length"]))


class OtherForm(EndForm):
    """For something that isn't offered."""

    aws_account = forms.ChoiceField(label="AWS account")
    message = forms.CharField(
        label="The message",
        required=False,
        strip=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "mono", "spellcheck": "false"}),
        help_text="All of what AWS said, from “User:” on. Who calls what on which resource is kept; the text isn’t.",
    )
    field_order = ("aws_account", "message", "reason", "length", "until", "ticket")

    def __init__(self, aws_accounts: list[AwsAccount], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, longest=timedelta(hours=LONGEST_HOURS), **kwargs)
        self._aws_accounts = {each.account_id: each for each in aws_accounts}
        field = cast(forms.ChoiceField, self.fields["aws_account"])
        field.choices = [(key, str(each)) for key, each in self._aws_accounts.items()]

    def clean_aws_account(self) -> AwsAccount:
        return self._aws_accounts[self.cleaned_data["aws_account"]]


class DecisionForm(forms.Form):
    AS_ASKED, SHORTER = "as_asked", "shorter"

    how = forms.ChoiceField(label="How much", widget=forms.RadioSelect, initial=AS_ASKED)
    until = UntilField("Where “Shorter” is chosen.")
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=f"Who asked reads it. Refusing needs one. {NO_PEOPLE}",
    )

    def __init__(self, made: AccessRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._made = made
        field = cast(forms.ChoiceField, self.fields["how"])
        field.choices = [(self.AS_ASKED, f"As asked: until {full_time(made.ends_at)}"), (self.SHORTER, "Shorter")]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("how") == self.SHORTER and not self.errors.get("until") and cleaned.get("until") is None:
            self.add_error("until", "Say until when.")
        return cleaned

    @property
    def ends(self) -> datetime:
        shorter = self.cleaned_data["how"] == self.SHORTER
        return cast(datetime, self.cleaned_data["until"]) if shorter else self._made.ends_at


class OfferAnswerForm(forms.Form):
    """By which offer a request is answered that is of none."""

    offer = forms.ModelChoiceField(
        AccessOffer.objects.none(),
        label="Offer",
        error_messages={"required": "Choose an offer.", "invalid_choice": "This isn’t offered to them any more."},
    )

    def __init__(self, made: AccessRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(Any, self.fields["offer"])
        field.queryset = offered_to(made.requester).filter(aws_account=made.aws_account)


# ---- What owners and editors say -----------------------------------------------------------------------------------
class _NamingForm(forms.Form):
    def __init__(self, aws_account: AwsAccount, operator: Operator, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.aws_account, self.operator = aws_account, operator
        for field in self.fields.values():
            if isinstance(field, NamedField):
                field.of(aws_account)


class OfferForm(_NamingForm):
    title = forms.CharField(
        label="Title", max_length=120, help_text="What requesters look for: “Read the payroll bucket”."
    )
    gives = forms.CharField(
        label="What it gives",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="In a sentence. Requesters see no policies: this, and the title, is all that they are told.",
    )
    group = GroupField(label="A group to be added to", required=False)
    role = RoleField(label="Or a role to be assumed", required=False)
    policy = PolicyField(label="Or a policy to be attached", required=False)
    set = SetField()
    account = AccountField()
    longest_hours = forms.IntegerField(
        label="For how long at most",
        min_value=1,
        max_value=LONGEST_HOURS,
        initial=24,
        help_text="Hours: 168 are a week.",
    )
    for_group = forms.ModelChoiceField(
        Group.objects.order_by("name"),
        label="Who may ask",
        required=False,
        empty_label="Every requester of this AWS account",
        help_text="A group of operators, of whom those may ask who are requesters.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (("set", "Or a permission set to be assigned"), ("account", "… in the AWS account")):
            self.fields[name].required = False
            self.fields[name].label = label

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        given = [name for name in ("group", "role", "policy", "set") if cleaned.get(name)]
        if not self.errors and len(given) != 1:
            self.add_error("group", "Say one of the four." if given else "Say what is offered: one of the four.")
        if cleaned.get("set") and not cleaned.get("account") and not self.errors.get("account"):
            self.add_error("account", "Say in which AWS account.")
        return cleaned

    def offer(self) -> AccessOffer:
        cleaned = self.cleaned_data
        made = AccessOffer(
            aws_account=self.aws_account,
            **{name: cleaned[name] for name in ("title", "gives", "longest_hours", "for_group")},
        )
        if group := cleaned["group"]:
            made.kind, made.object_id, made.object_name = AccessOffer.Kind.GROUP, group.aws_id, group.name
        elif role := cleaned["role"]:
            made.kind, made.object_id, made.object_name = AccessOffer.Kind.ROLE, role.aws_id, role.name
        elif policy := cleaned["policy"]:
            made.kind, made.object_id, made.object_name = AccessOffer.Kind.POLICY, policy, policy.rpartition("/")[2]
        else:
            chosen = cleaned["set"]
            made.kind, made.object_id, made.object_name = AccessOffer.Kind.PERMISSION_SET, chosen.aws_id, chosen.name
            made.target_id = cleaned["account"]
        return made


class RequesterLinkForm(_NamingForm):
    operator = forms.ModelChoiceField(Operator.objects.none(), label="Operator", help_text="Who is a requester here.")  # type: ignore[assignment]
    user = UserField(label="IAM user", required=False)
    person = PersonField(
        label="Or a person of Identity Center", help_text="Their user name, e-mail address or id in Identity Center."
    )

    def __init__(self, aws_account: AwsAccount, operator: Operator, *args: Any, **kwargs: Any) -> None:
        super().__init__(aws_account, operator, *args, **kwargs)
        field = cast(Any, self.fields["operator"])
        field.queryset = with_roles(roles_with(REQUEST), aws_account).exclude(pk=operator.pk).order_by("name")
        if not sees_people(operator, aws_account):
            del self.fields["person"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        given = [name for name in ("user", "person") if cleaned.get(name)]
        if not self.errors and len(given) != 1:
            self.add_error("user", "Say one of the two." if given else "Say whom access is given to.")
        return cleaned
