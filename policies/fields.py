"""Form fields that name what the mirror has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from accounts.models import AwsAccount
from policies.operations.arns import is_managed_by_aws
from policies.selectors import attachable

SUGGESTED = 500


class NamedField(forms.CharField):
    """A mirrored row by its name or ARN; the page suggests what there is (a `<datalist>`)."""

    def __init__(self, what: str, offers: Callable[[AwsAccount], QuerySet[Any]], **kwargs: Any) -> None:
        """`offers`: the rows of an AWS account that may be named."""
        super().__init__(max_length=2048, help_text=kwargs.pop("help_text", "Its name or its ARN."), **kwargs)
        self.what, self._offers = what, offers
        self.rows: QuerySet[Any] | None = None

    def of(self, aws_account: AwsAccount) -> None:
        """To be called by the form, which knows the AWS account."""
        self.rows = self._offers(aws_account)

    @property
    def suggestions(self) -> Iterator[tuple[str, str]]:
        assert self.rows is not None  # noqa: S101  the form sets it in its constructor
        return ((row.name, row.arn) for row in self.rows[:SUGGESTED])

    def clean(self, value: Any) -> Any:
        """The row; None for a field that is optional and empty."""
        said = super().clean(value)
        if not said:
            return None
        assert self.rows is not None  # noqa: S101  the form sets it in its constructor
        found = list(self.rows.filter(Q(arn=said) | Q(name_key=said.casefold()))[:2])
        if len(found) > 1:
            raise forms.ValidationError(f"Two are called {said}: give the ARN.")
        return found[0] if found else self.missing(said)

    def missing(self, said: str) -> Any:
        words = f"The mirror has no {self.what} “{said[:80]}”. Is the name right, and the last pull recent?"
        raise forms.ValidationError(words)


class PolicyField(NamedField):
    """Cleans to the ARN, "" for none: a policy of AWS's own may be given by ARN although nobody has it yet."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("policy", attachable, **kwargs)

    def clean(self, value: Any) -> str:
        found = super().clean(value)
        return found if isinstance(found, str) else str(found.arn) if found else ""

    def missing(self, said: str) -> Any:
        return said if is_managed_by_aws(said) else super().missing(said)
