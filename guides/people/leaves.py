"""A person leaves: what gives them access is cut, what they had is written down, they are deleted after a set time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone

from accounts.models import Operator
from contain import services as containing
from contain.forms import PiecesForm
from contain.pieces import Uncut
from contain.uncut import told
from directory.actions.people import DeleteDirectoryPersonForm
from directory.models import DirectoryUser
from guides.models import LeaverReport, TaskRun
from guides.people import cut, reports
from guides.people.whom import WhomForm, name_of, note_look, remember_whom, subject_of, whom, why_oneself
from guides.runs.look import staged_changes
from guides.runs.stepped import SteppedTask
from guides.runs.steps import StepForm, StepFound, StepProgress, TaskStep, done, to_do
from iamconsole.web.once import once_a_page
from iamconsole.web.words import full_time, some
from identities.models import IamUser
from identities.operations import delete_whole
from sync.changes import PlanError
from sync.models import Change
from sync.operations import Refusal, StepSpec

GONE = "They are gone from AWS."
_DAYS, _MOST_DAYS = 30, 366
_REPORTS = LeaverReport.objects.select_related("run__aws_account").defer("content").order_by("pk")


class LeaverForm(WhomForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors and (why := why_not(self.whom, self.operator)):
            self.add_error("user" if isinstance(self.whom, IamUser) else "person", why)
        return cleaned


def why_not(row: IamUser | DirectoryUser, operator: Operator) -> str:
    """Why this operator doesn't see them off; "" where they may."""
    return why_oneself(row, operator) or subject_of(row, operator).why_not_all


def _fetch(run: TaskRun, operator: Operator) -> IamUser | DirectoryUser:
    """Raises Refusal: also of what has become so since the task began."""
    row = whom(run)
    if row is None:
        raise Refusal(GONE)
    if why := why_not(row, operator):
        raise Refusal(why)
    return row


