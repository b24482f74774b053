"""What a guided task is made of: steps, each of which says from the mirror whether it is done."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from guides.models import TaskRun
from objects.fields import NamedField, UntilField
from objects.forms import StageForm


class StepProgress(StrEnum):
    DONE = "done"
    TO_DO = "to_do"
    ON_ITS_WAY = "on_its_way"  # a change that it staged isn't over, or a worker is at it
    LATER = "later"  # another step comes first
    UNKNOWN = "unknown"  # nobody can tell from here: AWS doesn't say, or the mirror hasn't read it


@dataclass(frozen=True)
class StepFound:
    """What a look at the mirror found of a step. `words`: a sentence or two. `more`: other addresses, with words."""

    progress: StepProgress
    words: str = ""
    url: str = ""  # where more of it is seen
    url_words: str = ""
    more: Sequence[tuple[str, str]] = ()


def done(words: str = "", url: str = "", url_words: str = "") -> StepFound:
    return StepFound(StepProgress.DONE, words, url, url_words)


def to_do(words: str = "", url: str = "", url_words: str = "") -> StepFound:
    return StepFound(StepProgress.TO_DO, words, url, url_words)


def on_its_way(words: str = "", url: str = "", url_words: str = "") -> StepFound:
    """Of what a worker does without a change, such as a pull: the page looks again by itself."""
    return StepFound(StepProgress.ON_ITS_WAY, words, url, url_words)


def unknown(words: str, url: str = "", url_words: str = "") -> StepFound:
    return StepFound(StepProgress.UNKNOWN, words, url, url_words)


class AccountForm(forms.Form):
    """A form that knows the AWS account and the operator: fields that name what the mirror has are bound to them."""

    def __init__(
        self, aws_account: AwsAccount, operator: Operator, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.aws_account, self.operator = aws_account, operator
        for name, field in self.fields.items():
            if isinstance(field, UntilField):
                field.help_text += f" Time zone: {timezone.get_current_timezone_name()}."
            if isinstance(field, NamedField):
                field.of(aws_account)
                field.widget.attrs |= {"list": f"{self[name].auto_id}_list", "autocomplete": "off"}


class AnswersForm(AccountForm):
    """Asks what a run keeps as its answers; the form with which a task begins is one."""

    def answers(self) -> dict[str, Any]:
        """Of the cleaned form: plain values, with ids in place of people, and no secrets."""
        return dict(self.cleaned_data)

    @property
    def about(self) -> str:
        """Whom or what the run is about, such as "iam.user:AIDA…", of the cleaned form; "" where that can't be said."""
        return ""


class StepForm(AccountForm, StageForm):
    """Gives the steps of the change that a step of a run stages: write `steps`, as in any `StageForm`.

    `template`: printed above `own_fields`, with `form`; "" for nothing.
    """

    template: ClassVar[str] = ""
    only_answers: ClassVar[bool] = False  # no change comes of it: what it says is kept with the run

    def __init__(self, run: TaskRun, operator: Operator, data: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        self.run = run
        super().__init__(run.aws_account, operator, data, **kwargs)
        self.order_fields([name for name in self.fields if name not in ("title", "reason")])

    @property
    def own_fields(self) -> list[forms.BoundField]:
        """Those that the page prints one below the other; a template of the step's own may print fewer."""
        left_out = ("title", "reason") if self.only_answers else ("title",)
        return [bound for bound in self.visible_fields() if bound.name not in left_out]

    @property
    def needs_no_change(self) -> bool:
        """Of the cleaned form: whether its answers are kept, and nothing is staged."""
        return self.only_answers

    def answers(self) -> dict[str, Any]:
        """What the run keeps of the cleaned form beside its other answers, for its steps to be looked up by."""
        return {}


class TaskStep(ABC):
    """One step. Derive from it. One instance serves all runs: it keeps nothing.

    `after`: the names of steps that have to be done first. `form_class`: of a step that a change does. `template`:
    shown below its words while it is open, with `run`, `looked` (LookedStep), `aws_account`, `operator` and, as
    `given`, what the method `context` gives. `act_button`: of a step that takes no change, what does `act`.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    after: ClassVar[Sequence[str]] = ()
    form_class: ClassVar[type[StepForm] | None] = None
    button: ClassVar[str] = "Stage the change"
    template: ClassVar[str] = ""
    act_button: ClassVar[str] = ""

    @abstractmethod
    def look(self, run: TaskRun) -> StepFound:
        """From the mirror, by a few queries: the list of runs looks at all steps, too."""

    def form(self, run: TaskRun, operator: Operator, data: Mapping[str, Any] | None = None) -> StepForm | None:
        """None where there is nothing that could be staged."""
        if self.form_class is None:
            return None
        return self.form_class(run, operator, data, auto_id=f"id_{self.name}_%s")

    def context(self, run: TaskRun, request: HttpRequest) -> Mapping[str, Any]:
        """What its template gets besides."""
        return {}

    def staged(self, run: TaskRun, form: StepForm, operator: Operator) -> None:  # noqa: B027  most keep nothing
        """The change was proposed, in this transaction. What is to be kept of the moment is kept here."""

    def act(self, run: TaskRun, operator: Operator) -> None:  # noqa: B027  most steps have no button of their own
        """What `act_button` does. Raises PlanError with a sentence."""
