"""Form fields: one that names what the mirror has, and one with a policy document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import AwsAccount
from iamconsole.web.diff import laid_out
from policies.engine.document import DocumentType, size
from policies.findings import Findings
from policies.forms import MOST_SENT, cleaned_document, findings_in
from policies.operations.arns import is_managed_by_aws
from policies.quotas import Quota, quotas_of
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
        return ((row.name, self.words_of(row)) for row in self.rows[:SUGGESTED])

    def words_of(self, row: Any) -> str:
        """What stands beside the name of one that is suggested."""
        return str(row.arn)

    def clean(self, value: Any) -> Any:
        """The row; None for a field that is optional and empty."""
        said = super().clean(value)
        if not said:
            return None
        assert self.rows is not None  # noqa: S101  the form sets it in its constructor
        found = list(self.meant(self.rows, said)[:2])
        if len(found) > 1:
            raise forms.ValidationError(f"Two are called {said}: give the ARN.")
        return found[0] if found else self.missing(said)

    def meant(self, rows: QuerySet[Any], said: str) -> QuerySet[Any]:
        return rows.filter(Q(arn=said) | Q(name_key=said.casefold()))

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


class UntilField(forms.DateTimeField):
    """When access ends again; left empty, it stays."""

    def __init__(self, help_text: str) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(label="Until", required=False, widget=widget, help_text=help_text)

    def clean(self, value: Any) -> datetime | None:
        said: datetime | None = super().clean(value)
        if said is not None and said <= timezone.now():
            raise forms.ValidationError("This is in the past.")
        return said


class DocumentField(forms.CharField):
    """A policy document as JSON. The page of an action has the editor for it, with what lint finds while one types."""

    kind = DocumentType.IDENTITY
    check = "document_check"  # the URL name of what is asked while one types
    description_template = ""  # what is said of it beside the findings; its context is `description`

    def __init__(self, quota: Quota, **kwargs: Any) -> None:
        """`quota`: of characters, white space not counted."""
        super().__init__(strip=False, max_length=MOST_SENT, widget=forms.Textarea, **kwargs)
        self.quota = quota

    def clean(self, value: Any) -> str:
        return cleaned_document(super().clean(value), self.kind)

    def describe(self, text: str, form: Any) -> Mapping[str, Any]:
        return {}

    def get_bound_field(self, form: Any, field_name: str) -> BoundDocument:
        return BoundDocument(form, self, field_name)


class BoundDocument(forms.BoundField):
    """The editor's text, and what is to be said of it. Its form is an ActForm."""

    field: DocumentField
    form: Any

    @property
    def text(self) -> str:
        said = str(self.value() or "")
        return said if self.form.is_bound or "\n" in said.strip() else laid_out(said)

    @property
    def findings(self) -> Findings:
        return findings_in(self.text, self.form.aws_account, self.field.kind, self.field.quota)

    @property
    def size(self) -> int:
        return size(self.text)

    @property
    def limit(self) -> int:
        return quotas_of(self.form.aws_account)[self.field.quota].value

    @property
    def check_url(self) -> str:
        url = reverse(self.field.check, kwargs={"account_id": self.form.aws_account.account_id})
        return f"{url}?quota={self.field.quota.name}"

    @property
    def description(self) -> Mapping[str, Any]:
        return self.field.describe(self.text, self.form)
