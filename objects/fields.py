"""Form fields: one that names what the mirror has, one for when access ends, and one that has the editor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import AwsAccount

SUGGESTED = 500


class NamedField(forms.CharField):
    """A mirrored row by its name or ARN; the page suggests what there is (a `<datalist>`)."""

    several: ClassVar[str] = "Two are called {}: give the ARN."

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
            raise forms.ValidationError(self.several.format(said))
        return found[0] if found else self.missing(said)

    def meant(self, rows: QuerySet[Any], said: str) -> QuerySet[Any]:
        return rows.filter(Q(arn=said) | Q(name_key=said.casefold()))

    def missing(self, said: str) -> Any:
        words = f"The mirror has no {self.what} “{said[:80]}”. Is the name right, and the last pull recent?"
        raise forms.ValidationError(words)


class SeveralNamedField(NamedField):
    """Rows by their names or ARNs. Cleans to a list of them, each once; none where it is empty."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"help_text": "Their names or ARNs, separated by semicolons.", **kwargs})

    def clean(self, value: Any) -> list[Any]:
        names = [name for name in (part.strip() for part in str(value or "").split(";")) if name]
        rows = [super(SeveralNamedField, self).clean(name) for name in names or [""]]
        return list({row.pk: row for row in rows if row is not None}.values())


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


@dataclass(frozen=True)
class ReceivedText:
    """The text of an editor with what the fields of a view say.

    `refused`: why something that is typed there isn't in it; then that view is shown again. `view`: where a button of
    the view leads, if to another one; `line`: which it was about, from 1. `told`: what the view's own template gets.
    """

    text: str
    refused: str = ""
    view: str = ""
    line: int = 0
    told: Any = None


class EditorField(forms.CharField):
    """A text for which the page of an action has an editor. Derive from it: the templates show its bound field.

    The editor may show the text in several views; its form's `view` names one.
    """

    editor_template: ClassVar[str]  # the editor itself
    checked_template: ClassVar[str]  # beside it: what is found in the text
    flags_template: ClassVar[str]  # below the page's heading
    tools_template: ClassVar[str]  # beside it: buttons before the one that stages

    def fixed(self, text: str, key: str, aws_account: AwsAccount) -> Any:
        """The text with the fix of what a button of its page names: `text`, and `words` for what was done."""
        raise NotImplementedError

    def opened(self, form: Any, place: str, action: str) -> None:
        """The page of the action with the editor is about to be shown: a draft of it may be put into the form."""

    def keep(self, form: Any) -> None:
        """A button asks to save what was typed, and nothing else: for pages without script."""

    def staged(self, form: Any) -> None:
        """What was typed has become a change."""

    def received(self, form: Any, text: str, shown: str) -> ReceivedText:
        """The text with what the fields of the view say that was shown when it was sent."""
        raise NotImplementedError


def offer(form: forms.BaseForm, name: str, choices: Any) -> None:
    """Sets what a field of choices has in this form."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101  as declared
    field.choices = choices