# ---- Cut off -----------------------------------------------------------------------------------------------------
class CutForm(PiecesForm, StepForm):
    template = "guides/people/pieces.html"
    independent = True

    def __init__(self, run: TaskRun, operator: Operator, data: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(run, operator, data, **kwargs)
        row = whom(run)
        self.subject = subject_of(row, operator) if row is not None else None
        self.offered = self.subject.pieces if self.subject else ()
        self.offer_pieces(self.offered)
        self.initial["pieces"] = [each.key for each in self.offered if each.is_chosen and not each.refused]

    @property
    def own_fields(self) -> list[forms.BoundField]:
        return [bound for bound in super().own_fields if bound.name != "pieces"]

    @property
    def uncut(self) -> Sequence[Uncut]:
        """As this operator may know it."""
        if self.subject is None:
            return ()
        return told(self.subject.uncut(), self.operator, self.subject.asked.may_see)

    def steps(self) -> Sequence[StepSpec]:
        _fetch(self.run, self.operator)
        assert self.subject is not None  # noqa: S101  as was fetched
        containing.check(self.subject, self.operator, self.chosen)
        return containing.in_order(self.chosen)

    def titled(self, steps: Sequence[StepSpec]) -> str:
        assert self.subject is not None  # noqa: S101  it has steps
        return f"Cut off {self.subject.stored_name or 'a person of Identity Center'}"


class LeaverCutStep(TaskStep):
    name = "cut"
    title = "Cut off at once"
    form_class = CutForm
    button = "Stage the cut"

    def look(self, run: TaskRun) -> StepFound:
        row = whom(run)
        if row is None:
            return done(GONE)
        found = cut.look(row)
        if found.progress is not StepProgress.DONE or not (roles := cut.roles_living_on(run)):
            return found
        words = (
            f"Everything is denied to them, but not to sessions of {some([each.name for each in roles])} that began "
            "after the cut was staged and before it was carried out: cut these again."
        )
        first = {"account_id": run.aws_account.account_id, "aws_id": roles[0].aws_id}
        return to_do(words, reverse("role_contain", kwargs=first), f"Cut the sessions of {roles[0].name}")

    def staged(self, run: TaskRun, form: StepForm, operator: Operator) -> None:
        """What they had is written down before any of it goes."""
        reports.make(run=run, actor=operator)


@once_a_page
def _reports(run: TaskRun) -> Sequence[LeaverReport]:
    """The first one first, without what they say."""
    return list(_REPORTS.filter(run=run))


# ---- What they had -----------------------------------------------------------------------------------------------
class ReportStep(TaskStep):
    name = "report"
    title = "What they had, to be read later"
    act_button = "Write it down now"

    def look(self, run: TaskRun) -> StepFound:
        if made := _reports(run):
            first, *others = made  # later ones have what was left of it
            words = f"Written down on {full_time(first.made_at)}, and sealed into the audit trail."
            more = [(reports.address(each), f"That of {full_time(each.made_at)}") for each in others]
            return replace(done(words, reports.address(first), "Read it"), more=more)
        return to_do("It is written down with the change that cuts them off.")

    def act(self, run: TaskRun, operator: Operator) -> None:
        if whom(run) is None:
            raise PlanError(f"{GONE} There is nothing left to write down.")
        reports.make(run=run, actor=operator)


# ---- Deleted -----------------------------------------------------------------------------------------------------
class DeletionForm(StepForm):
    on = forms.DateTimeField(
        label="When",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="The change waits until then, and can be cancelled.",
    )

    def __init__(self, run: TaskRun, operator: Operator, data: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(run, operator, data, **kwargs)
        at = timezone.localtime(timezone.now() + timedelta(days=_DAYS))
        self.initial.setdefault("on", at.replace(minute=0, second=0, microsecond=0))
        self.fields["on"].help_text += f" Time zone: {timezone.get_current_timezone_name()}."

    def clean_on(self) -> datetime:
        said: datetime = self.cleaned_data["on"]
        if said <= timezone.now():
            raise forms.ValidationError("This is in the past.")
        if said > timezone.now() + timedelta(days=_MOST_DAYS):
            raise forms.ValidationError("Within a year, please: nobody remembers what waits longer.")
        return said

    @property
    def not_before(self) -> datetime:
        on: datetime = self.cleaned_data["on"]
        return on

    def steps(self) -> Sequence[StepSpec]:
        row = _fetch(self.run, self.operator)
        if isinstance(row, IamUser):
            return delete_whole(row)
        return DeleteDirectoryPersonForm(self.aws_account, [row], self.operator).steps()

    def titled(self, steps: Sequence[StepSpec]) -> str:
        return super().titled(steps[-1:])


class DeletionStep(TaskStep):
    name = "delete"
    title = "Deleted after a set time"
    after = ("cut",)
    form_class = DeletionForm
    button = "Stage the deletion"

    def look(self, run: TaskRun) -> StepFound:
        row = whom(run)
        if row is None:
            return done(GONE)
        if isinstance(row, DirectoryUser) and row.issuer:
            return to_do(f"They come from {row.issuer}: delete them there. It would bring them back here.")
        if cut.look(row).progress is StepProgress.TO_DO and self._is_staged(run):
            return to_do("They aren’t cut off any more, and their deletion is staged: cancel its change if they stay.")
        return to_do("As long as they are there, the cut can be reversed. Deleted, they don’t come back.")

    def _is_staged(self, run: TaskRun) -> bool:
        return any(each.step == self.name and each.change.state in Change.OPEN for each in staged_changes(run))

    def form(self, run: TaskRun, operator: Operator, data: Mapping[str, Any] | None = None) -> StepForm | None:
        row = whom(run)
        return None if isinstance(row, DirectoryUser) and row.issuer else super().form(run, operator, data)


def _remember(runs: Sequence[TaskRun]) -> None:
    cut.remember(runs, [row for row in remember_whom(runs) if isinstance(row, IamUser)])
    made: dict[int, list[LeaverReport]] = {run.pk: [] for run in runs}
    for report in _REPORTS.filter(run__in=runs):
        made[report.run_id].append(report)
    for run in runs:
        _reports.remember(made[run.pk], run)


LEAVES = SteppedTask(
    "person_leaves",
    "A person leaves",
    "Keys, password, certificates, sessions and assignments are cut at once; what they had is written down; they are "
    "deleted after a set time.",
    "user-round-minus",
    "begin_person_leaves",
    words="offboard offboarding quit farewell fired resign last day",
    position=20,
    begins=LeaverForm,
    steps=lambda run: (LeaverCutStep(), ReportStep(), DeletionStep()),
    called=lambda run, operator: f"{name_of(run, operator)} leaves",
    told=note_look,
    remember=_remember,
)
