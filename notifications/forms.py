"""What is chosen of notifications: by operators for themselves, and by owners for the routes of an AWS account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import validate_email
from django.forms import BoundField

from accounts.models import AwsAccount, Operator
from accounts.roles import SEE_IAM, SEE_PEOPLE
from iamconsole.outgoing.addresses import MOST_CHARACTERS, OutgoingRefused, read_address
from notifications.kinds import EventKind, chosen_by_operators, chosen_for_routes
from notifications.models import TIMES, NotificationRoute, OperatorNotifications
from notifications.times import zone_names
from notifications.timing import Timing

if TYPE_CHECKING:
    TimesModelForm = forms.ModelForm[Any]  # generic for the type checker only
else:
    TimesModelForm = forms.ModelForm

Channel = NotificationRoute.Channel


def _field_name(kind: EventKind) -> str:
    return f"when_{kind.name.replace('.', '_')}"


@dataclass(frozen=True)
class KindRow:
    """A line of the table of events."""

    label: str
    help: str
    field: BoundField


class TimesForm(TimesModelForm):
    """The fields that operators and routes share, and one for each kind of event."""

    time_zone = forms.ChoiceField(label="Time zone")

    def __init__(self, *args: Any, kinds: Sequence[EventKind], usual: Timing | None, **kwargs: Any) -> None:
        """`usual`: what is chosen where nothing was; None: the kind's own default."""
        super().__init__(*args, **kwargs)
        self._kinds = kinds
        for name in ("digest_at", "quiet_from", "quiet_until"):
            widget = forms.TimeInput(format="%H:%M")
            widget.input_type = "time"
            self.fields[name].widget = widget
        zones = self.fields["time_zone"]
        assert isinstance(zones, forms.ChoiceField)  # noqa: S101  declared above
        zones.choices = [
            (name, name.replace("_", " ")) for name in dict.fromkeys((*zone_names(), self.instance.time_zone))
        ]
        for kind in kinds:
            initial = self.instance.choices.get(kind.name, usual or kind.default)
            has_digest = not kind.always and getattr(self.instance, "channel", "") != Channel.WEBHOOK
            choices = [each for each in Timing.choices if each[0] != Timing.DIGEST or has_digest]
            self.fields[_field_name(kind)] = forms.ChoiceField(label=kind.label, choices=choices, initial=initial)

    @property
    def kind_rows(self) -> Iterator[KindRow]:
        for kind in self._kinds:
            label, words = kind.label, kind.help
            if isinstance(self.instance, NotificationRoute):
                label, words = kind.route_words[0] or label, kind.route_words[1] or words
            yield KindRow(label, words, self[_field_name(kind)])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        since, until = cleaned.get("quiet_from"), cleaned.get("quiet_until")
        if bool(since) != bool(until) and not {"quiet_from", "quiet_until"} & self.errors.keys():
            missing = "quiet_until" if since else "quiet_from"
            self.add_error(missing, "Quiet hours have a beginning and an end: fill in both, or neither.")
        self.instance.choices = {
            kind.name: cleaned[_field_name(kind)] for kind in self._kinds if _field_name(kind) in cleaned
        }
        return cleaned


class OwnNotificationsForm(TimesForm):
    aws_accounts = forms.ModelMultipleChoiceField(
        AwsAccount.objects.none(),
        label="Only these AWS accounts",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None: all that you may see. What concerns you, such as your own changes, comes from every one.",
    )

    class Meta:
        model = OperatorNotifications
        fields = (*TIMES, "weekly_report")
        labels = {"weekly_report": "Send me a report on Mondays"}
        help_texts = {
            "least_severity": "Of new findings.",
            "digest_at": "Once a day, and on Mondays for the report.",
            "weekly_report": "What changed, what is open and what ended, in the AWS accounts that you may see.",
        }

    def __init__(self, *args: Any, operator: Operator, **kwargs: Any) -> None:
        super().__init__(*args, kinds=chosen_by_operators(), usual=None, **kwargs)
        seen = AwsAccount.objects.visible_to(operator, SEE_IAM, SEE_PEOPLE)
        self._hidden = list(self.instance.aws_accounts.exclude(pk__in=seen)) if self.instance.pk else []
        field = self.fields["aws_accounts"]
        assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101  declared above
        field.queryset = seen
        field.initial = list(self.instance.aws_accounts.all()) if self.instance.pk else []

    @property
    def chosen_accounts(self) -> list[AwsAccount]:
        """With those that were chosen before and can't be seen any more: else none would be left, which means all."""
        return [*self.cleaned_data["aws_accounts"], *(self._hidden if self.cleaned_data["aws_accounts"] else [])]


class RouteForm(TimesForm):
    address = forms.CharField(
        label="Address",
        max_length=MOST_CHARACTERS,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "mono"}),
        help_text="https://… of the webhook, or the e-mail address of a mailbox. It is kept sealed.",
    )

    class Meta:
        model = NotificationRoute
        fields = ("name", "channel", "is_on", *TIMES)
        labels = {"is_on": "Send messages there", "channel": "How"}
        help_texts = {
            "name": "What owners of this AWS account call it.",
            "least_severity": "Of new findings.",
            "digest_at": "Once a day.",
        }
        widgets = {"channel": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        usual = Timing.OFF if kwargs["instance"].pk else Timing.AT_ONCE
        super().__init__(*args, kinds=chosen_for_routes(), usual=usual, **kwargs)
        channel = self.fields["channel"]
        assert isinstance(channel, forms.ChoiceField)  # noqa: S101  it has choices
        channel.choices, self.initial["channel"] = Channel.choices, self.initial.get("channel") or Channel.WEBHOOK
        if self.instance.pk:
            del self.fields["channel"]
            self.fields["address"].required = False
            self.fields["address"].help_text = f"Empty: it stays ({self.instance.host})."
        else:
            del self.fields["is_on"]

    def clean_address(self) -> str:
        address = str(self.cleaned_data["address"]).strip()
        channel = self.instance.channel if self.instance.pk else self.data.get("channel")
        if not address:
            return ""
        if channel == Channel.MAIL:
            validate_email(address)
        else:
            try:
                read_address(address)
            except OutgoingRefused as error:
                raise forms.ValidationError(str(error)) from error
        return address

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        same = NotificationRoute.objects.filter(aws_account=self.instance.aws_account, name=name)
        if same.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("A route of this AWS account has this name.")
        return name

    @property
    def changed(self) -> list[str]:
        """The words of what was changed, but for the address."""
        names = [name for name in self.changed_data if name != "address"]
        events = any(name.startswith("when_") for name in names)
        said = [str(self.fields[name].label or name).lower() for name in names if not name.startswith("when_")]
        return [*said, "its events"] if events else said
