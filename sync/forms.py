"""Forms of the pages of changes, and for connecting an AWS account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self, cast
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.http import QueryDict

from accounts.models import AwsAccount
from sync.connect import connection_errors, connection_values, is_own_external_id

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[AwsAccount]  # generic for the type checker only
else:
    ModelForm = forms.ModelForm


# What is typed about a change is kept with it, and for longer than the people of user pools are.
NO_PEOPLE = "No names or addresses of customers: an id or a ticket number says as much."
REASON_LENGTH = 1000


def words_field(label: str, *, empty: str, help_text: str = NO_PEOPLE) -> forms.CharField:
    """For words that must be said. `empty`: the sentence beside it where they are missing."""
    return forms.CharField(
        label=label,
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=help_text,
        error_messages={"required": empty},
    )


class WordsForm(forms.Form):
    """One field of words. `place`: which form of the page it is; a refused one has its words again."""

    place: ClassVar[str]


class CommentForm(WordsForm):
    """A word to an approval or a refusal; a refusal needs one."""

    place = "approval"
    comment = forms.CharField(
        label="Comment",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        strip=True,
        help_text=NO_PEOPLE,
    )


class AccessEndForm(forms.Form):
    """When temporary access ends."""

    until = forms.DateTimeField(
        label="It ends",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="A time that has passed ends it within a minute.",
    )
    reason = forms.CharField(
        label="Why you decide it alone",
        required=False,
        max_length=REASON_LENGTH,
        help_text="A later end needs it: everybody with a role in this AWS account is told.",
    )


class CancelForm(forms.Form):
    """`reason`: of an only owner who stops the end of access that they asked for."""

    reason = forms.CharField(required=False, max_length=REASON_LENGTH)


class RetryForm(forms.Form):
    """`position`: of independent steps, this one alone."""

    position = forms.IntegerField(required=False, min_value=1, max_value=99_999)


class ReplanForm(forms.Form):
    """`undoes`: that what others edited since is meant to be undone."""

    undoes = forms.BooleanField(required=False)


class AppearedForm(forms.Form):
    """`which` of what appeared is ours, by AWS's id."""

    which = forms.CharField(required=False)


class WordForm(CommentForm):
    """A comment that decides nothing."""

    place = "comment"
    comment = words_field("Comment", empty="There is nothing in the comment.")


class RejectForm(CommentForm):
    comment = words_field("Comment", empty="Say in the comment why you reject it: its requester reads that.")


class ReviewForm(CommentForm):
    place = "review"
    comment = words_field("What you found", empty="Say in the comment what you found.")


class BreakGlassForm(WordsForm):
    place = "break_glass"
    reason = words_field(
        "Why it can’t wait",
        empty="Say why it can’t wait: everybody with a role here reads it. Nothing was sent.",
        help_text=f"Everybody with a role in this AWS account is told. {NO_PEOPLE}",
    )


class ApproveAloneForm(WordsForm):
    place = "alone"
    reason = words_field(
        "Why you approve it alone",
        empty="Say why you approve it alone: everybody with a role here reads it.",
        help_text="Everybody with a role in this AWS account is told.",
    )


class OverrideForm(WordsForm):
    place = "override"
    reason = words_field("Why it has to be touched", empty="Say why what is protected has to be touched.")


class OverrideGuardRailForm(WordsForm):
    place = "guard_rail"
    reason = words_field(
        "Why the guard rail doesn’t hold here",
        empty="Say why the guard rail doesn’t hold for this change.",
        help_text=f"Kept with the change. Who approved it before is asked again. {NO_PEOPLE}",
    )


class OverrideCodeForm(WordsForm):
    place = "code"
    reason = words_field(
        "Why it can’t wait for the code",
        empty="Say why it can’t wait for the code.",
        help_text=f"Kept with the change, and shown on the pages of its objects. {NO_PEOPLE}",
    )
    until = forms.DateTimeField(
        label="The override ends",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="Within 90 days. Nothing is undone then: put it into the code by that time.",
        error_messages={"required": "Say when the override ends.", "invalid": "Give the end as a date and a time."},
    )


