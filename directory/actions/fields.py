"""Fields that name what Identity Center has: an AWS account of the organization, a group, a person, a set, a policy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from aws_constraints.arn import account_in, is_managed_by_aws
from directory.models import DirectoryGroup, DirectoryUser, PermissionSet
from directory.operations.set_policies import check_policy
from directory.people.names import called
from objects.fields import NamedField, SeveralNamedField
from policies.models import OrgAccount
from policies.selectors import attachable
from sync.operations import BadParams


class AccountField(NamedField):
    """An AWS account of the organization, by its name or its 12 digits; cleans to the digits."""

    def __init__(self) -> None:
        super().__init__(
            "AWS account",
            lambda aws_account: OrgAccount.objects.live().filter(aws_account=aws_account).order_by("name_key"),
            label="AWS account",
            help_text="Its name in the organization, or its 12 digits.",
        )

    def words_of(self, row: Any) -> str:
        return str(row.aws_id)

    def meant(self, rows: QuerySet[Any], said: str) -> QuerySet[Any]:
        return rows.filter(Q(aws_id=said) | Q(name_key=said.casefold()))

    def missing(self, said: str) -> Any:
        if said.isascii() and said.isdecimal() and len(said) == 12:
            return said  # the organization wasn't read: AWS knows
        return super().missing(said)

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        return found.aws_id if isinstance(found, OrgAccount) else found


class GroupOfDirectoryField(NamedField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            "group",
            lambda aws_account: DirectoryGroup.objects.live().filter(aws_account=aws_account).order_by("name_key"),
            label="Group",
            help_text="Its name.",
            **kwargs,
        )

    def words_of(self, row: Any) -> str:
        return str(row.description)


class PersonField(NamedField):
    """By user name, e-mail address or id. To who may not see people it isn't offered."""

    def __init__(self, **kwargs: Any) -> None:
        said = {
            "label": "Or a person",
            "required": False,
            "help_text": "Their user name, e-mail address or id. A group is better: one sees who has what.",
        }
        super().__init__(
            "person",
            lambda aws_account: DirectoryUser.objects.live().filter(aws_account=aws_account).order_by("name_key"),
            **{**said, **kwargs},
        )

    def words_of(self, row: Any) -> str:
        return called(row)

    def meant(self, rows: QuerySet[Any], said: str) -> QuerySet[Any]:
        return rows.filter(Q(aws_id=said) | Q(name__iexact=said) | Q(email__iexact=said))


class SetField(NamedField):
    def __init__(self) -> None:
        super().__init__(
            "permission set",
            lambda aws_account: PermissionSet.objects.live().filter(aws_account=aws_account).order_by("name_key"),
            label="Permission set",
            help_text="Its name.",
        )

    def words_of(self, row: Any) -> str:
        return str(row.description)


class SetPolicyField(SeveralNamedField):
    """Policies for a permission set. Cleans to a list: ARNs of AWS's own, path and name of customer managed ones.

    A customer managed one needn’t be in this AWS account: it is looked for where the set is provisioned.
    """

    def __init__(self, **kwargs: Any) -> None:
        help_text = "AWS’s own by name or ARN; yours by path and name: /reports-read. Separated by semicolons."
        super().__init__("policy", attachable, help_text=help_text, **kwargs)

    @property
    def suggestions(self) -> Iterator[tuple[str, str]]:
        assert self.rows is not None  # noqa: S101  the form sets it in its constructor
        for row in self.rows[:_SUGGESTED]:
            yield (row.name, "Made by AWS") if row.is_aws else (_path_and_name(row.arn), "Customer managed")

    def clean(self, value: Any) -> list[str]:
        said = [each for each in (part.strip() for part in str(value or "").split(";")) if each]
        if self.required and not said:
            raise forms.ValidationError("Say which policy.")
        return list(dict.fromkeys(self._meant(each) for each in said))

    def _meant(self, said: str) -> str:
        if not said.startswith(("/", "arn:")):
            assert self.rows is not None  # noqa: S101  the form sets it in its constructor
            found = list(self.rows.filter(name_key=said.casefold())[:2])
            if len(found) != 1:
                raise forms.ValidationError(
                    f"Two are called {said}: give the ARN."
                    if found
                    else f"The mirror has no policy “{said[:80]}”. "
                    "Give one of AWS’s own by its ARN, one of yours by its path and name."
                )
            said = found[0].arn
        if said.startswith("arn:") and not is_managed_by_aws(said) and account_in(said):
            said = _path_and_name(said)
        try:
            check_policy(said)
        except BadParams as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return said


class OneSetPolicyField(SetPolicyField):
    """One of them. Cleans to a text."""

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        if len(found) > 1:
            raise forms.ValidationError("Only one policy is a boundary.")
        return found[0] if found else ""


def _path_and_name(arn: str) -> str:
    """arn:aws:iam::123456789012:policy/team/reports-read → "/team/reports-read"."""
    return arn.split(":policy", 1)[1]


_SUGGESTED = 500
