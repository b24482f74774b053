"""What an operator says to stage a change of attachments and memberships."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from accounts.models import AwsAccount
from identities.models import IamGroup, IamUser
from policies.forms import StageForm
from policies.operations.arns import is_managed_by_aws
from policies.selectors import attachable

SUGGESTED = 500


class NamedField(forms.CharField):
    """A mirrored row by its name or ARN; the page suggests what there is (a `<datalist>`)."""

    def __init__(self, what: str, **kwargs: Any) -> None:
        super().__init__(max_length=2048, help_text="Its name or its ARN.", **kwargs)
        self.what = what
        self.rows: QuerySet[Any] | None = None  # set by the form, which knows the AWS account

    @property
    def suggestions(self) -> Iterator[tuple[str, str]]:
        assert self.rows is not None  # noqa: S101  the form sets it in its constructor
        return ((row.name, row.arn) for row in self.rows[:SUGGESTED])

    def clean(self, value: Any) -> Any:
        said = super().clean(value)
        assert self.rows is not None  # noqa: S101  the form sets it in its constructor
        found = list(self.rows.filter(Q(arn=said) | Q(name_key=said.casefold()))[:2])
        if len(found) > 1:
            raise forms.ValidationError(f"Two are called {said}: give the ARN.")
        return found[0] if found else self.missing(said)

    def missing(self, said: str) -> Any:
        words = f"The mirror has no {self.what} “{said[:80]}”. Is the name right, and the last pull recent?"
        raise forms.ValidationError(words)


class PolicyField(NamedField):
    """Cleans to the ARN: a policy of AWS's own may be given by ARN although nobody has it yet."""

    def clean(self, value: Any) -> str:
        found = super().clean(value)
        return found if isinstance(found, str) else str(found.arn)

    def missing(self, said: str) -> Any:
        return said if is_managed_by_aws(said) else super().missing(said)


class AttachForm(StageForm):
    policy = PolicyField("policy", label="Policy")

    def __init__(self, aws_account: AwsAccount, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["policy"].rows = attachable(aws_account)  # type: ignore[attr-defined]


class JoinForm(StageForm):
    """Users into a group."""

    group = NamedField("group", label="Group")

    def __init__(self, aws_account: AwsAccount, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = IamGroup.objects.live().filter(aws_account=aws_account).order_by("name_key")
        self.fields["group"].rows = rows  # type: ignore[attr-defined]


class MemberForm(StageForm):
    """A user into the group whose page it is."""

    user = NamedField("user", label="User")

    def __init__(self, aws_account: AwsAccount, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = IamUser.objects.live().filter(aws_account=aws_account).order_by("name_key")
        self.fields["user"].rows = rows  # type: ignore[attr-defined]