class ConfirmApplyForm(forms.Form):
    """The last question before a change is applied. `expected`: the name to type, "" when nothing is destroyed."""

    typed = forms.CharField(required=False, strip=True)

    def __init__(self, *args: Any, expected: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected

    def clean_typed(self) -> str:
        typed = cast(str, self.cleaned_data["typed"])
        if self.expected and typed != self.expected:
            raise forms.ValidationError(f"Type {self.expected} exactly as it is written. Nothing was sent.")
        return typed


class ConnectForm(ModelForm):
    """Which AWS account, and by which credentials. Errors lose nothing that was typed."""

    class Meta:
        model = AwsAccount
        fields = (
            "name",
            "account_id",
            "environment",
            "partition",
            "default_region",
            "connection",
            "read_role_arn",
            "write_role_arn",
            "external_id",
            "emulated",
        )
        widgets = {
            "connection": forms.RadioSelect,
            "account_id": forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "mono"}),
            "read_role_arn": forms.TextInput(attrs={"autocomplete": "off"}),
            "write_role_arn": forms.TextInput(attrs={"autocomplete": "off"}),
            "external_id": forms.TextInput(attrs={"readonly": True}),
        }
        labels = {
            "name": "Name",
            "account_id": "AWS account id",
            "default_region": "Region",
            "connection": "How the console signs in to AWS",
            "read_role_arn": "ARN of the role to read",
            "write_role_arn": "ARN of the role to write",
            "external_id": "External id",
        }
        help_texts = {
            "name": "How pages name it, such as Acme.",
            "account_id": "12 digits.",
            "default_region": "Used where no Region is named, such as eu-west-1.",
            "write_role_arn": "Leave it empty for read-only access.",
            "external_id": "Made for this AWS account. It goes into the trust policies of both roles.",
        }
        error_messages = {"account_id": {"unique": "This AWS account is connected already."}}

    @classmethod
    def of(cls, typed: QueryDict) -> Self:
        """Also for an AWS account that was imported from a file: it keeps its mirror and gets a connection."""
        return cls(typed, instance=AwsAccount.objects.imported().filter(account_id=typed.get("account_id")).first())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        connection = self.fields["connection"]
        assert isinstance(connection, forms.ChoiceField)  # noqa: S101  for the type checker
        connection.choices = [
            each for each in AwsAccount.Connection.choices if each[0] != AwsAccount.Connection.SNAPSHOT
        ]
        if "emulated" not in self.fields:
            return
        if settings.AWS_EMULATOR_URL:
            host = urlsplit(settings.AWS_EMULATOR_URL).netloc  # its path is a secret
            self.fields["emulated"].label = f"The emulator at {host} plays AWS"
            self.fields["emulated"].help_text = ""
        else:
            del self.fields["emulated"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("connection") == AwsAccount.Connection.ASSUME_ROLE:
            external_id = cleaned.get("external_id", "")
            if not (is_own_external_id(external_id) or external_id == self.instance.external_id != ""):
                self.add_error("external_id", "This external id wasn’t made by this console. Open the page anew.")
        else:
            cleaned.update(read_role_arn="", write_role_arn="", external_id="")
        for name, sentence in list(connection_errors({**self._known(), **cleaned}, of=self.instance.pk)):
            if name not in self.errors:
                self.add_error(name, sentence)
        return cleaned

    def _known(self) -> dict[str, Any]:
        """What isn't asked here is as the AWS account has it; what was asked, and refused, isn't known."""
        return {name: "" if name in self.fields else known for name, known in connection_values(self.instance).items()}


class ReconnectForm(ConnectForm):
    """By which credentials from now on. Which AWS account it is, and whether the emulator plays it, stays."""

    class Meta(ConnectForm.Meta):
        fields = ("default_region", "connection", "read_role_arn", "write_role_arn", "external_id")  # type: ignore[assignment]
